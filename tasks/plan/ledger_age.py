"""Tell a ledger that is older than what stands in a place from an ordinary night with changes by others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from schemas.plan import WRITES, Action
from schemas.problems import DRIFT, Code
from tasks.pairing import codes
from tasks.phone.canonical_keys import tidy_text
from tasks.text_columns import casefolded, is_in

# Fewer may be somebody who has typed in by hand what stands in the file as well.
_MANY: Final = 3
# What is looked at of a `Plan`.
COMPARED: Final = ("line", "owner", "action", "code", "name_before", "name_after", "key_before", "key_after")
_WANTED: Final = [str(action.value) for action in (Action.KEEP, *WRITES) if action is not Action.DELETE]


@dataclass(frozen=True)
class Behind:
    """What the file wants otherwise than the ledger says it was left, counted by owners, or by names on a list.

    Attributes:
        changed: of them, all.
        done: of them, those that stand as the file wants them already, though no run that the ledger knows wrote that.
    """

    changed: int
    done: int

    @property
    def is_older(self) -> bool:
        """Tell whether runs have probably written of which the ledger knows nothing.

        What others change on their own is not counted at all: there the file wants what was left. Somebody who does by
        hand most of what the file has changed since the last run looks just the same, and cannot be told apart.
        """
        return self.done >= _MANY and 2 * self.done > self.changed


def deletes(plan: pd.DataFrame) -> bool:
    """Tell whether a `Plan` takes anything away that does not move to another owner."""
    return bool(((plan["action"] == Action.DELETE) & (plan["code"] != Code.MOVES_AWAY)).any())


def behind(
    plan: pd.DataFrame, left: pd.DataFrame, read: Collection[str], *, by_name: bool, elsewhere: Collection[str] = ()
) -> Behind:
    """Compare what a file wants and what stands there with what the ledger says was left there.

    Args:
        plan: `Plan`, or these columns of it: `COMPARED`.
        left: the entries that the sync has left in its place, see `left_behind`.
        read: the owners that were read: of others nobody knows what stands there.
        by_name: a place is one owner, and who changes is one of its names.
        elsewhere: names that are another file's now.
    """
    claimed = left["claimed"] & is_in(left["owner"], read)
    if not claimed.any():
        return Behind(0, 0)
    rows = plan[(plan["line"] > 0) & plan["action"].isin(_WANTED) & (plan["key_after"] != "")]
    wanted, there = codes({"owner": rows["owner"], "key": rows["key_after"]}, left, ["owner", "key"])
    ours, new, lost = left[claimed], rows[~np.isin(wanted, there)], left[claimed & ~np.isin(there, wanted)]
    if by_name and elsewhere:
        ours, lost = (some[~is_in(tidy_text(some["name"]), elsewhere)] for some in (ours, lost))
    new = new.assign(of=_whose(new["owner"], new["name_after"], by_name=by_name))
    lost = lost.assign(of=_whose(lost["owner"], lost["name"], by_name=by_name))
    # Nobody knows what a held line wants; and of drift the file wants what was left.
    unsure = plan[(plan["action"] == Action.HOLD) | plan["code"].isin(DRIFT)]
    names = (unsure["name_before"], unsure["name_after"])
    doubtful = pd.concat([_whose(unsure["owner"], name, by_name=by_name) for name in names])
    new, lost = (some[~is_in(some["of"], doubtful)] for some in (new, lost))
    if not new.empty:
        new = new[is_in(new["of"], _whose(ours["owner"], ours["name"], by_name=by_name))]
    there, stands = codes(lost, {"owner": plan["owner"], "key": plan["key_before"]}, ["owner", "key"])
    standing = np.isin(there, stands)
    changed = {*new["of"], *lost["of"]}
    waiting = {*new.loc[new["action"] != Action.KEEP, "of"], *lost.loc[standing, "of"]}
    return Behind(len(changed), len(changed - waiting))


def _whose(owners: pd.Series, names: pd.Series, *, by_name: bool) -> pd.Series:
    return owners + "\x1f" + casefolded(tidy_text(names)) if by_name else owners
