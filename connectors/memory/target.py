"""A directory in memory and its target: a whole service in a hundred lines, with faults."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Literal

import pandas as pd

from connectors.execution import OwnerSets, answer_of, as_current
from connectors.http.request import WriteReceipt
from schemas.errors import AccessRefused, RequestRefused, ServiceError, UnknownOutcome, Unreachable
from schemas.execution import ApplyResult, Job, NumberingDefaults, Progress, Snapshot, Target, WriteAnswer
from tasks.execution.compare import Wanted, writes
from tasks.text_columns import is_in

Entry = tuple[str, str]  # name, number
Fault = Literal["unreachable", "denied", "refused", "lost before", "lost after", "late"]
_ERRORS: dict[Fault, ServiceError] = {
    "unreachable": Unreachable("the directory cannot be reached"),
    "denied": AccessRefused("the directory refused access", status=401),
    "refused": RequestRefused("the directory refused the set", status=400),
    "lost before": UnknownOutcome("the directory's answer was lost"),
    "lost after": UnknownOutcome("the directory's answer was lost"),
    "late": UnknownOutcome("the directory did not answer in time", late=True),
}


@dataclass
class Directory:
    """What is in memory.

    Attributes:
        entries: by owner.
        read_faults: what the next readings come to.
        write_faults: what the next writes come to.
        requests: how many there were.
        letters: what becomes of a name before it is stored.
        read_lag: how many readings after a write still show what stood there before it.
        behind: what the next readings show.
    """

    entries: dict[str, list[Entry]] = field(default_factory=dict)
    read_faults: deque[Fault] = field(default_factory=deque)
    write_faults: deque[Fault] = field(default_factory=deque)
    requests: dict[str, int] = field(default_factory=lambda: {"read": 0, "write": 0})
    letters: Callable[[str], str] = str
    read_lag: int = 0
    behind: list[dict[str, list[Entry]]] = field(default_factory=list)

    def close(self) -> None:
        """There is nothing to let go of."""

    def select(self, owners: Sequence[str]) -> list[tuple[str, Entry]]:
        """Return the entries of owners, in one request; one that nobody has written has none."""
        self.requests["read"] += 1
        if self.read_faults:
            raise _ERRORS[self.read_faults.popleft()]
        shown = self.behind.pop() if self.behind else self.entries
        return [(owner, entry) for owner in owners for entry in shown.get(owner, ())]

    def replace(self, owner: str, entries: Sequence[Entry]) -> WriteReceipt:
        """Give an owner these entries and no others."""
        self.requests["write"] += 1
        fault = self.write_faults.popleft() if self.write_faults else None
        if fault in {None, "lost after"}:
            self.behind = [self.behind[0] if self.behind else dict(self.entries)] * self.read_lag
            self.entries[owner] = [(self.letters(name), number) for name, number in entries]
        if fault:
            raise _ERRORS[fault]
        return WriteReceipt(200, 1)


@cache
def directory_at(_address: str) -> Directory:
    """Return the directory of an address, the same one to everybody in this process."""
    return Directory()


class MemoryTarget(Target):
    """One shelf of a directory."""

    def __init__(self, directory: Directory, name: str, numbering: NumberingDefaults) -> None:
        self._directory, self._name, self._numbering = directory, name, numbering

    @property
    def name(self) -> str:
        """Address and shelf."""
        return self._name

    def requests(self) -> dict[str, int]:
        """Return how many requests were made so far."""
        return dict(self._directory.requests)

    def read(self, owners: Sequence[str], progress: Progress) -> Snapshot:
        """Return the entries of these owners."""
        rows = [(owner, *entry, "", "") for owner, entry in self._directory.select(owners)]
        progress("reading the directory", len(owners), len(owners))
        return Snapshot(as_current(rows, self._numbering))

    def write(self, rows: pd.DataFrame, job: Job) -> ApplyResult:
        """Replace the entries of every changed owner."""
        result = ApplyResult(found=as_current([], self._numbering))
        OwnerSets(self, rows[is_in(rows["owner"], rows.loc[writes(rows), "owner"])], job, result).run()
        return result

    def replace(self, sets: dict[str, list[Wanted]], go_on: Callable[[], bool]) -> dict[str, WriteAnswer]:
        """Send one set after the other; after a refusal of access none is begun any more."""
        answers: dict[str, WriteAnswer] = {}
        for owner, wanted in sets.items():
            if go_on() and not any(answer.kind == "denied" for answer in answers.values()):
                entries = [(item.name, item.number) for item in wanted]
                answers[owner] = answer_of(partial(self._directory.replace, owner, entries))
        return answers
