"""Answers beyond what the pages promise, and requests that arrive without their body. All data is invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
from apio_standin import ApioStandIn
from campaign import Ground, laid_out
from figures import Figures
from front import Answer, Asked, Refused
from live import Living
from mortal import Life
from road_trip import OPEN_GUARD, Road, Trip, apio_state, usos_state
from usos_standin import UsosStandIn

from connectors.ledger.engine import connect
from connectors.ledger.store import Ledger
from flows.run import RunRequest

Odd = Callable[[Answer, Asked], Answer]


@pytest.fixture
def ground() -> Iterator[Ground]:
    with laid_out(standins=True) as ground:
        yield ground


@pytest.fixture
def night(ground: Ground, tmp_path: Path) -> Iterator[Night]:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    road = Road(ground.sandbox, tmp_path, Ledger.open(url))
    engine = connect(url)
    yield Night(road, Living(cast("Any", ground.sandbox), tmp_path, cast("Any", None), Figures(), road, engine))
    engine.dispose()
    road.close()


class Night:
    """One sync after the other, in this process."""

    def __init__(self, road: Road, living: Living) -> None:
        self.road = road
        self._living = living

    def run(self) -> Trip:
        self.road.waits.clear()
        trip = self._living.go(RunRequest("sync"), Life(), stop=False)
        assert trip is not None
        return trip


def plainly(service: Any, odd: Mapping[str, Odd]) -> None:
    """Let the stand-in do nothing odd but this: give other answers of these methods, once they have done their work."""
    for name, value in PLAIN.items():
        if hasattr(service, name):
            setattr(service, name, value)
    work = service.work

    def worked(asked: Asked, method: str) -> Answer:
        try:
            answer = work(asked, method)
        except Refused as refused:
            if method not in odd:
                raise
            answer = refused.answer
        return odd[method](answer, asked) if method in odd else answer

    service.work = worked


PLAIN: dict[str, Any] = {
    "lag": 0,
    "words": "page",
    "more_keys": False,
    "order": list,
    "unknown_in_list": "passed over",
    "renames_by_put": "yes",
    "all_or_nothing": False,
    "no_comment": {"pl": "", "en": ""},
    "english": {"en": ""},
    "reference": "absent",
    "beside": "absent",
}
FOUND = 200
ODD_LISTS: dict[str, dict[str, Odd]] = {
    "an entry is read as {}": {"get": lambda *_: Answer(200, {})},
    "an entry is read within a list": {"get": lambda answer, _: Answer(answer.status, {"entries": [answer.value]})},
    "an entry that is not there is {}": {
        "get": lambda answer, _: answer if answer.status == FOUND else Answer(200, {}),
    },
    "an entry that is not there is an error": {
        "get": lambda answer, _: answer if answer.status == FOUND else Answer(500, {}),
    },
    "writing answers nothing": {
        "put": lambda *_: Answer(204, b""),
        "create": lambda *_: Answer(200, {}),
        "delete": lambda *_: Answer(200, None),
    },
}


@pytest.mark.parametrize("odd", ODD_LISTS)
def test_a_list_is_in_step_whatever_the_form_of_its_answers(ground: Ground, night: Night, odd: str) -> None:
    road = night.road
    road.open(
        apio_state(
            [("Dean", "22 551 00 01"), ("Hall", "22 551 00 02"), ("Office", "22 551 00 03"), ("A/b", "22 551 00 04")]
        )
    )
    service = cast("ApioStandIn", ground.sandbox.apio)
    plainly(service, ODD_LISTS[odd])
    road.source("Name;Phone Number;New Name\nDean;22 551 00 11;\nOffice;22 551 00 03;Rector\nNew;22 551 00 05;\n")
    road.configure({"tenant": "chopin", "guard": OPEN_GUARD, "delete_missing": True})
    trip = night.run()
    assert (trip.exit_code, trip.sync["verified"], trip.outcomes) == (0, True, {"applied": 5})
    assert sorted(name for name, _ in service.entries("chopin")) == ["Dean", "New", "Rector"]
    again = night.run()
    assert (again.exit_code, again.writes) == (0, [])


def test_a_deletion_whose_body_is_lost_on_the_way_costs_nobody_an_entry(ground: Ground, night: Night) -> None:
    """To delete a collection without saying what may well mean all of it."""
    held = [("Dean", "22 551 00 01"), ("Hall", "22 551 00 02"), ("A/b", "22 551 00 03"), ("Guest", "portier")]
    night.road.open(apio_state(held))
    service = cast("ApioStandIn", ground.sandbox.apio)

    def all_of_it(*_: Any) -> Answer:
        service.set_entries("chopin", None, [])
        return Answer(200, {})

    plainly(service, {"delete_many": all_of_it})
    night.road.configure({"tenant": "chopin", "guard": OPEN_GUARD, "delete_missing": True})
    night.road.source("Name;Phone Number\nDean;22 551 00 01\nA/b;22 551 00 03\nGuest;22 551 00 04\n")
    night.run()
    assert sorted(name for name, _ in service.entries("chopin")) == ["A/b", "Dean", "Guest"]
    night.road.source("Name;Phone Number\nDean;22 551 00 01\nGuest;22 551 00 04\n")
    trip = night.run()
    assert {name for name, _ in service.entries("chopin")} == {"Dean", "Guest"}
    assert trip.outcomes == {"applied": 1, "unplanned": 2}


ODD_OWNERS: dict[str, dict[str, Odd]] = {
    "replace answers null": {"replace": lambda *_: Answer(200, None)},
    "replace answers nothing": {"replace": lambda *_: Answer(204, b"")},
    "replace answers something else": {"replace": lambda *_: Answer(200, {"a": 1})},
    "there are no types any more": {
        "select": lambda answer, asked: (
            Answer(400, {"message": "There is no such field.", "error": "field_not_found"})
            if "type_id" in asked.values["fields"]
            else answer
        )
    },
}


@pytest.mark.parametrize("odd", ODD_OWNERS)
def test_owners_are_in_step_whatever_the_form_of_the_answers(ground: Ground, night: Night, odd: str) -> None:
    night.road.open(usos_state({"1": [("Dean", "22 551 00 01")], "2": [("Hall", "22 551 00 02")], "3": []}))
    service = cast("UsosStandIn", ground.sandbox.usos)
    plainly(service, ODD_OWNERS[odd])
    night.road.source(
        "entity_id;number;comment;type_id\n1;22 551 00 11;Dean;STA\n2;22 551 00 02;Hall;\n3;22 551 00 03;New;\n"
    )
    night.road.configure({"entity_class": "faculty", "guard": OPEN_GUARD})
    trip = night.run()
    assert (trip.exit_code, trip.sync["verified"], trip.outcomes) == (0, True, {"applied": 2, "unchanged": 1})
    again = night.run()
    assert (again.exit_code, again.writes) == (0, [])
