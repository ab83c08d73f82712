"""Write what a plan changes: arrivals before departures, and what writing teaches about a service is remembered."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from connectors.ledger.store import KeptPlan
from flows.locking import Hold
from flows.sync_run import SyncRun
from schemas.errors import LedgerError, TargetBusy
from schemas.execution import ApplyResult, Job, Journal, RowOutcome, Target
from schemas.phrases import Phrase
from schemas.plan import AT_REST, Outcome
from schemas.problems import Code, Problem
from schemas.quirks import FOLDS_NAMES, READS_AT_ONCE, Quirk, QuirkCode, read_lag
from tasks.execution.classify import row_outcome
from tasks.execution.compare import types_kept, writes
from tasks.execution.equal_entries import KEEPS_ONE, kept_once
from tasks.execution.quirks import name_quirks, number_quirks
from tasks.messages.errors import error_of
from tasks.messages.quirks import quirk_sentence
from tasks.plan.moves import arrived, departures, departures_only, without_departures
from tasks.text_columns import is_in


def write_in_order(sync_run: SyncRun, target: Target, rows: pd.DataFrame, kept: KeptPlan, mine: Hold) -> ApplyResult:
    """Write what rows of a plan change; a number that moves is taken away when it has been seen at its new owner."""
    open_ones = set(rows.index[writes(rows)])
    moves = {row: arrivals for row, arrivals in departures(kept.entries).items() if row in open_ones}
    if not moves:
        written: ApplyResult = sync_run.do("write", write, sync_run, target, rows, kept, mine)
        return written
    first = without_departures(rows, moves)
    done = sync_run.do("write", write, sync_run, target, first, kept, mine) if writes(first).any() else ApplyResult()
    if done.unkept:
        return done
    outcomes = {row: item.outcome for row, item in outcomes_of(sync_run, kept).items()}
    why = (
        (Outcome.SKIPPED, Problem(Code.WRITING_ENDED)) if done.stopped else (Outcome.HELD, Problem(Code.ARRIVAL_FAILED))
    )
    now = sync_run.context.now()
    staying = [row for row in moves if done.stopped or row not in arrived(moves, outcomes)]
    known = [row_outcome(row, *why, at=now) for row in staying]
    sync_run.context.ledger.record_outcomes(kept.id, known)
    done.known = {**done.known, **{item.row: item for item in known}}
    rest = departures_only(rows, moves, outcomes)
    if done.stopped or rest.empty:
        return done
    last: ApplyResult = sync_run.do("write", write, sync_run, target, rest, kept, mine)
    return _both(done, last)


def _both(first: ApplyResult, last: ApplyResult) -> ApplyResult:
    """Return what two passes of one plan came to; the second one has read its owners later."""
    found = first.found
    if found is not None and last.found is not None:
        earlier = found[~is_in(found["owner"], last.found["owner"])]
        found = pd.concat([earlier, last.found], ignore_index=True)
    return ApplyResult(
        known={**first.known, **last.known},
        found=found if found is not None else last.found,
        unplanned=[*first.unplanned, *last.unplanned],
        folds_names=first.folds_names or last.folds_names,
        confirmed=first.confirmed | last.confirmed,
        stopped=last.stopped,
        unkept=last.unkept,
        read_lag=max(first.read_lag, last.read_lag),
        in_vain=first.in_vain | last.in_vain,
        prompt=first.prompt or last.prompt,
        habits=first.habits | last.habits,
        whole=last.whole,
    )


@dataclass
class SteadyJournal:
    """A journal that ends no writing in the middle: where outcomes cannot be noted any more, nothing more is begun.

    What was sent is read and reported all the same; in the ledger its intents stay open, and the next run settles them.

    Attributes:
        journal: where intents and outcomes are kept.
        failed: why they cannot be kept any more.
    """

    journal: Journal
    failed: LedgerError | None = None

    def intend(  # noqa: PLR0913, PLR0917 - see the journal
        self, plan: str, run: str, call: str, owners: Sequence[str], at: str, fence: int = 0
    ) -> int:
        """Note what is about to be sent, or refuse it where that cannot be noted."""
        if self.failed:
            raise self.failed
        return self.journal.intend(plan, run, call, owners, at, fence)

    def record_outcomes(self, plan: str, outcomes: Sequence[RowOutcome], *, intents: Sequence[int], at: str) -> None:
        """Note what became of rows, as far as it can be noted."""
        if self.failed:
            return
        try:
            self.journal.record_outcomes(plan, outcomes, intents=intents, at=at)
        except LedgerError as error:
            self.failed = error


def write(sync_run: SyncRun, target: Target, rows: pd.DataFrame, kept: KeptPlan, mine: Hold) -> ApplyResult:
    """Write what rows of a plan change, and remember what that has taught about the target."""
    context = sync_run.context
    context.writing.set()
    sent = sent_unknown(sync_run, rows, kept)
    journal = SteadyJournal(context.ledger)
    job = replace(
        job_of(sync_run, target, kept),
        ledger=journal,
        go_on=lambda: mine() and not context.stopping.is_set() and not journal.failed,
        sent=sent,
        calls=context.ledger.calls(kept.id),
        fence=mine.fence,
    )
    written = target.write(rows, job)
    if mine.fence and not journal.failed and not mine():
        _overtaken(sync_run, kept, written, mine)
    if journal.failed:
        written.unkept = journal.failed
        written.stopped = written.stopped or journal.failed
        return written
    _remember(sync_run, target, rows, kept, written)
    return written


def _overtaken(sync_run: SyncRun, kept: KeptPlan, written: ApplyResult, mine: Hold) -> None:
    """Say that another run has taken the target over, and take its proof where this one has written after that."""
    sent = sum(1 for item in written.known.values() if item.attempts)
    runs: list[str] = []
    try:
        runs = sync_run.context.ledger.reopen_newer(kept, mine.fence) if sent else []
    except LedgerError as unkept:
        written.unkept = unkept
    by = Phrase("say.by_run", {"runs": ", ".join(runs)}) if runs else Phrase("say.by_another")
    late = Phrase("say.overtaken_late", {"n": sent}) if sent else ""
    values = {"target": kept.target, "by": by, "seconds": f"{mine.stood_still:.0f}", "late": late}
    error = error_of(TargetBusy, "overtaken", values)
    written.stopped = written.stopped or error


def _remember(sync_run: SyncRun, target: Target, rows: pd.DataFrame, kept: KeptPlan, written: ApplyResult) -> None:
    """Remember what writing has taught about the target."""
    context = sync_run.context
    done = sorted(row for row, item in written.known.items() if item.outcome == Outcome.APPLIED)
    applied = kept.entries.loc[done]
    context.ledger.memory.remember_owners(kept.sync, target.name, applied["owner"])
    if written.folds_names:
        context.ledger.memory.learn_trait(target.name, FOLDS_NAMES, context.now())
    _learn(sync_run, target, written.habits, "list")
    if written.found is not None:
        types = types_kept(applied, written.found)
        context.ledger.memory.learn_types(target.name, types)
        otherwise = {row for row, item in written.known.items() if item.code in {Code.SHOWN_OTHERWISE, Code.NOT_KEPT}}
        names = name_quirks(rows, written.found, otherwise | written.confirmed)
        if kept_once(rows, written.found)[rows.index.isin(otherwise)].any():
            names.add(KEEPS_ONE)
        _learn(sync_run, target, names, "same")
        lag = Quirk(QuirkCode.READ_LAG, math.ceil(written.read_lag))
        known = context.ledger.memory.traits(target.name)
        if lag.length > read_lag(known):
            _learn(sync_run, target, {lag}, "lag")
        elif written.prompt and not lag.length:
            context.ledger.memory.learn_trait(target.name, READS_AT_ONCE, context.now())
        numbers = number_quirks(kept.entries.loc[sorted({*done, *otherwise})], written.found, types)
        _learn(sync_run, target, numbers, "same")
    context.ledger.add_unplanned(kept.id, written.unplanned)


def job_of(sync_run: SyncRun, target: Target, kept: KeptPlan) -> Job:
    """Return what carrying a plan out needs besides its rows, for whoever goes on until somebody stops it."""
    context = sync_run.context
    return Job(
        ledger=context.ledger,
        plan=kept.id,
        run=sync_run.run,
        now=context.now,
        sleep=context.sleep,
        progress=context.progress,
        quirks=frozenset(context.ledger.memory.traits(target.name)),
        go_on=lambda: not context.stopping.is_set(),
        restore_unplanned=sync_run.sync.restore_unplanned,
    )


def sent_unknown(sync_run: SyncRun, rows: pd.DataFrame, kept: KeptPlan) -> frozenset[int]:
    """Return the rows of an interrupted plan that were sent, and of which nobody knows what came of them.

    Rows at rest are among them where the service has refused what a file said of them: some delete the entry then.
    """
    owners = sync_run.context.ledger.intended(kept.id)
    known = outcomes_of(sync_run, kept)
    # One that was stopped between two requests has no more come to its end than one without an answer.
    settled = {row for row, item in known.items() if item.outcome != Outcome.UNKNOWN and item.code != Code.CUT_SHORT}
    sent = rows.index[writes(rows) & is_in(rows["owner"], owners).to_numpy()]
    spoken_of = kept.entries["action"].loc[[*known]]
    at_rest = spoken_of.index[spoken_of.isin(AT_REST)].intersection(rows.index)
    return frozenset(int(row) for row in [*sent, *at_rest] if row not in settled)


def _learn(sync_run: SyncRun, target: Target, seen: set[Quirk], so_what: str) -> None:
    """Remember the habits of a target that are news, and say each of them once."""
    memory, now = sync_run.context.ledger.memory, sync_run.context.now()
    for quirk in sorted(seen - memory.traits(target.name), key=str):
        memory.learn_trait(target.name, quirk, now)
        lang = sync_run.context.lang
        said = {"quirk": quirk_sentence(quirk, sync_run.spec.wording, lang), "so_what": Phrase(f"note.so_{so_what}")}
        sync_run.note(Phrase("note.quirk", said))


def outcomes_of(sync_run: SyncRun, kept: KeptPlan) -> dict[int, RowOutcome]:
    """Return what the ledger knows of a plan's rows."""
    return {item.row: item for item in sync_run.context.ledger.outcomes(kept.id)}
