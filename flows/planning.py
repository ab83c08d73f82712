"""Make a plan: read both sides, judge, match, guard, and keep it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pandas as pd

from connectors.ledger.store import KeptPlan
from flows.plan_policy import Ends, PlannedEnds, owners_of, plan_ends
from flows.sources import ExtractedSource, extract_source, judge_source, notes_of
from flows.sync_run import SyncRun
from schemas.execution import Snapshot, Target
from schemas.plan import GuardHit, fingerprint
from schemas.quirks import FOLDS_NAMES
from tasks.plan.guards import Facts, guard
from tasks.source.validation import Checked


@dataclass(frozen=True)
class PlannedSync:
    """A plan and what it was made of: planning again on what stands there afterwards has to find nothing to do."""

    kept: KeptPlan
    ends: PlannedEnds


def make_plan(sync_run: SyncRun, target: Target) -> PlannedSync:
    """Return the plan that leads from what the target holds to what the file wants; it is in the ledger."""
    context, sync, name = sync_run.context, sync_run.sync, sync_run.name
    source: ExtractedSource = sync_run.do("extract source", extract_source, context, sync)
    checked: Checked = sync_run.do("validate", judge_source, context, sync, source)
    sync_run.lines.extend(part[["line", "owner"]] for part in _parts(checked))
    sync_run.source_notes.extend(notes_of(context, sync, source, "en"))
    managed = owners_of(checked)
    gone = frozenset(context.ledger.memory.owners(name, target.name) - managed)
    found: Snapshot = sync_run.do("extract target", target.read, sorted(managed | gone), context.progress)
    ends = Ends(sync, target, source.arranged.headers, checked, found, gone)
    planned = plan_ends(context, ends, partial(sync_run.do, "plan"))
    if planned.policy.fold_names:
        context.ledger.memory.learn_trait(target.name, FOLDS_NAMES, context.now())
    facts = Facts(
        source_rows=checked.rows,
        last_rows=context.ledger.last_good_rows(name, target.name),
        number_rejects=_rejects_of(checked, source.arranged.headers["number"]),
        deleted_lately=deleted_lately(sync_run, target),
    )
    hits: list[GuardHit] = sync_run.do("guard", guard, planned.table, facts, sync.guard)
    rejected = int(checked.rejected["line"].nunique())
    kept = keep(sync_run, target, planned.table, hits, rows=(checked.rows, rejected))
    return PlannedSync(kept, planned)


def keep(
    sync_run: SyncRun, target: Target, table: pd.DataFrame, hits: list[GuardHit], rows: tuple[int, int]
) -> KeptPlan:
    """Keep a plan in the ledger; `rows` counts the lines of its source and the rejected ones among them."""
    kept = KeptPlan(
        id=f"{sync_run.run}-{sync_run.name}",
        run=sync_run.run,
        sync=sync_run.name,
        target=target.name,
        fingerprint=fingerprint(sync_run.name, target.name, table),
        created_at=sync_run.context.now(),
        source_rows=rows[0],
        rejected=rows[1],
        guards=[hit.as_json() for hit in hits],
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
