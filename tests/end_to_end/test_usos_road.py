"""The road to USOS, case by case: what is sent, what is left alone, and what is said about it; all data is invented."""

from __future__ import annotations

from typing import Any

import pytest
from road_trip import OPEN_GUARD, Entry, Road, rows_of, usos_state

from connectors.sandbox.options import Fault, UsosOptions
from flows.retention import erase
from flows.run import RunRequest

ONE, TWO = "22 552 00 01", "22 552 00 02"
HEADER = "entity_id,number,comment,type_id\n"
DEAN: dict[str, list[tuple[str, ...]]] = {"1": [("Dean", ONE)], "2": []}


def lay(road: Road, entities: dict[str, Any], csv: str, **sync: Any) -> None:
    """Lay a road out: a state, a source, a configuration without guards."""
    road.open(usos_state(entities))
    road.source(HEADER + csv)
    road.configure({"entity_class": "faculty", "guard": OPEN_GUARD, **sync}, attempts=3)


def another(*entries: Entry, entity: str = "1") -> Any:
    """Return another writer, who gives an entity just these numbers."""
    return lambda service: service.set_numbers("faculty", entity, rows_of(entries))


@pytest.mark.parametrize(
    ("csv", "actions", "after"),
    [
        (f"1,{ONE},Dean,\n", {"keep": 1}, [("Dean", ONE)]),
        ("1,+48 22 552 00 01,  Dean ,\n", {"keep": 1}, [("Dean", ONE)]),
        (f"1,{ONE},Dean,\n1,{TWO},,\n", {"keep": 1, "add": 1}, [("", TWO), ("Dean", ONE)]),
        (f"1,{ONE},Porter,\n", {"modify": 1}, [("Porter", ONE)]),
        (f"1,{TWO},Dean,\n", {"modify": 1}, [("Dean", TWO)]),
        (f"1,{TWO},Porter,\n", {"add": 1, "delete": 1}, [("Porter", TWO)]),
        (f"1,{ONE},Dean,\n1,{ONE},Desk,\n", {"keep": 1, "add": 1}, [("Dean", ONE), ("Desk", ONE)]),
        (
            '1,"22 552 00 01 wew. 12; 22 552 00 02",Dean,\n',
            {"modify": 1},
            [("Dean", "22 552 00 01 wew. 12; 22 552 00 02")],
        ),
    ],
)
def test_each_action_is_carried_out_once(road: Road, csv: str, actions: dict[str, int], after: list[Entry]) -> None:
    lay(road, DEAN, csv)
    trip = road.go()
    assert (trip.exit_code, trip.actions) == (0, actions)
    assert road.numbers("1") == after
    assert trip.writes == ([] if set(actions) == {"keep"} else ["replace"])
    assert road.go().writes == []


def test_a_line_without_a_number_clears_only_where_that_is_allowed(road: Road) -> None:
    lay(road, DEAN, "1,brak,,\n")
    refused = road.go()
    assert refused.exit_code == 1
    assert refused.outcomes == {"held": 2}
    assert road.numbers("1") == [("Dean", ONE)]
    road.configure({"entity_class": "faculty", "guard": OPEN_GUARD, "allow_clear": True})
    cleared = road.go()
    assert cleared.exit_code == 0
    assert cleared.line(2)["action"] == "delete"
    assert road.numbers("1") == []
    assert road.go().outcomes == {"unchanged": 1}


def test_a_service_that_refuses_an_empty_list_keeps_its_numbers(road: Road) -> None:
    lay(road, DEAN, "1,brak,,\n", allow_clear=True)
    road.sandbox.usos.options = UsosOptions(allow_empty_replace=False)
    trip = road.go()
    assert trip.exit_code == 1
    assert trip.line(2)["outcome"] == "failed"
    assert "pustą listą" in trip.line(2)["message"]
    assert road.numbers("1") == [("Dean", ONE)]


@pytest.mark.parametrize(
    ("missing", "after", "outcome"), [("keep", [("Dean", ONE)], "unchanged"), ("clear", [], "applied")]
)
def test_an_owner_that_has_left_the_file(road: Road, missing: str, after: list[Entry], outcome: str) -> None:
    lay(road, {"1": [], "2": []}, f"1,{ONE},Dean,\n2,{TWO},,\n", on_missing_owner=missing)
    assert road.go().exit_code == 0
    road.source(f"{HEADER}2,{TWO},,\n")
    trip = road.go()
    assert trip.exit_code == 0
    assert trip.about("Dean")["outcome"] == outcome
    assert road.numbers("1") == after


def test_without_permission_unmentioned_numbers_stay(road: Road) -> None:
    lay(road, {"1": [("Dean", ONE), ("Porter", TWO)]}, "1,22 552 00 03,New,\n", delete_missing=False)
    trip = road.go()
    assert trip.actions == {"add": 1, "foreign": 2}
    assert road.numbers("1") == [("Dean", ONE), ("New", "22 552 00 03"), ("Porter", TWO)]


def test_one_bad_line_holds_its_owner_and_no_other(road: Road) -> None:
    lay(road, DEAN, f"1,wew. 12,Dean,\n1,{TWO},Porter,\n2,{TWO},Porter,\n")
    trip = road.go()
    assert trip.exit_code == 1
    assert trip.outcomes == {"held": 2, "applied": 1}
    assert (road.numbers("1"), road.numbers("2")) == ([("Dean", ONE)], [("Porter", TWO)])


def test_an_unknown_entity_fails_with_the_words_of_the_service(road: Road) -> None:
    lay(road, DEAN, f"9,{ONE},Dean,\n2,{TWO},Porter,\n")
    trip = road.go()
    assert trip.exit_code == 1
    assert trip.line(2)["outcome"] == "failed"
    assert "Nie ma takiego obiektu." in trip.line(2)["message"]
    assert trip.line(2)["http_status"] == "400"
    assert trip.line(3)["outcome"] == "applied"


@pytest.mark.parametrize(
    ("csv", "options", "said"),
    [
        (f"1,{ONE},{'C' * 201},\n", {}, "dłuższy niż 200"),
        ("1,(22) 552-00-01,Other,\n", {"forbidden_in_number": "()"}, ""),
        (f"1,{TWO},Dean,XYZ\n", {}, "nieznany typ"),
        (f"1,{TWO},Dean,XYZ\n", {"error_body": "bare"}, "Invalid data"),
    ],
)
def test_a_hidden_limit_fails_the_whole_owner_and_changes_nothing(
    road: Road, csv: str, options: dict[str, Any], said: str
) -> None:
    lay(road, {"1": [("Dean", "(22) 552-00-01")]}, csv)
    road.sandbox.usos.options = UsosOptions(**options)
    trip = road.go()
    assert trip.exit_code == 1
    assert set(trip.outcomes) == {"failed"}
    assert said in trip.line(2)["message"]
    assert road.numbers("1") == [("Dean", "(22) 552-00-01")]


def test_a_lost_english_comment_is_told(road: Road) -> None:
    lay(road, {"1": [("Dean", ONE, "STA", "Dean's office")]}, f"1,{ONE},Dean,\n1,{TWO},Porter,\n")
    trip = road.go()
    assert trip.exit_code == 0
    assert "English comment will be lost" in trip.line(2)["message"]
    assert "English comment will be lost" not in trip.line(3)["message"]


@pytest.mark.parametrize("kind", ["ignored", "guessed", "stored"])
def test_a_type_that_is_not_kept_never_fails_a_run(road: Road, kind: Any) -> None:
    lay(road, DEAN, f"1,{ONE},Porter,FAX\n")
    road.sandbox.usos.options = UsosOptions(types=kind)
    assert road.go().exit_code == 0
    again = road.go()
    assert (again.exit_code, again.writes) == (0, [])


def test_a_number_kept_beside_a_change_is_told_when_the_service_drops_it(road: Road) -> None:
    lay(road, {"1": [("Dean", ONE, "STA")] * 2}, f"1,{ONE},Dean,\n1,{TWO},Porter,\n", delete_missing=False)
    road.sandbox.usos.options = UsosOptions(keep_duplicates=False)
    trip = road.go()
    assert trip.exit_code == 1
    assert trip.outcomes == {"applied": 1, "unchanged": 1, "conflict": 1}
    assert road.numbers("1") == [("Dean", ONE), ("Porter", TWO)]


# Another writer ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", [f"1,{ONE},Dean,STA\n", ""])
def test_a_service_that_keeps_one_of_equal_entries_is_sent_them_once(road: Road, before: str) -> None:
    lay(road, {"1": []}, before or "1,brak,,\n")
    road.sandbox.usos.options = UsosOptions(keep_duplicates=False, types="guessed")
    road.go()
    road.source(f"{HEADER}1,{ONE},Dean,STA\n1,{ONE},Dean,KOM\n")
    first = road.go()
    assert first.line(3)["code"] == "shown_otherwise"
    assert first.sync["notes"] == ["USOS keeps only one of equal entries; this is not counted as a difference."]
    for _ in range(2):
        night = road.go()
        assert (night.exit_code, night.writes, night.sync["drift"]) == (0, [], 0)
        assert night.line(3)["code"] == "line_repeated"


def test_what_a_service_did_not_keep_was_removed_by_nobody(road: Road) -> None:
    lay(road, {"1": [("Dean", ONE)]}, f"1,{ONE},Dean,STA\n")
    road.go()
    road.source(f"{HEADER}1,{ONE},Dean,STA\n1,{ONE},Dean,KOM\n")
    plan = road.plan()
    assert plan.sync["drift"] == 0
    assert plan.line(3)["code"] == ""


def test_what_somebody_has_changed_since_the_plan_was_made_is_left_alone(road: Road) -> None:
    lay(road, {"1": [("Dean", ONE)], "2": []}, f"1,{ONE},Dean,\n1,{TWO},Porter,\n2,{TWO},,\n")
    plan = road.plan()
    assert (plan.exit_code, plan.writes) == (0, [])
    another(("Somebody", ONE))(road.sandbox.usos)
    trip = road.apply(plan.sync["plan"])
    assert trip.exit_code == 1
    assert trip.line(3)["outcome"] == "conflict"
    assert trip.line(4)["outcome"] == "applied"
    assert road.numbers("1") == [("Somebody", ONE)]


def test_a_newcomer_is_a_conflict_too(road: Road) -> None:
    lay(road, DEAN, f"1,{ONE},Dean,\n1,{TWO},Porter,\n")
    plan = road.plan()
    another(("Dean", ONE), ("New", "22 552 00 03"))(road.sandbox.usos)
    trip = road.apply(plan.sync["plan"])
    assert (trip.line(2)["outcome"], trip.line(3)["outcome"]) == ("unchanged", "conflict")
    assert trip.about("New")["outcome"] == "unchanged"
    assert trip.writes == []


@pytest.mark.parametrize("method", ["select", "replace"])
def test_a_writer_in_between_is_seen_in_the_report(road: Road, method: str) -> None:
    """Between the last select and the replace nobody can be protected; after it, what stands there is reported."""
    lay(road, DEAN, f"1,{ONE},Dean,\n1,{TWO},Porter,\n")
    road.fault(Fault(method, "another_writer", nth=2 if method == "select" else 1, mutation=another(("Somebody", ONE))))
    trip = road.go()
    assert road.numbers("1") == [("Dean", ONE), ("Porter", TWO)]
    assert trip.outcomes == {"unchanged": 1, "applied": 1}


# Faults -----------------------------------------------------------------------------------------------------------

LOST = [
    "lost_after_commit",
    "cut_off_after_commit",
    "server_error_after_commit",
    "html_after_commit",
    "null_after_commit",
]
UNDONE = ["reset_before_commit", "server_error_before_commit", "html_before_commit", "null_before_commit", "redirect"]


@pytest.mark.parametrize("kind", [*LOST, "truncated_json"])
def test_a_lost_answer_is_settled_by_reading_and_never_sent_again(road: Road, kind: Any) -> None:
    lay(road, DEAN, f"1,{TWO},Dean,\n")
    road.fault(Fault("replace", kind))
    trip = road.go()
    assert trip.exit_code == 0
    assert trip.writes == ["replace"]
    assert trip.line(2)["message"] == "no usable answer; the change was verified by reading"


@pytest.mark.parametrize("kind", [*UNDONE, "too_many_requests"])
def test_what_came_to_nothing_is_sent_once_more(road: Road, kind: Any) -> None:
    lay(road, DEAN, f"1,{TWO},Dean,\n")
    road.fault(Fault("replace", kind, retry_after=7))
    trip = road.go()
    assert trip.exit_code == 0
    assert trip.writes == ["replace", "replace"]
    assert trip.line(2)["attempts"] == "2"
    assert kind != "too_many_requests" or 7 in road.waits


def test_what_comes_to_nothing_again_and_again_has_failed(road: Road) -> None:
    lay(road, DEAN, f"1,{TWO},Dean,\n")
    road.fault(Fault("replace", "server_error_before_commit", times=9))
    trip = road.go()
    assert trip.exit_code == 1
    assert trip.outcomes == {"failed": 1}
    assert road.numbers("1") == [("Dean", ONE)]


def test_what_cannot_be_read_after_writing_is_unknown_and_settled_by_the_next_run(road: Road) -> None:
    lay(road, DEAN, f"1,{TWO},Dean,\n2,{ONE},Porter,\n")
    road.fault(Fault("select", "server_error_before_commit", nth=3, times=99))
    trip = road.go()
    assert trip.exit_code == 5
    # The number that goes over to the second faculty leaves the first one only when it has been seen there.
    assert trip.outcomes == {"unknown": 2, "skipped": 1}
    road.fault()
    again = road.go()
    assert (again.exit_code, again.writes) == (0, ["replace"])
    assert (road.numbers("1"), road.numbers("2")) == ([("Dean", TWO)], [("Porter", ONE)])


def test_a_service_that_cannot_be_read_is_not_written(road: Road) -> None:
    lay(road, DEAN, f"1,{TWO},Dean,\n")
    road.fault(Fault("select", "reset_before_commit", times=99))
    trip = road.go()
    assert trip.exit_code == 4
    assert trip.writes == []
    assert trip.sync["error"]


@pytest.mark.parametrize("kind", ["id_missing", "id_null"])
def test_an_entity_missing_from_every_answer_is_held_never_taken_for_empty(road: Road, kind: Any) -> None:
    lay(road, DEAN, f"1,{TWO},Dean,\n2,{TWO},Porter,\n")
    road.fault(Fault("select", kind, entity_id="1", times=99))
    trip = road.go()
    assert trip.exit_code == 1
    assert trip.line(2)["outcome"] == "held"
    assert trip.line(3)["outcome"] == "applied"
    assert road.numbers("1") == [("Dean", ONE)]


def test_a_service_that_takes_fewer_ids_than_it_is_asked_for_is_asked_in_smaller_parts(road: Road) -> None:
    lay(road, DEAN, f"1,{TWO},Dean,\n2,{TWO},Porter,\n")
    road.sandbox.usos.options = UsosOptions(max_ids_per_select=1)
    trip = road.go()
    assert (trip.exit_code, trip.outcomes) == (0, {"applied": 2})
    assert road.go().writes == []


def test_an_entity_that_could_not_be_read_is_not_said_to_be_empty(road: Road) -> None:
    lay(road, DEAN, "1,brak,,\n", allow_clear=True)
    road.fault(Fault("select", "id_null", times=99))
    trip = road.go()
    assert (trip.exit_code, trip.outcomes) == (1, {"held": 1})
    assert "no usable answer" in trip.line(2)["message"]


def test_refused_access_ends_the_writing(road: Road) -> None:
    state = usos_state({"1": [("Dean", ONE)], "2": [], "3": []})
    state["usos"]["consumers"][0]["administrative_methods"] = ["services/phones/select"]
    lay(road, DEAN, f"1,{TWO},Dean,\n2,{TWO},,\n3,{ONE},,\n")
    road.open(state)
    trip = road.go()
    assert trip.exit_code == 4
    assert set(trip.outcomes) <= {"failed", "skipped"}
    assert road.numbers("1") == [("Dean", ONE)]


@pytest.mark.parametrize("kind", ["extra_keys", "en_null", "en_empty", "en_absent", "type_guessed"])
def test_answers_in_other_shapes_change_nothing(road: Road, kind: Any) -> None:
    lay(road, DEAN, f"1,{ONE},Dean,\n1,{TWO},Porter,\n")
    road.fault(Fault("*", kind, times=99))
    assert road.go().exit_code == 0
    assert road.go().writes == []


def test_a_row_that_was_erased_before_it_was_settled_is_never_applied(road: Road) -> None:
    road.open(usos_state({"7": []}, "user"))
    road.source(f"{HEADER}7,{ONE},Dean,\n")
    road.configure({"entity_class": "user", "guard": OPEN_GUARD}, attempts=3)
    road.fault(Fault("replace", "server_error_before_commit", status=504, times=9))
    assert road.go().outcomes == {"unknown": 1}
    road.fault()
    erase(road.context(), "7")
    resumed = road.go(RunRequest("resume"))
    assert (resumed.exit_code, resumed.outcomes, resumed.writes) == (1, {"skipped": 1}, [])
    assert resumed.line(2)["code"] == "erased"


# Guards and approval ----------------------------------------------------------------------------------------------


def test_a_guard_writes_nothing_and_an_approval_of_that_very_plan_does(road: Road) -> None:
    lay(road, {"1": [("Dean", ONE), ("Porter", TWO)]}, "1,22 552 00 03,New,\n", guard={})
    stopped = road.go()
    assert stopped.exit_code == 3
    assert stopped.writes == []
    assert stopped.outcomes == {"skipped": 3}
    assert [hit["guard"] for hit in stopped.sync["guards"]] == ["max_delete_share"]
    assert road.apply(stopped.sync["plan"]).exit_code == 3
    approved = road.apply(stopped.sync["plan"], "the office has moved")
    assert approved.exit_code == 0
    assert approved.outcomes == {"applied": 3}
    assert road.numbers("1") == [("New", "22 552 00 03")]


def test_the_summary_has_the_promised_shape(road: Road) -> None:
    lay(road, DEAN, f"1,{TWO},Dean,\n")
    sync = road.go().sync
    assert list(sync) == [
        "sync",
        "plan",
        "fingerprint",
        "actions",
        "outcomes",
        "rejected",
        "guards",
        "verified",
        "requests",
        "reports",
        "left",
        "drift",
        "came_back",
        "known",
    ]
    assert sync["fingerprint"].startswith("sha256:")
    assert sync["requests"] == {
        "read": 10,
        "write": 1,
    }  # once a day five: how the methods are called; names
    assert set(sync["reports"]) == {"csv", "json", "html"}


def test_how_a_file_was_read_is_said_by_all_that_use_it(road: Road) -> None:
    road.open(usos_state({"1": []}))
    road.source("Spis;;\n\nKod jednostki;Telefon;Opys\n1;22 999 00 01;kasa\n")
    road.configure({"entity_class": "faculty"})
    planned = road.plan()
    assert planned.sync["source_notes"] == [
        "The header was found in line 3.",
        "Skipped above the header: 1.",
        'The column "Kod jednostki" is used as entity_id.',
        'The column "Telefon" is used as number.',
        'The column "Opys" is not used. If it is meant to be comment, correct its name.',
    ]
    applied, again = road.apply(planned.sync["plan"]), road.go()
    assert applied.sync["source_notes"] == again.sync["source_notes"] == planned.sync["source_notes"]
    assert road.numbers("1") == [("", "22 999 00 01")]


# Resuming after the file has changed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("csv", "stays", "why"),
    [
        (f"2,{TWO},Desk,\n", [("", ONE), ("Dean", "22 552 00 04")], {"no_longer_wanted"}),
        (f"1,22 552 00 05,Dean,\n2,{TWO},Desk,\n", [("", ONE), ("Dean", "22 552 00 04")], {"waits_for_new"}),
        (f"1,22 552 00 03,Dean,\n2,{TWO},Desk,\n", [("Dean", "22 552 00 03")], set()),
    ],
    ids=["the owner is no longer in the file", "the file wants something else there", "nothing has changed there"],
)
def test_a_number_goes_on_resuming_only_where_the_file_wants_it_gone_and_the_rest_there(
    road: Road, csv: str, stays: list[Entry], why: set[str]
) -> None:
    lay(road, {"1": [("Dean", "22 552 00 04"), ("", ONE)], "2": []}, f"1,22 552 00 03,Dean,\n2,{TWO},Desk,\n")
    planned = road.plan().sync["plan"]
    road.ledger.begin_writing(planned, planned.rsplit("-", 1)[0])
    road.source(HEADER + csv)
    trip = road.go(RunRequest("resume"))
    assert road.numbers("1") == stays
    assert road.numbers("2") == [("Desk", TWO)]
    told = {row["code"] for row in trip.lines if row["action"] == "delete" and row["outcome"] == "skipped"}
    assert told == why


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("1,abc,Fresh,\n", "held_or_unwanted"),
        ("a|b,22 552 00 88,,\n", "held_or_unwanted"),
        ("2,abc,Fresh,\n", "held_or_unwanted"),
        ("2,22 552 00 88,Fresh,\n", None),
    ],
    ids=[
        "a line of the owner is rejected",
        "whose it is nobody knows",
        "it could be about any entry",
        "nothing is rejected",
    ],
)
def test_what_the_file_only_holds_now_is_not_said_to_be_unwanted(road: Road, more: str, code: str | None) -> None:
    file = "1,22 552 00 03,Dean,\n"
    lay(road, {"1": [("Dean", "22 552 00 04"), ("", ONE)], "2": []}, file)
    planned = road.plan().sync["plan"]
    road.ledger.begin_writing(planned, planned.rsplit("-", 1)[0])
    road.source(HEADER + file + more)
    trip = road.go(RunRequest("resume"))
    assert {row["code"] for row in trip.lines if row["outcome"] == "skipped"} == ({code} if code else set())
    assert ("Dean", "22 552 00 04" if code else "22 552 00 03") in road.numbers("1")
