from __future__ import annotations

import pandas as pd
import pytest
from tables import clears, current, desired, rejected, repeats

from tasks.execution.compare import (
    agreeing,
    had_entry,
    in_place,
    moved,
    newcomers,
    shown,
    types_kept,
    unplanned_entries,
    vanished,
)
from tasks.plan.draft import Inputs, Policy
from tasks.plan.rules import plan

USOS = Policy(names_are_keys=False, delete_missing=True)
LIST = Policy(names_are_keys=True, delete_missing=True)
NOTHING = (rejected(), clears(), repeats())
A, B, C = ({"name": name, "number": number} for name, number in (("A", "1"), ("B", "2"), ("C", "3")))


def planned(wanted: pd.DataFrame, had_entry: pd.DataFrame) -> pd.DataFrame:
    return plan(Inputs(wanted, *NOTHING, had_entry), USOS)


def test_an_owner_agrees_when_it_holds_what_is_wanted_and_nothing_else() -> None:
    rows = planned(desired(A, B), current(A))
    assert agreeing(rows, current(B, A)) == {"one"}
    assert agreeing(rows, current(A)) == set()
    assert agreeing(rows, current(A, B, C)) == set()


def test_a_deletion_is_in_place_when_no_such_entry_is_left_over() -> None:
    rows = planned(desired(A), current(A, A))
    assert list(rows["action"]) == ["keep", "delete"]
    assert list(in_place(rows, current(A))) == [True, True]
    assert list(in_place(rows, current(A, A))) == [True, False]


def test_a_newcomer_is_what_the_plan_does_not_know_as_it_is_spelled() -> None:
    """Equal entries count one by one, and a row that adds knows none."""
    rows = planned(desired(A, C), current(A, B))
    there = current(A, {"name": "B", "number": "2 ", "key": "2"}, A, C)
    assert list(newcomers(rows, there)) == [False, True, True, True]
    assert list(newcomers(rows, current(A, B))) == [False, False]


def test_a_row_stands_where_the_plan_saw_its_entry() -> None:
    rows = planned(desired(A, C), current(A, B))
    assert dict(zip(rows["action"], had_entry(rows), strict=True)) == {"keep": True, "add": False, "delete": True}
    assert dict(zip(rows["action"], moved(rows, current(A)), strict=True)) == {
        "keep": False,
        "add": False,
        "delete": True,
    }


def test_a_type_is_kept_where_the_number_that_was_written_shows_it() -> None:
    """What was not sent with a type, what was not written, and what cannot be told apart say nothing."""
    typed = [{**entry, "type_id": "FAX"} for entry in (A, B, C)]
    rows = planned(desired(*typed, {"name": "D", "number": "4"}), current({**C, "type_id": "STA"}))
    assert types_kept(rows, current(typed[0], {**B, "type_id": "STA"}, typed[2], {"name": "D", "number": "4"})) == {
        ("one", "1"): True,
        ("one", "2"): False,
    }
    assert types_kept(planned(desired(typed[0]), current()), current(typed[0], typed[0])) == {}


def test_strangers_are_what_a_plan_neither_saw_nor_wants() -> None:
    rows = planned(desired(A), current(B))
    assert list(unplanned_entries(rows, current(A, B, C))["name"]) == ["C"]
    assert list(unplanned_entries(rows, current(A, A))["name"]) == ["A"]


def test_a_new_name_with_the_old_number_is_half_a_rename_and_no_stranger() -> None:
    rows = plan(Inputs(desired({**B, "number": "2", "key": "2", "old_name": "A"}), *NOTHING, current(A)), LIST)
    assert list(rows["action"]) == ["rename"]
    assert unplanned_entries(rows, current({"name": "B", "number": "1"})).empty
    assert list(unplanned_entries(rows, current({"name": "B", "number": "3"}))["number"]) == ["3"]


@pytest.mark.parametrize(
    ("wanted", "had_entry", "found", "gone"),
    [
        # A rename that is half done: the old name is gone, whatever stands under the new one.
        (desired({**B, "old_name": "A"}), current(A), current(), [True]),
        (desired({**B, "old_name": "A"}), current(A), current({"name": "B", "number": "1"}), [True]),
        (desired({**B, "old_name": "A"}), current(A), current(A), [False]),
        # A modified entry whose name is still there has not vanished, whatever its number is.
        (desired({**A, "number": "9", "key": "9"}), current(A), current({"name": "A", "number": "7"}), [False]),
        (desired({**A, "number": "9", "key": "9"}), current(A), current(B), [True]),
        # A deletion wants nothing, so there is nothing to bring back.
        (desired(), current(A), current(), [False]),
    ],
)
def test_what_a_row_was_made_from_has_vanished_when_nothing_has_its_name(
    wanted: pd.DataFrame, had_entry: pd.DataFrame, found: pd.DataFrame, gone: list[bool]
) -> None:
    rows = plan(Inputs(wanted, *NOTHING, had_entry), LIST)
    assert list(vanished(rows, found)) == gone


def test_a_name_in_another_case_is_the_same_where_a_list_ignores_case() -> None:
    rows = plan(Inputs(desired({**B, "old_name": "A"}), *NOTHING, current(A)), LIST)
    found = current({"name": "a", "number": "1"})
    assert list(vanished(rows, found)) == [True]
    assert list(vanished(rows, found, fold_names=True)) == [False]


def test_a_new_name_is_shown_while_the_old_one_still_stands() -> None:
    rows = plan(Inputs(desired({**B, "number": "1", "key": "1", "old_name": "A"}), *NOTHING, current(A)), LIST)
    both = current(A, {"name": "B", "number": "1"})
    assert list(rows["action"]) == ["rename"]
    assert (list(shown(rows, "after", both)), list(in_place(rows, both))) == ([True], [False])
    assert list(shown(rows, "before", both)) == [True], "another spelling is the same entry"
    assert list(shown(rows, "after", current(A))) == [False]
    assert list(shown(rows, "after", current({"name": "b", "number": "1"}))) == [False]
    assert list(shown(rows, "after", current({"name": "b", "number": "1"}), fold_names=True)) == [True]


def test_equal_entries_are_shown_one_by_one() -> None:
    rows = planned(desired(A, A), current())
    assert sorted(shown(rows, "after", current(A))) == [False, True]
    assert list(shown(rows, "after", current(A, A, B))) == [True, True]
    removed = planned(desired(), current(A))
    assert list(shown(removed, "after", current(A))) == [False], "a deletion wants nothing to come"
