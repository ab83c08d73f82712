"""List what nobody keeps: units and buildings that a service knows and no sync manages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flows.console import say, show_rows
from flows.context import RunContext
from flows.names import remember_units
from flows.planning import owners_of
from flows.reconciliation.reading import SyncReading, by_place, read_files
from schemas.directory import Unit
from schemas.errors import PhonesyncError, UsageError, code_of_unread
from schemas.exit_codes import ExitCode, worst


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
                units = directory.everybody(context.client(connection), context.progress)
            except PhonesyncError as error:
                counts["note"] = error.message
                errors.append(error)
                continue
            managed = _managed(context, mine, units)
            counts |= {"known": len(units), "managed": len(managed)}
            rest = [unit for unit in units if unit.identifier not in managed]
            unmanaged += [_row(context, connection, place, unit) for unit in rest]
    if not places:
        raise UsageError(
            "No configured service lists its owners.", remedy="phonesync export writes what stands in one place."
        )
    notes = list(dict.fromkeys(error.message for error in errors))
    code = worst([ExitCode.DONE, *(code_of_unread(error) for error in errors)])
    return Discovered({"places": places, "unmanaged": unmanaged, "notes": notes}, code, errors)


def everybody_of(context: RunContext, one: SyncReading) -> list[str]:
    """Return all owners that there are in a sync's place; what they are called is remembered.

    Raises:
        UsageError: no method lists them.
        ServiceError: they cannot be listed.
    """
    connection = one.sync.connection
    place = one.spec.place(one.sync)
    directory = context.service(connection).directories(context.settings.connections[connection]).get(place)
    if directory is None or directory.everybody is None:
        raise UsageError(
            f"{one.name}: {one.spec.wording.title} has no list of the owners of {place}.",
            remedy="Give them: --ids FILE, one id a line, or --ids ID, as often as needed.",
        )
    units = directory.everybody(context.client(connection), context.progress)
    remember_units(context, one.sync, one.target, units)
    return [one.spec.owner(one.sync, unit.identifier) for unit in units]


def show_discovered(found: Mapping[str, Any]) -> None:
    """Show what nobody keeps, place by place."""
    for place in found["places"]:
        name = f"{place['connection']} {place['place']}"
        rows = [
            {"id": row["id"], "name": row["name"], "numbers": ", ".join(row["numbers"])}
            for row in found["unmanaged"]
            if (row["connection"], row["place"]) == (place["connection"], place["place"])
        ]
        if rows:
            show_rows(f"{name}: managed by no sync", rows, ["id", "name", "numbers"])
        if not place["note"]:
            say(f"{name}: {place['known']} listed, {place['managed']} of them managed by a sync, {len(rows)} by none.")


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
    name = unit.names.get(context.lang) or unit.names.get("pl") or unit.names.get("en") or ""
    return {"connection": connection, "place": place, "id": unit.identifier, "name": name, "numbers": [*unit.numbers]}
