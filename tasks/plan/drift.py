"""What others have changed since a sync was last in step: differences that its file has not caused."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from schemas.plan import WRITES, Action, Image
from schemas.problems import DRIFT, Code, Problem, also, packed, unpacked
from tasks.pairing import codes, pair_equal
from tasks.phone.canonical_keys import tidy_text
from tasks.plan.known import Known, drift_ids
from tasks.text_columns import Mask, is_in

_IMAGE: Final = ("name", "number", "type", "key")
_COMPARED: Final = ["owner", "tidy", "key"]


def mark_drift(plan: pd.DataFrame, left: pd.DataFrame, known: Known, *, keep: bool) -> pd.DataFrame:
    """Return the `Plan` with every change named that puts right what others have done.

    Args:
        plan: `Plan`. In such a row the file wants what the sync has left there, and something else was found.
        left: the entries that the sync has left in its place: `owner, name, number, type_id, key, claimed`.
        known: what of it somebody has accepted: that is left as they left it.
        keep: leave all that others have done.
    """
    writes = plan.loc[plan["action"].isin(WRITES), ["owner", "key_before", "key_after"]]
    left = left[is_in(left["owner"], writes["owner"])]
    ours = is_in(plan["owner"], left["owner"]).to_numpy()
    # An entry with a number that no change is about cannot be missed by any.
    left = left[is_in(left["key"], pd.concat([writes["key_before"], writes["key_after"]]))]
    left = _but_resting(plan, left.assign(tidy=tidy_text(left["name"])))
    action = plan["action"].to_numpy(object)
    wanted, found = _in(plan, "after", left[left["claimed"]]), _in(plan, "before", left)
    changed = np.isin(action, [Action.MODIFY, Action.RENAME]) & wanted & ~found
    removed = (action == Action.ADD) & wanted
    added = (action == Action.DELETE) & ours & ~found
    drift = changed | removed | added
    if not drift.any():
        return plan
    plan = plan.copy()
    ids = drift_ids(plan[drift], known).reindex(plan.index, fill_value="")
    stays = drift & (keep | ids.isin(known.accepted).to_numpy())
    for mask, code in ((changed, Code.DRIFT_CHANGED), (removed, Code.DRIFT_REMOVED), (added, Code.DRIFT_ADDED)):
        plan.loc[mask, "problems"] = also(_said(plan[mask], code, ids, stays[mask]), plan.loc[mask, "problems"])
        plan.loc[mask, "code"] = str(code.value)
    for name in _IMAGE:
        plan.loc[stays, f"{name}_after"] = plan.loc[stays, f"{name}_before"]
    plan.loc[stays & ~added, "action"] = str(Action.KEEP.value)
    plan.loc[stays & added, "action"] = str(Action.FOREIGN.value)
    return plan


def _said(rows: pd.DataFrame, code: Code, ids: pd.Series, stays: Mask) -> pd.Series:
    """Say of rows what others have done.

    A row that is left as it was found does not show any more what the file wants: that, and its id, are kept with it.
    """
    wanted = zip(*(rows[f"{name}_after"].tolist() for name in _IMAGE), strict=True)
    said = [
        packed(Problem(code, {"id": identity, **(dict(zip(_IMAGE, each, strict=True)) if kept else {})}))
        for identity, each, kept in zip(ids[rows.index].tolist(), wanted, stays.tolist(), strict=True)
    ]
    return pd.Series(said, index=rows.index, dtype="str")


def wanted_of_drift(problems: str) -> tuple[str, str, str, str]:
    """Return name, number, type and key that the file wants where drift was left alone; "" where it wants nothing."""
    values = next((dict(problem.values) for problem in unpacked(problems) if problem.code in DRIFT), {})
    name, number, kind, key = (values.get(part, "") for part in _IMAGE)
    return name, number, kind, key


def _but_resting(plan: pd.DataFrame, left: pd.DataFrame) -> pd.DataFrame:
    """Return the entries left there without those that a row at rest is about: they cannot be missed by another row."""
    rests = plan.loc[is_in(plan["key_before"], left["key"]), ["owner", "action", "name_before", "key_before"]]
    rests = rests[~rests["action"].isin(WRITES) & (rests["key_before"] != "")]
    rows = pd.DataFrame({"owner": rests["owner"], "tidy": tidy_text(rests["name_before"]), "key": rests["key_before"]})
    _, at = pair_equal(*codes(rows, left, _COMPARED))
    return left.drop(index=left.index[at])


def _in(plan: pd.DataFrame, image: Image, left: pd.DataFrame) -> Mask:
    """Tell which rows have an entry, before or after, that was left there."""
    there = np.zeros(len(plan), dtype=np.bool_)
    some = np.flatnonzero((plan["action"].isin(WRITES) & (plan[f"key_{image}"] != "")).to_numpy())
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
