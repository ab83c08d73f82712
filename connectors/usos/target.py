"""USOS as a target: `select` in chunks, one `replace` for each changed owner, and the answer is what reading shows."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from connectors.execution import ROUNDS, answer_of, as_current, wait_before
from connectors.usos.client import Usos, UsosNumber
from connectors.usos.spec import EntityClass, UsosConnection
from schemas.answer import WriteAnswer
from schemas.errors import RequestRefused, ServiceError, Unreachable
from schemas.execution import ApplyResult, Job, NumberingDefaults, Progress, RowOutcome, Snapshot, Target
from schemas.plan import Outcome
from schemas.target import identifier_of
from tasks.execution.classify import NOT_KEPT, Seen, classify, worth_another_try
from tasks.execution.compare import agreeing, in_place, moved, newcomers, stands, writes
from tasks.execution.entity_sets import Wanted, entity_sets
from tasks.plan.pairing import Ints

_UNREAD = "held: USOS gave no usable answer for this entity"
# Calls that each connection has of the owners that are read together.
_CALLS_EACH = 25


class UsosTarget(Target):
    """The entities of one class in one USOS installation."""

    def __init__(
        self, client: Usos, connection: UsosConnection, entity_class: EntityClass, reading: NumberingDefaults
    ) -> None:
        self._client = client
        self._connection = connection
        self._entity_class = entity_class
        self._reading = reading

    @property
    def name(self) -> str:
        """Address and class of entities."""
        return f"{self._connection.base_url} {self._entity_class}"

    def requests(self) -> dict[str, int]:
        """Return how many requests were sent so far."""
        return {"read": self._client.requests.read, "write": self._client.requests.write}

    def read(self, owners: Sequence[str], progress: Progress) -> Snapshot:
        """Return the numbers of these owners."""
        ids = [identifier_of(owner) for owner in owners]
        numbers = self._client.select_all(
            self._entity_class, ids, lambda done, total: progress("reading USOS", done, total)
        )
        rows, unread = [], {}
        for identifier, items in numbers.items():
            owner = f"{self._entity_class} {identifier}"
            if items is None:
                unread[owner] = _UNREAD
            rows += [(owner, item.comment_pl, item.number, item.type_id, item.comment_en) for item in items or ()]
        return Snapshot(as_current(rows, self._reading), unread)

    def number_of_id(self, identifier: str) -> dict[str, Any] | None:
        """Return the number of that id (services/phones/phone_number), None where there is none."""
        try:
            return dict(self._client.phone_number(identifier))
        except RequestRefused:
            return None

    def type_description(self, type_id: str) -> dict[str, str]:
        """Return what a type is called, by language (services/phones/phone_type)."""
        described = self._client.phone_type(type_id).get("description")
        texts = described if isinstance(described, dict) else {}
        return {lang: text for lang, text in texts.items() if isinstance(text, str)}

    def write(self, rows: pd.DataFrame, job: Job) -> ApplyResult:
        """Replace the numbers of every changed owner, in chunks: read, compare, send, read again."""
        owners = sorted(rows.loc[writes(rows), "owner"].unique())
        result = ApplyResult(found=as_current([], self._reading))
        size = self._at_once()
        for start in range(0, len(owners), size):
            chunk = owners[start : start + size]
            _Chunk(self, rows[rows["owner"].isin(chunk)], job, result).run()
            job.progress("writing to USOS", min(start + size, len(owners)), len(owners))
        return result

    def _at_once(self) -> int:
        """Return how many owners are read, and then replaced, before they are read again.

        Each connection has as many calls of it however many there are: what others write after the reading is not seen,
        so more connections mean more owners in the same time, not a longer time.
        """
        connection = self._connection
        reads = max(1, _CALLS_EACH * connection.concurrency // connection.ids_per_select)
        return reads * connection.ids_per_select

    def replace(self, sets: dict[str, list[Wanted]], go_on: Callable[[], bool]) -> dict[str, WriteAnswer]:
        """Send one `replace` an owner, several at a time; after a refusal of access none is begun any more."""
        denied = threading.Event()

        def send(owner: str) -> tuple[str, WriteAnswer | None]:
            if denied.is_set() or not go_on():
                return owner, None
            numbers = [UsosNumber(item.number, item.name, item.name_en, item.type_id) for item in sets[owner]]
            answer = answer_of(lambda: self._client.replace(self._entity_class, identifier_of(owner), numbers))
            if answer.kind == "denied":
                denied.set()
            return owner, answer

        answers = self._client.map_bounded(send, sets)
        return {owner: answer for owner, answer in answers if answer}


class _Chunk:
    """The owners that are read together, on their way through one plan."""

    def __init__(self, target: UsosTarget, rows: pd.DataFrame, job: Job, result: ApplyResult) -> None:
        self._target = target
        self._rows = rows
        self._job = job
        self._result = result

    def run(self) -> None:
        """Send what has not moved, settle what was sent, and leave the rest with its reason."""
        if self._result.stopped or not self._job.go_on():
            self._note(self._rows, Outcome.SKIPPED, "not sent: writing ended before its turn came")
            return
        try:
            fresh = self._read(self._rows)
        except ServiceError as error:
            self._result.stopped = error
            self._note(self._rows, Outcome.SKIPPED, f"not sent: {error.message}")
            return
        go = self._without_conflicts(fresh)
        if len(go):
            self._send(go)

    def _read(self, rows: pd.DataFrame) -> Snapshot:
        return self._target.read(sorted(rows["owner"].unique()), lambda *_: None)

    def _without_conflicts(self, fresh: Snapshot) -> pd.DataFrame:
        """Leave out owners that are not as the plan saw them: their numbers are somebody else's latest word."""
        rows = self._rows
        gone, new = moved(rows, fresh.entries), newcomers(rows, fresh.entries)
        conflicts = {*rows.loc[gone, "owner"], *fresh.entries.loc[new, "owner"], *fresh.unread}
        if not conflicts:
            return rows
        apart = rows["owner"].isin(conflicts)
        agreed = rows["owner"].isin(agreeing(rows, fresh.entries) & conflicts)
        self._note(rows[agreed], Outcome.UNCHANGED, "somebody else has done it already")
        message = "not sent: this owner's numbers have changed since the plan was made"
        self._note(rows[apart & ~agreed], Outcome.CONFLICT, message)
        here = rows[(apart & ~agreed & gone).to_numpy() & ~writes(rows)]
        known = [self._job.known(int(row), Outcome.CONFLICT, "changed by somebody else", None) for row in here.index]
        self._keep(known, [])
        self._found(fresh.entries[fresh.entries["owner"].isin(conflicts)])
        return rows[~apart]

    def _send(self, rows: pd.DataFrame) -> None:
        """Send, read, and send once more what reading shows to have had no effect."""
        answers: dict[str, WriteAnswer] = {}
        pending = rows
        for round_number in range(ROUNDS):
            owners = sorted(pending["owner"].unique())
            intent = self._job.intend("replace", owners)
            said = self._target.replace(entity_sets(pending), self._job.go_on)
            for owner, answer in said.items():
                answers[owner] = answer.after(answers.get(owner))
            try:
                found = self._read(pending)
            except ServiceError as error:
                self._unsettled(pending, answers, error, intent)
                return
            again = self._settle(pending, found, answers, intent, last=round_number == ROUNDS - 1)
            pending = pending[pending["owner"].isin(again)]
            if pending.empty:
                return
            self._job.sleep(wait_before(round_number, [answers[owner] for owner in again]))

    def _settle(
        self, rows: pd.DataFrame, found: Snapshot, answers: dict[str, WriteAnswer], intent: int, *, last: bool
    ) -> set[str]:
        """Note the outcome of every owner but those to send once more, and return these."""
        done = in_place(rows, found.entries)
        untouched = set(rows["owner"]) - {*rows.loc[moved(rows, found.entries), "owner"]}
        untouched -= {*found.entries.loc[newcomers(rows, found.entries), "owner"], *found.unread}
        known, again = [], set()
        changes, resting = writes(rows), stands(rows) & ~writes(rows)
        for owner, mine in _places(rows):
            answer = answers.get(owner)
            seen = Seen(read=owner not in found.unread, untouched=owner in untouched)
            if not last and not done[mine].all() and worth_another_try(answer, seen):
                again.add(owner)
                continue
            for at in mine[changes[mine]]:
                outcome, message = classify(answer, seen, in_place=bool(done[at]))
                known.append(self._job.known(int(rows.index[at]), outcome, message, answer))
            lost: Iterable[int] = rows.index[mine[resting[mine] & ~done[mine]]] if seen.read else []
            known += [self._job.known(int(row), Outcome.CONFLICT, NOT_KEPT, answer) for row in lost]
            if answer and answer.kind == "denied":
                self._result.stopped = answer.error
        self._keep(known, [intent])
        self._found(found.entries[~found.entries["owner"].isin(again)])
        return again

    def _unsettled(self, rows: pd.DataFrame, answers: dict[str, WriteAnswer], error: ServiceError, intent: int) -> None:
        """Reading failed after writing: where nobody knows what was done, the intent stays open."""
        self._result.stopped = error
        changes, known = rows[writes(rows)], []
        for owner, mine in _places(changes):
            answer = answers.get(owner)
            outcome, message = Outcome.UNKNOWN, "sent, but what came of it could not be read"
            if answer is None or answer.kind == "denied" or isinstance(answer.error, Unreachable):
                outcome, message = Outcome.SKIPPED, "not sent"
            elif answer.kind == "refused":
                outcome, message = Outcome.FAILED, answer.message
            known += [self._job.known(int(row), outcome, message, answer) for row in changes.index[mine]]
        self._keep(known, [] if any(item.outcome == Outcome.UNKNOWN for item in known) else [intent])

    def _note(self, rows: pd.DataFrame, outcome: Outcome, message: str) -> None:
        changes = rows[writes(rows)]
        self._keep([self._job.known(int(row), outcome, message, None) for row in changes.index], [])

    def _keep(self, known: list[RowOutcome], intents: list[int]) -> None:
        self._result.known |= {item.row: item for item in known}
        self._job.settle(known, intents)

    def _found(self, entries: pd.DataFrame) -> None:
        self._result.found = pd.concat([self._result.found, entries], ignore_index=True)


def _places(rows: pd.DataFrame) -> Iterable[tuple[str, Ints]]:
    """Return the positions of each owner's rows, the owners in the order of the rows."""
    numbers, owners = pd.factorize(rows["owner"])
    places = np.split(np.argsort(numbers, kind="stable"), np.cumsum(np.bincount(numbers))[:-1])
    return zip(owners, places, strict=True) if len(rows) else ()
