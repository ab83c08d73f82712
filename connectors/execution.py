"""What carrying a plan out has in common for every service: tables of entries, answers, waiting before another try."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from connectors.settling import LONGEST, Awaited, Settling
from schemas import limits
from schemas.errors import ServiceError
from schemas.execution import ApplyResult, Job, NumberingDefaults, Progress, RowOutcome, Snapshot, WriteAnswer
from schemas.plan import Outcome
from schemas.problems import Code, Problem
from tasks.execution.classify import ReadBack, classify, classify_unread, row_outcome, worth_another_try
from tasks.execution.compare import Wanted, agreeing, entity_sets, had_entry, in_place, moved, newcomers, writes
from tasks.execution.equal_entries import kept_once
from tasks.execution.quirks import as_sent, as_shown
from tasks.pairing import Ints
from tasks.phone.canonical_keys import with_canonical_numbers
from tasks.text_columns import as_str, is_in

_REPLACING: Final = "replace"


def as_current(rows: Sequence[tuple[str, str, str, str, str]], reading: NumberingDefaults) -> pd.DataFrame:
    """Return `Current` of entries given as (owner, name, number, type, English name)."""
    columns = ["owner", "name", "number", "type_id", "name_en"]
    # Column by column: pandas would look at each text twice.
    texts = {name: pa.array([row[at] for row in rows], pa.large_string()) for at, name in enumerate(columns)}
    return current_of(texts, reading)


def current_of(columns: Mapping[str, pa.LargeStringArray], reading: NumberingDefaults) -> pd.DataFrame:
    """Return `Current` of what a service has answered, a column of texts each."""
    frame = pd.DataFrame({name: as_str(texts) for name, texts in columns.items()})
    return with_canonical_numbers(
        frame, region=reading.region, area_code=reading.area_code, switchboard=reading.switchboard
    )


def answer_of(send: Callable[[], Any]) -> WriteAnswer:
    """Send one write and return what was said, whatever it was."""
    try:
        written = send()
    except ServiceError as error:
        return WriteAnswer.of(error)
    return WriteAnswer("confirmed", written.status, written.attempts, written.message)


def wait_before(round_number: int, answers: Sequence[WriteAnswer]) -> float:
    """Return how long to wait before sending once more: what the service asked for, and longer each time."""
    asked = [answer.error.retry_after or 0.0 for answer in answers if answer.error]
    return max([*asked, limits.FIRST_WAIT_SECONDS * float(2**round_number)])


class ReplacesOwners(Protocol):
    """A service that takes an owner's complete set of entries, all of them or none."""

    def read(self, owners: Sequence[str], progress: Progress) -> Snapshot:
        """Return the entries of these owners."""

    def replace(self, sets: dict[str, list[Wanted]], go_on: Callable[[], bool]) -> dict[str, WriteAnswer]:
        """Send each owner's set once, and return what was said about those that were sent."""


class OwnerSets:
    """Owners whose entries are replaced as a whole, those that are read together, on their way through one plan.

    Read, compare with the plan, send what has not moved, read again, and say what is seen: an answer is only a hint.
    """

    def __init__(self, service: ReplacesOwners, rows: pd.DataFrame, job: Job, result: ApplyResult) -> None:
        self._service = service
        self._rows = rows
        self._job = job
        self._result = result
        self._settling = Settling(job, result)

    def run(self) -> None:
        """Send what has not moved, settle what was sent, and leave the rest with its reason."""
        if self._result.stopped or not self._job.go_on():
            self._note(self._rows, Outcome.SKIPPED, Problem(Code.WRITING_ENDED))
            return
        try:
            fresh = self._read(self._rows)
        except ServiceError as error:
            self._result.stopped = error
            self._note(self._rows, Outcome.SKIPPED, Problem(Code.NOT_READ_BEFORE, {"said": error.message}))
            return
        go = self._without_conflicts(fresh)
        if len(go):
            self._send(go)

    def _read(self, rows: pd.DataFrame) -> Snapshot:
        return self._service.read(sorted(rows["owner"].unique()), lambda *_: None)

    def _without_conflicts(self, fresh: Snapshot) -> pd.DataFrame:
        """Leave out owners that are not as the plan saw them: their numbers are somebody else's latest word."""
        rows = self._rows
        gone, new = moved(rows, fresh.entries), newcomers(rows, fresh.entries)
        conflicts = {*rows.loc[gone, "owner"], *fresh.entries.loc[new, "owner"], *fresh.unread}
        if not conflicts:
            return rows
        apart = is_in(rows["owner"], conflicts)
        agreed = is_in(rows["owner"], agreeing(rows, fresh.entries) & conflicts)
        self._note(rows[agreed], Outcome.UNCHANGED, Problem(Code.DONE_BY_OTHERS))
        self._note(rows[apart & ~agreed], Outcome.CONFLICT, Problem(Code.OWNER_CHANGED))
        here = rows[(apart & ~agreed & gone).to_numpy() & ~writes(rows)]
        self._keep([self._known(row, Outcome.CONFLICT, Problem(Code.CHANGED_BY_OTHERS)) for row in here.index], [])
        self._found(fresh.entries[is_in(fresh.entries["owner"], conflicts)])
        return rows[~apart]

    def _send(self, rows: pd.DataFrame) -> None:
        """Send, read, and send once more what reading shows to have had no effect."""
        answers: dict[str, WriteAnswer] = {}
        pending = rows
        for round_number in range(limits.WRITE_ROUNDS):
            owners = sorted(pending["owner"].unique())
            intent = self._job.intend(_REPLACING, owners)
            said = self._service.replace(
                entity_sets(pending, partial(as_sent, known=self._job.quirks)), self._job.go_on
            )
            for owner, answer in said.items():
                answers[owner] = answer.after(answers.get(owner))
            first, last = round_number == 0, round_number == limits.WRITE_ROUNDS - 1
            patience = partial(self._patience, pending, answers, first=first, last=last)
            try:
                found = self._settling.read(partial(self._read, pending), patience)
            except ServiceError as error:
                self._unsettled(pending, answers, error, intent)
                return
            again = self._settle(pending, found, answers, intent, last=last)
            pending = pending[is_in(pending["owner"], again)]
            if pending.empty:
                return
            self._job.sleep(wait_before(round_number, [answers[owner] for owner in again]))

    def _patience(
        self, rows: pd.DataFrame, answers: dict[str, WriteAnswer], found: Snapshot, *, first: bool, last: bool
    ) -> Awaited:
        """Say what to wait for: a reading that shows nothing of what was sent is no evidence yet."""
        done = in_place(as_shown(rows, found.entries, self._job.quirks), found.entries)
        confirmed = {owner for owner, answer in answers.items() if answer.kind == "confirmed"}
        late = {*rows.loc[~done, "owner"]}
        if first and not self._settling.waited and confirmed & {*rows.loc[writes(rows), "owner"]}:
            self._result.prompt = confirmed.isdisjoint(late)
        open_ones = _untouched(rows, found) & late
        kinds = {answers[owner].kind for owner in open_ones if owner in answers}
        if "confirmed" in kinds or (last and "uncertain" in kinds):
            seconds = LONGEST
        else:
            doubt, known = self._settling.doubt, self._settling.known
            seconds = doubt if "refused" in kinds else known if "uncertain" in kinds else 0.0
        return Awaited(seconds, frozenset(open_ones), frozenset({_REPLACING})) if seconds else Awaited()

    def _settle(
        self, rows: pd.DataFrame, found: Snapshot, answers: dict[str, WriteAnswer], intent: int, *, last: bool
    ) -> set[str]:
        """Note the outcome of every owner but those to send once more, and return these."""
        confirmed = {owner for owner, answer in answers.items() if answer.kind == "confirmed"}
        theirs = rows.index[is_in(rows["owner"], confirmed)]
        seen_as = as_shown(rows, found.entries, self._job.quirks, theirs)
        done = in_place(seen_as, found.entries)
        otherwise = done & (seen_as["name_after"] != rows["name_after"]).to_numpy()
        untouched, once = _untouched(rows, found), kept_once(seen_as, found.entries)
        known, again = [], set()
        changes, resting = writes(rows), had_entry(rows) & ~writes(rows)
        for owner, mine in _places(rows):
            answer = answers.get(owner)
            seen = ReadBack(owner not in found.unread, owner in untouched, early=self._settling.cut)
            if not last and not done[mine].all() and worth_another_try(answer, seen):
                again.add(owner)
                continue
            for at in mine[changes[mine]]:
                # Waited for long enough: an entry that stands there once was not kept twice, though all is as before.
                shown = replace(seen, untouched=seen.untouched and not once[at])
                outcome, problem = classify(answer, shown, in_place=bool(done[at]))
                problem = Problem(Code.STORED_OTHERWISE) if otherwise[at] else problem
                known.append(self._known(rows.index[at], outcome, problem, answer))
            rewritten = rows.index[mine[resting[mine] & otherwise[mine]]]
            known += [self._known(row, Outcome.UNCHANGED, Problem(Code.STORED_OTHERWISE), answer) for row in rewritten]
            lost: Iterable[int] = rows.index[mine[resting[mine] & ~done[mine]]] if seen.read else []
            known += [self._known(row, Outcome.CONFLICT, Problem(Code.NOT_KEPT), answer) for row in lost]
            if answer and answer.kind == "denied":
                self._result.stopped = answer.error
        self._result.confirmed |= {int(row) for row in rows.index[otherwise]}
        self._keep(known, [intent])
        self._found(found.entries[~is_in(found.entries["owner"], again)])
        return again

    def _unsettled(self, rows: pd.DataFrame, answers: dict[str, WriteAnswer], error: ServiceError, intent: int) -> None:
        """Reading failed after writing: where nobody knows what was done, the intent stays open."""
        self._result.stopped = error
        changes, known = rows[writes(rows)], []
        for owner, mine in _places(changes):
            answer = answers.get(owner)
            outcome, problem = classify_unread(answer, error)
            known += [self._known(row, outcome, problem, answer) for row in changes.index[mine]]
        self._keep(known, [] if any(item.outcome == Outcome.UNKNOWN for item in known) else [intent])

    def _note(self, rows: pd.DataFrame, outcome: Outcome, problem: Problem) -> None:
        changes = rows[writes(rows)]
        self._keep([self._known(row, outcome, problem) for row in changes.index], [])

    def _known(
        self, row: int, outcome: Outcome, problem: Problem | None, answer: WriteAnswer | None = None
    ) -> RowOutcome:
        return row_outcome(row, outcome, problem, at=self._job.now(), answer=answer)

    def _keep(self, known: list[RowOutcome], intents: list[int]) -> None:
        self._result.known |= {item.row: item for item in known}
        self._job.record_outcomes(known, intents)

    def _found(self, entries: pd.DataFrame) -> None:
        self._result.found = pd.concat([self._result.found, entries], ignore_index=True)


def _untouched(rows: pd.DataFrame, found: Snapshot) -> set[str]:
    """Return the owners that hold exactly what they held when the plan was made."""
    changed = {*rows.loc[moved(rows, found.entries), "owner"]}
    return set(rows["owner"]) - changed - {*found.entries.loc[newcomers(rows, found.entries), "owner"], *found.unread}


def _places(rows: pd.DataFrame) -> Iterable[tuple[str, Ints]]:
    """Return the positions of each owner's rows, the owners in the order of the rows."""
    numbers, owners = pd.factorize(rows["owner"])
    places = np.split(np.argsort(numbers, kind="stable"), np.cumsum(np.bincount(numbers))[:-1])
    return zip(owners, places, strict=True) if len(rows) else ()
