"""Numbers that leave one owner for another: seen in a plan, and cut so that none departs before it has arrived."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from schemas.plan import WRITES, Action, Outcome
from schemas.problems import Code, Problem, also, packed
from tasks.text_columns import is_in

_IMAGE = ("name", "number", "type", "key")
_ARRIVED = frozenset({str(Outcome.APPLIED.value), str(Outcome.UNCHANGED.value)})


def departures(plan: pd.DataFrame) -> dict[int, list[int]]:
    """Return the rows that take a number from its owner which other rows bring to another one, each with these rows.

    Args:
        plan: `Plan`; rows are named by its index.
    """
    changed = plan["action"].isin(WRITES) & (plan["key_before"] != plan["key_after"])
    going, coming = plan.loc[changed, "key_before"], plan.loc[changed, "key_after"]
    if set(going).isdisjoint(set(coming) - {""}):
        return {}
    stays = plan.loc[~changed | (plan["key_after"] != ""), ["owner", "key_after"]].drop_duplicates()
    lost = plan.loc[changed & (plan["key_before"] != ""), ["owner", "key_before"]].rename_axis("row").reset_index()
    come = plan.loc[changed & (plan["key_after"] != ""), ["owner", "key_after"]].rename_axis("row").reset_index()
    lost = lost.merge(stays, left_on=["owner", "key_before"], right_on=["owner", "key_after"], how="left")
    lost = lost[lost["key_after"].isna()].drop(columns="key_after")
    both = lost.merge(come, left_on="key_before", right_on="key_after", suffixes=("", "_come"))
    both = both[both["owner"] != both["owner_come"]]
    found: dict[int, list[int]] = {}
    for row, at in zip(both["row"].tolist(), both["row_come"].tolist(), strict=True):
        found.setdefault(row, []).append(at)
    return found


def mark_moves(plan: pd.DataFrame) -> pd.DataFrame:
    """Return the `Plan` with each departure and each arrival of a move named as that, beside what is said already."""
    moves = departures(plan)
    if not moves:
        return plan
    owners = plan["owner"]
    said: dict[int, Problem] = {}
    for row, arrivals in moves.items():
        to = ", ".join(sorted(set(owners.loc[arrivals])))
        said[row] = Problem(Code.MOVES_AWAY, {"owner": to})
        said |= {at: Problem(Code.MOVES_HERE, {"owner": str(owners.loc[row])}) for at in arrivals if at not in moves}
    return add_problems(plan, said)


def add_problems(plan: pd.DataFrame, said: Mapping[int, Problem]) -> pd.DataFrame:
    """Return the `Plan` with these things said of rows, behind what is said of them already."""
    rows = list(said)
    texts = pd.Series([packed(problem) for problem in said.values()], index=rows, dtype="str")
    codes = pd.Series([str(problem.code.value) for problem in said.values()], index=rows, dtype="str")
    plan = plan.copy()
    code = plan.loc[rows, "code"]
    plan.loc[rows, "problems"] = also(plan.loc[rows, "problems"], texts)
    plan.loc[rows, "code"] = code.where(code != "", codes)
    return plan


def without_departures(rows: pd.DataFrame, departing: Collection[int]) -> pd.DataFrame:
    """Return `Plan` rows in which these entries stay as they are: what is written first."""
    first = rows.copy()
    stays = first.index.isin(list(departing))
    for name in _IMAGE:
        first.loc[stays, f"{name}_after"] = first.loc[stays, f"{name}_before"]
    first.loc[stays, "action"] = str(Action.HOLD.value)
    return first


def arrived(moves: Mapping[int, Collection[int]], outcomes: Mapping[int, str]) -> set[int]:
    """Return the departures all of whose arrivals have been seen in place."""
    return {row for row, arrivals in moves.items() if all(outcomes.get(at) in _ARRIVED for at in arrivals)}


def departures_only(
    rows: pd.DataFrame, moves: Mapping[int, Collection[int]], outcomes: Mapping[int, str]
) -> pd.DataFrame:
    """Return the `Plan` rows of departing owners as they stand after everything else was written.

    What was done is at rest, what was not done stays as it was, and only departures that may go are changes.
    """
    departing = arrived(moves, outcomes)
    owners = rows.loc[rows.index.isin(departing), "owner"]
    rest = rows[is_in(rows["owner"], owners)].copy()
    changes = rest["action"].isin(WRITES) & ~rest.index.isin(departing)
    done = changes & np.array([outcomes.get(row) in _ARRIVED for row in rest.index], dtype=np.bool_)
    for name in _IMAGE:
        rest.loc[done, f"{name}_before"] = rest.loc[done, f"{name}_after"]
        rest.loc[changes & ~done, f"{name}_after"] = rest.loc[changes & ~done, f"{name}_before"]
    rest.loc[done, "action"] = str(Action.KEEP.value)
    rest.loc[changes & ~done, "action"] = str(Action.HOLD.value)
    return rest[(rest["key_before"] != "") | (rest["key_after"] != "")]
