"""Find where the numbers that a service shows beside names are late; their age is known from the ledger alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from connectors.execution import as_current
from flows.claims import left_by
from flows.context import RunContext
from flows.reconciliation.reading import SyncReading
from schemas.directory import Unit
from schemas.findings import FindingKind
from schemas.problems import Code, Problem, packed
from tasks.messages.catalogue import minute
from tasks.reconcile.replicas import lagging


def late_replicas(
    context: RunContext, readings: Sequence[SyncReading], units: Sequence[Unit]
) -> list[dict[str, object]]:
    """Return one finding for each owner that is shown with other numbers than a sync has written hours ago.

    Args:
        context: how many hours, and the ledger.
        readings: the syncs of one place.
        units: what is shown of its owners.
    """
    hours = context.settings.reconcile.replica_hours
    if hours is None:
        return []
    written = context.ledger.last_sent(readings[0].target)
    ages = {owner: _hours_since(context, at) for owner, at in written.items()}
    shown = {
        owner: unit
        for unit in units
        if unit.numbers is not None
        and ages.get(owner := readings[0].spec.owner(readings[0].sync, unit.identifier), -1.0) >= hours
    }
    return [
        {
            "kind": str(FindingKind.REPLICA_LATE.value),
            "sync": one.name,
            "line": 0,
            "owner": owner,
            "owner_there": owner,
            "number_there": ", ".join(shown[owner].numbers or ()),
            "what": packed(Problem(Code.REPLICA_LATE, {"at": minute(written[owner], context.zone)})),
            "part": str(FindingKind.REPLICA_LATE.value),
            "also": f"{ages[owner]:.0f}",
        }
        for one in readings
        for owner in _lagging(context, one, shown)
    ]


def _lagging(context: RunContext, one: SyncReading, shown: dict[str, Unit]) -> list[str]:
    if one.found is None:
        return []
    mine = context.ledger.memory.owners(one.name, one.target) - one.found.unread.keys()
    owners = sorted(mine & shown.keys())
    if not owners:
        return []
    beside = [(owner, "", number, "", "") for owner in owners for number in shown[owner].numbers or ()]
    left = left_by(context, one.name, one.target)
    return lagging(owners, as_current(beside, context.reading(one.sync)), one.found.entries, left)


def _hours_since(context: RunContext, at: str) -> float:
    return (context.clock() - datetime.fromisoformat(at)).total_seconds() / 3600
