"""What a file claims, and what a sync has left in its place: known from its last plans, no more than it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import pytest

from schemas.plan import Action
from schemas.problems import Code, Problem, packed
from schemas.tables import Desired, Plan, Rejected
from tasks.plan.claims import (
    Contest,
    FileClaims,
    Rivals,
    WrittenPlan,
    claims_of,
    contested,
    handed_over,
    left_behind,
    mark_left,
)
from tasks.source.validation import Checked
from tests.tables import clears, repeats, table


def _written(numbers: Mapping[str, str], *, whole: bool = False) -> WrittenPlan:
    rows = [
        {"line": line, "owner": owner, "action": Action.KEEP, "number_after": number, "key_after": number}
        for line, (owner, number) in enumerate(numbers.items(), 2)
    ]
    return WrittenPlan(table(Plan, rows), whole=whole)


TONIGHT, BEFORE, LONG_AGO = _written({"a": "1", "b": "2"}), _written({"a": "9", "c": "3"}), _written({"d": "4"})


@pytest.mark.parametrize(
    ("owners", "asked", "left"),
    [
        ({"a", "b"}, 1, {"a": "1", "b": "2"}),
        ({"b"}, 1, {"a": "1", "b": "2"}),
        ({"a", "c"}, 2, {"a": "1", "b": "2", "c": "3"}),
        ({"d"}, 3, {"a": "1", "b": "2", "c": "3", "d": "4"}),
        ({"e"}, 3, {"a": "1", "b": "2", "c": "3", "d": "4"}),
    ],
)
def test_nights_that_were_never_verified_whole_are_asked_only_as_far_back_as_somebody_is_missing(
    owners: set[str], asked: int, left: dict[str, str]
) -> None:
    taken = []

    def plans() -> Iterator[WrittenPlan]:
        for plan in (TONIGHT, BEFORE, LONG_AGO):
            taken.append(plan)
            yield plan

    found = left_behind(plans(), owners)
    assert dict(zip(found["owner"], found["number"], strict=True)) == left
    assert len(taken) == asked


def test_nothing_older_than_a_whole_night_is_asked() -> None:
    found = left_behind(iter([_written({"a": "1"}, whole=True), LONG_AGO]), {"a", "d"})
    assert found["owner"].tolist() == ["a"]


def _checked(lines: list[dict[str, Any]], bad: list[dict[str, Any]], cleared: list[dict[str, Any]]) -> Checked:
    return Checked(table(Desired, lines), table(Rejected, bad), clears(*cleared), repeats(), rows=9)


def test_a_file_claims_owners_once_by_their_first_lines_and_every_number_that_it_may_want() -> None:
    checked = _checked(
        [
            {"line": 5, "owner": "b", "name": "x", "key": "1"},
            {"line": 2, "owner": "a", "key": "2"},
            {"line": 3, "owner": "a", "key": ""},
        ],
        [{"line": 4, "owner": "b", "key": "3"}, {"line": 6, "owner": ""}, {"line": 7, "owner": "c"}],
        [{"line": 8, "owner": "d"}, {"line": 1, "owner": "e"}],
    )
    found = claims_of("one", "one.csv", checked, by_name=False)
    assert list(found.claims.itertuples(index=False, name=None)) == [(1, "e"), (2, "a"), (4, "b"), (7, "c"), (8, "d")]
    assert list(found.claims) == ["line", "claim"]
    assert list(found.claims.index) == [0, 1, 2, 3, 4]
    assert (found.sync, found.file, found.keys) == ("one", "one.csv", frozenset("123"))


def test_where_a_place_is_one_owner_a_file_claims_names_also_those_that_it_gives_up() -> None:
    checked = _checked(
        [{"line": 2, "owner": "list", "name": "New", "old_name": "Old"}, {"line": 3, "owner": "list", "name": "A"}],
        [{"line": 4, "name": "Bad"}, {"line": 5, "name": "Old"}],
        [{"line": 6, "owner": "list"}],
    )
    found = claims_of("one", "one.csv", checked, by_name=True).claims
    assert sorted(zip(found["line"], found["claim"], strict=True)) == [(2, "New"), (2, "Old"), (3, "A"), (4, "Bad")]


def test_the_lines_of_a_file_are_those_of_which_nothing_is_in_doubt() -> None:
    checked = _checked(
        [
            {"line": 2, "owner": "a", "name": "A", "key": "1"},
            {"line": 3, "owner": "a", "name": "B", "key": "2"},
            {"line": 4, "owner": "b", "name": "C", "key": "3"},
            {"line": 5, "owner": "c", "name": "D", "key": ""},
        ],
        [{"line": 6, "owner": "b", "name": "A"}, {"line": 7, "owner": ""}],
        [{"line": 8, "owner": "d"}],
    )
    found = claims_of("one", "one.csv", checked, by_name=False).lines
    assert list(found.itertuples(index=False, name=None)) == [("a", "1"), ("a", "2")]
    found = claims_of("one", "one.csv", checked, by_name=True).lines
    assert list(found.itertuples(index=False, name=None)) == [("B", "2"), ("C", "3")]


@pytest.mark.parametrize(
    ("theirs", "count"),
    [
        ([], 0),
        ([("a", "1")], 1),
        ([("a", "1"), ("a", "1"), ("a", "1")], 2),  # it stood twice
        ([("A", "1"), ("b", "2")], 2),  # a place may have a name in capitals
        ([("a", "2"), ("b", "1"), ("c", "9")], 0),
        ([("d", "4"), ("e", "5")], 0),  # no line had them
        ([("c", "")], 0),
    ],
)
def test_a_line_has_gone_over_where_its_claim_has_its_number_there(theirs: list[tuple[str, str]], count: int) -> None:
    last = [
        {"line": 2, "owner": "a", "key_after": "1"},
        {"line": 3, "owner": "a", "key_after": "1"},
        {"line": 4, "owner": "b", "key_after": "2"},
        {"line": 5, "owner": "c", "action": Action.HOLD},
        {"line": 0, "owner": "d", "action": Action.FOREIGN, "key_after": "4"},
        {"line": 0, "owner": "e", "action": Action.DELETE, "key_before": "5"},
    ]
    has = pd.DataFrame(theirs, columns=["claim", "key"], dtype="str")
    assert handed_over(table(Plan, last), has, by_name=False) == count
    named = [{**row, "name_after": row["owner"], "owner": "list"} for row in last]
    assert handed_over(table(Plan, named), has, by_name=True) == count


@pytest.mark.parametrize(("theirs", "count"), [("xy", 1), ("x", 0), ("y", 0), ("yxz", 2), ("yz", 1)])
def test_a_line_with_several_entries_has_gone_over_where_all_of_them_have(theirs: str, count: int) -> None:
    entries = [(2, "x"), (2, "y"), (3, "z")]
    last = [{"line": line, "owner": name, "name_after": name, "key_after": "1"} for line, name in entries]
    has = pd.DataFrame([(name, "1") for name in theirs], columns=["claim", "key"], dtype="str")
    for by_name in (False, True):
        assert handed_over(table(Plan, last), has, by_name=by_name) == count


def _claims(sync: str, *claims: tuple[int, str]) -> FileClaims:
    frame = pd.DataFrame(list(claims), columns=["line", "claim"]).astype({"line": "int64", "claim": "str"})
    return FileClaims(sync, f"{sync}.csv", frame)


def test_what_two_files_claim_is_told_by_our_lines_with_theirs() -> None:
    mine = _claims("mine", (5, "a"), (2, "b"), (3, "c"))
    first, second = _claims("x", (7, "a"), (8, "d"), (9, "b")), _claims("y", (1, "b"))
    assert contested(mine, [second, first]) == [
        Contest("b", 2, first, 9),
        Contest("b", 2, second, 1),
        Contest("a", 5, first, 7),
    ]
    assert contested(mine, [_claims("z")]) == []
    capital = _claims("z", (4, "A"))
    assert contested(mine, [capital]) == []
    assert contested(mine, [capital], fold_names=True) == [Contest("a", 5, capital, 4)]
    assert Rivals([first, second]).claimed == frozenset("abd")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({}, True),
        ({"owner": "here"}, False),
        ({"action": Action.DELETE}, False),
        ({"action": Action.HOLD}, False),
        ({"code": Code.DRIFT_ADDED.value}, False),  # others have put it there
        ({"code": Code.CAME_BACK.value, "problems": packed(Problem(Code.CAME_BACK))}, True),
    ],
)
def test_an_entry_that_stays_though_its_owner_has_left_the_file_is_told(row: dict[str, Any], told: bool) -> None:  # noqa: FBT001 - a column
    plan = table(Plan, [{"owner": "gone", "action": Action.FOREIGN, **row}, {"owner": "here", "action": Action.KEEP}])
    marked = mark_left(plan, frozenset({"gone"}))
    assert (marked is plan) == (not told)
    if told:
        assert list(marked["code"]) == [Code.OWNER_LEFT.value, ""]
        assert list(marked["problems"]) == [packed(Problem(Code.OWNER_LEFT)), ""]


STOOD = {"name_before": "old", "number_before": "8", "type_before": "T", "key_before": "8"}
WANTED = {"name_after": "new", "number_after": "9", "type_after": "U", "key_after": "9"}
WAS, IS = ("a", "old", "8", "T", "8"), ("a", "new", "9", "U", "9")
DRIFT_LEFT = packed(Problem(Code.DRIFT_CHANGED, {"id": "1", "name": "w", "number": "7", "type": "V", "key": "7"}))


@pytest.mark.parametrize(
    ("row", "outcome", "left"),
    [
        ({"action": Action.MODIFY}, "applied", [(*IS, True)]),
        ({"action": Action.MODIFY}, "unchanged", [(*IS, True)]),
        ({"action": Action.MODIFY}, "failed", [(*WAS, True)]),
        ({"action": Action.MODIFY}, "", [(*WAS, True)]),
        ({"action": Action.MODIFY}, "unknown", []),
        ({"action": Action.MODIFY}, "conflict", []),
        ({"action": Action.KEEP}, "", [(*IS, True)]),
        ({"action": Action.FOREIGN, "line": 0}, "", [(*IS, False)]),
        ({"action": Action.FOREIGN, "line": 0, "code": Code.DELETION_HELD.value}, "", [(*IS, True)]),
        ({"action": Action.DELETE, "line": 0, "key_after": ""}, "applied", []),
        ({"action": Action.DELETE, "line": 0, "key_after": ""}, "failed", [(*WAS, True)]),
        ({"action": Action.ADD, "key_before": ""}, "failed", []),
        ({"action": Action.MODIFY, "owner": ""}, "applied", []),
        # What others have changed and was let stand is not how the sync has left it.
        (
            {"action": Action.KEEP, "code": Code.DRIFT_CHANGED.value, "problems": DRIFT_LEFT},
            "",
            [("a", "w", "7", "V", "7", True)],
        ),
        ({"action": Action.MODIFY, "code": Code.DRIFT_CHANGED.value, "problems": DRIFT_LEFT}, "applied", [(*IS, True)]),
        (
            {"action": Action.FOREIGN, "code": Code.DRIFT_ADDED.value, "problems": packed(Problem(Code.DRIFT_ADDED))},
            "",
            [],
        ),
    ],
)
def test_what_a_sync_has_left_follows_from_what_became_of_its_rows(
    row: dict[str, Any], outcome: str, left: list[tuple[object, ...]]
) -> None:
    entries = table(Plan, [{"line": 2, "owner": "a", **STOOD, **WANTED, **row}])
    found = left_behind([WrittenPlan(entries, {0: outcome, 7: "applied"} if outcome else {})], {"a"})
    assert list(found.itertuples(index=False, name=None)) == left
    assert list(found) == ["owner", "name", "number", "type_id", "key", "claimed"]


def test_of_an_owner_of_which_something_is_unknown_nothing_is_said_and_of_the_others_all() -> None:
    rows = [{"line": at, "owner": owner, "action": Action.MODIFY, **WANTED} for at, owner in enumerate("aab", 2)]
    found = left_behind([WrittenPlan(table(Plan, rows), {0: "applied", 1: "unknown", 2: "applied"})], {"a", "b"})
    assert list(found["owner"]) == ["b"]
