"""A night like the one before keeps neither its plan nor its report a second time, and is told all the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from road_trip import Road, Trip, apio_state, usos_state
from sqlalchemy import text

from connectors.ledger.records import referred
from connectors.sandbox.options import Fault
from flows.entry_history import events_of
from flows.known import open_rows
from flows.reconciliation.accepting import accept
from flows.retention import erase, purge
from flows.run import RunRequest, run
from flows.run_history import one_run
from schemas.plan import WRITES

HEADER = "entity_id,number,comment\n"
FILE = f"{HEADER}77,22 999 00 01,Porter\n78,22 999 00 02,Dean\n79,brak danych,Library\n"
LIST = "Name,Phone Number,New Name\nPorter,+48-229990001,\nDean,+48-229990002,\n"
PLACES: dict[str, dict[str, Any]] = {"usos": {"entity_class": "user"}, "apio": {"tenant": "chopin"}}


@pytest.fixture(params=PLACES)
def road(request: pytest.FixtureRequest, road: Road) -> Road:
    """A place of either service that has been brought into step by a first night, and left alone in a second one."""
    if request.param == "usos":
        road.open(usos_state({"77": [("Porter", "22 999 00 01")], "78": [("Dean", "22 999 00 09")]}, "user"))
        road.source(FILE)
    else:
        road.open(apio_state([("Porter", "+48-229990001"), ("Dean", "+48-229990009")]))
        road.source(LIST)
    road.configure(PLACES[request.param])
    assert night(road).outcomes["applied"] == 1
    return road


def night(road: Road) -> Trip:
    """Let a day pass, and run what a schedule runs."""
    road.now += timedelta(days=1)
    return road.go()


def tables(road: Road) -> dict[str, str]:
    """Return the plans of the ledger, the oldest first, each with the one that has its table, "" for itself."""
    with road.ledger._engine.connect() as opened:  # noqa: SLF001 - how it is kept is what this is about
        rows = opened.execute(text("select id, entries from plans order by id")).all()
    return {row.id: referred(row.entries) for row in rows}


def folders(road: Road) -> list[str]:
    """Return the folders of reports."""
    return sorted(path.name for path in (road.folder / "reports").iterdir() if path.is_dir())


def test_the_third_night_refers_to_the_second_and_says_what_was_read(road: Road) -> None:
    second, third, fourth = night(road), night(road), night(road)
    assert "same_as" not in second.sync
    for again in (third, fourth):
        assert again.sync["same_as"] == folders(road)[-1]
        assert again.sync["reports"] == second.sync["reports"]
        assert again.lines == second.lines
        assert {*again.sync["read"]} == {"source", "entries"}
        assert all(value.startswith("sha256:") for value in again.sync["read"].values())
    assert third.sync["read"] == fourth.sync["read"]
    assert len(folders(road)) == 2
    assert [*tables(road).values()] == ["", "", second.sync["plan"], second.sync["plan"]]


def test_show_history_and_the_way_back_go_on_working(road: Road) -> None:
    second, third = night(road), night(road)
    context = road.context()
    shown, before = (one_run(context, trip.sync["plan"].removesuffix("-one")) for trip in (third, second))
    assert shown["plans"][0]["same_as"] == before["run"]
    lines, earlier = (
        [{key: cell for key, cell in line.items() if key != "at"} for line in each["plans"][0]["lines"]]
        for each in (shown, before)
    )
    assert lines == earlier
    assert len(events_of(context, "Dean")) >= 1
    back = run(context, RunRequest("revert", run=folders(road)[0]))
    actions = back.summary["syncs"][0]["actions"]
    assert (back.errors, sum(actions[action] for action in WRITES)) == ([], 1)


def test_what_has_changed_is_kept_and_reported_in_full(road: Road) -> None:
    night(road)
    file = road.folder / "source.csv"
    road.source(file.read_text("utf-8").replace("22 999 00 02", "22 999 00 03").replace("229990002", "229990003"))
    changed = night(road)
    assert "same_as" not in changed.sync
    assert changed.sync["plan"].removesuffix("-one") in folders(road)
    assert tables(road)[changed.sync["plan"]] == ""


def test_a_report_that_somebody_has_removed_or_edited_is_written_anew(road: Road) -> None:
    second = night(road)
    Path(second.sync["reports"]["html"]).unlink()
    third = night(road)
    assert "same_as" not in third.sync
    edited = Path(third.sync["reports"]["csv"])
    edited.write_bytes(edited.read_bytes().replace(b"Porter", b"Pirate"))
    assert "same_as" not in night(road).sync


def test_a_page_in_another_language_does_not_stand_for_tonights(road: Road) -> None:
    night(road)
    file = road.folder / "phonesync.toml"
    file.write_text('lang = "pl"\n' + file.read_text("utf-8"), encoding="utf-8")
    polish = night(road)
    assert "same_as" not in polish.sync
    assert '<html lang="pl">' in Path(polish.sync["reports"]["html"]).read_text("utf-8")
    assert "same_as" in night(road).sync


@pytest.mark.parametrize("road", ["usos"], indirect=True)
def test_what_people_decide_about_a_line_is_reported(road: Road) -> None:
    night(road)
    context = road.context()
    rejected = next(row for row in open_rows(context) if row.kind == "rejected")
    accept(context, rejected.id, "2026-12-31", "nobody has it yet")
    assert "same_as" not in night(road).sync, "the report says what is accepted"
    assert "same_as" in night(road).sync


def test_what_a_later_night_refers_to_is_not_purged(road: Road) -> None:
    second, third = night(road), night(road)
    road.now += timedelta(days=100)
    fourth = night(road)
    context = road.context()
    purged = purge(context, timedelta(days=90))["purged"]
    assert len(purged) == 2, "the first night, and the third one, to which nobody refers"
    assert third.sync["plan"] not in tables(road)
    assert Path(fourth.sync["reports"]["html"]).is_file()
    assert road.ledger.plan(fourth.sync["plan"]).entries.equals(road.ledger.plan(second.sync["plan"]).entries)
    assert night(road).sync["same_as"] == fourth.sync["same_as"]


@pytest.mark.parametrize("road", ["usos"], indirect=True)
def test_whoever_is_erased_is_gone_from_what_nights_refer_to(road: Road) -> None:
    """One table is all that these nights have; the next one finds another one, and keeps it with its own report."""
    second, third = night(road), night(road)
    context = road.context()
    assert erase(context, "77")["plans"] == 3
    kept = [road.ledger.plan(trip.sync["plan"]).entries.to_csv() for trip in (second, third)]
    kept += [path.read_text("utf-8") for path in (road.folder / "reports").glob("*/one.csv")]
    assert not [one for one in kept if "user 77" in one or "Porter" in one]
    assert "same_as" not in night(road).sync, "who stands in the file is read again"
    assert [*tables(road).values()] == ["", "", second.sync["plan"], ""]


def test_two_plans_in_a_row_share_a_table_and_each_has_its_report(road: Road) -> None:
    """Whoever asks for a plan finds the report of this run, however often it says the same."""
    night(road)
    first, second = road.plan(), road.plan()
    assert first.sync["reports"] != second.sync["reports"]
    assert "same_as" not in second.sync
    assert tables(road)[second.sync["plan"]] == tables(road)[first.sync["plan"]] != ""


def test_a_night_in_which_the_service_was_away_changes_nothing(road: Road) -> None:
    second = night(road)
    road.fault(*(Fault(method, "server_error_before_commit", times=99) for method in ("select", "list")))
    assert night(road).exit_code == 4
    road.fault()
    assert night(road).sync["reports"] == second.sync["reports"]
