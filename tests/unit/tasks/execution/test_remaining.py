"""What is left of a plan: what the file still wants of it, and slices that share nothing. All data is invented."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from tables import current, table

from schemas.plan import Action
from schemas.tables import Plan
from tasks.execution.remaining import cut, held_back, owners_to_write, remaining_plan, still_wanted

Side = tuple[str, str] | None
A1, A2, B1, B2 = ("A", "1"), ("A", "2"), ("B", "1"), ("B", "2")


def row(action: str, before: Side, after: Side, owner: str = "one", line: int = 2) -> dict[str, Any]:
    """Return a row of `Plan`; a number is its own key."""
    sides = {"before": before or ("", ""), "after": after or ("", "")}
    images = {f"name_{image}": name for image, (name, _) in sides.items()}
    images |= {f"{part}_{image}": key for image, (_, key) in sides.items() for part in ("number", "key")}
    return {"line": line, "owner": owner, "action": action, **images}


def rows(*some: dict[str, Any]) -> pd.DataFrame:
    return table(Plan, some)


@pytest.mark.parametrize(
    ("older", "present", "wanted"),
    [
        (row("add", None, A1), [row("add", None, A1)], True),
        (row("add", None, A1), [row("keep", A1, A1)], True),
        (row("add", None, A1), [row("add", None, ("A ", "1"))], True),  # names are compared tidied
        (row("add", None, A1), [row("add", None, A2)], False),
        (row("add", None, A1), [row("add", None, A1, owner="two")], False),
        (row("add", None, A1), [row("delete", A1, None)], False),
        (row("delete", A1, None), [row("delete", A1, None)], True),
        (row("delete", A1, None), [row("keep", A1, A1)], False),
        (row("delete", A1, None), [row("foreign", A1, A1)], False),
        (row("delete", A1, None), [], False),
        (row("modify", A1, A2), [row("keep", A2, A2)], True),
        (row("modify", A1, A2), [row("modify", A1, A2)], True),
        (row("modify", A1, A2), [row("keep", A1, A1), row("add", None, A2)], False),  # what it takes away would stay
        (row("modify", A1, A1), [row("keep", A1, A1)], True),  # of another type, say
        (row("rename", A1, B1), [row("keep", B1, B1)], True),
        (row("rename", A1, B1), [row("keep", B1, B1), row("foreign", A1, A1)], False),
    ],
)
def test_the_file_still_wants_what_it_brings_and_nothing_that_is_taken_away(
    older: dict[str, Any],
    present: list[dict[str, Any]],
    wanted: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert list(still_wanted(rows(older, older), rows(*present))) == [wanted, wanted]


LINE_HELD, ENTRY_HELD = row("hold", None, None, line=9), row("hold", A1, A1)


@pytest.mark.parametrize(
    ("older", "present", "whole", "held"),
    [
        (row("modify", A1, A2), [], False, False),
        (row("modify", A1, A2), [row("keep", A1, A1)], True, False),
        (row("modify", A1, A2), [ENTRY_HELD], False, True),
        (row("delete", A1, None), [ENTRY_HELD], False, True),
        (row("rename", A1, B1), [ENTRY_HELD], False, True),
        (row("add", None, B2), [ENTRY_HELD], False, False),
        (row("add", None, B2), [ENTRY_HELD], True, True),  # of the same owner, of which all is held
        (row("add", None, B2), [LINE_HELD], False, True),  # nobody knows what the line wants
        (row("add", None, B2), [{**LINE_HELD, "owner": "another"}], True, False),
    ],
)
def test_a_change_may_still_be_wanted_and_only_held(
    older: dict[str, Any],
    present: list[dict[str, Any]],
    whole: bool,  # noqa: FBT001 - a column of the table
    held: bool,  # noqa: FBT001 - likewise
) -> None:
    assert list(held_back(rows(older, older), rows(*present), whole_owners=whole)) == [held, held]


SEVERAL = rows(
    row("add", None, A1, owner="d"),
    row("keep", A1, A1, owner="d"),
    row("keep", A1, A1, owner="quiet"),
    row("delete", A1, None, owner="a"),
    row("modify", A1, A2, owner="c"),
    row("hold", A1, A1, owner="held"),
    row("rename", A1, B1, owner="b"),
)


@pytest.mark.parametrize(
    ("of", "slices"), [(1, ["abcd"]), (2, ["ac", "bd"]), (3, ["ad", "b", "c"]), (5, ["a", "b", "c", "d", ""])]
)
def test_slices_have_whole_owners_and_share_none(of: int, slices: list[str]) -> None:
    assert owners_to_write(SEVERAL) == list("abcd")
    cuts = [cut(SEVERAL, number, of) for number in range(1, of + 1)]
    assert ["".join(sorted(set(part["owner"]))) for part in cuts] == slices
    assert sum(map(len, cuts)) == 5
    assert all(list(part.index) == sorted(part.index) for part in cuts)


@pytest.mark.parametrize(
    ("outcome", "found", "action", "number", "seen"),
    [
        ("applied", [A2], "keep", ("2", "2"), []),
        ("unchanged", [A2], "keep", ("2", "2"), []),
        ("failed", [A1], "hold", ("1", "1"), []),
        ("conflict", [A1], "hold", ("1", "1"), []),
        ("", [A1], "modify", ("1", "2"), []),
        ("skipped", [A1], "modify", ("1", "2"), []),
        ("unknown", [A1], "modify", ("1", "2"), []),
        ("unknown", [A2], "keep", ("2", "2"), [0]),
        ("", [A2], "keep", ("2", "2"), [0]),
    ],
)
def test_what_is_done_rests_what_was_refused_stays_and_the_rest_is_still_a_change(
    outcome: str, found: list[tuple[str, str]], action: str, number: tuple[str, str], seen: list[int]
) -> None:
    there = current(*({"name": name, "number": key, "type_id": "T"} for name, key in found))
    rest = remaining_plan(rows(row("modify", A1, A2)), {0: outcome} if outcome else {}, there, fold_names=False)
    (left,) = rest.rows.to_dict("records")
    assert (left["action"], (left["number_before"], left["number_after"])) == (action, number)
    assert (left["key_before"], left["key_after"]) == number
    assert (rest.seen, rest.erased) == (seen, [])


def test_what_is_done_has_the_texts_that_stand_there() -> None:
    there = current({"name": "A ", "tidy": "A", "number": "(2)", "key": "2", "type_id": "T"})
    (left,) = remaining_plan(rows(row("add", None, A2)), {0: "applied"}, there, fold_names=False).rows.to_dict(
        "records"
    )
    assert {left[f"name_{image}"] for image in ("before", "after")} == {"A "}
    assert {left[f"number_{image}"] for image in ("before", "after")} == {"(2)"}
    assert {left[f"type_{image}"] for image in ("before", "after")} == {"T"}


def test_a_refused_addition_leaves_nothing_and_an_erased_row_is_told_apart() -> None:
    refused = remaining_plan(rows(row("add", None, A1)), {0: "failed"}, current(), fold_names=False)
    assert refused.rows.empty
    erased = remaining_plan(rows(row("modify", A1, A2, owner="")), {}, current(), fold_names=False)
    assert (erased.erased, erased.seen, list(erased.rows["action"])) == ([0], [], [Action.HOLD])
