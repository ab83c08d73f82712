"""A ledger that is older than what stands there is told from a night in which others have changed something."""

from __future__ import annotations

import pandas as pd
import pytest

from schemas.plan import Action
from schemas.tables import Plan, validated
from tasks.plan.ledger_age import Behind, behind
from tests.tables import table

OWNERS = [f"shelf {number}" for number in range(6)]
OLD, NEW, THEIRS = "1", "2", "3"
NIGHT: dict[str, tuple[str, str, str, str]] = {
    # what happened: what is planned for an owner that was left with OLD, and what is said of it
    "as left": ("keep", OLD, OLD, ""),
    "ours, forgotten": ("keep", NEW, NEW, ""),
    "wanted tonight": ("modify", OLD, NEW, ""),
    "drift": ("modify", THEIRS, OLD, "drift_changed"),
    "drift let stand": ("keep", THEIRS, THEIRS, "drift_changed"),
    "removed by others": ("add", "", OLD, "drift_removed"),
    "held": ("hold", THEIRS, THEIRS, ""),
    "gone from the file": ("delete", OLD, "", ""),
    "gone, and cleared since": ("", "", "", ""),
    "gone, and typed there since": ("delete", THEIRS, "", "drift_added"),
}


def _left(owners: list[str], *, claimed: bool = True) -> pd.DataFrame:
    entries = pd.DataFrame({"owner": owners, "name": [f"n{owner}" for owner in owners]}, dtype="str")
    return entries.assign(number=OLD, type_id="", key=OLD, claimed=claimed)


def _plan(nights: list[str], *, by_name: bool) -> pd.DataFrame:
    rows = []
    for at, (owner, night) in enumerate(zip(OWNERS, nights, strict=False), 2):
        action, before, after, code = NIGHT[night]
        images = {
            f"{column}_{image}": key
            for column in ("number", "key")
            for image, key in (("before", before), ("after", after))
        }
        names = {f"name_{image}": f"n{owner}" if key else "" for image, key in (("before", before), ("after", after))}
        line = at if action != Action.DELETE else 0
        rows += (
            [{"line": line, "owner": "list" if by_name else owner, "action": action, "code": code, **images, **names}]
            if action
            else []
        )
    return validated(Plan, table(Plan, rows))


@pytest.mark.parametrize(
    ("nights", "found", "older"),
    [
        (["as left"] * 6, (0, 0), False),
        # What others do on their own says nothing of the ledger, however much it is.
        (["drift"] * 6, (0, 0), False),
        (["drift let stand"] * 6, (0, 0), False),
        (["removed by others"] * 6, (0, 0), False),
        (["held"] * 6, (0, 0), False),
        (["gone, and typed there since"] * 2 + ["drift"] * 4, (0, 0), False),
        # A night on which the file has changed.
        (["wanted tonight"] * 6, (6, 0), False),
        (["wanted tonight"] * 3 + ["gone from the file"] * 3, (6, 0), False),
        # Somebody has typed in one of the file's changes by hand, or two.
        (["ours, forgotten"] + ["as left"] * 5, (1, 1), False),
        (["ours, forgotten"] * 2 + ["as left"] * 4, (2, 2), False),
        (["ours, forgotten"] * 3 + ["wanted tonight"] * 3, (6, 3), False),
        # Nights that the ledger has forgotten, and what has come tonight.
        (["ours, forgotten"] * 3 + ["as left"] * 3, (3, 3), True),
        (["ours, forgotten"] * 4 + ["wanted tonight", "gone from the file"], (6, 4), True),
        (
            ["ours, forgotten"] * 2 + ["gone, and cleared since", "gone, and typed there since", "drift", "as left"],
            (3, 3),
            True,
        ),
        (["gone, and cleared since"] * 3 + ["drift"] * 3, (3, 3), True),
    ],
)
@pytest.mark.parametrize("by_name", [False, True])
def test_what_the_file_wants_and_stands_there_unknown_to_the_ledger_tells_its_age(
    nights: list[str], found: tuple[int, int], *, older: bool, by_name: bool
) -> None:
    left = _left(OWNERS)
    if by_name:
        left = left.assign(owner="list", key=left["name"] + OLD)
    plan = _plan(nights, by_name=by_name)
    if by_name:  # a number is somebody's within a list
        for image in ("before", "after"):
            names = plan[f"name_{image}"]
            plan[f"key_{image}"] = (names + plan[f"key_{image}"]).where(names != "", "")
    seen = behind(plan, left, ["list"] if by_name else OWNERS, by_name=by_name)
    assert (seen, seen.is_older) == (Behind(*found), older)


def test_what_nobody_has_read_or_claimed_or_what_is_another_files_says_nothing() -> None:
    plan = _plan(["as left"] * 3 + ["gone, and cleared since"] * 3, by_name=False)
    assert behind(plan, _left(OWNERS), OWNERS[:3], by_name=False).done == 0
    assert behind(plan, _left(OWNERS, claimed=False), OWNERS, by_name=False).done == 0
    listed = _left(OWNERS).assign(owner="list")
    assert behind(plan.iloc[:0], listed, ["list"], by_name=True).done == 6
    assert behind(plan.iloc[:0], listed, ["list"], by_name=True, elsewhere=set(listed["name"])).done == 0
