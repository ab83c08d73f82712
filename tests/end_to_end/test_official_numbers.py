"""Official numbers of staff beside files and phone lists; nothing depends on them, and nobody writes them.

All data is invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from road_trip import Road, apio_state, toml, usos_state

from connectors.sandbox.options import Fault, UsosOptions
from flows.reconciliation.body import Asked, Reconciled, reconcile_all
from flows.retention import erase
from schemas.findings import System

FIELDS = "services/users/users"
PEOPLE: Mapping[str, Mapping[str, Any]] = {
    "1": {"official": ["22 552 00 01", "22 552 00 09"], "employed": ["10"]},
    "2": {"official": ["(22) 552-00-02"], "employed": ["20"]},
    "3": {"official": [], "employed": ["10"]},
    "4": {"official": ["22 552 00 04"], "employed": ["10", "20"], "hidden": True},
    "5": {"official": ["22 552 00 05", "22 552 00 50"], "employed": ["20"]},
}
FILE = (
    "entity_id,number,comment,type_id\n"
    "1,22 552 00 01,Dean,STA\n"  # one of two; the other stands on no list
    "2,22 552 00 22,Porter,\n"  # another one
    "3,22 552 00 03,Desk,\n"  # none
    "4,22 552 00 04,Nobody is shown this person,\n"
    "5,,Only asked for,\n"
)
LIST = [("Hall", "+48-225520005")]


def opened(road: Road, **system: Any) -> Road:
    """Open both services with a list of phones, and people who have official numbers."""
    state = usos_state({"10": [("Dean", "22 552 00 00")]})
    state["usos"]["directory"] = {"user": PEOPLE, "faculty": {"10": {"name": {"pl": "Wydział Prawa", "en": "Law"}}}}
    road.open({**state, **apio_state(LIST)})
    road.configure({"entity_class": "faculty"}, attempts=2, timeout_seconds=1)
    road.source("entity_id,number,comment\n10,22 552 00 00,Dean\n")
    (road.folder / "staff.csv").write_text(FILE, encoding="utf-8")
    (road.folder / "list.csv").write_text("Name,Phone Number\nHall,22 552 00 05\n", encoding="utf-8")
    secrets = {"username": {"env": "NAME"}, "password": {"env": "WORD"}}
    tables: dict[str, dict[str, Any]] = {
        "connections.telephony": {"kind": "apio", "base_url": road.sandbox.apio_url, **secrets},
        "syncs.list": {"connection": "telephony", "tenant": "chopin", "source": "list.csv"},
        "systems.staff": {"connection": "there", "source": "staff.csv", **system},
    }
    with (road.folder / "phonesync.toml").open("a", encoding="utf-8") as file:
        file.write("".join(f"[{table}]\n{toml(values)}" for table, values in tables.items()))
    return road


def reconciled(road: Road) -> Reconciled:
    return reconcile_all(road.context(), Asked())


def rows(done: Reconciled) -> list[tuple[Any, ...]]:
    staff = done.view.findings[done.view.findings["sync"] == "staff"]
    columns = [staff[name] for name in ("owner", "kind", "line", "number_there", "where")]
    return sorted(zip(*columns, strict=True))


def figures(done: Reconciled) -> System:
    (system,) = [one for one in done.view.systems if one.kind == "official"]
    return system


def test_official_numbers_stand_beside_the_file_and_the_phone_lists(road: Road) -> None:
    done = reconciled(opened(road, full_numbers=True))
    report = (road.folder / "reports" / done.summary["run"] / "reconciliation.csv").read_text("utf-8")
    assert "22 552 00 09" in report
    told = [(owner, kind, line, where) for owner, kind, line, _, where in rows(done)]
    assert told == [
        ("user 1", "agree", 2, ""),
        ("user 1", "foreign", 0, ""),
        ("user 2", "differs", 3, ""),
        ("user 3", "missing", 4, ""),
        ("user 5", "agree", 0, "telephony tenant chopin"),
        ("user 5", "foreign", 0, ""),
    ]
    assert figures(done) == System("there user official", "official", 5, 5, 1)
    assert done.exit_code == 1
    shared = {(row["a"], row["b"]): row["shared"] for row in done.view.overlap.to_dict("records")}
    assert shared["telephony tenant chopin", "there user official"] == 1
    assert [call.method for call in road.sandbox.calls].count("users") == 1
    fixes = done.view.findings.loc[done.view.findings["sync"] == "staff", "fix"]
    assert not fixes.str.contains("phonesync sync").any()


def test_they_are_masked_unless_somebody_wants_them(road: Road) -> None:
    done = reconciled(opened(road))
    folder = road.folder / "reports" / done.summary["run"]
    reports = [path.read_bytes() for path in folder.iterdir() if path.suffix != ".xlsx"]
    assert not any(b"22 552 00 09" in text or b"552-00-02" in text for text in reports)
    assert {number[-2:] for *_, number, _ in rows(done) if number} == {"01", "09", "02", "05", "50"}


def test_only_people_of_these_units_are_looked_at(road: Road) -> None:
    done = reconciled(opened(road, units=["10"]))
    assert [(owner, kind) for owner, kind, *_ in rows(done)] == [
        ("user 1", "agree"),
        ("user 1", "foreign"),
        ("user 3", "missing"),
    ]


WITHOUT: dict[str, dict[str, Any]] = {
    "missing": {"absent": (FIELDS,)},
    "forbidden": {"forbidden": (FIELDS,)},
    "no numbers": {"forbidden_fields": (f"{FIELDS}.phone_numbers",)},
    "null": {"directory": "null"},
    "odd fields": {"directory": "odd_fields"},
}


@pytest.mark.parametrize("options", WITHOUT.values(), ids=WITHOUT.keys())
def test_what_the_method_is_changes_nothing_else_and_is_told_once(road: Road, options: dict[str, Any]) -> None:
    opened(road).sandbox.usos.options = UsosOptions(**options)
    done = reconciled(road)
    assert (done.exit_code, rows(done), done.errors) == (0, [], [])
    assert "services/users/users" in figures(done).note
    assert sum("services/users/users" in system.note for system in done.view.systems) == 1


def test_an_erased_person_is_in_no_finding_and_no_report(road: Road) -> None:
    opened(road, full_numbers=True)
    reconciled(road)
    erase(road.context(), "1")
    assert not any("22 552 00 09" in path.read_text("utf-8") for path in (road.folder / "reports").rglob("*.csv"))
    last = road.ledger.findings.last()
    assert last is not None
    assert "user 1" not in set(last.findings["owner"])


def test_a_person_is_found_again_when_the_method_answers_again(road: Road) -> None:
    first = reconciled(opened(road))
    road.fault(Fault("users", "server_error_before_commit", times=9))
    assert len(reconciled(road).view.resolved) == 0
    road.fault()
    again = reconciled(road)
    staff = again.view.findings[again.view.findings["sync"] == "staff"]
    assert set(staff["trend"]) == {"", "persisting"}
    assert set(staff["id"]) == set(first.view.findings.loc[first.view.findings["sync"] == "staff", "id"])


def test_many_people_are_asked_for_in_parts_and_in_halves(road: Road) -> None:
    opened(road).sandbox.usos.options = UsosOptions(max_ids_per_select=2)
    assert figures(reconciled(road)) == System("there user official", "official", 5, 5, 1)


def test_a_file_that_cannot_be_read_is_told_as_of_every_sync(road: Road) -> None:
    opened(road)
    (road.folder / "staff.csv").unlink()
    done = reconciled(road)
    assert (done.exit_code, len(done.errors), rows(done)) == (2, 1, [])
