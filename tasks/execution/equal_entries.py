"""Entries of one owner that are equal in name and number: a place may keep all of them, or one.

Without knowing it, every run would send the second one again and find it missing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from schemas.problems import Code, Problem, packed
from schemas.quirks import Quirk, QuirkCode
from tasks.phone.canonical_keys import tidy_text
from tasks.source.validation import Checked
from tasks.text_columns import Mask

KEEPS_ONE: Final = Quirk(QuirkCode.KEEPS_ONE_OF_EQUAL)
_EQUAL: Final = ["owner", "tidy", "key"]


def kept_once(rows: pd.DataFrame, found: pd.DataFrame) -> Mask:
    """Tell which `Plan` rows want an entry that another row wants too, and that stands in `Current` once."""
    wants = rows["key_after"] != ""
    wanted = pd.DataFrame({"owner": rows["owner"], "tidy": tidy_text(rows["name_after"]), "key": rows["key_after"]})
    several = wants & wanted[wants].duplicated(keep=False).reindex(rows.index, fill_value=False)
    if not several.any():
        return several.to_numpy(np.bool_)
    alone = found.loc[~found.duplicated(_EQUAL, keep=False), _EQUAL].assign(alone=True)
    there = wanted.merge(alone, how="left", on=_EQUAL)["alone"].eq(other=True)
    return several.to_numpy(np.bool_) & there.to_numpy(np.bool_)


def one_of_each(checked: Checked, current: pd.DataFrame, known: Collection[Quirk]) -> Checked:
    """Return the file's lines for a place that keeps one of equal entries: to say it again wants no second one.

    Where several stand there, the place has kept them, and as many lines are theirs.
    """
    if KEEPS_ONE not in known:
        return checked
    wanted = checked.desired.assign(tidy=tidy_text(checked.desired["name"]))
    groups = wanted.groupby(_EQUAL, sort=False)
    standing = wanted[_EQUAL].merge(current.groupby(_EQUAL).size().rename("n").reset_index(), how="left", on=_EQUAL)[
        "n"
    ]
    again = groups.cumcount().to_numpy() >= np.maximum(standing.fillna(1).to_numpy(), 1)
    if not again.any():
        return checked
    first = groups["line"].transform("min")[again]
    more = checked.desired.loc[again, ["line", "owner"]]
    more = more.assign(problems=[packed(Problem(Code.LINE_REPEATED, place=int(line))) for line in first])
    repeats = pd.concat([checked.repeats, more.astype(checked.repeats.dtypes.to_dict())], ignore_index=True)
    return replace(checked, desired=checked.desired[~again].reset_index(drop=True), repeats=repeats)
