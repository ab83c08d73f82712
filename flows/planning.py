"""Make a plan: read both sides, judge, match, guard, and keep it.

Runs plan by `plan_ends`, and so do their proof, reconciliations and exports, and nothing else may: what a
reconciliation says a sync would do is what the sync's plan does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache, partial
from itertools import chain
from typing import Any

import pandas as pd

from connectors.ledger.store import KeptPlan
from flows.claims import (
    awaited_by,
    file_claims,
    handed_by,
    left_by,
    place_of,
    refuse_contested,
    rivals_of,
    with_returned,
)
from flows.context import RunContext
from flows.interface import api_changes
from flows.known import known_of
from flows.ledger_age import age_of, note_behind, shown_age
from flows.names import learn_names
from flows.sources import ExtractedSource, extract_source, judge_source, notes_of
from flows.sync_run import Read, SyncRun
from schemas import limits
from schemas.execution import Snapshot, Target
from schemas.phrases import Phrase
from schemas.plan import WRITES, Action, GuardHit
from schemas.problems import DRIFT, Problem
from schemas.quirks import FOLDS_NAMES, Quirk
from schemas.reasons import LineCode
from schemas.syncs import Sync
from schemas.tables import Plan, validated
from tasks.execution.equal_entries import one_of_each
from tasks.execution.quirks import as_commented, as_stored
from tasks.plan.claims import Rivals, left_behind, mark_left
from tasks.plan.draft import Inputs, Policy
from tasks.plan.drift import mark_drift
from tasks.plan.guards import Facts, guard
from tasks.plan.known import Known
from tasks.plan.ledger_age import COMPARED, behind, deletes
from tasks.plan.moves import mark_moves
from tasks.plan.rules import plan
from tasks.plan.table import entries_digest, fingerprint
from tasks.source.label_doubts import label_doubts
from tasks.source.labels import owner_labels
from tasks.source.near_ids import mark_doubts, near_owners
from tasks.source.validation import Checked


@dataclass(frozen=True)
class PlannedSync:
    """A plan and what it was made of: planning again on what stands there afterwards has to find nothing to do.

    Attributes:
        kept: the plan.
        ends: what it was made of.
        managed: the owners that the file is about.
        settled: owners that the sync has managed and has nothing to do with any more, once the plan is carried out.
    """

    kept: KeptPlan
    ends: PlannedEnds
    managed: frozenset[str] = frozenset()
    settled: frozenset[str] = frozenset()


def make_plan(sync_run: SyncRun, target: Target) -> PlannedSync:
    """Return the plan that leads from what the target holds to what the file wants; it is in the ledger."""
    context, sync, name = sync_run.context, sync_run.sync, sync_run.name
    source, checked = _read(sync_run)
    sync_run.lines.extend(part[["line", "owner"]] for part in _parts(checked))
    lang = context.lang
    sync_run.source_notes.extend(notes_of(context, sync, source, lang))
    labels = owner_labels(checked, source.arranged.source["line"], source.arranged.labels)
    context.ledger.names.learn(target.name, labels, context.now())
    rivals = rivals_of(context, name, context.files)
    if rivals.files:
        context.files.claims[name] = file_claims(context, name, checked)
        refuse_contested(context.files.claims[name], rivals)
    managed = owners_of(checked)
    remembered = context.ledger.memory.owners(name, target.name)
    known = frozenset(remembered - managed)
    # What has left this file for another one is that one's now, whichever of the two comes first.
    gone = known - rivals.claimed
    owners = sorted(managed | gone)
    found = sync_run.read(target, owners)
    read = Read(source, checked, owners, found, alone=not (rivals.files or rivals.unread))
    left = cache(partial(left_by, context, name, target.name))
    headers, accepted = source.arranged.headers, known_of(context, name)
    ends = Ends(sync, target, headers, checked, found, gone, rivals, left, known=accepted)
    planned = plan_ends(context, ends, partial(sync_run.do, "plan"))
    if _is_behind(sync_run, target, planned, read):
        planned = plan_ends(context, ends, partial(sync_run.do, "plan"))
    awaited = awaited_by(context, name, planned.table)
    if awaited:
        sync_run.wait_for((dict(problem.values)["sync"] for problem in awaited.values()), read)
        planned = plan_ends(context, replace(ends, awaited=awaited), partial(sync_run.do, "plan"))
    unnamed = learn_names(context, sync, target.name, owners)
    if unnamed:
        sync_run.note(unnamed)
    near = near_owners(managed - context.ledger.memory.everybody(target.name), gone)
    table = mark_doubts(planned.table, near, LineCode.ID_NEAR)
    mistaken = label_doubts(labels, context.ledger.names.called([target.name]))
    table = mark_doubts(table, mistaken, LineCode.ID_MISTAKEN)
    planned = replace(planned, table=with_returned(context, name, target.name, table))
    _note_what_stays(sync_run, rivals, gone)
    if planned.policy.fold_names:
        context.ledger.memory.learn_trait(target.name, FOLDS_NAMES, context.now())
    facts = _facts(sync_run, target, planned, rivals, _rejects_of(checked, headers["number"]))
    hits: list[GuardHit] = sync_run.do("guard", guard, planned.table, facts, sync.guard)
    rejected = int(checked.rejected["line"].nunique())
    kept = keep(sync_run, target, planned.table, hits, rows=(checked.rows, rejected))
    if not kept.changes:
        sync_run.seen.update(source=source.digest, entries=entries_digest(found.entries))
    return PlannedSync(kept, planned, frozenset(managed), _settled(context, (name, target.name), known, planned, found))


def _read(sync_run: SyncRun) -> tuple[ExtractedSource, Checked]:
    """Return the judged file; that it was read is told also where another sync has needed it before."""
    context, sync, before = sync_run.context, sync_run.sync, sync_run.turn.read
    if before:
        return before.source, before.checked
    known = context.files.take(context, sync_run.name)
    source: ExtractedSource = sync_run.do(
        "extract source", _known_or(extract_source, known and known[0]), context, sync
    )
    judge = _known_or(judge_source, known and known[1])
    return source, sync_run.do("validate", judge, context, sync, source)


def _known_or(function: Callable[..., Any], known: object) -> Callable[..., Any]:
    return function if known is None else lambda *_: known


def _is_behind(sync_run: SyncRun, target: Target, planned: PlannedEnds, read: Read) -> bool:
    """Note it where a sync of the run shows that the ledger is probably older, and this one would delete something.

    Raises:
        Postponed: not all of them have had a turn yet.
    """
    context, name, turn = sync_run.context, sync_run.name, sync_run.turn
    table, policy = planned.table, planned.policy
    goes = policy.deletions and deletes(table)
    if name not in turn.older and (goes or turn.later):
        look = _look(sync_run, planned, {*read.owners} - policy.unread.keys())
        if goes or len(table) > limits.KEPT_LINES:
            shows = look(planned.left())
            turn.older[name] = lambda: shows
        else:  # nobody has to know where no sync of the run deletes anything
            before = partial(left_by, context, name, target.name, without=sync_run.run)
            turn.older[name] = lambda: look(before())
    if not goes:
        return False
    if not turn.may_delete:
        sync_run.let_others_go_first(read)
    shown = next(filter(None, (look() for look in turn.older.values())), "")
    if shown:
        note_behind(context, shown)
    return bool(shown)


def _look(sync_run: SyncRun, planned: PlannedEnds, owners: set[str]) -> Callable[[pd.DataFrame], str]:
    """Return what says by the entries that a sync had left how it shows, in this turn, that the ledger is older.

    It says the same when the sync has written since.
    """
    context, name = sync_run.context, sync_run.name
    verified, elsewhere = context.ledger.last_verified(name)[0], planned.policy.elsewhere
    table, by_name = planned.table[[*COMPARED]], sync_run.spec.single_owner

    def look(left: pd.DataFrame) -> str:
        seen = behind(table, left, owners, by_name=by_name, elsewhere=elsewhere)
        return shown_age(context, (name, verified), seen)

    return look


def plan_now(sync_run: SyncRun, target: Target, found: Snapshot) -> pd.DataFrame:
    """Return the `Plan` that the file makes now of what was found of its place; nothing is kept or written.

    What was found of owners that are none of the file's, such as those that an older plan was about, stays as it is.
    """
    context, sync, name = sync_run.context, sync_run.sync, sync_run.name
    source = extract_source(context, sync)
    checked = judge_source(context, sync, source)
    rivals = rivals_of(context, name, context.files)
    managed = owners_of(checked)
    gone = frozenset(context.ledger.memory.owners(name, target.name) - managed - rivals.claimed)
    if not context.spec(sync).single_owner:
        found = replace(found, entries=found.entries[found.entries["owner"].isin(managed | gone)])
    left = cache(partial(left_by, context, name, target.name))
    ends = Ends(
        sync, target, source.arranged.headers, checked, found, gone, rivals, left, known=known_of(context, name)
    )
    table = plan_ends(context, ends).table
    awaited = awaited_by(context, name, table)
    return plan_ends(context, replace(ends, awaited=awaited)).table if awaited else table


def _note_what_stays(sync_run: SyncRun, rivals: Rivals, gone: frozenset[str]) -> None:
    """Note why this run deletes less than the file asks for."""
    older = age_of(sync_run.context)
    if older:
        sync_run.note(Phrase("note.ledger_older", {"why": older}))
    if rivals.unread and gone:
        names = ", ".join(sorted(rivals.unread))
        sync_run.note(Phrase("note.not_cleared", {"syncs": names}))


def _facts(sync_run: SyncRun, target: Target, planned: PlannedEnds, rivals: Rivals, rejects: int) -> Facts:
    """Return what guards judge a plan by."""
    sync, ledger = sync_run.sync, sync_run.context.ledger
    rows, last_rows = planned.checked.rows, ledger.last_good_rows(sync_run.name, target.name)
    shrunk = last_rows is not None and rows < last_rows
    return Facts(
        source_rows=rows,
        last_rows=last_rows,
        handed_over=handed_by(sync_run.context, sync_run.name, target.name, rivals) if shrunk else 0,
        number_rejects=rejects,
        deleted_lately=deleted_lately(sync_run, target),
        left=len(planned.left()) if planned.table["code"].isin(DRIFT).any() else 0,
        ask_of_drift=sync.on_drift == "ask",
        ask_always=sync_run.request.ask_always or sync.ask == "always",
        api_changes=api_changes(sync_run, target) if planned.table["action"].isin(WRITES).any() else (),
    )


def _settled(
    context: RunContext, mine: tuple[str, str], known: frozenset[str], planned: PlannedEnds, found: Snapshot
) -> frozenset[str]:
    """Return the owners that have left the file and need nobody: nothing stays of them, or another sync has them."""
    if not known:
        return frozenset()
    table = planned.table
    theirs = (table["action"] == Action.FOREIGN) & table["code"].isin(DRIFT)  # left as somebody else has left it
    stays = table.loc[(table["key_after"] != "") & ~theirs, "owner"]
    empty = planned.policy.gone - set(stays) - set(found.unread)
    taken = known - planned.policy.gone
    if taken:
        (name, planned_for), place = mine, place_of(context, context.sync(mine[0]))
        others = {other: sync for other, sync in context.settings.syncs.items() if other != name}
        here = [other for other, sync in others.items() if place_of(context, sync) == place]
        taken &= frozenset().union(*(context.ledger.memory.owners(other, planned_for) for other in here))
    return empty | taken


def keep(
    sync_run: SyncRun, target: Target, table: pd.DataFrame, hits: list[GuardHit], rows: tuple[int, int]
) -> KeptPlan:
    """Keep a plan in the ledger; `rows` counts the lines of its source and the rejected ones among them."""
    guards = [hit.as_json() for hit in hits]
    kept = KeptPlan(
        id=f"{sync_run.run}-{sync_run.name}",
        run=sync_run.run,
        sync=sync_run.name,
        target=target.name,
        fingerprint=fingerprint(sync_run.name, target.name, table, guards),
        created_at=sync_run.context.now(),
        source_rows=rows[0],
        rejected=rows[1],
        guards=guards,
        entries=table,
    )
    sync_run.context.ledger.keep_plan(kept)
    return kept


def deleted_lately(sync_run: SyncRun, target: Target) -> int:
    """Return how many entries this sync has deleted on this target within the last seven days."""
    week_ago = (sync_run.context.clock() - timedelta(days=7)).isoformat(timespec="seconds")
    return sync_run.context.ledger.deleted_since(sync_run.name, target.name, week_ago)


def _parts(checked: Checked) -> list[pd.DataFrame]:
    return [checked.desired, checked.rejected.drop_duplicates("line"), checked.clears, checked.repeats]


def _rejects_of(checked: Checked, header: str) -> int:
    return int(checked.rejected.loc[checked.rejected["column"] == header, "line"].nunique())


@dataclass(frozen=True)
class Ends:
    """One sync between its two ends, as they were read.

    Attributes:
        sync: its section of the configuration.
        target: its place.
        headers: what its file calls our columns.
        checked: its file, judged.
        found: the entries of its place.
        gone: owners that the sync has managed and that no file has any more.
        rivals: what the files of other syncs of the place claim.
        left: returns the entries that the sync has left in its place, see `left_behind`; read where they matter.
        awaited: numbers that may have to arrive with another sync first, see `awaited_by`.
        known: what others have changed and somebody has accepted.
    """

    sync: Sync
    target: Target
    headers: Mapping[str, str]
    checked: Checked
    found: Snapshot
    gone: frozenset[str]
    rivals: Rivals = field(default_factory=Rivals)
    left: Callable[[], pd.DataFrame] = lambda: left_behind((), ())
    awaited: Mapping[str, Problem] = field(default_factory=dict)
    known: Known = field(default_factory=Known)

    @property
    def keep_drift(self) -> bool:
        """Whether all that others have changed stays as they left it."""
        return self.sync.on_drift == "keep"


@dataclass(frozen=True)
class PlannedEnds:
    """A plan, and what it was made of.

    Attributes:
        checked: the file's lines, with names as the place spells them.
        policy: how far the plan goes.
        table: the `Plan`.
        left: returns the entries that the sync had left in its place.
        keep_drift: what others have changed since stays as they left it.
        known: what of it somebody has accepted.
    """

    checked: Checked
    policy: Policy
    table: pd.DataFrame
    left: Callable[[], pd.DataFrame]
    keep_drift: bool
    known: Known

    def __post_init__(self) -> None:
        """Refuse what is no `Plan`, as an `InternalError`."""
        validated(Plan, self.table)

    def again(self, found: Snapshot, habits: Collection[Quirk]) -> PlannedEnds:
        """Return the plan that the same lines make of what stands in the place now, whose habits are these by now."""
        policy = replace(
            self.policy,
            fold_names=FOLDS_NAMES in habits,
            unread=found.unread,
            elsewhere=_also_as_stored(self.policy.elsewhere, found, habits),
        )
        checked = _as_spelled(self.checked, found, policy, habits)
        table = _told(plan(_inputs(checked, found), policy), policy, self)
        return replace(self, policy=policy, table=table)


def _directly(function: Callable[..., Any], *args: Any) -> Any:
    return function(*args)


def owners_of(checked: Checked) -> set[str]:
    """Return the owners that a file is about, also those that only a rejected line names."""
    lines = (checked.desired, checked.clears, checked.rejected)
    return {owner for some in lines for owner in some["owner"].unique() if owner}


def plan_ends(context: RunContext, ends: Ends, step: Callable[..., Any] = _directly) -> PlannedEnds:
    """Return the plan that leads from what the place holds to what the file wants; nothing is kept or written.

    A phone list may be asked whether it ignores the case of names.

    Args:
        context: what the ledger remembers of the place.
        ends: the sync between its two ends.
        step: how planning itself is carried out: a function and its arguments.
    """
    checked, policy = _expected(context, ends)
    table = _told(step(plan, _inputs(checked, ends.found), policy), policy, ends)
    return PlannedEnds(checked, policy, table, ends.left, ends.keep_drift, ends.known)


def _told(table: pd.DataFrame, policy: Policy, ends: Ends | PlannedEnds) -> pd.DataFrame:
    """Say of rows what is known beyond the two tables: others changed them, they move, or they have left."""
    if table["action"].isin(WRITES).any():
        table = mark_moves(mark_drift(table, ends.left(), ends.known, keep=ends.keep_drift))
    return mark_left(table, policy.gone)


def _inputs(checked: Checked, found: Snapshot) -> Inputs:
    return Inputs(checked.desired, checked.rejected, checked.clears, checked.repeats, found.entries, checked.mentioned)


def _expected(context: RunContext, ends: Ends) -> tuple[Checked, Policy]:
    """Return the file's lines, with names as the place spells them, and how far a plan may go."""
    sync, checked, found = ends.sync, ends.checked, ends.found
    memory, place = context.ledger.memory, ends.target.name
    known = memory.traits(place)
    spec = context.spec(sync)
    deletes = sync.delete_missing if sync.delete_missing is not None else spec.deletes_missing
    policy = Policy(
        names_are_keys=spec.names_are_keys,
        delete_missing=deletes and not (sync.shared and ends.rivals.unread),
        clear_gone=sync.on_missing_owner == "clear" and not ends.rivals.unread,
        gone=frozenset() if spec.single_owner else ends.gone,  # a list stays the one it is, without any line
        unread=found.unread,
        fold_names=FOLDS_NAMES in known,
        names_managed="name" in ends.headers,
        kept_types=memory.kept_types(place),
        deletions=not age_of(context),
        elsewhere=_also_as_stored(ends.rivals.claimed, found, known) if spec.single_owner else frozenset(),
        own=frozenset(ends.left().loc[lambda left: left["claimed"], "name"]) if sync.shared else None,
        awaited=ends.awaited,
    )
    checked = _as_spelled(checked, found, policy, known)
    # A line may rename `Dean` where the list has `DEAN`: then neither is an entry that no line mentions.
    meant = chain(checked.desired["name"].tolist(), checked.desired["old_name"].tolist())
    folds = policy.fold_names or ends.target.folds_names(meant, found.entries)
    return checked, replace(policy, fold_names=folds)


def _also_as_stored(names: frozenset[str], found: Snapshot, habits: Collection[Quirk]) -> frozenset[str]:
    """Add to names of other files how the list spells them: an entry is theirs whatever was made of its name."""
    if not names:
        return names
    return names | {*as_stored(pd.Series(sorted(names), dtype="str"), found.entries["tidy"], habits)}


def _as_spelled(checked: Checked, found: Snapshot, policy: Policy, habits: Collection[Quirk]) -> Checked:
    """Expect names as the place has been seen to spell them: otherwise each run would change them again."""
    names = checked.desired["name"]
    if policy.names_are_keys:
        names = as_stored(names, found.entries["tidy"], habits)
    elif policy.names_managed:
        names = as_commented(checked.desired, found.entries, habits)
    checked = replace(checked, desired=checked.desired.assign(name=names))
    return one_of_each(checked, found.entries, habits)
