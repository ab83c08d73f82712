"""List what nobody keeps: units and buildings that a service knows and no sync manages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd

from flows.console import say, show_rows
from flows.context import RunContext
from flows.ends import owners_of
from flows.names import directory_of, fresh_units, remember_units
from flows.reconciliation.reading import SyncReading, by_place, read_files
from flows.reconciliation.replicas import late_replicas
from schemas.directory import Listing, Unit, name_in
from schemas.errors import PhonesyncError, ServiceError, UsageError, code_of_unread
from schemas.exit_codes import ExitCode, worst
from schemas.findings import FindingKind
from schemas.settings import Language
from tasks.messages.catalogue import render, text
from tasks.messages.errors import error_of
from tasks.reconcile.align import COLUMNS


@dataclass(frozen=True)
class Discovered:
    """What was found, as `--json` prints it (`places`, `unmanaged`, `notes`), the exit code, and what failed."""

    summary: dict[str, Any]
    exit_code: ExitCode
    errors: list[PhonesyncError] = field(default_factory=list)


def discover(context: RunContext) -> Discovered:
    """Return the owners that services list and that no sync manages, with the numbers that they show.

    A sync manages the owners of its file, and those that its earlier runs were in step with.

    Raises:
        UsageError: no configured service lists its owners.
    """
    readings = read_files(context)
    by_place(context, readings)
    errors = [error for one in readings if (error := one.wrong_source)]
    places: list[dict[str, Any]] = []
    unmanaged: list[dict[str, Any]] = []
    for connection, settings in context.settings.connections.items():
        for place, directory in context.service(connection).directories(settings).items():
            if directory.everybody is None:
                continue
            mine = [one for one in readings if (one.sync.connection, one.spec.place(one.sync)) == (connection, place)]
            counts: dict[str, Any] = {"connection": connection, "place": place, "known": 0, "managed": 0, "note": ""}
            places.append(counts)
            try:
                units = directory.everybody(context.client(connection), Listing(context.progress))
            except PhonesyncError as error:
                counts["note"] = error.message
                errors.append(error)
                continue
            managed = _managed(context, mine, units)
            counts |= {"known": len(units), "managed": len(managed)}
            rest = [unit for unit in units if unit.identifier not in managed]
            unmanaged += [_row(context, connection, place, unit) for unit in rest]
    if not places:
        raise error_of(UsageError, "nothing_listed")
    notes = list(dict.fromkeys(error.message for error in errors))
    code = worst([ExitCode.DONE, *(code_of_unread(error) for error in errors)])
    return Discovered({"places": places, "unmanaged": unmanaged, "notes": notes}, code, errors)


@dataclass(frozen=True)
class Listed:
    """What the lists of services show: owners with numbers that no sync manages, and numbers that are late.

    Attributes:
        rows: one finding for each.
        errors: why a place could not be listed.
        unlisted: the syncs of these places.
    """

    rows: pd.DataFrame
    errors: list[PhonesyncError] = field(default_factory=list)
    unlisted: frozenset[str] = frozenset()


def listed_owners(context: RunContext, readings: Sequence[SyncReading]) -> Listed:
    """Return what is found in the lists that services have, where a reconciliation is to look through them."""
    wanted = context.settings.reconcile
    rows: list[dict[str, object]] = []
    errors: list[PhonesyncError] = []
    unlisted = set[str]()
    places: dict[str, list[SyncReading]] = {}
    for one in readings if wanted.unmanaged or wanted.replica_hours is not None else ():
        directory = directory_of(context, one.sync)
        if directory is not None and directory.everybody is not None and one.wrong_place is None:
            places.setdefault(one.place, []).append(one)
    for mine in places.values():
        first = mine[0]
        try:
            units = _listed(context, first, Listing(context.progress))
        except ServiceError as error:
            errors.append(error)
            unlisted |= {one.name for one in mine}
            continue
        managed = _managed(context, mine, units)
        rest = [unit for unit in units if unit.numbers and unit.identifier not in managed]
        rows += [_finding(first, unit) for unit in rest if wanted.unmanaged]
        rows += late_replicas(context, mine, units)
    blank = dict.fromkeys((*COLUMNS, "where"), "")
    table = pd.DataFrame([{**blank, **row} for row in rows], columns=[*COLUMNS, "where"]).astype("str")
    return Listed(table.astype({"line": "int64"}), errors, frozenset(unlisted))


def everybody_of(context: RunContext, one: SyncReading) -> list[str]:
    """Return all owners that there are in a sync's place; what they are called is remembered, part by part.

    A listing that was cut short goes on where it was, as long as names need not be asked for anew.

    Raises:
        UsageError: no method lists them.
        ServiceError: they cannot be listed.
    """
    keep = partial(remember_units, context, one.sync, one.target)
    known = fresh_units(context, one.target)
    units = _listed(context, one, Listing(context.progress, known, keep))
    return [one.spec.owner(one.sync, unit.identifier) for unit in units]


def show_discovered(found: Mapping[str, Any], lang: Language = "en") -> None:
    """Show what nobody keeps, place by place."""
    columns = ["id", text("say.name", lang), text("say.numbers", lang)]
    for place in found["places"]:
        name = f"{place['connection']} {place['place']}"
        rows = [
            dict(zip(columns, (row["id"], row["name"], ", ".join(row["numbers"])), strict=True))
            for row in found["unmanaged"]
            if (row["connection"], row["place"]) == (place["connection"], place["place"])
        ]
        if rows:
            show_rows(render("say.unmanaged", lang, name=name), rows, columns)
        if not place["note"]:
            figures = {"known": place["known"], "managed": place["managed"], "n": len(rows)}
            say(render("say.listed", lang, name=name, **figures))


def _listed(context: RunContext, one: SyncReading, listing: Listing) -> Sequence[Unit]:
    directory = directory_of(context, one.sync)
    if directory is None or directory.everybody is None:
        raise error_of(
            UsageError,
            "owners_unlisted",
            {"sync": one.name, "service": one.spec.wording.title, "place": one.spec.place(one.sync)},
        )
    return directory.everybody(context.client(one.sync.connection), listing)


def _finding(one: SyncReading, unit: Unit) -> dict[str, object]:
    owner = one.spec.owner(one.sync, unit.identifier)
    return {
        "kind": str(FindingKind.UNMANAGED.value),
        "sync": one.name,
        "line": 0,
        "owner": owner,
        "owner_there": owner,
        "number_there": ", ".join(unit.numbers or ()),
        "part": "unmanaged",
    }


def _managed(context: RunContext, readings: Sequence[SyncReading], units: Sequence[Unit]) -> set[str]:
    """Return the ids among the units that a sync manages, and remember what the units of each are called."""
    managed = set[str]()
    for one in readings:
        owners = context.ledger.memory.owners(one.name, one.target)
        owners |= owners_of(one.checked) if one.checked is not None else set()
        if one.target:
            remember_units(context, one.sync, one.target, units)
        managed |= {unit.identifier for unit in units if one.spec.owner(one.sync, unit.identifier) in owners}
    return managed


def _row(context: RunContext, connection: str, place: str, unit: Unit) -> dict[str, Any]:
    name = name_in(context.lang, unit.names)
    return {
        "connection": connection,
        "place": place,
        "id": unit.identifier,
        "name": name,
        "numbers": [*(unit.numbers or ())],
    }
