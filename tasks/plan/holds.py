"""What a plan leaves exactly as it is: entries that a line which cannot be trusted might be about, and their lines."""

from __future__ import annotations

import numpy as np
import pandas as pd

from schemas.problems import Code, Problem
from tasks.plan.candidates import equal_pairs
from tasks.plan.draft import Draft, Mask, Policy
from tasks.text_columns import is_in


def untied_line(rejected: pd.DataFrame, current: pd.DataFrame, confirmed: Mask, policy: Policy) -> int | None:
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


def confirmed_entries(draft: Draft, rejected: pd.DataFrame, policy: Policy) -> Mask:
    """Tell which entries of a phone list a good line says exactly; asked only where a line was rejected."""
    confirmed: Mask = np.zeros(len(draft.current), dtype=np.bool_)
    if policy.names_are_keys and not rejected.empty:
        confirmed[equal_pairs(draft)[1]] = True
    return confirmed


def hold_owners(draft: Draft, rejected: pd.DataFrame, policy: Policy) -> None:
    """USOS replaces an owner's numbers as a whole, so one bad line holds all of its owner."""
    first = rejected[rejected["owner"] != ""].groupby("owner")["line"].min()
    problems = {str(owner): Problem(Code.OWNER_LINE_REJECTED, place=int(line)) for owner, line in first.items()}
    problems |= {owner: Problem(Code.OWNER_UNREAD, {"said": why}) for owner, why in policy.unread.items()}
    if problems:
        reasons = {owner: draft.reason(problem) for owner, problem in problems.items()}
        for owners, hold in (
            (draft.desired["owner"], draft.hold_desired),
            (draft.current["owner"], draft.hold_current),
        ):
            why = np.asarray(owners.map(reasons).fillna(0), dtype=np.int64)
            hold(why != 0, why)


def hold_repeated_names(draft: Draft) -> None:
    """A name that stands twice in a list cannot be addressed by its name: neither entry is touched."""
    names = draft.current["tidy"]
    _hold_named(draft, names.duplicated(keep=False).to_numpy(), Problem(Code.NAME_REPEATED))


def hold_mentioned(draft: Draft, rejected: pd.DataFrame, confirmed: Mask) -> None:
    """Hold the entries that carry a rejected line's name or number, unless a good line says just what stands there."""
    if rejected.empty:
        return
    # Whether the list ignores case or not: one capital letter must not cost an entry.
    names = {name.casefold() for column in ("name", "new_name") for name in rejected[column].unique()} - {""}
    keys = {part for key in rejected["key"].unique() for part in _parts(key)}
    mentioned = is_in(draft.current["tidy"].str.casefold(), names) | is_in(draft.current["key"], keys)
    _hold_named(draft, mentioned.to_numpy() & ~confirmed, Problem(Code.LIKE_REJECTED_LINE))


def hold_together(draft: Draft) -> None:
    """Hold the entries that a waiting line wants or renames, and the lines that want or rename a held entry."""
    entry_held = draft.reason(Problem(Code.ENTRY_HELD))
    while True:
        lines = draft.desired.iloc[draft.held_desired]
        names = {*lines["tidy"], *lines["old_tidy"], *draft.current["tidy"].iloc[draft.held_current]} - {""}
        held = len(draft.held_desired) + len(draft.held_current)
        _hold_named(draft, is_in(draft.current["tidy"], names).to_numpy(), Problem(Code.LINE_HELD))
        draft.hold_desired(_about(draft, names), entry_held)
        if held == len(draft.held_desired) + len(draft.held_current):
            return


def _parts(key: str) -> set[str]:
    """Return the keys of the entries that a line with this key may be about: several numbers stand for each of them."""
    parts = {key, *key.split("|")}
    return (parts | {part.partition(";")[0] for part in parts}) - {""}


def _hold_named(draft: Draft, mask: Mask, problem: Problem) -> None:
    """Hold entries of a list, and the lines that would change them."""
    if mask.any():
        why = draft.reason(problem)
        names = draft.current["tidy"][mask]
        draft.hold_current(mask, why)
        draft.hold_desired(_about(draft, names), why)


def _about(draft: Draft, names: pd.Series | set[str]) -> Mask:
    """Tell which lines want an entry of one of these names, or take its name away."""
    mask: Mask = (is_in(draft.desired["tidy"], names) | is_in(draft.desired["old_tidy"], names)).to_numpy()
    return mask
