"""Who else manages a place: the files of the other syncs that have it, read without asking any service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from flows.offline import Configured
from flows.sources import KnownFiles
from schemas.errors import ConfigurationError, ServiceError, SourceError, UsageError
from schemas.plan import WRITES, Action, Outcome
from schemas.problems import Code, Problem
from schemas.reasons import FileCode
from schemas.syncs import Sync
from tasks.execution.quirks import as_stored
from tasks.messages.catalogue import LANGUAGES
from tasks.messages.errors import error_of
from tasks.messages.owners import owner_in
from tasks.messages.rendering import file_error
from tasks.phone.canonical_keys import tidy_text
from tasks.plan.claims import FileClaims, Rivals, WrittenPlan, claims_of, contested, handed_over, left_behind
from tasks.plan.resemblance import resembling
from tasks.plan.returned import mark_returned, of_no_line
from tasks.source.validation import Checked
from tasks.text_columns import casefolded, is_in

if TYPE_CHECKING:
    from connectors.ledger.store import KeptPlan
    from flows.context import RunContext


def place_of(context: Configured, sync: Sync) -> tuple[str, str]:
    """Return the service's address and the place there: what two syncs have in common that have one place."""
    return context.settings.connections[sync.connection].address, context.spec(sync).place(sync)


def file_claims(context: Configured, name: str, checked: Checked) -> FileClaims:
    """Return what a sync's judged file claims of its place."""
    sync = context.sync(name)
    return claims_of(name, str(sync.source), checked, by_name=context.spec(sync).single_owner)


def rivals_of(context: Configured, name: str, known: KnownFiles) -> Rivals:
    """Return what the files of all other syncs of the same place claim; what is read is added to what is known."""
    place = place_of(context, context.sync(name))
    others = [other for other in context.settings.syncs if other != name]
    return _read(context, [other for other in others if place_of(context, context.sync(other)) == place], known)


def _read(context: Configured, names: Iterable[str], known: KnownFiles) -> Rivals:
    files, unread = [], set()
    for name in names:
        try:
            if name not in known.claims:
                known.claims[name] = file_claims(context, name, known.judged(context, name))
            files.append(known.claims[name])
        except (SourceError, ConfigurationError):
            unread.add(name)
    return Rivals(tuple(files), frozenset(unread))


def refuse_contested(mine: FileClaims, rivals: Rivals, *, fold_names: bool) -> None:
    """Let no owner, and no name on a list, have two files: each sync would undo what the other has done.

    Args:
        mine: what one file claims.
        rivals: what the other files of the place do.
        fold_names: the place has been seen to ignore the case of names.

    Raises:
        SourceError: one has; the message names the lines of both files.
    """
    found = contested(mine, rivals.files, fold_names=fold_names)
    if not found:
        return
    first = found[0]
    values = {"other": first.other.file, "line": str(first.other_line), "sync": first.other.sync, "n": str(len(found))}
    raise file_error(mine.file, Problem(FileCode.FILE_CLAIMED, values, first.line), "one-file")


def of_others(context: RunContext, name: str, target: str, rivals: Rivals) -> frozenset[str]:
    """Return the owners or, on a list, the names in a sync's place that are other syncs' business.

    Their files have them, or they have brought them there; what this sync has brought or its file has is its own then.
    """
    place = place_of(context, context.sync(name))
    others = [
        each for each in context.settings.syncs if each != name and place_of(context, context.sync(each)) == place
    ]
    brought = frozenset[str]().union(*(_brought(context, each, target) for each in others))
    own = _read(context, [name], context.files).claimed | _brought(context, name, target)
    return rivals.claimed | (brought - own)


def _brought(context: RunContext, name: str, target: str) -> frozenset[str]:
    if not context.spec(context.sync(name)).single_owner:
        return frozenset(context.ledger.memory.owners(name, target))
    left = left_by(context, name, target)
    return frozenset(left.loc[left["claimed"], "name"])


def take_over(context: RunContext, name: str, target: str, managed: frozenset[str]) -> None:
    """Let the syncs whose files were read, and do not have these owners any more, have nothing to do with them.

    Otherwise one that has gone from one file to another, and later left that one too, would be two syncs' business.
    The others are not asked for their target, which is this one: their connections may want secrets that are not here.
    """
    memory = context.ledger.memory
    place = place_of(context, context.sync(name))
    for other in sorted(context.files.claims.keys() - {name}):
        sync = context.sync(other)
        if place_of(context, sync) == place and not context.spec(sync).single_owner:
            memory.forget_owners(other, target, managed & memory.owners(other, target))


def left_by(context: RunContext, sync: str, target: str = "", *, without: str = "") -> pd.DataFrame:
    """Return what a sync has left in its place, from the ledger, by other runs than this one: see `left_behind`."""
    ledger = context.ledger
    plans = (
        WrittenPlan(kept.entries, {item.row: item.outcome for item in ledger.outcomes(kept.id)}, whole)
        for kept, whole in ledger.written(sync, target)
        if kept.run != without
    )
    return left_behind(plans, ledger.memory.owners(sync, target))


def handed_by(context: RunContext, sync: str, target: str, rivals: Rivals) -> int:
    """Return how many lines that a sync's file had at the last good run are in other files of the place now.

    What cannot be read, or is not trusted there, counts as lost.
    """
    if not rivals.files:
        return 0
    last = next((kept.entries for kept, whole in context.ledger.written(sync, target) if whole), None)
    if last is None:
        return 0
    theirs = pd.concat([file.lines for file in rivals.files], ignore_index=True)
    by_name = context.spec(context.sync(sync)).single_owner
    if by_name:
        names = as_stored(theirs["claim"], last["name_after"], context.ledger.memory.traits(target))
        theirs = theirs.assign(claim=names)
    return handed_over(last, theirs, by_name=by_name)


def with_returned(context: RunContext, sync: str, target: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return a sync's `Plan` with what it has deleted and what came back since named, see `mark_returned`."""
    if of_no_line(table).empty:
        return table
    ledger = context.ledger
    last = next((kept for kept, _ in ledger.written(sync, target)), None)
    if last is None:
        return table
    # What the sync itself has put there, as a `revert` does, nobody else has.
    there = last.entries.index.isin(_applied(context, last)) | (last.entries["key_before"] != "")
    return mark_returned(
        table,
        last.entries[there],
        (_deleted(context, kept) for kept, _ in ledger.written(sync, target, only="deleting")),
    )


def _applied(context: RunContext, kept: KeptPlan) -> list[int]:
    return [item.row for item in context.ledger.outcomes(kept.id) if item.outcome == Outcome.APPLIED]


def _deleted(context: RunContext, kept: KeptPlan) -> pd.DataFrame:
    rows = kept.entries.loc[_applied(context, kept)]
    return rows[rows["action"] == Action.DELETE]


def release(context: RunContext, owner: str, reason: str) -> dict[str, Any]:
    """Let an owner go that has left the files: its numbers stay, and no run speaks of it any more.

    Raises:
        UsageError: no reason is given, a file still has the owner, or no sync has managed such a one.
    """
    if not reason.strip():
        raise error_of(UsageError, "release_without_reason")
    _refuse_present(context, owner)
    syncs = context.ledger.memory.release(owner, person=context.person, reason=reason.strip(), at=context.now())
    if not syncs:
        raise error_of(UsageError, "release_of_nobody", {"owner": repr(owner)})
    return {"released": owner, "syncs": syncs, "reason": reason.strip(), "person": context.person}


def _refuse_present(context: RunContext, owner: str) -> None:
    """Let no owner go that a file still has: its next run would manage it again. A file that cannot be read has none.

    Raises:
        UsageError: one has it; the message names its line. Or it is a list, which is its sync's as a whole.
    """
    lists = {name for name, sync in context.settings.syncs.items() if context.spec(sync).single_owner}
    for name in sorted(lists):
        if context.spec(context.sync(name)).owner(context.sync(name)) == owner:
            said = {lang: owner_in(owner, lang) for lang in LANGUAGES}
            raise error_of(UsageError, "release_of_list", {"owner": said, "sync": name})
    for file in _read(context, sorted(context.settings.syncs.keys() - lists), context.files).files:
        lines = file.claims.loc[file.claims["claim"] == owner, "line"]
        if len(lines):
            said = {lang: owner_in(owner, lang) for lang in LANGUAGES}
            values = {"owner": said, "file": file.file, "line": int(lines.iloc[0]), "sync": file.sync}
            raise error_of(UsageError, "release_of_present", values)


def _entries(rows: pd.DataFrame, image: str) -> pd.Series[str]:
    names = casefolded(tidy_text(rows[f"name{image}"]))
    entries: pd.Series[str] = rows["owner"] + "\n" + names + "\n" + rows[f"key{image}"]
    return entries


def awaited_by(context: RunContext, name: str, table: pd.DataFrame) -> dict[str, Problem]:
    """Return the numbers that a plan takes away and that may have to arrive with another sync of the service first.

    One that another file wants and its sync has yet to put into its place, in this run or in one of its own, or that
    somebody has taken away there since; one that a cell may hold there which cannot be read; where a file cannot be
    read, all the rest.

    Args:
        context: the run's.
        name: the sync that is planned.
        table: its `Plan`.
    """
    address, _ = place_of(context, context.sync(name))
    others = [other for other in context.settings.syncs if other != name]
    near = [other for other in others if place_of(context, context.sync(other))[0] == address]
    if not near:
        return {}
    going = table["action"].isin(WRITES) & (table["key_before"] != "") & (table["key_before"] != table["key_after"])
    gone = table.loc[going, "key_before"]
    keys = set(gone[~is_in(gone, table["key_after"])])
    if not keys:
        return {}
    rivals = _read(context, near, context.files)
    found: dict[str, Problem] = {}
    perhaps: dict[str, Problem] = {}
    arrived: set[str] = set()
    for claims in rivals.files:
        coming = keys & claims.keys
        if coming:
            left = left_by(context, claims.sync)
            # What is taken away here is not where the other sync wants it, though that may have put it there.
            leaving = _entries(table[going], "_before")
            there = left[is_in(left["key"], coming)]
            there = there[~is_in(_entries(there, ""), leaving)]
            standing = _still_standing(context, claims.sync, there, leaving)
            arrived |= standing
            found |= dict.fromkeys(coming - standing, Problem(Code.ARRIVAL_AWAITED, {"sync": claims.sync}))
        # A cell that cannot be read says nothing against a number that was seen in another place.
        for key, line in resembling(claims.unread, keys - coming).items():
            said = {"sync": claims.sync, "line": str(line)}
            perhaps.setdefault(key, Problem(Code.LIKE_UNREAD_LINE_OF, said))
    found = {**{key: said for key, said in perhaps.items() if key not in arrived}, **found}
    for other in sorted(rivals.unread):
        problem = Problem(Code.ARRIVAL_UNREAD, {"sync": other})
        found = {**dict.fromkeys(keys - arrived, problem), **found}
    return found


def _still_standing(context: RunContext, name: str, left: pd.DataFrame, leaving: pd.Series[str]) -> set[str]:
    """Return the keys of those entries which a sync has left that stand at their owners now, as far as can be read.

    What is about to be taken away is none of them.
    """
    if left.empty:
        return set()
    try:
        found = context.target(context.sync(name)).read(sorted(set(left["owner"])), context.progress).entries
    except (ServiceError, ConfigurationError):
        return set()
    found = found[~_entries(found, "").isin(leaving)]
    now = set(zip(found["owner"], found["key"], strict=True))
    return {key for owner, key in zip(left["owner"], left["key"], strict=True) if (owner, key) in now}
