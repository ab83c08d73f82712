"""Only what other syncs have written since a plan was made excuses an entry that moved on; all data is invented."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from tables import table

from schemas.tables import Current, Plan
from tasks.execution.other_syncs import SyncWrites, done_by_syncs
from tasks.phone.canonical_keys import tidy_text

Entry = tuple[str, str]
Change = tuple[str, Entry | None, Entry | None]  # the action, and what it makes of what
DEAN, HALL = ("Dean", "1"), ("Hall", "2")
LATER, LAST = ("Dean", "3"), ("Dekan", "4")


def image(name: str, entry: Entry | None) -> dict[str, str]:
    return {f"{part}_{name}": text for part, text in zip(("name", "number"), entry or ("", ""), strict=True)} | {
        f"key_{name}": entry[1] if entry else ""
    }


def plan(*changes: Change) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {"owner": "list", "action": action, **image("before", before), **image("after", after)}
        for action, before, after in changes
    ]
    return table(Plan, rows)


def excused(stood: list[Entry], writes: list[list[Change]], now: list[Entry]) -> list[Entry]:
    """Return which entries that stood there are excused by what two syncs have written in turn."""
    rows = plan(*(("foreign", entry, entry) for entry in stood))
    found = table(Current, [{"owner": "list", "name": name, "number": number, "key": number} for name, number in now])
    found = found.assign(tidy=tidy_text(found["name"]))
    done = [SyncWrites(f"sync {at}", plan(*changes)) for at, changes in enumerate(writes)]
    return [stood[row] for row in done_by_syncs(rows, done, found, ())]


@pytest.mark.parametrize(
    ("stood", "writes", "now", "expected"),
    [
        pytest.param([DEAN], [[("modify", DEAN, LATER)]], [LATER], [DEAN], id="changed"),
        pytest.param([DEAN], [[("delete", DEAN, None)]], [], [DEAN], id="deleted"),
        pytest.param([DEAN], [[("delete", DEAN, None)]], [DEAN], [], id="deleted and put back"),
        pytest.param([DEAN], [[("modify", DEAN, LATER)]], [LAST], [], id="changed, and by somebody once more"),
        pytest.param([DEAN], [[("modify", DEAN, LATER)], [("rename", LATER, LAST)]], [LAST], [DEAN], id="twice"),
        pytest.param([DEAN], [[("modify", DEAN, LATER)], [("delete", LATER, None)]], [], [DEAN], id="and deleted"),
        pytest.param([DEAN], [[("modify", DEAN, LATER)], [("rename", LATER, LAST)]], [LATER], [], id="half of two"),
        pytest.param([DEAN], [[("modify", HALL, ("Hall", "9"))]], [("Hall", "9")], [], id="another entry"),
        pytest.param([DEAN], [], [], [], id="nobody of ours"),
        pytest.param([DEAN, DEAN], [[("delete", DEAN, None)]], [DEAN], [], id="one of two alike"),
        pytest.param(
            [DEAN, HALL],
            [[("modify", DEAN, ("Dean", "2")), ("modify", HALL, ("Hall", "1"))]],
            [("Dean", "2"), ("Hall", "1")],
            [DEAN, HALL],
            id="numbers that swapped",
        ),
    ],
)
def test_only_what_a_sync_has_done_and_what_stands_so_is_excused(
    stood: list[Entry], writes: list[list[Change]], now: list[Entry], expected: list[Entry]
) -> None:
    assert excused(stood, writes, now) == expected


def test_what_a_line_of_ours_wants_is_excused_by_nobody() -> None:
    kept = plan(("keep", DEAN, DEAN))
    found = table(Current, [{"owner": "list", "name": "Dean", "number": "3", "key": "3", "tidy": "Dean"}])
    assert done_by_syncs(kept, [SyncWrites("other", plan(("modify", DEAN, LATER)))], found, ()) == {}
