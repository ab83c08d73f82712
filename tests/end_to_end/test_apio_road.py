"""The road to a phone list, case by case: what is sent, what stays, and what is said about it; all data is invented."""

from __future__ import annotations

from typing import Any

import pytest
from road_trip import OPEN_GUARD, Entry, Road, apio_state

from connectors.sandbox.options import ApioOptions, Fault
from flows.reconciliation.find import find

ONE, TWO, THREE = "+48-225520001", "+48-225520002", "+48-225520003"
DEAN, PORTER, ARCHIVE = ("Dean", ONE), ("Porter", TWO), ("Archive", THREE)
SHORT, LONG = "Name;Phone Number\n", "Name;Phone Number;New Name\n"
WAYS = pytest.mark.parametrize("way", ["auto", "batch", "entries"])


def lay(road: Road, entries: list[Entry], csv: str, **sync: Any) -> None:
    """Lay a road out: a state, a source that is the whole list, a configuration without guards."""
    road.open(apio_state(entries))
    road.source(csv if csv.startswith("Name") else (LONG if csv.splitlines()[:1][0].count(";") == 2 else SHORT) + csv)
    defaults = {"tenant": "chopin", "delete_missing": True, "guard": OPEN_GUARD, "write": "batch"}
    road.configure({**defaults, **sync}, attempts=3)


def options_of(road: Road, **changes: Any) -> None:
    """The strict defaults with these changes."""
    road.sandbox.apio.options = ApioOptions(**changes)


@WAYS
@pytest.mark.parametrize(
    ("csv", "actions", "after"),
    [
        (f"Dean;{ONE}\nPorter;{TWO}\n", {"keep": 2}, [DEAN, PORTER]),
        (f"Dean;{ONE}\nPorter;{TWO}\nArchive;{THREE}\n", {"keep": 2, "add": 1}, [ARCHIVE, DEAN, PORTER]),
        (f"Dean;{THREE}\nPorter;{TWO}\n", {"keep": 1, "modify": 1}, [("Dean", THREE), PORTER]),
        (f"Dean;{ONE}\n", {"keep": 1, "delete": 1}, [DEAN]),
        (f"Dean;{ONE}\nGate;{TWO}\n", {"keep": 1, "rename": 1}, [DEAN, ("Gate", TWO)]),
        (f"Dean;{ONE};\nPorter;{TWO};Gate\n", {"keep": 1, "rename": 1}, [DEAN, ("Gate", TWO)]),
        (f"Dean;{ONE};\nPorter;{THREE};Gate\n", {"keep": 1, "rename": 1}, [DEAN, ("Gate", THREE)]),
        (f"Dean;{TWO};Porter\nPorter;{ONE};Dean\n", {"modify": 2}, [("Dean", ONE), ("Porter", TWO)]),
        (f"Dean;{ONE};Porter\nPorter;{TWO};Dean\n", {"modify": 2}, [("Dean", TWO), ("Porter", ONE)]),
        (
            f"Dean;{ONE};Porter\nPorter;{TWO};Gate\n",
            {"modify": 1, "add": 1, "delete": 1},
            [("Gate", TWO), ("Porter", ONE)],
        ),
    ],
)
def test_each_action_is_carried_out(
    road: Road, way: str, csv: str, actions: dict[str, int], after: list[Entry]
) -> None:
    lay(road, [DEAN, PORTER], csv, write=way)
    trip = road.go()
    assert (trip.exit_code, trip.outcomes.keys() <= {"applied", "unchanged"}) == (0, True)
    assert road.entries() == after
    assert road.go().writes == []
    assert trip.actions == actions or sum(trip.actions.values()) == 2  # a swap may be planned as one pair or as another


# How a service may read what its page leaves open about batches and renames, besides the strict defaults.
READINGS: list[dict[str, Any]] = [
    {"rename_number": "applied"},
    {"rename_number": "ignored"},
    {"rename_unknown": "added"},
    {"rename_unknown": "added_as_new", "delete_order": "before", "missing_judged_by": "new_names"},
    {"rename_processing": "simultaneous"},
    {"missing_judged_by": "old_names"},
    {"missing_judged_by": "old_names", "protect_failed_rows": True, "delete_order": "before"},
    {"missing_judged_by": "new_names"},
    {"missing_judged_by": "new_names", "delete_order": "before"},
    {"missing_judged_by": "new_names", "delete_order": "before", "rename_by_put": "refused"},
    {"missing_judged_by": "new_names", "delete_order": "before", "rename_by_put": "ignored"},
    {"delete_missing": False},
    {"row_order": "reversed", "result_name": "old", "results_order": "random"},
    {"padded_new_name": "failed", "duplicate_rows": "applied"},
    {"name_case": "insensitive", "numbers": "cc_nsn"},
    {"text": "exact", "numbers": "plus_digits", "list_order": "random", "strip_get_bodies": True},
    {"audit_key": True, "second_cookie": False, "error_shape": "html"},
    {"charset": "ascii", "rename_by_put": "ignored"},
]


@pytest.mark.parametrize("reading", READINGS, ids=lambda reading: " ".join(f"{k}={v}" for k, v in reading.items()))
def test_the_end_is_the_same_however_the_service_reads_its_page(road: Road, reading: dict[str, Any]) -> None:
    entries = [DEAN, PORTER, ARCHIVE, ("Gate", "+48-225520004"), ("Łódź", "+48-225520005")]
    changes = f"Dean;{TWO};Office\nPorter;{TWO};\nNew;22 552 00 09;\n"
    swap = f"Gate;{ONE};Archive\nArchive;{THREE};Gate\n"
    lay(road, entries, LONG + changes + swap)
    options_of(road, **reading)
    trip = road.go()
    keys = sorted((name, "+" + "".join(filter(str.isdigit, number))) for name, number in road.entries())
    wanted = [("Archive", ONE), ("Gate", THREE), ("New", "+48-225520009"), ("Office", TWO), PORTER]
    assert keys == [(name, number.replace("-", "")) for name, number in wanted]
    assert trip.exit_code == 0
    assert road.go().writes == []


@pytest.mark.parametrize("delete_missing", [True, False])
def test_half_a_rename_is_finished_by_the_next_run(road: Road, *, delete_missing: bool) -> None:
    lay(road, [DEAN, ("Office", ONE), PORTER], f"Dean;{ONE};Office\nPorter;{TWO};\n", delete_missing=delete_missing)
    assert road.go().actions == {"keep": 2, "delete": 1}
    assert road.entries() == [("Office", ONE), PORTER]
    assert road.go().writes == []


def test_a_rename_that_the_service_loses_is_done_as_an_addition_and_a_deletion(road: Road) -> None:
    lay(road, [DEAN, PORTER], f"Dean;{ONE};\nPorter;{TWO};Gate\n", write="entries")
    options_of(road, rename_by_put="refused")
    trip = road.go()
    assert trip.exit_code == 0
    assert trip.writes == ["put", "create", "delete"]
    assert road.entries() == [DEAN, ("Gate", TWO)]


@WAYS
@pytest.mark.parametrize("name", ["Dean", "50%"])
@pytest.mark.parametrize("number", [ONE, THREE], ids=["with its number", "with another number"])
def test_an_entry_gets_a_new_name_while_a_new_one_gets_its_old(road: Road, way: str, name: str, number: str) -> None:
    """The line that is to become `name` finds no entry of its own old name, so it is a new one."""
    lay(road, [(name, ONE), PORTER], f"{name};{number};Fresh\nGhost;+48-225520009;{name}\nPorter;{TWO};\n", write=way)
    trip = road.go()
    assert (trip.exit_code, trip.actions) == (0, {"rename": 1, "add": 1, "keep": 1})
    assert set(road.entries()) == {(name, "+48-225520009"), ("Fresh", number), PORTER}
    assert road.go().writes == []


def test_unmentioned_entries_are_foreign_without_the_permission(road: Road) -> None:
    lay(road, [DEAN, PORTER], f"New;{THREE}\n", delete_missing=False)
    trip = road.go()
    assert trip.actions == {"add": 1, "foreign": 2}
    assert road.entries() == [DEAN, ("New", THREE), PORTER]


def test_a_group_has_a_list_of_its_own(road: Road) -> None:
    road.open(apio_state([DEAN], group="strings"))
    road.source(f"{SHORT}Dean;{TWO}\n")
    road.configure({"tenant": "chopin", "group": "strings", "delete_missing": True, "guard": OPEN_GUARD})
    trip = road.go()
    assert trip.exit_code == 0
    assert road.entries("strings") == [("Dean", TWO)]
    assert trip.line(2)["owner"] == "group chopin/strings"


def test_a_list_that_is_not_there_is_an_error_and_no_empty_list(road: Road) -> None:
    lay(road, [DEAN], f"Dean;{TWO}\n", tenant="elsewhere")
    trip = road.go()
    assert trip.exit_code == 4
    assert trip.writes == []
    assert trip.sync["error"]


def test_a_service_with_headers_of_its_own(road: Road) -> None:
    lay(road, [DEAN], f"Dean;{TWO}\n")
    header = ("Nazwa", "Telefon", "Nowa nazwa")
    options_of(road, default_header=header, required_header=header[:2], prefix="/api/v01/p1/")
    sync = {"tenant": "chopin", "delete_missing": True, "guard": OPEN_GUARD, "write": "batch"}
    road.configure(sync, csv_header=header, prefix="/api/v01/p1/", csv_delimiter=",", csv_quotechar="'")
    trip = road.go()
    assert (trip.exit_code, trip.writes) == (0, ["batch"])
    assert road.entries() == [("Dean", TWO)]


UNSAFE = ["batch", "a/b", "50%", "..", ".", "a?b#c", "Łódź", 'A "B"; C']


@WAYS
@pytest.mark.parametrize("does", ["modify", "rename from", "rename to", "delete", "add"])
def test_names_that_no_address_can_carry(road: Road, way: str, does: str) -> None:
    lines, stood, after = [], [], []
    for at, name in enumerate(UNSAFE):
        old, new, quoted = f"+48-22552010{at}", f"+48-22552020{at}", '"' + name.replace('"', '""') + '"'
        line, before, wanted = {
            "modify": (f"{quoted};{new};", [(name, old)], [(name, new)]),
            "rename from": (f"{quoted};{new};New {at}", [(name, old)], [(f"New {at}", new)]),
            "rename to": (f"Old {at};{new};{quoted}", [(f"Old {at}", old)], [(name, new)]),
            "delete": ("", [(name, old)], []),
            "add": (f"{quoted};{new};", [], [(name, new)]),
        }[does]
        lines, stood, after = [*lines, line], [*stood, *before], [*after, *wanted]
    csv = "".join(f"{line}\n" for line in [LONG.strip(), f"Dean;{ONE};", *filter(None, lines)])
    lay(road, [DEAN, *stood], csv, write=way)
    trip = road.go()
    assert trip.exit_code == 0
    assert road.entries() == sorted([DEAN, *after])
    assert road.go().writes == []


def test_a_change_under_an_unsafe_name_never_leaves_a_moment_without_it(road: Road) -> None:
    lay(road, [("a/b", ONE)], f"a/b;{TWO}\n", write="entries")
    assert road.go().writes == ["batch"]


@pytest.mark.parametrize("way", ["batch", "entries"])
def test_a_list_that_ignores_case_is_asked_before_anything_is_overwritten(road: Road, way: str) -> None:
    lay(road, [DEAN, PORTER], f"dean;{THREE}\n", delete_missing=False, write=way)
    options_of(road, name_case="insensitive")
    trip = road.go()
    assert trip.exit_code == 0
    assert trip.actions == {"modify": 1, "foreign": 1}
    assert road.entries() == [("Dean", THREE), PORTER]
    assert road.go().writes == []


def test_a_rename_finds_its_entry_where_the_list_ignores_case(road: Road) -> None:
    lay(road, [("DEAN", ONE), PORTER], f"Dean;{ONE};Office\nPorter;{TWO};\n", delete_missing=True)
    options_of(road, name_case="insensitive")
    assert road.go().actions == {"rename": 1, "keep": 1}
    assert road.entries() == [("Office", ONE), PORTER]


def test_a_list_that_regards_case_holds_both_names(road: Road) -> None:
    lay(road, [DEAN], f"dean;{THREE}\n", delete_missing=False)
    assert road.go().actions == {"add": 1, "foreign": 1}
    assert road.entries() == [DEAN, ("dean", THREE)]


@WAYS
def test_an_odd_entry_costs_itself_and_not_the_list(road: Road, way: str) -> None:
    lay(road, [DEAN, ("Odd", ""), ("Gone", TWO)], f"Dean;{THREE}\n", write=way)
    trip = road.go()
    assert (trip.exit_code, trip.actions) == (0, {"modify": 1, "delete": 1, "foreign": 1})
    assert (trip.about("Odd")["outcome"], trip.about("Odd")["code"]) == ("unchanged", "entry_odd")
    assert road.entries() == [("Dean", THREE), ("Odd", "")]
    road.source(f"{SHORT}Dean;{THREE}\nOdd;{TWO}\n")
    wanted = road.go()
    assert (wanted.exit_code, wanted.writes, wanted.line(3)["code"]) == (1, [], "entry_odd")
    assert road.entries() == [("Dean", THREE), ("Odd", "")]


def test_a_name_is_found_without_its_polish_marks_in_file_and_list(road: Road) -> None:
    lay(road, [("Reżyseria", ONE), PORTER], f"Reżyseria;{ONE}\n")
    found = find(road.context(), "rezyseria").summary["found"]
    assert sorted((row["line"], row["name"]) for row in found) == [("", "Reżyseria"), ("2", "Reżyseria")]


# Held -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("csv", "stays"),
    [
        (f"Dean;wew. 12\nPorter;{TWO}\n", DEAN),
        (f"dean;wew. 12\nPorter;{TWO}\n", DEAN),
        (f";{ONE}\nPorter;{TWO}\n", DEAN),
        (f"{'N' * 51};{ONE}\nPorter;{TWO}\n", DEAN),
        (f"Dean;{THREE}\nDean;+48-225520004\nPorter;{TWO}\n", DEAN),
        (f"Somebody;wew. 12\nPorter;{TWO}\n", DEAN),
    ],
)
def test_a_rejected_line_never_leads_to_a_deletion(road: Road, csv: str, stays: Entry) -> None:
    lay(road, [DEAN, PORTER], csv)
    trip = road.go()
    assert trip.exit_code == 1
    assert stays in road.entries()
    assert "held" in trip.outcomes


def test_two_lines_that_rename_one_entry_are_both_rejected(road: Road) -> None:
    lay(road, [DEAN], f"Dean;{ONE};Office\nDean;{ONE};Desk\n")
    trip = road.go()
    assert (trip.sync["rejected"], trip.writes) == (2, [])
    assert road.entries() == [DEAN]


def test_a_held_entry_is_not_overwritten_by_another_line(road: Road) -> None:
    """The file renames one entry onto another that stays, and a third line wants the first one's name."""
    lay(road, [DEAN, PORTER], f"Nobody;{THREE};Dean\nDean;{ONE};Porter\n")
    trip = road.go()
    assert trip.writes == []
    assert road.entries() == [DEAN, PORTER]
    assert trip.outcomes == {"held": 2}


def test_the_entry_that_a_waiting_line_wants_is_not_deleted(road: Road) -> None:
    """A rejected line holds Dean; the line that would rename Dean to Porter waits, so Porter stays."""
    lay(road, [DEAN, PORTER, ARCHIVE], f"Archive;{THREE};\nGate;{ONE},{TWO};\nDean;{ONE};Porter\n")
    road.go()
    assert {DEAN, PORTER} <= set(road.entries())


# Another writer ---------------------------------------------------------------------------------------------------


def test_a_stale_plan_is_applied_where_the_list_has_not_moved(road: Road) -> None:
    lay(road, [DEAN, PORTER, ARCHIVE], f"Dean;{TWO}\nPorter;{ONE}\nNew;+48-225520009\n")
    plan = road.plan()
    assert plan.writes == []
    others = [("Dean", "+48-225520007"), PORTER, ARCHIVE, ("New", "+48-225520008"), ("Newcomer", "+48-225520006")]
    road.sandbox.apio.set_entries("chopin", None, others)
    trip = road.apply(plan.sync["plan"])
    assert trip.exit_code == 1
    assert {name: trip.line(line)["outcome"] for name, line in (("Dean", 2), ("Porter", 3), ("New", 4))} == {
        "Dean": "conflict",
        "Porter": "applied",
        "New": "conflict",
    }
    assert "the number is now" in trip.line(2)["message"]
    assert road.entries() == sorted(
        [("Dean", "+48-225520007"), ("New", "+48-225520008"), ("Newcomer", "+48-225520006"), ("Porter", ONE)]
    )


def stranger(service: Any) -> None:
    """Somebody else adds an entry."""
    service.set_entries("chopin", None, [*service.entries("chopin"), ("Newcomer", "+48-225520006")])


@WAYS
@pytest.mark.parametrize(("method", "nth"), [("list", 1), ("list", 2), ("batch", 1), ("list", 3), ("create", 1)])
def test_a_newcomer_survives(road: Road, way: str, method: str, nth: int) -> None:
    lay(road, [DEAN, PORTER], f"Dean;{ONE}\nNew;{THREE}\n", write=way)
    road.fault(Fault(method, "another_writer", nth=nth, mutation=stranger))
    trip = road.go()
    met = not any(fault.kind == "another_writer" for fault in road.sandbox.apio.faults)
    assert (("Newcomer", "+48-225520006") in road.entries()) == met
    assert ("New", THREE) in road.entries()
    deleted = [row for row in trip.lines if row["outcome"] == "unplanned"]
    assert len(deleted) == (1 if way == "batch" and (method, nth) in {("list", 2), ("batch", 1)} else 0)
    assert all("restored" in row["message"] for row in deleted)


def test_what_the_service_deletes_by_itself_is_put_back(road: Road) -> None:
    """A row that the service refuses protects nothing there: its entry goes, and comes back as it was."""
    lay(road, [DEAN, PORTER], f"Dean;{ONE}\nPorter;+49 1511 2345678\n")
    options_of(road, max_number_length=13)
    trip = road.go()
    assert trip.exit_code == 1
    assert trip.writes == ["batch", "create"]
    assert road.entries() == [DEAN, PORTER]
    assert (trip.line(2)["outcome"], trip.line(3)["outcome"]) == ("unchanged", "failed")
    assert "1 to 13 characters" in trip.line(3)["message"]


def test_an_entry_that_a_file_cannot_hold_keeps_the_list_from_being_sent_as_one(road: Road) -> None:
    long = ("N" * 51, ONE)
    lay(road, [long, PORTER], f"New;{THREE}\n", delete_missing=False)
    trip = road.go()
    assert (trip.exit_code, trip.writes) == (0, ["create"])
    assert long in road.entries()


# Answers ----------------------------------------------------------------------------------------------------------


def test_partial_success_is_told_line_by_line(road: Road) -> None:
    lay(road, [DEAN], f"Dean;{TWO}\nŁódź;{THREE}\n")
    options_of(road, latin1_names=True)
    trip = road.go()
    assert trip.exit_code == 1
    assert (trip.line(2)["outcome"], trip.line(2)["http_status"]) == ("applied", "207")
    assert trip.line(3)["outcome"] == "failed"
    assert "Latin-1" in trip.line(3)["message"]


@pytest.mark.parametrize("full_failure", ["results", "error"])
def test_full_failure_is_told_line_by_line_too(road: Road, full_failure: Any) -> None:
    lay(road, [], f"Łódź;{TWO}\nZażółć;{THREE}\n")
    options_of(road, latin1_names=True, full_failure=full_failure)
    trip = road.go()
    assert trip.exit_code == 1
    assert trip.outcomes == {"failed": 2}
    assert "Latin-1" in trip.line(3)["message"]


@pytest.mark.parametrize("status", [400, 422])
def test_a_file_refused_as_a_whole_goes_entry_by_entry(road: Road, status: Any) -> None:
    lay(road, [DEAN, PORTER, ARCHIVE], f"Dean;{TWO};\nPorter;{TWO};Łódź\nNew;{ONE};\n")
    options_of(road, charset="ascii", bad_file_status=status)
    trip = road.go()
    assert trip.exit_code == 0
    assert trip.writes == ["batch", "put", "put", "create", "delete"]
    assert road.entries() == [("Dean", TWO), ("New", ONE), ("Łódź", TWO)]


LOST = [
    "lost_after_commit",
    "cut_off_after_commit",
    "server_error_after_commit",
    "html_after_commit",
    "null_after_commit",
]
UNDONE = ["reset_before_commit", "server_error_before_commit", "html_before_commit", "null_before_commit", "redirect"]


@pytest.mark.parametrize("kind", [*LOST, "truncated_json"])
def test_a_lost_answer_to_a_file_that_renames_is_settled_by_reading(road: Road, kind: Any) -> None:
    lay(road, [DEAN, PORTER], f"Dean;{ONE};Office\nPorter;{TWO};\n")
    road.fault(Fault("batch", kind))
    trip = road.go()
    assert trip.exit_code == 0
    assert trip.writes == ["batch"]
    assert road.entries() == [("Office", ONE), PORTER]


@WAYS
@pytest.mark.parametrize("kind", [*UNDONE, "too_many_requests", "session_expired"])
def test_what_came_to_nothing_is_sent_once_more(road: Road, way: str, kind: Any) -> None:
    lay(road, [DEAN, PORTER], f"Dean;{THREE}\nPorter;{TWO}\n", write=way)
    method = "batch" if way == "batch" else "put"
    road.fault(Fault(method, kind, retry_after=7))
    trip = road.go()
    assert trip.exit_code == 0
    assert trip.writes == [method, method]
    assert road.entries() == [("Dean", THREE), PORTER]
    assert kind != "too_many_requests" or 7 in road.waits


def test_what_cannot_be_read_after_writing_is_unknown_and_settled_by_the_next_run(road: Road) -> None:
    lay(road, [DEAN], f"Dean;{THREE}\n")
    road.fault(Fault("list", "server_error_before_commit", nth=3, times=99))
    trip = road.go()
    assert trip.exit_code == 5
    assert trip.outcomes == {"unknown": 1}
    road.fault()
    again = road.go()
    assert (again.exit_code, again.writes) == (0, [])


def test_somebody_without_the_right_to_write(road: Road) -> None:
    lay(road, [DEAN], f"Dean;{THREE}\n")
    road.open(apio_state([DEAN], level=1))
    trip = road.go()
    assert trip.exit_code == 4
    assert road.entries() == [DEAN]
    assert trip.outcomes.keys() <= {"failed", "skipped"}


def test_numbers_that_the_service_spells_its_own_way_are_the_same_numbers(road: Road) -> None:
    lay(road, [("Dean", "22 552 00 01"), PORTER], f"New;{THREE}\nDean;{ONE}\n", delete_missing=False)
    options_of(road, numbers="plus_digits")
    trip = road.go()
    assert trip.exit_code == 0
    assert trip.outcomes == {"applied": 1, "unchanged": 2}


# Guards -----------------------------------------------------------------------------------------------------------


def test_an_empty_file_stops_at_the_guard(road: Road) -> None:
    lay(road, [DEAN, PORTER], SHORT, guard={})
    trip = road.go()
    assert trip.exit_code == 3
    assert trip.writes == []
    assert {hit["guard"] for hit in trip.sync["guards"]} == {"allow_empty", "max_delete_share"}
    assert road.entries() == [DEAN, PORTER]


def test_a_plan_is_applied_once(road: Road) -> None:
    lay(road, [DEAN], f"Dean;{THREE}\n")
    plan = road.plan()
    assert road.apply(plan.sync["plan"]).exit_code == 0
    again = road.apply(plan.sync["plan"])
    assert again.exit_code == 2
    assert "already been applied" in again.sync["error"]
