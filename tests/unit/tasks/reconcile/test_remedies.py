"""What is to be done about a finding is true of what a sync would do now; all data is invented."""

from __future__ import annotations

import pandas as pd
import pytest

from schemas.problems import DRIFT
from tasks.messages.rendering import render
from tasks.reconcile.remedies import Names, add_remedies

ONE, OTHER = (
    Names("one", "one.csv", "usos faculty", unnamed=frozenset({"faculty 7"})),
    Names("two", "two.csv", "apio t", keeps_drift=True),
)
DRIFTED = str(min(DRIFT))
BLANK = {
    "kind": "differs",
    "action": "modify",
    "line": 3,
    "sync": "one",
    "owner": "faculty 1",
    "id": "f1",
    "what": "",
    "also": "",
    "drift": "",
}


def fixed(**row: object) -> str:
    (said,) = add_remedies(pd.DataFrame([BLANK | row]), {"one": ONE, "two": OTHER}, "en")["fix"]
    return str(said)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({}, "differs"),
        ({"what": "number"}, "differs"),
        ({"what": "number", "line": 0}, "foreign"),
        ({"what": "comment", "line": 0}, "differs"),
        ({"action": "hold"}, "held"),
        ({"action": "add"}, "differs_add"),
        ({"action": "keep"}, "differs_keep"),
        ({"action": "delete"}, "differs_clear"),
        ({"kind": "unreadable", "action": "hold"}, "unreadable_line"),
        ({"kind": "unreadable", "action": "hold", "line": 0}, "held"),
        ({"kind": "unreadable", "action": "foreign", "line": 0}, "unreadable"),
        ({"kind": "duplicate", "action": "delete"}, "duplicate_line"),
        ({"kind": "duplicate", "action": "delete", "line": 0}, "duplicate_delete"),
        ({"kind": "foreign", "action": "foreign", "line": 0}, "foreign"),
        ({"kind": "foreign", "action": "delete", "line": 0}, "foreign_delete"),
        ({"kind": "foreign", "action": "foreign", "line": 0, "also": "left"}, "left"),
        ({"kind": "foreign", "action": "delete", "line": 0, "also": "left"}, "foreign_delete"),
        ({"kind": "missing", "action": "add"}, "missing"),
        ({"kind": "missing", "action": "hold"}, "held"),
        ({"kind": "elsewhere", "action": "add"}, "elsewhere"),
        # It may be nobody's id.
        ({"kind": "missing", "action": "add", "owner": "faculty 7"}, "missing_owner"),
        ({"kind": "elsewhere", "action": "add", "owner": "faculty 7"}, "missing_owner"),
        ({"kind": "missing", "action": "hold", "owner": "faculty 7"}, "held"),
        # Somebody has changed the entry: a sync that writes puts it right, and one that does not leaves it so.
        ({"drift": DRIFTED, "action": "modify"}, "differs"),
        ({"drift": DRIFTED, "action": "keep"}, "drift_accepted"),
        ({"drift": DRIFTED, "action": "keep", "sync": "two"}, "drift_kept"),
        ({"drift": "other", "action": "keep"}, "differs_keep"),
        ({"drift": DRIFTED, "kind": "foreign", "action": "foreign", "line": 0}, "drift_accepted"),
        # Nobody writes official numbers.
        ({"kind": "foreign", "action": "official", "line": 0}, "official_foreign"),
        ({"kind": "differs", "action": "official"}, "official_line"),
        ({"kind": "missing", "action": "official"}, "official_line"),
        ({"kind": "unreadable", "action": "official"}, "unreadable_line"),
        ({"kind": "duplicate", "action": "official"}, "duplicate_line"),
    ],
)
def test_each_case_has_its_sentence(row: dict[str, object], sentence: str) -> None:
    given = BLANK | row
    names = OTHER if given["sync"] == "two" else ONE
    told = render(f"fix.{sentence}", "en", **vars(names), line=given["line"], owner="faculty 1", id="f1", hours="")
    assert fixed(**row) == told


def test_what_agrees_needs_nothing_and_keeps_its_place() -> None:
    rows = pd.DataFrame([BLANK | {"kind": "agree"}, BLANK, BLANK | {"kind": "agree"}], index=[7, 8, 9])
    assert [bool(said) for said in add_remedies(rows, {"one": ONE}, "en")["fix"]] == [False, True, False]


@pytest.mark.parametrize(
    ("line", "other", "ends"),
    [
        (3, 5, [("at_line", ONE, 3), ("at_line", OTHER, 5)]),
        (0, 5, [("at_entry", ONE, 0), ("at_line", OTHER, 5)]),
        (3, 0, [("at_line", ONE, 3), ("at_entry", OTHER, 0)]),
    ],
)
def test_a_link_names_both_of_its_ends(line: int, other: int, ends: list[tuple[str, Names, int]]) -> None:
    said = fixed(action="link", line=line, also=f"{other} two")
    for key, name, at in ends:
        assert render(f"fix.{key}", "en", **vars(name), line=at) in said


@pytest.mark.parametrize(("lang", "between"), [("en", " or "), ("pl", " albo ")])
def test_a_link_is_said_in_the_readers_language(lang: str, between: str) -> None:
    rows = pd.DataFrame([BLANK | {"action": "link", "also": "5 two"}])
    (said,) = add_remedies(rows, {"one": ONE, "two": OTHER}, lang)["fix"]
    assert between in said
