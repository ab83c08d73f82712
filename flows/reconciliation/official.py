"""Look at the official numbers of people beside the files and the phone lists; nothing ever writes them.

They are another thing than the numbers of users that a sync writes, and the method that changes them is not public.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from connectors.execution import as_current
from flows.context import RunContext
from flows.ends import owners_of
from flows.reconciliation.reading import SyncReading, places_of
from flows.sources import extract_source, judge_source
from schemas.directory import Answered, Unit
from schemas.errors import ConfigurationError, PhonesyncError, SourceError
from schemas.execution import Snapshot
from schemas.findings import System
from schemas.settings import Official
from schemas.tables import Plan, empty
from schemas.target import identifier_of
from tasks.reconcile.align import COLUMNS, SyncSide
from tasks.reconcile.classify import classify_findings
from tasks.reconcile.cross_references import find_cross_references, number_locations, numbers_in
from tasks.reconcile.official import OFFICIAL, judge_official

_UNREAD: Final = "not answered"


@dataclass
class OfficialNumbers:
    """What was found of official numbers.

    Attributes:
        readings: each table's file, with the official numbers of its people as its place.
        rows: the findings, with `where`.
        systems: the figures of each file and of its people, and what kept them from being read.
        errors: why a file could not be read.
    """

    readings: list[SyncReading] = field(default_factory=list)
    rows: pd.DataFrame = field(default_factory=lambda: _table([]))
    systems: list[System] = field(default_factory=list)
    errors: list[PhonesyncError] = field(default_factory=list)


def official_numbers(context: RunContext, readings: Sequence[SyncReading]) -> OfficialNumbers:
    """Return what the configured tables of people find; a service that does not answer is a note, and no failure.

    Args:
        context: the configuration.
        readings: the syncs, whose places are looked through for the same numbers.
    """
    found = OfficialNumbers()
    tables = [_table([])]
    for name, system in context.settings.systems.items():
        one = _reading(context, name, system)
        found.readings.append(one)
        try:
            one.source = extract_source(context, one.sync)
        except (SourceError, ConfigurationError) as error:
            one.wrong_source = error
            found.errors.append(error)
            found.systems.append(System(name, "csv", 0, 0, 0, error.message))
            continue
        checked = one.checked = judge_source(context, one.sync, one.source)
        keys, bad = checked.desired["key"], checked.rejected_lines
        found.systems.append(System(name, "csv", checked.rows, len(numbers_in(keys)), bad))
        found.systems.append(_asked(context, one, system))
        if one.found is not None:
            tables.append(_compared(one, readings))
    found.rows = pd.concat(tables, ignore_index=True)
    return found


def _reading(context: RunContext, name: str, system: Official) -> SyncReading:
    """Return the table as if it were a sync of people, so that its file is read like every other."""
    spec = context.service(system.connection).spec
    given: dict[str, Any] = {"source": system.source, "columns": system.columns, **spec.people}
    sync = spec.sync(connection=system.connection, full_numbers=system.full_numbers, allow_clear=True, **given)
    return SyncReading(name, sync, spec, f"{system.connection} {spec.place(sync)} {OFFICIAL}")


def _asked(context: RunContext, one: SyncReading, system: Official) -> System:
    """Ask for the numbers of the file's people and return the figures; who is employed elsewhere is left out."""
    owners = {identifier_of(owner): owner for owner in sorted(owners_of(one.checked))} if one.checked else {}
    answered = _answered(context, one, list(owners), employed=bool(system.units))
    note = answered.error.message if answered.error else ""
    units = {owners[identifier]: unit for identifier, unit in answered.units.items() if identifier in owners}
    hidden = [owner for owner, unit in units.items() if unit.numbers is None]
    if units:
        mine = {
            owner: unit.numbers for owner, unit in units.items() if unit.numbers is not None and _meant(unit, system)
        }
        rows = [(owner, "", number, "", "") for owner, numbers in mine.items() for number in numbers]
        # A line about somebody of whom nothing is known, or who is not meant, is compared with nothing.
        unread = dict.fromkeys(sorted({*owners.values()} - mine.keys()), _UNREAD)
        one.found = Snapshot(as_current(rows, context.reading(one.sync)), unread)
    keys = one.found.entries["key"] if one.found is not None else pd.Series(dtype="str")
    return System(one.place, OFFICIAL, len(keys), len(numbers_in(keys)), len(hidden), note)


def _answered(context: RunContext, one: SyncReading, ids: Sequence[str], *, employed: bool) -> Answered:
    connection = one.sync.connection
    directory = context.service(connection).directories(context.settings.connections[connection])
    ask = directory[one.spec.place(one.sync)].official
    try:
        client = context.client(connection)
    except ConfigurationError as error:
        return Answered({}, error)
    return ask(client, ids, employed) if ask else Answered({})


def _meant(unit: Unit, system: Official) -> bool:
    return not system.units or not {*system.units}.isdisjoint(unit.units)


def _compared(one: SyncReading, readings: Sequence[SyncReading]) -> pd.DataFrame:
    """Return the findings of one table, beside all places that were read."""
    if one.source is None or one.checked is None or one.found is None:
        return _table([])
    side = SyncSide(
        sync=one.name,
        place=one.place,
        names_are_keys=False,
        name_called=one.spec.wording.name,
        source=one.source.arranged.source.assign(type_id=""),  # an official number has no type
        checked=one.checked,
        entries=one.found.entries,
        plan=empty(Plan),  # nobody does anything about these numbers
        unread=frozenset(one.found.unread),
        names_managed=False,
    )
    rows = classify_findings(side)
    rows = find_cross_references(rows, {one.name: one.place}, number_locations(places_of([*readings])))
    return judge_official(rows, {*one.checked.clears["line"]})


def _table(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=[*COLUMNS, "where"]).astype("str").astype({"line": "int64"})
