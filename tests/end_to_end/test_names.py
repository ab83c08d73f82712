"""Owners have the names that the service knows them by, and nothing depends on it. All data is invented."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, get_args

import pytest
from road_trip import ENVIRON, Road, Trip, usos_state
from waiting import eventually

from connectors.ledger.store import Ledger
from connectors.sandbox.options import DirectoryForm, Fault, UsosOptions
from flows.check import check_sources
from flows.entry_history import events_of
from flows.offline import before
from flows.reconciliation.body import Asked, reconcile_all
from flows.reconciliation.find import find
from flows.retention import erase

METHODS = {
    "faculty": "services/fac/faculties",
    "building": "services/geo/building_index",
    "user": "services/users/users",
}
KNOWN: Mapping[str, Mapping[str, Any]] = {
    "faculty": {
        "1": {"name": {"pl": "Wydział Prawa", "en": "Faculty of Law"}},
        "2": {"name": {"pl": "Instytut Ceramiki", "en": "Institute of Ceramics"}, "parent": "1"},
        "3": {"name": {"pl": "Archiwum", "en": None}, "parent": "1", "hidden": True},
    },
    "building": {"1": {"name": {"pl": "Gmach Główny", "en": "Main Building"}}},
    "user": {"1": {"first_name": "Żaneta", "last_name": "Niewidoczna"}},
}
PLAIN = (0, {"applied": 1}, ["replace"], True, [])  # a night that asks nobody for names
FIRST = "entity_id,number,comment\n1,22 552 00 01,Dean\n"


def opened(road: Road, entity_class: str, **settings: Any) -> Road:
    state = usos_state({"1": [("Dean", "22 552 00 00")], "2": [], "3": []}, entity_class)
    state["usos"]["directory"] = KNOWN
    road.open(state)
    road.configure({"entity_class": entity_class, "guard": {"max_change_share": 1.0}}, attempts=3, **settings)
    road.source(FIRST)
    return road


def asked(trip: Trip) -> list[str]:
    return [call.method for call in trip.calls if call.method in {"faculties", "building_index", "users"}]


def notes(trip: Trip) -> str:
    return " ".join(trip.sync.get("notes", []))


@pytest.mark.parametrize(
    ("entity_class", "lang", "name"),
    [
        ("faculty", "en", "Faculty of Law"),
        ("faculty", "pl", "Wydział Prawa"),
        ("building", "en", "Main Building"),
        ("building", "pl", "Gmach Główny"),
    ],
)
def test_owners_are_called_as_the_service_calls_them_in_the_language_of_the_reader(
    road: Road, entity_class: str, lang: str, name: str
) -> None:
    opened(road, entity_class)
    text = (road.folder / "phonesync.toml").read_text("utf-8")
    (road.folder / "phonesync.toml").write_text(f'lang = "{lang}"\n{text}', encoding="utf-8")
    trip = road.go()
    assert (trip.exit_code, [line["owner_name"] for line in trip.lines]) == (0, [name])
    assert [event["owner_name"] for event in events_of(road.context(), "1", lang)] == [name]  # type: ignore[arg-type]
    (found,) = {row["owner_name"] for row in find(road.context(), name).summary["found"]}
    assert found == name


def test_a_name_of_the_file_wins(road: Road) -> None:
    opened(road, "faculty").source(
        "entity_id,owner_name,number,comment\n1,Prawo i administracja,22 552 00 01,Dean\n2,,22 552 00 02,Dean\n"
    )
    trip = road.go()
    assert {line["owner_name"] for line in trip.lines} == {"Prawo i administracja", "Institute of Ceramics"}


def test_names_of_people_are_known_and_masked(road: Road) -> None:
    opened(road, "user")
    hidden = (road.folder / "phonesync.toml").read_text("utf-8").replace("full_numbers = true\n", "")
    (road.folder / "phonesync.toml").write_text(hidden, encoding="utf-8")
    trip = road.go()
    assert (trip.exit_code, asked(trip), [line["owner_name"] for line in trip.lines]) == (0, ["users"], [""])
    reports = [path.read_text("utf-8") for path in (road.folder / "reports").rglob("*") if path.is_file()]
    assert not any("Niewidoczna" in text for text in reports)
    assert road.ledger.names.of(f"{road.sandbox.usos_url} user", "en") == {"user 1": "Żaneta Niewidoczna"}


def test_a_name_is_asked_for_once_a_week(road: Road) -> None:
    assert asked(opened(road, "faculty").go()) == ["faculties"]
    road.now += timedelta(days=6)
    assert asked(road.go()) == []
    road.source(FIRST + "2,22 552 00 02,Dean\n3,22 552 00 03,Dean\n")
    assert asked(road.go()) == ["faculties"]
    assert asked(road.go()) == []  # one that is not public has been asked about too
    road.now += timedelta(days=7)
    assert asked(road.go()) == ["faculties"]


def test_a_thousand_owners_cost_one_question_for_each_hundred_and_none_on_a_warm_cache(road: Road) -> None:
    opened(road, "faculty")
    ids = [f"{1000 + number}" for number in range(1000)]
    state = usos_state({one: [("Dean", "22 552 00 00")] for one in ids})
    state["usos"]["directory"] = {"faculty": {one: {"name": {"pl": f"Zakład {one}"}} for one in ids}}
    road.open(state)
    road.source("entity_id,number,comment\n" + "".join(f"{one},22 552 00 00,Dean\n" for one in ids))
    cold = road.go()
    assert (cold.exit_code, cold.sync["requests"]["read"]) == (0, 10 + 10)
    assert {line["owner_name"] for line in cold.lines} == {f"Zakład {one}" for one in ids}
    assert road.go().sync["requests"]["read"] == 10
    # A night with something to write asks the service besides how its methods are called, once a day.
    road.now += timedelta(days=1)
    road.source((road.folder / "source.csv").read_text("utf-8").replace("1000,22 552 00 00", "1000,22 552 00 01"))
    night = road.go()
    assert night.outcomes == {"applied": 1, "unchanged": 999}
    assert len([call for call in night.calls if call.method not in {"select", "replace"}]) <= 5


def test_whoever_turns_names_off_asks_nobody(road: Road) -> None:
    trip = opened(road, "faculty", names=False).go()
    assert (told(trip), asked(trip), trip.lines[0]["owner_name"]) == (PLAIN, [], "")


BROKEN: dict[str, dict[str, Any]] = {
    "missing": {"absent": tuple(METHODS.values())},
    "forbidden": {"forbidden": tuple(METHODS.values())},
    "other fields": {"forbidden_fields": tuple(f"{method}.id" for method in METHODS.values())},
    **{form: {"directory": form} for form in get_args(DirectoryForm) if form != "full"},
}


@pytest.mark.parametrize("entity_class", METHODS)
@pytest.mark.parametrize("options", BROKEN.values(), ids=BROKEN.keys())
def test_whatever_the_method_is_the_night_is_the_same_and_what_is_missing_is_said_once(
    road: Road, options: dict[str, Any], entity_class: str
) -> None:
    opened(road, entity_class).sandbox.usos.options = UsosOptions(**options)
    first = road.go()
    assert told(first) == PLAIN
    assert "does not provide the names of owners" in notes(first)
    assert len(asked(first)) <= 1
    again = road.go()
    assert ("notes" in again.sync, asked(again)) == (False, [])
    road.now += timedelta(days=1)
    next_night = road.go()
    assert ("notes" in next_night.sync, next_night.exit_code) == (False, 0)
    road.sandbox.usos.options = UsosOptions()
    road.now += timedelta(days=1)
    assert "notes" not in road.go().sync
    names = {"faculty": "Faculty of Law", "building": "Main Building", "user": "Żaneta Niewidoczna"}
    assert (
        road.ledger.names.of(f"{road.sandbox.usos_url} {entity_class}", "en")[f"{entity_class} 1"]
        == (names[entity_class])
    )


@pytest.mark.parametrize("entity_class", METHODS)
@pytest.mark.parametrize(
    "kind",
    ["too_many_requests", "server_error_before_commit", "html_before_commit", "null_before_commit", "truncated_json",
     "reset_before_commit", "lost_after_commit", "cut_off_after_commit", "slow_before_commit", "redirect"],
)  # fmt: skip
def test_whatever_happens_to_the_question_the_night_is_the_same(road: Road, kind: Any, entity_class: str) -> None:
    opened(road, entity_class, timeout_seconds=1)
    method = METHODS[entity_class].rpartition("/")[2]
    road.fault(Fault(method, kind, times=99, retry_after=3600, seconds=1.5))
    calls_before = len(road.sandbox.calls)
    trip = road.go()
    assert (told(trip), road.waits) == (PLAIN, [])
    # A slow one is noted by the sandbox when it has ended; it must not be noted in the next test.
    eventually(lambda: any(call.method == method for call in road.sandbox.calls[calls_before:]))
    assert len([call for call in road.sandbox.calls[calls_before:] if call.method == method]) == 1


def told(trip: Trip) -> tuple[object, ...]:
    return trip.exit_code, trip.outcomes, trip.writes, trip.sync["verified"], trip.sync["guards"]


def test_a_service_that_takes_few_ids_at_once_is_asked_in_smaller_parts(road: Road) -> None:
    opened(road, "faculty").sandbox.usos.options = UsosOptions(max_ids_per_select=1)
    road.configure({"entity_class": "faculty", "guard": {"max_change_share": 1.0}}, ids_per_select=1)
    road.source(FIRST + "2,22 552 00 02,Dean\n")
    assert asked(road.go()) == ["faculties", "faculties"]


def test_an_erased_person_has_no_name_left(road: Road) -> None:
    opened(road, "user")
    database = road.folder / "phonesync.db"
    road.ledger.close()
    road.ledger = Ledger.open(f"sqlite:///{database}")
    assert road.go().exit_code == 0

    def kept() -> list[str]:
        with sqlite3.connect(database) as read:
            rows = [json.loads(row[0]) for row in read.execute("select names from service_names")]
        read.close()
        return [row["en"] for row in rows]

    assert kept() == ["Żaneta Niewidoczna"]
    erase(road.context(), "1")
    assert kept() == []
    held = b"".join(path.read_bytes() for path in road.folder.rglob("*.db*"))
    assert b"Niewidoczna" not in held
    assert ENVIRON["SECRET"].encode() not in held


def test_a_label_that_is_another_units_name_is_told_by_check_and_plan_at_its_line(road: Road) -> None:
    database = opened(road, "faculty").folder / "phonesync.db"
    road.ledger.close()
    road.ledger = Ledger.open(f"sqlite:///{database}")
    road.source(FIRST + "2,22 552 00 02,Dean\n")
    assert road.go().exit_code == 0
    road.source(
        "entity_id,owner_name,number,comment\n"
        "2,Faculty of Law,22 552 00 02,Dean\n2,Faculty of Law,22 552 00 03,Desk\n1,Faculty of Law,22 552 00 01,Dean\n"
    )
    context = road.context()
    (checked,) = check_sources(context, (), known=before(context.settings)).summary["syncs"]
    (told,) = checked["problems"]
    assert (told["line"], told["code"], told["level"], told["value"]) == (2, "id-mistaken", "warning", "2")
    assert "belongs to 1" in told["reason"]
    planned = road.plan()
    assert [line["line"] for line in planned.lines if "belongs to 1" in line["message"]] == ["2"]
    assert planned.exit_code == 0


@pytest.mark.parametrize(("entity_class", "told"), [("faculty", True), ("building", True), ("user", False)])
def test_an_owner_that_the_service_does_not_name_is_not_promised_to_be_added(
    road: Road,
    entity_class: str,
    told: bool,  # noqa: FBT001 - a column
) -> None:
    opened(road, entity_class).source(FIRST + "9,22 552 00 09,Nobody's\n")
    fixes = reconcile_all(road.context(), Asked()).view.findings.set_index("line")["fix"]
    assert [fixes[line].startswith("The service does not know this owner") for line in (2, 3)] == [False, told]


def test_reconcile_and_find_say_once_what_they_do_without(road: Road) -> None:
    for look in (lambda: reconcile_all(road.context(), Asked()).summary, lambda: find(road.context(), "552").summary):
        opened(road, "faculty").sandbox.usos.options = UsosOptions(absent=(METHODS["faculty"],))
        road.ledger = Ledger.open("sqlite://")
        said = [str(look()) for _ in range(2)]
        assert [text.count("does not provide the names of owners") for text in said] == [1, 0]
        assert "called" not in notes(road.go())
