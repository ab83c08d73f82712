"""Invert what a run has done: the plan that leads back to the entries that stood before it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from schemas.plan import Action
from schemas.problems import Code, Problem, packed, with_name
from tasks.pairing import codes, pair_equal
from tasks.phone.canonical_keys import tidy_text
from tasks.plan.table import COLUMNS
from tasks.text_columns import is_in

_BACK = {
    str(Action.ADD.value): str(Action.DELETE.value),
    str(Action.DELETE.value): str(Action.ADD.value),
    str(Action.MODIFY.value): str(Action.MODIFY.value),
    str(Action.RENAME.value): str(Action.RENAME.value),
}
_TEXTS = ("name", "number", "type", "key")
_MOVED = Problem(Code.CHANGED_SINCE_RUN)
_TAKEN = Problem(Code.NAME_TAKEN)
_BY_OTHERS = Problem(Code.CAME_BACK)
_BY_US = Problem(Code.PUT_BACK_SINCE)


def invert(
    applied: pd.DataFrame,
    current: pd.DataFrame,
    *,
    names_are_keys: bool,
    kept: pd.DataFrame | None = None,
    since: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the `Plan` of the way back. Whatever somebody has changed since stays as they left it.

    Args:
        applied: the `Plan` rows that a run has applied.
        current: `Current` of their owners, as they stand now.
        names_are_keys: a name stands once in a list.
        kept: the other rows of the plan: what stood beside them all along is nobody's way back.
        since: `owner, name, key` of what the sync has left there since: of that, nobody else has put anything back.

    Returns:
        one row for every applied row, and one for every other current entry, which is kept; no row has a line.
    """
    current = current.reset_index(drop=True)
    applied = applied.reset_index(drop=True)
    back = _swapped(applied)
    stood = np.flatnonzero((back["key_before"] != "").to_numpy())
    before = pd.DataFrame({name: back.loc[stood, name] for name in ("owner", "key_before", "name_before")})
    before = before.assign(tidy=tidy_text(before["name_before"]), key=before["key_before"])
    left, right = pair_equal(*codes(before, current, ["owner", "tidy", "key"]))
    found = stood[left]
    for ours, theirs in (("name_before", "name"), ("number_before", "number"), ("type_before", "type_id")):
        back.loc[found, ours] = current[theirs].to_numpy(object)[right]
    back.loc[found, "en_before"] = current["name_en"].to_numpy(object)[right]
    moved = np.delete(stood, left)
    _leave(back, moved, _MOVED)
    rest = current[~np.isin(current.index, right)]
    back, rest = _already_back(back, rest, kept, since)
    if names_are_keys:
        taken = is_in(back["name_after"], rest["name"]) & (back["name_after"] != back["name_before"])
        taken &= back["action"].isin([Action.ADD, Action.RENAME])
        names = back["name_before"].where(taken & (back["key_before"] != ""), "")
        _leave(back, np.flatnonzero(taken & (names == "")), _TAKEN)
        renamed = np.flatnonzero(taken & (names != ""))
        for name in _TEXTS:
            back.loc[renamed, f"{name}_after"] = back.loc[renamed, f"{name}_before"]
        _hold(back, renamed, _TAKEN)
    table = pd.concat([back[COLUMNS], _kept(rest)], ignore_index=True)
    return table.sort_values(["owner", "name_before", "number_before", "name_after"], kind="stable", ignore_index=True)


def _already_back(
    back: pd.DataFrame, rest: pd.DataFrame, kept: pd.DataFrame | None, since: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let an entry that the run has deleted and that came back since be one row, which is kept: it is not added twice.

    Returns:
        the rows of the way back, and the entries that are about none of them.
    """
    came = rest.reset_index()
    if kept is not None:
        beside = kept[kept["key_after"] != ""].rename(columns={"key_after": "key"})
        beside = beside.assign(tidy=tidy_text(beside["name_after"]))
        _, stood = pair_equal(*codes(beside, came, ["owner", "tidy", "key"]))
        came = came.drop(index=came.index[stood]).reset_index(drop=True)
    added = back.index[back["action"] == Action.ADD]
    wanted = back.loc[added, ["owner", "key_after", "name_after"]].rename(columns={"key_after": "key"})
    wanted = wanted.assign(tidy=tidy_text(wanted["name_after"]))
    left, right = pair_equal(*codes(wanted, came, ["owner", "tidy", "key"]))
    rows, entries = added[left], came.iloc[right]
    for ours, theirs in (("name", "name"), ("number", "number"), ("type", "type_id"), ("key", "key")):
        for image in ("before", "after"):
            back.loc[rows, f"{ours}_{image}"] = entries[theirs].to_numpy(object)
    back.loc[rows, "en_before"] = entries["name_en"].to_numpy(object)
    by_us = rows[:0]
    if since is not None:
        left_there = since.assign(tidy=tidy_text(since["name"]))
        by_us = rows[pair_equal(*codes(entries, left_there, ["owner", "tidy", "key"]))[0]]
    for some, why in ((rows, _BY_OTHERS), (by_us, _BY_US)):
        said = [str(Action.KEEP.value), packed(why), str(why.code.value)]
        back.loc[some, ["action", "problems", "code"]] = said
    return back, rest[~rest.index.isin(entries["index"])]


def _swapped(applied: pd.DataFrame) -> pd.DataFrame:
    back = applied.assign(line=0, action=applied["action"].map(_BACK), en_before="", problems="", code="")
    for name in _TEXTS:
        back[f"{name}_before"], back[f"{name}_after"] = applied[f"{name}_after"], applied[f"{name}_before"]
    return back.astype({"action": "str"})


def _leave(back: pd.DataFrame, rows: np.ndarray, why: Problem) -> None:
    """Turn rows into remarks: they are about nothing that stands there."""
    columns = ("name_before", "name_after", "number_before", "number_after")
    called = [next(filter(None, texts), "") for texts in zip(*(back.loc[rows, name] for name in columns), strict=True)]
    for name in _TEXTS:
        back.loc[rows, [f"{name}_before", f"{name}_after"]] = ""
    _hold(back, rows, why)
    back.loc[rows, "problems"] = pd.Series([with_name(why, text) for text in called], index=rows, dtype="str")


def _hold(back: pd.DataFrame, rows: np.ndarray, why: Problem) -> None:
    back.loc[rows, ["action", "problems", "code"]] = [str(Action.HOLD.value), packed(why), str(why.code.value)]


def _kept(rest: pd.DataFrame) -> pd.DataFrame:
    texts = {"name": rest["name"], "number": rest["number"], "type": rest["type_id"], "key": rest["key"]}
    images = {f"{name}_{image}": values for image in ("before", "after") for name, values in texts.items()}
    kept = pd.DataFrame({"owner": rest["owner"], "en_before": rest["name_en"], **images})
    said = {"problems": "str", "code": "str"}
    return kept.assign(line=0, action=str(Action.KEEP.value), problems="", code="").astype(said)[COLUMNS]
