"""Plan the way back from what a run has done; applying it is a second step, through the same guards."""

from __future__ import annotations

import pandas as pd

from connectors.ledger.store import KeptPlan
from flows.applying import show_plan
from flows.claims import left_by
from flows.planning import deleted_lately, keep
from flows.sync_run import SyncRun
from flows.writing import outcomes_of
from schemas.execution import Target
from schemas.exit_codes import ExitCode
from schemas.phrases import Phrase
from schemas.plan import Outcome
from schemas.tables import Plan, validated
from tasks.plan.guards import Facts, guard
from tasks.plan.invert import invert


def plan_back(sync_run: SyncRun, target: Target, done: KeptPlan) -> ExitCode:
    """Make, keep and show the plan that undoes what a plan has applied, wherever nobody else has written since."""
    applied = [row for row, item in outcomes_of(sync_run, done).items() if item.outcome == Outcome.APPLIED]
    rows = done.entries.loc[sorted(applied)]
    kept_rows = done.entries.drop(index=rows.index)
    erased = rows["owner"] == ""  # nobody can say any more what stood there
    if erased.any():
        sync_run.note(Phrase("note.erased_stays", {"n": int(erased.sum())}))
    rows = rows[~erased]
    found = sync_run.do("extract target", target.read, sorted(rows["owner"].unique()), sync_run.context.progress)
    left = left_by(sync_run.context, sync_run.name, target.name)
    table = sync_run.do("plan", _invert, (rows, kept_rows), found.entries, left, sync_run.spec.names_are_keys)
    facts = Facts(source_rows=len(table), deleted_lately=deleted_lately(sync_run, target))
    hits = sync_run.do("guard", guard, table, facts, sync_run.sync.guard)
    # It has no lines: what it applies must not count as the size of a good source.
    kept = keep(sync_run, target, table, hits if len(table) else [], rows=(0, 0))
    return show_plan(sync_run, target, kept)


def _invert(
    applied: tuple[pd.DataFrame, pd.DataFrame],
    current: pd.DataFrame,
    left: pd.DataFrame,
    names_are_keys: bool,  # noqa: FBT001 - a step
) -> pd.DataFrame:
    rows, kept = applied
    return validated(Plan, invert(rows, current, names_are_keys=names_are_keys, kept=kept, since=left))
