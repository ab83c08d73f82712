"""A reading behind a write is no evidence, and a habit is one on the first night too. All data is invented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from places import LOST_AFTER, REFUSED, Place, writes_of

from schemas.limits import DOUBT_SECONDS, SETTLE_WAITS_SECONDS

DEAN, PORTER, OFFICE = ("Dean", "22 552 00 01"), ("Porter", "22 552 00 02"), ("Office", "22 552 00 03")
MOVED = ("Porter", "22 552 00 09")
WAYS: tuple[Mapping[str, Any], ...] = ({}, {"write": "batch"})


def ways(place: Place) -> tuple[Mapping[str, Any], ...]:
    """Return how a change may be sent here: a phone list takes files, too."""
    return WAYS if place.names_are_keys else WAYS[:1]


@pytest.mark.parametrize("readings", [1, 2, 5])
def test_what_was_confirmed_is_waited_for(place: Place, readings: int) -> None:
    for sync in ways(place):
        place.hold([DEAN, PORTER])
        place.lag(readings)
        place.want([MOVED, OFFICE], delete_missing=True, **sync)
        trip = place.road.go()
        assert place.entries() == sorted([MOVED, OFFICE])
        assert (trip.exit_code, trip.sync["verified"], trip.outcomes) == (0, True, {"applied": 3})
        again = place.road.go()
        assert (again.exit_code, writes_of(again), again.actions) == (0, 0, {"keep": 2})


def test_what_the_file_takes_away_stays_away_every_night(place: Place) -> None:
    for sync in ways(place):
        place.hold([DEAN, PORTER, OFFICE])
        place.lag(1)
        for lines in ([DEAN, PORTER], [DEAN]):
            place.want(lines, delete_missing=True, **sync)
            trip = place.road.go()
            assert (trip.exit_code, trip.outcomes) == (0, {"applied": 1, "unchanged": len(lines)})
            assert place.entries() == sorted(lines)


def test_what_is_not_shown_within_the_longest_wait_is_unknown_and_then_settled(place: Place) -> None:
    place.hold([DEAN, PORTER])
    place.lag(12)
    place.want([DEAN, MOVED])
    trip = place.road.go()
    assert (trip.exit_code, trip.line(3)["outcome"], trip.line(3)["code"]) == (5, "unknown", "not_shown_yet")
    assert sum(place.road.waits) == pytest.approx(sum(SETTLE_WAITS_SECONDS))
    for _ in range(6):
        place.road.plan()
    assert place.road.go().exit_code == 0
    assert place.entries() == sorted([DEAN, MOVED])


def test_a_lost_answer_and_lagging_readings_end_in_what_was_wanted(place: Place) -> None:
    place.hold([DEAN, PORTER])
    place.lag(2)
    place.fail(LOST_AFTER)
    place.want([DEAN, MOVED, OFFICE])
    trip = place.road.go()
    assert (trip.exit_code, trip.outcomes) == (0, {"unchanged": 1, "applied": 2})
    assert place.entries() == sorted([DEAN, MOVED, OFFICE])


def test_a_refusal_is_believed_at_once_where_readings_have_been_seen_to_be_prompt(place: Place) -> None:
    """A request delivered twice is refused for being done: a reading that may lag has to be waited for before that."""
    place.hold([DEAN])
    place.want([DEAN, PORTER])
    place.fail(REFUSED, times=9)
    trip = place.road.go()
    assert (trip.line(3)["outcome"], sum(place.road.waits)) == ("failed", DOUBT_SECONDS)
    place.heal()
    assert place.road.go().exit_code == 0
    place.road.waits.clear()
    place.want([DEAN, PORTER, OFFICE])
    place.fail(REFUSED, times=9)
    trip = place.road.go()
    assert (trip.line(4)["outcome"], sum(place.road.waits)) == ("failed", 0)


def test_a_lag_is_learnt_and_said_once(place: Place) -> None:
    place.hold([DEAN, PORTER])
    place.lag(2)
    place.want([DEAN, MOVED])
    (note,) = place.road.go().sync["notes"]
    assert "up to 2 s after" in note
    place.want([DEAN, PORTER])
    assert "notes" not in place.road.go().sync


@pytest.mark.parametrize("letters", [str.upper, lambda text: text[:9]], ids=["capitals", "cut"])
def test_a_habit_is_no_failure_on_the_first_night(place: Place, letters: Any) -> None:
    for sync in ways(place):
        place.hold([])
        place.rewrite(letters)
        lines = [("Dziekanat wydziału", "22 999 00 01"), ("Portiernia główna", "22 999 00 02")]
        place.want(lines, **sync)
        trip = place.road.go()
        assert (trip.exit_code, trip.sync["verified"], trip.outcomes) == (0, True, {"applied": 2})
        assert {row["code"] for row in trip.lines} == {"stored_otherwise"}
        assert writes_of(place.road.go()) == 0
