"""One trip down the road: an invented state, a configuration and a CSV in; summary, report and state out."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from connectors.ledger.engine import connect
from connectors.ledger.store import Ledger
from connectors.sandbox.options import ApioOptions, Fault, UsosOptions
from connectors.sandbox.server import Sandbox
from connectors.sandbox.usos_rows import NumberRow
from connectors.sandbox.wire import Call
from flows.config import load
from flows.context import RunContext
from flows.run import RunRequest, directly, run
from flows.sync_run import StepRunner
from schemas.errors import InternalError, PhonesyncError

ENVIRON = {"KEY": "testkey", "SECRET": "testsecret", "NAME": "admin", "WORD": "open"}
READS = {"select", "list", "get", "login", "method", "installation", "faculties", "building_index", "users"}
# No guard stands in the way of a test that is not about guards.
OPEN_GUARD: dict[str, Any] = {
    "max_deletes": 1000,
    "max_delete_share": 1.0,
    "max_change_share": 1.0,
    "max_source_drop": 1.0,
    "max_moved_share": 1.0,
    "max_drift_share": 1.0,
    "allow_empty": True,
}
Entry = tuple[str, str]


@cache
def _in_memory() -> tuple[Engine, sqlite3.Connection]:
    """Return a ledger's database, and a copy of it with nothing in it."""
    engine, empty = connect("sqlite://"), sqlite3.connect(":memory:")
    _copy(engine, lambda ours: ours.backup(empty))
    return engine, empty


def _copy(engine: Engine, how: Callable[[Any], None]) -> None:
    with engine.connect() as connection:
        how(connection.connection.driver_connection)


def empty_ledger() -> Ledger:
    """Return a ledger in memory, the same database each time, with nothing in it.

    A new one for each test would make its tables and put all statements into SQL anew, a twentieth of the time.
    """
    engine, empty = _in_memory()
    _copy(engine, empty.backup)
    return Ledger(engine)


@dataclass(frozen=True)
class Trip:
    """What one run came to.

    Attributes:
        exit_code: of the run.
        sync: the one sync's object of `--json`.
        lines: the line report as its CSV has it.
        calls: what the services were asked, logins apart.
        errors: what stopped it.
    """

    exit_code: int
    sync: dict[str, Any]
    lines: list[dict[str, str]]
    calls: list[Call]
    errors: list[PhonesyncError] = field(default_factory=list)

    @property
    def writes(self) -> list[str]:
        """The methods that may change something, in the order they were answered."""
        return [call.method for call in self.calls if call.method not in READS]

    @property
    def outcomes(self) -> dict[str, int]:
        """The summary's counts, without what does not occur."""
        return {outcome: number for outcome, number in self.sync["outcomes"].items() if number}

    @property
    def actions(self) -> dict[str, int]:
        """Likewise."""
        return {action: number for action, number in self.sync["actions"].items() if number}

    def line(self, number: int) -> dict[str, str]:
        """The one row of a line of the source."""
        (found,) = [row for row in self.lines if row["line"] == str(number)]
        return found

    def about(self, name: str) -> dict[str, str]:
        """The one row about an entry that stood there under this name."""
        (found,) = [row for row in self.lines if row["name_before"] == name]
        return found


@dataclass
class Road:
    """A folder, a ledger in memory and the served sandbox; time passes only in `sleep`."""

    sandbox: Sandbox
    folder: Path
    ledger: Ledger
    waits: list[float] = field(default_factory=list)
    now: datetime = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
    contexts: list[RunContext] = field(default_factory=list)
    ids: count[int] = field(default_factory=count)

    def open(
        self, state: Mapping[str, Any], *, usos: UsosOptions | None = None, apio: ApioOptions | None = None
    ) -> None:
        """Start from a state, under these options, with no fault."""
        self.sandbox.reset(state)
        self.sandbox.usos.options = usos or UsosOptions()
        self.sandbox.apio.options = apio or ApioOptions()

    def source(self, text: str) -> None:
        """Write the one source file."""
        (self.folder / "source.csv").write_text(text, encoding="utf-8", newline="")

    def configure(self, sync: Mapping[str, Any], **connection: Any) -> None:
        """Write the configuration of one sync, named `one`; it is for USOS where it names an entity class.

        A connection of another kind is given whole.
        """
        usos = "entity_class" in sync
        url = self.sandbox.usos_url if usos else self.sandbox.apio_url
        secrets = ("consumer_key", "consumer_secret") if usos else ("username", "password")
        names = ("KEY", "SECRET") if usos else ("NAME", "WORD")
        ours = {
            "kind": "usos" if usos else "apio",
            "base_url": url,
            **{secret: {"env": name} for secret, name in zip(secrets, names, strict=True)},
        }
        tables = {
            "connections.there": {**({} if "kind" in connection else ours), **connection},
            "syncs.one": {"connection": "there", "source": "source.csv", "full_numbers": True, **sync},
        }
        text = "".join(f"[{table}]\n{toml(values)}" for table, values in tables.items())
        (self.folder / "phonesync.toml").write_text(text, encoding="utf-8")

    def fault(self, *faults: Fault) -> None:
        """Let these go wrong from now on."""
        self.sandbox.usos.faults = list(faults)
        self.sandbox.apio.faults = list(faults)

    def sleep(self, seconds: float) -> None:
        """Wait without waiting."""
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)

    def context(self) -> RunContext:
        """Return the world of the configuration; the road closes it."""
        settings = load(self.folder / "phonesync.toml")
        context = RunContext(
            settings,
            self.ledger,
            ENVIRON,
            "tester",
            clock=lambda: self.now,
            sleep=self.sleep,
            suffix=lambda: f"{next(self.ids):06x}",
        )
        self.contexts.append(context)
        return context

    def go(self, request: RunRequest | None = None, step: StepRunner = directly) -> Trip:
        """Run the order, a `sync` unless said otherwise, and read back what it wrote."""
        before = len(self.sandbox.calls)
        run_result = run(self.context(), request or RunRequest("sync"), step)
        internal = [error for error in run_result.errors if isinstance(error, InternalError)]
        assert not internal, internal[0].__cause__ or internal[0]
        (sync,) = run_result.summary["syncs"]
        json.dumps(run_result.summary)
        lines: list[dict[str, str]] = []
        if sync["reports"]:
            with Path(sync["reports"]["csv"]).open(encoding="utf-8", newline="") as file:
                lines = list(csv.DictReader(file))
        told = {row["outcome"] for row in lines} - {"unchanged", ""}
        assert told or not (lines and sync["requests"]["write"]), "something was written, and no row tells of it"
        return Trip(run_result.exit_code, sync, lines, self.sandbox.calls[before:], run_result.errors)

    def plan(self) -> Trip:
        """Make a plan and write nothing."""
        return self.go(RunRequest("plan"))

    def apply(self, plan: str, reason: str = "") -> Trip:
        """Apply a plan."""
        return self.go(RunRequest("apply", plan=plan, reason=reason))

    def numbers(self, entity: str, entity_class: str = "faculty") -> list[Entry]:
        """Return the stored (comment, number) pairs of an entity, sorted."""
        return sorted((row.comment_pl, row.number) for row in self.sandbox.usos.numbers(entity_class, entity))

    def entries(self, group: str | None = None) -> list[Entry]:
        """Return the stored (name, number) pairs of the list, sorted."""
        return sorted(self.sandbox.apio.entries("chopin", group))

    def close(self) -> None:
        """Give all connections back."""
        for context in self.contexts:
            context.close()
        self.ledger.close()


def usos_state(entities: Mapping[str, Iterable[Sequence[str]]], entity_class: str = "faculty") -> dict[str, Any]:
    """Return a state with these entities; each number is `(comment, number[, type[, English comment]])`."""
    consumer = {
        "key": ENVIRON["KEY"],
        "secret": ENVIRON["SECRET"],
        "administrative_methods": ["services/phones/select", "services/phones/replace"],
    }
    numbers = {entity: [_number(*row) for row in rows] for entity, rows in entities.items()}
    return {"usos": {"consumers": [consumer], "entities": {entity_class: numbers}}}


def _number(comment: str, number: str, type_id: str = "", english: str = "") -> dict[str, Any]:
    return {"number": number, "comment": {"pl": comment, "en": english or None}, "type_id": type_id or None}


def apio_state(entries: Iterable[Entry], group: str | None = None, level: int = 12) -> dict[str, Any]:
    """Return a state with these entries on the tenant's list, or on a group's."""
    listed = {"entries": [{"name": name, "phoneNumber": number} for name, number in entries]}
    tenant: dict[str, Any] = {"groups": {group: listed}} if group else listed
    user = {"username": ENVIRON["NAME"], "password": ENVIRON["WORD"], "user_level": level}
    return {"apio": {"users": [user], "tenants": {"chopin": tenant}}}


def rows_of(entries: Iterable[Entry]) -> list[NumberRow]:
    """Return what another writer of USOS writes."""
    return [NumberRow(number, comment) for comment, number in entries]


def toml(values: Mapping[str, Any]) -> str:
    """Return the lines of a table."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in values.items() if value is not None)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
