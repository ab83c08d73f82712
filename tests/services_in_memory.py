"""Both services without a wire, as far as a target needs them, and a job in a ledger; all data is invented."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
from sqlalchemy import create_engine, text

from connectors.apio.client import ApioEntry, BatchResult, BatchRow
from connectors.http.request import WriteReceipt
from connectors.ledger.store import KeptPlan, Ledger
from connectors.usos.client import UsosNumber
from schemas.errors import RequestRefused
from schemas.execution import Job

AT = "2026-03-14T02:00:00+00:00"
OK = WriteReceipt(200, 1)


@dataclass
class _Service:
    """What a test lets go wrong, and what was asked.

    Attributes:
        fails: returns the error of a call, given its method and how many of that method came before; None lets it be.
        calls: the methods that were called.
    """

    fails: Callable[[str, int], Exception | None] = lambda _method, _before: None
    calls: list[str] = field(default_factory=list)
    requests: Any = field(default_factory=lambda: SimpleNamespace(read=0, write=0))

    def called(self, method: str) -> None:
        before = self.calls.count(method)
        self.calls.append(method)
        if error := self.fails(method, before):
            raise error

    def map_bounded(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return [function(item) for item in items]


@dataclass
class MemoryUsos(_Service):
    """Numbers of entities, by id."""

    numbers: dict[str, list[UsosNumber]] = field(default_factory=dict)

    def select_all(self, _entity_class: str, ids: Sequence[str], _on_done: object) -> dict[str, Any]:
        self.called("select")
        return {identifier: tuple(self.numbers.get(identifier, ())) for identifier in ids}

    def replace(self, _entity_class: str, identifier: str, numbers: Sequence[UsosNumber]) -> WriteReceipt:
        self.called("replace")
        self.numbers[identifier] = list(numbers)
        return OK


@dataclass
class MemoryApio(_Service):
    """One phone list; a batch deletes what its file leaves out, and the rows that it refuses with it."""

    list: dict[str, str] = field(default_factory=dict)
    refuses: frozenset[str] = frozenset()

    def entries(self, _where: object, _criteria: object = None) -> Sequence[ApioEntry]:
        self.called("list")
        return [ApioEntry(*pair) for pair in self.list.items()]

    def get(self, _where: object, name: str) -> ApioEntry:
        self.called("get")
        if name not in self.list:
            raise RequestRefused("there is none", status=404)
        return ApioEntry(name, self.list[name])

    def batch(self, _where: object, rows: Sequence[tuple[str, ...]]) -> BatchResult:
        self.called("batch")
        good = [row for row in rows if row[0] not in self.refuses]
        self.list = {row[2] if row[2:] else row[0]: row[1] for row in good}
        said = [
            BatchRow(line, row[0], row[1], "Success" if row in good else "Failure", "")
            for line, row in enumerate(rows, start=1)
        ]
        return BatchResult(207, tuple(said))

    def put(self, _where: object, name: str, entry: ApioEntry) -> WriteReceipt:
        self.called("put")
        self.list = {entry.name if old == name else old: number for old, number in self.list.items()}
        self.list[entry.name] = entry.number
        return OK

    def create(self, _where: object, entries: Sequence[ApioEntry]) -> WriteReceipt:
        self.called("create")
        self.list |= {entry.name: entry.number for entry in entries}
        return OK

    def delete(self, _where: object, name: str) -> WriteReceipt:
        self.called("delete")
        self.list.pop(name, None)
        return OK


@dataclass
class Desk:
    """A ledger that keeps one plan."""

    path: Path
    ledger: Ledger

    def job(self, rows: pd.DataFrame, **more: Any) -> Job:
        """Keep the plan, and return what carrying it out needs."""
        self.ledger.start_run("run", mode="sync", person="anna", at=AT)
        self.ledger.keep_plan(KeptPlan("plan", "run", "one", "there", "sha256:1", AT, 1, 0, [], rows))
        return Job(self.ledger, "plan", "run", lambda: AT, lambda _: None, lambda *_: None, **more)

    def open_intents(self) -> int:
        """Return how many intents nothing has settled."""
        engine = create_engine(f"sqlite:///{self.path}")
        with engine.connect() as connection:
            found = connection.execute(text("select count(*) from intents where settled_at is null")).scalar_one()
        engine.dispose()
        return int(found)


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """Open a ledger in this folder."""
    path = folder / "ledger.db"
    ledger = Ledger.open(f"sqlite:///{path}")
    try:
        yield Desk(path, ledger)
    finally:
        ledger.close()
