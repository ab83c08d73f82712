"""An entry that came back after the sync had deleted it is named, once it stands there again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest
from tables import table

from schemas.problems import Code, Problem, packed, unpacked
from schemas.tables import Plan
from tasks.plan.returned import mark_returned, of_no_line, returned

BACK = packed(Problem(Code.CAME_BACK))
STANDS = {
    "line": 0,
    "owner": "one",
    "action": "foreign",
    "name_before": "Kasa",
    "number_before": "1",
    "key_before": "1",
}


def rows(*changes: dict[str, Any]) -> pd.DataFrame:
    return table(Plan, ({**STANDS, **change} for change in changes))


def after(change: dict[str, Any]) -> dict[str, Any]:
    """Return a row of the last plan, after which its entry stood there."""
    return {"name_after": "Kasa", "number_after": "1", "key_after": "1", **change}


@pytest.mark.parametrize(
    ("stands", "last", "gone", "told"),
    [
        ({}, [], [[{}]], True),
        ({"action": "delete"}, [], [[{}]], True),
        ({"name_before": "Kasa "}, [], [[{}]], True),  # names are compared tidied
        ({}, [], [[], [{}]], True),  # by a plan before that
        ({}, [], [], False),
        ({}, [], [[{"owner": "two"}]], False),
        ({}, [], [[{"name_before": "Hol"}]], False),
        ({}, [], [[{"key_before": "2"}]], False),
        ({"line": 2}, [], [[{}]], False),  # a line wants it: that is nobody else's
        ({"action": "hold"}, [], [[{}]], False),
        ({"action": "keep"}, [], [[{}]], False),
        ({}, [after({})], [[{}]], False),  # it stood there last time already, and is no news
        ({}, [after({"problems": BACK})], [], True),  # which was told, and is told until somebody does something
        ({}, [after({"key_before": ""})], [[{}]], False),  # the sync itself has put it there: a way back
        ({}, [{"problems": BACK}], [], False),  # it was deleted then
    ],
)
def test_what_stands_there_again_is_told(
    stands: dict[str, Any],
    last: list[dict[str, Any]],
    gone: list[list[dict[str, Any]]],
    told: bool,  # noqa: FBT001 - a column of the table
) -> None:
    plan = rows({"owner": "other"}, stands)
    marked = mark_returned(plan, rows(*last), [rows(*some) for some in gone])
    assert list(marked["code"]) == ["", Code.CAME_BACK.value if told else ""]
    assert (marked is plan, returned(marked)) == (not told, int(told))


def test_plans_are_asked_only_while_an_entry_is_news() -> None:
    asked = []

    def plans() -> Iterator[pd.DataFrame]:
        for key in ("1", "2", "3"):
            asked.append(key)
            yield rows({"key_before": key})

    plan = rows({}, {"key_before": "2"})
    marked = mark_returned(plan, rows(), plans())
    assert list(marked["code"]) == [Code.CAME_BACK.value] * 2
    assert asked[:2] == ["1", "2"]
    asked.clear()
    assert mark_returned(rows({"line": 2}), rows(), plans())["code"].tolist() == [""]
    assert asked == ["1"]


def test_each_entry_that_came_back_is_told_for_itself() -> None:
    plan = rows({}, {}, {"key_before": "2", "problems": packed(Problem(Code.ENGLISH_LOST)), "code": "english-lost"})
    marked = mark_returned(plan, rows(after({"problems": BACK})), [rows({}, {"key_before": "2"})])
    assert [[problem.code for problem in unpacked(said)] for said in marked["problems"]] == [
        [Code.CAME_BACK],
        [Code.CAME_BACK],
        [Code.ENGLISH_LOST, Code.CAME_BACK],
    ]
    assert returned(marked) == 3
    assert len(of_no_line(marked)) == 3


def test_a_text_that_speaks_of_it_is_not_counted() -> None:
    assert returned(rows({"problems": packed(Problem(Code.OTHER, {"said": Code.CAME_BACK.value}))})) == 0
