"""What others have done since a sync was last in step is named, and left alone where somebody says so."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from tables import table

from schemas.problems import Code, Problem, packed, unpacked
from schemas.reasons import LineCode
from schemas.tables import Plan
from tasks.plan.drift import mark_drift, wanted_of_drift
from tasks.plan.known import Known, drift_ids, row_ids

OURS = Known("one", "salt")


def entry(image: str, name: str, number: str) -> dict[str, str]:
    """Return one side of a row; a number is its own key."""
    return {f"name_{image}": name, f"number_{image}": number, f"type_{image}": "STA", f"key_{image}": number}


def row(action: str, before: tuple[str, str] | None, after: tuple[str, str] | None, **more: Any) -> dict[str, Any]:
    images = {**(entry("before", *before) if before else {}), **(entry("after", *after) if after else {})}
    return {"line": 2 if after else 0, "owner": "one", "action": action, **images, **more}


def left(*entries: tuple[str, str], claimed: bool = True, owner: str = "one") -> pd.DataFrame:
    """Return what the sync has left in its place."""
    rows = [
        {"owner": owner, "name": name, "number": number, "type_id": "STA", "key": number, "claimed": claimed}
        for name, number in entries
    ]
    columns = ["owner", "name", "number", "type_id", "key", "claimed"]
    types = {**dict.fromkeys(columns[:-1], "str"), "claimed": "bool"}
    return pd.DataFrame(rows, columns=columns).astype(types)


A, B, C = ("Biuro", "1"), ("Biuro", "2"), ("Hol", "3")


@pytest.mark.parametrize(
    ("planned", "stood", "code"),
    [
        (row("modify", B, A), left(A), Code.DRIFT_CHANGED),
        (row("rename", C, A), left(A), Code.DRIFT_CHANGED),
        (row("modify", B, A), left((" Biuro ", "1")), Code.DRIFT_CHANGED),  # names are compared tidied
        (row("modify", B, A), left(A, B), None),  # both were left: the file has changed
        (row("modify", B, A), left(C), None),  # the file wants something new
        (row("modify", B, A), left(A, claimed=False), None),  # it was seen there, and never the file's
        (row("modify", B, A), left(A, owner="two"), None),
        (row("add", None, A), left(A), Code.DRIFT_REMOVED),
        (row("add", None, A), left(C), None),
        (row("add", None, A), left(A, claimed=False), None),
        (row("delete", A, None), left(C), Code.DRIFT_ADDED),
        (row("delete", A, None), left(C, claimed=False), Code.DRIFT_ADDED),
        (row("delete", A, None), left(C, A), None),  # the sync has left it there, and the file has dropped it
        (row("delete", A, None), left(C, owner="two"), None),  # nothing is known of this owner
        (row("keep", A, A), left(C), None),
        (row("foreign", A, None), left(C), None),
        (row("hold", B, A), left(A), None),
    ],
)
@pytest.mark.parametrize("keep", [True, False])
def test_what_the_file_has_not_caused_is_named(
    planned: dict[str, Any],
    stood: pd.DataFrame,
    code: Code | None,
    keep: bool,  # noqa: FBT001 - a column of the table
) -> None:
    plan = table(Plan, [planned])
    marked = mark_drift(plan, stood, OURS, keep=keep)
    if code is None:
        assert marked is plan
        return
    (said,) = unpacked(marked["problems"][0])
    assert (said.code, marked["code"][0]) == (code, code.value)
    stays = {"delete": "foreign"}.get(planned["action"], "keep")
    assert marked["action"][0] == (stays if keep else planned["action"])
    assert dict(said.values)["id"] == drift_ids(plan, OURS)[0]
    parts = ("name", "number", "type", "key")
    before, after = ([plan[f"{part}_{image}"][0] for part in parts] for image in ("before", "after"))
    assert [marked[f"{part}_before"][0] for part in parts] == before
    assert [marked[f"{part}_after"][0] for part in parts] == (before if keep else after)
    assert wanted_of_drift(marked["problems"][0]) == (tuple(after) if keep else ("",) * 4)
    assert plan["code"][0] == ""


def test_only_what_somebody_has_accepted_is_left_as_it_was_found() -> None:
    plan = table(Plan, [row("modify", B, A, owner="one"), row("modify", B, A, owner="two")])
    stood = pd.concat([left(A), left(A, owner="two")], ignore_index=True)
    accepted = drift_ids(plan, OURS)[1]
    marked = mark_drift(plan, stood, Known("one", "salt", frozenset({accepted})), keep=False)
    assert list(marked["action"]) == ["modify", "keep"]
    assert list(marked["number_after"]) == ["1", "2"]
    assert list(row_ids(marked, OURS)) == list(drift_ids(plan, OURS))


def test_what_is_said_already_comes_behind() -> None:
    said = packed(Problem(Code.ENGLISH_LOST))
    plan = table(Plan, [row("modify", B, A, problems=said, code="english-lost")])
    marked = mark_drift(plan, left(A), OURS, keep=False)
    assert [problem.code for problem in unpacked(marked["problems"][0])] == [Code.DRIFT_CHANGED, Code.ENGLISH_LOST]
    assert marked["code"][0] == Code.DRIFT_CHANGED.value


def test_an_entry_at_which_another_row_rests_is_missed_by_none() -> None:
    """The file wants it twice, and it stands there once, as it was left."""
    plan = table(Plan, [row("keep", A, A), row("add", None, A)])
    assert mark_drift(plan, left(A), OURS, keep=False) is plan
    both = mark_drift(plan, left(A, A), OURS, keep=False)
    assert list(both["code"]) == ["", Code.DRIFT_REMOVED.value]


HELD = row("hold", B, A)


def held_id(known: Known = OURS, **more: Any) -> str:
    return str(row_ids(table(Plan, [{**HELD, **more}]), known)[0])


def why(english: bool = False, **values: str) -> str:  # noqa: FBT001, FBT002 - said beside it
    return packed(*[Problem(Code.ENGLISH_LOST)] * english, Problem(LineCode.NAME_TWICE, values))


@pytest.mark.parametrize("same", [{"line": 9}, {"en_before": "Office"}])
def test_a_held_row_is_known_again_wherever_it_stands(same: dict[str, Any]) -> None:
    assert held_id(**same) == held_id()
    assert len(held_id()) == 12


@pytest.mark.parametrize(
    "other",
    [
        *({f"{part}_{image}": "9"} for part in ("name", "number", "type") for image in ("before", "after")),
        {"owner": "two"},
        {"problems": packed(Problem(Code.CAME_BACK))},
        {"known": Known("two", "salt")},
        {"known": Known("one", "other")},
    ],
)
def test_a_held_row_that_says_anything_else_is_another_one(other: dict[str, Any]) -> None:
    assert held_id(**other) != held_id()


def test_the_lines_that_are_to_blame_may_move_and_their_cells_may_not() -> None:
    ids = [held_id(problems=why(lines=lines, id=cell)) for lines, cell in (("2, 3", "x"), ("4, 5", "x"), ("2, 3", "y"))]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0] == held_id(problems=why(english=True, lines="2, 3", id="x"))
    assert held_id(problems=why(a="1", b="2")) == held_id(problems=why(b="2", a="1")) != held_id(problems=why(a="12"))


@pytest.mark.parametrize("action", ["keep", "add", "foreign"])
def test_a_row_that_needs_nobody_has_no_id(action: str) -> None:
    assert held_id(action=action) == ""


def test_two_rows_that_say_the_same_have_ids_of_their_own() -> None:
    ids = row_ids(table(Plan, [HELD, HELD]), OURS)
    assert len(set(ids)) == 2
    assert ids[0] == held_id()
