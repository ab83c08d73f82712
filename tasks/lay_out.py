"""Lay decisions out as the table of a plan: one row for every line and every entry, before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd

from schemas.frames import Plan
from schemas.plan import WRITES, Action
from tasks.board import Board, Inputs
from tasks.match import Ints, codes, pair_equal

COLUMNS = [*Plan.to_schema().columns]
_BEFORE = {"name": "name_before", "number": "number_before", "type_id": "type_before", "name_en": "en_before"}


def lay_out(board: Board, lines: Inputs, primary: str) -> pd.DataFrame:
    """Return the `Plan` of a board on which everything is decided, sorted by line, then by what stands there.

    Args:
        board: the decisions.
        lines: the lines that are not on the board. Each gets a row: a rejected one on the held entry it is about, where
            that is certain; a clearing one on the entries it clears.
        primary: the column that pairs a waiting line with the entry it would change.
    """
    held_desired, held_current = _pair_held(board, primary)
    decisions = [*board.decisions, (held_desired, held_current, Action.HOLD)]
    left = np.concatenate([pair[0] for pair in decisions])
    right = np.concatenate([pair[1] for pair in decisions])
    action = np.repeat([str(pair[2].value) for pair in decisions], [len(pair[0]) for pair in decisions])
    table = _rows(board, left, right, pd.Series(action, dtype="str"))
    table = _with_rejected(table, lines.rejected)
    table = _with_clears(table, lines.clears)
    table = pd.concat([table, _resting(lines.repeats, lines.repeats["message"])], ignore_index=True)
    table = _warn_of_lost_english(table)
    return _sorted(table[COLUMNS])


def _pair_held(board: Board, primary: str) -> tuple[Ints, Ints]:
    """Put a waiting line and the entry it is about on one row: equal ones first, then those of one primary key."""
    desired, current = board.held_desired, board.held_current
    lefts, rights = [], []
    for columns in (["owner", "tidy", "key"], ["owner", primary]):
        left, right = pair_equal(*codes(board.desired.iloc[desired], board.current.iloc[current], columns))
        lefts.append(desired[left])
        rights.append(current[right])
        desired, current = np.delete(desired, left), np.delete(current, right)
    nobody = np.full(max(len(desired), len(current)), -1, dtype=np.int64)
    return (
        np.concatenate([*lefts, desired, nobody[: len(current)]]),
        np.concatenate([*rights, nobody[: len(desired)], current]),
    )


def _take(frame: pd.DataFrame, column: str, at: Ints) -> pd.Series:
    """Take a text column by position, "" for -1."""
    values = frame[column].reset_index(drop=True)
    return pd.concat([values, pd.Series([""], dtype=values.dtype)], ignore_index=True).take(at).reset_index(drop=True)


def _rows(board: Board, left: Ints, right: Ints, action: pd.Series) -> pd.DataFrame:
    desired, current = board.desired, board.current
    table = pd.DataFrame({"action": action})
    table["line"] = np.append(desired["line"].to_numpy(np.int64), 0)[left]
    for column, before in _BEFORE.items():
        table[before] = _take(current, column, right)
    table["key_before"] = _take(current, "key", right)
    owner = _take(current, "owner", right)
    table["owner"] = owner.where(owner != "", _take(desired, "owner", left))
    resting = ~action.isin(WRITES)
    # What is compared as equal keeps its stored text: spelling is not a reason to write.
    same_name = (right >= 0) & (_take(desired, "tidy", left) == _take(current, "tidy", right)).to_numpy()
    same_key = (right >= 0) & (_take(desired, "key", left) == table["key_before"]).to_numpy()
    wanted_type = _take(desired, "type_id", left)
    table["name_after"] = table["name_before"].where(resting | same_name, _take(desired, "name", left))
    table["number_after"] = table["number_before"].where(resting | same_key, _take(desired, "number", left))
    table["type_after"] = table["type_before"].where(resting | (wanted_type == ""), wanted_type)
    table["key_after"] = table["key_before"].where(resting | same_key, _take(desired, "key", left))
    deleted = action == Action.DELETE
    for column in ("name_after", "number_after", "type_after", "key_after"):
        table[column] = table[column].mask(deleted, "")
    why = np.where(left >= 0, np.append(board.why_desired, "")[left], np.append(board.why_current, "")[right])
    table["message"] = pd.Series(why, dtype="str")
    return table


def _with_rejected(table: pd.DataFrame, rejected: pd.DataFrame) -> pd.DataFrame:
    """Give each rejected line its row: on the held entry of its number, else of its name, else a row of its own."""
    if rejected.empty:
        return table
    said = rejected["column"] + ' "' + rejected["value"] + '": ' + rejected["reason"]
    said = said.where(rejected["column"] != "", rejected["reason"])
    lines = rejected.assign(message="rejected: " + said).sort_values(["line", "column"], kind="stable")
    texts = lines.groupby("line")["message"].agg("; ".join)
    lines = lines.drop_duplicates("line").assign(message=lambda frame: frame["line"].map(texts))
    entries = table.index[(table["action"] == Action.HOLD) & (table["line"] == 0)]
    for theirs, ours in (("key", "key_before"), ("name", "name_before")):
        candidates = lines[lines[theirs] != ""]
        held = table.loc[entries, ["owner", ours]].rename(columns={ours: theirs})
        left, right = pair_equal(*codes(candidates, held, ["owner", theirs]))
        at = entries[right]
        table.loc[at, "line"] = candidates["line"].to_numpy()[left]
        table.loc[at, "message"] = candidates["message"].to_numpy()[left]
        entries, lines = entries.delete(right), lines.drop(index=candidates.index[left])
    alone = _blank(lines).assign(action=str(Action.HOLD.value), message=lines["message"])
    return pd.concat([table, alone], ignore_index=True)


def _with_clears(table: pd.DataFrame, clears: pd.DataFrame) -> pd.DataFrame:
    """Show a line that clears an owner on the entries it clears, or on a row of its own where there are none."""
    if clears.empty:
        return table
    by_owner = clears.drop_duplicates("owner").set_index("owner")["line"]
    cleared = (table["line"] == 0) & table["owner"].isin(by_owner.index)
    table.loc[cleared, "line"] = table.loc[cleared, "owner"].map(by_owner).astype("int64")
    rest = clears[~clears["line"].isin(table["line"])]
    return pd.concat([table, _resting(rest, "this owner has no numbers, as the line wants")], ignore_index=True)


def _resting(lines: pd.DataFrame, message: str | pd.Series) -> pd.DataFrame:
    return _blank(lines).assign(action=str(Action.KEEP.value), message=message)


def _blank(lines: pd.DataFrame) -> pd.DataFrame:
    blank = pd.DataFrame("", index=lines.index, columns=COLUMNS, dtype="str")
    return blank.assign(line=lines["line"], owner=lines["owner"])


def _warn_of_lost_english(table: pd.DataFrame) -> pd.DataFrame:
    """Say it where an English comment will go: replacing an owner's numbers keeps the Polish comments only."""
    english = table["en_before"] != ""
    if english.any():
        replaced = table.loc[table["action"].isin(WRITES), "owner"]
        lost = english & table["owner"].isin(replaced) & (table["action"] != Action.DELETE)
        note = "its English comment is lost: USOS stores the Polish one only"
        kept = table.loc[lost, "message"]
        table.loc[lost, "message"] = (kept + "; " + note).where(kept != "", note)
    return table


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    """Sort by line; what stands in no line, or several on one, by owner and text."""
    repeated = (table["line"] == 0) | table["line"].duplicated(keep=False)
    some = table[repeated].sort_values(["owner", "number_before", "name_before", "type_before"], kind="stable")
    table = pd.concat([table[~repeated], some])
    first = table["line"].where(table["line"] > 0, np.iinfo(np.int64).max)
    return table.iloc[np.argsort(first.to_numpy(), kind="stable")].reset_index(drop=True)
