"""`ask = "always"`: no plan is written before somebody has said yes to it. All data is invented."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from road_trip import Road, usos_state

from connectors.ledger.store import Ledger
from connectors.sandbox.server import Sandbox
from flows.run import RunRequest

OLD = [("Dean", "22 552 00 01")]
FILE = "entity_id,number,comment\n1,22 552 00 01,Dean\n1,22 552 00 02,Porter\n"


@pytest.fixture
def road(served_services: Sandbox, tmp_path: Path) -> Iterator[Road]:
    road = Road(served_services, tmp_path, Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}"))
    road.open(usos_state({"1": OLD}))
    road.source(FILE)
    yield road
    road.close()


def test_a_small_plan_waits_for_a_person_and_is_written_after_a_yes(road: Road) -> None:
    road.configure({"entity_class": "faculty", "ask": "always"}, attempts=3)
    trip = road.go()
    assert (trip.exit_code, trip.writes) == (3, [])
    (guard,) = trip.sync["guards"]
    assert (guard["guard"], guard["value"]) == ("ask", 1)
    applied = road.apply(trip.sync["plan"], "the porter has a number now")
    assert applied.outcomes == {"applied": 1, "unchanged": 1}
    assert (road.go().exit_code, road.go().writes) == (0, [])  # nothing to change, nobody to ask


def test_by_default_nobody_is_asked(road: Road) -> None:
    road.configure({"entity_class": "faculty"}, attempts=3)
    assert road.go().exit_code == 0


def test_one_run_can_be_told_to_ask(road: Road) -> None:
    road.configure({"entity_class": "faculty"}, attempts=3)
    trip = road.go(RunRequest("sync", ask_always=True))
    assert (trip.exit_code, trip.writes) == (3, [])
    assert road.go().exit_code == 0
