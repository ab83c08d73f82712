"""What a colleague writes while a run is at work stays, or a row tells of it. All data is invented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from places import Apio, Place, writes_of
from road_trip import Entry, Road, Trip, empty_ledger

from connectors.sandbox.options import ApioOptions, Fault
from connectors.sandbox.server import Sandbox
from tasks.execution.ways import FEW_CHANGES

DEAN, PORTER, OFFICE = ("Dean", "22 552 00 01"), ("Porter", "22 552 00 02"), ("Office", "22 552 00 03")
MOVED, THEIRS = ("Dean", "22 552 00 09"), ("Porter", "22 552 00 77")
WAYS: tuple[Mapping[str, Any], ...] = ({"write": "auto"}, {"write": "entries"}, {"write": "batch"})


def ways(place: Place) -> tuple[Mapping[str, Any], ...]:
    """Return how a change may be sent here: a phone list takes files, too."""
    return WAYS if place.names_are_keys else ({},)


@pytest.mark.parametrize("theirs", [[DEAN, THEIRS], [DEAN]], ids=["changed", "deleted"])
def test_an_entry_that_no_line_mentions_ends_as_the_last_person_left_it(place: Place, theirs: list[Entry]) -> None:
    for sync in ways(place):
        place.hold([DEAN, PORTER])
        place.want([MOVED], delete_missing=False, **sync)
        planned = place.road.plan()
        place.meddle(theirs)
        trip = place.road.apply(planned.sync["plan"])
        assert set(theirs) - {DEAN} <= set(place.entries())
        assert PORTER not in place.entries()
        (row,) = [row for row in trip.lines if row["name_before"] == "Porter" and row["number_before"] == PORTER[1]]
        assert (row["outcome"], trip.exit_code) == ("conflict", 1)


def test_a_second_run_leaves_what_the_first_one_has_written(place: Place) -> None:
    for sync in ways(place):
        place.hold([DEAN, PORTER])
        place.want([MOVED, PORTER, OFFICE], **sync)
        first = place.road.go()
        assert (first.exit_code, writes_of(first) > 0) == (0, True)
        assert (writes_of(place.road.go()), place.entries()) == (0, sorted([MOVED, PORTER, OFFICE]))


@pytest.mark.parametrize("write", ["auto", "batch"])
def test_an_entry_that_left_file_and_list_after_a_killed_run_does_not_come_back_untold(
    phone_list: Apio, write: str
) -> None:
    phone_list.hold([DEAN, PORTER])
    phone_list.want([MOVED, PORTER], write=write, delete_missing=False)
    nth = 2 if write == "auto" else 3
    phone_list.road.fault(Fault("list", "server_error_before_commit", nth=nth, times=50))
    assert phone_list.road.go().exit_code == 5
    phone_list.heal()
    phone_list.meddle([PORTER])
    phone_list.want([PORTER], write=write, delete_missing=False)
    trip = phone_list.road.go()
    told = [row for row in trip.lines if row["name_before"] == "Dean" and row["code"] == "cost_by_interruption"]
    assert [row["outcome"] for row in told] == (["unplanned"] if "Dean" in dict(phone_list.entries()) else [])
    assert (write == "auto") == (phone_list.entries() == [PORTER])


# Of a phone list: between the last reading and the write ----------------------------------------------------------


@pytest.fixture
def phone_list(services: Sandbox, tmp_path: Path) -> Iterator[Apio]:
    road = Road(services, tmp_path, empty_ledger())
    yield Apio(road)
    road.close()


def between(road: Road, method: str, theirs: list[Entry], **more: Any) -> None:
    """Let a colleague give the list these entries right before a call is done."""
    road.fault(Fault(method, "another_writer", mutation=lambda apio: apio.set_entries("chopin", None, theirs), **more))


@pytest.mark.parametrize("write", ["auto", "entries"])
@pytest.mark.parametrize(
    ("theirs", "said"),
    [([("Dean", "22 552 00 55"), PORTER], "number_changed"), ([PORTER], "entry_gone")],
    ids=["changed", "deleted"],
)
def test_an_entry_that_changed_since_the_plan_is_a_conflict(
    phone_list: Apio, write: str, theirs: list[Entry], said: str
) -> None:
    phone_list.hold([DEAN, PORTER])
    phone_list.want([MOVED, PORTER], write=write, delete_missing=False)
    planned = phone_list.road.plan()
    phone_list.meddle(theirs)
    trip = phone_list.road.apply(planned.sync["plan"])
    assert (trip.line(2)["outcome"], trip.line(2)["code"], trip.writes) == ("conflict", said, [])
    assert phone_list.entries() == sorted(theirs)


@pytest.mark.parametrize("write", ["auto", "entries"])
def test_an_entry_that_was_deleted_at_the_last_moment_is_not_made_anew(phone_list: Apio, write: str) -> None:
    phone_list.hold([DEAN, PORTER])
    phone_list.want([MOVED, PORTER], write=write, delete_missing=False)
    between(phone_list.road, "put", [PORTER])
    trip = phone_list.road.go()
    assert (trip.line(2)["outcome"], trip.line(2)["code"], trip.writes) == ("conflict", "entry_gone", ["put"])
    assert phone_list.entries() == [PORTER]


@pytest.mark.parametrize("write", ["auto", "entries"])
def test_a_rename_never_leaves_both_names(phone_list: Apio, write: str) -> None:
    """A colleague renames the entry at the last moment: theirs stands, and no second one is made."""
    phone_list.hold([DEAN, PORTER])
    phone_list.want([("Office", DEAN[1]), PORTER], write=write)
    theirs = [("Lodge", DEAN[1]), PORTER]
    between(phone_list.road, "put", theirs)
    trip = phone_list.road.go()
    assert trip.actions == {"keep": 1, "rename": 1}
    assert (trip.line(2)["outcome"], phone_list.entries()) == ("conflict", sorted(theirs))


@pytest.mark.parametrize("write", ["auto", "entries"])
def test_an_entry_at_rest_that_was_deleted_at_the_last_moment_stays_away(phone_list: Apio, write: str) -> None:
    phone_list.hold([DEAN, PORTER])
    phone_list.want([MOVED, PORTER], write=write)
    between(phone_list.road, "put", [DEAN])
    trip = phone_list.road.go()
    assert (phone_list.entries(), trip.line(3)["outcome"]) == ([MOVED], "conflict")


def test_one_line_of_a_large_list_costs_four_requests(phone_list: Apio) -> None:
    many = [(f"Office {at}", f"22 552 {at // 100:02} {at % 100:02}") for at in range(1, 2000)]
    phone_list.hold(many)
    phone_list.want([("Office 1", "22 552 99 99"), *many[1:]], write="auto")
    trip = phone_list.road.go()
    assert (trip.exit_code, trip.sync["verified"], trip.outcomes["applied"]) == (0, True, 1)
    assert [call.method for call in trip.calls if call.method != "login"] == ["list", "get", "put", "list"]


LONG = [(f"Office {at}", f"22 552 01 {at:02}") for at in range(FEW_CHANGES + 1)]
CHANGED = [(name, number.replace("552 01", "552 02")) for name, number in LONG]


def nights(place: Apio, *wanted: list[Entry]) -> list[Trip]:
    """Run with one file after the other."""
    trips = []
    for lines in wanted:
        place.want(lines, write="auto")
        trips.append(place.road.go())
    return trips


@pytest.mark.parametrize("deletes", [True, False])
@pytest.mark.parametrize("first", [[*LONG, DEAN], [*CHANGED, PORTER]], ids=["an addition", "a deletion"])
def test_what_becomes_of_missing_entries_is_learnt_from_one_that_nobody_would_miss(
    phone_list: Apio,
    first: list[Entry],
    *,
    deletes: bool,
) -> None:
    """The first file is the whole list; from the second on it holds the lines that change where nothing is deleted."""
    phone_list.hold([] if first[-1] == DEAN else [*LONG, OFFICE, PORTER])
    phone_list.road.sandbox.apio.options = ApioOptions(delete_missing=deletes)
    other = CHANGED if first[-1] == DEAN else LONG
    trips = nights(phone_list, first, [*other, first[-1]])
    assert [trip.exit_code for trip in trips] == [0, 0]
    assert [trip.writes.count("batch") for trip in trips] == [1, 1]
    habit = "deletes entries that are not in a file" if deletes else "keeps entries that are not in a file"
    assert [habit in note for note in trips[0].sync["notes"]].count(True) == 1
    assert "notes" not in trips[1].sync
    assert phone_list.entries() == sorted([*other, first[-1]])
    assert phone_list.road.ledger.calls(trips[1].sync["plan"]) == {"batch" if deletes else "lines"}


def test_other_settings_of_files_are_asked_anew(phone_list: Apio) -> None:
    phone_list.hold([*LONG, OFFICE, PORTER])
    phone_list.road.sandbox.apio.options = ApioOptions(delete_missing=False)
    nights(phone_list, [*CHANGED, PORTER])
    configuration = phone_list.road.folder / "phonesync.toml"
    phone_list.want([*LONG, PORTER], write="auto")
    text = configuration.read_text(encoding="utf-8").replace("[syncs.one]", 'csv_delimiter = ","\n[syncs.one]')
    configuration.write_text(text, encoding="utf-8")
    trip = phone_list.road.go()
    assert phone_list.road.ledger.calls(trip.sync["plan"]) == {"entries"}


def test_a_file_that_overwrites_a_colleague_says_so(phone_list: Apio) -> None:
    """The list deletes what a file leaves out, so every entry travels in it: what came last is seen from the answer."""
    phone_list.hold([*LONG, OFFICE, PORTER])
    nights(phone_list, [*CHANGED, PORTER])
    phone_list.want([*LONG], write="auto", delete_missing=False)
    phone_list.meddle([*CHANGED, PORTER, OFFICE])
    between(phone_list.road, "batch", [*CHANGED, ("Porter", "22 552 00 77"), OFFICE])
    trip = phone_list.road.go()
    row = trip.about("Porter")
    assert (row["outcome"], row["code"], trip.exit_code) == ("unplanned", "overwritten", 1)
    assert trip.about("Office")["outcome"] == "unchanged"


def test_a_file_that_brings_a_deleted_entry_back_takes_it_away_again(phone_list: Apio) -> None:
    phone_list.hold([*LONG, OFFICE, PORTER])
    nights(phone_list, [*CHANGED, PORTER])
    phone_list.meddle([*CHANGED, PORTER, OFFICE])
    phone_list.want([*LONG], write="auto", delete_missing=False)
    between(phone_list.road, "batch", [*CHANGED, OFFICE])
    trip = phone_list.road.go()
    row = trip.about("Porter")
    assert (row["outcome"], row["code"], trip.exit_code) == ("unplanned", "removed_again", 1)
    assert phone_list.entries() == sorted([*LONG, OFFICE])


def test_an_entry_that_might_not_be_taken_back_is_never_put_at_risk(phone_list: Apio) -> None:
    """Numbers are checked there now; the row of an inner number would be refused, and its entry deleted for it."""
    inner = ("Lodge", "wewn. 123")
    for write in ("batch", "auto"):
        phone_list.hold([*LONG, inner])
        phone_list.want([*CHANGED], write=write, delete_missing=False)
        trip = phone_list.road.go()
        assert (trip.exit_code, "batch" in trip.writes) == (0, False)
        assert phone_list.entries() == sorted([*CHANGED, inner])
