"""From an installation and no file to a directory that is kept, and what nobody keeps. All data is invented."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from road_trip import Road, rows_of, usos_state

from connectors.sandbox.options import Fault, UsosOptions
from flows.reconciliation.body import Asked, reconcile_all
from flows.reconciliation.discovering import discover
from flows.reconciliation.export import Wanted, export
from schemas.errors import ServiceError, UsageError

UNITS = 200
LISTING = {"installation", "subfaculties_deep", "faculties", "building_index"}


def town(road: Road, entity_class: str = "faculty", **settings: Any) -> Road:
    """Open an installation with a tree of units and a few buildings; every other unit has a number."""
    ids = [f"{1000 + number}" for number in range(UNITS)]
    numbers = {one: [("Sekretariat", f"22 552 {one[:2]} {one[2:]}")] if int(one) % 2 else [] for one in ids}
    state = usos_state(numbers)
    state["usos"]["entities"]["building"] = {"B1": [{"number": "22 552 70 00", "comment": {"pl": "Portier"}}], "B2": []}
    state["usos"]["directory"] = {
        "faculty": {
            one: {
                "name": {"pl": f"Zakład {one}", "en": f"Department {one}"},
                "parent": None if one == ids[0] else ids[(int(one) - 1000) // 10],
            }
            for one in ids
        }
        | {"9999": {"name": {"pl": "Niepubliczna"}, "parent": ids[0], "hidden": True}},
        "building": {"B1": {"name": {"pl": "Gmach"}}, "B2": {"name": {"pl": "Pawilon"}}},
    }
    road.open(state)
    road.configure({"entity_class": entity_class, "full_numbers": None}, attempts=2, **settings)
    return road


def test_an_installation_without_a_file_becomes_one_that_is_kept(road: Road) -> None:
    town(road)
    before = len(road.sandbox.calls)
    made = export(road.context(), Wanted("one", discover=True))
    assert (made["entries"], made["owners_without_numbers"], made["rejected"]) == (UNITS // 2, UNITS // 2, 0)
    assert [call.method for call in road.sandbox.calls[before:]].count("faculties") == UNITS // 100
    source = road.folder / "source.csv"
    plan = road.plan()
    assert (plan.exit_code, set(plan.actions)) == (0, {"keep"})
    assert not {call.method for call in plan.calls} & LISTING
    lines = source.read_text("utf-8-sig").splitlines(keepends=True)
    assert "Department 1001" in lines[1]
    changed = [line.replace("22 552", "22 553") if at in {1, 5, 9} else line for at, line in enumerate(lines)]
    source.write_text("".join(changed), encoding="utf-8")
    night = road.go()
    assert (night.exit_code, night.outcomes, night.writes) == (
        0,
        {"applied": 3, "unchanged": UNITS // 2 - 3},
        ["replace"] * 3,
    )
    assert all(line["owner_name"] == f"Department {line['owner'].partition(' ')[2]}" for line in night.lines)
    compared = reconcile_all(road.context(), Asked())
    findings = compared.view.findings
    assert set(findings["kind"]) == {"agree"}
    assert (findings["owner_name"] == "Department " + findings["owner"].str.partition(" ")[2]).all()


def test_what_no_sync_manages_is_listed_with_the_numbers_that_it_shows(road: Road) -> None:
    town(road)
    road.source("entity_id,number,comment\n1001,22 552 10 01,Sekretariat\n")
    found = discover(road.context())
    assert found.exit_code == 0
    assert [(place["place"], place["known"], place["managed"]) for place in found.summary["places"]] == [
        ("faculty", UNITS, 1),
        ("building", 2, 0),
    ]
    rows = {row["id"]: row for row in found.summary["unmanaged"]}
    assert len(rows) == UNITS - 1 + 2
    assert rows["1003"] == {
        "connection": "there",
        "place": "faculty",
        "id": "1003",
        "name": "Department 1003",
        "numbers": ["22 552 10 03"],
    }
    assert (rows["B1"]["name"], rows["B1"]["numbers"], rows["B2"]["numbers"]) == ("Gmach", ["22 552 70 00"], [])
    assert not {"1001", "9999"} & rows.keys()


def test_an_owner_of_earlier_runs_is_managed_though_its_line_has_gone(road: Road) -> None:
    town(road)
    road.source("entity_id,number,comment\n1001,22 552 10 01,Sekretariat\n1003,22 552 10 03,Sekretariat\n")
    assert road.go().exit_code == 0
    road.source("entity_id,number,comment\n1001,22 552 10 01,Sekretariat\n")
    assert "1003" not in {row["id"] for row in discover(road.context()).summary["unmanaged"]}


def test_numbers_that_the_consumer_may_not_see_are_left_out(road: Road) -> None:
    town(road).sandbox.usos.options = UsosOptions(
        forbidden_fields=("services/fac/faculties.phone_numbers", "services/geo/building_index.phone_numbers")
    )
    found = discover(road.context()).summary["unmanaged"]
    assert (len(found), {tuple(row["numbers"]) for row in found}) == (UNITS + 2, {()})


def test_a_service_that_takes_fewer_ids_is_asked_in_halves(road: Road) -> None:
    town(road).sandbox.usos.options = UsosOptions(max_ids_per_select=30)
    assert len(discover(road.context()).summary["unmanaged"]) == UNITS + 2


@pytest.mark.parametrize("method", sorted(LISTING))
def test_one_place_that_cannot_be_listed_does_not_hide_the_other(road: Road, method: str) -> None:
    """One number of a replica is late, and it makes no difference."""
    path = {"building_index": "geo", "installation": "apisrv"}.get(method, "fac")
    town(road).sandbox.usos.options = UsosOptions(absent=(f"services/{path}/{method}",), replica_lag=9)
    found = discover(road.context())
    listed = {place["place"] for place in found.summary["places"] if not place["note"]}
    assert listed == ({"faculty"} if method == "building_index" else {"building"})
    assert found.exit_code != 0
    assert len(found.summary["notes"]) == 1 + 1  # there is no file either


def test_export_without_the_list_of_units_writes_nothing(road: Road) -> None:
    town(road).fault(Fault("subfaculties_deep", "server_error_before_commit", times=9))
    with pytest.raises(ServiceError):
        export(road.context(), Wanted("one", discover=True))
    assert not (road.folder / "source.csv").exists()


def test_an_export_that_was_cut_short_goes_on_where_it_was(road: Road) -> None:
    town(road, ids_per_select=50).fault(Fault("faculties", "server_error_before_commit", nth=3, times=9))
    with pytest.raises(ServiceError):
        export(road.context(), Wanted("one", discover=True))
    road.fault()
    before = len(road.sandbox.calls)
    made = export(road.context(), Wanted("one", discover=True))
    assert (made["entries"], made["owners_without_numbers"]) == (UNITS // 2, UNITS // 2)
    # Two of four parts were answered; the tree itself is read anew.
    assert [call.method for call in road.sandbox.calls[before:]].count("faculties") == 2
    assert "Department 1001" in (road.folder / "source.csv").read_text("utf-8-sig").splitlines()[1]


def test_people_are_listed_by_nobody(road: Road) -> None:
    town(road, "user")
    with pytest.raises(UsageError, match="does not list the owners of user"):
        export(road.context(), Wanted("one", discover=True))


def test_the_file_of_buildings_has_their_names(road: Road) -> None:
    town(road, "building")
    export(road.context(), Wanted("one", discover=True))
    with Path(road.folder / "source.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [(row["entity_id"], row["owner_name"], row["number"]) for row in rows] == [("B1", "Gmach", "22 552 70 00")]


def test_a_reconciliation_finds_what_nobody_manages_where_it_is_asked_to(road: Road) -> None:
    town(road)
    road.source("entity_id,number,comment\n1001,22 552 10 01,Sekretariat\n")
    assert set(reconcile_all(road.context(), Asked()).view.findings["kind"]) == {"agree"}
    text = (road.folder / "phonesync.toml").read_text("utf-8")
    (road.folder / "phonesync.toml").write_text(f"[reconcile]\nunmanaged = true\n{text}", encoding="utf-8")
    done = reconcile_all(road.context(), Asked())
    rows = done.view.findings[done.view.findings["kind"] == "unmanaged"].set_index("owner")
    assert (len(rows), done.exit_code, done.summary["findings"]["unmanaged"]) == (UNITS // 2 - 1, 1, UNITS // 2 - 1)
    assert (rows["number_there"]["faculty 1003"], rows["owner_name"]["faculty 1003"]) == (
        "22 552 10 03",
        "Department 1003",
    )
    assert rows["fix"].str.contains("export one --discover").all()
    # A list that cannot be read resolves nothing.
    road.sandbox.usos.options = UsosOptions(absent=("services/fac/subfaculties_deep",))
    unlisted = reconcile_all(road.context(), Asked())
    assert (len(unlisted.view.resolved), unlisted.exit_code != 0) == (0, True)
    road.sandbox.usos.options = UsosOptions()
    assert set(reconcile_all(road.context(), Asked()).view.findings["trend"]) >= {"persisting"}


def test_numbers_that_are_shown_late_are_told_with_their_age_and_judge_no_write(road: Road) -> None:
    town(road).sandbox.usos.options = UsosOptions(replica_lag=99)
    text = (road.folder / "phonesync.toml").read_text("utf-8")
    (road.folder / "phonesync.toml").write_text(f"[reconcile]\nreplica_hours = 24\n{text}", encoding="utf-8")
    road.source("entity_id,number,comment\n1001,22 552 99 01,Sekretariat\n1003,22 552 99 03,Sekretariat\n")
    night = road.go()
    assert (night.exit_code, night.outcomes, night.sync["verified"]) == (0, {"applied": 2}, True)

    def late() -> dict[str, str]:
        found = reconcile_all(road.context(), Asked()).view.findings
        assert set(found["kind"]) <= {"agree", "foreign", "replica_late"}
        rows = found[found["kind"] == "replica_late"]
        return dict(zip(rows["owner"], rows["fix"], strict=True))

    assert late() == {}
    road.now += timedelta(hours=25)
    told = late()
    assert sorted(told) == ["faculty 1001", "faculty 1003"]
    assert "25 h ago" in told["faculty 1001"]
    # What somebody else has changed since has no age that anybody knows.
    road.sandbox.usos.set_numbers(
        "faculty", "1003", rows_of([("Sekretariat", "22 552 99 03"), ("Ktoś", "22 552 88 03")])
    )
    assert sorted(late()) == ["faculty 1001"]
    road.sandbox.usos.options = UsosOptions(forbidden_fields=("services/fac/faculties.phone_numbers",))
    assert late() == {}
