"""Compare a file with the place it is for: every line and every entry ends in exactly one finding.

Read-only and undecided: who is right is for people to say. What a sync would do about it is taken from its plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from schemas.findings import Kind
from tasks.among import among, looked_up
from tasks.lines.validate import Checked
from tasks.numbers.normalise import tidy_text
from tasks.numbers.read_number import is_short_code
from tasks.plans.board import Mask, Words
from tasks.plans.match import Ints, Pairs, codes, pair_equal, pair_unique

# What `compare` returns: the columns that a finding begins with, and what later steps need to know of it. `part` tells
# alike situations apart; `also` is the other end of a link, `LINE SYNC`.
TEXTS = ("number_csv", "name_csv", "type_csv", "number_there", "name_there", "type_there")
COLUMNS = ("kind", "sync", "line", "owner", "key", *TEXTS, "what", "action", "key_there", "owner_there", "part", "also")


@dataclass(frozen=True)
class Side:
    """One sync as it stands: its file, judged, and the entries of its place.

    Attributes:
        sync: its name.
        place: what people call the place: `usos faculty`, `telephony tenant chopin`.
        by_name: a phone list, which knows an entry by its name; otherwise USOS, which knows it by its number.
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
    by_name: bool
    source: pd.DataFrame
    checked: Checked
    entries: pd.DataFrame
    plan: pd.DataFrame
    unread: frozenset[str] = frozenset()
    names_managed: bool = True
    fold_names: bool = False
    short_codes: bool = False
    untyped: frozenset[tuple[str, str]] = frozenset()


def compare(side: Side) -> pd.DataFrame:
    """Return `COLUMNS`: one row for each line of the file and for each entry, a pair of them on one row.

    Not yet told apart here: a number that is missing here and stands in another system.
    """
    wanted, bad, there = _wanted(side), _bad(side), _there(side)
    pairs, moved = _pairs(side, wanted, there)
    free = np.delete(np.arange(len(there)), np.concatenate([pairs[1], moved[1]]))
    held = _about(bad, there, free)
    lines = pd.concat([wanted, bad], ignore_index=True)
    left = np.concatenate([pairs[0], moved[0], held[0] + len(wanted)])
    right = np.concatenate([pairs[1], moved[1], held[1]])
    alone = np.delete(np.arange(len(lines)), left)
    rest = np.delete(np.arange(len(there)), right)
    left, right = np.r_[left, alone, np.full(len(rest), -1)], np.r_[right, np.full(len(alone), -1), rest]
    rows = _laid_out(side, lines, there, (left, right))
    at = np.arange(len(rows)) - len(pairs[0])
    rows["kind"], rows["what"] = _kinds(side, rows, (at >= 0) & (at < len(moved[0])))
    rows = _with_duplicates(side, rows)
    rows = pd.concat([rows, _of_repeats(side), _of_clears(side, there)], ignore_index=True)
    rows["action"] = _actions(rows, side.plan)
    return rows[[*COLUMNS]]


def _wanted(side: Side) -> pd.DataFrame:
    desired = side.checked.desired
    desired = desired[~among(desired["owner"], side.unread)].sort_values("line", kind="stable", ignore_index=True)
    tidy, old = desired["name"], desired["old_name"]
    if side.fold_names:
        tidy, old = tidy.str.casefold(), old.str.casefold()
    return desired.assign(tidy=tidy, old_tidy=old, reason="")[["line", "owner", "tidy", "old_tidy", "key", "reason"]]


def _bad(side: Side) -> pd.DataFrame:
    """Return one row for each rejected line, all its reasons together."""
    rejected = side.checked.rejected
    reasons = rejected.groupby("line")["reason"].agg("; ".join)
    lines = rejected.drop_duplicates("line").sort_values("line", kind="stable", ignore_index=True)
    tidy = lines["name"].str.casefold() if side.fold_names else lines["name"]
    bad = lines.assign(tidy=tidy, old_tidy="", reason=lines["line"].map(reasons).astype("str"))
    return bad[["line", "owner", "tidy", "old_tidy", "key", "reason"]]


def _there(side: Side) -> pd.DataFrame:
    """Return the entries in an order that does not depend on the service's."""
    order = side.entries.sort_values(["owner", "key", "tidy", "number", "name", "type_id"], kind="stable")
    there = order.reset_index(drop=True)
    return there.assign(tidy=there["tidy"].str.casefold()) if side.fold_names else there


def _pairs(side: Side, wanted: pd.DataFrame, there: pd.DataFrame) -> tuple[Pairs, Pairs]:
    """Pair lines with the entries they are about; then numbers that stand under another owner than their line says."""
    first, second = ("tidy", "key") if side.by_name else ("key", "tidy")
    steps = [(["owner", "tidy", "key"], ["owner", "tidy", "key"], pair_equal)] if side.names_managed else []
    if side.by_name:
        steps.append((["owner", "old_tidy"], ["owner", "tidy"], pair_unique))
    steps.append((["owner", first], ["owner", first], pair_equal))
    if side.names_managed:
        steps.append((["owner", second], ["owner", second], pair_unique))
    free, open_ = np.arange(len(wanted)), np.arange(len(there))
    found: list[Pairs] = []
    for ours, theirs, pair in [*steps, (["key"], ["key"], pair_equal)]:
        columns = list(map(str, range(len(ours))))
        lines = wanted.loc[free, ours].set_axis(columns, axis=1)
        if ours[-1] == "old_tidy":  # most lines rename nothing
            lines = lines[lines["1"] != ""]
        entries = there.loc[open_, theirs].set_axis(columns, axis=1)
        left, right = pair(*codes(lines, entries, columns))
        found.append((lines.index.to_numpy()[left], entries.index.to_numpy()[right]))
        free, open_ = np.setdiff1d(free, found[-1][0]), np.setdiff1d(open_, found[-1][1])
    here = tuple(np.concatenate([pair[at] for pair in found[:-1]]).astype(np.int64) for at in (0, 1))
    return (here[0], here[1]), found[-1]


def _about(bad: pd.DataFrame, there: pd.DataFrame, free: Ints) -> Pairs:
    """Put a line that cannot be trusted beside the entry of its number, else of its name."""
    lines, lefts, rights = np.arange(len(bad)), [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for column in ("key", "tidy"):
        tied = lines[(bad[column].to_numpy()[lines] != "") & (bad["owner"].to_numpy()[lines] != "")]
        left, right = pair_equal(*codes(bad.loc[tied], there.loc[free], ["owner", column]))
        lefts.append(tied[left])
        rights.append(free[right])
        lines, free = np.setdiff1d(lines, lefts[-1]), np.setdiff1d(free, rights[-1])
    return np.concatenate(lefts), np.concatenate(rights)


def _laid_out(side: Side, lines: pd.DataFrame, there: pd.DataFrame, at: Pairs) -> pd.DataFrame:
    """Return the rows with all their texts, "" on the side where nothing stands."""
    left, right = at

    def ours(column: str) -> Words:
        return _taken(lines[column], left)

    def theirs(column: str) -> Words:
        return _taken(there[column], right)

    line = np.append(lines["line"].to_numpy(np.int64), 0)[left]
    typed = side.source.drop_duplicates("line").set_index("line").reindex(line)
    key, key_there = ours("key"), theirs("key")
    names, renamed = (typed[column].fillna("").to_numpy(object) for column in ("name", "new_name"))
    columns = {
        "sync": np.full(len(left), side.sync, dtype=object),
        "owner": np.where(left >= 0, ours("owner"), theirs("owner")),
        "owner_there": theirs("owner"),
        "key": np.where(left >= 0, key, key_there),
        "key_there": key_there,
        "number_csv": typed["number"].fillna("").to_numpy(object),
        "name_csv": np.where(renamed != "", renamed, names),
        "type_csv": typed["type_id"].fillna("").to_numpy(object),
        "number_there": theirs("number"),
        "name_there": theirs("name"),
        "type_there": theirs("type_id"),
        "tidy": ours("tidy"),
        "tidy_there": theirs("tidy"),
        "reason": ours("reason"),
        "part": np.full(len(left), "", dtype=object),
        "also": np.full(len(left), "", dtype=object),
    }
    table = pd.DataFrame({name: pd.Series(values, dtype="str") for name, values in columns.items()})
    for column in ("number_csv", "name_csv", "type_csv"):
        table[column] = tidy_text(table[column])
    # A text that holds no number is no canonical number.
    for column in ("key", "key_there"):
        table[column] = table[column].mask(table[column] == "text:", "")
    return table.assign(line=line, paired=(left >= 0) & (right >= 0))


def _taken(values: pd.Series, at: Ints) -> Words:
    """Take a text column by position, "" for -1."""
    taken: Words = np.append(values.to_numpy(object), "")[at]
    return taken


def _kinds(side: Side, rows: pd.DataFrame, moved: Mask) -> tuple[pd.Series, pd.Series]:
    """Return kind and `what` of each row, duplicates and other systems not yet considered."""
    name = "name" if side.by_name else "comment"
    typed = (rows["type_csv"] != "") & (rows["type_csv"] != rows["type_there"])
    if side.untyped and typed.any():
        known = pd.Series(list(zip(rows["owner"].tolist(), rows["key"].tolist(), strict=True)), index=rows.index)
        typed &= ~known.isin(side.untyped)
    paired = rows["paired"] & (rows["reason"] == "") & ~moved
    differs = {
        name: (rows["tidy"] != rows["tidy_there"]) & side.names_managed,
        "type": typed & (not side.by_name),
        "number": rows["key"] != rows["key_there"],
    }
    what = pd.Series("", index=rows.index, dtype="str")
    for word, mask in differs.items():
        this = paired & mask
        what = what.mask(this, what.where(what == "", what + ", ") + word)
    kind = pd.Series(str(Kind.MISSING), index=rows.index, dtype="str")
    kind = kind.mask(paired, str(Kind.AGREE)).mask(what != "", str(Kind.DIFFERS))
    kind, what = kind.mask(moved, str(Kind.ELSEWHERE)), what.mask(moved, "owner")
    alone = rows["line"] == 0
    wordy = alone & ~_holds_a_number(rows["key_there"], short_codes=side.short_codes)
    kind = kind.mask(alone, str(Kind.FOREIGN)).mask(wordy, str(Kind.UNREADABLE))
    bad = rows["reason"] != ""
    kind, what = kind.mask(bad, str(Kind.UNREADABLE)), what.mask(bad, rows["reason"])
    return kind, what.mask(wordy, "there is no number in it")


def _holds_a_number(keys: pd.Series, *, short_codes: bool) -> pd.Series:
    wordy = keys.str.startswith("text:") | (keys == "")
    short = [key for key in keys[wordy].unique() if short_codes and is_short_code(key.removeprefix("text:"))]
    return ~wordy | keys.isin(short)


def _with_duplicates(side: Side, rows: pd.DataFrame) -> pd.DataFrame:
    """Call what stands twice under one owner a duplicate from the second on; pairs that agree count as the first.

    In USOS that is the same number, on a phone list the same name: one number under two names is an alias there, which
    offices use on purpose.
    """
    told = rows["kind"].isin([str(Kind.UNREADABLE), str(Kind.ELSEWHERE)])
    final = rows["tidy"].where(rows["line"] > 0, rows["tidy_there"])
    mark = final.str.casefold() if side.by_name else rows["key"]
    # Two lines for one number that both have their entry, and two entries for one line, are the same kind of finding.
    order = np.lexsort((rows.index, rows["line"] == 0, ~rows["paired"], rows["kind"] != Kind.AGREE))
    marked = pd.DataFrame({"owner": rows["owner"], "mark": mark}).iloc[order]
    marked = marked[(marked["mark"] != "") & ~told.iloc[order]]
    again = marked.index[marked.duplicated(["owner", "mark"])]
    rows.loc[again, "kind"] = str(Kind.DUPLICATE)
    rows.loc[again, "what"] = "the name stands here twice" if side.by_name else "the number stands here twice"
    rows.loc[again, "part"] = marked.groupby(["owner", "mark"]).cumcount().loc[again].astype("str")
    return rows


def _of_repeats(side: Side) -> pd.DataFrame:
    """Return the lines of a phone list that say what another line says."""
    repeats = side.checked.repeats
    typed = side.source.drop_duplicates("line").set_index("line").reindex(repeats["line"])
    blank = _blank(side, repeats, Kind.DUPLICATE)
    return blank.assign(
        what=repeats["message"].to_numpy(object),
        number_csv=tidy_text(typed["number"]).to_numpy(object),
        name_csv=tidy_text(typed["name"]).to_numpy(object),
        part=repeats["line"].astype("str").to_numpy(object),
    ).astype({"part": "str", "what": "str", "number_csv": "str", "name_csv": "str"})


def _of_clears(side: Side, there: pd.DataFrame) -> pd.DataFrame:
    """Return the lines that say "this owner has no numbers": they agree where none stand there.

    Where some do, these are foreign, and the line is a `differs` of its own.
    """
    clears = side.checked.clears
    clears = clears[~among(clears["owner"], side.unread)].reset_index(drop=True)
    blank = _blank(side, clears, Kind.AGREE)
    standing = among(clears["owner"], there["owner"])
    blank["kind"] = blank["kind"].mask(standing, str(Kind.DIFFERS))
    blank["what"] = blank["what"].mask(standing, "number")
    return blank


def _blank(side: Side, lines: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    blank = pd.DataFrame("", index=range(len(lines)), columns=list(COLUMNS), dtype="str")
    blank["kind"], blank["sync"], blank["owner"] = str(kind), side.sync, lines["owner"].to_numpy(object)
    return blank.astype("str").assign(line=lines["line"].to_numpy(np.int64))


def _actions(rows: pd.DataFrame, plan: pd.DataFrame) -> pd.Series:
    """Return what a run of the sync would do now about each row: its action, or "" where the plan does not know it."""
    by_line = plan[plan["line"] > 0].drop_duplicates("line").set_index("line")["action"]
    action = looked_up(rows["line"], by_line)
    ours = rows.index[rows["line"] == 0]
    theirs = plan.index[plan["line"] == 0]
    before = plan.loc[theirs, ["owner", "name_before", "number_before"]].set_axis(["owner", "name", "number"], axis=1)
    here = rows.loc[ours, ["owner", "name_there", "number_there"]].set_axis(["owner", "name", "number"], axis=1)
    left, right = pair_equal(*codes(here, before, ["owner", "name", "number"]))
    action.loc[ours[left]] = plan.loc[theirs[right], "action"].to_numpy(object)
    return action


def once(rows: pd.DataFrame, place_of: Mapping[str, str]) -> pd.DataFrame:
    """Leave out an entry of a shared place that another sync's line is about, and show the rest with one sync only."""
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
