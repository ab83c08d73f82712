"""What every service has to keep: the laws of CONTRIBUTING, the outcomes, holds, guards, the way back."""

from __future__ import annotations

import pytest
from places import DENIED, LOST_AFTER, LOST_BEFORE, REFUSED, UNREACHABLE, Place, writes_of

from flows.run import RunRequest

DEAN, PORTER, OFFICE = ("Dean", "22 552 00 01"), ("Porter", "22 552 00 02"), ("Office", "22 552 00 03")
MOVED = ("Porter", "22 552 00 09")


def test_what_the_file_wants_stands_there_and_a_second_run_does_nothing(place: Place) -> None:
    place.hold([DEAN, PORTER])
    place.want([DEAN, MOVED, OFFICE])
    trip = place.road.go()
    assert (trip.exit_code, trip.sync["verified"]) == (0, True)
    assert trip.actions == {"keep": 1, "modify": 1, "add": 1}
    assert trip.outcomes == {"unchanged": 1, "applied": 2}
    assert place.entries() == sorted([DEAN, MOVED, OFFICE])
    again = place.road.go()
    assert (again.exit_code, writes_of(again), again.actions) == (0, 0, {"keep": 3})


def test_every_line_and_every_entry_has_one_row(place: Place) -> None:
    place.hold([DEAN, PORTER])
    place.want([DEAN, OFFICE, ("Broken", "nobody knows")], delete_missing=False)
    trip = place.road.go()
    lines = [row["line"] for row in trip.lines if row["line"]]
    assert sorted(lines) == ["2", "3", "4"]
    assert sorted(row["name_before"] for row in trip.lines if row["name_before"]) == ["Dean", "Porter"]


def test_what_no_line_mentions_goes_only_with_permission(place: Place) -> None:
    place.hold([DEAN, PORTER])
    place.want([DEAN], delete_missing=False)
    assert place.road.go().actions == {"keep": 1, "foreign": 1}
    assert place.entries() == [DEAN, PORTER]
    place.want([DEAN], delete_missing=True)
    assert place.road.go().actions == {"keep": 1, "delete": 1}
    assert place.entries() == [DEAN]


def test_a_rejected_line_never_leads_to_a_deletion(place: Place) -> None:
    place.hold([DEAN, PORTER])
    place.want([DEAN, ("Porter", "nobody knows")], delete_missing=True)
    trip = place.road.go()
    assert trip.exit_code == 1
    assert trip.outcomes["held"] >= 1
    assert place.entries() == [DEAN, PORTER]
    assert writes_of(place.road.go()) == 0


def test_a_guard_stops_everything_until_somebody_says_yes(place: Place) -> None:
    place.hold([DEAN, PORTER, OFFICE])
    place.want([DEAN], delete_missing=True, guard={"max_deletes": 1})
    stopped = place.road.go()
    assert (stopped.exit_code, writes_of(stopped)) == (3, 0)
    assert place.entries() == sorted([DEAN, PORTER, OFFICE])
    allowed = place.road.apply(stopped.sync["plan"], "checked with the office")
    assert (allowed.exit_code, allowed.outcomes) == (0, {"applied": 2, "unchanged": 1})
    assert place.entries() == [DEAN]


def test_an_answer_lost_after_the_work_was_done_is_settled_by_reading(place: Place) -> None:
    place.hold([DEAN])
    place.want([DEAN, OFFICE])
    place.fail(LOST_AFTER)
    trip = place.road.go()
    assert (trip.exit_code, trip.outcomes) == (0, {"unchanged": 1, "applied": 1})
    assert writes_of(trip) == 1
    assert place.entries() == sorted([DEAN, OFFICE])


def test_an_answer_lost_before_the_work_was_done_is_sent_again_after_reading(place: Place) -> None:
    place.hold([DEAN])
    place.want([DEAN, OFFICE])
    place.fail(LOST_BEFORE)
    trip = place.road.go()
    assert (trip.exit_code, trip.outcomes) == (0, {"unchanged": 1, "applied": 1})
    assert place.entries() == sorted([DEAN, OFFICE])


def test_what_the_service_refuses_has_failed_and_nothing_is_changed(place: Place) -> None:
    place.hold([DEAN])
    place.want([DEAN, OFFICE])
    place.fail(REFUSED, times=9)
    trip = place.road.go()
    assert (trip.exit_code, trip.outcomes) == (1, {"unchanged": 1, "failed": 1})
    assert place.entries() == [DEAN]


@pytest.mark.parametrize("fault", [UNREACHABLE, DENIED])
def test_a_service_that_cannot_be_read_is_left_alone(place: Place, fault: str) -> None:
    place.hold([DEAN])
    place.want([OFFICE])
    place.fail(fault, times=99, reading=True)
    trip = place.road.go()
    assert (trip.exit_code, writes_of(trip)) == (4, 0)
    assert place.entries() == [DEAN]


def test_what_somebody_else_changed_since_the_plan_is_a_conflict(place: Place) -> None:
    place.hold([DEAN, PORTER])
    place.want([DEAN, MOVED])
    planned = place.road.plan()
    theirs = ("Porter", "22 552 00 77")
    place.meddle([DEAN, theirs])
    trip = place.road.apply(planned.sync["plan"])
    assert trip.exit_code == 1
    assert trip.outcomes["conflict"] >= 1
    assert place.entries() == [DEAN, theirs]


def test_the_way_back_leads_to_what_stood_there(place: Place) -> None:
    place.hold([DEAN, PORTER])
    place.want([DEAN, MOVED, OFFICE])
    place.road.go()
    run = place.road.ledger.runs(1)[0]["id"]
    back = place.road.go(RunRequest("revert", run=run))
    assert (back.exit_code, writes_of(back)) == (0, 0)
    assert place.road.apply(back.sync["plan"]).exit_code == 0
    assert place.entries() == [DEAN, PORTER]


def test_the_order_of_the_lines_does_not_matter(place: Place) -> None:
    place.hold([DEAN, PORTER])
    place.want([OFFICE, MOVED, DEAN])
    one = place.road.plan()
    place.want([DEAN, OFFICE, MOVED])
    other = place.road.plan()
    assert one.actions == other.actions == {"add": 1, "modify": 1, "keep": 1}
