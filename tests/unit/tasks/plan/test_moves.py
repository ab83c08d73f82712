"""A number that leaves one owner for another departs only when it has arrived; all data is invented."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from tables import table

from schemas.problems import Code, Problem, packed, unpacked
from schemas.tables import Plan
from tasks.plan.moves import arrived, departures, departures_only, mark_moves, without_departures

Row = tuple[str, str, str, str]  # owner, action, key before and after


def planned(*rows: Row) -> pd.DataFrame:
    """Return `Plan` rows at the positions 10, 11, ...; a key is its own number, name and type."""
    made = [
        {
            "owner": owner,
            "action": action,
            **{f"{part}_before": before for part in ("name", "number", "type", "key")},
            **{f"{part}_after": after for part in ("name", "number", "type", "key")},
        }
        for owner, action, before, after in rows
    ]
    return table(Plan, made).set_axis(range(10, 10 + len(made)))


GOES, COMES = ("a", "delete", "1", ""), ("b", "add", "", "1")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([GOES, COMES], {10: [11]}),
        ([COMES, GOES], {11: [10]}),
        ([("a", "modify", "1", "2"), ("b", "modify", "3", "1")], {10: [11]}),
        ([("a", "modify", "1", "2"), ("b", "modify", "2", "1")], {10: [11], 11: [10]}),
        ([GOES, COMES, ("c", "add", "", "1")], {10: [11, 12]}),
        ([GOES, ("a", "add", "", "1")], {}),  # it stays with its owner
        ([GOES, COMES, ("a", "keep", "1", "1")], {}),  # which has it twice
        ([GOES, COMES, ("a", "modify", "2", "1")], {}),
        ([GOES, ("b", "keep", "1", "1")], {}),  # it stands there already
        ([GOES, ("b", "hold", "", "1")], {}),
        ([GOES, ("b", "modify", "1", "1")], {}),  # another comment
        ([("a", "foreign", "1", ""), COMES], {}),
        ([GOES, ("b", "add", "", "2")], {}),
        ([("a", "delete", "", ""), ("b", "add", "", "")], {}),
    ],
)
def test_a_departure_is_what_another_owner_gets_and_its_own_loses(rows: list[Row], found: dict[int, list[int]]) -> None:
    assert departures(planned(*rows)) == found


def test_both_ends_of_a_move_say_so_behind_what_is_said_already() -> None:
    plan = planned(GOES, COMES, ("c", "add", "", "1"), ("d", "keep", "4", "4"))
    plan.loc[11, ["problems", "code"]] = [packed(Problem(Code.ENGLISH_LOST)), "said"]
    marked = mark_moves(plan)
    assert [unpacked(said) for said in marked["problems"]] == [
        (Problem(Code.MOVES_AWAY, {"owner": "b, c"}),),
        (Problem(Code.ENGLISH_LOST), Problem(Code.MOVES_HERE, {"owner": "a"})),
        (Problem(Code.MOVES_HERE, {"owner": "a"}),),
        (),
    ]
    assert list(marked["code"]) == [Code.MOVES_AWAY.value, "said", Code.MOVES_HERE.value, ""]
    assert set(plan["code"]) == {"", "said"}


def test_a_row_that_gives_and_takes_says_where_its_own_goes() -> None:
    marked = mark_moves(planned(("a", "modify", "1", "2"), ("b", "modify", "2", "1")))
    assert list(marked["code"]) == [Code.MOVES_AWAY.value] * 2
    still = planned(GOES)
    assert mark_moves(still) is still


def images(rows: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return position, action and the keys of rows; all that stands beside a key has gone the same way."""
    for part in ("name", "number", "type"):
        for image in ("before", "after"):
            assert list(rows[f"{part}_{image}"]) == list(rows[f"key_{image}"])
    return [*zip(rows.index, rows["action"], rows["key_before"], rows["key_after"], strict=True)]


def test_what_is_written_first_leaves_departures_where_they_are() -> None:
    plan = planned(GOES, COMES, ("a", "modify", "5", "6"))
    assert images(without_departures(plan, [10])) == [
        (10, "hold", "1", "1"),
        (11, "add", "", "1"),
        (12, "modify", "5", "6"),
    ]
    assert images(plan)[0] == (10, "delete", "1", "")


@pytest.mark.parametrize(
    ("outcomes", "may_go"),
    [
        ({11: "applied", 12: "unchanged"}, {10}),
        ({11: "applied"}, set()),
        ({11: "applied", 12: "failed"}, set()),
        ({11: "applied", 12: "unknown"}, set()),
        ({}, set()),
    ],
)
def test_a_number_may_go_when_it_was_seen_wherever_it_is_to_be(outcomes: dict[int, str], may_go: set[int]) -> None:
    assert arrived({10: [11, 12]}, outcomes) == may_go


def test_after_all_else_departures_go_from_what_stands_there_then() -> None:
    plan = planned(
        GOES,
        COMES,
        ("a", "modify", "5", "6"),
        ("a", "add", "", "7"),
        ("a", "modify", "8", "9"),
        ("a", "add", "", "3"),
        ("a", "keep", "4", "4"),
        ("c", "add", "", "2"),
        ("a", "delete", "0", ""),
    )
    outcomes = {11: "applied", 12: "applied", 13: "unchanged", 14: "failed", 18: "applied"}
    assert images(departures_only(plan, {10: [11]}, outcomes)) == [
        (10, "delete", "1", ""),
        (12, "keep", "6", "6"),
        (13, "keep", "7", "7"),
        (14, "hold", "8", "8"),
        (16, "keep", "4", "4"),
    ]
    assert departures_only(plan, {10: [11]}, {11: "failed"}).empty
