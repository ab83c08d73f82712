"""A service that says that its methods have changed: a night stops before it writes. All data is invented."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, get_args

import pytest
from road_trip import Road, Trip, usos_state
from waiting import eventually

from connectors.sandbox.options import Fault, ReferenceForm, UsosOptions
from flows.doctor import examine
from tasks.messages.guards import guard_sentence

METHOD, ENTITY = "services/apiref/method", "faculty"
WANTED = "entity_id,number,comment\n1,22 552 00 0{},Dean\n"


def night(road: Road, number: int, **options: Any) -> Trip:
    """Another night, in which the file wants another number."""
    road.now += timedelta(days=1, minutes=5)
    road.sandbox.usos.options = UsosOptions(**options)
    road.source(WANTED.format(number))
    return road.go()


@pytest.fixture
def start(road: Road) -> Road:
    road.open(usos_state({"1": [("Dean", "22 552 00 01")]}))
    road.configure({"entity_class": ENTITY, "guard": {"max_change_share": 1.0}}, attempts=3)
    return road


def asked(trip: Trip) -> list[str]:
    return [call.method for call in trip.calls if call.method in {"method", "installation"}]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            {"said_required": ("services/phones/replace.reason",)},
            "services/phones/replace now requires the argument reason",
        ),
        (
            {"said_required": ("services/phones/select.token",)},
            "services/phones/select now requires the argument token",
        ),
        (
            {"said_gone": ("services/phones/replace.fac_id",)},
            "services/phones/replace no longer takes the argument fac_id",
        ),
        (
            {"said_gone": ("services/phones/select.type_id",)},
            "services/phones/select no longer returns the field type_id",
        ),
        ({"said_personal": ("services/phones/replace",)}, "services/phones/replace now needs rights"),
    ],
)
def test_what_the_client_needs_and_has_not_stops_the_night_before_it_writes(
    start: Road, options: dict[str, Any], said: str
) -> None:
    assert night(start, 2).exit_code == 0
    stopped = night(start, 3, **options)
    assert (stopped.exit_code, stopped.writes) == (3, [])
    (guard,) = stopped.sync["guards"]
    assert guard["guard"] == "api_changed"
    assert said in guard["message"]
    assert guard_sentence(guard) == guard["message"]
    (change,) = guard["changes"]
    assert guard_sentence(guard, "pl").startswith("system inaczej niż dotąd opisuje swoje metody (różnic: 1); ")
    assert guard_sentence(guard, "pl").count(change["method"]) == 1
    assert start.numbers("1") == [("Dean", "22 552 00 02")]
    allowed = start.apply(stopped.sync["plan"], "asked the vendor: it has a default")
    assert (allowed.exit_code, allowed.writes) == (0, ["replace"])


def test_a_plan_from_before_the_change_is_not_written(start: Road) -> None:
    start.source(WANTED.format(2))
    made = start.plan()
    start.now += timedelta(hours=25)
    start.sandbox.usos.options = UsosOptions(said_required=("services/phones/replace.reason",))
    late = start.apply(made.sync["plan"])
    assert (late.exit_code, late.writes) == (3, [])
    assert "requires the argument reason" in late.sync["error"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"said_required": ("services/phones/phone_number.reason",)}, "phone_number now requires the argument reason"),
        (
            {"said_gone": ("services/phones/phone_type.description",)},
            "phone_type no longer returns the field description",
        ),
    ],
)
def test_what_no_sync_needs_is_told_once(start: Road, options: dict[str, Any], said: str) -> None:
    assert "notes" not in night(start, 2).sync
    changed = night(start, 3, **options)
    assert changed.exit_code == 0
    assert said in " ".join(changed.sync["notes"])
    assert "notes" not in night(start, 4, **options).sync


def test_a_service_is_asked_once_a_day_and_only_before_it_is_written(start: Road) -> None:
    start.source(WANTED.format(1))
    assert asked(start.go()) == []
    assert asked(night(start, 2)) == [*["method"] * 4, "installation"]
    start.source(WANTED.format(3))
    start.now += timedelta(hours=23)
    warm = start.go()
    assert (warm.exit_code, warm.writes, asked(warm)) == (0, ["replace"], [])


def test_whoever_turns_the_guard_off_is_told_once(start: Road) -> None:
    start.configure({"entity_class": ENTITY, "guard": {"max_change_share": 1.0, "api_changed": False}}, attempts=3)
    options = {"said_required": ("services/phones/replace.reason",)}
    first = night(start, 2, **options)
    assert (first.exit_code, first.sync["guards"]) == (0, [])
    assert "requires the argument reason" in " ".join(first.sync["notes"])
    start.source(WANTED.format(3))
    assert "notes" not in start.go().sync


FAULTS: dict[str, dict[str, Any]] = {
    "missing": {"absent": (METHOD,)},
    "forbidden": {"forbidden": (METHOD,)},
    "without an installation": {"absent": ("services/apisrv/installation",)},
    **{form: {"reference": form} for form in get_args(ReferenceForm)},
}


@pytest.mark.parametrize("options", FAULTS.values(), ids=FAULTS.keys())
def test_whatever_the_description_is_the_night_is_the_same(start: Road, options: dict[str, Any]) -> None:
    trip = night(start, 2, **options)
    told = (trip.exit_code, trip.outcomes, trip.writes, trip.sync["verified"], trip.sync["guards"])
    assert told == (0, {"applied": 1}, ["replace"], True, [])
    assert "notes" not in trip.sync
    if METHOD in options.get("absent", ()):
        assert len([call for call in trip.calls if call.status == 404]) == 1
        start.source(WANTED.format(3))
        assert [call.status for call in start.go().calls if call.status == 404] == []


@pytest.mark.parametrize(
    "kind",
    ["too_many_requests", "server_error_before_commit", "html_before_commit", "null_before_commit", "truncated_json",
     "reset_before_commit", "lost_after_commit", "cut_off_after_commit", "slow_before_commit", "redirect"],
)  # fmt: skip
def test_whatever_happens_to_the_question_the_night_is_the_same(start: Road, kind: Any) -> None:
    """One that is slow or broken is asked for once, and a pause that it asks for is not kept."""
    start.fault(Fault("method", kind, times=99, retry_after=3600, seconds=1.5))
    start.configure({"entity_class": ENTITY, "guard": {"max_change_share": 1.0}}, attempts=3, timeout_seconds=1)
    calls_before = len(start.sandbox.calls)
    trip = night(start, 2)
    assert (trip.exit_code, trip.outcomes, trip.writes) == (0, {"applied": 1}, ["replace"])
    assert start.waits == []
    # One that is slow is noted by the sandbox only when it has ended; it must not be noted in the next test.
    eventually(lambda: any(call.method == "method" for call in start.sandbox.calls[calls_before:]))
    assert len([call for call in start.sandbox.calls[calls_before:] if call.method == "method"]) == 1
    assert "notes" not in trip.sync


def test_doctor_says_what_a_sync_would_be_stopped_by(start: Road) -> None:
    def found() -> tuple[str, str]:
        examined = examine(start.context())
        (row,) = [row for row in examined.summary["checks"] if row["what"] == "there: methods"]
        return row["result"], row["detail"]

    start.source(WANTED.format(1))
    assert found() == ("ok", "as phonesync needs them")
    start.sandbox.usos.options = UsosOptions(said_required=("services/phones/replace.reason",))
    assert (found()[0], "requires the argument reason" in found()[1]) == ("failed", True)
    start.sandbox.usos.options = UsosOptions(absent=(METHOD,))
    assert found() == ("ok", "the service does not describe them; nothing depends on it")
