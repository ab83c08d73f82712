"""What each service is said to have done is so, also a minute later. All data is invented."""

from __future__ import annotations

import pytest
from places import LATE, Place, writes_of

from flows.run import RunRequest

DEAN, PORTER = ("Dean", "22 552 00 01"), ("Porter", "22 552 00 02")
MOVED = ("Porter", "22 552 00 09")


def sent_in_vain(place: Place) -> None:
    """Send a change that no answer comes to in time, and that has no effect while the run looks."""
    place.hold([DEAN, PORTER])
    place.want([DEAN, MOVED])
    place.fail(LATE, times=9)
    trip = place.road.go()
    assert (trip.exit_code, trip.outcomes) == (5, {"unchanged": 1, "unknown": 1})
    assert trip.line(3)["code"] == "may_still_come"
    place.heal()


@pytest.mark.parametrize("came", [True, False])
def test_a_change_that_came_late_is_unknown_and_then_settled(place: Place, *, came: bool) -> None:
    sent_in_vain(place)
    if came:
        place.meddle([DEAN, MOVED])
    resumed = place.road.go(RunRequest("resume"))
    assert (resumed.exit_code, resumed.line(3)["outcome"]) == (0, "applied")
    assert (writes_of(resumed) == 0) == came
    assert place.entries() == sorted([DEAN, MOVED])
    assert writes_of(place.road.go()) == 0
