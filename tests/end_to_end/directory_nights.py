"""Several files on one service, night after night: what each run says, and what stands there. All data is invented."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from road_trip import OPEN_GUARD, Entry, Road, apio_state, rows_of, toml, usos_state

from connectors.ledger.store import Ledger
from connectors.memory.target import Directory, directory_at
from connectors.sandbox.options import ApioOptions
from flows.run import RunRequest, run
from flows.sync_run import RunResult
from schemas.errors import InternalError

Line = tuple[str, str, str]  # owner, number, name
_MEMORY = "https://nights.invalid"
A, B, C, D = "22 552 00 01", "22 552 00 02", "22 552 00 03", "22 552 00 04"
FOUR = ("22 552 01 01", "22 552 01 02", "22 552 01 03", "22 552 01 04")


@dataclass
class UsosService:
    """Faculties of the sandbox, or other owners of it."""

    word: str = "faculty"
    header = "entity_id;number;comment"

    def connection(self, road: Road) -> dict[str, Any]:
        secrets = {"consumer_key": {"env": "KEY"}, "consumer_secret": {"env": "SECRET"}}
        return {"kind": "usos", "base_url": road.sandbox.usos_url, **secrets}

    def sync(self) -> dict[str, Any]:
        return {"entity_class": self.word}

    def row(self, line: Line) -> Sequence[str]:
        return line

    def hold(self, road: Road, entries: Mapping[str, Sequence[Entry]]) -> None:
        road.open(usos_state(entries, self.word))

    def meddle(self, road: Road, owner: str, entries: Sequence[Entry]) -> None:
        road.sandbox.usos.set_numbers(self.word, owner, rows_of(entries))

    def entries(self, road: Road, owner: str) -> list[Entry]:
        return road.numbers(owner, self.word)


@dataclass
class ListService:
    """A phone list of the sandbox that several files share."""

    options: ApioOptions = field(default_factory=ApioOptions)
    keys: Mapping[str, Any] = field(default_factory=dict)
    header = "Name;Phone Number"
    word = "tenant"

    def connection(self, road: Road) -> dict[str, Any]:
        secrets = {"username": {"env": "NAME"}, "password": {"env": "WORD"}}
        return {"kind": "apio", "base_url": road.sandbox.apio_url, "prefix": self.options.prefix, **secrets}

    def sync(self) -> dict[str, Any]:
        return {"tenant": "chopin", "shared": True, "delete_missing": True, **self.keys}

    def row(self, line: Line) -> Sequence[str]:
        return line[2], line[1]

    def hold(self, road: Road, entries: Mapping[str, Sequence[Entry]]) -> None:
        road.open(apio_state([entry for some in entries.values() for entry in some]), apio=self.options)

    def meddle(self, road: Road, owner: str, entries: Sequence[Entry]) -> None:
        road.sandbox.apio.set_entries(owner, None, list(entries))

    def entries(self, road: Road, owner: str) -> list[Entry]:
        return road.entries()


@dataclass
class MemoryService:
    """A shelf in memory."""

    header = "id;number;name"
    word = "shelf"

    @property
    def directory(self) -> Directory:
        return directory_at(_MEMORY)

    def connection(self, road: Road) -> dict[str, Any]:
        return {"kind": "memory", "base_url": _MEMORY}

    def sync(self) -> dict[str, Any]:
        return {"shelf": "shelf"}

    def row(self, line: Line) -> Sequence[str]:
        return line

    def hold(self, road: Road, entries: Mapping[str, Sequence[Entry]]) -> None:
        self.directory.entries = {f"shelf {owner}": list(some) for owner, some in entries.items()}
        self.directory.read_faults.clear()
        self.directory.write_faults.clear()

    def meddle(self, road: Road, owner: str, entries: Sequence[Entry]) -> None:
        self.directory.entries[f"shelf {owner}"] = list(entries)

    def entries(self, road: Road, owner: str) -> list[Entry]:
        return sorted(self.directory.entries.get(f"shelf {owner}", ()))


SERVICES = (UsosService, MemoryService)


@dataclass
class Nights:
    """A road with several files for one service.

    Attributes:
        road: the folder, the ledger and the sandbox.
        service: whose owners they are.
        options: keys of every sync.
    """

    road: Road
    service: UsosService | MemoryService | ListService
    options: dict[str, Any] = field(default_factory=dict)
    syncs: dict[str, dict[str, Any]] = field(default_factory=dict)
    connections: dict[str, dict[str, Any]] = field(default_factory=dict)

    def file(self, name: str, lines: Iterable[Line], **sync: Any) -> None:
        """Write the file of a sync; keys given once stay."""
        text = self.service.header + "\n" + "".join(";".join(self.service.row(line)) + "\n" for line in lines)
        (self.road.folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
        before = self.syncs.get(name, {"connection": "there", **self.service.sync(), "source": f"{name}.csv"})
        self.syncs[name] = {**before, "guard": OPEN_GUARD, **self.options, **sync}
        self.configure()

    def configure(self) -> None:
        """Write the configuration."""
        tables = {"connections.there": self.service.connection(self.road)}
        tables |= {f"connections.{name}": table for name, table in self.connections.items()}
        tables |= {f"syncs.{name}": table for name, table in self.syncs.items()}
        text = "".join(f"[{table}]\n{toml(values)}" for table, values in tables.items())
        (self.road.folder / "phonesync.toml").write_text(text, encoding="utf-8")

    def night(self, *names: str, mode: str = "sync") -> RunResult:
        """Run syncs, all where none is named."""
        result = run(self.road.context(), RunRequest(mode, names))  # type: ignore[arg-type] # a mode
        internal = [error for error in result.errors if isinstance(error, InternalError)]
        assert not internal, internal[0].__cause__ or internal[0]
        return result

    def numbers(self, owner: str) -> list[str]:
        """Return the numbers of an owner, sorted."""
        return sorted(number for _, number in self.service.entries(self.road, owner))

    def hold(self, **entries: Sequence[Entry]) -> None:
        """Let these entries stand there, by owner with an `o` in front, and no others."""
        self.service.hold(self.road, {owner.removeprefix("o"): some for owner, some in entries.items()})

    def meddle(self, owner: str, entries: Sequence[Entry]) -> None:
        """Give an owner these entries, as somebody else does."""
        self.service.meddle(self.road, owner, entries)


def of(result: RunResult, sync: str) -> dict[str, Any]:
    """Return what `--json` says of a sync."""
    (found,) = [item for item in result.summary["syncs"] if item["sync"] == sync]
    return dict(found)


def guards_of(result: RunResult, sync: str = "old") -> list[str]:
    return [guard["guard"] for guard in of(result, sync)["guards"]]


def on_file(road: Road) -> None:
    """Keep the ledger in a file, so that it can be copied."""
    road.ledger.close()
    road.ledger = Ledger.open(f"sqlite:///{road.folder / 'ledger.db'}")


def backup(road: Road) -> None:
    with (
        closing(sqlite3.connect(road.folder / "ledger.db")) as ledger,
        closing(sqlite3.connect(road.folder / "b")) as b,
    ):
        ledger.backup(b)


def restore(road: Road) -> None:
    """Take the ledger of the backup, and lose with the reports what they say of the last run."""
    for context in road.contexts:
        context.close()
    road.ledger.close()
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (road.folder / name).unlink(missing_ok=True)
    shutil.copy(road.folder / "b", road.folder / "ledger.db")
    for note in (road.folder / "reports").glob(".last-run-*"):
        note.unlink()
    road.ledger = Ledger.open(f"sqlite:///{road.folder / 'ledger.db'}")


def later(road: Road) -> None:
    road.now += timedelta(days=1)
