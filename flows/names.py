"""Ask services what owners are called, seldom; nothing depends on the answer.

They are asked within the run: once a week, once for each part of the owners, and no more after one question in vain.
Beside it, in a thread, chance would decide in which order a service is asked, and which names a report has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connectors.ledger.names import KeptNames
from connectors.service import Directory
from flows.context import RunContext
from schemas.directory import Answered, Unit
from schemas.problems import Code, Problem
from schemas.syncs import Sync
from schemas.target import identifier_of


def directory_of(context: RunContext, sync: Sync) -> Directory | None:
    """Return what the service knows of the owners of a sync's place beside their numbers; None where it is nothing."""
    connection = context.settings.connections[sync.connection]
    return context.service(sync.connection).directories(connection).get(context.spec(sync).place(sync))


def learn_names(context: RunContext, sync: Sync, target: str, owners: Iterable[str]) -> Problem | None:
    """Ask what these owners are called, those whose names are not known or were asked for long ago.

    Whatever the service does, nothing is raised, and a name that was known before is kept.

    Args:
        context: where it is remembered.
        sync: whose owners.
        target: its place.
        owners: the owners.

    Returns:
        what is done without, None where all was answered or that has been said before.
    """
    spec = context.spec(sync)
    directory = directory_of(context, sync)
    if directory is None or directory.ask is None:
        return None
    due = sorted({*owners} - context.ledger.names.fresh(target, context.clock()))
    if not due:
        return None
    kept = context.ledger.names.kept(target)
    answered = directory.ask(context.client(sync.connection), [identifier_of(owner) for owner in due])
    now = context.now()
    said = {spec.owner(sync, identifier): unit for identifier, unit in answered.units.items()}
    fresh = {owner: _kept(said.get(owner), kept.get(owner), now) for owner in {*due, *said}}
    context.ledger.names.keep(target, fresh)
    return _done_without(answered, kept)


def remember_units(context: RunContext, sync: Sync, target: str, units: Iterable[Unit]) -> None:
    """Remember what was read of units for another reason."""
    now, spec = context.now(), context.spec(sync)
    fresh = {spec.owner(sync, unit.identifier): KeptNames(unit.names, now, now) for unit in units}
    context.ledger.names.keep(target, fresh)


def fresh_units(context: RunContext, target: str) -> dict[str, Unit]:
    """Return by their ids the owners of a target whose names need not be asked for now; numbers are not known."""
    fresh = context.ledger.names.fresh(target, context.clock())
    known = {owner: kept for owner, kept in context.ledger.names.kept(target).items() if owner in fresh}
    return {
        identifier_of(owner): Unit(identifier_of(owner), kept.names)
        for owner, kept in known.items()
        if not kept.in_vain
    }


def names_of(context: RunContext, target: str) -> dict[str, str]:
    """Return what the owners of a target are called, as far as it is known, in the language of the configuration."""
    return context.ledger.names.of(target, context.lang)


def _kept(unit: Unit | None, before: KeptNames | None, now: str) -> KeptNames:
    if unit is not None:
        return KeptNames(unit.names, now, now)
    return KeptNames(before.names if before else {}, before.at if before else "", now)


def _done_without(answered: Answered, kept: Mapping[str, KeptNames]) -> Problem | None:
    """Return what to say of a question in vain; nothing where the one before was in vain as well."""
    last = max((one.asked for one in kept.values()), default="")
    before = [one.in_vain for one in kept.values() if one.asked == last]
    if not answered.error or any(before):
        return None
    return Problem(Code.NAMES_UNKNOWN, {"said": answered.error.message})
