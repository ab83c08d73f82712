"""Small truths: what is said where a service, the ledger or the disk fails on the way, and of lines said twice."""

from __future__ import annotations

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from directory_nights import SERVICES, MemoryService, Nights, UsosService, of
from road_trip import OPEN_GUARD, Road, apio_state
from sqlalchemy import event

from connectors.ledger.engine import connect
from connectors.ledger.store import Ledger
from connectors.sandbox.options import Fault
from flows.check import check_sources
from flows.run import RunRequest, run
from schemas.errors import ConfigurationError, LedgerError
from schemas.exit_codes import ExitCode

A, B, C, D, E = (f"22 552 00 0{digit}" for digit in range(1, 6))


@pytest.fixture(params=SERVICES, ids=[service.__name__ for service in SERVICES])
def nights(request: pytest.FixtureRequest, road: Road) -> Nights:
    """Two owners that have one number each."""
    nights = Nights(road, request.param())
    nights.hold(o1=[("Dean", A)], o2=[("Office", B)], o3=[])
    return nights


def while_writing(nights: Nights, deed: Callable[[], None]) -> None:
    """Let something happen on this machine while the next write is on its way."""
    if isinstance(nights.service, MemoryService):
        directory = nights.service.directory

        def letters(name: str) -> str:
            directory.letters = str
            deed()
            return name

        directory.letters = letters
    else:
        nights.road.fault(Fault("replace", "another_writer", mutation=lambda _service: deed()))


# Lines said twice -----------------------------------------------------------------------------------------------------


def test_identical_lines_of_one_owner_are_one_problem_told_at_both(nights: Nights) -> None:
    nights.file("one", [("1", B, "Dean"), ("2", C, "Office"), ("1", "+48 22 552 00 02", "Dean")])
    (checked,) = check_sources(nights.road.context(), ()).summary["syncs"]
    told = [(item["line"], item["code"], item["level"]) for item in checked["problems"]]
    assert told == [(2, "line-twice", "error"), (4, "line-twice", "error")]
    for mode in ("plan", "sync"):
        result = nights.night(mode=mode)
        assert of(result, "one")["rejected"] == 2
        lines = result.reported[0].lines
        both = lines[lines["code"] == "line-twice"]
        assert list(both["line"]) == ["2", "4"]
        assert set(both["action"]) == {"hold"}
        assert both["message"].str.contains("2, 4").all()
    assert result.exit_code == ExitCode.LINES_FAILED
    # The owner is left as it is: which of its numbers another line was to bring, nobody knows. And what a line that
    # waits wants for it departs from nowhere.
    assert (nights.numbers("1"), nights.numbers("2")) == ([A], [B, C])


# A pause too long -----------------------------------------------------------------------------------------------------


def test_a_write_that_is_to_wait_longer_than_the_deadline_says_so(road: Road) -> None:
    nights = Nights(road, UsosService())
    nights.hold(o1=[("Dean", A)], o2=[("Office", B)], o3=[])
    nights.connections["slow"] = {**nights.service.connection(road), "concurrency": 1}
    nights.file("one", [("1", C, "Dean"), ("2", D, "Office"), ("3", E, "Desk")], connection="slow")
    road.fault(Fault("replace", "too_many_requests", nth=2, times=9, retry_after=3600))
    result = nights.night()
    assert result.exit_code == ExitCode.UNAVAILABLE
    told = of(result, "one")
    assert "asks for a pause of another 3600 s, longer than total_seconds = 120" in told["error"]
    assert not told["verified"]
    lines = result.reported[0].lines
    assert list(zip(lines["outcome"], lines["code"], strict=True)) == [
        ("applied", "confirmed_unseen"),
        ("failed", "pause_asked"),
        ("skipped", "not_sent"),
    ]
    assert "pause of 3600 s" in lines["message"].iloc[1]
    assert 3600 not in road.waits
    assert [nights.numbers(owner) for owner in "123"] == [[C], [B], []]
    # The next night, when the pause is over, does the rest.
    road.fault()
    road.contexts.clear()
    again = nights.night()
    assert (again.exit_code, of(again, "one")["requests"]["write"]) == (ExitCode.DONE, 2)


def test_an_entry_of_a_list_that_is_to_wait_longer_than_the_deadline_says_so(road: Road) -> None:
    road.open(apio_state([("Dean", A), ("Office", B)]))
    road.source(f"Name;Phone Number;New Name\nDean;{C};\nOffice;{D};\n")
    road.configure({"tenant": "chopin", "write": "entries", "guard": OPEN_GUARD}, concurrency=1)
    road.fault(Fault("put", "too_many_requests", nth=2, times=9, retry_after=3600))
    trip = road.go()
    assert trip.exit_code == ExitCode.UNAVAILABLE
    assert [(row["outcome"], row["code"]) for row in trip.lines] == [
        ("applied", "confirmed_unseen"),
        ("failed", "pause_asked"),
    ]
    assert road.entries() == [("Dean", "+48-225520003"), ("Office", B)]
    assert 3600 not in road.waits


# A busy ledger --------------------------------------------------------------------------------------------------------


_HOLD = """import sqlite3, sys
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute(sys.argv[2])
print("held", flush=True)
sys.stdin.read()"""


@contextmanager
def another_process(file: Path, lock: str) -> Iterator[None]:
    """Let another process hold the write lock of an SQLite file."""
    command = [sys.executable, "-c", _HOLD, str(file), lock]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own interpreter
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield
        process.communicate()


def hurry(connection: Any, _record: object) -> None:
    """Have no more patience than a test has."""
    connection.execute("PRAGMA busy_timeout=50")


def test_a_ledger_that_another_process_keeps_busy_is_said_to_be_that(nights: Nights) -> None:
    nights.file("one", [("1", C, "Dean"), ("2", B, "Office")])
    file = nights.road.folder / "busy.db"
    engine = connect(f"sqlite:///{file}")
    engine.dispose()
    event.listen(engine, "connect", hurry)
    context = nights.road.context()
    context.ledger = Ledger(engine)
    held: list[Any] = []

    def keep_busy() -> None:
        held.append(another_process(file, "begin immediate"))
        held[0].__enter__()

    while_writing(nights, keep_busy)
    try:
        result = run(context, RunRequest("sync"))
    finally:
        held[0].__exit__(None, None, None)
    assert result.exit_code == ExitCode.UNSETTLED
    assert {type(error) for error in result.errors} == {LedgerError}
    for error in result.errors:
        assert "database is locked" in str(error)
        assert "Another process has locked it" in error.remedy
        assert "disk" not in f"{error} {error.remedy}"
    # Once the other has ended, what was sent is settled by reading.
    nights.road.sleep(120)
    again = nights.road.context()
    again.ledger = Ledger(engine)
    settled = run(again, RunRequest("resume"))
    assert settled.exit_code == ExitCode.DONE
    assert settled.summary["syncs"][0]["requests"]["write"] == 0
    engine.dispose()
    assert nights.numbers("1") == [C]


def test_a_ledger_that_is_busy_when_it_is_opened_is_said_to_be_that(tmp_path: Path) -> None:
    file = tmp_path / "busy.db"
    sqlite3.connect(file).close()
    with another_process(file, "begin exclusive"), pytest.raises(LedgerError) as caught:
        Ledger.open(f"sqlite:///{file}?timeout=0.05")
    assert "database is locked" in caught.value.message
    assert "Another process has locked it" in caught.value.remedy
    assert "folder must exist" not in caught.value.remedy


# A report that cannot be written --------------------------------------------------------------------------------------


@contextmanager
def no_room() -> Iterator[Callable[[], None]]:
    """Give a function from which on files cannot grow, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def told_without_a_report(nights: Nights, result: Any) -> None:
    """Every change is in place and said to be; that nobody can read it in a report is no success."""
    assert result.exit_code == ExitCode.UNSETTLED
    assert [type(error) for error in result.errors] == [ConfigurationError]
    told = of(result, "one")
    assert (told["outcomes"]["applied"], told["verified"], told["reports"]) == (1, True, {})
    assert nights.numbers("1") == [C]
    nights.road.fault()
    again = nights.night()
    assert again.exit_code == ExitCode.DONE
    assert of(again, "one")["requests"]["write"] == 0


def test_a_full_disk_changes_no_outcome_and_has_its_own_exit_code(nights: Nights) -> None:
    nights.file("one", [("1", C, "Dean"), ("2", B, "Office")])
    with no_room() as fill:
        while_writing(nights, fill)
        result = nights.night()
    told_without_a_report(nights, result)


def test_reports_that_may_not_be_written_change_no_outcome(nights: Nights) -> None:
    nights.file("one", [("1", C, "Dean"), ("2", B, "Office")])
    reports = nights.road.folder / "reports"

    def shut() -> None:
        reports.rename(nights.road.folder / "elsewhere")
        reports.write_bytes(b"")  # a file where the folder was: even an administrator cannot write into it

    while_writing(nights, shut)
    result = nights.night()
    reports.unlink()
    told_without_a_report(nights, result)
