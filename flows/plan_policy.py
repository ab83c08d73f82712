"""What a sync wants of its place and how far it may go: plans are made from it, and reconciliations foretell with it.

Both ask here and nowhere else, so that what a reconciliation says a sync would do is what the sync's plan does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

from flows.context import RunContext
from flows.sync_run import FOLDS_NAMES
from schemas.execution import Snapshot, Target
from schemas.syncs import Sync
from tasks.execution.quirks import as_commented, as_stored
from tasks.plan.policy import Policy
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
        gone: owners that earlier runs wrote and that the file has no more.
    """

    sync: Sync
    target: Target
    headers: Mapping[str, str]
    checked: Checked
    found: Snapshot
    gone: frozenset[str]


@dataclass(frozen=True)
class Expected:
    """The file's lines, with names as the place spells them, and how far a plan may go."""

    checked: Checked
    policy: Policy


def owners_of(checked: Checked) -> set[str]:
    """Return the owners that a file is about, also those that only a rejected line names."""
    return {*checked.desired["owner"], *checked.clears["owner"], *checked.rejected["owner"]} - {""}


def expect(context: RunContext, ends: Ends) -> Expected:
    """Return what a plan is made of; a phone list may be asked whether it ignores the case of names."""
    sync, checked, found = ends.sync, ends.checked, ends.found
    memory, place = context.ledger.memory, ends.target.name
    known = memory.traits(place)
    spec = context.spec(sync)
    # Expect names as the place has been seen to spell them: otherwise each run would change them again.
    names = checked.desired["name"]
    if spec.names_are_keys:
        names = as_stored(names, found.entries["tidy"], known)
    elif "name" in ends.headers:
        names = as_commented(checked.desired, found.entries, known)
    checked = replace(checked, desired=checked.desired.assign(name=names))
    # A line may rename `Dean` where the list has `DEAN`: then neither is an entry that no line mentions.
    meant = chain(checked.desired["name"], checked.desired["old_name"])
    policy = Policy(
        names_are_keys=spec.names_are_keys,
        delete_missing=sync.delete_missing if sync.delete_missing is not None else spec.deletes_missing,
        clear_gone=sync.on_missing_owner == "clear",
        gone=frozenset() if spec.single_owner else ends.gone,  # a list stays the one it is, without any line
        unread=found.unread,
        fold_names=FOLDS_NAMES in known or ends.target.folds_names(meant, found.entries),
        names_managed="name" in ends.headers,
        kept_types=memory.kept_types(place),
    )
    return Expected(checked, policy)
