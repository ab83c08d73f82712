from __future__ import annotations

import pandas as pd
from tables import clears, current, desired, rejected, repeats

from tasks.outcomes.settle import agreeing, in_place, strangers
from tasks.plans.board import Inputs
from tasks.plans.plan import Policy, plan

USOS = Policy(names_are_keys=False, delete_missing=True)
A, B, C = ({"name": name, "number": number} for name, number in (("A", "1"), ("B", "2"), ("C", "3")))


def planned(wanted: pd.DataFrame, stands: pd.DataFrame) -> pd.DataFrame:
    return plan(Inputs(wanted, rejected(), clears(), repeats(), stands), USOS)


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


def test_strangers_are_what_a_plan_neither_saw_nor_wants() -> None:
    rows = planned(desired(A), current(B))
    assert list(strangers(rows, current(A, B, C))["name"]) == ["C"]
    assert list(strangers(rows, current(A, A))["name"]) == ["A"]
