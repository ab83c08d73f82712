"""One sync between its two ends, the file and the place as they were read, and the plan from one to the other.

Runs plan by `plan_ends`, and so do their proof, reconciliations and exports, and nothing else may: what a
reconciliation says a sync would do is what the sync's plan does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from flows.context import RunContext
from flows.ledger_age import age_of
from schemas.execution import Snapshot, Target
from schemas.plan import WRITES
from schemas.problems import Problem
from schemas.quirks import FOLDS_NAMES, Quirk
from schemas.syncs import Sync
from schemas.tables import Plan, validated
from tasks.execution.equal_entries import one_of_each
from tasks.execution.quirks import as_commented, as_stored
from tasks.plan.claims import Rivals, left_behind, mark_left
from tasks.plan.draft import Inputs, Policy
from tasks.plan.drift import mark_drift
from tasks.plan.known import Known
from tasks.plan.moves import mark_moves
from tasks.plan.rules import plan
from tasks.source.validation import Checked


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
            elsewhere=also_as_stored(self.policy.elsewhere, found, habits),
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
        elsewhere=also_as_stored(ends.rivals.claimed, found, known) if spec.single_owner else frozenset(),
        own=frozenset(ends.left().loc[lambda left: left["claimed"], "name"]) if sync.shared else None,
        awaited=ends.awaited,
    )
    checked = _as_spelled(checked, found, policy, known)
    # A line may rename `Dean` where the list has `DEAN`: then neither is an entry that no line mentions.
    meant = pd.concat([checked.desired["name"], checked.desired["old_name"]], ignore_index=True)
    folds = policy.fold_names or ends.target.folds_names(meant, found.entries)
    return checked, replace(policy, fold_names=folds)


def also_as_stored(names: frozenset[str], found: Snapshot, habits: Collection[Quirk]) -> frozenset[str]:
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
