"""A phone list as a target: the complete list in one batch, then reading, then whatever is left entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import pandas as pd

from connectors.apio import Apio, ApioEntry, PhoneList, is_path_safe
from connectors.http import Written as Confirmed
from flows.target import ROUNDS, Found, Job, Progress, Reading, Written, answer_of, as_current, wait_before
from schemas.answer import Answer
from schemas.errors import ServiceError
from schemas.owner import list_owner
from schemas.plan import Action, Outcome
from schemas.settings import ApioConnection
from tasks.route import Step, compose, lost, route
from tasks.settle import in_place, moved, newcomers, stands, writes
from tasks.verdict import Seen, verdict

_AT_A_TIME = 100  # entries in one create or delete: the service takes them all or none


class ApioTarget:
    """The common phone list of a tenant or of one of its groups."""

    def __init__(
        self,
        client: Apio,
        connection: ApioConnection,
        where: PhoneList,
        reading: Reading,
        way: Literal["batch", "entries"],
    ) -> None:
        self.client = client
        self.where = where
        self.way = way
        self._connection = connection
        self._reading = reading

    @property
    def name(self) -> str:
        """Address and list."""
        return f"{self._connection.base_url} {self.owner}"

    @property
    def owner(self) -> str:
        """The one owner of all entries."""
        return list_owner(self.where.tenant, self.where.group)

    def requests(self) -> dict[str, int]:
        """Return how many requests were sent so far."""
        return {"read": self.client.requests.read, "write": self.client.requests.write}

    def read(self, owners: Sequence[str], progress: Progress) -> Found:  # noqa: ARG002 - a list is its only owner
        """Return the whole list; a service may drop search criteria, so none are sent."""
        progress("reading the phone list", 0, 1)
        entries = self.client.entries(self.where)
        progress("reading the phone list", 1, 1)
        return Found(as_current([(self.owner, entry.name, entry.number, "", "") for entry in entries], self._reading))

    def write(self, rows: pd.DataFrame, job: Job) -> Written:
        """Bring the list to what the plan wants, whether or not the server deletes what a file leaves out."""
        return _Passage(self, rows, job).run()


class _Passage:
    """One list on its way through one plan."""

    def __init__(self, target: ApioTarget, rows: pd.DataFrame, job: Job) -> None:
        self._target = target
        self._rows = rows
        self._job = job
        self._result = Written(folds_names=job.folds_names)
        self._answers: dict[int, Answer] = {}
        self._uncertain = False
        self._removed: list[ApioEntry] = []

    def run(self) -> Written:
        """Read, leave out conflicts, send what is left until it is in place or refused, and account for every row."""
        result = self._result
        try:
            fresh = self._read()
        except ServiceError as error:
            result.stopped = error
            self._note(self._rows[writes(self._rows)], Outcome.SKIPPED, f"not sent: {error.message}")
            return result
        changes = self._without_conflicts(fresh)
        now = fresh
        for round_number in range(ROUNDS + 1):
            pending = self._pending(changes, now)
            steps = route(pending, now, fold_names=result.folds_names)
            if not steps or result.stopped:
                break
            if round_number:
                self._job.sleep(wait_before(round_number - 1, list(self._answers.values())) if self._uncertain else 0)
            self._job.progress("writing to the phone list", len(changes) - len(steps), len(changes))
            intent = self._job.intend(self._target.way, [self._target.owner])
            self._send(steps, now, in_a_batch=self._target.way == "batch" and (round_number == 0 or self._uncertain))
            try:
                now = self._put_back(changes, fresh, self._read())
            except ServiceError as error:
                result.stopped = error
                self._unread(changes)
                return result
            self._learn(pending, now)
            self._job.settle([], [intent])
        self._account(changes, now)
        self._job.progress("writing to the phone list", len(changes), len(changes))
        result.found = now
        return result

    def _read(self) -> pd.DataFrame:
        return self._target.read([], lambda *_: None).entries

    def _without_conflicts(self, fresh: pd.DataFrame) -> pd.DataFrame:
        """Leave out rows whose entry has moved since the plan, or whose name somebody else has taken."""
        rows = self._rows
        gone = moved(rows, fresh)
        come = fresh.loc[newcomers(rows, fresh), ["tidy", "number"]].drop_duplicates("tidy").set_index("tidy")["number"]
        taken = (rows["action"].isin([Action.ADD, Action.RENAME]) & rows["name_after"].isin(come.index)).to_numpy()
        names = rows["name_before"].where(gone, rows["name_after"])[gone | taken]
        for row, name in zip(names.index, names, strict=True):
            said = f"now its number is {come[name]}" if name in come else "the entry is not there any more"
            self._keep(row, Outcome.CONFLICT, f"changed by somebody else since the plan was made: {said}")
        return rows[writes(rows) & ~gone & ~taken]

    def _pending(self, changes: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
        refused = [row for row, answer in self._answers.items() if answer.kind in {"refused", "denied"}]
        done = in_place(changes, now, fold_names=self._result.folds_names)
        return changes[~done & ~changes.index.isin(refused)]

    # Sending ------------------------------------------------------------------------------------------------------

    def _send(self, steps: Sequence[Step], now: pd.DataFrame, *, in_a_batch: bool) -> None:
        self._uncertain = False
        if in_a_batch and self._batch(steps, now):
            return
        self._entries(steps)

    def _batch(self, steps: Sequence[Step], now: pd.DataFrame) -> bool:
        """Send the complete list; False where the service refuses the file as a whole, perhaps for one row of it."""
        file = compose(now, steps)
        client, where = self._target.client, self._target.where
        try:
            result = client.batch(where, [row.fields for row in file])
        except ServiceError as error:
            answer = Answer.of(error)
            if answer.kind == "refused":
                return False
            self._said(answer, *(step.row for step in steps))
            return True
        said = {row.line: row for row in result.rows if row.line is not None}
        for line, row in enumerate(file, start=1):
            told = said.get(line)
            if row.row is not None:
                message = told.message if told else "the service said nothing about this row"
                fine = told is None or told.success
                answer = Answer("confirmed" if fine else "refused", result.status, result.attempts, message)
                self._said(answer, row.row)
        for step in steps:
            if step.action is Action.DELETE:
                self._said(Answer("confirmed", result.status, result.attempts, ""), step.row)
        self._removed += [ApioEntry(row.name, row.number) for row in result.rows if row.line is None]
        return True

    def _entries(self, steps: Sequence[Step]) -> None:
        """Send entry by entry: what adds and changes first, what deletes last."""
        client, where = self._target.client, self._target.where
        renamed = [step for step in steps if step.action in {Action.MODIFY, Action.RENAME}]
        safe = [step for step in renamed if is_path_safe(step.name)]
        client.map_bounded(
            lambda step: self._said(
                answer_of(lambda: client.put(where, step.name, ApioEntry(step.new_name, self._number_of(step)))),
                step.row,
            ),
            safe,
        )
        for step in renamed:
            if not is_path_safe(step.name):
                self._replace_unsafe(step)
        added = [step for step in steps if step.action is Action.ADD]
        self._together(added, lambda some: client.create(where, [ApioEntry(s.new_name, s.new_number) for s in some]))
        deleted = [step for step in steps if step.action is Action.DELETE]
        self._together(deleted, lambda some: client.delete_many(where, [s.name for s in some]))

    def _number_of(self, step: Step) -> str:
        """A rename keeps the number; changing it is a step of its own, once the new name stands."""
        return step.number if step.action is Action.RENAME else step.new_number

    def _replace_unsafe(self, step: Step) -> None:
        """A name that cannot stand in an address is taken out and put in again; reading settles what came of it."""
        client, where = self._target.client, self._target.where
        removed = answer_of(lambda: client.delete_many(where, [step.name]))
        self._said(removed, step.row)
        if removed.kind == "confirmed":
            self._said(answer_of(lambda: client.create(where, [ApioEntry(step.new_name, step.new_number)])), step.row)

    def _together(self, steps: Sequence[Step], send: Callable[[Sequence[Step]], Confirmed]) -> None:
        """Send steps together; where the service refuses them all for one of them, one by one."""
        for start in range(0, len(steps), _AT_A_TIME):
            some = steps[start : start + _AT_A_TIME]
            answer = answer_of(partial(send, some))
            if answer.kind == "refused" and len(some) > 1:
                for step in some:
                    self._said(answer_of(partial(send, [step])), step.row)
            else:
                self._said(answer, *(step.row for step in some))

    def _said(self, answer: Answer, *rows: int) -> None:
        for row in rows:
            self._answers[row] = answer.after(self._answers.get(row))
        self._uncertain = self._uncertain or answer.kind == "uncertain"
        if answer.kind == "denied":
            self._result.stopped = answer.error

    # Seeing -------------------------------------------------------------------------------------------------------

    def _put_back(self, changes: pd.DataFrame, fresh: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
        """Put back at once what the server removed and nobody had planned to remove."""
        refused = {row for row, answer in self._answers.items() if answer.kind in {"refused", "denied"}}
        leaving = set(changes.loc[~changes.index.isin(refused), "name_before"])
        fold = self._result.folds_names
        missing = lost(fresh, now, leaving, fold_names=fold)
        entries = [ApioEntry(*pair) for pair in zip(missing["name"], missing["number"], strict=True)]
        known = {*fresh["name"], *changes["name_after"]}
        strangers = [entry for entry in self._removed if entry.name not in known and entry.name not in set(now["name"])]
        self._removed = []
        if not entries and not strangers:
            return now
        intent = self._job.intend("restore", [self._target.owner])
        for entry in [*entries, *strangers]:
            answer = answer_of(partial(self._target.client.create, self._target.where, [entry]))
            done = "put back" if answer.kind == "confirmed" else f"not put back: {answer.message}"
            said = f"the service deleted this entry, which nobody had asked for; {done}"
            if entry in strangers or answer.kind != "confirmed":
                self._result.unplanned.append(
                    {
                        "owner": self._target.owner,
                        "name": entry.name,
                        "number": entry.number,
                        "message": said,
                        "at": self._job.now(),
                    }
                )
        self._job.settle([], [intent])
        return self._read()

    def _learn(self, pending: pd.DataFrame, now: pd.DataFrame) -> None:
        """See whether the list holds a wanted name in another case: then it takes the two for one."""
        wanted = pending["name_after"][pending["name_after"] != ""]
        absent = wanted[~wanted.isin(now["tidy"])]
        if absent.str.casefold().isin(now["tidy"].str.casefold()).any():
            self._result.folds_names = True

    # Accounting ---------------------------------------------------------------------------------------------------

    def _account(self, changes: pd.DataFrame, now: pd.DataFrame) -> None:
        done = in_place(changes, now, fold_names=self._result.folds_names)
        untouched = Seen(read=True, untouched=True)
        for row, ok in zip(changes.index, done, strict=True):
            answer = self._answers.get(row)
            if answer is None and ok:
                self._keep(row, Outcome.UNCHANGED, "somebody else has done it already")
                continue
            outcome, message = verdict(answer, untouched, in_place=bool(ok))
            self._keep(row, outcome, message, answer)
        resting = self._rows[stands(self._rows) & ~writes(self._rows)]
        resting = resting[~resting.index.isin(self._result.known)]
        for row in resting.index[moved(resting, now)]:
            self._keep(row, Outcome.CONFLICT, "it does not stand in the list any more as it stood")
        self._job.settle(list(self._result.known.values()), [])

    def _unread(self, changes: pd.DataFrame) -> None:
        for row in changes.index:
            answer = self._answers.get(row)
            if answer is None or answer.kind in {"refused", "denied"}:
                self._keep(row, Outcome.SKIPPED if answer is None else Outcome.FAILED, "not done", answer)
            else:
                self._keep(row, Outcome.UNKNOWN, "sent, but what came of it could not be read", answer)
        self._job.settle(list(self._result.known.values()), [])

    def _note(self, rows: pd.DataFrame, outcome: Outcome, message: str) -> None:
        for row in rows.index:
            self._keep(row, outcome, message)
        self._job.settle(list(self._result.known.values()), [])

    def _keep(self, row: int, outcome: Outcome, message: str, answer: Answer | None = None) -> None:
        self._result.known[int(row)] = self._job.known(int(row), outcome, message, answer)
