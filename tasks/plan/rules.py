"""Plan the changes that make a target hold what the CSV wants, and protect what a bad line might refer to.

One algorithm for every service; they differ in which key comes first: the number within its owner and then the name, or
the name within its list and then the number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from schemas.plan import Action
from tasks.plan.draft import Draft, Inputs, Mask
from tasks.plan.pairing import Ints, Pairs, join, number, number_all, pair_equal, pair_unique, repeated
from tasks.plan.renames import rename_explicitly
from tasks.plan.table import plan_table
from tasks.text_columns import is_in


@dataclass(frozen=True)
class Policy:
    """How far this plan may go.

    Attributes:
        names_are_keys: the name is the primary key and the number the secondary one; otherwise the other way round.
        delete_missing: entries of managed owners that no line mentions are deleted; otherwise they are foreign.
        clear_gone: owners that earlier runs wrote and the CSV no longer has are cleared; otherwise foreign.
        gone: those owners.
        unread: owners whose entries could not be read, with the reason; all their lines are held.
        fold_names: the target has been seen to ignore the case of names.
        names_managed: the source has a column of names; otherwise names stay as they stand.
        kept_types: (owner, key) of entries whose type the target has been seen to keep.
    """

    names_are_keys: bool
    delete_missing: bool
    clear_gone: bool = False
    gone: frozenset[str] = frozenset()
    unread: dict[str, str] = field(default_factory=dict)
    fold_names: bool = False
    names_managed: bool = True
    kept_types: frozenset[tuple[str, str]] = frozenset()


def plan(inputs: Inputs, policy: Policy) -> pd.DataFrame:
    """Return the `Plan`: every desired line, every rejected line and every current entry exactly once.

    Nothing that a rejected line might refer to is changed; nothing is deleted without permission; what could mean two
    things is held. The order of the rows of the input does not matter.
    """
    draft = _set_up(inputs, policy)
    current = draft.current
    # A line that names no owner and no entry could be about any of them: no number may leave its list.
    confirmed = _confirmed(draft, inputs.rejected, policy)
    untied = _untied(inputs.rejected, current, confirmed, policy)
    released: Mask = np.zeros(len(current), dtype=np.bool_)
    if policy.names_are_keys:
        _hold_repeated_names(draft)
        _hold_mentioned(draft, inputs.rejected, confirmed)
        _hold_together(draft)
        released = rename_explicitly(draft)
        _hold_together(draft)
    else:
        _hold_owners(draft, inputs.rejected, policy)
    _keep_equal(draft, policy)
    primary, secondary = ("tidy", "key") if policy.names_are_keys else ("key", "tidy")
    draft.decide(_on_free(draft, primary), Action.MODIFY)
    # A rename removes a name, so it needs the permission to delete; and while a line is unreadable, a number that
    # seems to have been replaced may be the very one that line is about.
    if untied is None and (policy.delete_missing or not policy.names_are_keys):
        action = Action.RENAME if policy.names_are_keys else Action.MODIFY
        draft.decide(_on_free(draft, secondary, unique=True), action)
    draft.decide_desired(draft.desired_free, Action.ADD)
    deleted = _may_go(draft, inputs.clears, policy) | released
    if untied is not None:
        draft.hold_current(deleted, f"not deleted: line {untied} could be about it, or about any other entry")
    draft.decide_current(deleted, Action.DELETE)
    draft.decide_current(draft.current_free, Action.FOREIGN)
    return plan_table(draft, inputs, primary, policy.unread)


def _set_up(inputs: Inputs, policy: Policy) -> Draft:
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


def _confirmed(draft: Draft, rejected: pd.DataFrame, policy: Policy) -> Mask:
    """Tell which entries of a phone list a good line says exactly; asked only where a line was rejected."""
    confirmed: Mask = np.zeros(len(draft.current), dtype=np.bool_)
    if policy.names_are_keys and not rejected.empty:
        confirmed[_equal_on_free(draft)[1]] = True
    return confirmed


def _untied(rejected: pd.DataFrame, current: pd.DataFrame, confirmed: Mask, policy: Policy) -> int | None:
    """Return the first line that could be about any entry.

    In a phone list that is a line whose number could not be read and whose name stands nowhere (it may have been meant
    to rename any entry), and a line without a name whose number stands nowhere (it may have been meant for any name).
    An entry that a good line says exactly ties no other line: that one is about something else. So what the good lines
    bring with this plan ties nothing in the next one either, and what was held stays held until the file is corrected.
    """
    if rejected.empty:
        return None
    loose = rejected["owner"] == ""
    if policy.names_are_keys:
        doubtful = current[~confirmed]
        standing = set(doubtful["key"])
        found_keys = {key for key in rejected["key"].unique() if _parts(key) & standing}
        found = rejected["key"].isin(found_keys)
        for names in (rejected["name"], rejected["new_name"]):
            found |= is_in(names.str.casefold() if policy.fold_names else names, doubtful["tidy"])
        nameless = (rejected["name"] == "") & (rejected["new_name"] == "")
        loose = ~found & (nameless | (rejected["key"] == ""))
    lines = rejected.loc[loose, "line"]
    return None if lines.empty else int(lines.min())


def _hold_owners(draft: Draft, rejected: pd.DataFrame, policy: Policy) -> None:
    """USOS replaces an owner's numbers as a whole, so one bad line holds all of its owner."""
    first = rejected[rejected["owner"] != ""].groupby("owner")["line"].min()
    reasons = {str(owner): f"held: line {line} of the same owner was rejected" for owner, line in first.items()}
    reasons |= policy.unread
    if reasons:
        for owners, hold in (
            (draft.desired["owner"], draft.hold_desired),
            (draft.current["owner"], draft.hold_current),
        ):
            why = owners.map(reasons).fillna("").to_numpy(object)
            hold(why != "", why)


def _hold_repeated_names(draft: Draft) -> None:
    """A name that stands twice in a list cannot be addressed by its name: neither entry is touched."""
    names = draft.current["tidy"]
    _hold_named(draft, names.duplicated(keep=False).to_numpy(), "held: this name stands in the list more than once")


def _hold_mentioned(draft: Draft, rejected: pd.DataFrame, confirmed: Mask) -> None:
    """Hold the entries that carry a rejected line's name or number, unless a good line says just what stands there."""
    if rejected.empty:
        return
    # Whether the list ignores case or not: one capital letter must not cost an entry.
    names = {name.casefold() for column in ("name", "new_name") for name in rejected[column].unique()} - {""}
    keys = {part for key in rejected["key"].unique() for part in _parts(key)}
    mentioned = is_in(draft.current["tidy"].str.casefold(), names) | is_in(draft.current["key"], keys)
    _hold_named(draft, mentioned.to_numpy() & ~confirmed, "held: a rejected line has its name or its number")


def _hold_together(draft: Draft) -> None:
    """Hold the entries that a waiting line wants or renames, and the lines that want or rename a held entry."""
    while True:
        lines = draft.desired.iloc[draft.held_desired]
        names = {*lines["tidy"], *lines["old_tidy"], *draft.current["tidy"].iloc[draft.held_current]} - {""}
        held = len(draft.held_desired) + len(draft.held_current)
        _hold_named(draft, is_in(draft.current["tidy"], names).to_numpy(), "held: a line about this entry is held")
        draft.hold_desired(_about(draft, names), "held: an entry of this name is held")
        if held == len(draft.held_desired) + len(draft.held_current):
            return


def _parts(key: str) -> set[str]:
    """Return the keys of the entries that a line with this key may be about: several numbers stand for each of them."""
    parts = {key, *key.split("|")}
    return (parts | {part.partition(";")[0] for part in parts}) - {""}


def _hold_named(draft: Draft, mask: Mask, why: str) -> None:
    """Hold entries of a list, and the lines that would change them."""
    if mask.any():
        names = draft.current["tidy"][mask]
        draft.hold_current(mask, why)
        draft.hold_desired(_about(draft, names), why)


def _about(draft: Draft, names: pd.Series | set[str]) -> Mask:
    """Tell which lines want an entry of one of these names, or take its name away."""
    mask: Mask = (is_in(draft.desired["tidy"], names) | is_in(draft.desired["old_tidy"], names)).to_numpy()
    return mask


def _keep_equal(draft: Draft, policy: Policy) -> None:
    left, right = _equal_on_free(draft)
    retyped = np.zeros(len(left), dtype=np.bool_)
    if policy.kept_types:
        wanted = draft.desired["type_id"].to_numpy(object)[left]
        stored = draft.current["type_id"].to_numpy(object)[right]
        owners, keys = draft.desired["owner"].to_numpy(object)[left], draft.desired["key"].to_numpy(object)[left]
        for at in np.flatnonzero((wanted != "") & (wanted != stored)):
            retyped[at] = (owners[at], keys[at]) in policy.kept_types
    draft.decide((left[~retyped], right[~retyped]), Action.KEEP)
    draft.decide((left[retyped], right[retyped]), Action.MODIFY)


def _equal_on_free(draft: Draft) -> Pairs:
    return _pairs(draft, ["owner", "tidy", "key"], unique=False)


def _on_free(draft: Draft, key: str, *, unique: bool = False) -> Pairs:
    return _pairs(draft, ["owner", key], unique=unique)


def _pairs(draft: Draft, columns: list[str], *, unique: bool) -> Pairs:
    free_desired, free_current = draft.free()
    pair = pair_unique if unique else pair_equal
    left, right = pair(*draft.codes(free_desired, free_current, columns))
    return free_desired[left], free_current[right]


def _may_go(draft: Draft, clears: pd.DataFrame, policy: Policy) -> Mask:
    """Tell which leftovers the configuration permits to delete."""
    owners = draft.current["owner"]
    gone = owners.isin(policy.gone)
    missing = ~gone & policy.delete_missing
    mask: Mask = (missing | (gone & policy.clear_gone) | owners.isin(clears["owner"])).to_numpy()
    return mask
