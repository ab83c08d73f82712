"""One place of each service, driven alike: entries in, a file, a run, entries out. All data is invented."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from road_trip import OPEN_GUARD, Entry, Road, Trip, apio_state, rows_of, usos_state

from connectors.memory.target import Directory, directory_at
from connectors.memory.target import Fault as MemoryFault
from connectors.sandbox.options import ApioOptions, Fault, FaultKind, UsosOptions

REFUSED, DENIED, UNREACHABLE = "refused", "denied", "unreachable"
LOST_BEFORE, LOST_AFTER, LATE = "lost before", "lost after", "late"


class Place(Protocol):
    """A place with its one list of entries, name by name."""

    road: Road
    names_are_keys: bool

    def hold(self, entries: Iterable[Entry]) -> None:
        """Start with these entries and no fault."""

    def entries(self) -> list[Entry]:
        """Return what stands there, sorted."""

    def want(self, lines: Iterable[Entry], **sync: Any) -> None:
        """Write the file with one line an entry, and the configuration."""

    def fail(self, fault: str, times: int = 1, *, reading: bool = False) -> None:
        """Let the next writes, or readings, go wrong."""

    def rewrite(self, letters: Callable[[str], str]) -> None:
        """Let this become of every name before it is stored."""

    def lag(self, readings: int) -> None:
        """Let so many readings after a write show what stood there before."""

    def heal(self) -> None:
        """Let nothing go wrong any more."""

    def meddle(self, entries: Iterable[Entry]) -> None:
        """Give the place these entries, as another writer does."""


def _csv(header: str, owner: str, lines: Iterable[Entry]) -> str:
    return (
        header
        + "\n"
        + "".join(f'{owner}{number};"{name}"\n' if owner else f'"{name}";{number}\n' for name, number in lines)
    )


def _swap_secret(road: Road, right: str, wrong: str) -> None:
    path = road.folder / "phonesync.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(f'"{right}"', f'"{wrong}"'), encoding="utf-8")


@dataclass
class Usos:
    """One faculty."""

    road: Road
    names_are_keys = False

    def hold(self, entries: Iterable[Entry]) -> None:
        self.road.open(usos_state({"1": entries}))
        self.road.fault()

    def entries(self) -> list[Entry]:
        return self.road.numbers("1")

    def want(self, lines: Iterable[Entry], **sync: Any) -> None:
        self.road.source(_csv("entity_id;number;comment", "1;", lines))
        self.road.configure({"entity_class": "faculty", "guard": OPEN_GUARD, **sync}, attempts=2)

    def fail(self, fault: str, times: int = 1, *, reading: bool = False) -> None:
        kinds: dict[str, FaultKind] = {
            UNREACHABLE: "reset_before_commit",
            LOST_BEFORE: "server_error_before_commit",
            LOST_AFTER: "lost_after_commit",
        }
        if fault == DENIED:
            _swap_secret(self.road, "SECRET", "WORD")
        elif fault in {REFUSED, LATE}:
            status = 400 if fault == REFUSED else 504
            self.road.fault(Fault("replace", "server_error_before_commit", status=status, times=times))
        else:
            self.road.fault(Fault("select" if reading else "replace", kinds[fault], times=times))

    def rewrite(self, letters: Callable[[str], str]) -> None:
        self.road.sandbox.usos.options = UsosOptions(letters=letters)

    def lag(self, readings: int) -> None:
        self.road.sandbox.usos.options = UsosOptions(read_lag=readings)

    def heal(self) -> None:
        self.road.fault()

    def meddle(self, entries: Iterable[Entry]) -> None:
        self.road.sandbox.usos.set_numbers("faculty", "1", rows_of(entries))


@dataclass
class Apio:
    """One tenant's list."""

    road: Road
    names_are_keys = True

    def hold(self, entries: Iterable[Entry]) -> None:
        self.road.open(apio_state(entries))
        self.road.fault()

    def entries(self) -> list[Entry]:
        return self.road.entries()

    def want(self, lines: Iterable[Entry], **sync: Any) -> None:
        self.road.source(_csv("Name;Phone Number", "", lines))
        defaults = {"tenant": "chopin", "delete_missing": True, "write": "entries", "write_format": "source"}
        self.road.configure({"guard": OPEN_GUARD, **defaults, **sync}, attempts=2)

    def fail(self, fault: str, times: int = 1, *, reading: bool = False) -> None:
        kinds: dict[str, FaultKind] = {
            UNREACHABLE: "reset_before_commit",
            LOST_BEFORE: "server_error_before_commit",
            LATE: "server_error_before_commit",
            LOST_AFTER: "lost_after_commit",
            REFUSED: "server_error_before_commit",
        }
        if fault == DENIED:
            _swap_secret(self.road, "WORD", "SECRET")
        else:
            methods = ("list",) if reading else ("create", "put", "delete")
            status = {LATE: 504, REFUSED: 400}.get(fault, 503)
            self.road.fault(*(Fault(method, kinds[fault], times=times, status=status) for method in methods))

    def rewrite(self, letters: Callable[[str], str]) -> None:
        self.road.sandbox.apio.options = ApioOptions(letters=letters)

    def lag(self, readings: int) -> None:
        self.road.sandbox.apio.options = ApioOptions(read_lag=readings)

    def heal(self) -> None:
        self.road.fault()

    def meddle(self, entries: Iterable[Entry]) -> None:
        self.road.sandbox.apio.set_entries("chopin", None, entries)


@dataclass
class Memory:
    """One owner of a directory in memory."""

    road: Road
    names_are_keys = False

    @property
    def directory(self) -> Directory:
        return directory_at("https://contract.invalid")

    def hold(self, entries: Iterable[Entry]) -> None:
        self.directory.entries = {"shelf 1": list(entries)}
        self.directory.letters, self.directory.read_lag = str, 0
        self.directory.behind.clear()
        self.heal()

    def entries(self) -> list[Entry]:
        return sorted(self.directory.entries["shelf 1"])

    def want(self, lines: Iterable[Entry], **sync: Any) -> None:
        self.road.source(_csv("id;number;name", "1;", lines))
        self.road.configure(
            {"shelf": "shelf", "guard": OPEN_GUARD, **sync}, kind="memory", base_url="https://contract.invalid"
        )

    def fail(self, fault: str, times: int = 1, *, reading: bool = False) -> None:
        known: MemoryFault = fault  # type: ignore[assignment] # the names are the same
        (self.directory.read_faults if reading else self.directory.write_faults).extend([known] * times)

    def rewrite(self, letters: Callable[[str], str]) -> None:
        self.directory.letters = letters

    def lag(self, readings: int) -> None:
        self.directory.read_lag = readings

    def heal(self) -> None:
        self.directory.read_faults.clear()
        self.directory.write_faults.clear()

    def meddle(self, entries: Iterable[Entry]) -> None:
        self.directory.entries["shelf 1"] = list(entries)


PLACES = (Usos, Apio, Memory)


def writes_of(trip: Trip) -> int:
    """Return how many requests of a run may have changed something."""
    return int(trip.sync["requests"]["write"])
