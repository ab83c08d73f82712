"""Put every line of a file beside the entry it is about: each line and each entry has one row, a pair of them one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.problems import Problem, code_of, packed, unpacked_values
from tasks.pairing import Ints, Pairs, join, number, pair_equal, pair_unique
from tasks.source.validation import Checked
from tasks.text_columns import Mask, casefolded, is_in

# The columns that a finding begins with, and what later steps need to know of it. `part` tells alike situations apart;
# `also` is the other end of a link, `LINE SYNC`; `cell` the column that the number of a line stands in: `number`, or
# the header of a further one, "" where that is not one cell alone.
TEXTS = ("number_csv", "name_csv", "type_csv", "number_there", "name_there", "type_there")
COLUMNS = (
    *("kind", "sync", "line", "owner", "key", *TEXTS, "what", "action", "key_there", "owner_there", "part", "also"),
    "drift",
    "cell",
)


@dataclass(frozen=True)
class SyncSide:
    """One sync as it stands: its file, judged, and the entries of its place.

    Attributes:
        sync: its name.
        place: what people call the place: `usos faculty`, `telephony tenant chopin`.
        names_are_keys: an entry is known by its name; otherwise by its number.
        name_called: what people call the text beside a number: name or comment.
        source: `Source`, the file as it was typed.
        checked: the same, judged.
        entries: `Current`.
        plan: `Plan`, what a run of the sync would do now.
        unread: owners whose entries could not be read; their lines are not compared.
        names_managed: the file has a column of names.
        fold_names: the place has been seen to ignore the case of names.
        short_codes: house numbers such as 112 are numbers here.
        untyped: (owner, key) of entries whose type the place has been seen not to keep.
    """

    sync: str
    place: str
    names_are_keys: bool
    source: pd.DataFrame
    checked: Checked
    entries: pd.DataFrame
    plan: pd.DataFrame
    unread: frozenset[str] = frozenset()
    names_managed: bool = True
    fold_names: bool = False
    short_codes: bool = False
    untyped: frozenset[tuple[str, str]] = frozenset()
    name_called: str = "name"


_ORDER = ("owner", "key", "tidy", "number", "name", "type_id")
_LINES = ["line", "owner", "tidy", "old_tidy", "key", "type_id", "problems"]


@dataclass(frozen=True)
class Aligned:
    """Lines and entries, and which of them stand beside each other.

    Attributes:
        lines: `line, owner, tidy, old_tidy, key, type_id, problems`: trusted lines, then rejected ones with all their
            problems, packed.
        there: `Current`, in an order that does not depend on the service's.
        left: for each row the position of its line, -1 where it has none.
        right: likewise of its entry.
        moved: rows whose number stands under another owner than their line says.
    """

    lines: pd.DataFrame
    there: pd.DataFrame
    left: Ints
    right: Ints
    moved: Mask


def align(side: SyncSide) -> Aligned:
    """Return the rows: pairs first, then lines without an entry, then entries without a line."""
    wanted, bad, there = _wanted(side), _bad(side), _there(side)
    lines = pd.concat([wanted, bad], ignore_index=True)
    alone = _Alone(lines, there)
    trusted = np.arange(len(lines)) < len(wanted)
    here = [alone.pair(columns, pair, trusted & mask) for columns, pair, mask in _steps(side, lines)]
    moved = alone.pair(["key"], pair_equal, trusted)
    # A line that cannot be trusted stands beside the entry of its number, else of its name.
    known = ~trusted & (lines["owner"] != "").to_numpy(np.bool_)
    held = [
        alone.pair(["owner", column], pair_equal, known & (lines[column] != "").to_numpy(np.bool_))
        for column in ("key", "tidy")
    ]
    left, right = (np.concatenate([pairs[at] for pairs in (*here, moved, *held)]) for at in (0, 1))
    lonely, rest = np.flatnonzero(alone.lines), np.flatnonzero(alone.entries)
    first = sum(len(pairs[0]) for pairs in here)
    at = np.arange(len(left) + len(lonely) + len(rest))
    return Aligned(
        lines,
        there,
        np.concatenate([left, lonely, np.full(len(rest), -1)]),
        np.concatenate([right, np.full(len(lonely), -1), rest]),
        (at >= first) & (at < first + len(moved[0])),
    )


class _Alone:
    """Lines and entries that stand beside nothing yet; texts are compared once, and their numbers from then on."""

    def __init__(self, lines: pd.DataFrame, there: pd.DataFrame) -> None:
        self.lines: Mask = np.ones(len(lines), dtype=np.bool_)
        self.entries: Mask = np.ones(len(there), dtype=np.bool_)
        self._numbers = {column: number(lines[column], there[column]) for column in ("owner", "tidy", "key", "type_id")}
        self._numbers["old_tidy"] = number(lines["old_tidy"], there["tidy"])

    def pair(self, columns: Sequence[str], pair: Callable[[Ints, Ints], Pairs], mask: Mask) -> Pairs:
        """Pair those lines of the mask and those entries that agree in the columns; they are alone no more."""
        left, right = np.flatnonzero(self.lines & mask), np.flatnonzero(self.entries)
        codes = join([(ours[left], theirs[right]) for ours, theirs in map(self._numbers.__getitem__, columns)])
        in_left, in_right = pair(*codes)
        found = left[in_left], right[in_right]
        self.lines[found[0]], self.entries[found[1]] = False, False
        return found


def _steps(side: SyncSide, lines: pd.DataFrame) -> list[tuple[list[str], Callable[[Ints, Ints], Pairs], Mask]]:
    """Return by what lines are known to be about an entry, the surest first."""
    every = np.ones(len(lines), dtype=np.bool_)
    first, second = ("tidy", "key") if side.names_are_keys else ("key", "tidy")
    steps: list[tuple[list[str], Callable[[Ints, Ints], Pairs], Mask]] = []
    typed = (lines["type_id"] != "").to_numpy(np.bool_) & (not side.names_are_keys)
    alike = ["tidy", "key"] if side.names_managed else ["key"]
    if typed.any():
        steps.append((["owner", *alike, "type_id"], pair_equal, typed))  # a telephone and a fax of one number
    if side.names_managed:
        steps.append((["owner", "tidy", "key"], pair_equal, every))
    if side.names_are_keys:
        steps.append((["owner", "old_tidy"], pair_unique, (lines["old_tidy"] != "").to_numpy(np.bool_)))
    steps.append((["owner", first], pair_equal, every))
    if side.names_managed:
        steps.append((["owner", second], pair_unique, every))
    return steps


def _wanted(side: SyncSide) -> pd.DataFrame:
    desired = side.checked.desired
    desired = desired[~is_in(desired["owner"], side.unread)].sort_values("line", kind="stable", ignore_index=True)
    tidy, old = desired["name"], desired["old_name"]
    if side.fold_names:
        tidy, old = casefolded(tidy), casefolded(old)
    return desired.assign(tidy=tidy, old_tidy=old, problems="")[_LINES]


def _bad(side: SyncSide) -> pd.DataFrame:
    """Return one row for each rejected line, all its problems together; of several entries of a line each has one."""
    said_of = ["line", "column", "value", "code", "values"]
    rejected = side.checked.rejected.drop_duplicates(said_of).sort_values("line", kind="stable")
    lines = rejected.drop_duplicates("line", ignore_index=True)
    starts = np.append(np.flatnonzero(~rejected["line"].duplicated()), len(rejected))
    # Where a line brings several entries, the column says which of them it is about.
    column = rejected["column"].where(rejected["line"].isin(side.checked.further["line"]), "")
    problems = list(zip(rejected["code"], rejected["values"], column, strict=True))
    known = {problem: _packed(*problem) for problem in set(problems)}
    said = pa.ListArray.from_arrays(starts, pa.array([known[problem] for problem in problems], type=pa.string()))
    whole = "[" + pc.binary_join(said, ",").to_pandas() + "]"
    bad = _each_entry(lines.assign(old_tidy="", type_id="", problems=whole), side.checked.further)
    bad["tidy"] = casefolded(bad["name"]) if side.fold_names else bad["name"]
    return bad[_LINES]


def _packed(code: str, values: str, column: str) -> str:
    about = {"of_column": column} if column else {}
    return packed(Problem(code_of(code), {**unpacked_values(values), **about}))[1:-1]


def _each_entry(lines: pd.DataFrame, further: pd.DataFrame) -> pd.DataFrame:
    """Return the rejected lines with a row for each entry that they bring."""
    if further.empty or not lines["line"].isin(further["line"]).any():
        return lines
    entries = further[["line", "name", "key"]]
    several = lines["line"].isin(entries["line"])
    each = lines[several].drop(columns=["name", "key"]).merge(entries, on="line")
    return pd.concat([lines[~several], each]).sort_values("line", kind="stable", ignore_index=True)


def _there(side: SyncSide) -> pd.DataFrame:
    texts = pa.table({column: pa.array(side.entries[column], type=pa.large_string()) for column in _ORDER})
    order = pc.sort_indices(texts, sort_keys=[(column, "ascending") for column in _ORDER])
    there: pd.DataFrame = side.entries.iloc[order.to_numpy()].reset_index(drop=True)
    return there.assign(tidy=casefolded(there["tidy"])) if side.fold_names else there


def deduplicate(rows: pd.DataFrame, place_of: Mapping[str, str]) -> pd.DataFrame:
    """Leave out an entry of a shared place that another sync's line is about, and show the rest with one sync only.

    Args:
        rows: what `compare` returned of all syncs, in their order.
        place_of: the place of each sync.
    """
    entry = pd.DataFrame(
        {
            "place": rows["sync"].map(place_of),
            "owner": rows["owner_there"],
            "name": rows["name_there"],
            "number": rows["number_there"],
            "sync": rows["sync"],
        }
    )
    shared = entry.groupby("place")["sync"].transform("nunique") > 1
    alone = rows["line"] == 0
    if not (shared & alone).any():
        return rows
    columns = ["place", "owner", "name", "number"]
    # Of one entry the row with a line comes first, then that of the first sync.
    ranked = entry[shared].assign(alone=alone[shared]).sort_values("alone", kind="stable")
    first = ranked.groupby(columns)["sync"].transform("first")
    extra = ranked.index[ranked["alone"] & (ranked["sync"] != first)]
    return rows.drop(index=extra).reset_index(drop=True)
