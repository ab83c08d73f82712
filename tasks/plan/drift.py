"""What others have changed since a sync was last in step: differences that its file has not caused."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from schemas.plan import Action
from schemas.problems import Code, Problem, also, packed
from tasks.execution.compare import Image, Mask
from tasks.phone.canonical_keys import tidy_text
from tasks.plan.pairing import codes, pair_equal

DRIFT: Final = frozenset({Code.DRIFT_CHANGED, Code.DRIFT_REMOVED, Code.DRIFT_ADDED})
_IMAGE: Final = ("name", "number", "type", "key")
_COMPARED: Final = ["owner", "tidy", "key"]


def mark_drift(plan: pd.DataFrame, left: pd.DataFrame, *, keep: bool) -> pd.DataFrame:
    """Return the `Plan` with every change named that puts right what others have done.

    Args:
        plan: `Plan`. In such a row the file wants what the sync has left there, and something else was found.
        left: the entries that the sync has left in its place: `owner, name, number, type_id, key, claimed`.
        keep: leave what others have done as they left it.
    """
    left = left.assign(tidy=tidy_text(left["name"]))
    action = plan["action"].to_numpy(object)
    wanted, found = _in(plan, "after", left[left["claimed"]]), _in(plan, "before", left)
    known = plan["owner"].isin(left["owner"]).to_numpy()
    changed = np.isin(action, [Action.MODIFY, Action.RENAME]) & wanted & ~found
    removed = (action == Action.ADD) & wanted
    added = (action == Action.DELETE) & known & ~found
    if not (changed | removed | added).any():
        return plan
    plan = plan.copy()
    for mask, code in ((changed, Code.DRIFT_CHANGED), (removed, Code.DRIFT_REMOVED), (added, Code.DRIFT_ADDED)):
        said = pd.Series(packed(Problem(code)), index=plan.index[mask], dtype="str")
        plan.loc[mask, "problems"] = also(said, plan.loc[mask, "problems"])
        plan.loc[mask, "code"] = str(code.value)
    if keep:
        for name in _IMAGE:
            some = changed | removed | added
            plan.loc[some, f"{name}_after"] = plan.loc[some, f"{name}_before"]
        plan.loc[changed | removed, "action"] = str(Action.KEEP.value)
        plan.loc[added, "action"] = str(Action.FOREIGN.value)
    return plan


def _in(plan: pd.DataFrame, image: Image, left: pd.DataFrame) -> Mask:
    """Tell which rows have an entry, before or after, that was left there."""
    there = np.zeros(len(plan), dtype=np.bool_)
    some = np.flatnonzero((plan[f"key_{image}"] != "").to_numpy())
    rows = pd.DataFrame(
        {
            "owner": plan["owner"].iloc[some],
            "tidy": tidy_text(plan[f"name_{image}"].iloc[some]),
            "key": plan[f"key_{image}"].iloc[some],
        }
    )
    at, _ = pair_equal(*codes(rows, left, _COMPARED))
    there[some[at]] = True
    return there
