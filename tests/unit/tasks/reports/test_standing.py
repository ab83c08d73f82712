"""How syncs stand: when one is stale, what monitoring is told, and what people see."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas.schedule import last_start, next_start
from tasks.reports.standing import Standing, Words, is_stale, prometheus, status_page

NOW = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)  # a Saturday
WARSAW = "Europe/Warsaw"


def ago(hours: float) -> str:
    return (NOW - timedelta(hours=hours)).isoformat()


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        ("15 2 * * *", "2026-03-14T02:15:00+01:00"),
        ("45 2 * * mon-fri", "2026-03-13T02:45:00+01:00"),
        ("0 11 * * *", "2026-03-13T11:00:00+01:00"),
        ("*/15 * * * *", "2026-03-14T09:45:00+01:00"),
    ],
)
def test_a_schedule_says_which_start_should_have_ended_well(schedule: str, due: str) -> None:
    """Saturday, one o'clock in Warsaw: of a weekday's schedule that is Friday's, of one at eleven yesterday's."""
    start = last_start(schedule, NOW - timedelta(hours=3), WARSAW)
    assert start is not None
    assert start.isoformat() == due


def test_a_schedule_that_never_comes_starts_nothing() -> None:
    assert last_start("0 0 31 2 *", NOW, WARSAW) is None
    assert next_start("0 0 31 2 *", NOW, WARSAW) is None
    start = next_start("15 2 * * *", NOW, WARSAW)
    assert start is not None
    assert start.isoformat() == "2026-03-15T02:15:00+01:00"


@pytest.mark.parametrize(
    ("last_good", "stale_after", "due", "stale"),
    [
        (ago(10), None, ago(11), False),
        (ago(12), None, ago(11), True),
        ("", None, ago(11), True),
        ("", None, "", False),
        (ago(30), 31.0, ago(11), False),
        (ago(32), 31.0, "", True),
        (ago(900), None, "", False),
    ],
)
def test_a_sync_is_stale_after_its_time(
    last_good: str,
    stale_after: float | None,
    due: str,
    stale: bool,  # noqa: FBT001 - a table
) -> None:
    assert is_stale(last_good, stale_after, due, NOW) is stale


def test_the_title_says_what_is_worst() -> None:
    words = Words("en", NOW, WARSAW)
    good, waits = Standing("a", "good", ago(2), ago(2)), Standing("b", "lines", ago(2), ago(2), waiting=1)
    failed, stale = Standing("c", "stopped", ago(2), ago(20)), Standing("d", "good", ago(90), ago(90), stale=True)
    titles = [words.title(some) for some in ([good], [good, waits], [good, waits, failed], [failed, stale])]
    assert titles == [
        "Everything is in order.",
        "Something needs attention.",
        "The last run failed: c.",
        "Too long without a successful run: d.",
    ]
    assert [words.worst(some) for some in ([good], [good, waits], [waits, failed])] == ["good", "warn", "bad"]


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
    [
        (0, ("just now", "przed chwilą")),
        (0.02, ("1 minute ago", "1 minutę temu")),
        (0.1, ("6 minutes ago", "6 minut temu")),
        (1.9, ("114 minutes ago", "114 minut temu")),
        (2, ("2 hours ago", "2 godziny temu")),
        (47, ("47 hours ago", "47 godzin temu")),
        (48, ("2 days ago", "2 dni temu")),
    ],
)
def test_how_long_ago_something_was(hours: float, said: tuple[str, str]) -> None:
    assert tuple(Words(lang, NOW, WARSAW).ago(ago(hours)) for lang in ("en", "pl")) == said


def test_the_page_shows_every_sync_and_no_column_of_nothing() -> None:
    found = [Standing("faculties", "good", ago(2), ago(2), drift=2), Standing("<users>", "stopped", ago(1), stale=True)]
    page = status_page(found, "pl", now=NOW, zone=WARSAW)
    assert '<html lang="pl">' in page
    assert "Zbyt długo bez udanego przebiegu: &lt;users&gt;." in page
    assert "zmienione poza phonesync" in page
    assert "wiersze czekają</th>" not in page
    assert 'http-equiv="refresh"' not in page, "whoever reads it slowly can have it stay"
    assert 'id="renew"' in page
    assert "<users>" not in page
