"""Make a plan: read both sides, judge, match, guard, and keep it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from connectors.ledger.store import KeptPlan
from connectors.target import Found, Target
from flows.plan_policy import Ends, expect, owners_of
from flows.sources import Source, extract_source, judge_source, notes_of
from flows.sync_run import FOLDS_NAMES, Passage
from schemas.plan import GuardHit, fingerprint
from tasks.plan.draft import Inputs
from tasks.plan.guards import Facts, guard
from tasks.plan.rules import Policy, plan
from tasks.source.validation import Checked


@dataclass(frozen=True)
class Made:
    """A plan and what it was made of: planning again on what stands there afterwards has to find nothing to do."""

    kept: KeptPlan
    policy: Policy
    checked: Checked
    found: Found


def make(passage: Passage, target: Target) -> Made:
    """Return the plan that leads from what the target holds to what the file wants; it is in the ledger."""
    world, sync, name = passage.world, passage.sync, passage.name
    source: Source = passage.do("extract source", extract_source, world, sync)
    checked: Checked = passage.do("validate", judge_source, world, sync, source)
    passage.lines.extend(part[["line", "owner"]] for part in _parts(checked))
    passage.source_notes.extend(notes_of(world, sync, source, "en"))
    managed = owners_of(checked)
    gone = frozenset(world.ledger.memory.owners(name, target.name) - managed)
    found: Found = passage.do("extract target", target.read, sorted(managed | gone), world.progress)
    expected = expect(world, Ends(sync, target, source.arranged.headers, checked, found, gone))
    checked, policy = expected.checked, expected.policy
    if policy.fold_names:
        world.ledger.memory.learn_trait(target.name, FOLDS_NAMES, world.now())
    table: pd.DataFrame = passage.do("plan", plan, inputs(checked, found.entries), policy)
    facts = Facts(
        source_rows=checked.rows,
        last_rows=world.ledger.last_good_rows(name, target.name),
        number_rejects=_rejects_of(checked, source.arranged.headers["number"]),
        deleted_lately=deleted_lately(passage, target),
    )
    hits: list[GuardHit] = passage.do("guard", guard, table, facts, sync.guard)
    rejected = int(checked.rejected["line"].nunique())
    kept = keep(passage, target, table, hits, rows=(checked.rows, rejected))
    return Made(kept, policy, checked, found)


def inputs(checked: Checked, current: pd.DataFrame) -> Inputs:
    """Return what a plan is made of."""
    return Inputs(checked.desired, checked.rejected, checked.clears, checked.repeats, current)


def keep(
    passage: Passage, target: Target, table: pd.DataFrame, hits: list[GuardHit], rows: tuple[int, int]
) -> KeptPlan:
    """Keep a plan in the ledger; `rows` counts the lines of its source and the rejected ones among them."""
    kept = KeptPlan(
        id=f"{passage.run}-{passage.name}",
        run=passage.run,
        sync=passage.name,
        target=target.name,
        fingerprint=fingerprint(passage.name, target.name, table),
        created_at=passage.world.now(),
        source_rows=rows[0],
        rejected=rows[1],
        guards=[hit.as_json() for hit in hits],
        entries=table,
    )
    passage.world.ledger.keep_plan(kept)
    return kept


def deleted_lately(passage: Passage, target: Target) -> int:
    """Return how many entries this sync has deleted on this target within the last seven days."""
    week_ago = (passage.world.clock() - timedelta(days=7)).isoformat(timespec="seconds")
    return passage.world.ledger.deleted_since(passage.name, target.name, week_ago)


def _parts(checked: Checked) -> list[pd.DataFrame]:
    return [checked.desired, checked.rejected.drop_duplicates("line"), checked.clears, checked.repeats]


def _rejects_of(checked: Checked, header: str) -> int:
    return int(checked.rejected.loc[checked.rejected["column"] == header, "line"].nunique())
