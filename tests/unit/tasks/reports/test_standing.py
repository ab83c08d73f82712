"""How syncs stand: when one is stale, what monitoring is told, and what people see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas.schedule import longest_pause, next_start
from tasks.reports.standing import Standing, Words, hours_allowed, is_stale, prometheus, status_page

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)  # a Saturday
WARSAW = "Europe/Warsaw"


def ago(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).isoformat()


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [("15 2 * * *", 32.25), ("45 2 * * mon-fri", 92.25), ("*/15 * * * *", 1.31), ("0 3 * * 7", 212.25)],
)
def test_a_schedule_says_how_long_a_sync_may_be_silent(schedule: str, hours: float) -> None:
    """A quarter and an hour more than its longest pause: over weekends, and over the night in which clocks go back."""
    assert hours_allowed(None, longest_pause(schedule, NOW, WARSAW)) == hours
    assert hours_allowed(6, longest_pause(schedule, NOW, WARSAW)) == 6


def test_without_a_schedule_nobody_says_how_long() -> None:
    assert hours_allowed(None, None) is None
    assert longest_pause("0 0 31 2 *", NOW, WARSAW) is None
    assert next_start("0 0 31 2 *", NOW, WARSAW) is None
    start = next_start("15 2 * * *", NOW, WARSAW)
    assert start is not None
    assert start.isoformat() == "2026-03-15T02:15:00+01:00"


@pytest.mark.parametrize(
    ("last_good", "allowed", "stale"),
    [(ago(30), 31.0, False), (ago(32), 31.0, True), ("", 31.0, True), ("", None, False), (ago(900), None, False)],
)
def test_a_sync_is_stale_after_its_time(last_good: str, allowed: float | None, stale: bool) -> None:  # noqa: FBT001 - a table
    assert is_stale(last_good, allowed, NOW) is stale


def test_monitoring_is_told_each_figure_once_a_sync() -> None:
    told = prometheus([Standing("faculties", last_good=ago(2), waiting=3), Standing('a"b\\c', stale=True)])
    lines = told.splitlines()
    at = f"{(NOW - timedelta(hours=2)).timestamp():.0f}"
    assert f'phonesync_last_good_timestamp_seconds{{sync="faculties"}} {at}' in lines
    assert 'phonesync_lines_waiting{sync="faculties"} 3' in lines
    assert 'phonesync_stale{sync="a\\"b\\\\c"} 1' in lines
    assert not any("last_good_timestamp" in line and "a\\" in line for line in lines), "no time where there is none"
    samples = [line.rpartition(" ")[0] for line in lines if not line.startswith("#")]
    assert len(samples) == len(set(samples))
    assert told.endswith("\n")


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0, "just now"), (0.1, "6 min ago"), (1.9, "114 min ago"), (2, "2 h ago"), (47, "47 h ago"), (48, "2 days ago")],
)
def test_how_long_ago_something_was(hours: float, said: str) -> None:
    assert Words("en", NOW, WARSAW).ago(ago(hours)) == said


def test_the_page_shows_every_sync_and_no_column_of_nothing() -> None:
    found = [Standing("faculties", "good", ago(2), ago(2), drift=2), Standing("<users>", "stopped", ago(1), stale=True)]
    page = status_page(found, "pl", now=NOW, zone=WARSAW)
    assert '<html lang="pl">' in page
    assert "Zbyt długo bez udanego przebiegu: &lt;users&gt;." in page
    assert "zmienione przez innych" in page
    assert "wiersze czekają</th>" not in page
    assert 'http-equiv="refresh"' in page
    assert "<users>" not in page
