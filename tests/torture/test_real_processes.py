"""Real processes, killed and told to stop in the middle of their work; all data is invented."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest
from processes import Desk, apio_desk, changed, usos_desk

SIZE = 60


def settled(desk: Desk, size: int) -> None:
    """Resume, then sync: all is in place, and the second one had nothing to do."""
    resumed = desk.type("resume")
    assert resumed.code == 0, resumed.err
    again = desk.type("sync")
    assert (again.code, again.writes, changed(desk)) == (0, 0, size), again.err


def test_three_hundred_entities_killed_three_times_are_all_done_and_hardly_one_twice(tmp_path: Path) -> None:
    """A write is repeated only where the killed run could not know of it, and only after reading again."""
    with usos_desk(300, tmp_path) as desk:
        ends = []
        for command, after in (("sync", 70), ("resume", 50), ("resume", 90)):
            ends.append(len(desk.sandbox.calls))
            assert desk.type(command, signals=(signal.SIGKILL,), after=after).code == -signal.SIGKILL
            assert changed(desk) < 300
        ends.append(len(desk.sandbox.calls))
        settled(desk, 300)
        assert {desk.sandbox.calls[end].method for end in ends} == {"select"}
        assert desk.writes() <= 300 + 3 * 4, "four at once, three times: nobody else can be in doubt"


def test_a_killed_batch_is_seen_and_not_sent_again(tmp_path: Path) -> None:
    with apio_desk(SIZE, tmp_path, write="batch") as desk:
        assert desk.type("sync", signals=(signal.SIGKILL,), after=1).code == -signal.SIGKILL
        settled(desk, SIZE)
        assert desk.writes() == 1


@pytest.mark.parametrize("signals", [(signal.SIGINT,), (signal.SIGHUP, signal.SIGHUP)])
def test_one_signal_finishes_what_is_in_flight_and_nothing_more(tmp_path: Path, signals: tuple[int, ...]) -> None:
    """A terminal that is closed says so twice: its shell does, and the system."""
    with usos_desk(SIZE, tmp_path) as desk:
        ended = desk.type("sync", signals=signals, after=5)
        assert ended.code == 5
        assert 5 <= ended.writes < SIZE
        assert ended.sync["outcomes"]["applied"] == changed(desk) == ended.writes
        assert ended.sync["outcomes"]["skipped"] == SIZE - ended.writes
        assert "nothing more is sent" in ended.err
        settled(desk, SIZE)


def test_the_second_signal_ends_at_once(tmp_path: Path) -> None:
    slow = {"max_requests_per_second": 5.0}
    with usos_desk(SIZE, tmp_path, **slow) as desk:
        ended = desk.type("sync", signals=(signal.SIGINT, signal.SIGINT), after=3)
        assert ended.code == 5
        assert ended.writes < SIZE
        assert "Traceback" not in ended.err
        desk.change("max_requests_per_second = 5.0", "")
        again = desk.type("sync")
        assert (again.code, changed(desk)) == (0, SIZE), again.err
