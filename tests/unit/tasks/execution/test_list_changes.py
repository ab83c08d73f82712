"""The steps that are left of a plan follow from what stands in a list now; all names and numbers are invented."""

from __future__ import annotations

import pandas as pd
import pytest
from tables import current, table

from schemas.plan import Action
from schemas.tables import Plan
from tasks.execution.changes import FileRow, ListChange, compose, list_changes, lost

Side = tuple[str, str] | None
A1, A2, B1, B2 = ("A", "1"), ("A", "2"), ("B", "1"), ("B", "2")


def planned(*rows: tuple[str, Side, Side]) -> pd.DataFrame:
    """Return `Plan` rows at the positions 10, 11, ...; a number is its own key."""
    made = []
    for action, before, after in rows:
        (name_before, key_before), (name_after, key_after) = before or ("", ""), after or ("", "")
        made.append(
            {
                "action": action,
                "name_before": name_before,
                "number_before": key_before,
                "key_before": key_before,
                "name_after": name_after,
                "number_after": key_after,
                "key_after": key_after,
            }
        )
    return table(Plan, made).set_axis(range(10, 10 + len(made)))


def standing(*entries: tuple[str, str]) -> pd.DataFrame:
    return current(*({"name": name, "number": number} for name, number in entries))


@pytest.mark.parametrize(
    ("row", "now", "step"),
    [
        (("add", None, A1), [], ListChange(Action.ADD, 10, "", "", "A", "1")),
        (("add", None, A1), [A1], None),
        (("add", None, A1), [A2], ListChange(Action.MODIFY, 10, "A", "2", "A", "1")),
        (("modify", A2, A1), [A2], ListChange(Action.MODIFY, 10, "A", "2", "A", "1")),
        (("modify", A2, A1), [A1], None),
        (("modify", A2, A1), [], ListChange(Action.ADD, 10, "", "", "A", "1")),
        (("delete", A1, None), [A1], ListChange(Action.DELETE, 10, "A", "1")),
        (("delete", A1, None), [A2], None),  # somebody has given the name another number
        (("delete", A1, None), [], None),
        (("rename", A1, B1), [A1], ListChange(Action.RENAME, 10, "A", "1", "B", "1")),
        (("rename", A1, B2), [A1], ListChange(Action.RENAME, 10, "A", "1", "B", "2")),
        (("rename", A1, B1), [B1], None),
        (("rename", A1, B1), [], ListChange(Action.ADD, 10, "", "", "B", "1")),
        (("rename", A1, B1), [A1, B1], ListChange(Action.DELETE, 10, "A", "1")),  # it had to be done as an addition
        (("rename", A1, B1), [A2, B1], None),  # the old name is somebody else's by now
        (("rename", A1, B2), [A1, B1], ListChange(Action.MODIFY, 10, "B", "1", "B", "2")),
        (("modify", A1, B1), [A1, B1], None),
    ],
)
def test_a_row_has_the_one_step_that_is_left(
    row: tuple[str, Side, Side], now: list[tuple[str, str]], step: ListChange | None
) -> None:
    assert list_changes(planned(row), standing(*now), fold_names=False) == ([step] if step else [])


def test_a_name_that_another_row_wants_is_not_taken_away() -> None:
    rows = planned(("delete", A1, None), ("add", None, A2))
    assert list_changes(rows, standing(A1), fold_names=False) == [ListChange(Action.MODIFY, 11, "A", "1", "A", "2")]
    rows = planned(("rename", A1, B1), ("add", None, A2))
    assert [step.action for step in list_changes(rows, standing(A1), fold_names=False)] == [Action.ADD, Action.MODIFY]


def test_the_case_of_a_name_counts_only_where_the_list_does_not_ignore_it() -> None:
    rows = planned(("add", None, ("a ", "2")))
    assert list_changes(rows, standing(A1), fold_names=True) == [ListChange(Action.MODIFY, 10, "A", "1", "A", "2")]
    assert list_changes(rows, standing(A1), fold_names=False) == [ListChange(Action.ADD, 10, "", "", "a ", "2")]
    rows = planned(("delete", ("a", "1"), None))
    assert list_changes(rows, standing(A1), fold_names=True) == [ListChange(Action.DELETE, 10, "A", "1")]


def test_a_file_has_the_whole_list_with_the_steps_in_it() -> None:
    now = standing(A1, ("C", "3"), ("D", "4"), ("E", "5"))
    steps = [
        ListChange(Action.ADD, 1, "", "", "N", "9"),
        ListChange(Action.MODIFY, 2, "A", "1", "A", "2"),
        ListChange(Action.RENAME, 3, "C", "3", "F", "8"),
        ListChange(Action.DELETE, 4, "D", "4"),
    ]
    assert compose(now, steps) == [
        FileRow(("A", "2"), 2),
        FileRow(("C", "3", "F"), 3),  # the number that stands there
        FileRow(("E", "5")),
        FileRow(("N", "9"), 1),
    ]


@pytest.mark.parametrize(
    ("now", "leaving", "fold", "gone"),
    [
        ([A1], set(), False, ["B"]),
        ([A1, B1], set(), False, []),
        ([A1, B2], set(), False, []),  # another number is no loss of the name
        ([A1], {"B"}, False, []),
        ([A1], {"b"}, False, ["B"]),
        ([A1], {"b"}, True, []),
        ([("a", "1"), ("b", "1")], set(), False, ["A", "B"]),
        ([("a", "1"), ("b", "1")], set(), True, []),
        ([("a", "1")], {"C"}, True, ["B"]),
    ],
)
def test_lost_is_what_nobody_wanted_gone(
    now: list[tuple[str, str]],
    leaving: set[str],
    fold: bool,  # noqa: FBT001 - a column of the table
    gone: list[str],
) -> None:
    assert list(lost(standing(A1, B1), standing(*now), leaving, fold_names=fold)["name"]) == gone
