"""Resuming after the file has changed: nothing is sent that it no longer wants, and that is said. All is invented."""

from __future__ import annotations

from datetime import timedelta

from places import Place, writes_of

from flows.run import RunRequest
from tasks.execution.compare import writes

DEAN, PORTER, OFFICE = ("Dean", "22 552 00 01"), ("Porter", "22 552 00 02"), ("Office", "22 552 00 03")
OLD, NEW = ("Porter", "22 552 00 09"), ("Porter", "22 552 00 08")


def interrupted(place: Place) -> None:
    """Leave a plan behind of which nothing has been sent: Porter gets another number, Office comes."""
    place.hold([DEAN, PORTER])
    place.want([DEAN, OLD, OFFICE], delete_missing=False)
    planned = place.road.plan()
    place.road.ledger.begin_writing(planned.sync["plan"], planned.sync["plan"].rsplit("-", 1)[0])


def test_what_the_file_still_wants_is_finished_without_a_word(place: Place) -> None:
    interrupted(place)
    trip = place.road.go(RunRequest("resume"))
    assert (trip.exit_code, trip.outcomes, "notes" in trip.sync) == (0, {"unchanged": 1, "applied": 2}, False)
    assert place.entries() == sorted([DEAN, OLD, OFFICE])


def test_what_the_file_no_longer_wants_is_not_sent(place: Place) -> None:
    interrupted(place)
    place.road.now += timedelta(hours=26)
    place.want([DEAN, NEW, OFFICE], delete_missing=False)
    trip = place.road.go(RunRequest("resume"))
    assert place.entries() == sorted([DEAN, PORTER, OFFICE])
    assert (trip.line(3)["outcome"], trip.line(3)["code"]) == ("skipped", "no_longer_wanted")
    assert (trip.line(4)["outcome"], trip.exit_code) == ("applied", 1)
    (note,) = trip.sync["notes"]
    assert "26 h old" in note
    assert "1 of its open changes" in note
    last = place.road.go()
    assert (last.exit_code, place.entries()) == (0, sorted([DEAN, NEW, OFFICE]))


def test_a_plan_that_nothing_is_wanted_of_sends_nothing(place: Place) -> None:
    interrupted(place)
    place.want([DEAN, PORTER], delete_missing=False)
    trip = place.road.go(RunRequest("resume"))
    assert (writes_of(trip), place.entries()) == (0, sorted([DEAN, PORTER]))
    assert trip.outcomes == {"unchanged": 1, "skipped": 2}


def test_what_came_meanwhile_is_listed(place: Place) -> None:
    place.hold([DEAN, PORTER])
    place.want([DEAN, OLD], delete_missing=False)
    planned = place.road.plan()
    place.road.ledger.begin_writing(planned.sync["plan"], planned.sync["plan"].rsplit("-", 1)[0])
    lodge = ("Lodge", "22 552 00 44")
    place.meddle([DEAN, PORTER, lodge])
    trip = place.road.go(RunRequest("resume"))
    assert lodge in place.entries()
    (row,) = [row for row in trip.lines if row["name_before"] == "Lodge"]
    assert (row["outcome"], row["code"], row["line"]) == ("unchanged", "came_during_run", "")


def test_a_file_that_cannot_be_read_sends_nothing_and_leaves_the_plan_open(place: Place) -> None:
    interrupted(place)
    (place.road.folder / "source.csv").unlink()
    trip = place.road.go(RunRequest("resume"))
    assert (trip.exit_code, writes_of(trip), len(place.road.ledger.unfinished())) == (2, 0, 1)


def test_the_way_back_is_resumed_whatever_the_file_says(place: Place) -> None:
    """It has no file."""
    place.hold([DEAN, PORTER])
    place.want([DEAN, OLD], delete_missing=False)
    place.road.go()
    back = place.road.go(RunRequest("revert", run="last"))
    place.road.ledger.begin_writing(back.sync["plan"], back.sync["plan"].rsplit("-", 1)[0])
    assert writes(place.road.ledger.plan(back.sync["plan"]).entries).any()
    assert place.road.go(RunRequest("resume")).exit_code == 0
    assert place.entries() == sorted([DEAN, PORTER])
