"""Compare a file with the place it is for: every line and every entry ends in exactly one finding.

Read-only and undecided: who is right is for people to say. What a sync would do about it is taken from its plan.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from schemas.findings import FindingKind
from schemas.problems import BY_OTHERS, Code, Problem, packed
from tasks.pairing import Ints, codes, pair_equal
from tasks.phone.canonical_keys import tidy_text
from tasks.phone.parser import is_short_code
from tasks.reconcile.align import COLUMNS, Aligned, SyncSide, align
from tasks.text_columns import Mask, is_in


def classify_findings(side: SyncSide) -> pd.DataFrame:
    """Return `COLUMNS`: one row for each line of the file and for each entry, a pair of them on one row.

    Not yet told apart here: a number that is missing here and stands in another system.
    """
    found = align(side)
    rows = _laid_out(side, found)
    rows["kind"], rows["what"] = _kinds(side, rows, found.moved)
    rows = _with_duplicates(side, rows)
    rows = pd.concat([rows, _of_repeats(side), _of_clears(side, found.there)], ignore_index=True)
    planned = _planned(rows, side.plan, side.checked.further["line"])
    rows["action"] = planned["action"]
    rows["also"] = rows["also"].mask(planned["code"] == Code.OWNER_LEFT, str(Code.OWNER_LEFT.value))
    rows["drift"] = planned["code"].where(planned["code"].isin(BY_OTHERS), "")
    return rows[[*COLUMNS]]


def _laid_out(side: SyncSide, found: Aligned) -> pd.DataFrame:
    """Return the rows with all their texts, "" on the side where nothing stands."""
    left, right = found.left, found.right
    ours = {name: _taken(found.lines[name], left) for name in ("owner", "key", "tidy", "problems")}
    theirs = {name: _taken(found.there[name], right) for name in ("owner", "key", "tidy", "number", "name", "type_id")}
    line = np.append(found.lines["line"].to_numpy(np.int64), 0)[left]
    said = pd.DataFrame({"line": line, "tidy": ours["tidy"], "key": ours["key"]})
    typed = _typed(side, said)
    named, none = pd.Series(left >= 0), pd.Series("", index=range(len(left)), dtype="str")
    table = pd.DataFrame(
        {
            "sync": pd.Series(side.sync, index=none.index, dtype="str"),
            "owner": ours["owner"].where(named, theirs["owner"]),
            "owner_there": theirs["owner"],
            "key": ours["key"].where(named, theirs["key"]),
            "key_there": theirs["key"],
            **typed,
            "number_there": theirs["number"],
            "name_there": theirs["name"],
            "type_there": theirs["type_id"],
            "tidy": ours["tidy"],
            "tidy_there": theirs["tidy"],
            "problems": ours["problems"],
            "part": none,
            "also": none,
        }
    )
    # A text that holds no number is no canonical number.
    for column in ("key", "key_there"):
        table[column] = table[column].mask(table[column] == "text:", "")
    return table.assign(line=line, paired=(left >= 0) & (right >= 0))


def _typed(side: SyncSide, rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return what was typed in these lines, "" for line 0; the new name of one that renames.

    Args:
        side: the sync.
        rows: `line, tidy, key`: of a line that brings several entries, which one.
    """
    source, further = side.source, side.checked.further
    at = _at(_entries(side), rows, further["line"])
    name = source["new_name"].where(source["new_name"] != "", source["name"])
    texts = {"number_csv": source["number"], "name_csv": name, "type_csv": source["type_id"]}
    cells = _put(further, "column", pd.Series("number", index=range(len(source)), dtype="str"))
    typed = {column: tidy_text(_taken(values, at)) for column, values in texts.items()}
    return {**typed, "cell": _taken(cells, at)}


def _entries(side: SyncSide) -> pd.DataFrame:
    """Return `line, name, final, key` of each row of `Source`, as far as its line brings several entries."""
    blank = pd.Series("", index=range(len(side.source)), dtype="str")
    texts = {column: _put(side.checked.further, column, blank) for column in ("name", "final", "key")}
    return pd.DataFrame(texts).assign(line=side.source["line"].to_numpy())


def _put(further: pd.DataFrame, column: str, texts: pd.Series[str]) -> pd.Series[str]:
    """Return texts, one for each row of `Source`, with what is known of those of further columns."""
    if further.empty:
        return texts
    return (
        pd.Series(further[column].to_numpy(), index=further["at"].to_numpy(), dtype="str")
        .reindex(texts.index)
        .fillna(texts)
    )


def _at(table: pd.DataFrame, rows: pd.DataFrame, several: pd.Series) -> Ints:
    """Return which row of a table each row is about: the first of its line, -1 for none.

    Args:
        table: `line, name, final, key`.
        rows: `line, tidy, key`.
        several: the lines that bring several entries: of these it is the one of the same name and number, else of the
            same number, else of the same name, else one that says neither.
    """
    firsts = np.flatnonzero(~table["line"].duplicated().to_numpy())
    found = pd.Index(table["line"].iloc[firsts]).get_indexer(pd.Index(rows["line"]))
    at: Ints = np.append(firsts, -1)[found]
    if several.empty:
        return at
    known: dict[tuple[int, str | None, str | None], int] = {}
    some = np.flatnonzero(table["line"].isin(several).to_numpy())
    for name in ("final", "name"):
        cells = zip(*(table[column].iloc[some].tolist() for column in ("line", name, "key")), strict=True)
        for place, (line, text, key) in zip(some.tolist(), cells, strict=True):
            for each in _ways(line, text, key):
                known.setdefault(each, place)
    for row in np.flatnonzero(rows["line"].isin(several).to_numpy()).tolist():
        line, text, key = (rows[column].iloc[row] for column in ("line", "tidy", "key"))
        ways = (*_ways(line, text, key), (line, "", ""))
        at[row] = next((known[each] for each in ways if each in known), at[row])
    return at


def _ways(line: int, name: str, key: str) -> list[tuple[int, str | None, str | None]]:
    """Return by what an entry of a line is known, the surest first."""
    name = name.casefold()
    by_one = [(line, None, key)] * bool(key) + [(line, name, None)] * bool(name)
    return [(line, name, key), *by_one]


def _taken(values: pd.Series, at: Ints) -> pd.Series:
    """Take a text column by position, "" for -1."""
    return pd.Series(values.array.take(at, allow_fill=True, fill_value=""))


def _kinds(side: SyncSide, rows: pd.DataFrame, moved: Mask) -> tuple[pd.Series, pd.Series]:
    """Return kind and `what` of each row, duplicates and other systems not yet considered."""
    bad, alone = rows["problems"] != "", rows["line"] == 0
    paired = rows["paired"] & ~bad & ~moved
    what = _differences(side, rows).where(paired, "")
    wordy = alone & ~_holds_a_number(rows["key_there"], short_codes=side.short_codes)
    said = [
        (wordy | bad, FindingKind.UNREADABLE),
        (alone, FindingKind.FOREIGN),
        (pd.Series(moved, index=rows.index), FindingKind.ELSEWHERE),
        (what != "", FindingKind.DIFFERS),
        (paired, FindingKind.AGREE),
    ]
    masks = [mask.to_numpy(np.bool_) for mask, _ in said]
    kind = np.select(masks, [np.array(str(kind), dtype=object) for _, kind in said], str(FindingKind.MISSING))
    what = what.mask(moved, "owner").mask(bad, rows["problems"]).mask(wordy, packed(Problem(Code.NO_NUMBER_IN_IT)))
    return pd.Series(kind, index=rows.index, dtype="str"), what


def _differences(side: SyncSide, rows: pd.DataFrame) -> pd.Series:
    """Name in which parts line and entry differ: `comment, number`."""
    typed = (rows["type_csv"] != "") & (rows["type_csv"] != rows["type_there"])
    if side.untyped and typed.any():
        known = pd.Series(list(zip(rows["owner"].tolist(), rows["key"].tolist(), strict=True)), index=rows.index)
        typed &= ~known.isin(side.untyped)
    parts = {
        side.name_called: (rows["tidy"] != rows["tidy_there"]) & side.names_managed,
        "type": typed & (not side.names_are_keys),
        "number": rows["key"] != rows["key_there"],
    }
    # Each combination of the three has its own text.
    texts = [", ".join(part for at, part in enumerate(parts) if those >> at & 1) for those in range(8)]
    those = sum(mask.to_numpy(np.int64) << at for at, mask in enumerate(parts.values()))
    return pd.Series(np.array(texts, dtype=object)[those], index=rows.index, dtype="str")


def _holds_a_number(keys: pd.Series, *, short_codes: bool) -> pd.Series:
    wordy = keys.str.startswith("text:") | (keys == "")
    short = [key for key in keys[wordy].unique() if short_codes and is_short_code(key.removeprefix("text:"))]
    return ~wordy | keys.isin(short)


def _with_duplicates(side: SyncSide, rows: pd.DataFrame) -> pd.DataFrame:
    """Call what stands twice under one owner a duplicate from the second on; pairs that agree count as the first.

    In USOS that is the same number, on a phone list the same name, as the list compares names: one number under two
    names is an alias there, which offices use on purpose.
    """
    final = rows["tidy"].where(rows["line"] > 0, rows["tidy_there"])
    mark = final if side.names_are_keys else rows["key"]
    told = rows["kind"].isin([str(FindingKind.UNREADABLE), str(FindingKind.ELSEWHERE)])
    marked = pd.DataFrame({"owner": rows["owner"], "mark": mark})[(mark != "") & ~told]
    marked = marked[marked.duplicated(keep=False)]
    if marked.empty:
        return rows
    # Two lines for one number that both have their entry, and two entries for one line, are the same kind of finding.
    there = rows.loc[marked.index]
    order = np.lexsort((there.index, there["line"] == 0, ~there["paired"], there["kind"] != FindingKind.AGREE))
    times = marked.iloc[order].groupby(["owner", "mark"]).cumcount()
    again = times[times > 0]
    rows.loc[again.index, "kind"] = str(FindingKind.DUPLICATE)
    twice = Problem(Code.NAME_STANDS_TWICE if side.names_are_keys else Code.NUMBER_STANDS_TWICE)
    rows.loc[again.index, "what"] = packed(twice)
    rows.loc[again.index, "part"] = again.astype("str")
    return rows


def _of_repeats(side: SyncSide) -> pd.DataFrame:
    """Return the lines of a phone list that say what another line says."""
    repeats = side.checked.repeats.reset_index(drop=True)
    again = repeats.groupby("line").cumcount()  # several entries of one line
    typed = _typed(side, _repeated(side, repeats.assign(again=again)))
    part = repeats["line"].astype("str") + ("." + again.astype("str")).where(again > 0, "")
    texts = {"what": repeats["problems"], "part": part, "cell": typed["cell"]}
    kind = pd.Series(str(FindingKind.DUPLICATE), index=repeats.index, dtype="str")
    return _of_lines(side, repeats, kind, texts | {name: typed[name] for name in ("number_csv", "name_csv")})


def _repeated(side: SyncSide, repeats: pd.DataFrame) -> pd.DataFrame:
    """Return `line, tidy, key` of repeated lines: of several entries of a line those that are not wanted."""
    further, entry = side.checked.further, ["line", "final", "key"]
    wanted = side.checked.desired[["line", "name", "key"]].set_axis(entry, axis=1)
    free = further[~pd.MultiIndex.from_frame(further[entry]).isin(pd.MultiIndex.from_frame(wanted))][entry]
    free = free.rename(columns={"final": "tidy"}).assign(again=free.groupby("line").cumcount())
    return repeats[["line", "again"]].merge(free, on=["line", "again"], how="left").fillna({"tidy": "", "key": ""})


def _of_clears(side: SyncSide, there: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that say "this owner has no numbers": they agree where none stand there.

    Where some do, these are foreign, and the line is a `differs` of its own.
    """
    clears = side.checked.clears
    clears = clears[~is_in(clears["owner"], side.unread)].reset_index(drop=True)
    standing = is_in(clears["owner"], there["owner"])
    kind = pd.Series(str(FindingKind.AGREE), index=clears.index, dtype="str").mask(standing, str(FindingKind.DIFFERS))
    what = pd.Series("", index=clears.index, dtype="str").mask(standing, "number")
    return _of_lines(side, clears, kind, {"what": what})


def _of_lines(side: SyncSide, lines: pd.DataFrame, kind: pd.Series, texts: dict[str, pd.Series]) -> pd.DataFrame:
    """Return rows of lines that are about no entry."""
    none = pd.Series("", index=lines.index, dtype="str")
    given = {"kind": kind, "sync": none + side.sync, "owner": lines["owner"], **texts}
    return pd.DataFrame({name: given.get(name, none) for name in COLUMNS}).assign(line=lines["line"])


def _planned(rows: pd.DataFrame, plan: pd.DataFrame, several: pd.Series) -> pd.DataFrame:
    """Return what a run of the sync would do now about each row, and why: `action, code`, "" where no plan knows it."""
    planned = plan[plan["line"] > 0]
    table = planned[["line", "key_after"]].rename(columns={"key_after": "key"})
    table = table.assign(name=planned["name_after"], final=planned["name_after"])
    at = _at(table, rows[["line", "tidy", "key"]].fillna(""), several)
    told = pd.DataFrame({column: _taken(planned[column], at) for column in ("action", "code")})
    ours, theirs = rows.index[rows["line"] == 0], plan.index[plan["line"] == 0]
    columns = ["owner", "name", "number"]
    here = rows.loc[ours, ["owner", "name_there", "number_there"]].set_axis(columns, axis=1)
    before = plan.loc[theirs, ["owner", "name_before", "number_before"]].set_axis(columns, axis=1)
    left, right = pair_equal(*codes(here, before, columns))
    for column in ("action", "code"):
        told.loc[ours[left], column] = plan.loc[theirs[right], column].to_numpy(object)
    return told
