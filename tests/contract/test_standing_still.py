"""A run that stands still while another one takes its place over, and a lock of a dead machine. All is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from places import Place, writes_of
from road_trip import Trip
from test_unkept_outcomes import while_writing

from connectors.ledger.locks import Lock
from connectors.ledger.store import Ledger
from flows.run import RunRequest, run
from flows.run_console import show_run
from flows.status import standings
from flows.telling import changes_of, last_status
from schemas import limits
from schemas.execution import RowOutcome
from tasks.reports.run_title import sync_title
from tasks.reports.status_changes import SyncStatus

DEAN, PORTER, OFFICE = ("Dean", "22 552 00 01"), ("Porter", "22 552 00 02"), ("Office", "22 552 00 03")
STALE, NEWER = ("Porter", "22 552 00 09"), ("Porter", "22 552 00 08")


@pytest.fixture(autouse=True)
def _a_ledger_for_several_threads(place: Place, tmp_path: Path) -> None:
    place.road.ledger.close()
    place.road.ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")


def overtaken(place: Place) -> Trip:
    """Let a run sleep for two minutes with a write in its hand, while another one writes and verifies a newer file."""
    place.hold([DEAN, PORTER])
    place.want([DEAN, NEWER])
    newer = place.road.ledger.plan(place.road.plan().sync["plan"])
    place.want([DEAN, STALE])
    ledger = place.road.ledger

    def sleep_while_another_one_works() -> None:
        place.road.now += timedelta(seconds=120)
        now = place.road.now.isoformat(timespec="milliseconds")
        ledger.locks.give_back(newer.target, ledger.locks.held(newer.target)[newer.target].run)
        ledger.start_run("other", mode="sync", person="tester", at=now)
        ledger.keep_plan(replace(newer, id="other-one", run="other", created_at=now))
        ledger.begin_writing("other-one", "other")
        row = int(newer.entries.index[newer.entries["action"] == "modify"][0])
        ledger.record_outcomes("other-one", [RowOutcome(row, "applied", "", 200, 1, now)])
        ledger.finish_writing("other-one", settled=True, proof={"left": {}}, verified_at=now, deleted=0)
        place.meddle([DEAN, NEWER])

    while_writing(place, sleep_while_another_one_works)
    trip = place.road.go()
    place.heal()
    return trip


def test_a_run_that_stood_still_says_so_and_the_next_one_knows_what_it_wrote_after_the_proof(place: Place) -> None:
    trip = overtaken(place)
    assert trip.exit_code == 4
    assert "taken over by run other, because this run made no progress for 120 s" in trip.sync["error"]
    assert place.entries() == sorted([DEAN, STALE])  # the write that was on its way
    assert place.road.ledger.last_verified("one") == ""
    place.want([DEAN, NEWER])
    again = place.road.go()
    assert (again.exit_code, place.entries()) == (0, sorted([DEAN, NEWER]))
    assert place.road.ledger.unfinished() == []


def test_resume_finds_what_was_written_after_the_proof(place: Place) -> None:
    overtaken(place)
    trip = place.road.go(RunRequest("resume"))
    assert (trip.exit_code, trip.sync["plan"], trip.sync["verified"]) == (1, "other-one", False)
    assert (trip.line(3)["outcome"], trip.line(3)["code"], writes_of(trip)) == ("conflict", "changed_by_others", 0)


def test_nothing_more_is_sent_once_the_lock_is_somebody_elses(place: Place) -> None:
    place.hold([DEAN, PORTER])
    place.want([DEAN, STALE, OFFICE])
    ledger = place.road.ledger

    def lose() -> None:
        place.road.now += timedelta(seconds=64)
        (target,) = [name for name in ledger.locks.held("") if "slices" not in name and not name.startswith("(run)")]
        ledger.locks.give_back(target, ledger.runs(1)[0]["id"])

    while_writing(place, lose)
    trip = place.road.go()
    assert (trip.exit_code, writes_of(trip)) == (4, 1)


@pytest.mark.parametrize("alive", [True, False])
def test_a_lock_of_a_machine_whose_clock_is_ahead_gives_way_when_it_is_silent(place: Place, *, alive: bool) -> None:
    place.hold([DEAN, PORTER])
    place.want([DEAN, STALE])
    planned = place.road.plan()
    target = place.road.ledger.plan(planned.sync["plan"]).target
    ahead = place.road.now.timestamp() + 3600
    place.road.ledger.locks.take(target, Lock("theirs", "elsewhere:1", ahead), is_dead=lambda _: False)
    if alive:
        sleep = place.road.sleep

        def beating(seconds: float) -> None:
            sleep(seconds)
            place.road.ledger.locks.keep(target, "theirs", ahead + seconds)

        place.road.sleep = beating  # type: ignore[method-assign] # another machine's heart
    trip = place.road.go()
    assert trip.exit_code == (4 if alive else 0)
    assert sum(place.road.waits) >= (limits.LOCK_BEAT_SECONDS if alive else limits.LOCK_STALE_SECONDS)


def test_a_run_that_meets_another_one_is_skipped_and_alarms_nobody(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run before it went well, and the one that is at work tells how it ends."""
    monkeypatch.setenv("COLUMNS", "120")
    place.hold([DEAN, PORTER])
    place.want([DEAN, PORTER])
    assert place.road.go().exit_code == 0
    place.want([DEAN, STALE])
    target = place.road.ledger.plan(place.road.plan().sync["plan"]).target
    place.road.ledger.locks.take(
        target, Lock("theirs", "elsewhere:1", place.road.now.timestamp()), is_dead=lambda _: False
    )
    result = run(place.road.context(), RunRequest("sync"))
    (sync,) = result.summary["syncs"]
    assert (result.exit_code, sync["skipped_for"]) == (4, "theirs")
    assert writes_of(place.road.go()) == 0
    context = place.road.context()
    assert list(changes_of(context, result, "sync")) == []
    assert last_status(context.ledger, "one", before="") is SyncStatus.GOOD
    assert [one.state for one in standings(context)] == ["good"]
    for lang, word, failed in (("en", "another run active", "failed"), ("pl", "trwa inny przebieg", "nieudane")):
        show_run(result, planned=False, lang=lang)
        table = capsys.readouterr().out
        assert word in table
        assert failed not in table
    assert "another run was active" in sync_title([sync], [], "en", planned=False)
    assert "pracował inny przebieg" in sync_title([sync], [], "pl", planned=False)
