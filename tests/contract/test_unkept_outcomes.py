"""Where the ledger or the reports fail after something was sent: exit code 5, and whatever can be kept is.

All data is invented.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from places import Memory, Place, writes_of
from sqlalchemy import event

from connectors.ledger.engine import connect
from connectors.ledger.store import Ledger
from connectors.sandbox.options import Fault
from flows.run import RunRequest
from schemas.errors import ConfigurationError, LedgerError
from schemas.exit_codes import ExitCode

DEAN, PORTER = ("Dean", "22 552 00 01"), ("Porter", "22 552 00 02")
MOVED = ("Porter", "22 552 00 09")


def while_writing(place: Place, deed: Callable[[], None]) -> None:
    """Let something happen on this machine while the next write is on its way."""
    if isinstance(place, Memory):

        def letters(name: str) -> str:
            place.rewrite(str)
            deed()
            return name

        place.rewrite(letters)
    else:
        methods = ("put", "replace")
        place.road.fault(*(Fault(name, "another_writer", mutation=lambda _: deed()) for name in methods))


class Breaking:
    """A ledger that fails from some moment on."""

    def __init__(self, file: Path) -> None:
        self.broken = False
        self.engine = connect(f"sqlite:///{file}")
        event.listen(self.engine, "begin", self._begin)

    def _begin(self, _: object) -> None:
        if self.broken:
            raise LedgerError("The ledger failed in the middle of the work.")

    def fail(self) -> None:
        self.broken = True


def test_a_ledger_that_fails_after_a_write_leaves_the_outcomes_in_the_report(place: Place, tmp_path: Path) -> None:
    ledger = Breaking(tmp_path / "breaking.db")
    place.hold([DEAN, PORTER])
    place.want([DEAN, MOVED])
    place.road.ledger = Ledger(ledger.engine)
    while_writing(place, ledger.fail)
    trip = place.road.go()
    assert (trip.exit_code, {type(error) for error in trip.errors}) == (ExitCode.UNSETTLED, {LedgerError})
    assert (trip.line(3)["outcome"], writes_of(trip)) == ("applied", 1)
    ledger.broken = False
    place.heal()
    place.road.sleep(120)
    resumed = place.road.go(RunRequest("resume"))
    assert (resumed.exit_code, writes_of(resumed)) == (0, 0)
    ledger.engine.dispose()


@pytest.mark.parametrize("changes", [True, False])
def test_reports_that_cannot_be_written_are_code_5_where_something_was_sent(place: Place, *, changes: bool) -> None:
    place.hold([DEAN, PORTER])
    place.want([DEAN, MOVED if changes else PORTER])
    reports = place.road.folder / "reports"

    def shut(*_: Any) -> None:
        if reports.is_dir():
            reports.rename(place.road.folder / "elsewhere")
        reports.write_bytes(b"")  # a file where the folder was: even an administrator cannot write into it

    if changes:
        while_writing(place, shut)
        trip = place.road.go()
    else:
        trip = place.road.go(step=lambda name, _sync, do, *given: (shut() if name == "plan" else None, do(*given))[1])
    assert trip.exit_code == (ExitCode.UNSETTLED if changes else ExitCode.UNREPORTED)
    assert [type(error) for error in trip.errors] == [ConfigurationError]
    assert (trip.sync["verified"], trip.sync["reports"]) == (True, {})
    assert trip.outcomes == ({"applied": 1, "unchanged": 1} if changes else {"unchanged": 2})
