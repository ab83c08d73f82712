"""What may be meant by somebody else is left alone: other files, texts, other syncs, and what nobody understands."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from tables import clears, current, desired, rejected, repeats

from schemas.problems import Code, Problem, unpacked
from tasks.phone.canonical_keys import NO_NUMBER
from tasks.plan.draft import Inputs, Policy
from tasks.plan.rules import plan

USOS = {"names_are_keys": False, "delete_missing": True}
LIST = {"names_are_keys": True, "delete_missing": True}


def told(
    wanted: list[dict[str, str]],
    stands: list[dict[str, str]],
    policy: dict[str, Any],
    bad: pd.DataFrame | None = None,
    mentioned: dict[str, int] | None = None,
) -> list[tuple[str, str, str, Code | None]]:
    """Return action, number before and after, and what is said of each row of a plan."""
    inputs = Inputs(
        desired(*wanted),
        rejected() if bad is None else bad,
        clears(),
        repeats(),
        current(*stands),
        mentioned or {},
    )
    made = plan(inputs, Policy(**policy))
    said = [next((problem.code for problem in unpacked(problems)), None) for problems in made["problems"]]
    return [*zip(made["action"], made["number_before"], made["number_after"], said, strict=True)]


A, B = {"name": "A", "number": "1"}, {"name": "B", "number": "2"}


@pytest.mark.parametrize("policy", [USOS, LIST])
def test_an_entry_whose_number_a_text_of_the_file_speaks_of_stays(policy: dict[str, Any]) -> None:
    kept, gone = ("hold", "1", "1", Code.NUMBER_MENTIONED), ("delete", "2", "", None)
    assert told([], [A, B], policy, mentioned={"1": 7}) == [kept, gone]
    inner = {"name": "A", "number": "1;ext=5"}
    assert told([], [inner], policy, mentioned={"1": 7}) == [("hold", "1;ext=5", "1;ext=5", Code.NUMBER_MENTIONED)]
    assert [row[0] for row in told([A], [A], policy, mentioned={"1": 7})] == ["keep" if policy is USOS else "hold"]


@pytest.mark.parametrize(
    ("policy", "stands", "rows"),
    [
        ({"elsewhere": frozenset({"A"})}, [A, B], [("foreign", "1"), ("delete", "2")]),
        ({"elsewhere": frozenset({"a"})}, [A], [("delete", "1")]),
        ({"elsewhere": frozenset({"a"}), "fold_names": True}, [A], [("foreign", "1")]),
        ({"own": frozenset({"A"})}, [A, B], [("delete", "1"), ("foreign", "2")]),
        ({"own": frozenset({"a"}), "fold_names": True}, [A, B], [("delete", "1"), ("foreign", "2")]),
        ({"own": frozenset()}, [A, B], [("foreign", "1"), ("foreign", "2")]),
        ({"own": frozenset({"A", "B"}), "elsewhere": frozenset({"B"})}, [A, B], [("delete", "1"), ("foreign", "2")]),
        ({}, [A, B], [("delete", "1"), ("delete", "2")]),
    ],
)
def test_of_a_list_with_several_files_each_takes_away_what_it_has_brought(
    policy: dict[str, Any], stands: list[dict[str, str]], rows: list[tuple[str, str]]
) -> None:
    assert [row[:2] for row in told([], stands, {**LIST, **policy})] == rows


def test_what_a_line_wants_is_its_files_whoever_has_brought_it() -> None:
    policy = {**LIST, "own": frozenset(), "elsewhere": frozenset({"A"})}
    assert [row[:3] for row in told([{**A, "number": "9"}], [A], policy)] == [("modify", "1", "9")]
    renaming = {"name": "C", "number": "1", "old_name": "A"}
    assert [row[:3] for row in told([renaming], [A], policy)] == [("rename", "1", "1")]


def test_a_number_that_another_sync_awaits_stays_until_it_is_there() -> None:
    awaited = {"1": Problem(Code.ARRIVAL_HELD, place=4)}
    for policy in (USOS, LIST):
        rows = told([], [A, B], {**policy, "awaited": awaited})
        assert rows == [("hold", "1", "1", Code.ARRIVAL_HELD), ("delete", "2", "", None)]
        assert [row[0] for row in told([A], [A], {**policy, "awaited": awaited})] == ["keep"]


@pytest.mark.parametrize(
    ("key", "owner", "held"),
    [
        ("1", "two", True),
        ("9|1", "two", True),  # one of several
        ("1;ext=3", "two", True),
        ("1", "one", True),  # the bad line is this owner's: all of it waits
        ("3", "two", False),
        ("", "two", False),
        ("1", "", True),  # it may be about anybody, and nothing is deleted
    ],
)
def test_a_number_that_a_bad_line_wants_for_another_owner_stays(key: str, owner: str, held: bool) -> None:  # noqa: FBT001 - a column
    other = {"owner": "two", "name": "C", "number": "5"}
    bad = rejected({"line": 9, "owner": owner, "key": key})
    rows = told([{**other}], [A, other], USOS, bad)
    assert (("hold", "1", "1") in [row[:3] for row in rows]) == held
    assert (("delete", "1", "") in [row[:3] for row in rows]) == (not held)


@pytest.mark.parametrize(
    ("odd", "wanted", "rows"),
    [
        ({"name": "", "number": "1"}, [], [("foreign", "1", Code.ENTRY_ODD)]),
        ({"name": "A", "number": "-", "key": NO_NUMBER}, [], [("foreign", "-", Code.ENTRY_ODD)]),
        ({"name": "A", "number": "-", "key": NO_NUMBER}, [A], [("hold", "-", Code.ENTRY_ODD)]),
        (
            {"name": "A", "number": "-", "key": NO_NUMBER},
            [{"name": "C", "number": "1", "old_name": "A"}],
            [("hold", "", Code.ENTRY_ODD), ("hold", "-", Code.ENTRY_ODD)],
        ),
    ],
)
def test_an_entry_that_nobody_understands_stays_and_so_does_a_line_of_its_name(
    odd: dict[str, str], wanted: list[dict[str, str]], rows: list[tuple[str, str, Code]]
) -> None:
    assert [(action, before, said) for action, before, _, said in told(wanted, [odd], LIST)] == rows


def test_lines_whose_names_the_list_would_store_as_one_wait_with_the_entry_of_that_name() -> None:
    lines = [{"name": "Biuro", "number": "1"}, {"name": "BIURO", "number": "2"}, {"name": "Hol", "number": "3"}]
    rows = told(lines, [{"name": "biuro", "number": "9"}], {**LIST, "fold_names": True})
    assert [(action, said) for action, _, _, said in rows] == [
        ("hold", Code.NAMES_BECOME_ONE),
        ("hold", Code.NAMES_BECOME_ONE),
        ("add", None),
    ]
    assert {row[0] for row in told(lines, [], LIST)} == {"add"}


@pytest.mark.parametrize(
    ("dash", "before", "after"),
    [("-", "Biuro", "Biuro"), ("–", "Biuro", "Biuro"), ("Hol", "Biuro", "Hol"), ("-", "", "")],
)
def test_a_dash_is_no_comment_and_overwrites_none(dash: str, before: str, after: str) -> None:
    inputs = Inputs(
        desired({"name": dash, "number": "1"}, {"name": "-", "number": "2"}),
        rejected(),
        clears(),
        repeats(),
        current({"name": before, "number": "1"}),
    )
    made = plan(inputs, Policy(**USOS))
    assert list(made["name_after"]) == [after, ""]
    assert list(made["action"]) == ["keep" if before == after else "modify", "add"]


def test_what_would_be_deleted_while_a_line_may_be_about_it_says_which_line() -> None:
    bad = rejected({"line": 9, "owner": ""}, {"line": 7, "owner": ""})
    inputs = Inputs(desired(), bad, clears(), repeats(), current(A))
    (held,) = plan(inputs, Policy(**USOS)).query("number_before == '1'").to_dict("records")
    assert (held["action"], unpacked(held["problems"])) == ("hold", (Problem(Code.DELETION_HELD, place=7),))
