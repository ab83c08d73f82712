"""Make a plan: read both sides, judge, match, guard, and keep it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pandas as pd

from connectors.ledger import KeptPlan
from flows.passage import FOLDS_NAMES, Passage
from flows.source import Source, extract_source, judge_source, kind_of
from flows.targets.target import Found, Target
from schemas.plan import GuardHit, fingerprint
from tasks.lines.validate import Checked
from tasks.outcomes.spelling import as_stored
from tasks.plans.board import Inputs
from tasks.plans.guard import Facts, guard
from tasks.plans.plan import Policy, plan


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
    managed = {*checked.desired["owner"], *checked.clears["owner"], *checked.rejected["owner"]} - {""}
    gone = world.ledger.memory.owners(name, target.name) - managed
    found: Found = passage.do("extract target", target.read, sorted(managed | gone), world.progress)
    by_name = kind_of(world, sync) == "apio"
    if by_name:
        checked = _as_stored(passage, target, checked, found)
    policy = Policy(
        names_are_keys=by_name,
        delete_missing=sync.delete_missing if sync.delete_missing is not None else not by_name,
        clear_gone=sync.on_missing_owner == "clear",
        gone=frozenset(gone),
        unread=found.unread,
        fold_names=_folds_names(passage, target, checked, found),
        names_managed="name" in source.arranged.headers,
        kept_types=world.ledger.memory.kept_types(target.name),
    )
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


def _folds_names(passage: Passage, target: Target, checked: Checked, found: Found) -> bool:
    """Tell whether the target takes names that differ only in case for one, and remember it once it has been seen."""
    ledger = passage.world.ledger
    if FOLDS_NAMES in ledger.memory.traits(target.name):
        return True
    folds = target.folds_names(checked.desired["name"], found.entries)
    if folds:
        ledger.memory.learn_trait(target.name, FOLDS_NAMES, passage.world.now())
    return folds


def _as_stored(passage: Passage, target: Target, checked: Checked, found: Found) -> Checked:
    """Expect names as the list has been seen to spell them: otherwise each run would change them again."""
    known = passage.world.ledger.memory.traits(target.name)
    names = as_stored(checked.desired["name"], found.entries["tidy"], known)
    return replace(checked, desired=checked.desired.assign(name=names))


def _parts(checked: Checked) -> list[pd.DataFrame]:
    return [checked.desired, checked.rejected.drop_duplicates("line"), checked.clears, checked.repeats]


def _rejects_of(checked: Checked, header: str) -> int:
    return int(checked.rejected.loc[checked.rejected["column"] == header, "line"].nunique())
