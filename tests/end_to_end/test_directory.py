"""One directory from several files: who manages a number, and what happens when it moves, leaves or comes back."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from directory_nights import (
    FOUR,
    SERVICES,
    A,
    B,
    C,
    D,
    Line,
    ListService,
    MemoryService,
    Nights,
    UsosService,
    guards_of,
    later,
    of,
)
from road_trip import OPEN_GUARD, Road, apio_state

from connectors.sandbox.options import ApioOptions
from flows.check import check_sources
from flows.offline import Before
from flows.run import RunRequest, run
from flows.run_history import waiting_plans
from flows.sync_run import RunResult
from schemas.errors import SourceError
from schemas.exit_codes import ExitCode
from tasks.messages.guards import guard_sentence

# Who manages what -----------------------------------------------------------------------------------------------------


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
        ("en", "one typing error away from 10000000"),
        ("pl", "pomyłkę przy pisaniu różni się od 10000000"),
    ):
        managed = {"one": context.ledger.memory.owners("one")}
        (checked,) = check_sources(context, (), lang=lang, known=Before(managed)).summary["syncs"]  # type: ignore[arg-type] # a language
        (told,) = checked["problems"]
        assert (told["line"], told["code"], told["level"], told["value"]) == (2, "id-near", "warning", "10000001")
        assert said in told["reason"]
    lines_of_plan = nights.night(mode="plan").reported[0].lines
    near = lines_of_plan[lines_of_plan["message"].str.contains("one typing error away from 10000000")]
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
    later(road)
    return nights


@pytest.mark.parametrize("order", [("old", "new"), ("new", "old")])
@pytest.mark.parametrize("together", [True, False])
def test_a_file_that_hands_its_lines_over_has_lost_none(ten: Nights, order: tuple[str, str], *, together: bool) -> None:
    ten.file("old", TEN[:2], guard=SHRUNK)
    ten.file("new", [("11", A, "Hall"), *TEN[2:]])
    for names in [order] if together else [(name,) for name in order]:
        for name, told in ((name, of(result, name)) for result in [ten.night(*names)] for name in names):
            assert (told["guards"], told["actions"]["delete"], told["verified"]) == ([], 0, True), name
        later(ten.road)
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
        later(ten.road)
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
        later(road)
    nights.file("old", lines[:4], guard=SHRUNK)
    nights.file("new", [("", A, "Hall"), *lines[4:]])
    for name in (*order, *order):
        told = of(nights.night(name), name)
        assert (told["guards"], told["actions"]["delete"], told["verified"]) == ([], 0, True)
        later(road)
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
        "the file has 3 of 6 lines fewer than at the last successful run (50 %; limit 30 %); "
        "not counting 4 that are now in the files of other syncs"
    )
    assert guard_sentence(guard, "pl") == (
        "w pliku ubyło 50 % wierszy (3 z 6), limit 30 %; "
        "bez liczby wierszy, które są teraz w plikach innych synchronizacji: 4"
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


@pytest.mark.parametrize(("typed", "stays"), [(B[:-1] + "Z", True), (B + "0", True), ("22 552 77 7Z", False)])
def test_a_number_that_may_be_mistyped_where_it_moves_to_is_not_taken_away(
    nights: Nights, typed: str, *, stays: bool
) -> None:
    kept = [("1", A, "Dean"), ("3", D, "Hall")]
    nights.file("one", [*kept, ("2", B, "Office")])
    nights.night()
    nights.file("one", [*kept, ("2", C, "Office"), ("3", typed, "Desk")])
    for _ in range(2):
        night = nights.night()
        assert (nights.numbers("2"), nights.numbers("3")) == ([B, C] if stays else [C], [D])
    assert of(night, "one")["requests"]["write"] == 0
    codes = {row["number_before"]: row["code"] for row in night.reported[0].lines.to_dict("records")}
    assert codes.get(B, "") == ("like_unread_line" if stays else "")
    nights.file("one", [*kept, ("2", C, "Office"), ("3", B, "Desk")])
    assert nights.night().exit_code == ExitCode.DONE
    assert (nights.numbers("2"), nights.numbers("3")) == ([C], [B, D])


def test_a_swap_between_two_owners_loses_neither_number(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", B, "Dean"), ("2", A, "Office")])
    assert of(nights.night(), "one")["verified"]
    assert (nights.numbers("1"), nights.numbers("2")) == ([B], [A])


@pytest.mark.parametrize("names", [("one",), ("one", "two"), ("two", "one")])
def test_a_number_that_somebody_has_taken_away_where_it_arrived_does_not_depart(
    nights: Nights, names: tuple[str, ...]
) -> None:
    """What the ledger knows of its arrival is older than what stands there now; with `keep` nobody brings it back."""
    nights.options["on_drift"] = "keep"
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.file("two", [("3", C, "Desk")])
    nights.night()
    nights.file("one", [("1", D, "Dean"), ("2", B, "Office")])
    nights.file("two", [("3", C, "Desk"), ("3", A, "Porter")])
    nights.night("two")
    nights.meddle("3", [("Desk", C), ("Porter", "22 552 00 77")])
    result = nights.night(*names)
    (mine,) = [one.lines.to_dict("records") for one in result.reported if one.summary["sync"] == "one"]
    told = [row for row in mine if row["number_before"] == A]
    assert [(row["outcome"], row["code"]) for row in told] == [("held", "arrival_awaited")]
    assert A in nights.numbers("1"), "nowhere else does it stand"
    nights.meddle("3", [("Desk", C), ("Porter", A)])
    nights.night(*names)
    assert (nights.numbers("1"), nights.numbers("3")) == ([D], [A, C])


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


def test_a_number_that_is_mistyped_in_the_other_file_is_not_taken_away(shelves: Nights) -> None:
    shelves.file("people", [("1", A, "Dean"), ("2", B, "Office")])
    shelves.file("rooms", [("9", C, "Hall")], shelf="room")
    shelves.night()
    shelves.file("people", [("1", A, "Dean"), ("2", D, "Office")])
    shelves.file("rooms", [("9", C, "Hall"), ("8", B + "7", "Annex")], shelf="room")
    for names in (("people", "rooms"), ("rooms", "people"), ("people",)):
        night = shelves.night(*names)
        (people,) = [one for one in night.reported if one.summary["sync"] == "people"]
        codes = {row["number_before"]: row["code"] for row in people.lines.to_dict("records")}
        assert codes[B] == "like_unread_line_of"
        assert B in shelves.numbers("2")
    shelves.file("rooms", [("9", C, "Hall"), ("8", B, "Annex")], shelf="room")
    assert shelves.night().exit_code == ExitCode.DONE
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


# Names and numbers of a shared list that go over ----------------------------------------------------------------------


def test_an_entry_that_waited_for_its_number_to_arrive_elsewhere_goes_once_it_has(shared: Nights) -> None:
    """Each sync in a run of its own: the one that has nothing to do with the entry any more was last to know."""
    shared.file("east", [("", B, "Library")])
    shared.file("north", [("", C, "Hall"), ("", A, "Dean")])
    held = of(shared.night("east"), "east")
    assert (held["actions"]["hold"], held["actions"]["delete"]) == (1, 0)
    for name in ("north", "east"):
        later(shared.road)
        assert of(shared.night(name), name)["verified"]
    assert {name for name, _ in shared.road.entries()} == {"Dean", "Hall", "Library"}


def test_a_number_that_somebody_has_taken_away_from_its_new_name_does_not_leave_the_old_one(shared: Nights) -> None:
    shared.options["on_drift"] = "keep"
    shared.file("east", [("", B, "Library")])
    shared.file("north", [("", C, "Hall"), ("", A, "Dean")])
    shared.night("north")
    later(shared.road)
    shared.hold(o1=[("Archive", A), ("Library", B), ("Hall", C), ("Dean", D)])
    held = of(shared.night("east"), "east")
    assert (held["actions"]["hold"], held["actions"]["delete"]) == (1, 0)
    assert "225520001" in {_digits(entry)[-9:] for entry in shared.road.entries()}, "nowhere else does it stand"


@pytest.mark.parametrize("together", [True, False])
def test_a_name_that_goes_over_takes_no_number_away_that_has_not_arrived(shared: Nights, *, together: bool) -> None:
    """One file gives its entry another name, and the other one wants the old name for a number of its own."""
    shared.file("east", [("", A, "Desk"), ("", B, "Library")])
    shared.file("north", [("", C, "Hall"), ("", D, "Archive")])
    for names in [("north", "east")] if together else [("north",), ("east",), ("north",)]:
        shared.night(*names)
        assert any(number.endswith("225520001") for number in map(_digits, shared.road.entries())), names
        later(shared.road)
    assert {(name, _digits((name, number))[-9:]) for name, number in shared.road.entries()} == {
        ("Archive", "225520004"),
        ("Desk", "225520001"),
        ("Hall", "225520003"),
        ("Library", "225520002"),
    }


def _digits(entry: tuple[str, str]) -> str:
    return re.sub(r"\D", "", entry[1])


# Plans for a shared list that are made together and applied one after the other ---------------------------------------

KEPT = ("", C, "Hall")
NUMBER, NAME, LESS, MORE = (
    [("", FOUR[0], "Dean"), KEPT],
    [("", A, "Dekan"), KEPT],
    [KEPT],
    [("", A, "Dean"), KEPT, ("", FOUR[0], "Porter")],
)
EAST_FIRST, NORTH_FIRST = ("east", "north"), ("north", "east")


def planned_together(road: Road, east: list[Line], write: str = "auto") -> tuple[Nights, dict[str, str]]:
    """Have two files of a list planned by one run: `east` as given, `north` with another number."""
    nights = Nights(road, ListService(keys={"write": write}))
    nights.hold(o1=[("Dean", A), ("Library", B), ("Hall", C)])
    nights.file("east", [("", A, "Dean"), KEPT])
    nights.file("north", [("", B, "Library")])
    assert nights.night().exit_code == ExitCode.DONE
    later(road)
    nights.file("east", east)
    nights.file("north", [("", D, "Library")])
    made = nights.night(mode="plan")
    return nights, {sync["sync"]: sync["plan"] for sync in made.summary["syncs"]}


def applied(road: Road, plan: str) -> RunResult:
    later(road)
    return run(road.context(), RunRequest("apply", plan=plan))


@pytest.mark.parametrize(
    ("east", "order", "write"),
    [
        (NUMBER, EAST_FIRST, "auto"),
        (NUMBER, NORTH_FIRST, "auto"),
        (NUMBER, EAST_FIRST, "batch"),
        (NUMBER, EAST_FIRST, "entries"),
        (NAME, EAST_FIRST, "auto"),
        (NAME, NORTH_FIRST, "batch"),
        (LESS, EAST_FIRST, "auto"),
        (LESS, EAST_FIRST, "batch"),
        (LESS, NORTH_FIRST, "entries"),
        (MORE, EAST_FIRST, "auto"),
        (MORE, NORTH_FIRST, "auto"),
    ],
)
def test_what_another_sync_has_done_to_its_own_entries_is_no_conflict(
    road: Road, east: list[Line], order: tuple[str, str], write: str
) -> None:
    nights, plans = planned_together(road, east, write)
    first, second = (applied(road, plans[name]) for name in order)
    assert (first.exit_code, second.exit_code) == (ExitCode.DONE, ExitCode.DONE)
    told = of(second, order[1])
    assert (told["outcomes"]["conflict"], told["verified"]) == (0, True)
    lines = second.reported[0].lines
    changed = lines[lines["code"] == "done_by_sync"]
    assert (len(changed), set(changed["outcome"]) <= {"unchanged"}) == (int((order[0], east) != ("east", MORE)), True)
    assert all(f"changed by sync {order[0]}" in said for said in changed["message"])
    wanted = {(name, number.replace(" ", "")) for _, number, name in [*east, ("", D, "Library")]}
    assert {(entry[0], _digits(entry)[-9:]) for entry in road.entries()} == wanted
    later(road)
    night = nights.night()
    assert (night.exit_code, [sync["requests"]["write"] for sync in night.summary["syncs"]]) == (ExitCode.DONE, [0, 0])


@pytest.mark.parametrize("write", ["batch", "entries"])
@pytest.mark.parametrize("east", [NUMBER, NAME, LESS])
def test_a_resume_takes_what_another_sync_has_done_for_no_conflict(road: Road, east: list[Line], write: str) -> None:
    nights, plans = planned_together(road, east, write)
    later(road)
    road.ledger.begin_writing(plans["north"], plans["north"].rsplit("-", 1)[0])
    assert applied(road, plans["east"]).exit_code == ExitCode.DONE
    later(road)
    resumed = run(road.context(), RunRequest("resume"))
    told = of(resumed, "north")
    assert (resumed.exit_code, told["outcomes"]["conflict"], told["verified"]) == (ExitCode.DONE, 0, True)
    lines = resumed.reported[0].lines
    assert lines.loc[lines["code"] == "done_by_sync", "outcome"].tolist() == ["unchanged"]
    later(road)
    assert nights.night().exit_code == ExitCode.DONE


@pytest.mark.parametrize("first", ["person", "sync"])
def test_what_a_person_has_done_to_an_entry_of_another_file_stays_a_conflict(road: Road, first: str) -> None:
    nights, plans = planned_together(road, NUMBER)
    if first == "sync":
        assert applied(road, plans["east"]).exit_code == ExitCode.DONE
    others = [(name, number) for name, number in road.entries() if name != "Dean"]
    nights.meddle("chopin", [*others, ("Dean", FOUR[3])])
    if first == "person":
        assert applied(road, plans["east"]).exit_code == ExitCode.LINES_FAILED
    north = applied(road, plans["north"])
    assert (north.exit_code, of(north, "north")["outcomes"]["conflict"]) == (ExitCode.LINES_FAILED, 1)
    assert ("Dean", FOUR[3]) in road.entries()
