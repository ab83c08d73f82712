"""Lay decisions out as the table of a plan: one row for every line and every entry, before and after."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.plan import WRITES, Action
from schemas.problems import CALLED, Code, Problem, also, code_of, packed, unpacked_values, with_name
from schemas.tables import Plan
from tasks.pairing import Ints, codes, pair_equal
from tasks.plan.draft import Draft, Inputs
from tasks.text_columns import arrow, as_str, is_in, on_all_cores, series, stable_order

COLUMNS = [*Plan.to_schema().columns]
# What a row says of an entry, and the column that says it: of `Current`, and of `Desired`.
_BEFORE = {"name": "name", "number": "number", "type": "type_id", "key": "key", "en": "name_en"}
_WANTED = {"name": "name", "number": "number", "type": "type_id", "key": "key"}
# What stands in no line is sorted by these, as `Current` and as the plan call them.
_STANDING = {"owner": "owner", "number": "number_before", "name": "name_before", "type_id": "type_before"}
_ACTIONS = [*Action]
_RESTS = [action not in WRITES for action in _ACTIONS]
_DELETES = [action == Action.DELETE for action in _ACTIONS]


def plan_table(draft: Draft, lines: Inputs, primary: str, unread: Mapping[str, str]) -> pd.DataFrame:
    """Return the `Plan` of a board on which everything is decided, sorted by line, then by what stands there.

    Args:
        draft: the decisions.
        lines: the lines that are not on the board. Each gets a row: a rejected one on the held entry it is about, where
            that is certain; a clearing one on the entries it clears.
        primary: the column that pairs a waiting line with the entry it would change.
        unread: owners of which nobody knows what they have, each with the reason.
    """
    held_desired, held_current = _pair_held(draft, primary)
    decisions = [*draft.decisions, (held_desired, held_current, Action.HOLD)]
    left = np.concatenate([pair[0] for pair in decisions])
    right = np.concatenate([pair[1] for pair in decisions])
    actions = np.repeat([_ACTIONS.index(pair[2]) for pair in decisions], [len(pair[0]) for pair in decisions])
    # Lines are in their order on the board already; what stands in no line comes last, in the table's order: to move
    # rows of columns already made would make them anew.
    order = np.argsort(np.where(left >= 0, left, len(draft.desired)), kind="stable")
    last = order[int((left >= 0).sum()) :]
    order[len(order) - len(last) :] = last[_by_text(draft.current[[*_STANDING]], right[last])]
    table = _rows(draft, left[order], right[order], actions[order])
    table = _with_rejected(table, lines.rejected, unread)
    table = _with_clears(table, lines.clears, unread)
    if not lines.repeats.empty:
        repeats = _resting(lines.repeats, lines.repeats["problems"], Code.LINE_REPEATED)
        table = pd.concat([table, repeats], ignore_index=True)
    table = _warn_of_lost_english(table)
    return _sorted(table)


def _pair_held(draft: Draft, primary: str) -> tuple[Ints, Ints]:
    """Put a waiting line and the entry it is about on one row: equal ones first, then those of one primary key."""
    desired, current = draft.held_desired, draft.held_current
    lefts, rights = [], []
    for columns in (["owner", "tidy", "key"], ["owner", primary]):
        left, right = pair_equal(*draft.codes(desired, current, columns))
        lefts.append(desired[left])
        rights.append(current[right])
        desired, current = np.delete(desired, left), np.delete(current, right)
    nobody = np.full(max(len(desired), len(current)), -1, dtype=np.int64)
    return (
        np.concatenate([*lefts, desired, nobody[: len(current)]]),
        np.concatenate([*rights, nobody[: len(desired)], current]),
    )


def _taken(frame: pd.DataFrame, column: str, at: Ints) -> pa.Array:
    """Take a text column by position, "" for -1."""
    texts = pa.chunked_array(pa.array(frame[column], type=pa.large_string()))
    with_none = pa.concat_arrays([*texts.chunks, pa.array([""], pa.large_string())])
    return with_none.take(pa.array(np.where(at < 0, len(texts), at)))


def _rows(draft: Draft, left: Ints, right: Ints, action: Ints) -> pd.DataFrame:
    """Return the rows as columns of Arrow: object by object, a million of them would take seconds."""
    desired, current = draft.desired, draft.current
    taken = on_all_cores(lambda column: _taken(current, column, right), _BEFORE.values(), rows=len(right))
    before = dict(zip(_BEFORE, taken, strict=True))
    taken = on_all_cores(lambda column: _taken(desired, column, left), _WANTED.values(), rows=len(left))
    wanted = dict(zip(_WANTED, taken, strict=True))
    paired = pa.array(right >= 0)
    resting, deleted = (pa.array(np.array(chosen)[action]) for chosen in (_RESTS, _DELETES))
    # What is compared as equal keeps its stored text: spelling is not a reason to write.
    equal_name = pc.equal(_taken(desired, "tidy", left), _taken(current, "tidy", right))
    same = {
        "name": pc.and_(paired, equal_name),
        "number": pc.and_(paired, pc.equal(wanted["key"], before["key"])),
        "type": pc.equal(wanted["type"], ""),
    }
    same["key"] = same["number"]
    # What is deleted has no line that wants anything.
    del taken  # what is wanted goes as soon as it is put in its place: it is large
    after = {
        name: pc.if_else(pc.or_(resting, pc.and_not(kept, deleted)), before[name], wanted.pop(name))
        for name, kept in same.items()
    }
    columns = {
        "owner": pc.if_else(paired, _taken(current, "owner", right), _taken(desired, "owner", left)),
        "action": pa.array([str(word.value) for word in _ACTIONS], pa.large_string()).take(pa.array(action)),
        **{f"{name}_before": values for name, values in before.items()},
        **{f"{name}_after": values for name, values in after.items()},
        **_reasons(draft, left, right, action),
    }
    lines = np.append(desired["line"].to_numpy(np.int64), 0)[left]
    texts = {name: as_str(values) for name, values in columns.items()}
    return pd.DataFrame({**texts, "line": lines}, columns=COLUMNS)


def _reasons(draft: Draft, left: Ints, right: Ints, action: Ints) -> dict[str, pa.Array]:
    """Return why each row is left as it is, with its code, "" for the others."""
    held = np.isin(action, [_ACTIONS.index(Action.HOLD), _ACTIONS.index(Action.FOREIGN)])
    left, right = left[held], right[held]
    why = np.where(left >= 0, np.append(draft.why_desired, 0)[left], np.append(draft.why_current, 0)[right])
    said = {
        "problems": [packed(problem) if problem else "" for problem in draft.reasons],
        "code": [str(problem.code.value) if problem else "" for problem in draft.reasons],
    }
    silent = pa.repeat(pa.scalar("", pa.large_string()), len(held))
    told = {name: pa.array(texts, pa.large_string()).take(pa.array(why)) for name, texts in said.items()}
    alone = (right < 0) & (why > 0)
    if alone.any():
        named = pa.array(_called(draft, left[alone], why[alone]), pa.large_string())
        told["problems"] = pc.replace_with_mask(told["problems"], pa.array(alone), named)
    return {name: pc.replace_with_mask(silent, pa.array(held), texts) for name, texts in told.items()}


def _called(draft: Draft, left: Ints, why: Ints) -> list[str]:
    """Return why lines wait that are about no entry: such a row shows neither a name nor a number otherwise."""
    names, numbers = (draft.desired[column].to_numpy(object)[left] for column in ("name", "number"))
    reasons = [draft.reasons[at] for at in why.tolist()]
    called = zip(reasons, names.tolist(), numbers.tolist(), strict=True)
    return [with_name(reason, name or number) if reason else "" for reason, name, number in called]


def _with_rejected(table: pd.DataFrame, rejected: pd.DataFrame, unread: Mapping[str, str]) -> pd.DataFrame:
    """Give each rejected line its row: on the held entry of its number, else of its name, else a row of its own."""
    if rejected.empty:
        return table
    lines = _said_of_rejected(rejected)
    if unread:
        silent = is_in(lines["owner"], unread)  # then no entry of this owner is shown, and this is why
        lines.loc[silent, "problems"] = also(lines.loc[silent, "problems"], _unread(lines.loc[silent, "owner"], unread))
    entries = np.flatnonzero((table["action"] == Action.HOLD) & (table["line"] == 0))
    waiting, told = np.arange(len(lines)), table
    for theirs, ours in (("key", "key_before"), ("name", "name_before")):
        some = waiting[(lines[theirs].iloc[waiting] != "").to_numpy()]
        if not len(some) or not len(entries):
            continue
        wanted = {column: lines[column].iloc[some] for column in ("owner", theirs)}
        held = {"owner": table["owner"].iloc[entries], theirs: table[ours].iloc[entries]}
        left, right = pair_equal(*codes(wanted, held, ["owner", theirs]))
        told = _told(told, entries[right], lines.iloc[some[left]])
        entries, waiting = np.delete(entries, right), np.setdiff1d(waiting, some[left])
    if not len(waiting):
        return told
    alone = lines.iloc[waiting]
    alone = _row_of_its_own(alone, Action.HOLD, alone["problems"], alone["code"])
    return pd.concat([told, alone], ignore_index=True)


def _told(table: pd.DataFrame, at: Ints, lines: pd.DataFrame) -> pd.DataFrame:
    """Put lines, and what is said of them, on rows of the table."""
    if not len(at):
        return table
    numbers, rows, order = table["line"].to_numpy().copy(), np.zeros(len(table), dtype=bool), np.argsort(at)
    numbers[at], rows[at] = lines["line"], True
    said = {
        name: series(pc.replace_with_mask(arrow(table[name]), rows, arrow(lines[name]).take(order)), table[name])
        for name in ("problems", "code")
    }
    return table.assign(line=numbers, **said)


def _said_of_rejected(rejected: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each rejected line, with all its `problems`; `code` is that of the first."""
    lines = rejected.iloc[stable_order(rejected[["line", "column"]])]
    names = ("line", "column", "value", "code", "values", "name", "new_name", "key")
    # What is wrong with a cell stands there once for each entry that its line brings.
    cells: set[tuple[str, ...]] = set()
    said: dict[int, dict[str, None]] = {}
    for *cell, name, new_name, key in zip(*(lines[column].tolist() for column in names), strict=True):
        if tuple(cell) in cells:
            continue
        cells.add(tuple(cell))
        line, column, value, code, values = cell
        # `rest` is what else the line says: it is not shown, and a line that is changed there is another one.
        rest = str([name, new_name, key])
        about = {"column": column, "cell": value, "rest": rest, CALLED: new_name or name}
        text = packed(Problem(code_of(code), {**unpacked_values(values), **about}))
        said.setdefault(line, {})[text] = None
    first = lines.drop_duplicates("line")
    whole = [f"[{','.join(text[1:-1] for text in said[line])}]" for line in first["line"].tolist()]
    return first.assign(problems=pd.Series(whole, index=first.index, dtype="str"))


def _unread(owners: pd.Series, unread: Mapping[str, str]) -> pd.Series:
    return owners.map(
        {owner: packed(Problem(Code.OWNER_UNREAD, {"said": why})) for owner, why in unread.items()}
    ).astype("str")


def _with_clears(table: pd.DataFrame, clears: pd.DataFrame, unread: Mapping[str, str]) -> pd.DataFrame:
    """Show a line that clears an owner on the entries it clears, or on a row of its own where there are none."""
    if clears.empty:
        return table
    by_owner = clears.drop_duplicates("owner").set_index("owner")["line"]
    cleared = (table["line"] == 0) & is_in(table["owner"], by_owner.index)
    table.loc[cleared, "line"] = table.loc[cleared, "owner"].map(by_owner).astype("int64")
    rest = clears[~clears["line"].isin(table["line"])]
    waiting = is_in(rest["owner"], unread)
    held = rest[waiting]
    held = _row_of_its_own(held, Action.HOLD, _unread(held["owner"], unread), Code.OWNER_UNREAD)
    resting = _resting(rest[~waiting], packed(Problem(Code.OWNER_EMPTY)), Code.OWNER_EMPTY)
    return pd.concat([table, held, resting], ignore_index=True)


def _resting(lines: pd.DataFrame, problems: str | pd.Series, code: Code) -> pd.DataFrame:
    return _row_of_its_own(lines, Action.KEEP, problems, code)


def _row_of_its_own(
    lines: pd.DataFrame, action: Action, problems: str | pd.Series, code: Code | pd.Series
) -> pd.DataFrame:
    said = {
        "line": lines["line"],
        "owner": lines["owner"],
        "action": str(action.value),
        "problems": problems,
        "code": str(code.value) if isinstance(code, Code) else code,
    }
    return pd.DataFrame({**dict.fromkeys(COLUMNS, ""), **said}, index=lines.index)


def _warn_of_lost_english(table: pd.DataFrame) -> pd.DataFrame:
    """Say it where an English comment will go: replacing an owner's numbers keeps the Polish comments only."""
    english = table["en_before"] != ""
    if english.any():
        replaced = table.loc[table["action"].isin(WRITES), "owner"]
        lost = english & is_in(table["owner"], replaced) & (table["action"] != Action.DELETE)
        note = pd.Series(packed(Problem(Code.ENGLISH_LOST)), index=table.index[lost], dtype="str")
        table.loc[lost, "problems"] = also(table.loc[lost, "problems"], note)
        table.loc[lost & (table["code"] == ""), "code"] = str(Code.ENGLISH_LOST.value)
    return table


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    """Sort by line; what stands in no line, or several on one, by owner and text."""
    lines = table["line"].to_numpy()
    rows = np.flatnonzero((lines == 0) | table["line"].duplicated(keep=False).to_numpy())
    order = np.arange(len(table))
    order[rows] = rows[_by_text(table[[*_STANDING.values()]], rows)]
    order = order[np.argsort(np.where(lines > 0, lines, np.iinfo(np.int64).max)[order], kind="stable")]
    moved = np.flatnonzero(order != np.arange(len(table)))
    if not len(moved):
        return table.reset_index(drop=True)
    # Most lines stand where they should: only what comes after the first that does not is moved.
    first = moved[0]
    return pd.concat([table.iloc[:first], table.iloc[order[first:]]], ignore_index=True)


def _by_text(table: pd.DataFrame, rows: Ints) -> Ints:
    """Return how some rows of a table are sorted by its columns, one after the other."""
    return stable_order(table.iloc[rows]) if len(rows) > 1 else np.arange(len(rows))
