"""Tell what other syncs have done in a place since a plan was made: their own entries are no conflict of this one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pandas as pd

from schemas.plan import Action, Outcome
from schemas.problems import Code
from schemas.quirks import Quirk
from tasks.execution.compare import in_place
from tasks.execution.quirks import as_shown
from tasks.phone.canonical_keys import tidy_text

# What is said of an entry at rest that does not stand there any more as the plan saw it.
MOVED_ON = frozenset(
    {
        *(Code.NOT_KEPT, Code.NOT_KEPT_IN_LIST, Code.CHANGED_BY_OTHERS, Code.CHANGED_DURING_RUN),
        Code.GONE_AFTER_INTERRUPTION,
    }
)
_Entry = tuple[str, str, str]


@dataclass(frozen=True)
class SyncWrites:
    """What another sync was seen to have written: `rows` are those rows of its `Plan`."""

    sync: str
    rows: pd.DataFrame


def done_by_syncs(
    rows: pd.DataFrame,
    writes: Iterable[SyncWrites],
    found: pd.DataFrame,
    habits: Collection[Quirk],
    *,
    fold_names: bool = False,
) -> dict[int, str]:
    """Return the rows whose entries are not as the plan saw them since another sync has changed them, and which.

    What that sync wanted has to stand there now: where a person has changed it once more, that is told as a conflict.

    Args:
        rows: `Plan` rows at rest that no line has, and whose entries do not stand there any more.
        writes: what other syncs have written since the plan was made, in that order.
        found: `Current`, just read.
        habits: what the place has been seen to do to names.
        fold_names: it has been seen to ignore the case of names.
    """
    rows = rows[
        (rows["action"] == Action.FOREIGN) & ~rows.duplicated(["owner", "name_before", "key_before"], keep=False)
    ]
    at = dict(zip(_entries(rows, "before"), rows.index.tolist(), strict=True))
    last: dict[int, tuple[str, pd.DataFrame]] = {}
    for one in writes:
        pairs = zip(range(len(one.rows)), _entries(one.rows, "before"), _entries(one.rows, "after"), strict=True)
        # Two entries may have swapped their names: all leave before one arrives.
        left = [(place, after, at.pop(before)) for place, before, after in pairs if before in at]
        for place, after, row in left:
            last[row] = one.sync, one.rows.iloc[[place]]
            if after[2]:
                at[after] = row
    if not last:
        return {}
    wanted = pd.concat([change for _, change in last.values()], ignore_index=True)
    stands = in_place(as_shown(wanted, found, habits), found, fold_names=fold_names)
    return {row: sync for (row, (sync, _)), ok in zip(last.items(), stands.tolist(), strict=True) if ok}


def moved_on(outcome: str, code: str) -> bool:
    """Tell whether it is said of a row that its entry does not stand there any more as the plan saw it."""
    return outcome == Outcome.CONFLICT and code in MOVED_ON


def _entries(rows: pd.DataFrame, image: str) -> list[_Entry]:
    names = tidy_text(rows[f"name_{image}"])
    return list(zip(rows["owner"].tolist(), names.tolist(), rows[f"key_{image}"].tolist(), strict=True))
