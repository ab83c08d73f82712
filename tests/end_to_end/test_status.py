"""How every sync does, from the outside: night after night, and when a night does not come. All data is invented."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from directory_nights import SERVICES, Nights, of
from road_trip import ENVIRON, Road

from connectors.ledger.locks import Lock
from flows.cli import cli
from flows.locking import this_process
from flows.run import RunRequest, run
from flows.status import PAGE, standings
from schemas.exit_codes import ExitCode
from tasks.messages.catalogue import LANGUAGES
from tasks.reports.standing import next_step

A, B = "22 552 00 01", "22 552 00 02"


@pytest.fixture(params=SERVICES, ids=[service.__name__ for service in SERVICES])
def nights(request: pytest.FixtureRequest, road: Road) -> Nights:
    """Two owners that have one number each."""
    nights = Nights(road, request.param())
    nights.hold(o1=[("Dean", A)], o2=[("Office", B)])
    return nights


def test_no_news_is_news(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean")], schedule="15 2 * * *", timezone="UTC")
    nights.file("two", [("2", B, "Office"), ("2", "12", "Till")])
    before = {one.sync: one for one in standings(nights.road.context())}
    assert (before["one"].state, before["one"].stale, before["two"].stale) == ("", True, False)
    nights.night()
    first, second = standings(nights.road.context())
    assert (first.state, first.stale, first.waiting) == ("good", False, 0)
    assert second.state == "lines"
    assert second.waiting >= 1
    assert first.next_run.endswith("02:15:00+00:00")
    nights.road.now += timedelta(hours=33)
    assert [one.stale for one in standings(nights.road.context())] == [True, False]
    nights.night("one")
    assert not standings(nights.road.context())[0].stale


def test_a_plan_that_waits_and_what_others_have_changed_are_told(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.meddle("1", [("Dean", "22 552 00 09")])
    nights.road.now += timedelta(days=1)
    nights.night(mode="plan")
    (one,) = standings(nights.road.context())
    assert one.plans == 1
    nights.road.now += timedelta(hours=1)
    nights.night()
    (one,) = standings(nights.road.context())
    assert (one.plans, one.drift) == (0, 1)


def test_a_sync_that_the_configuration_has_lost_is_told(nights: Nights) -> None:
    """As where a file was cut between two tables: what is left is valid, and half of the directory is kept no more."""
    nights.file("one", [("1", A, "Dean")])
    nights.file("two", [("2", B, "Office")], schedule="15 2 * * *", timezone="UTC")
    nights.night()
    del nights.syncs["two"]
    nights.configure()
    nights.road.now += timedelta(days=1)
    nights.night()
    first, second = standings(nights.road.context())
    assert (first.sync, first.state) == ("one", "good")
    assert (second.sync, second.state, second.stale) == ("two", "gone", False)
    assert second.last_good < first.last_good
    assert [next_step(first, lang) for lang in LANGUAGES] == ["", ""]
    assert next_step(second, "en").startswith("two is no longer in the configuration")
    nights.road.now += timedelta(days=7)
    assert [one.sync for one in standings(nights.road.context())] == ["one"], "somebody wanted it so"


def test_a_run_that_was_killed_while_it_wrote_is_told_and_one_that_is_at_work_is_not(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean")])
    nights.night()
    nights.file("one", [("1", B, "Dean")])
    kept = of(nights.night(mode="plan"), "one")["plan"]
    context, ledger = nights.road.context(), nights.road.ledger
    target = ledger.plan(kept).target
    ledger.start_run("r-1", mode="sync", person="tester", at=context.now())
    ledger.begin_writing(kept, "r-1")
    ledger.locks.take(target, Lock("r-1", this_process(), context.clock().timestamp()), is_dead=lambda _: True)
    (at_work,) = standings(context)
    assert (at_work.state, at_work.unfinished) == ("good", False)
    ledger.locks.give_back(target, "r-1")
    (killed,) = standings(context)
    assert (killed.state, killed.unfinished) == ("stopped", True)
    assert next_step(killed, "en").endswith("to finish it: phonesync resume")
    resumed = run(nights.road.context(), RunRequest("resume"))
    assert resumed.exit_code == ExitCode.DONE
    (one,) = standings(nights.road.context())
    assert (one.state, one.unfinished) == ("good", False)


def test_a_sync_under_a_new_name_is_not_gone(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean")])
    nights.night()
    del nights.syncs["one"]
    nights.file("first", [("1", A, "Dean")], renamed_from="one")
    nights.road.now += timedelta(days=1)
    nights.night()
    assert [(one.sync, one.state) for one in standings(nights.road.context())] == [("first", "good")]


def test_nothing_was_due_before_the_first_run(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean")], schedule="15 2 * * *", timezone="UTC")
    nights.road.now = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
    nights.night(mode="plan")
    for hours, stale in ((0, False), (14, False), (18, True)):
        nights.road.now = datetime(2026, 3, 14, 12, 0, tzinfo=UTC) + timedelta(hours=hours)
        (one,) = standings(nights.road.context())
        assert (one.stale, one.last_good) == (stale, "")
    assert one.good_until == "2026-03-16T05:15:00+00:00"


@pytest.mark.parametrize(
    ("keys", "until"),
    [
        ({"schedule": "15 2 * * *", "timezone": "UTC"}, "2026-03-15T05:15:00+00:00"),
        ({"schedule": "15 2 * * *", "stale_after": 30}, "2026-03-15T12:00:00+00:00"),
        ({}, ""),
    ],
)
def test_a_good_run_counts_until_a_moment_that_is_told(nights: Nights, keys: dict[str, Any], until: str) -> None:
    nights.file("one", [("1", A, "Dean")], **keys)
    nights.road.now = datetime(2026, 3, 14, 6, 0, tzinfo=UTC)
    nights.night()
    (one,) = standings(nights.road.context())
    assert (one.stale, one.good_until) == (False, until)
    nights.road.now = datetime(2026, 3, 15, 2, 20, tzinfo=UTC)  # a start that may still end well
    assert standings(nights.road.context())[0].good_until == until


def test_who_applies_a_plan_twice_makes_no_failed_night_of_it(nights: Nights) -> None:
    nights.file("one", [("1", "22 552 00 03", "Dean")])
    plan = of(nights.night(mode="plan"), "one")["plan"]
    for done in (True, False):
        nights.road.now += timedelta(hours=1)
        applied = run(nights.road.context(), RunRequest("apply", plan=plan))
        assert (applied.exit_code == ExitCode.DONE) is done
        (one,) = standings(nights.road.context())
        assert (one.state, one.stale) == ("good", False)


def test_a_night_that_failed_is_told_and_forgets_nothing(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", "12", "Till")])
    nights.night()
    (before,) = standings(nights.road.context())
    (nights.road.folder / "one.csv").unlink()
    nights.road.now += timedelta(days=1)
    nights.night()
    (after,) = standings(nights.road.context())
    assert after.state == "stopped"
    assert (after.waiting, after.last_good) == (before.waiting, before.last_good)
    page = (nights.road.folder / "reports" / PAGE).read_text(encoding="utf-8")
    assert "The last run failed: one." in page


def test_the_page_is_renewed_by_each_run_and_names_nobody(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean")], schedule="15 2 * * *")
    nights.night()
    page = (nights.road.folder / "reports" / PAGE).read_text(encoding="utf-8")
    assert "Everything is in order." in page
    assert "Dean" not in page
    nights.file("one", [("1", A, "Dean"), ("2", "12", "Office")])
    nights.road.now += timedelta(days=1)
    nights.night()
    assert "Something needs attention." in (nights.road.folder / "reports" / PAGE).read_text(encoding="utf-8")


def test_the_command_tells_people_and_monitoring(road: Road, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    nights = Nights(road, SERVICES[0]())
    nights.hold(o1=[("Dean", A)])
    nights.file("one", [("1", A, "Dean")], stale_after=1, schedule="15 2 * * *", timezone="UTC")
    config, metrics = str(road.folder / "phonesync.toml"), tmp_path / "phonesync.prom"
    told = CliRunner().invoke(cli, ["status", "-c", config, "--exit-code", "--prometheus", str(metrics)])
    assert told.exit_code == ExitCode.LINES_FAILED
    assert "Too long without a successful run: one." in told.stdout
    assert 'phonesync_stale{sync="one"} 1' in metrics.read_text(encoding="utf-8")
    (start,) = re.findall(
        r'^phonesync_next_run_timestamp_seconds{sync="one"} (\d+)$', metrics.read_text("utf-8"), re.MULTILINE
    )
    at = datetime.fromtimestamp(int(start), UTC)
    assert (at.strftime("%H:%M"), timedelta() < at - datetime.now(UTC) <= timedelta(days=1)) == ("02:15", True)
    assert metrics.stat().st_mode & 0o777 == 0o644, "the collector is another account"
    told = CliRunner().invoke(cli, ["status", "-c", config, "--json", "--html", str(tmp_path / "status.html")])
    assert told.exit_code == ExitCode.DONE
    assert json.loads(told.stdout)["stale"] == ["one"]
    assert (tmp_path / "status.html").stat().st_mode & 0o777 == 0o600
