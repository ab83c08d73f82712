"""Which way the changes of a list take, as a table; what a look at an entry says of a step. All data is invented."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.plan import Action
from tasks.execution.changes import ListChange
from tasks.execution.ways import FEW_CHANGES, Missing, Situation, Standing, Way, may_be_refused, standing, way_of

FEW, MANY = FEW_CHANGES, FEW_CHANGES + 1
KEPT, DELETED = Missing.KEPT, Missing.DELETED


@pytest.mark.parametrize(
    ("way", "setting", "changes", "facts"),
    [
        # One by one while they are few, whatever is known.
        (Way.ENTRIES, "auto", FEW, {}),
        (Way.ENTRIES, "auto", FEW, {"missing": KEPT}),
        (Way.ENTRIES, "auto", FEW, {"missing": DELETED}),
        # Many: the lines that change where nothing is deleted, the whole list only where something is.
        (Way.LINES, "auto", MANY, {"missing": KEPT}),
        (Way.LINES, "auto", MANY, {"missing": KEPT, "taken_back": False}),
        (Way.LIST, "auto", MANY, {"missing": DELETED}),
        (Way.ENTRIES, "auto", MANY, {"missing": DELETED, "taken_back": False}),
        # Nobody knows: one file teaches it, where that costs nobody anything.
        (Way.ENTRIES, "auto", MANY, {}),
        (Way.LIST, "auto", MANY, {"at_stake": True}),
        (Way.ENTRIES, "auto", MANY, {"at_stake": True, "taken_back": False}),
        # As the configuration says, but never with an entry at rest that might be refused and deleted.
        (Way.ENTRIES, "entries", MANY, {"missing": KEPT}),
        (Way.LIST, "batch", 1, {}),
        (Way.LIST, "batch", 1, {"missing": KEPT, "taken_back": False}),
        (Way.ENTRIES, "batch", MANY, {"taken_back": False}),
        # On its own an entry that no address can name would be gone for a moment.
        (Way.LIST, "entries", 1, {"unsafe": True}),
        (Way.LINES, "auto", 1, {"unsafe": True, "missing": KEPT}),
        (Way.LIST, "auto", 1, {"unsafe": True}),
        (Way.ENTRIES, "auto", 1, {"unsafe": True, "taken_back": False}),
    ],
)
def test_the_way(way: Way, setting: Any, changes: int, facts: dict[str, Any]) -> None:
    assert way_of(Situation(setting, changes, **facts)) is way


@pytest.mark.parametrize(
    ("number", "refused"),
    [
        ("+48-225520001", False),
        ("(22) 552 00 01", False),
        ("22/552.00.01", False),
        ("112", False),
        ("wewn. 123", True),
        ("12", True),
        ("", True),
        ("sip@example.com", True),
        ("22 552 00 01 wew. 3", True),
    ],
)
def test_numbers_that_a_service_might_not_take_back(number: str, refused: bool) -> None:  # noqa: FBT001 - a column
    assert may_be_refused(number) is refused


OLD, NEW, THEIRS = "+48-225520001", "+48-225520002", "+48-225520009"
ADD = ListChange(Action.ADD, 0, "", "", "Dean", NEW)
MODIFY = ListChange(Action.MODIFY, 0, "Dean", OLD, "Dean", NEW)
RENAME = ListChange(Action.RENAME, 0, "Dean", OLD, "Office", OLD)
DELETE = ListChange(Action.DELETE, 0, "Dean", OLD)


@pytest.mark.parametrize(
    ("step", "here", "there", "found"),
    [
        (ADD, None, None, Standing.AS_SEEN),
        (ADD, None, NEW, Standing.DONE),
        (ADD, None, THEIRS, Standing.CHANGED),
        (MODIFY, OLD, None, Standing.AS_SEEN),
        (MODIFY, "+48 22 552 00 01", None, Standing.AS_SEEN),
        (MODIFY, NEW, None, Standing.DONE),
        (MODIFY, THEIRS, None, Standing.CHANGED),
        (MODIFY, None, None, Standing.GONE),
        (RENAME, OLD, None, Standing.AS_SEEN),
        (RENAME, None, OLD, Standing.DONE),
        (RENAME, None, None, Standing.GONE),
        (RENAME, None, THEIRS, Standing.CHANGED),
        (RENAME, OLD, OLD, Standing.CHANGED),
        (RENAME, THEIRS, None, Standing.CHANGED),
        (DELETE, OLD, None, Standing.AS_SEEN),
        (DELETE, None, None, Standing.DONE),
        (DELETE, THEIRS, None, Standing.CHANGED),
    ],
)
def test_a_look_before_a_step(step: ListChange, here: str | None, there: str | None, found: Standing) -> None:
    assert standing(step, here, there) is found
