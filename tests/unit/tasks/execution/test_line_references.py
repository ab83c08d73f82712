"""Which lines a sentence names; all data is invented."""

from __future__ import annotations

import pandas as pd
import pytest

from tasks.reports.status_changes import name_lines


def report(*rows: tuple[str, str], action: str = "modify") -> pd.DataFrame:
    return pd.DataFrame([{"line": line, "outcome": outcome, "action": action} for line, outcome in rows])


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("2", "applied"), ("3", "unchanged")], ""),
        ([("214", "failed"), ("7", "failed"), ("19", "failed"), ("20", "applied")], "lines 7, 19 and 214"),
        ([("7", "failed")], "line 7"),
        ([("7", "failed"), ("7", "failed"), ("9", "held")], "failed line 7, held line 9"),
        ([("", "failed"), ("", "failed")], "2 entries not in the file"),
        ([("4", "conflict"), ("", "conflict")], "line 4 and 1 entry not in the file"),
        ([(str(line), "failed") for line in range(2, 1214)], "lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 1,202 more"),
    ],
)
def test_lines_that_need_somebody_are_named_in_their_order(rows: list[tuple[str, str]], said: str) -> None:
    assert name_lines({"faculties": report(*rows)}) == said


def test_several_syncs_are_told_apart() -> None:
    reports = {"a": report(("2", "failed")), "b": report(("3", "applied")), "c": report(("4", "failed"))}
    assert name_lines(reports) == "a line 2; c line 4"


def test_what_a_plan_holds_is_held() -> None:
    assert name_lines({"a": report(("5", ""), action="hold")}) == "line 5"
    assert name_lines({"a": report(("5", ""), action="delete")}) == ""
