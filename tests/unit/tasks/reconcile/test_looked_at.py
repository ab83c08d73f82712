"""What is only looked at: official numbers, and what a service shows beside names. All numbers are invented."""

from __future__ import annotations

import pandas as pd
import pytest

from tasks.reconcile.official import OFFICIAL, judge_official
from tasks.reconcile.replicas import lagging

COLUMNS = ["line", "kind", "owner", "owner_there", "number_there", "where", "what"]
LINE = (2, "missing", "user 1", "", "", "", "")
ENTRY = (0, "foreign", "user 1", "user 1", "5", "", "")
ASKS = (9, "agree", "user 1", "", "", "", "")
NONE = (9, "agree", "user 2", "", "", "", "")
PAIR = (3, "agree", "user 1", "user 1", "4", "", "")
LISTED = (*ENTRY[:5], "telephony tenant chopin", "")


@pytest.mark.parametrize(
    ("rows", "judged"),
    [
        ([LINE], [(2, "missing", "")]),
        ([(2, "elsewhere", *LINE[2:])], [(2, "missing", "")]),  # a phone list has it, and the person has no number
        ([LINE, ENTRY], [(2, "differs", "5")]),
        ([LINE, ENTRY, PAIR], [(2, "differs", "5, 4"), (3, "agree", "4")]),
        ([PAIR, ENTRY], [(3, "agree", "4"), (0, "foreign", "5")]),
        ([PAIR, LISTED], [(3, "agree", "4"), (0, "agree", "5")]),
        ([ASKS, ENTRY], [(0, "foreign", "5")]),
        ([ASKS, LISTED], [(0, "agree", "5")]),
        ([NONE], [(9, "missing", "")]),
        ([(4, "unreadable", *LINE[2:]), ENTRY], [(4, "unreadable", ""), (0, "foreign", "5")]),
        ([(4, "duplicate", *LINE[2:]), PAIR], [(4, "duplicate", ""), (3, "agree", "4")]),
        ([(4, "elsewhere", "user 2", "user 1", "5", "", "owner")], [(4, "elsewhere", "5")]),  # another person's
    ],
)
def test_a_line_agrees_differs_or_is_missing_and_no_number_is_told_twice(
    rows: list[tuple[object, ...]], judged: list[tuple[object, ...]]
) -> None:
    table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(COLUMNS[1:], "str"))
    found = judge_official(table, {9})
    assert list(zip(found["line"], found["kind"], found["number_there"], strict=True)) == judged
    assert set(found["action"]) == {OFFICIAL}


def keys(**owners: str) -> pd.DataFrame:
    rows = [(owner, key) for owner, numbers in owners.items() for key in numbers.split()]
    return pd.DataFrame(rows, columns=["owner", "key"], dtype="str")


@pytest.mark.parametrize(
    ("shown", "there", "left", "late"),
    [
        ("1", "2", "2", True),
        ("", "2", "2", True),
        ("1", "", "", True),
        ("2 1", "1 2", "1 2", False),
        ("1 1", "1", "1", False),
        ("1", "2", "1", False),  # somebody else has changed it since
        ("1", "2", "3", False),
        ("", "", "", False),
    ],
)
def test_late_is_what_is_shown_otherwise_than_it_stands_as_it_was_left(
    shown: str,
    there: str,
    left: str,
    late: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert lagging(["a"], keys(a=shown), keys(a=there, b="9"), keys(a=left)) == (["a"] if late else [])
