"""What a directory needs of each service alike: changes by others, what came back, and what has happened to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from places import Place, writes_of
from road_trip import Trip

from flows.entry_history import events_of
from flows.known import open_rows
from flows.reconciliation.accepting import accept
from flows.reconciliation.body import Asked, reconcile_all
from flows.run import RunRequest
from flows.run_history import one_run, waiting_plans
from schemas.exit_codes import ExitCode

A, B, C, D = (f"22 552 00 0{number}" for number in range(1, 5))


def night(place: Place, request: RunRequest | None = None) -> Trip:
    """Run something, a minute after the last run."""
    place.road.sleep(60)
    return place.road.go(request)


def begin(place: Place, **sync: Any) -> None:
    """Let the place be in step with a file of two lines."""
    place.hold([("Dean", A)])
    place.want([("Dean", A), ("Office", B)], **sync)
    assert night(place).exit_code == ExitCode.DONE


@pytest.mark.parametrize(
    ("theirs", "code"),
    [
        ([("Dean", D), ("Office", B)], "drift_changed"),
        ([("Office", B)], "drift_removed"),
        ([("Dean", A), ("Guest", D), ("Office", B)], "drift_added"),
    ],
)
@pytest.mark.parametrize("on_drift", ["correct", "keep", "ask"])
def test_what_others_have_changed_is_told_and_treated_as_wanted(
    place: Place, theirs: list[tuple[str, str]], code: str, on_drift: str
) -> None:
    begin(place, on_drift=on_drift)
    place.meddle(theirs)
    trip = night(place)
    assert trip.sync["drift"] == 1
    stopped = on_drift == "ask"
    assert trip.exit_code == (ExitCode.APPROVAL_NEEDED if stopped else ExitCode.DONE)
    (row,) = [row for row in trip.lines if "outside phonesync" in row["message"]]
    assert row["code"] == ("guard_stopped" if stopped else code)
    stays = on_drift != "correct"
    assert place.entries() == sorted(theirs if stays else [("Dean", A), ("Office", B)])
    assert (writes_of(trip) == 0) == stays
    assert night(place).sync["drift"] == (1 if stays else 0)


def test_what_came_back_is_told_as_that(place: Place) -> None:
    begin(place)
    place.want([("Dean", A)])
    assert night(place).actions["delete"] == 1
    place.meddle([("Dean", A), ("Office", B)])
    place.want([("Dean", A)], delete_missing=False)
    for _ in range(2):
        trip = night(place)
        assert (trip.sync["came_back"], trip.about("Office")["code"]) == (1, "came_back")
        assert place.entries() == [("Dean", A), ("Office", B)]


def test_what_a_run_has_deleted_and_somebody_has_put_back_is_not_put_back_twice(place: Place) -> None:
    begin(place)
    place.want([("Dean", A)])
    night(place)
    place.meddle([("Dean", A), ("Office", B)])
    back = night(place, RunRequest("revert", run="last"))
    assert back.about("Office")["code"] == "came_back"
    place.road.apply(back.sync["plan"], "back")
    assert place.entries() == [("Dean", A), ("Office", B)]


def test_what_has_happened_is_known_and_each_run_tells_its_own(place: Place) -> None:
    begin(place)
    place.want([("Dean", A), ("Office", C)], guard={"max_changes": 0})
    stopped = night(place)
    context = place.road.context()
    (waiting,) = waiting_plans(context)
    assert waiting["actions"]["modify"] == 1
    assert waiting["guards"][0]["guard"] == "max_changes"
    assert waiting["command"].startswith("phonesync apply ")
    applied = night(place, RunRequest("apply", plan=waiting["plan"], reason="moved house"))
    place.meddle([("Dean", A), ("Office", D)])
    place.want([("Dean", A), ("Office", C)])
    corrected = night(place)
    events = [(event["code"], event.get("reason")) for event in events_of(context, "Office")]
    assert events[-2:] == [("", "moved house"), ("drift_changed", None)]
    assert {event["sync"] for event in events_of(context, C)} == {"one"}
    runs = [trip.sync["reports"]["csv"] for trip in (stopped, applied, corrected)]
    told = [one_run(context, Path(path).parent.name)["plans"][0]["lines"] for path in runs]
    assert [{row["outcome"] for row in lines if row["action"] == "modify"} for lines in told] == [
        {"skipped"},
        {"applied"},
        {"applied"},
    ]


def test_what_others_have_changed_may_stand_where_somebody_says_so(place: Place) -> None:
    begin(place)
    place.meddle([("Dean", D), ("Office", B)])
    night(place, RunRequest("plan"))
    context = place.road.context()
    (row,) = [row for row in open_rows(context) if row.kind == "drift"]
    accept(context, row.id, "2026-12-31", "they will tell the office")
    trip = night(place)
    assert (writes_of(trip), trip.exit_code) == (0, ExitCode.DONE)
    assert place.entries() == [("Dean", D), ("Office", B)]
    place.meddle([("Dean", C), ("Office", B)])
    assert writes_of(night(place)) > 0, "it is another change now"
    assert place.entries() == [("Dean", A), ("Office", B)]


def test_a_reconciliation_tells_what_others_have_changed(place: Place) -> None:
    begin(place)
    place.meddle([("Dean", D), ("Office", B)])
    done = reconcile_all(place.road.context(), Asked())
    assert done.summary["drift"] == 1
    assert set(done.view.findings["drift"]) == {"", "drift_changed"}
