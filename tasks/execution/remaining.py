"""What is left of a plan: the rest of an interrupted one, and slices of a large one that share nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from schemas.plan import Action, Image, Outcome
from tasks.execution.compare import in_place, writes
from tasks.pairing import codes, pair_equal
from tasks.phone.canonical_keys import tidy_text
from tasks.text_columns import Mask, is_in

# What says nothing final about a row: nothing is known, nobody knows, or it was never sent.


OPEN = frozenset({"", str(Outcome.UNKNOWN.value), str(Outcome.SKIPPED.value)})
_DONE = frozenset({str(Outcome.APPLIED.value), str(Outcome.UNCHANGED.value)})
_IMAGE = ("name", "number", "type", "key")


@dataclass(frozen=True)
class Remaining:
    """What an interrupted plan still wants.

    Attributes:
        rows: `Plan` with the positions of the old one: changes that are done are entries at rest now, changes that were
            refused are left as they were, and only the others are still changes.
        seen: positions of changes that nothing was known of, and that turn out to be in place.
        erased: positions of changes that nothing final was known of when their person was erased.
    """

    rows: pd.DataFrame
    seen: list[int]
    erased: list[int]


def remaining_plan(
    rows: pd.DataFrame, outcomes: Mapping[int, str], found: pd.DataFrame, *, fold_names: bool
) -> Remaining:
    """Return the rest of a plan, given what is known of its rows and what stands in the target now.

    Args:
        rows: `Plan`, whole.
        outcomes: what is known, by position.
        found: `Current` of all its owners.
        fold_names: the target has been seen to ignore the case of names.
    """
    known = np.array([outcomes.get(row, "") for row in rows.index], dtype=object)
    changes = writes(rows)
    still_open = changes & np.isin(known, list(OPEN))
    # What is blank agrees with everything that stands there, and must not be said to have been done.
    erased = still_open & (rows["owner"] == "").to_numpy()
    unsettled = still_open & ~erased
    seen = unsettled & in_place(rows, found, fold_names=fold_names)
    done = seen | (changes & np.isin(known, list(_DONE)))
    given_up = changes & ~done & ~unsettled
    rest = rows.copy()
    for name in _IMAGE:
        rest.loc[done, f"{name}_before"] = rest.loc[done, f"{name}_after"]
    rest.loc[done, "action"] = str(Action.KEEP.value)
    rest = without(rest, given_up)
    at_rest = np.isin(rest.index, rows.index[done])
    seen_rows, erased_rows = ([int(row) for row in rows.index[mask]] for mask in (seen, erased))
    return Remaining(_as_found(rest, at_rest, found), seen_rows, erased_rows)


def still_wanted(rows: pd.DataFrame, present: pd.DataFrame) -> Mask:
    """Tell which changes of an older plan the present file wants as well.

    It wants what they bring, or what they delete gone; and nothing may stay that they take away, such as a number that
    goes over to another owner now and has not arrived there.

    Args:
        rows: `Plan` rows of the older plan.
        present: the `Plan` that the present file makes of what stands there.
    """
    stays, gone = _entries(present[present["key_after"] != ""], "after"), present[present["action"] == Action.DELETE]
    there, leaves = set(stays), set(_entries(gone, "before"))
    deletes = (rows["action"] == Action.DELETE).tolist()
    wanted = [
        was in leaves if delete else will in there and (was == will or was not in there)
        for delete, was, will in zip(deletes, _entries(rows, "before"), _entries(rows, "after"), strict=True)
    ]
    return np.array(wanted, dtype=np.bool_)


def held_back(rows: pd.DataFrame, present: pd.DataFrame, *, whole_owners: bool) -> Mask:
    """Tell which changes of an older plan the present file may want as well, and only holds.

    A held line that goes with no entry does not say in the plan what it wants: it could be any of its owner's changes.

    Args:
        rows: `Plan` rows of the older plan.
        present: the `Plan` that the present file makes of what stands there.
        whole_owners: the service replaces all of an owner at once, so that one held line holds them all.
    """
    holds = present[present["action"] == Action.HOLD]
    with_entry = holds["key_before"] != ""
    unsaid = holds if whole_owners else holds[~with_entry]
    held: Mask = is_in(rows["owner"], unsaid["owner"]).to_numpy(dtype=np.bool_, copy=True)
    for column in ("name", "key"):
        there = set(zip(holds["owner"], tidy_text(holds[f"{column}_before"]).where(with_entry), strict=True))
        for image in ("before", "after"):
            own = zip(rows["owner"], tidy_text(rows[f"{column}_{image}"]), strict=True)
            held |= np.array([value in there for value in own], dtype=np.bool_)
    return held


def _entries(rows: pd.DataFrame, image: Image) -> list[tuple[str, str, str]]:
    """Return owner, name and key of what stands before or after."""
    return list(zip(rows["owner"], tidy_text(rows[f"name_{image}"]), rows[f"key_{image}"], strict=True))


def without(rows: pd.DataFrame, given_up: Mask) -> pd.DataFrame:
    """Return `Plan` rows in which these changes are not made: their entries stay as they are."""
    rest = rows.copy()
    for name in _IMAGE:
        rest.loc[given_up, f"{name}_after"] = rest.loc[given_up, f"{name}_before"]
    rest.loc[given_up, "action"] = str(Action.HOLD.value)
    return rest[(rest["key_before"] != "") | (rest["key_after"] != "")]


def _as_found(rest: pd.DataFrame, at_rest: np.ndarray, found: pd.DataFrame) -> pd.DataFrame:
    """Give entries that are done the text that the target made of them: it may have tidied what it was sent."""
    rows = rest.index[at_rest]
    wanted = pd.DataFrame(
        {
            "owner": rest.loc[rows, "owner"],
            "tidy": tidy_text(rest.loc[rows, "name_after"]),
            "key": rest.loc[rows, "key_after"],
        }
    )
    left, right = pair_equal(*codes(wanted, found, ["owner", "tidy", "key"]))
    for column, ours in (("name", "name"), ("number", "number"), ("type_id", "type")):
        for image in ("before", "after"):
            rest.loc[rows[left], f"{ours}_{image}"] = found[column].to_numpy(object)[right]
    return rest


def owners_to_write(rows: pd.DataFrame) -> list[str]:
    """Return the owners for whom a plan changes something, in their order."""
    return sorted(rows.loc[writes(rows), "owner"].unique())


def cut(rows: pd.DataFrame, number: int, of: int) -> pd.DataFrame:
    """Return one slice of `Plan` rows: every `of`-th changed owner, whole; all slices together are all of them.

    Args:
        rows: `Plan`, whole: on every machine the same, so that the slices are.
        number: which slice, from 1 on.
        of: how many there are.
    """
    return rows[is_in(rows["owner"], owners_to_write(rows)[number - 1 :: of])]
