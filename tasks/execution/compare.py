"""Settle what became of a plan by looking at what stands in the target: the answer of a service is only a hint."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd

from schemas.plan import WRITES, Action, Image
from tasks.pairing import Ints, Pairs, codes, pair_equal
from tasks.phone.canonical_keys import tidy_text
from tasks.text_columns import Mask, casefolded, is_in

_STORED = ["owner", "name", "number"]
_COMPARED = ["owner", "tidy", "key"]


def moved(rows: pd.DataFrame, found: pd.DataFrame) -> Mask:
    """Tell, for each `Plan` row, whether the entry it was made from does not stand there any more as it stood.

    Rows without an entry have not moved. Spelling counts: what somebody else has just edited is theirs.

    Args:
        rows: `Plan` rows, all of the owners in question.
        found: `Current` of the same owners, just read.
    """
    gone = had_entry(rows)
    at = np.flatnonzero(gone)
    left, _ = pair_equal(*codes(_image(rows, at, "before"), found, _STORED))
    gone[at[left]] = False
    return gone


def newcomers(rows: pd.DataFrame, found: pd.DataFrame) -> Mask:
    """Tell, for each `Current` row found, whether the plan does not know it."""
    _, right = pair_equal(*codes(_image(rows, np.flatnonzero(had_entry(rows)), "before"), found, _STORED))
    new = np.ones(len(found), dtype=np.bool_)
    new[right] = False
    return new


def in_place(rows: pd.DataFrame, found: pd.DataFrame, *, fold_names: bool = False) -> Mask:
    """Tell, for each `Plan` row, whether what it wants is what stands in the target.

    A deletion is in place when no such entry is left beyond those that other rows want, and so is a rename when the
    new entry stands there besides; equal entries count one by one. A row that wants nothing and deletes nothing is in
    place.
    """
    wants = (rows["key_after"] != "").to_numpy()
    came, used = _seen(rows, wants, "after", found, fold_names)
    done = ~wants
    done[came] = True
    leaves = rows["action"].isin([Action.DELETE, Action.RENAME]).to_numpy()
    left, _ = _seen(rows, leaves, "before", found.iloc[np.delete(np.arange(len(found)), used)], fold_names)
    done[left] = False
    return done


def taken(rows: pd.DataFrame, come: pd.DataFrame, *, fold_names: bool = False) -> Mask:
    """Tell, for each `Plan` row, whether the name it would bring has come into the list in the meantime.

    Args:
        rows: `Plan` rows.
        come: `Current` rows that the plan does not know.
        fold_names: the list has been seen to ignore the case of names.
    """
    brings = rows["action"].isin([Action.ADD, Action.RENAME])
    names = _folded(rows["name_after"], fold_names)
    return (brings & is_in(names, _folded(come["tidy"], fold_names))).to_numpy(dtype=np.bool_)


def shown(rows: pd.DataFrame, image: Image, found: pd.DataFrame, *, fold_names: bool = False) -> Mask:
    """Tell, for each `Plan` row, whether its entry before or after stands there, in whatever spelling."""
    there = np.zeros(len(rows), dtype=np.bool_)
    there[_seen(rows, (rows[f"key_{image}"] != "").to_numpy(), image, found, fold_names)[0]] = True
    return there


def _seen(rows: pd.DataFrame, some: Mask, image: Image, found: pd.DataFrame, fold_names: bool) -> Pairs:  # noqa: FBT001 - passed on
    """Pair some rows' entries, before or after, with those found; returns positions in `rows` and in `found`."""
    at = np.flatnonzero(some)
    if not len(at) or found.empty:
        return at[:0], at[:0]
    here = _image(rows, at, image)
    here["tidy"] = _folded(tidy_text(here["name"]), fold_names)
    there = {"owner": found["owner"], "tidy": _folded(found["tidy"], fold_names), "key": found["key"]}
    left, right = pair_equal(*codes(here, there, _COMPARED))
    return at[left], right


def vanished(rows: pd.DataFrame, found: pd.DataFrame, *, fold_names: bool = False) -> Mask:
    """Tell, for each `Plan` row that wants an entry, whether nothing has the name any more that it was made from."""
    names = _folded(tidy_text(rows["name_before"]), fold_names)
    gone = ~is_in(names, _folded(found["tidy"], fold_names)) & (rows["name_after"] != "")
    return gone.to_numpy(dtype=np.bool_)


def cost(rows: pd.DataFrame, sent: Collection[int], found: pd.DataFrame, *, fold_names: bool = False) -> Mask:
    """Tell which `Plan` rows an interrupted write has sent whose entries nothing has the name of any more."""
    lost: Mask = rows.index.isin(list(sent)) & vanished(rows, found, fold_names=fold_names)
    return lost


def agreeing(rows: pd.DataFrame, found: pd.DataFrame) -> set[str]:
    """Return the owners that hold exactly what their `Plan` rows want, whoever has brought it about."""
    wanted = rows.loc[rows["key_after"] != "", "owner"].value_counts()
    held = found["owner"].value_counts()
    done = pd.Series(in_place(rows, found), index=rows.index).groupby(rows["owner"]).all()
    return {str(owner) for owner in done.index[done] if wanted.get(owner, 0) == held.get(owner, 0)}


def unplanned_entries(rows: pd.DataFrame, found: pd.DataFrame, *, fold_names: bool = False) -> pd.DataFrame:
    """Return the `Current` rows found that are neither what a plan saw nor what it wants: they came meanwhile.

    A new name that still has the old number is no stranger: it is half of a rename that changes both.
    """
    rest = found
    images: tuple[tuple[pd.DataFrame, Image], ...] = ((rows, "after"), (rows, "before"), (halves(rows), "after"))
    for some, image in images:
        _, known = _seen(some, (some[f"key_{image}"] != "").to_numpy(), image, rest, fold_names)
        rest = rest.iloc[np.delete(np.arange(len(rest)), known)]
    return rest


def halves(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the renames among `Plan` rows as they stand halfway: under the new name, with the old number."""
    renames = rows[rows["action"] == Action.RENAME]
    return renames.assign(number_after=renames["number_before"], key_after=renames["key_before"])


def had_entry(rows: pd.DataFrame) -> Mask:
    """Tell which `Plan` rows are about an entry that stood in the target when the plan was made."""
    return (rows["key_before"] != "").to_numpy(dtype=np.bool_, copy=True)


def writes(rows: pd.DataFrame) -> Mask:
    """Tell which `Plan` rows change something."""
    return rows["action"].isin(WRITES).to_numpy(np.bool_)


def types_kept(rows: pd.DataFrame, found: pd.DataFrame) -> dict[tuple[str, str], bool]:
    """Tell, by owner and key of written numbers, whether the target now shows the type it was sent."""
    sent = rows[writes(rows) & (rows["type_after"] != "") & (rows["key_after"] != "")]
    sent = sent.drop_duplicates(["owner", "key_after"], keep=False)
    shown = found.drop_duplicates(["owner", "key"], keep=False)
    both = sent.merge(shown, left_on=["owner", "key_after"], right_on=["owner", "key"])
    keys = zip(both["owner"], both["key"], strict=True)
    return dict(zip(keys, (both["type_after"] == both["type_id"]).tolist(), strict=True))


def _image(rows: pd.DataFrame, at: Ints, image: Image) -> dict[str, pd.Series]:
    """Return what stands before or after in the `Plan` rows at these positions; of a wide table no more is copied."""
    columns = {name: f"{name}_{image}" for name in ("name", "number", "key")}
    return {name: rows[column].iloc[at] for name, column in {"owner": "owner", **columns}.items()}


def _folded(names: pd.Series, fold_names: bool) -> pd.Series:  # noqa: FBT001 - passed on
    return casefolded(names) if fold_names else names


@dataclass(frozen=True)
class Wanted:
    """One number of an owner as it is to stand there, its stored text where it is kept."""

    number: str
    name: str
    name_en: str
    type_id: str


def entity_sets(rows: pd.DataFrame, as_sent: Callable[[str], str] = str) -> dict[str, list[Wanted]]:
    """Return the complete set of every owner in the `Plan` rows, an empty one where nothing is to stay.

    Args:
        rows: `Plan`, all rows of these owners.
        as_sent: what a name is sent as, so that it comes to stand there as the plan has it.
    """
    sets: dict[str, list[Wanted]] = {str(owner): [] for owner in rows["owner"].unique()}
    stays = rows[rows["key_after"] != ""]
    columns = ("owner", "number_after", "name_after", "en_before", "type_after")
    for owner, number, name, english, type_id in zip(*(stays[column].tolist() for column in columns), strict=True):
        sets[owner].append(Wanted(number, as_sent(name), english, type_id))
    return sets
