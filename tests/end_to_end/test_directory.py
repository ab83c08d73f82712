"""One directory from several files: who manages a number, and what happens when it moves, leaves or comes back."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from directory_nights import SERVICES, ListService, MemoryService, Nights, UsosService, of
from road_trip import OPEN_GUARD, Road, Trip, apio_state, usos_state

from connectors.ledger.store import Ledger
from connectors.sandbox.options import ApioOptions
from flows.check import check_sources
from flows.claims import release
from flows.doctor import examine
from flows.entry_history import events_of, write_page
from flows.ledger_age import adopt, age_of
from flows.offline import Before
from flows.reconciliation.body import Asked, reconcile_all
from flows.reconciliation.console import show_reconciled
from flows.reconciliation.find import find
from flows.retention import purge
from flows.run import RunRequest, run
from flows.run_history import one_run, waiting_plans
from flows.sync_run import RunResult
from schemas.errors import SourceError, UsageError
from schemas.exit_codes import ExitCode
from tasks.messages.guards import guard_sentence
from tasks.reports.reconciliation_rows import readable_rows

A, B, C, D = "22 552 00 01", "22 552 00 02", "22 552 00 03", "22 552 00 04"


@pytest.fixture(params=SERVICES, ids=[service.__name__ for service in SERVICES])
def nights(request: pytest.FixtureRequest, road: Road) -> Nights:
    """Two owners that have one number each."""
    nights = Nights(road, request.param())
    nights.hold(o1=[("Dean", A)], o2=[("Office", B)], o3=[])
    return nights


# Who manages what -----------------------------------------------------------------------------------------------------


def report_of(result: RunResult, kind: str) -> str:
    """Return a report of the first sync of a run."""
    return Path(result.summary["syncs"][0]["reports"][kind]).read_text(encoding="utf-8")


def test_an_owner_in_two_files_is_refused_with_both_lines(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.file("two", [("3", C, ""), ("2", D, "Desk")])
    for mode in ("plan", "sync"):
        result = nights.night(mode=mode)
        assert result.exit_code == ExitCode.INVALID
        assert all(isinstance(error, SourceError) for error in result.errors)
        first, second = map(str, result.errors)
        assert re.search(r"one\.csv, line 3: \S+two\.csv, line 3 \(sync two\)", first)
        assert re.search(r"two\.csv, line 3: \S+one\.csv, line 3 \(sync one\)", second)
    assert nights.numbers("2") == [B]
    checked = check_sources(nights.road.context(), (), lang="pl")
    assert checked.exit_code == ExitCode.INVALID
    told = [problem for item in checked.summary["syncs"] for problem in item["problems"]]
    assert [(problem["code"], problem["line"]) for problem in told] == [("file-claimed", 3)] * 2
    assert "wiersz 3" in told[0]["reason"]


def test_an_owner_that_was_only_found_right_is_told_when_it_leaves(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    assert of(nights.night(), "one")["requests"]["write"] == 0
    nights.file("one", [("1", A, "Dean")])
    for _ in range(2):
        told = of(nights.night(), "one")
        assert told["left"] == 1
        assert told["actions"]["foreign"] == 1
    assert nights.numbers("2") == [B]


def test_an_owner_that_left_is_cleared_once_and_forgotten(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], on_missing_owner="clear")
    nights.night()
    nights.file("one", [("1", A, "Dean")])
    assert of(nights.night(), "one")["actions"]["delete"] == 1
    assert nights.numbers("2") == []
    # What somebody types there now is not ours to delete.
    nights.meddle("2", [("Office", C)])
    told = of(nights.night(), "one")
    assert told["left"] == told["actions"]["delete"] == 0
    assert nights.numbers("2") == [C]


def test_an_owner_that_comes_back_is_managed_again(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], on_missing_owner="clear")
    nights.night()
    nights.file("one", [("1", A, "Dean")])
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    assert of(nights.night(), "one")["verified"]
    assert nights.numbers("2") == [B]
    nights.file("one", [("1", A, "Dean")])
    assert of(nights.night(), "one")["actions"]["delete"] == 1


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
def test_a_line_that_moves_to_another_file_is_handed_over(nights: Nights, order: tuple[str, str]) -> None:
    nights.file("old", [("1", A, "Dean"), ("2", B, "Office")], on_missing_owner="clear")
    nights.file("new", [("3", C, "Desk")], on_missing_owner="clear")
    nights.night()
    nights.file("old", [("1", A, "Dean")])
    nights.file("new", [("3", C, "Desk"), ("2", B, "Office")])
    for _ in range(3):
        for name in order:
            told = of(nights.night(name), name)
            assert told["left"] == told["actions"]["delete"] == 0
            assert told["verified"]
        assert nights.numbers("2") == [B]
    # Now it is the new one's to clear.
    nights.file("new", [("3", C, "Desk")])
    assert of(nights.night(), "old")["left"] == 0
    assert nights.numbers("2") == []


def test_who_was_handed_an_owner_tells_alone_that_it_has_left(nights: Nights) -> None:
    """Also where the sync that had it before has not run since."""
    nights.file("old", [("1", A, "Dean"), ("2", B, "Office")])
    nights.file("new", [("3", C, "Desk")])
    nights.night()
    nights.file("old", [("1", A, "Dean")])
    nights.file("new", [("3", C, "Desk"), ("2", B, "Office")])
    nights.night("new")
    nights.file("new", [("3", C, "Desk")])
    result = nights.night()
    assert (of(result, "old")["left"], of(result, "new")["left"]) == (0, 1)


def test_a_sync_needs_no_secret_of_another_one_at_the_same_place(road: Road) -> None:
    nights = Nights(road, SERVICES[0]())
    nights.hold(o1=[("Dean", A)], o2=[("Office", B)])
    url = road.sandbox.usos_url.replace("127.0.0.1", "localhost")
    there = nights.service.connection(road)
    nights.connections["again"] = {**there, "base_url": url, "consumer_secret": {"env": "NOT_HERE"}}
    nights.file("old", [("1", A, "Dean")])
    nights.file("new", [("2", B, "Office")], connection="again")
    told = of(nights.night("old"), "old")
    assert (told["verified"], told.get("error")) == (True, None)


def test_nothing_is_cleared_while_the_file_it_may_have_moved_to_cannot_be_read(nights: Nights) -> None:
    nights.file("old", [("1", A, "Dean"), ("2", B, "Office")], on_missing_owner="clear")
    nights.file("new", [("3", C, "Desk")])
    nights.night()
    nights.file("old", [("1", A, "Dean")])
    (nights.road.folder / "new.csv").write_bytes(b"\x00\x01")
    told = of(nights.night(), "old")
    assert told["actions"]["delete"] == 0
    assert told["left"] == 1
    assert "new" in " ".join(told["notes"])
    assert nights.numbers("2") == [B]


def test_two_names_for_one_address_are_one_place(road: Road) -> None:
    nights = Nights(road, SERVICES[0]())
    nights.hold(o1=[("Dean", A)])
    url = road.sandbox.usos_url
    nights.connections["again"] = {**nights.service.connection(road), "base_url": url.replace("127.0.0.1", "localhost")}
    nights.file("one", [("1", A, "Dean")])
    nights.file("two", [("1", B, "Dean")], connection="again")
    assert nights.night().exit_code == ExitCode.INVALID
    assert nights.numbers("1") == [A]


def test_a_mistyped_id_is_told_where_the_right_one_has_left_the_file(nights: Nights) -> None:
    nights.hold(o10000000=[("Dean", A)], o10000001=[], o20000000=[("Office", B)], o30005000=[])
    lines = [("10000000", A, "Dean"), ("20000000", B, "Office")]
    nights.file("one", lines)
    nights.night()
    mistyped = [("10000001", A, "Dean"), ("20000000", B, "Office"), ("30005000", C, "Desk")]
    nights.file("one", mistyped)
    context = nights.road.context()
    for lang, said in (
        ("en", "one slip of the hand away from 10000000"),
        ("pl", "pomyłkę przy pisaniu różni się od 10000000"),
    ):
        managed = {"one": context.ledger.memory.owners("one")}
        (checked,) = check_sources(context, (), lang=lang, known=Before(managed)).summary["syncs"]  # type: ignore[arg-type] # a language
        (told,) = checked["problems"]
        assert (told["line"], told["code"], told["level"], told["value"]) == (2, "id-near", "warning", "10000001")
        assert said in told["reason"]
    lines_of_plan = nights.night(mode="plan").reported[0].lines
    near = lines_of_plan[lines_of_plan["message"].str.contains("one slip of the hand away from 10000000")]
    assert list(near["line"]) == ["2"]
    # Once the new id is managed, nobody hears of it any more.
    nights.night()
    again = nights.night(mode="plan").reported[0].lines
    assert not again["message"].str.contains("slip").any()


def test_an_owner_that_goes_over_to_another_file_is_no_mistyped_one(nights: Nights) -> None:
    """Ids of buildings differ by a digit as it is: one that another sync has managed is known to be right."""
    nights.hold(o1001=[("Dean", A)], o1002=[("Office", B)], o1003=[("Desk", C)])
    nights.file("old", [("1001", A, "Dean"), ("1002", B, "Office")])
    nights.file("new", [("1003", C, "Desk")])
    nights.night()
    nights.file("old", [("1001", A, "Dean")])
    nights.file("new", [("1002", B, "Office")])  # 1003 has left, and 1002 has come
    context = nights.road.context()
    managed = {name: context.ledger.memory.owners(name) for name in ("old", "new")}
    told = check_sources(context, (), lang="en", known=Before(managed)).summary["syncs"]
    assert [problem["code"] for item in told for problem in item["problems"]] == []
    result = nights.night("new", mode="plan")
    assert not result.reported[0].lines["message"].str.contains("slip").any()


def test_a_plan_that_changes_nothing_and_that_a_guard_has_stopped_waits_too(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", A, "Dean")], guard={"max_source_drop": 0.1})
    stopped = nights.night()
    assert stopped.exit_code == ExitCode.APPROVAL_NEEDED
    context = nights.road.context()
    (waiting,) = waiting_plans(context)
    assert (waiting["plan"], sum(waiting["actions"].values())) == (of(stopped, "one")["plan"], 0)
    run(context, RunRequest("apply", plan=waiting["plan"], reason="they have moved out"))
    assert waiting_plans(context) == []


# A file that has become shorter ---------------------------------------------------------------------------------------

SHRUNK = {**OPEN_GUARD, "max_source_drop": 0.3}
TEN = [(str(at), f"22 552 02 {at:02}", f"Desk {at}") for at in range(1, 11)]


@pytest.fixture(params=[*SERVICES, ListService], ids=lambda service: service.__name__)
def ten(request: pytest.FixtureRequest, road: Road) -> Nights:
    """A file of ten lines and one of a single line, for one service, both in step with what stands there."""
    nights = Nights(road, request.param())
    nights.hold(**{f"o{owner}": [(name, number)] for owner, number, name in TEN}, o11=[])
    nights.file("old", TEN, guard=SHRUNK)
    nights.file("new", [("11", A, "Hall")])
    assert nights.night().exit_code == ExitCode.DONE
    _later(road)
    return nights


def guards_of(result: RunResult, sync: str = "old") -> list[str]:
    return [guard["guard"] for guard in of(result, sync)["guards"]]


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
@pytest.mark.parametrize("together", [True, False])
def test_a_file_that_hands_its_lines_over_has_lost_none(ten: Nights, order: tuple[str, str], *, together: bool) -> None:
    ten.file("old", TEN[:2], guard=SHRUNK)
    ten.file("new", [("11", A, "Hall"), *TEN[2:]])
    for names in [order] if together else [(name,) for name in order]:
        for name, told in ((name, of(result, name)) for result in [ten.night(*names)] for name in names):
            assert (told["guards"], told["actions"]["delete"], told["verified"]) == ([], 0, True), name
        _later(ten.road)
    assert all(number in ten.numbers(owner) for owner, number, _ in TEN)
    # From now on the file is as long as it is.
    ten.file("old", TEN[:1], guard=SHRUNK)
    assert guards_of(ten.night()) == ["max_source_drop"]


@pytest.mark.parametrize("failing", ["old", "new"])
def test_lines_are_handed_over_also_where_one_of_the_two_does_not_get_to_it(ten: Nights, failing: str) -> None:
    """That one is stopped by another guard, night after night."""
    shut = {**SHRUNK, "max_changes": 0}
    lines = {"old": TEN[:2], "new": [("11", A, "Hall"), *TEN[2:]]}
    owner, _, name = lines[failing][0]
    lines[failing] = [(owner, D, name), *lines[failing][1:]]
    for each, some in lines.items():
        ten.file(each, some, guard=shut if each == failing else SHRUNK)
    for _ in range(2):
        result = ten.night()
        assert guards_of(result, failing) == ["max_changes"]
        (other,) = lines.keys() - {failing}
        assert of(result, other)["verified"]
        _later(ten.road)
    ten.file(failing, lines[failing], guard=SHRUNK)
    assert ten.night().exit_code == ExitCode.DONE


def test_a_plan_of_a_hand_over_is_applied_without_a_yes(ten: Nights) -> None:
    ten.file("old", [("1", D, "Desk 1"), TEN[1]], guard=SHRUNK)
    ten.file("new", [("11", A, "Hall"), *TEN[2:]])
    planned = of(ten.night("old", mode="plan"), "old")
    assert planned["guards"] == []
    assert run(ten.road.context(), RunRequest("apply", plan=planned["plan"])).exit_code == ExitCode.DONE
    assert any(re.sub(r"\D", "", number).endswith("225520004") for number in ten.numbers("1"))


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
@pytest.mark.parametrize(
    "letters",
    [str.upper, lambda name: name[:8], lambda name: name.translate(str.maketrans("óŁą", "oLa"))],
    ids=["in capitals", "cut", "without accents"],
)
def test_a_list_that_spells_names_its_own_way_hands_them_over_too(
    road: Road, letters: Callable[[str], str], order: tuple[str, str]
) -> None:
    nights = Nights(road, ListService(ApioOptions(letters=letters)))
    nights.hold(o1=[])
    lines = [("", f"22 552 02 {at:02}", f"{at:02} Łąka górna") for at in range(1, 11)]
    nights.file("old", lines, guard=SHRUNK)
    nights.file("new", [("", A, "Hall")])
    for _ in range(2):
        nights.night()
        _later(road)
    nights.file("old", lines[:4], guard=SHRUNK)
    nights.file("new", [("", A, "Hall"), *lines[4:]])
    for name in (*order, *order):
        told = of(nights.night(name), name)
        assert (told["guards"], told["actions"]["delete"], told["verified"]) == ([], 0, True)
        _later(road)
    assert len(road.entries()) == 11


def test_lines_that_are_lost_beside_a_hand_over_stop_the_run(ten: Nights) -> None:
    """Of ten lines four went over, so that six are left, of which three have gone."""
    ten.file("old", TEN[:3], guard=SHRUNK, on_missing_owner="clear")
    ten.file("new", [("11", A, "Hall"), *TEN[6:]])
    result = ten.night()
    assert result.exit_code == ExitCode.APPROVAL_NEEDED
    (guard,) = of(result, "old")["guards"]
    assert (guard["guard"], guard["value"], guard["limit"], guard["handed_over"]) == ("max_source_drop", 0.5, 0.3, 4)
    assert guard["message"] == (
        "the source has 3 lines, at the last good run it had 10, of which 4 are in files of other syncs now "
        "(50 %; 30 % are allowed)"
    )
    assert guard_sentence(guard, "pl") == (
        "w pliku ubyło 50 % wierszy, limit 30 %; bez liczby wierszy, które są teraz w plikach innych synchronizacji: 4"
    )
    assert all(number in ten.numbers(owner) for owner, number, _ in TEN)
    # One of six is no reason to stop.
    ten.file("old", TEN[:5], guard=SHRUNK)
    assert guards_of(ten.night()) == []


@pytest.mark.parametrize("doubt", ["unreadable", "rejected", "renumbered", "elsewhere", "gone"])
def test_in_doubt_a_line_that_has_gone_is_lost(ten: Nights, doubt: str) -> None:
    ten.file("old", TEN[:6], guard=SHRUNK)
    gone, there = [("11", A, "Hall"), *TEN[6:]], {}
    if doubt == "elsewhere":
        there = {MemoryService: {"shelf": "loft"}, UsosService: {"entity_class": "user"}}.get(
            type(ten.service), {"tenant": "liszt"}
        )
    if doubt == "rejected":
        gone = [(owner, "abc", name) for owner, _, name in gone]
    if doubt == "renumbered":
        gone = [gone[0], *((owner, f"22 552 03 {at:02}", name) for at, (owner, _, name) in enumerate(gone[1:]))]
    ten.file("new", gone if doubt != "gone" else gone[:1], **there)
    if doubt == "unreadable":
        (ten.road.folder / "new.csv").write_bytes(b"\x00\x01")
    result = ten.night("old")
    assert guards_of(result) == ["max_source_drop"]
    assert "other syncs" not in of(result, "old")["guards"][0]["message"]


# Moves ----------------------------------------------------------------------------------------------------------------


def test_a_number_that_moves_is_one_move_in_the_report(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", B, "Dean"), ("2", C, "Office")])
    result = nights.night()
    assert of(result, "one")["verified"]
    rows = result.reported[0].lines
    assert list(rows["code"]) == ["moves_here", "", "moves_away"]
    assert (nights.numbers("1"), nights.numbers("2")) == ([B], [C])


def test_a_number_does_not_depart_while_its_line_is_rejected(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("2", C, "Office"), ("3", B, "Desk"), ("3", "abc", "Guest")])
    nights.night()
    assert (nights.numbers("2"), nights.numbers("3")) == ([B, C], [])


def test_a_swap_between_two_owners_loses_neither_number(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", B, "Dean"), ("2", A, "Office")])
    assert of(nights.night(), "one")["verified"]
    assert (nights.numbers("1"), nights.numbers("2")) == ([B], [A])


@pytest.mark.parametrize("names", [("one",), ("one", "two"), ("two", "one")])
def test_a_number_that_goes_over_to_another_file_departs_when_it_has_arrived(
    nights: Nights, names: tuple[str, ...]
) -> None:
    """Whichever of the two files' syncs runs, alone or with the other one."""
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.file("two", [("3", C, "Desk")])
    nights.night()
    nights.file("one", [("1", D, "Dean"), ("2", B, "Office")])
    nights.file("two", [("3", C, "Desk"), ("3", A, "Dean")])
    result = nights.night(*names)
    if len(names) == 1:
        (held,) = [row for row in result.reported[0].lines.to_dict("records") if row["outcome"] == "held"]
        assert (held["number_before"], held["code"]) == (A, "arrival_awaited")
        assert nights.numbers("1") == [A, D]
        nights.night("two")
        nights.night("one")
    assert (nights.numbers("1"), nights.numbers("3")) == ([D], [A, C])
    assert nights.night().exit_code == ExitCode.DONE


def test_a_resume_takes_no_number_away_that_goes_over_to_another_file_now(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.file("two", [("3", C, "Desk")])
    nights.night()
    nights.file("one", [("1", D, "Dean"), ("2", B, "Office")])
    planned = of(nights.night("one", mode="plan"), "one")["plan"]
    nights.road.ledger.begin_writing(planned, planned.rsplit("-", 1)[0])
    nights.file("two", [("3", C, "Desk"), ("3", A, "Dean")])
    nights.night(mode="resume")
    assert A in nights.numbers("1"), "it stands nowhere else yet"
    for _ in range(2):
        nights.night()
    assert (nights.numbers("1"), nights.numbers("3")) == ([D], [A, C])


# Drift ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("theirs", "count"),
    [([("Dean", D)], 1), ([], 1), ([("Dean", A), ("Guest", D)], 1), ([("Rector", A)], 1), ([("Dean", A)], 0)],
)
def test_what_others_have_changed_is_drift(nights: Nights, theirs: Any, count: int) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.meddle("1", theirs)
    told = of(nights.night(), "one")
    assert told["drift"] == count
    assert told["verified"]
    assert nights.numbers("1") == [A]
    assert of(nights.night(), "one")["drift"] == 0


def test_what_the_file_has_changed_is_no_drift(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", D, "Dean"), ("2", B, "Desk"), ("3", C, "Guest")])
    assert of(nights.night(), "one")["drift"] == 0


def test_drift_is_left_alone_where_that_is_wanted(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], on_drift="keep")
    nights.night()
    nights.meddle("1", [("Rector", A)])
    for _ in range(2):
        told = of(nights.night(), "one")
        assert told["requests"]["write"] == 0
        assert told["verified"]
    assert told["drift"] == 1
    assert nights.service.entries(nights.road, "1") == [("Rector", A)]


def test_beside_drift_that_is_left_alone_the_file_has_its_way(nights: Nights) -> None:
    """What one entry was changed to by others says nothing of the owner's other entries, however many nights pass."""
    nights.file("one", [("1", A, "Dean"), ("1", B, "Office")], on_drift="keep")
    nights.night()
    nights.meddle("1", [("Rector", A), ("Office", B)])
    nights.night()
    for number in (C, B, C):
        nights.file("one", [("1", A, "Dean"), ("1", number, "Office")])
        told = of(nights.night(), "one")
        assert (told["drift"], told["verified"]) == (1, True)
        assert nights.service.entries(nights.road, "1") == [("Office", number), ("Rector", A)]
    # The file says something new of the very entry.
    nights.file("one", [("1", A, "Provost"), ("1", C, "Office")])
    assert of(nights.night(), "one")["drift"] == 0
    assert nights.service.entries(nights.road, "1") == [("Office", C), ("Provost", A)]


def test_the_page_shows_first_what_others_have_changed(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("3", C, "Desk")])
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("3", C, "Desk")])
    nights.meddle("1", [("Dean", D)])
    nights.meddle("3", [("Desk", C), ("Guest", B)])
    for options, ends in (
        ({"on_drift": "keep"}, ["stays as it was found"] * 2),
        ({"on_drift": "correct"}, ["put right"] * 2),
    ):
        nights.file("one", [("1", A, "Dean"), ("3", C, "Desk")], **options)
        text = Path(of(nights.night(), "one")["reports"]["html"]).read_text(encoding="utf-8")
        shown = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", text[text.index("<main>") : text.index("Counts</h2>")]))
        assert re.search("2 changed by somebody else.*1 stays whose owner has left the file", shown)
        assert re.search(f"line 2 left as Dean {A} found as Dean {D} wanted: Dean {A} {ends[0]}", shown)
        assert re.search(f"left as nothing found as Guest {B} wanted: nothing {ends[1]}", shown)
        assert "the entry stands as it was found" in text


@pytest.mark.parametrize("on_drift", ["correct", "keep"])
def test_a_reconciliation_tells_what_others_have_changed(nights: Nights, on_drift: str) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("3", C, "Desk")], on_drift=on_drift)
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("2", B, "Secretary"), ("3", C, "Desk")])
    nights.meddle("1", [("Dean", D), ("Guest", B)])
    nights.meddle("3", [])
    kept = on_drift == "keep"
    for _ in range(2):
        done = reconcile_all(nights.road.context(), Asked(lang="pl"))
        assert done.summary["drift"] == 3
        lines = json.loads(Path(done.summary["reports"]["json"]).read_text(encoding="utf-8"))["lines"]
        told = {(row["drift"], row["kind"], row["number_csv"], row["number_there"]) for row in lines if row["drift"]}
        assert told == {
            ("drift_changed", "differs", A, D),
            ("drift_added", "foreign", "", B),
            ("drift_removed", "missing", C, ""),
        }
        assert sum("żadna synchronizacja" in row["fix"] for row in lines) == (3 if kept else 0)
        shown = readable_rows(done.view, "pl")
        changed = shown.loc[shown["drift"] == "drift_changed", "what"]
        assert changed.tolist() == ["numer: zmienione przez kogoś innego po ostatnim przebiegu"]
        nights.road.sleep(1)
    # What is said a sync would do, it does.
    assert of(nights.night(), "one")["drift"] == 3
    assert nights.numbers("3") == ([] if kept else [C])


def test_the_page_says_who_has_approved_what_a_guard_had_stopped(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], on_drift="ask")
    nights.night()
    nights.meddle("1", [("Dean", D)])
    plan = of(nights.night(), "one")["plan"]
    result = run(nights.road.context(), RunRequest("apply", plan=plan, reason="they had it wrong <by mistake>"))
    text = Path(of(result, "one")["reports"]["html"]).read_text(encoding="utf-8")
    said = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", text))
    assert "Approved by tester , 2026-03-14 02:00 : they had it wrong &lt;by mistake&gt;" in said


def test_drift_can_be_asked_about(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], on_drift="ask")
    nights.night()
    nights.meddle("1", [("Rector", A)])
    result = nights.night()
    assert result.exit_code == ExitCode.APPROVAL_NEEDED
    assert [guard["guard"] for guard in of(result, "one")["guards"]] == ["on_drift"]


def test_a_directory_that_somebody_has_loaded_anew_stops_the_night(nights: Nights) -> None:
    owners = [str(number) for number in range(10, 24)]
    nights.hold(**{f"o{owner}": [] for owner in owners})
    nights.file("one", [(owner, f"22 552 01 {owner}", "Desk") for owner in owners], guard={"max_change_share": 1.0})
    nights.night()
    for owner in owners[:5]:
        nights.meddle(owner, [("Elsewhere", D)])
    result = nights.night()
    assert result.exit_code == ExitCode.APPROVAL_NEEDED
    assert "max_drift_share" in [guard["guard"] for guard in of(result, "one")["guards"]]


# Across files ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def shelves(road: Road) -> Nights:
    """A shelf for people and one for rooms, in one directory."""
    nights = Nights(road, SERVICES[1]())
    nights.hold()
    return nights


@pytest.mark.parametrize("names", [("people", "rooms"), ("rooms", "people")])
def test_a_number_that_moves_to_another_file_arrives_before_it_departs(shelves: Nights, names: tuple[str, str]) -> None:
    shelves.file("people", [("1", A, "Dean"), ("2", B, "Office")])
    shelves.file("rooms", [("9", C, "Hall")], shelf="room")
    shelves.night()
    shelves.file("people", [("1", A, "Dean"), ("2", D, "Office")])
    shelves.file("rooms", [("9", C, "Hall"), ("8", B, "Annex")], shelf="room")
    result = shelves.night(*names)
    assert [of(result, name)["verified"] for name in names] == [True, True]
    assert shelves.numbers("2") == [D]
    assert shelves.service.directory.entries["room 8"] == [("Annex", B)]


def test_a_number_stays_while_the_other_file_cannot_take_it(shelves: Nights) -> None:
    shelves.file("people", [("1", A, "Dean"), ("2", B, "Office")])
    shelves.file("rooms", [("9", C, "Hall")], shelf="room")
    shelves.night()
    shelves.file("people", [("1", A, "Dean"), ("2", D, "Office")])
    shelves.file("rooms", [("9", C, "Hall"), ("8", B, "Annex")], shelf="room")
    shelves.service.directory.write_faults.extend(["refused"] * 20)
    shelves.night()
    assert B in shelves.numbers("2")
    shelves.service.directory.write_faults.clear()
    assert shelves.night().exit_code == ExitCode.DONE
    assert shelves.numbers("2") == [D]


def test_no_number_goes_while_the_file_that_may_take_it_cannot_be_read(shelves: Nights) -> None:
    shelves.file("people", [("1", A, "Dean"), ("2", B, "Office")])
    shelves.file("rooms", [("9", C, "Hall")], shelf="room")
    shelves.night()
    shelves.file("people", [("1", A, "Dean")])
    shelves.file("people", [("1", A, "Dean"), ("2", D, "Office")])
    (shelves.road.folder / "rooms.csv").write_bytes(b"\x00\x01")
    told = shelves.night()
    (row,) = [row for row in told.reported[0].lines.to_dict("records") if row["number_before"]][1:]
    assert row["code"] == "arrival_unread"
    assert B in shelves.numbers("2")
    # It was no move: as soon as the other file can be read, the number goes.
    shelves.file("rooms", [("9", C, "Hall")], shelf="room")
    assert shelves.night().exit_code == ExitCode.DONE
    assert shelves.numbers("2") == [D]


@pytest.mark.parametrize("fault", ["refused", "denied", "lost before"])
def test_a_number_stays_where_its_new_owner_refuses_it(shelves: Nights, fault: Any) -> None:
    shelves.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    shelves.night()
    shelves.file("one", [("1", A, "Dean"), ("2", C, "Office"), ("3", B, "Desk")])
    shelves.service.directory.write_faults.extend([fault] * 20)
    shelves.night()
    assert B in shelves.numbers("2")


def test_a_shared_list_keeps_what_each_file_says_and_what_nobody_claims(road: Road) -> None:
    road.open(apio_state([("Guest", A)]))
    nights = Nights(road, SERVICES[1]())
    secrets = {"username": {"env": "NAME"}, "password": {"env": "WORD"}}
    nights.connections["lists"] = {"kind": "apio", "base_url": road.sandbox.apio_url, **secrets}
    keys = {"connection": "lists", "tenant": "chopin", "shelf": None, "shared": True, "delete_missing": True}

    def files(one: str, two: str) -> None:
        for name, lines in (("one", one), ("two", two)):
            nights.file(name, [], **keys)
            (road.folder / f"{name}.csv").write_text("Name;Phone Number\n" + lines, encoding="utf-8")

    files(f"Dean;{B}\nPorter;{C}\n", f"Hall;{D}\n")
    for _ in range(2):
        assert nights.night().exit_code == ExitCode.DONE
    assert [name for name, _ in road.entries()] == ["Dean", "Guest", "Hall", "Porter"]
    # One name leaves the first file, another goes over to the second.
    files(f"Dean;{B}\n", f"Hall;{D}\n")
    nights.night()
    assert [name for name, _ in road.entries()] == ["Dean", "Guest", "Hall"]
    files("", f"Hall;{D}\nDean;{B}\n")
    for _ in range(2):
        assert nights.night().exit_code == ExitCode.DONE
    assert [name for name, _ in road.entries()] == ["Dean", "Guest", "Hall"]


# What people ask ------------------------------------------------------------------------------------------------------


def test_an_owner_that_was_released_is_nobodys(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], on_missing_owner="clear")
    nights.night()
    owner = f"{nights.service.word} 2"
    context = nights.road.context()
    assert release(context, owner, "closed")["syncs"] == ["one"]
    with pytest.raises(UsageError, match="No sync manages"):
        release(context, owner, "closed")
    with pytest.raises(UsageError, match="reason"):
        release(context, owner, " ")
    nights.file("one", [("1", A, "Dean")])
    told = of(nights.night(), "one")
    assert told["left"] == told["actions"]["delete"] == 0
    assert nights.numbers("2") == [B]


def test_the_history_of_a_number_tells_who_did_what(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", C, "Office")], full_numbers=True)
    nights.night()
    nights.meddle("1", [("Dean", D)])
    nights.night()
    context = nights.road.context()
    events = events_of(context, A)
    assert [(event["action"], event["outcome"], event["code"]) for event in events][-1] == (
        "modify",
        "applied",
        "drift_changed",
    )
    assert events_of(context, f"{nights.service.word} 2")[0]["number_after"] == C
    assert events_of(context, "22 999 99 99") == []


def test_what_was_said_of_a_row_is_said_where_a_guard_stops_it(nights: Nights) -> None:
    nights.hold(o10000000=[("Dean", A)], o10000001=[], o20000000=[("Office", B)])
    nights.file("one", [("10000000", A, "Dean"), ("20000000", B, "Office")])
    nights.night()
    nights.meddle("20000000", [("Office", D)])
    nights.file("one", [("10000001", C, "Dean"), ("20000000", B, "Office")], guard={"max_changes": 0})
    result = nights.night()
    assert result.exit_code == ExitCode.APPROVAL_NEEDED
    for lines in (result.reported[0].lines, pd.DataFrame(json.loads(report_of(result, "json"))["lines"])):
        near, drift = (lines[lines["line"].isin([line, str(line)])].iloc[0] for line in (2, 3))
        assert (near["code"], drift["code"]) == ("guard_stopped", "guard_stopped")
        assert "one slip of the hand away from 10000000" in near["message"]
        assert "changed by somebody else" in drift["message"]
        assert all(row["message"].endswith("not sent: a guard stopped it") for row in (near, drift))
    assert f"found as <b>Office  {D}</b>" in report_of(result, "html"), "the page begins with what others have changed"


@pytest.mark.parametrize("on_drift", ["correct", "keep"])
def test_what_came_back_by_somebody_elses_hand_is_told_as_that(nights: Nights, on_drift: str) -> None:
    nights.file("one", [("1", A, "Dean"), ("1", C, "Guest"), ("2", B, "Office")], on_drift=on_drift)
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    assert of(nights.night(), "one")["came_back"] == 0
    nights.meddle("1", [("Dean", A), ("Guest", C), ("Stranger", D)])
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], delete_missing=False)
    for mode in ("plan", "sync", "sync"):
        result = nights.night(mode=mode)
        told = of(result, "one")
        assert (told["came_back"], told["actions"]["foreign"]) == (1, 2)
        lines = pd.DataFrame(json.loads(report_of(result, "json"))["lines"]).set_index("name_before")
        assert lines.loc["Guest", "code"] == "came_back"
        assert "phonesync had deleted it, and somebody else has put it back" in lines.loc["Guest", "message"]
        assert lines.loc["Stranger", "code"] == ""
        shown = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", report_of(result, "html")))
        assert "1 put back by somebody else after phonesync had deleted it" in shown
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], delete_missing=True)
    again = nights.night(mode="plan")
    assert of(again, "one")["came_back"] == 1
    assert of(again, "one")["actions"]["delete"] == 2
    # Once the file says it, it is nobody else's.
    nights.file("one", [("1", A, "Dean"), ("1", C, "Guest"), ("2", B, "Office")])
    assert of(nights.night(), "one")["came_back"] == 0


def test_what_is_left_to_others_stays_with_them_where_its_owner_is_cleared(nights: Nights) -> None:
    keys: dict[str, Any] = {"on_drift": "keep", "on_missing_owner": "clear", "guard": OPEN_GUARD}
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("2", C, "Desk")], **keys)
    nights.night()
    nights.meddle("2", [("Guest", B), ("Desk", C)])
    nights.file("one", [("1", A, "Dean")], **keys)
    told = of(nights.night(), "one")
    assert (told["drift"], told["left"], told["actions"]["delete"], nights.numbers("2")) == (1, 0, 1, [B])
    for _ in range(2):
        again = of(nights.night(), "one")
        assert (again["requests"]["write"], again["left"], nights.numbers("2")) == (0, 0, [B])


def test_a_reconciliation_tells_what_came_back(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("1", C, "Guest")])
    nights.night()
    nights.file("one", [("1", A, "Dean")], delete_missing=True)
    nights.night()
    nights.meddle("1", [("Dean", A), ("Guest", C), ("Stranger", D)])
    nights.file("one", [("1", A, "Dean")], delete_missing=False)
    done = reconcile_all(nights.road.context(), Asked(lang="pl"))
    lines = json.loads(Path(done.summary["reports"]["json"]).read_text(encoding="utf-8"))["lines"]
    assert {(row["name_there"], row["drift"]) for row in lines if row["kind"] == "foreign"} == {
        ("Guest", "came_back"),
        ("Stranger", ""),
    }
    assert (done.summary["came_back"], done.summary["drift"]) == (1, 0)
    shown = readable_rows(done.view, "pl")
    assert "a ktoś inny przywrócił" in shown.loc[shown["drift"] == "came_back", "what"].item()


def test_what_came_back_to_a_phone_list_is_told_as_that(road: Road) -> None:
    road.open(apio_state([("Dean", "+48-225520001"), ("Guest", "+48-225520002")]))
    road.configure({"tenant": "chopin", "guard": OPEN_GUARD, "delete_missing": True})
    road.source(f"Name;Phone Number\nDean;{A}\n")
    assert road.go().actions["delete"] == 1
    road.sandbox.apio.set_entries("chopin", None, [("Dean", "+48-225520001"), ("Guest", "+48-225520002")])
    road.configure({"tenant": "chopin", "guard": OPEN_GUARD})
    trip = road.go()
    assert (trip.about("Guest")["action"], trip.about("Guest")["code"]) == ("foreign", "came_back")
    assert (trip.sync["came_back"], trip.exit_code) == (1, ExitCode.DONE)


def test_a_row_of_the_page_has_its_history(nights: Nights) -> None:
    """What the last runs have done to its entry, and what others have; rows that needed nothing have none."""
    nights.file("one", [("1", A, "Dean"), ("2", C, "Office"), ("3", D, "Desk")])
    nights.night()
    _later(nights.road)
    nights.meddle("2", [("Office", B)])
    second = nights.night()
    _later(nights.road)
    nights.file("one", [("1", A, "Dean"), ("2", FOUR[0], "Office"), ("3", D, "Desk")], guard={"max_changes": 0})
    stopped = nights.night()
    _later(nights.road)
    applied = run(nights.road.context(), RunRequest("apply", plan=of(stopped, "one")["plan"], reason="moved house"))
    _later(nights.road)
    nights.file("one", [("1", A, "Dean"), ("2", FOUR[1], "Office"), ("3", D, "Desk")], guard=OPEN_GUARD)
    page = report_of(nights.night(), "html")
    data = json.loads(page[page.index('id="data">') + len('id="data">') :].split("</script>")[0])
    (events,) = data["past"].values()
    assert [(event[1], event[2], event[3], event[4]) for event in events] == [
        ("modify", "applied", f"Office  {C}", f"Office  {FOUR[0]}"),
        ("modify", "applied", f"Office  {B}", f"Office  {C}"),
        ("modify", "applied", f"Office  {B}", f"Office  {C}"),
    ]
    assert "approved by tester: moved house" in events[0][5]
    assert "changed by somebody else" in events[1][5]
    assert [event[6] for event in events[:2]] == [applied.summary["run"], second.summary["run"]]
    quiet = report_of(nights.night(), "html")
    assert '"past":{}' in quiet


def test_the_past_of_a_person_is_masked_on_the_page_and_in_the_history(road: Road) -> None:
    road.open(usos_state({"77": [("home", "22 552 77 01")]}, "user"))
    road.configure({"entity_class": "user", "full_numbers": False, "guard": OPEN_GUARD})
    for last in ("22 552 77 02", "22 552 77 03"):
        road.source(f"entity_id;number;comment\n77;{last};home\n")
        _later(road)
        trip = road.go()
    page = Path(trip.sync["reports"]["html"]).read_text(encoding="utf-8")
    assert '"past":{"0":[["' in page
    assert "••• ••• •02" in page
    events = events_of(road.context(), "user 77")
    assert len(events) == 2
    html = road.folder / "history.html"
    write_page(road.context(), "22 552 77 02", events_of(road.context(), "22 552 77 02"), "pl", html)
    for text in (page, json.dumps(events), html.read_text(encoding="utf-8")):
        assert not re.search("77 ?0[123]", text.replace(road.sandbox.usos_url, "")), "the port may be 37701"


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", ["changed", "approved by tester: moved house"]), ("pl", ["zmieniono", "zatwierdzone przez tester"])],
)
def test_the_history_is_a_page_too(nights: Nights, lang: str, said: list[str]) -> None:
    _on_file(nights.road)
    nights.file("one", [("1", A, "<Dean>"), ("2", C, "Office")], guard={"max_changes": 0})
    context = nights.road.context()
    run(context, RunRequest("apply", plan=of(nights.night(mode="plan"), "one")["plan"], reason="moved house"))
    events = events_of(context, f"{nights.service.word} 2", lang)  # type: ignore[arg-type] # a language
    page = nights.road.folder / "history.html"
    write_page(context, f"{nights.service.word} 2", events, lang, page)  # type: ignore[arg-type] # likewise
    text = page.read_text(encoding="utf-8")
    assert all(words in text for words in (f'lang="{lang}"', B, C, *said))
    assert page.stat().st_mode & 0o777 == 0o600
    write_page(context, A, events_of(context, A), lang, page)  # type: ignore[arg-type] # likewise
    text = page.read_text(encoding="utf-8")
    assert "&lt;Dean&gt;" in text
    assert f"<h1>{A}" not in text, "whose number it is the page does not know"


def test_every_row_says_who(nights: Nights) -> None:
    """Owners have the names of the file's own column, also after they have left it; a rejected line has its name."""
    nights.file("one", [], full_numbers=True)
    file = nights.road.folder / "one.csv"
    head = nights.service.header + ";Nazwa jednostki\n"
    file.write_text(f"{head}1;{C};Dean;Wydział Prawa\n2;12;Office;Kwestura\n2;{B};Till;\n", encoding="utf-8")
    for lines in (nights.night(mode="plan"), nights.night()):
        rows = lines.reported[0].lines.set_index("line")[["owner_name", "entry_name"]]
        assert rows.loc["2"].tolist() == ["Wydział Prawa", "Dean"]
        assert rows.loc["3"].tolist() == ["Kwestura", "Office"]
    file.write_text(f"{head}1;{C};Dean;Wydział Prawa\n2;{B};Till;Kwestura\n", encoding="utf-8")
    nights.night()
    file.write_text(f"{head}2;{B};Till;Kwestura\n", encoding="utf-8")
    (left,) = nights.night().reported[0].lines.query("code == 'left'").to_dict("records")
    assert left["owner_name"] == "Wydział Prawa"
    context = nights.road.context()
    assert {event["owner_name"] for event in events_of(context, f"{nights.service.word} 1")} == {"Wydział Prawa"}
    assert {row["owner_name"] for row in find(context, "kwestura").summary["found"]} == {"Kwestura"}
    nights.night()
    assert nights.night().summary["syncs"][0]["requests"]["write"] == 0, "names of owners are no reason to write"


def test_every_finding_says_who(nights: Nights, capsys: pytest.CaptureFixture[str]) -> None:
    """The names of owners stand in every form of a reconciliation's findings, also of owners that have left."""
    nights.file("one", [], full_numbers=True)
    file = nights.road.folder / "one.csv"
    head = nights.service.header + ";Nazwa jednostki\n"
    file.write_text(f"{head}1;{A};Dean;Wydział Prawa\n2;{B};Office;Kwestura\n", encoding="utf-8")
    nights.night()
    file.write_text(f"{head}2;12;Office;Kwestura\n", encoding="utf-8")
    done = reconcile_all(nights.road.context(), Asked(lang="pl"))
    word = nights.service.word
    names = {f"{word} 1": "Wydział Prawa", f"{word} 2": "Kwestura"}
    reports = done.summary["reports"]
    lines = json.loads(Path(reports["json"]).read_text(encoding="utf-8"))["lines"]
    assert {row["owner"]: row["owner_name"] for row in lines} == names
    table = pd.read_csv(reports["csv"], dtype=str, keep_default_na=False)
    assert table.columns[-1] == "owner_name"
    assert dict(zip(table["owner"], table["owner_name"], strict=True)) == names
    page = Path(reports["html"]).read_text(encoding="utf-8")
    assert "Wydział Prawa" in page
    sheet = pd.read_excel(reports["xlsx"], sheet_name=1, dtype=str, engine="openpyxl")
    assert set(sheet["Nazwa właściciela"]) == {*names.values()}
    show_reconciled(done)
    assert re.search(rf"{word}\s+1\s+\(Wydział\s+Prawa\)", capsys.readouterr().out)


def test_a_run_tells_its_own_story(nights: Nights) -> None:
    nights.file("one", [("1", C, "Dean"), ("2", D, "Office")], guard={"max_changes": 1})
    stopped = nights.night()
    assert stopped.exit_code == ExitCode.APPROVAL_NEEDED
    context = nights.road.context()
    (waiting,) = waiting_plans(context)
    assert waiting["guards"][0]["guard"] == "max_changes"
    applied = run(context, RunRequest("apply", plan=waiting["plan"], reason="moved house"))
    assert of(applied, "one")["approval"]["reason"] == "moved house"
    assert waiting_plans(context) == []
    first, second = (one_run(context, result.summary["run"]) for result in (stopped, applied))
    assert {line["outcome"] for line in first["plans"][0]["lines"]} == {"skipped"}
    assert {line["outcome"] for line in second["plans"][0]["lines"]} == {"applied"}
    assert second["plans"][0]["approvals"][0]["reason"] == "moved house"
    back = run(context, RunRequest("revert", run="last"))
    assert of(back, "one")["actions"]["modify"] == 2


# The way back survives ------------------------------------------------------------------------------------------------


def test_a_sync_that_was_renamed_knows_what_it_knew(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", C, "Office")])
    first = nights.night()
    nights.file("units", [("1", A, "Dean")], renamed_from="one")
    del nights.syncs["one"]
    nights.configure()
    assert of(nights.night(), "units")["left"] == 1
    back = run(nights.road.context(), RunRequest("revert", run=first.summary["run"]))
    assert of(back, "units")["actions"]["modify"] == 1
    assert run(nights.road.context(), RunRequest("apply", plan=of(back, "units")["plan"])).exit_code == ExitCode.DONE
    assert nights.numbers("2") == [B]


def test_a_ledger_from_a_backup_deletes_nothing_until_it_is_adopted(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("2", C, "Desk")])
    nights.night()
    nights.road.ledger.close()
    nights.road.ledger = Ledger.open("sqlite://")
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    told = of(nights.night(), "one")
    assert told["actions"]["delete"] == 0
    assert "phonesync doctor --adopt" in " ".join(told["notes"])
    assert nights.numbers("2") == [B, C]
    context = nights.road.context()
    assert [row["result"] for row in examine(context).summary["checks"] if row["what"] == "ledger"] == ["failed"]
    assert adopt(context)
    assert of(nights.night(), "one")["actions"]["delete"] == 1
    assert nights.numbers("2") == [B]


def _on_file(road: Road) -> None:
    """Keep the ledger in a file, so that it can be copied."""
    road.ledger.close()
    road.ledger = Ledger.open(f"sqlite:///{road.folder / 'ledger.db'}")


def _backup(road: Road) -> None:
    with (
        closing(sqlite3.connect(road.folder / "ledger.db")) as ledger,
        closing(sqlite3.connect(road.folder / "b")) as b,
    ):
        ledger.backup(b)


def _restore(road: Road) -> None:
    """Take the ledger of the backup, and lose with the reports what they say of the last run."""
    for context in road.contexts:
        context.close()
    road.ledger.close()
    for name in ("ledger.db-wal", "ledger.db-shm"):
        (road.folder / name).unlink(missing_ok=True)
    shutil.copy(road.folder / "b", road.folder / "ledger.db")
    for note in (road.folder / "reports").glob(".last-run-*"):
        note.unlink()
    road.ledger = Ledger.open(f"sqlite:///{road.folder / 'ledger.db'}")


def _later(road: Road) -> None:
    road.now += timedelta(days=1)


FOUR = ("22 552 01 01", "22 552 01 02", "22 552 01 03", "22 552 01 04")


def test_an_older_ledger_is_noticed_by_what_stands_there(nights: Nights) -> None:
    """What it says it has left was changed since, just as the file wants it now: by runs that it does not know."""
    road = nights.road
    _on_file(road)
    nights.hold(**{f"o{owner}": [("Dean", number)] for owner, number in zip("1235", (A, B, C, D), strict=True)})
    before = [(owner, number, "Dean") for owner, number in zip("1235", (A, B, C, D), strict=True)]
    nights.file("one", before, on_missing_owner="clear")
    nights.night()
    _backup(road)
    nights.file("one", [(owner, number, "Dean") for owner, number in zip("123", FOUR, strict=False)])
    _later(road)
    assert of(nights.night(), "one")["actions"]["delete"] == 1
    nights.meddle("5", [("Guest", FOUR[3])])  # it was cleared and forgotten: what is typed there now is theirs
    _restore(road)
    for _ in range(2):
        _later(road)
        result = nights.night()
        told = of(result, "one")
        assert (result.exit_code, told["actions"]["delete"], told["actions"]["hold"]) == (ExitCode.LINES_FAILED, 0, 1)
        (held,) = result.reported[0].lines.query("code == 'ledger_older'").to_dict("records")
        assert (held["outcome"], held["number_before"]) == ("held", FOUR[3])
        note = " ".join(told["notes"])
        assert re.search("of 3 owners or names .* 3 stand .*phonesync doctor --adopt", note)
        assert nights.numbers("5") == [FOUR[3]]
    context = road.context()
    (failed,) = [row for row in examine(context).summary["checks"] if row["what"] == "ledger"]
    assert failed["result"] == "failed"
    assert "restored from a backup" in failed["detail"]
    release(context, f"{nights.service.word} 5", "theirs")
    adopt(context)
    _later(road)
    nights.file("one", [(owner, number, "Dean") for owner, number in zip("12", FOUR, strict=False)])
    told = of(nights.night(), "one")
    assert (told["actions"]["delete"], told["verified"]) == (1, True), "the ledger is taken as it is"
    assert (nights.numbers("5"), nights.numbers("3")) == ([FOUR[3]], [])


@pytest.mark.parametrize("showing", ["one", "two", "three"])
@pytest.mark.parametrize("mode", ["sync", "plan"])
def test_what_one_sync_of_a_run_shows_of_the_ledgers_age_keeps_all_of_them_from_deleting(
    nights: Nights, showing: str, mode: str
) -> None:
    """Whichever place it has in the run, and though it deletes nothing itself."""
    road, names = nights.road, ("one", "two", "three")
    _on_file(road)
    owners = {name: [f"{at}{owner}" for owner in range(4)] for at, name in enumerate(names, 1)}
    lines = {
        name: [(owner, f"22 552 0{owner[0]} 0{owner[1]}", "Dean") for owner in some] for name, some in owners.items()
    }
    nights.hold(**{f"o{owner}": [] for some in owners.values() for owner in some})
    for name in names:
        nights.file(name, lines[name], on_missing_owner="clear")
    nights.night()
    _backup(road)
    changed = [(owner, f"{number[:-2]}9{number[-1]}", "Dean") for owner, number, _ in lines[showing]]
    nights.file(showing, changed)
    _later(road)
    assert nights.night().exit_code == ExitCode.DONE
    _restore(road)
    _later(road)
    others = [name for name in names if name != showing]
    for name in others:
        nights.file(name, lines[name][:3])
    result = nights.night(mode=mode)
    assert [item["sync"] for item in result.summary["syncs"]] == list(names)
    for name in others:
        told = of(result, name)
        assert (told["actions"]["delete"], told["actions"]["hold"]) == (0, 1), name
        assert "phonesync doctor --adopt" in " ".join(told["notes"])
    assert all(nights.numbers(owner) for some in owners.values() for owner in some)
    context = road.context()
    assert [row["result"] for row in examine(context).summary["checks"] if row["what"] == "ledger"] == ["failed"]
    adopt(context)
    _later(road)
    assert [of(nights.night(), name)["actions"]["delete"] for name in others[:1]] == [1]
    assert not any(nights.numbers(owners[name][3]) for name in others)


THREE = {"one": "1", "two": "2", "three": "3"}


@pytest.fixture
def three(nights: Nights) -> Nights:
    """Three files in step, of two owners each."""
    _on_file(nights.road)
    nights.hold(**{f"o{at}{owner}": [] for at in THREE.values() for owner in (0, 1)})
    for name in THREE:
        nights.file(name, _pair(name))
    assert nights.night().exit_code == ExitCode.DONE
    _later(nights.road)
    return nights


def _pair(name: str) -> list[tuple[str, str, str]]:
    at = THREE[name]
    owners = (f"{at}0", "Dean"), (f"{at}1", "Office"), (f"{at}1", "Desk")
    return [(owner, f"22 552 0{at} 0{number}", name) for number, (owner, name) in enumerate(owners)]


def test_a_sync_that_deletes_waits_for_the_others_and_nothing_is_read_twice(three: Nights) -> None:
    """The results stand in the order of the syncs all the same."""
    for name in ("two", "three"):  # the second one has nothing to learn of the service any more
        three.file(name, _pair(name)[:2])
        alone = of(three.night(name), name)
        assert alone["actions"]["delete"] == 1
    three.file("one", _pair("one")[:2])
    three.file("two", [*_pair("two")[:2], ("20", D, "Hall")])
    three.file("three", [_pair("three")[0], ("31", C, "Office")])
    result = three.night()
    assert result.exit_code == ExitCode.DONE
    told = {name: of(result, name) for name in THREE}
    assert list(told) == [item["sync"] for item in result.summary["syncs"]]
    assert list(told) == [reported.summary["sync"] for reported in result.reported]
    assert [told[name]["actions"]["delete"] for name in THREE] == [1, 0, 0]
    assert all(told[name]["verified"] for name in THREE)
    assert told["one"]["requests"] == alone["requests"]
    with closing(sqlite3.connect(three.road.folder / "ledger.db")) as ledger:
        sent = ledger.execute("select plan from intents where run = ? order by id", [result.summary["run"]]).fetchall()
    assert [plan.rsplit("-", 1)[1] for (plan,) in sent] == ["two", "three", "one"]


def test_two_files_of_one_list_that_both_delete_do_not_take_each_other_for_somebody_else(road: Road) -> None:
    """What the one has read, before it let the other one go first, is what the other one has changed since."""
    nights = Nights(road, ListService())
    nights.hold(o1=[])
    files = {"one": [("", A, "Dean"), ("", B, "Office")], "two": [("", C, "Hall"), ("", D, "Desk")]}
    for _ in range(2):
        for name, lines in files.items():
            nights.file(name, lines)
        assert nights.night().exit_code == ExitCode.DONE
        _later(road)
        files = {name: [(owner, FOUR[at], who)] for at, (name, [(owner, _, who), *_]) in enumerate(files.items())}
    assert [name for name, _ in road.entries()] == ["Dean", "Hall"]


def test_a_sync_that_cannot_be_looked_at_keeps_no_other_from_deleting(three: Nights) -> None:
    three.file("one", _pair("one")[:2])
    three.file("two", _pair("two")[:2], guard={**OPEN_GUARD, "max_deletes": 0})
    secrets = {"username": {"env": "NAME"}, "password": {"env": "WORD"}}
    three.connections["away"] = {"kind": "apio", "base_url": "http://127.0.0.1:9", "attempts": 1, **secrets}
    three.syncs["away"] = {"connection": "away", "tenant": "chopin", "source": "away.csv"}
    three.configure()
    (three.road.folder / "away.csv").write_text(f"Name;Phone Number\nHall;{D}\n", encoding="utf-8")
    result = three.night()
    assert of(result, "away")["error"]
    assert guards_of(result, "two") == ["max_deletes"]
    told = of(result, "one")
    assert (told["actions"]["delete"], told["outcomes"]["applied"], told["verified"]) == (1, 1, True)


def test_syncs_that_wait_for_deletions_and_for_arrivals_all_get_their_turn(three: Nights) -> None:
    """Numbers go round in a circle of three files, of which each deletes something beside."""
    wanted = {}
    for name, other in zip(THREE, ["two", "three", "one"], strict=True):
        (first, _, _), (second, _, _), *_ = _pair(name)
        wanted[name] = [(first, _pair(other)[0][1], "Dean"), (second, _pair(name)[1][1], "Office")]
        three.file(name, wanted[name])
    for _ in range(4):
        result = three.night()
        _later(three.road)
    assert result.exit_code == ExitCode.DONE
    for name, lines in wanted.items():
        for owner, number, _ in lines:
            assert three.numbers(owner) == [number], name


def test_a_plan_from_before_deletes_nothing_by_an_older_ledger(nights: Nights) -> None:
    road = nights.road
    _on_file(road)
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("2", C, "Desk")])
    nights.night()
    _later(road)
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    planned = of(nights.night(mode="plan"), "one")
    assert planned["actions"]["delete"] == 1
    _backup(road)
    _later(road)
    last = nights.night().summary["run"]
    note = next((road.folder / "reports").glob(".last-run-*"))
    nights.meddle("2", [("Office", B), ("Desk", C)])
    _restore(road)
    note.write_text(last, encoding="utf-8")  # the reports are where they were
    _later(road)
    asked = RunRequest("apply", plan=planned["plan"], reason="it was right")
    refused = run(road.context(), asked)
    assert refused.exit_code == ExitCode.INVALID
    assert "phonesync doctor --adopt" in " ".join(error.remedy for error in refused.errors)
    assert nights.numbers("2") == [B, C]
    adopt(road.context())
    _later(road)
    assert run(road.context(), asked).exit_code == ExitCode.DONE
    assert nights.numbers("2") == [B]


def test_a_night_in_which_others_have_changed_much_makes_no_ledger_older(nights: Nights) -> None:
    _on_file(nights.road)
    nights.hold(o1=[("Dean", A)], o2=[("Dean", B)], o3=[("Dean", C)], o5=[("Dean", D)])
    owners = list(zip("1235", (A, B, C, D), strict=True))
    nights.file("one", [(owner, number, "Dean") for owner, number in owners], on_missing_owner="clear")
    nights.night()
    for owner, number in zip("123", FOUR, strict=False):
        nights.meddle(owner, [("Dean", number)])
    nights.file("one", [(owner, number, "Dean") for owner, number in owners[:3]])
    told = of(nights.night(), "one")
    assert (told["drift"], told["actions"]["delete"], told["verified"]) == (3, 1, True)
    assert nights.numbers("5") == []


def test_an_older_ledger_of_a_phone_list_is_noticed_by_what_stands_there(road: Road) -> None:
    _on_file(road)
    names = ("Dean", "Office", "Porter", "Hall")
    road.open(apio_state([("Guest", "+48-225520099")]))
    road.configure({"tenant": "chopin", "delete_missing": False, "guard": OPEN_GUARD})

    def want(numbers: Iterable[str], **sync: Any) -> Trip:
        road.configure({"tenant": "chopin", "guard": OPEN_GUARD, "delete_missing": True, **sync})
        road.source(
            "Name;Phone Number\n" + "".join(f"{n};{number}\n" for n, number in zip(names, numbers, strict=False))
        )
        _later(road)
        return road.go()

    assert want((A, B, C, D)).exit_code == ExitCode.DONE
    _backup(road)
    assert want((*FOUR[:3], D)).exit_code == ExitCode.DONE
    _restore(road)
    trip = want(FOUR[:3])
    assert (trip.exit_code, trip.about("Hall")["code"], trip.writes) == (ExitCode.LINES_FAILED, "ledger_older", [])
    adopt(road.context())
    assert want(FOUR[:3]).exit_code == ExitCode.DONE
    assert [name for name, _ in road.entries()] == ["Dean", "Office", "Porter"]


def test_a_machine_that_has_not_run_for_long_takes_what_another_one_has_purged_for_no_older_ledger(
    nights: Nights,
) -> None:
    """The ledger is one for both, the reports folders are two."""
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    _later(nights.road)
    nights.file("one", [("1", A, "Dean"), ("2", C, "Office")], guard={"max_changes": 0})
    assert nights.night().exit_code == ExitCode.APPROVAL_NEEDED
    context = nights.road.context()
    unknown, known = (nights.road.now + timedelta(days=days) for days in (-1, 1))
    context.ledger.archive.purge(known.isoformat(timespec="seconds"), person="another", at=context.now())
    assert len(context.ledger.runs(9)) == 1, "the last good run"
    assert age_of(context) is None
    (note,) = (nights.road.folder / "reports").glob(".last-run-*")
    note.write_text(f"{known + timedelta(seconds=1):%Y%m%dT%H%M%SZ}-000009", encoding="utf-8")
    assert age_of(context), "nothing of that time was purged"
    for run_id in (f"{unknown:%Y%m%dT%H%M%SZ}-000009", ""):
        note.write_text(run_id, encoding="utf-8")
        assert age_of(context) is None


def test_purging_lists_first_what_it_would_forget(nights: Nights) -> None:
    runs = []
    for name in ("Dean", "Dean's office", "Deanery"):
        nights.file("one", [("1", A, name)])
        runs.append(nights.night().summary["run"])
        nights.road.now += timedelta(days=1)
    context = nights.road.context()
    listed = purge(context, timedelta(), dry_run=True)
    assert listed["purged"] == runs[:2]
    assert purge(context, timedelta())["purged"] == runs[:2]
    assert purge(context, timedelta(), dry_run=True)["purged"] == []


def test_a_person_is_erased_from_what_is_said_of_others(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", B, "Dean"), ("2", C, "Office")])
    nights.night()
    owner = f"{nights.service.word} 2"
    context = nights.road.context()
    assert events_of(context, owner)
    release(context, owner, "closed")
    context.ledger.archive.erase(owner, person="tester", at=context.now())
    assert events_of(context, owner) == []
    assert not any(owner in str(kept.entries.to_dict("records")) for kept, _ in context.ledger.applied())
    assert not any(owner in str(row) for row in context.ledger.archive.housekeeping())


def test_the_way_back_leaves_out_who_was_erased_and_says_so(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", C, "Office")])
    nights.hold(o1=[("Dean", D)], o2=[("Office", B)])
    done = nights.night()
    context = nights.road.context()
    context.ledger.archive.erase(f"{nights.service.word} 2", person="tester", at=context.now())
    _later(nights.road)
    back = run(nights.road.context(), RunRequest("revert", run=done.summary["run"]))
    assert back.exit_code == ExitCode.DONE
    told = of(back, "one")
    assert told["actions"]["modify"] == 1
    assert "1 " in " ".join(told["notes"])
    assert "erased" in " ".join(told["notes"])
    assert set(back.reported[0].lines["owner"]) == {f"{nights.service.word} 1"}
    applied = run(nights.road.context(), RunRequest("apply", plan=told["plan"]))
    assert applied.exit_code == ExitCode.DONE
    assert (nights.numbers("1"), nights.numbers("2")) == ([D], [C])


def test_a_sync_that_was_renamed_in_the_middle_of_its_work_is_carried_on_with(nights: Nights) -> None:
    nights.file("one", [("1", D, "Dean"), ("2", C, "Office")])
    context = nights.road.context()
    context.stopping.set()
    assert run(context, RunRequest("sync")).exit_code == ExitCode.UNSETTLED
    nights.file("units", [("1", D, "Dean"), ("2", C, "Office")], renamed_from="one")
    del nights.syncs["one"]
    nights.configure()
    _later(nights.road)
    told = of(run(nights.road.context(), RunRequest("resume")), "units")
    assert (told["outcomes"]["applied"], told["verified"]) == (2, True)
    assert (nights.numbers("1"), nights.numbers("2")) == ([D], [C])


def test_a_name_in_two_files_of_a_list_is_refused_with_both_lines(road: Road) -> None:
    road.open(apio_state([("Guest", "+48-225520099")]))
    nights = Nights(road, SERVICES[1]())
    secrets = {"username": {"env": "NAME"}, "password": {"env": "WORD"}}
    nights.connections["lists"] = {"kind": "apio", "base_url": road.sandbox.apio_url, **secrets}
    for name, shared in (("one", True), ("two", True)):
        nights.file(name, [], connection="lists", tenant="chopin", shelf=None, shared=shared)
        (road.folder / f"{name}.csv").write_text(f"Name;Phone Number\nDean;{A}\n", encoding="utf-8")
    result = nights.night()
    assert result.exit_code == ExitCode.INVALID
    first, second = map(str, result.errors)
    assert re.search(r"one\.csv, line 2: \S+two\.csv, line 2 \(sync two\)", first)
    assert re.search(r"two\.csv, line 2: \S+one\.csv, line 2 \(sync one\)", second)
    assert road.entries() == [("Guest", "+48-225520099")]


def test_what_somebody_else_has_put_back_is_told_and_not_put_back_twice(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("1", C, "Guest"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    deleted = nights.night()
    assert nights.numbers("1") == [A]
    nights.meddle("1", [("Dean", A), ("Guest", C)])
    back = run(nights.road.context(), RunRequest("revert", run=deleted.summary["run"]))
    told = {row["name_before"]: (row["action"], row["code"]) for row in back.reported[0].lines.to_dict("records")}
    assert told == {"Dean": ("keep", ""), "Guest": ("keep", "came_back")}
    applied = run(nights.road.context(), RunRequest("apply", plan=of(back, "one")["plan"], reason="back"))
    assert applied.exit_code == ExitCode.DONE
    assert nights.numbers("1") == [A, C]


# Names and numbers of a shared list that go over ----------------------------------------------------------------------


@pytest.fixture
def shared(road: Road) -> Nights:
    """A list that two files share, each with an entry of its own."""
    nights = Nights(road, ListService())
    nights.hold(o1=[])
    nights.file("east", [("", A, "Archive"), ("", B, "Library")])
    nights.file("north", [("", C, "Hall")])
    assert nights.night().exit_code == ExitCode.DONE
    _later(road)
    return nights


def test_an_entry_that_waited_for_its_number_to_arrive_elsewhere_goes_once_it_has(shared: Nights) -> None:
    """Each sync in a run of its own: the one that has nothing to do with the entry any more was last to know."""
    shared.file("east", [("", B, "Library")])
    shared.file("north", [("", C, "Hall"), ("", A, "Dean")])
    held = of(shared.night("east"), "east")
    assert (held["actions"]["hold"], held["actions"]["delete"]) == (1, 0)
    for name in ("north", "east"):
        _later(shared.road)
        assert of(shared.night(name), name)["verified"]
    assert {name for name, _ in shared.road.entries()} == {"Dean", "Hall", "Library"}


@pytest.mark.parametrize("together", [True, False])
def test_a_name_that_goes_over_takes_no_number_away_that_has_not_arrived(shared: Nights, *, together: bool) -> None:
    """One file gives its entry another name, and the other one wants the old name for a number of its own."""
    shared.file("east", [("", A, "Desk"), ("", B, "Library")])
    shared.file("north", [("", C, "Hall"), ("", D, "Archive")])
    for names in [("north", "east")] if together else [("north",), ("east",), ("north",)]:
        shared.night(*names)
        assert any(number.endswith("225520001") for number in map(_digits, shared.road.entries())), names
        _later(shared.road)
    assert {(name, _digits((name, number))[-9:]) for name, number in shared.road.entries()} == {
        ("Archive", "225520004"),
        ("Desk", "225520001"),
        ("Hall", "225520003"),
        ("Library", "225520002"),
    }


def _digits(entry: tuple[str, str]) -> str:
    return re.sub(r"\D", "", entry[1])
