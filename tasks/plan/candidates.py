"""What a plan pairs, holds and may delete: two comparable tables, the pairs among them, and what a doubt protects."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

import numpy as np
import pandas as pd

from schemas.plan import Action
from schemas.problems import Code, Problem
from schemas.reasons import MAY_HOLD_OTHERS
from tasks.pairing import Ints, Pairs, join, number, number_all, pair_equal, pair_unique, repeated
from tasks.phone.canonical_keys import NO_NUMBER
from tasks.plan.draft import Draft, Inputs, Policy
from tasks.plan.resemblance import resembling, unread_numbers
from tasks.source.placeholders import saying_nothing
from tasks.text_columns import Mask, casefolded, filled, is_in, stable_order


def set_up(inputs: Inputs, policy: Policy) -> Draft:
    """Return the board with both tables in their order, everything that rows are paired by numbered."""
    desired, current = inputs.desired, inputs.current.reset_index(drop=True)
    if not desired["line"].is_monotonic_increasing:
        desired = desired.sort_values("line", kind="stable")
    desired = desired.reset_index(drop=True)
    if policy.fold_names:
        current = current.assign(tidy=casefolded(current["tidy"]))
    numbers = number_all(desired, current, ["owner", "key"])
    order = _settled_order(current, numbers, policy)
    if order is not None:
        current = current.iloc[order].reset_index(drop=True)
        numbers = {column: (left, right[order]) for column, (left, right) in numbers.items()}
    desired = _comparable(desired, current, numbers, policy)
    return Draft(desired, current, {**numbers, "tidy": number(desired["tidy"], current["tidy"])})


def _settled_order(current: pd.DataFrame, numbers: Mapping[str, Pairs], policy: Policy) -> Ints | None:
    """Put repeated entries in one order, whatever order the service answered in; None where nothing repeats."""
    twice = repeated(join([numbers["owner"], numbers["key"]])[1])
    if policy.names_are_keys:
        twice = twice | current.duplicated(["owner", "tidy"], keep=False).to_numpy()
    rows = np.flatnonzero(twice)
    if not len(rows):
        return None
    order = np.arange(len(current))
    order[rows] = rows[stable_order(current.iloc[rows])]
    return order


def _comparable(
    desired: pd.DataFrame, current: pd.DataFrame, numbers: Mapping[str, Pairs], policy: Policy
) -> pd.DataFrame:
    """Add `tidy` and `old_tidy` to the lines, the names as they are compared."""
    if not policy.names_managed:
        left, right = pair_equal(*join([numbers["owner"], numbers["key"]]))
        names = desired["name"].to_numpy(object).copy()
        names[left] = current["tidy"].to_numpy(object)[right]
        desired = desired.assign(name=pd.Series(names, index=desired.index, dtype="str"))
    elif not policy.names_are_keys:
        desired = _without_dashes(desired, current, numbers)
    tidy, old = desired["name"], desired["old_name"]
    if policy.fold_names:
        tidy, old = casefolded(tidy), casefolded(old)
    return desired.assign(tidy=tidy, old_tidy=old)


def _without_dashes(desired: pd.DataFrame, current: pd.DataFrame, numbers: Mapping[str, Pairs]) -> pd.DataFrame:
    """Put the name that stands beside the same number in the place of a dash, which is none and overwrites none."""
    dashes = np.flatnonzero(saying_nothing(desired["name"]).to_numpy())
    if not len(dashes):
        return desired
    there, here = join([numbers["owner"], numbers["key"]])
    left, right = pair_equal(there[dashes], here)
    names = desired["name"].to_numpy(object).copy()
    names[dashes] = ""
    names[dashes[left]] = current["tidy"].to_numpy(object)[right]
    return desired.assign(name=pd.Series(names, index=desired.index, dtype="str"))


def keep_equal(draft: Draft, policy: Policy) -> None:
    """Keep what is equal in everything that counts; one whose type differs, and would be kept, is modified."""
    left, right = equal_pairs(draft)
    retyped = np.zeros(len(left), dtype=np.bool_)
    if policy.kept_types:
        wanted = draft.desired["type_id"].to_numpy(object)[left]
        stored = draft.current["type_id"].to_numpy(object)[right]
        owners, keys = draft.desired["owner"].to_numpy(object)[left], draft.desired["key"].to_numpy(object)[left]
        for at in np.flatnonzero((wanted != "") & (wanted != stored)):
            retyped[at] = (owners[at], keys[at]) in policy.kept_types
    draft.decide((left[~retyped], right[~retyped]), Action.KEEP)
    draft.decide((left[retyped], right[retyped]), Action.MODIFY)


def equal_pairs(draft: Draft) -> Pairs:
    """Pair free lines and free entries of one owner, name and number; duplicates count."""
    return _pairs(draft, ["owner", "tidy", "key"], unique=False)


def free_pairs(draft: Draft, key: str, *, unique: bool = False) -> Pairs:
    """Pair free lines and free entries of one owner that agree in a column.

    Unique: only where it can be no other, and the entry's number does not move to another owner.
    """
    left, right = _pairs(draft, ["owner", key], unique=unique)
    if unique and key == "tidy" and len(right):
        stays = ~is_in(draft.current["key"], draft.desired.loc[draft.desired_free, "key"]).to_numpy()[right]
        return left[stays], right[stays]
    return left, right


def _pairs(draft: Draft, columns: list[str], *, unique: bool) -> Pairs:
    free_desired, free_current = draft.free()
    pair = pair_unique if unique else pair_equal
    left, right = pair(*draft.codes(free_desired, free_current, columns))
    return free_desired[left], free_current[right]


def leave_to_others(draft: Draft, policy: Policy) -> None:
    """On a list with several files, leave alone what another file claims, and what nobody has brought."""
    if not policy.elsewhere and policy.own is None:
        return
    names = draft.current["tidy"]
    mine = {*draft.desired["tidy"], *draft.desired["old_tidy"]}
    theirs = is_in(names, _folded(policy.elsewhere, policy)) & ~is_in(names, mine)
    if policy.own is not None:
        theirs |= ~is_in(names, _folded(policy.own, policy) | mine)
    draft.decide_current(theirs.to_numpy(), Action.FOREIGN)


def _folded(names: frozenset[str], policy: Policy) -> set[str]:
    return {name.casefold() if policy.fold_names else name for name in names}


def hold_departures(draft: Draft, inputs: Inputs, policy: Policy) -> None:
    """Hold entries whose number a held line wants for another owner, another sync for its place, or a text speaks of.

    So does a cell that cannot be read and may hold it. An entry whose own owner wants it stays anyway.
    """
    current, desired, rejected = draft.current, draft.desired, inputs.rejected
    reasons = {} if policy.names_are_keys else {**_misread(draft, inputs, policy), **spoken_of(draft, inputs)}
    reasons |= policy.awaited
    if not policy.names_are_keys and (len(rejected) or len(draft.held_desired)):
        columns = ["line", "owner", "key"]
        lines = pd.concat([rejected[columns], desired.iloc[draft.held_desired][columns]], ignore_index=True)
        lines = lines[filled(lines["owner"]) & filled(lines["key"])]
        if not lines.empty:
            lines = lines.sort_values("line", kind="stable")
            lines = lines.assign(key=lines["key"].map(lambda key: sorted(_parts(key)))).explode("key")
            arriving = lines[~is_in(_pair(lines), _pair(current))].drop_duplicates("key")
            held = zip(arriving["key"].tolist(), arriving["line"].tolist(), strict=True)
            reasons |= {key: Problem(Code.ARRIVAL_HELD, place=line) for key, line in held}
    if not reasons:
        return
    leaving = is_in(current["key"], list(reasons)) & ~is_in(_pair(current), _pair(desired))
    if leaving.any():
        numbers = {key: draft.reason(reasons[key]) for key in current.loc[leaving, "key"].unique()}
        why = np.asarray(current["key"].map(numbers).fillna(0), dtype=np.int64)
        draft.hold_current(leaving.to_numpy(), why)


def _misread(draft: Draft, inputs: Inputs, policy: Policy) -> dict[str, Problem]:
    """Return what is said of entries that would go, and whose number a line may hold which cannot be read."""
    unread = unread_numbers(inputs.rejected)
    if unread.empty:
        return {}
    current = draft.current
    may_go = is_in(current["owner"], draft.desired["owner"]) | may_delete(draft, inputs.clears, policy)
    # What is held already stays: where a whole file is misread, that is nearly all.
    going = current.loc[may_go & draft.current_free & ~is_in(_pair(current), _pair(draft.desired)), "key"]
    found = resembling(unread, going[going != ""].unique().tolist())
    return {key: Problem(Code.LIKE_UNREAD_LINE, place=line) for key, line in found.items()}


def _pair(rows: pd.DataFrame) -> pd.Series:
    return rows["owner"] + "\x1f" + rows["key"]


def may_delete(draft: Draft, clears: pd.DataFrame, policy: Policy) -> Mask:
    """Tell which leftovers the configuration permits to delete."""
    owners = draft.current["owner"]
    gone = is_in(owners, policy.gone)
    missing = ~gone & policy.delete_missing
    mask: Mask = (missing | (gone & policy.clear_gone) | is_in(owners, clears["owner"])).to_numpy()
    return mask


def untied_line(inputs: Inputs, current: pd.DataFrame, confirmed: Mask, policy: Policy) -> int | None:
    """Return the first line that could be about any entry.

    A record with too many fields may be one of several lines. Where lines have ids, that is one without an id, or whose
    id neither has entries nor stands in a good line: it may have been meant for another owner.
    In a phone list that is a line whose number could not be read and whose name stands nowhere (it may have been meant
    to rename any entry), and a line without a name whose number stands nowhere (it may have been meant for any name).
    An entry that a good line says exactly ties no other line: that one is about something else. So what the good lines
    bring with this plan ties nothing in the next one either, and what was held stays held until the file is corrected.
    """
    rejected = inputs.rejected
    if rejected.empty:
        return None
    torn = is_in(rejected["code"], [str(code.value) for code in MAY_HOLD_OTHERS])
    loose = (rejected["owner"] == "") | torn
    if not policy.names_are_keys:
        known = pd.concat([current["owner"], inputs.desired["owner"], inputs.clears["owner"]], ignore_index=True)
        loose |= ~is_in(rejected["owner"], known)
    if policy.names_are_keys:
        doubtful = current[~confirmed]
        standing = set(doubtful["key"])
        found_keys = {key for key in rejected["key"].unique() if _parts(key) & standing}
        found = is_in(rejected["key"], found_keys)
        for names in (rejected["name"], rejected["new_name"]):
            found |= is_in(casefolded(names) if policy.fold_names else names, doubtful["tidy"])
        nameless = (rejected["name"] == "") & (rejected["new_name"] == "")
        loose = torn | ~found & (nameless | (rejected["key"] == ""))
    lines = rejected.loc[loose, "line"]
    return None if lines.empty else int(lines.min())


def confirmed_entries(draft: Draft, rejected: pd.DataFrame, policy: Policy) -> Mask:
    """Tell which entries of a phone list a good line says exactly; asked only where a line was rejected."""
    confirmed: Mask = np.zeros(len(draft.current), dtype=np.bool_)
    if policy.names_are_keys and not rejected.empty:
        confirmed[equal_pairs(draft)[1]] = True
    return confirmed


def hold_owners(draft: Draft, rejected: pd.DataFrame, policy: Policy) -> None:
    """USOS replaces an owner's numbers as a whole, so one bad line holds all of its owner."""
    first = rejected[rejected["owner"] != ""].groupby("owner")["line"].min()
    problems = {str(owner): Problem(Code.OWNER_LINE_REJECTED, place=int(line)) for owner, line in first.items()}
    problems |= {owner: Problem(Code.OWNER_UNREAD, {"said": why}) for owner, why in policy.unread.items()}
    if problems:
        reasons = {owner: draft.reason(problem) for owner, problem in problems.items()}
        for owners, hold in (
            (draft.desired["owner"], draft.hold_desired),
            (draft.current["owner"], draft.hold_current),
        ):
            why = np.asarray(owners.map(reasons).fillna(0), dtype=np.int64)
            hold(why != 0, why)


def hold_repeated_names(draft: Draft) -> None:
    """A name that stands twice in a list cannot be addressed by its name: neither entry is touched."""
    names = draft.current["tidy"]
    _hold_named(draft, names.duplicated(keep=False).to_numpy(), Problem(Code.NAME_REPEATED))


def leave_odd_entries(draft: Draft) -> None:
    """An entry of a list without a name or a number is not ours to understand: it stays, whoever may delete.

    A line of its name waits: what is odd there would be overwritten.
    """
    odd = ((draft.current["key"] == NO_NUMBER) | (draft.current["tidy"] == "")).to_numpy()
    if odd.any():
        why = draft.reason(Problem(Code.ENTRY_ODD))
        wanted = {*draft.desired["tidy"], *draft.desired["old_tidy"]} - {""}
        meant = odd & is_in(draft.current["tidy"], wanted).to_numpy()
        _hold_named(draft, meant, Problem(Code.ENTRY_ODD))
        draft.why_current[odd & ~meant] = why
        draft.decide_current(odd & ~meant, Action.FOREIGN)


def hold_repeated_lines(draft: Draft) -> None:
    """Lines whose names the list would store as one wait, and so does the entry of that name: each names them all."""
    names = draft.desired["tidy"]
    again = names[names.duplicated(keep=False)]
    if again.empty:
        return
    lines = draft.desired.loc[again.index, "line"].groupby(again).agg(lambda some: ", ".join(map(str, sorted(some))))
    reasons = {name: draft.reason(Problem(Code.NAMES_BECOME_ONE, {"lines": said})) for name, said in lines.items()}
    for column, hold in ((draft.current["tidy"], draft.hold_current), (names, draft.hold_desired)):
        why = np.asarray(column.map(reasons).fillna(0), dtype=np.int64)
        hold(why != 0, why)


def hold_mentioned(draft: Draft, rejected: pd.DataFrame, confirmed: Mask) -> None:
    """Hold the entries that carry a rejected line's name or number, unless a good line says just what stands there."""
    if rejected.empty:
        return
    # Whether the list ignores case or not: one capital letter must not cost an entry.
    names = {name.casefold() for column in ("name", "new_name") for name in rejected[column].unique()} - {""}
    keys = {part for key in rejected["key"].unique() for part in _parts(key)}
    mentioned = is_in(casefolded(draft.current["tidy"]), names) | is_in(draft.current["key"], keys)
    _hold_named(draft, mentioned.to_numpy() & ~confirmed, Problem(Code.LIKE_REJECTED_LINE))


def spoken_of(draft: Draft, inputs: Inputs) -> dict[str, Problem]:
    """Return what is said of the entries whose number a text of the file speaks of, by their keys."""
    if not inputs.mentioned:
        return {}
    keys = draft.current["key"]
    some = keys[is_in(keys.str.split(";", n=1).str[0], list(inputs.mentioned))].unique()
    lines = {key: inputs.mentioned[key.partition(";")[0]] for key in some}
    return {key: Problem(Code.NUMBER_MENTIONED, place=line) for key, line in lines.items()}


def hold_spoken_of(draft: Draft, inputs: Inputs) -> None:
    """Hold the entries of a list whose number a text of the file speaks of, and no line has."""
    for key, problem in spoken_of(draft, inputs).items():
        _hold_named(draft, (draft.current["key"] == key).to_numpy(), problem)


def hold_together(draft: Draft) -> None:
    """Hold the entries that a waiting line wants or renames, and the lines that want or rename a held entry."""
    if not len(draft.held_desired) + len(draft.held_current):
        return
    entry_held = draft.reason(Problem(Code.ENTRY_HELD))
    while True:
        held = len(draft.held_desired) + len(draft.held_current)
        wanted = (draft.desired[column].iloc[draft.held_desired] for column in ("tidy", "old_tidy"))
        names = {*chain(*wanted, draft.current["tidy"].iloc[draft.held_current])} - {""}
        _hold_named(draft, is_in(draft.current["tidy"], names).to_numpy(), Problem(Code.LINE_HELD))
        draft.hold_desired(_about(draft, names), entry_held)
        if held == len(draft.held_desired) + len(draft.held_current):
            return


def _parts(key: str) -> set[str]:
    """Return the keys of the entries that a line with this key may be about: several numbers stand for each of them."""
    parts = {key, *key.split("|")}
    return (parts | {part.partition(";")[0] for part in parts}) - {""}


def _hold_named(draft: Draft, mask: Mask, problem: Problem) -> None:
    """Hold entries of a list, and the lines that would change them."""
    if mask.any():
        why = draft.reason(problem)
        names = draft.current["tidy"][mask]
        draft.hold_current(mask, why)
        draft.hold_desired(_about(draft, names), why)


def _about(draft: Draft, names: pd.Series | set[str]) -> Mask:
    """Tell which lines want an entry of one of these names, or take its name away."""
    mask: Mask = (is_in(draft.desired["tidy"], names) | is_in(draft.desired["old_tidy"], names)).to_numpy()
    return mask
