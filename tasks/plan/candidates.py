"""What a plan pairs and what it may delete: the two tables made comparable, and the pairs among what is still free."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from schemas.plan import Action
from tasks.plan.draft import Draft, Inputs, Mask, Policy
from tasks.plan.pairing import Ints, Pairs, join, number, number_all, pair_equal, pair_unique, repeated


def set_up(inputs: Inputs, policy: Policy) -> Draft:
    """Return the board with both tables in their order, everything that rows are paired by numbered."""
    desired, current = inputs.desired, inputs.current.reset_index(drop=True)
    if not desired["line"].is_monotonic_increasing:
        desired = desired.sort_values("line", kind="stable")
    desired = desired.reset_index(drop=True)
    if policy.fold_names:
        current = current.assign(tidy=current["tidy"].str.casefold())
    numbers = number_all(desired, current, ["owner", "key"])
    order = _settled_order(current, numbers, policy)
    if order is not None:
        current = current.iloc[order].reset_index(drop=True)
        numbers = {column: (left, right[order]) for column, (left, right) in numbers.items()}
    desired = _comparable(desired, current, numbers, policy)
    return Draft(desired, current, {**numbers, "tidy": number(desired["tidy"], current["tidy"])})


def _settled_order(current: pd.DataFrame, numbers: Mapping[str, Pairs], policy: Policy) -> Ints | None:
    """Put repeated entries in one order, whatever order the service answered in; None where nothing repeats."""
    twice = repeated(join([numbers["owner"], numbers["key"]])[1])
    if policy.names_are_keys:
        twice = twice | current.duplicated(["owner", "tidy"], keep=False).to_numpy()
    rows = np.flatnonzero(twice)
    if not len(rows):
        return None
    order = np.arange(len(current))
    order[rows] = current.iloc[rows].sort_values([*current.columns], kind="stable").index
    return order


def _comparable(
    desired: pd.DataFrame, current: pd.DataFrame, numbers: Mapping[str, Pairs], policy: Policy
) -> pd.DataFrame:
    """Add `tidy` and `old_tidy` to the lines, the names as they are compared."""
    if not policy.names_managed:
        left, right = pair_equal(*join([numbers["owner"], numbers["key"]]))
        names = desired["name"].to_numpy(object).copy()
        names[left] = current["tidy"].to_numpy(object)[right]
        desired = desired.assign(name=pd.Series(names, index=desired.index, dtype="str"))
    tidy, old = desired["name"], desired["old_name"]
    if policy.fold_names:
        tidy, old = tidy.str.casefold(), old.str.casefold()
    return desired.assign(tidy=tidy, old_tidy=old)


def keep_equal(draft: Draft, policy: Policy) -> None:
    """Keep what is equal in everything that counts; one whose type differs, and would be kept, is modified."""
    left, right = equal_pairs(draft)
    retyped = np.zeros(len(left), dtype=np.bool_)
    if policy.kept_types:
        wanted = draft.desired["type_id"].to_numpy(object)[left]
        stored = draft.current["type_id"].to_numpy(object)[right]
        owners, keys = draft.desired["owner"].to_numpy(object)[left], draft.desired["key"].to_numpy(object)[left]
        for at in np.flatnonzero((wanted != "") & (wanted != stored)):
            retyped[at] = (owners[at], keys[at]) in policy.kept_types
    draft.decide((left[~retyped], right[~retyped]), Action.KEEP)
    draft.decide((left[retyped], right[retyped]), Action.MODIFY)


def equal_pairs(draft: Draft) -> Pairs:
    """Pair free lines and free entries of one owner, name and number; duplicates count."""
    return _pairs(draft, ["owner", "tidy", "key"], unique=False)


def free_pairs(draft: Draft, key: str, *, unique: bool = False) -> Pairs:
    """Pair free lines and free entries of one owner that agree in a column; unique: only where it can be no other."""
    return _pairs(draft, ["owner", key], unique=unique)


def _pairs(draft: Draft, columns: list[str], *, unique: bool) -> Pairs:
    free_desired, free_current = draft.free()
    pair = pair_unique if unique else pair_equal
    left, right = pair(*draft.codes(free_desired, free_current, columns))
    return free_desired[left], free_current[right]


def may_go(draft: Draft, clears: pd.DataFrame, policy: Policy) -> Mask:
    """Tell which leftovers the configuration permits to delete."""
    owners = draft.current["owner"]
    gone = owners.isin(policy.gone)
    missing = ~gone & policy.delete_missing
    mask: Mask = (missing | (gone & policy.clear_gone) | owners.isin(clears["owner"])).to_numpy()
    return mask
