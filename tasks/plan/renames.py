"""Rename what the CSV renames by name: the telephone list's own `New Name` column."""

from __future__ import annotations

import numpy as np
import pandas as pd

from schemas.plan import Action
from schemas.problems import Code, Problem
from tasks.pairing import pair_equal
from tasks.plan.draft import Draft
from tasks.text_columns import Mask, is_in


def rename_explicitly(draft: Draft) -> Mask:
    """Decide the lines with an old name, and return the entries whose name those lines give up.

    - only the old name stands in the list → rename;
    - only the new one, or neither → an ordinary line (it has happened already, or there is nothing to rename);
    - the old name stands there, but as the entry that another line has become → an ordinary line;
    - both stand there → held, for one of the two entries would be lost; unless the new entry is right already and
      another line wants the old name: then this link of a chain has been carried out before;
    - both stand there with the line's number → what is left of a rename that was stopped halfway: the old one goes;
    - both stand there, but the other moves away by a rename of its own (a chain, a swap) → ordinary lines that reach
      the same end without depending on the order in which a server renames; the names given up may be deleted.
    """
    released: Mask = np.zeros(len(draft.current), dtype=np.bool_)
    carried_out, taken_over = _carried_out(draft)
    rows = np.flatnonzero(draft.desired_free & (draft.desired["old_tidy"] != "").to_numpy() & ~carried_out)
    if not len(rows):
        return released
    # Repeated and held names are not free; a name that is not free cannot be renamed either.
    free = np.flatnonzero(draft.current_free)
    names = pd.Index(draft.current["tidy"].iloc[free])
    old = _positions(names, free, draft.desired["old_tidy"].iloc[rows])
    old[np.isin(old, taken_over)] = -1
    new = _positions(names, free, draft.desired["tidy"].iloc[rows])
    both = (old >= 0) & (new >= 0)
    half = _halfway(draft, rows, old, new, both)
    released[old[half]] = True
    both &= ~half
    blocked = _blocked(old, new, both)
    chained = both & ~blocked
    # The far end of a chain is no rename either: its entry is the one the next link takes over.
    chained |= (old >= 0) & ~blocked & np.isin(old, new[chained])
    plain = (old >= 0) & ~blocked & ~chained & ~half
    draft.decide((rows[plain], old[plain]), Action.RENAME)
    released[old[chained]] = True
    if blocked.any():
        why = draft.reason(Problem(Code.NEW_NAME_STANDS))
        stuck: Mask = np.zeros(len(draft.current), dtype=np.bool_)
        stuck[old[blocked]] = stuck[new[blocked]] = True
        draft.hold_current(stuck, why)
        waiting: Mask = np.zeros(len(draft.desired), dtype=np.bool_)
        waiting[rows[blocked]] = True
        draft.hold_desired(waiting, why)
    return released


def _carried_out(draft: Draft) -> tuple[Mask, np.ndarray]:
    """Find the lines and the entries of renames that have been carried out, though the whole chain has not.

    Returns:
        the lines that stand as they are wanted while their old names belong to other lines by now; and the entries that
        have come to the name they are wanted under, and whose names other lines want to give up: renamed once more
        each night, an entry would never come to rest when the service refuses that other line.
    """
    every = np.arange(len(draft.desired)), np.arange(len(draft.current))
    left, right = pair_equal(*draft.codes(*every, ["owner", "tidy", "key"]))
    old = draft.desired["old_tidy"]
    done: Mask = np.zeros(len(draft.desired), dtype=np.bool_)
    done[left] = True
    come = ((old != "") & ~is_in(old, draft.current["tidy"])).to_numpy()
    return done & is_in(old, draft.desired["tidy"]).to_numpy(), right[come[left]]


def _positions(names: pd.Index, free: np.ndarray, wanted: pd.Series) -> np.ndarray:
    found = names.get_indexer(pd.Index(wanted))
    return np.where(found >= 0, free[found] if len(free) else -1, -1)


def _halfway(draft: Draft, rows: np.ndarray, old: np.ndarray, new: np.ndarray, both: np.ndarray) -> Mask:
    """Find renames of which both entries have the number of the line, and neither is a link of a chain."""
    half: Mask = both & ~np.isin(old, new) & ~np.isin(new, old)
    at = np.flatnonzero(half)
    lines, entries = draft.numbers["key"]
    wanted = lines[rows[at]]
    half[at] = (wanted == entries[old[at]]) & (wanted == entries[new[at]])
    return half


def _blocked(old: np.ndarray, new: np.ndarray, both: np.ndarray) -> np.ndarray:
    """Find renames onto a name that stays; whoever waits for a blocked one is blocked too."""
    blocked = np.zeros(len(old), dtype=np.bool_)
    while True:
        leaving = old[(old >= 0) & ~blocked]
        found = both & ~np.isin(new, leaving)
        if (found == blocked).all():
            return blocked
        blocked = found
