"""Send the steps of a plan to a phone list, each by the way that is left to it, and remember what was said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

import pandas as pd

from connectors.apio.client import Apio, ApioEntry, PhoneList, is_path_safe
from connectors.execution import answer_of
from connectors.http.request import WriteReceipt as Confirmed
from schemas.errors import ServiceError
from schemas.execution import WriteAnswer
from schemas.plan import Action
from schemas.quirks import Quirk
from tasks.execution.changes import ListChange, compose
from tasks.execution.quirks import as_sent, is_escaped

Way = Literal["batch", "entries"]
# An entry beyond these limits was put there by other means: its line in a file may be refused, and the entry deleted
# because the line does not count.
_NAME_LIMIT, _NUMBER_LIMIT = 50, 30
_NOTHING_SAID = "the service said nothing about this row"
_AT_A_TIME = 100  # entries in one create or delete: the service takes them all or none


class Sender:
    """What is sent for one plan, and what was said about each of its rows.

    Attributes:
        answers: the last answer about each row that was sent.
        closed: rows about which the service has said its last word.
        uncertain: an answer to the last send was lost.
        just_confirmed: the steps that the service has confirmed since the last send began.
        maybe_done: rows of which a step was confirmed once, or its answer was lost.
        ever_confirmed: rows of which a step was confirmed once.
        removed: entries that the service says it has deleted by itself, until the list is read.
        refused: entries at rest whose rows of a file the service has refused, until the list is read: some delete them.
        denied: the refusal of access that ended the sending.
    """

    def __init__(self, client: Apio, where: PhoneList, way: Way, quirks: frozenset[Quirk]) -> None:
        self.answers: dict[int, WriteAnswer] = {}
        self.closed: set[int] = set()
        self.uncertain = False
        self.just_confirmed: set[ListChange] = set()
        self.maybe_done: set[int] = set()
        self.ever_confirmed: set[int] = set()
        self.removed: list[ApioEntry] = []
        self.refused: list[ApioEntry] = []
        self.denied: ServiceError | None = None
        self._client = client
        self._where = where
        self._way = way
        self._quirks = quirks
        self._takes_files = True
        self._begun = False
        self._confirmed: set[ListChange] = set()
        self._unrenamed: set[int] = set()

    def confirmed(self) -> set[int]:
        """Return the rows of which the service has confirmed a step of their own."""
        return {step.row for step in self._confirmed}

    def last_word(self, row: int) -> WriteAnswer | None:
        """Return the answer about a row that counts: what was confirmed once is not refused for being done."""
        answer = self.answers.get(row)
        if answer and answer.kind == "refused" and row in self.ever_confirmed:
            return replace(answer, kind="confirmed")
        return answer

    def worth_sending(self, steps: Sequence[ListChange]) -> list[ListChange]:
        """Return the steps that may still lead somewhere.

        What the service confirmed for that very entry and does not show all the same is not sent again. A rename that
        it cannot do begins with the new entry instead; the old one goes once that stands.
        """
        worth = []
        for step in steps:
            if step.action is Action.RENAME and (step.row in self._unrenamed or step in self._confirmed):
                worth.append(_added(step))
            elif step in self._confirmed:
                self.closed.add(step.row)
            else:
                worth.append(step)
        return worth

    def send(self, steps: Sequence[ListChange], now: pd.DataFrame) -> None:
        """Send the complete list, or entry by entry what a list has not achieved."""
        again, self.uncertain = self.uncertain, False
        self.just_confirmed.clear()
        first, self._begun = not self._begun, True
        # No address can name these, and deleting them first would leave a moment without them.
        unsafe = any(step.action is Action.MODIFY and not is_path_safe(step.name) for step in steps)
        in_a_file = ((self._way == "batch" and (first or again)) or unsafe) and all(
            map(_fits, now["name"], now["number"])
        )
        # A list that escapes what it is sent would take each line for a new name, and delete the entry of the old one.
        in_a_file = in_a_file and not any(map(is_escaped, now["name"]))
        if not (self._takes_files and in_a_file and self._batch(steps, now)):
            self._entries(steps)

    def create(self, entry: ApioEntry) -> WriteAnswer:
        """Put one entry back."""
        return answer_of(partial(self._client.create, self._where, [self._entry(entry.name, entry.number)]))

    def _entry(self, name: str, number: str) -> ApioEntry:
        """Return an entry as it is sent, so that it comes to stand there under this name."""
        return ApioEntry(as_sent(name, self._quirks), number)

    def _batch(self, steps: Sequence[ListChange], now: pd.DataFrame) -> bool:
        """Send the complete list; False where the service refuses the file as a whole, perhaps for one row of it."""
        file = [
            replace(row, fields=tuple(as_sent(text, self._quirks) for text in row.fields))
            for row in compose(now, steps)
        ]
        try:
            result = self._client.batch(self._where, [row.fields for row in file])
        except ServiceError as error:
            answer = WriteAnswer.of(error)
            self._takes_files = answer.kind != "refused"
            if self._takes_files:
                self._said(answer, steps, in_a_file=True)
            return self._takes_files
        by_row = {step.row: step for step in steps}
        said = {row.line: row for row in result.rows if row.line is not None}
        for line, row in enumerate(file, start=1):
            told = said.get(line)
            if row.row is not None:
                message = told.message if told else _NOTHING_SAID
                kind: Literal["confirmed", "refused"] = "confirmed" if told is None or told.success else "refused"
                answer = WriteAnswer(kind, result.status, result.attempts, message)
                self._said(answer, [by_row[row.row]], in_a_file=True, silent=told is None)
            elif told and not told.success:
                self.refused.append(ApioEntry(*row.fields))
        gone = {row.name for row in result.rows if row.line is None and row.success}
        for step in (step for step in steps if step.action is Action.DELETE):
            silent = step.name not in gone
            answer = WriteAnswer("confirmed", result.status, result.attempts, _NOTHING_SAID if silent else "")
            self._said(answer, [step], in_a_file=True, silent=silent)
        self.removed += [ApioEntry(row.name, row.number) for row in result.rows if row.line is None]
        return True

    def _entries(self, steps: Sequence[ListChange]) -> None:
        """Send entry by entry: what adds and changes first, what deletes last."""
        steps = [
            _added(step) if step.action is Action.RENAME and not is_path_safe(step.name) else step for step in steps
        ]
        changed = [step for step in steps if step.action in {Action.MODIFY, Action.RENAME}]
        safe = [step for step in changed if is_path_safe(step.name)]
        for step, answer in zip(safe, self._client.map_bounded(self._put, safe), strict=True):
            self._said(answer, [step])
        for step in changed:
            if not is_path_safe(step.name):
                self._replace(step)
        added = [step for step in steps if step.action is Action.ADD]
        self._together(
            added, lambda some: self._client.create(self._where, [self._entry(s.new_name, s.new_number) for s in some])
        )
        deleted = [step for step in steps if step.action is Action.DELETE]
        self._together(deleted, lambda some: self._client.delete_many(self._where, [s.name for s in some]))

    def _put(self, step: ListChange) -> WriteAnswer:
        """A rename keeps the number; changing it is a step of its own, once the new name stands."""
        number = step.number if step.action is Action.RENAME else step.new_number
        return answer_of(lambda: self._client.put(self._where, step.name, self._entry(step.new_name, number)))

    def _replace(self, step: ListChange) -> None:
        """Where no file is taken, an entry that no address can name is taken out and put in again."""
        removed = answer_of(lambda: self._client.delete_many(self._where, [step.name]))
        self._said(
            removed if removed.kind != "confirmed" else self.create(ApioEntry(step.new_name, step.new_number)), [step]
        )

    def _together(self, steps: Sequence[ListChange], send: Callable[[Sequence[ListChange]], Confirmed]) -> None:
        """Send steps together; where the service refuses them all for one of them, one by one."""
        for start in range(0, len(steps), _AT_A_TIME):
            if self.denied:
                return
            some = steps[start : start + _AT_A_TIME]
            answer = answer_of(partial(send, some))
            if answer.kind == "refused" and len(some) > 1:
                for step in some:
                    self._said(answer_of(partial(send, [step])), [step])
            else:
                self._said(answer, some)

    def _said(
        self, answer: WriteAnswer, steps: Sequence[ListChange], *, in_a_file: bool = False, silent: bool = False
    ) -> None:
        """Note what was said of changes; `silent` where the answer to a file says nothing of this row."""
        for step in steps:
            self.answers[step.row] = answer.after(self.answers.get(step.row))
            if answer.kind in {"confirmed", "uncertain"}:
                self.maybe_done.add(step.row)
            if answer.kind == "confirmed" and not silent:
                self.just_confirmed.add(step)
                self.ever_confirmed.add(step.row)
            if answer.kind == "confirmed" and not in_a_file:
                self._confirmed.add(step)
            elif answer.kind == "denied" or (answer.kind == "refused" and step.action is not Action.RENAME):
                self.closed.add(step.row)
            elif answer.kind == "refused" and not in_a_file:
                self._unrenamed.add(step.row)
        self.uncertain = self.uncertain or answer.kind == "uncertain"
        if answer.kind == "denied":
            self.denied = answer.error


def _added(step: ListChange) -> ListChange:
    return ListChange(Action.ADD, step.row, "", "", step.new_name, step.new_number)


def _fits(name: str, number: str) -> bool:
    return 1 <= len(name) <= _NAME_LIMIT and 1 <= len(number) <= _NUMBER_LIMIT and "@" not in number
