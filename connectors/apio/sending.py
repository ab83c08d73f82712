"""Send the steps of a plan to a phone list, each by the way that is left to it, and remember what was said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

import pandas as pd

from connectors.apio.client import Apio, ApioEntry, BatchResult, PhoneList, is_path_safe
from connectors.apio.file_effects import FileEffects
from connectors.apio.looking import Looks
from connectors.apio.spec import BY_BODY
from connectors.execution import answer_of
from connectors.http.request import WriteReceipt as Confirmed
from schemas.errors import ServiceError
from schemas.execution import Job, WriteAnswer
from schemas.plan import Action
from schemas.problems import Code, Problem
from tasks.execution.changes import FileRow, ListChange, aims, compose
from tasks.execution.quirks import as_sent, is_escaped
from tasks.execution.ways import Standing, Way, may_be_refused

# An entry beyond these limits was put there by other means: its line in a file may be refused, and the entry deleted
# because the line does not count.
_NAME_LIMIT, _NUMBER_LIMIT = 50, 30
_NOTHING_SAID = "the service said nothing about this row"
_FULL_FAILURE = 400
_AT_A_TIME = 100  # entries in one create or delete: the service takes them all or none


class Sender:
    """What is sent for one plan, and what was said about each of its rows.

    Attributes:
        answers: the last answer about each row that was sent.
        closed: rows about which the service has said its last word.
        conflicts: rows whose entries somebody else has written since, with what is said of them; nothing was sent.
        uncertain: an answer to the last send was lost.
        just_confirmed: the steps that the service has confirmed since the last send began.
        just_refused: rows of which it has refused a step since then.
        last: the steps that were sent last, where the service has confirmed them.
        maybe_done: rows of which a step was confirmed once, or its answer was lost.
        ever_confirmed: rows of which a step was confirmed once.
        filed: rows of which a file's answer has said that they are done.
        removed: entries that the service says it has deleted by itself, until the list is read.
        refused: entries at rest whose rows of a file the service has refused, until the list is read: some delete them.
        denied: the refusal of access that ended the sending.
        effects: what files have done to others.
    """

    def __init__(self, client: Apio, where: PhoneList, way: Way, job: Job, *, learns: bool = False) -> None:
        self.answers: dict[int, WriteAnswer] = {}
        self.closed: set[int] = set()
        self.conflicts: dict[int, Problem] = {}
        self.uncertain = False
        self.just_confirmed: set[ListChange] = set()
        self.just_refused: set[int] = set()
        self.last: Sequence[ListChange] = ()
        self.maybe_done: set[int] = set()
        self.ever_confirmed: set[int] = set()
        self.filed: set[int] = set()
        self.removed: list[ApioEntry] = []
        self.refused: list[ApioEntry] = []
        self.denied: ServiceError | None = None
        self.effects = FileEffects()
        self._client = client
        self._where = where
        self._way = way
        self._quirks = job.quirks
        self._go_on = job.go_on
        self._learns = learns
        self._takes_files = True
        self._begun = False
        self._confirmed: set[ListChange] = set()
        self._unrenamed: set[int] = set()
        self._looks = Looks(client, where)
        self._standing: set[str] = set()

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
        worth, brought = [], self._confirmed | aims(self._confirmed)
        for step in steps:
            halved = step.action is Action.RENAME and (step.row in self._unrenamed or step in self._confirmed)
            first = _added(step) if halved else step
            if not brought.isdisjoint({first, first.aim}):
                self.closed.add(step.row)
            else:
                worth.append(first)
        return worth

    def call(self, steps: Sequence[ListChange]) -> str:
        """Return as what the intent of sending them is noted: whoever finds it open knows what they may have cost."""
        unsafe = any(step.action is not Action.ADD and not is_path_safe(step.name) for step in steps)
        return BY_BODY if self._way is Way.ENTRIES and unsafe else self._way.value

    def send(self, steps: Sequence[ListChange], now: pd.DataFrame) -> None:
        """Send a file, or entry by entry what a file has not achieved."""
        again, self.uncertain = self.uncertain, False
        self.just_confirmed.clear()
        self.just_refused.clear()
        first, self._begun = not self._begun, True
        self._standing = {*now["name"]}
        self._looks.afresh()
        # No address can name these, and deleting them first would leave a moment without them.
        unsafe = any(step.action is Action.MODIFY and not is_path_safe(step.name) for step in steps)
        in_a_file = self._way is not Way.ENTRIES and (first or again or unsafe) and self._takes_files
        # A list that escapes what it is sent would take each line for a new name, and delete the entry of the old one.
        in_a_file = in_a_file and not any(map(is_escaped, now["name"]))
        if not in_a_file:
            self._entries(steps)
        elif self._way is Way.LINES:
            leaving = [step for step in steps if step.action is Action.DELETE]
            changing = [step for step in steps if step.action is not Action.DELETE]
            lines = [row for row in compose(now, changing) if row.row is not None]
            self._entries([*([] if self._batch(changing, lines, now) else changing), *leaving])
        else:
            self._whole_list(steps, now)

    def create(self, entry: ApioEntry) -> WriteAnswer:
        """Put one entry back."""
        return answer_of(partial(self._client.create, self._where, [self._entry(entry.name, entry.number)]))

    def delete_again(self, names: Sequence[str]) -> None:
        """Take away what a file has brought back and somebody had just deleted; reading shows what came of it."""
        for name in names:
            safe = is_path_safe(name)
            answer_of(
                partial(self._client.delete, self._where, name) if safe else partial(self._delete_by_body, [name])
            )

    def _whole_list(self, steps: Sequence[ListChange], now: pd.DataFrame) -> None:
        """Send the complete list, or the steps where it could cost an entry at rest."""
        changed = {step.name for step in steps}
        resting = zip(now["name"], now["number"], strict=True)
        if not all(takes_back(*entry) for entry in resting if entry[0] not in changed):
            self._entries(steps)
            return
        self.effects.left_out = {step.name for step in steps if step.action is Action.DELETE}
        stake = self._stake(steps) if self._learns and not self.effects.left_out else None
        rest = [step for step in steps if step is not stake]
        if not self._batch(rest, compose(now, rest), now):
            self._entries(rest)
        elif stake and self.effects.deleted:  # it is added once more
            self.just_confirmed.discard(stake)
            self.ever_confirmed.discard(stake.row)

    def _stake(self, steps: Sequence[ListChange]) -> ListChange | None:
        """Add one new entry ahead of the file that leaves it out: whether it stays tells what the service does."""
        for step in self._as_seen([step for step in steps if step.action is Action.ADD][:1]):
            answer = self.create(ApioEntry(step.new_name, step.new_number))
            self._said(answer, [step], in_a_file=True)
            if answer.kind == "confirmed":
                self.effects.left_out = {step.new_name}
            return step
        return None

    def _entry(self, name: str, number: str) -> ApioEntry:
        """Return an entry as it is sent, so that it comes to stand there under this name."""
        return ApioEntry(as_sent(name, self._quirks), number)

    def _batch(self, steps: Sequence[ListChange], rows: Sequence[FileRow], now: pd.DataFrame) -> bool:
        """Send a file; False where the service refuses it as a whole, perhaps for one row of it."""
        if not rows or not self._go_on():
            return True
        file = [replace(row, fields=tuple(as_sent(text, self._quirks) for text in row.fields)) for row in rows]
        try:
            result = self._client.batch(self._where, [row.fields for row in file])
        except ServiceError as error:
            answer = WriteAnswer.of(error)
            self._takes_files = answer.kind != "refused"
            if self._takes_files:
                self.effects.at_risk |= {*now["name"]}
                self._said(answer, steps, in_a_file=True)
            return self._takes_files
        if self._took_nothing(result, file):
            self._takes_files = False
            return False
        self._read_result(result, steps, file)
        return True

    def _took_nothing(self, result: BatchResult, file: Sequence[FileRow]) -> bool:
        """Tell whether some refused rows have kept all others out: a full failure that does not mention them."""
        failed = {row.line for row in result.rows if not row.success}
        nothing = result.status == _FULL_FAILURE and len(failed) == len(result.rows) < len(file)
        if nothing:
            refused = [row for line, row in enumerate(file, start=1) if line in failed]
            self.effects.at_risk |= {row.fields[0] for row in refused}
            self.refused += [ApioEntry(*row.fields) for row in refused if row.row is None]
        return nothing

    def _read_result(self, result: BatchResult, steps: Sequence[ListChange], file: Sequence[FileRow]) -> None:
        """Note what was said of each row of a file, and of what it has left out."""
        by_row = {step.row: step for step in steps}
        self.effects.at_risk |= {step.name for step in steps}
        said = {row.line: row for row in result.rows if row.line is not None}
        resting = []
        for line, row in enumerate(file, start=1):
            told = said.get(line)
            if row.row is not None:
                message = told.message if told else _NOTHING_SAID
                kind: Literal["confirmed", "refused"] = "confirmed" if told is None or told.success else "refused"
                answer = WriteAnswer(kind, result.status, result.attempts, message)
                self._said(answer, [by_row[row.row]], in_a_file=True, silent=told is None)
                self.filed |= {row.row} if told and told.success else set()
            elif told and told.success:
                resting.append((ApioEntry(*row.fields), told.message.casefold()))
            else:
                self.effects.at_risk.add(row.fields[0])
                self.refused += [ApioEntry(*row.fields)] if told else []
        self.effects.read(resting)
        gone = {row.name for row in result.rows if row.line is None and row.success}
        for step in (step for step in steps if step.action is Action.DELETE):
            silent = step.name not in gone
            answer = WriteAnswer("confirmed", result.status, result.attempts, _NOTHING_SAID if silent else "")
            self._said(answer, [step], in_a_file=True, silent=silent)
        self.removed += [ApioEntry(row.name, row.number) for row in result.rows if row.line is None]
        self.effects.deleted = self.effects.deleted or bool(gone)
        self.effects.at_risk |= gone

    def _entries(self, steps: Sequence[ListChange]) -> None:
        """Send entry by entry, each on a fresh reading: what adds and changes first, what deletes last."""
        steps = [
            _added(step) if step.action is Action.RENAME and not is_path_safe(step.name) else step for step in steps
        ]
        changed = [step for step in steps if step.action in {Action.MODIFY, Action.RENAME}]
        safe = [step for step in changed if is_path_safe(step.name)]
        self._one_by_one(self._put, safe)
        self.last = [] if self.just_refused or self.uncertain else safe  # they are on their way side by side
        added = self._as_seen([step for step in steps if step.action is Action.ADD])
        self._together(
            added, lambda some: self._client.create(self._where, [self._entry(s.new_name, s.new_number) for s in some])
        )
        # Nothing is taken out that would have to be put in again while nobody knows whether anything can be put in.
        for step in self._as_seen([s for s in changed if not is_path_safe(s.name) and not self.uncertain]):
            self._replace(step)
        deleted = [step for step in steps if step.action is Action.DELETE]
        self._one_by_one(self._delete, [step for step in deleted if is_path_safe(step.name)])
        unsafe = self._as_seen([step for step in deleted if not is_path_safe(step.name)])
        self._together(unsafe, lambda some: self._delete_by_body([step.name for step in some]))

    def _one_by_one(self, send: Callable[[ListChange], WriteAnswer | None], steps: Sequence[ListChange]) -> None:
        """Send steps side by side, each at the address of its entry."""
        for step, answer in zip(steps, self._client.map_bounded(send, steps), strict=True):
            if answer:
                self._said(answer, [step])

    def _as_seen(self, steps: Sequence[ListChange]) -> list[ListChange]:
        """Return the steps whose entries a fresh reading shows as they were seen."""
        looked = self._client.map_bounded(self._look, steps)
        return [step for step, as_seen in zip(steps, looked, strict=True) if as_seen]

    def _look(self, step: ListChange) -> bool:
        """Tell whether an entry is as it was seen; nothing is sent where it cannot be read."""
        if self.denied or not self._go_on():
            return False
        try:
            found = self._looks.conflict(step)
        except ServiceError as error:
            answer = WriteAnswer.of(error)
            self.answers[step.row] = answer.after(self.answers.get(step.row))
            self.uncertain = self.uncertain or answer.kind == "uncertain"
            if answer.kind == "denied":
                self.denied = error
            return False
        if isinstance(found, Problem) and found.code is Code.ENTRY_GONE and step.name in self.effects.at_risk:
            return True  # a file of ours has cost it
        if isinstance(found, Problem):
            self.conflicts[step.row] = found
            self.closed.add(step.row)
        elif found is Standing.DONE:
            self.just_confirmed.add(step)  # readings of the list have to catch up with this one
        return found is Standing.AS_SEEN

    def _put(self, step: ListChange) -> WriteAnswer | None:
        """A rename keeps the number; changing it is a step of its own, once the new name stands."""
        if not self._look(step):
            return None
        number = step.number if step.action is Action.RENAME else step.new_number
        return answer_of(lambda: self._client.put(self._where, step.name, self._entry(step.new_name, number)))

    def _delete(self, step: ListChange) -> WriteAnswer | None:
        if not self._look(step):
            return None
        return answer_of(partial(self._client.delete, self._where, step.name))

    def _delete_by_body(self, names: Sequence[str]) -> Confirmed:
        """Delete what no address can name: where the body is lost on the way, nobody knows what is deleted."""
        self.effects.at_risk |= self._standing
        return self._client.delete_many(self._where, names)

    def _replace(self, step: ListChange) -> None:
        """Where no file is taken, an entry that no address can name is taken out and put in again."""
        removed = answer_of(partial(self._delete_by_body, [step.name]))
        self._said(
            removed if removed.kind != "confirmed" else self.create(ApioEntry(step.new_name, step.new_number)), [step]
        )

    def _together(self, steps: Sequence[ListChange], send: Callable[[Sequence[ListChange]], Confirmed]) -> None:
        """Send steps together; where the service refuses them all for one of them, one by one."""
        for start in range(0, len(steps), _AT_A_TIME):
            if self.denied or not self._go_on():
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
        self.last = steps if answer.kind == "confirmed" else ()
        for step in steps:
            self.answers[step.row] = answer.after(self.answers.get(step.row))
            if answer.kind in {"confirmed", "uncertain"}:
                self.maybe_done.add(step.row)
            if answer.kind == "confirmed" and not silent:
                self.just_confirmed.add(step)
                self.ever_confirmed.add(step.row)
            if answer.kind == "refused":
                self.just_refused.add(step.row)
            if answer.kind == "confirmed" and not in_a_file:
                self._confirmed.add(step)
            elif answer.kind == "denied" or (answer.kind == "refused" and step.action is not Action.RENAME):
                self.closed.add(step.row)
            elif answer.kind == "refused" and not in_a_file:
                self._unrenamed.add(step.row)
        self.uncertain = self.uncertain or answer.kind == "uncertain"
        if answer.kind == "denied":
            self.denied = answer.error


def takes_back(name: str, number: str) -> bool:
    """Tell whether the service would surely take an entry from a file, as it stands."""
    fits = 1 <= len(name) <= _NAME_LIMIT and 1 <= len(number) <= _NUMBER_LIMIT
    return fits and not may_be_refused(number)


def _added(step: ListChange) -> ListChange:
    return ListChange(Action.ADD, step.row, "", "", step.new_name, step.new_number)
