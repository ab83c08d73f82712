"""Make a plan: read both sides, judge, match, guard, and keep it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, partial
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
from flows.ends import Ends, PlannedEnds, owners_of, plan_ends
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
from schemas.problems import DRIFT
from schemas.quirks import FOLDS_NAMES
from schemas.reasons import LineCode
from tasks.plan.claims import Rivals
from tasks.plan.fingerprints import entries_digest, fingerprint
from tasks.plan.guards import Facts, guard
from tasks.plan.ledger_age import COMPARED, behind, deletes
from tasks.source.label_doubts import label_doubts
from tasks.source.labels import owner_labels
from tasks.source.near_ids import mark_doubts, near_owners
from tasks.source.validation import Checked
from tasks.text_columns import is_in


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
    context.files.keep(name, source, checked)
    sync_run.lines.extend(part[["line", "owner"]] for part in _parts(checked))
    lang = context.lang
    sync_run.source_notes.extend(notes_of(context, sync, source, lang))
    labels = owner_labels(checked, source.arranged.source["line"], source.arranged.labels)
    context.ledger.names.learn(target.name, labels, context.now())
    rivals = rivals_of(context, name, context.files)
    if rivals.files:
        context.files.claims[name] = file_claims(context, name, checked)
        folds = FOLDS_NAMES in context.ledger.memory.traits(target.name)
        refuse_contested(context.files.claims[name], rivals, fold_names=folds)
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
    if labels:
        mistaken = label_doubts(labels, context.ledger.names.called([target.name]))
        table = mark_doubts(table, mistaken, LineCode.ID_MISTAKEN)
    planned = replace(planned, table=with_returned(context, name, target.name, table))
    _note_what_stays(sync_run, rivals, gone)
    if planned.policy.fold_names:
        context.ledger.memory.learn_trait(target.name, FOLDS_NAMES, context.now())
    facts = _facts(sync_run, target, planned, rivals, _rejects_of(checked, source.arranged.number_headers))
    hits: list[GuardHit] = sync_run.do("guard", guard, planned.table, facts, sync.guard)
    kept = keep(sync_run, target, planned.table, hits, rows=(checked.rows, checked.rejected_lines))
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
    verified, elsewhere = context.ledger.last_verified(name), planned.policy.elsewhere
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
        found = replace(found, entries=found.entries[is_in(found.entries["owner"], managed | gone)])
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
    others = (checked.rejected.drop_duplicates("line"), checked.clears, checked.repeats)
    return [checked.desired, *(part for part in others if len(part))]


def _rejects_of(checked: Checked, headers: Sequence[str]) -> int:
    return int(checked.rejected.loc[checked.rejected["column"].isin(headers), "line"].nunique())
