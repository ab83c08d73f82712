"""Settle what an interrupted run has left open: reading tells what was done; only the rest is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

import numpy as np
import pandas as pd

from connectors.ledger.store import KeptPlan
from connectors.settling import Awaited, Settling
from flows.applying import close, excuse_syncs, finish, missing
from flows.locking import Hold
from flows.planning import plan_now
from flows.sync_run import SyncRun
from flows.writing import job_of, outcomes_of, sent_unknown, write, write_in_order
from schemas.errors import UsageError
from schemas.execution import ApplyResult, RowOutcome, Snapshot, Target
from schemas.exit_codes import ExitCode
from schemas.phrases import Phrase
from schemas.plan import Action, Outcome
from schemas.problems import Code, Problem
from schemas.quirks import FOLDS_NAMES, read_lag
from tasks.execution.classify import half_done, halfway, row_outcome
from tasks.execution.compare import cost, had_entry, in_place, unplanned_entries, writes
from tasks.execution.quirks import as_shown
from tasks.execution.remaining import Remaining, held_back, remaining_plan, still_wanted, without
from tasks.execution.results import account, add_unplanned_entries, put_back_rows
from tasks.messages.errors import error_of
from tasks.text_columns import Mask, is_in


def settle_interrupted(sync_run: SyncRun, target: Target, kept: KeptPlan, mine: Hold) -> None:
    """Note what reading shows of an interrupted plan; a newer plan takes up what is left.

    Only a change that has cost its entry is sent once more, and the entry is put back where that fails, as is one at
    rest that the service has refused and deleted: the newer plan may know of none of them.

    Raises:
        ServiceError: the service cannot be asked now; the plan stays unfinished.
    """
    rest, found = _look(sync_run, target, kept)
    changes, now = writes(rest.rows), _not_to_wait(sync_run, kept, rest.rows, found)
    if now.any():
        written = sync_run.do("write", write, sync_run, target, rest.rows[~changes | now], kept, mine)
        sync_run.put_back.extend(put_back_rows(rest.rows, written, sync_run.context.now()))
        if written.stopped:
            raise written.stopped
    left = rest.rows.index[changes & ~now]
    unsent = dict.fromkeys(left, Code.UNSENT_AFTER_INTERRUPTION)
    _settle(sync_run, kept, rest, _not_sent(sync_run, kept, rest.rows, found, unsent))
    close(sync_run, kept, outcomes_of(sync_run, kept), {"rows": len(left)} if len(left) else {}, for_good=True)


def resume_plan(sync_run: SyncRun, target: Target, kept: KeptPlan, mine: Hold) -> ExitCode:
    """Finish an interrupted plan, report all of it, and return the exit code.

    Raises:
        UsageError: the plan was made for another target.
    """
    if kept.target != target.name:
        raise error_of(UsageError, "interrupted_of_other_target", {"plan": kept.id, "sync": kept.sync})
    rest, found = sync_run.do("extract target", _look, sync_run, target, kept)
    rest = replace(rest, rows=_still_wanted(sync_run, target, kept, rest.rows, found))
    _settle(sync_run, kept, rest, [])
    stopped, unplanned = None, []
    if writes(rest.rows).any() or sent_unknown(sync_run, rest.rows, kept):
        written = write_in_order(sync_run, target, rest.rows, kept, mine)
        stopped, unplanned = written.stopped, written.unplanned
        if not stopped:
            found = target.read(_owners(kept), sync_run.context.progress).entries
    if not stopped:
        _note_gone(sync_run, kept, rest, found)
        excuse_syncs(sync_run, kept, outcomes_of(sync_run, kept), found)
    left = {"stopped": 1} if stopped else missing(sync_run, target, kept.entries, found)
    known = outcomes_of(sync_run, kept)
    close(sync_run, kept, known, left)
    result = account(kept.sync, kept.entries, known.values(), unplanned, at=sync_run.context.now())
    if not stopped:
        come = _come_meanwhile(sync_run, kept, found)
        result = add_unplanned_entries(result, come, at=sync_run.context.now())
    return finish(sync_run, target, kept, result, verified=not left, stopped=stopped)


def _still_wanted(
    sync_run: SyncRun, target: Target, kept: KeptPlan, rows: pd.DataFrame, found: pd.DataFrame
) -> pd.DataFrame:
    """Return the rows with those changes alone that the file still wants, and say what has become of the others.

    A change that has cost its entry is made in any case. The way back from a run has no file.

    Raises:
        SourceError: the file cannot be read, so that nobody knows; nothing is sent.
    """
    changes = writes(rows)
    if not changes.any() or not kept.source_rows:
        return rows
    context = sync_run.context
    present = sync_run.do("plan", plan_now, sync_run, target, Snapshot(found))
    may_wait = ~_not_to_wait(sync_run, kept, rows, found)
    refused = changes & ~still_wanted(rows, present) & may_wait
    if not refused.any():
        return rows
    given_up = refused
    if not sync_run.spec.single_owner:
        # What the file wants there instead comes with the next sync: until then the old numbers stay.
        waits = is_in(rows["owner"], rows.loc[refused, "owner"]) & (rows["action"] == Action.DELETE)
        given_up = refused | waits.to_numpy() & may_wait
    held = held_back(rows, present, whole_owners=not sync_run.spec.single_owner)
    codes = np.select([refused & held, refused], [Code.HELD_OR_UNWANTED, Code.NO_LONGER_WANTED], Code.WAITS_FOR_NEW)
    why = dict(zip(rows.index[given_up], map(Code, codes[given_up].tolist()), strict=True))
    context.ledger.record_outcomes(kept.id, _not_sent(sync_run, kept, rows, found, why))
    age = (context.clock() - datetime.fromisoformat(kept.created_at)).total_seconds() / 3600
    sync_run.note(Phrase("note.no_longer_wanted", {"hours": f"{age:.0f}", "n": int(refused.sum())}))
    return without(rows, given_up)


def _not_sent(
    sync_run: SyncRun, kept: KeptPlan, rows: pd.DataFrame, found: pd.DataFrame, why: Mapping[int, Code]
) -> list[RowOutcome]:
    """Say why each of these changes is not sent any more; and of a rename that half is done already."""
    folds = FOLDS_NAMES in sync_run.context.ledger.memory.traits(kept.target)
    begun, at = halfway(rows.loc[[*why]], found, fold_names=folds), sync_run.context.now()
    sent = sent_unknown(sync_run, rows, kept)
    return [
        row_outcome(row, Outcome.FAILED, half_done(begun[row], Problem(code)), at=at)
        if row in begun and row in sent
        else row_outcome(row, Outcome.SKIPPED, Problem(code), at=at)
        for row, code in why.items()
    ]


def _come_meanwhile(sync_run: SyncRun, kept: KeptPlan, found: pd.DataFrame) -> pd.DataFrame:
    """Return the entries found that the plan neither saw nor wants."""
    habits = sync_run.context.ledger.memory.traits(kept.target)
    rows = as_shown(kept.entries, found, habits)
    return unplanned_entries(rows, found, fold_names=FOLDS_NAMES in habits)


def _not_to_wait(sync_run: SyncRun, kept: KeptPlan, rows: pd.DataFrame, found: pd.DataFrame) -> Mask:
    """Tell which changes have cost their entries, and of which entries at rest nobody knows whether they are there."""
    if sync_run.spec.deleting_calls.isdisjoint(sync_run.context.ledger.calls(kept.id)):
        return np.zeros(len(rows), dtype=np.bool_)
    folds = FOLDS_NAMES in sync_run.context.ledger.memory.traits(kept.target)
    sent = sent_unknown(sync_run, rows, kept)
    doubtful: Mask = ~writes(rows) & rows.index.isin(list(sent))
    return doubtful | had_entry(rows) & cost(rows, sent, found, fold_names=folds)


def _note_gone(sync_run: SyncRun, kept: KeptPlan, rest: Remaining, found: pd.DataFrame) -> None:
    """Say of entries at rest that they are gone: the interrupted write may have cost them, or somebody else.

    What was applied and stands there no longer has been written by somebody since.
    """
    folds = FOLDS_NAMES in sync_run.context.ledger.memory.traits(kept.target)
    gone = had_entry(rest.rows) & ~writes(rest.rows) & ~in_place(rest.rows, found, fold_names=folds)
    known, at = outcomes_of(sync_run, kept), sync_run.context.now()
    applied = {row for row, item in known.items() if item.outcome == Outcome.APPLIED}
    rows = [row for row in rest.rows.index[gone] if row in applied or row not in known]
    code = {row: Code.CHANGED_BY_OTHERS if row in applied else Code.GONE_AFTER_INTERRUPTION for row in rows}
    noted = [row_outcome(row, Outcome.CONFLICT, Problem(code[row]), at=at) for row in rows]
    sync_run.context.ledger.record_outcomes(kept.id, noted, intents=[], at=at)


def _owners(kept: KeptPlan) -> list[str]:
    return sorted(set(kept.entries["owner"]) - {""})


def _look(sync_run: SyncRun, target: Target, kept: KeptPlan) -> tuple[Remaining, pd.DataFrame]:
    context, habits = sync_run.context, sync_run.context.ledger.memory.traits(target.name)
    outcomes = {row: item.outcome for row, item in outcomes_of(sync_run, kept).items()}
    sent, lag = sent_unknown(sync_run, kept.entries, kept), read_lag(habits)

    def remaining(found: pd.DataFrame) -> Remaining:
        shown = as_shown(kept.entries, found, habits)
        return remaining_plan(shown, outcomes, found, fold_names=FOLDS_NAMES in habits)

    def patience(found: pd.DataFrame) -> Awaited:
        """What was sent may be done though this reading does not show it, where readings are known to lag."""
        rest = remaining(found).rows
        absent = sent & {*rest.index[writes(rest)]}
        return Awaited(lag, frozenset(absent)) if absent else Awaited()

    settling = Settling(job_of(sync_run, target, kept), ApplyResult())
    found = settling.read(lambda: target.read(_owners(kept), context.progress).entries, patience)
    return remaining(found), found


def _settle(sync_run: SyncRun, kept: KeptPlan, rest: Remaining, more: list[RowOutcome]) -> None:
    at = sync_run.context.now()
    seen = [row_outcome(row, Outcome.APPLIED, Problem(Code.SEEN_AFTER_INTERRUPTION), at=at) for row in rest.seen]
    erased = [row_outcome(row, Outcome.SKIPPED, Problem(Code.ERASED), at=at) for row in rest.erased]
    sync_run.context.ledger.record_all_outcomes(kept.id, [*seen, *erased, *more], at=at)
