"""What units, buildings and people are called (services/fac, services/geo, services/users); nothing depends on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypeVar

from connectors.service import Directory
from connectors.usos.client import Usos, code_of, halved
from connectors.usos.spec import UsosConnection
from schemas.directory import Answered, Listing, Unit
from schemas.errors import RequestRefused, ServiceError
from tasks.messages.errors import error_of

T = TypeVar("T")
Ask = Callable[[Sequence[str]], dict[str, Unit]]

_NAMES: Final = ("id", "name")
_WITH_NUMBERS: Final = (*_NAMES, "phone_numbers")
_OFFICIAL: Final = ("id", "phone_numbers")
_EMPLOYED: Final = "employment_positions[faculty[id]]"
# Nobody says how many ids one call takes, or whether one that does not exist spoils it for the others.
_SMALLER: Final = frozenset({"param_invalid", "object_not_found"})
_MOST_SPLITS: Final = 20


def _faculties(client: Usos, ids: Sequence[str]) -> Answered:
    return _in_chunks(client, ids, lambda chunk: client.faculties(chunk, _NAMES, optional=True))


def _users(client: Usos, ids: Sequence[str]) -> Answered:
    return _in_chunks(client, ids, lambda chunk: client.users(chunk, optional=True))


def _buildings(client: Usos, ids: Sequence[str]) -> Answered:
    """Return all buildings: one call says what every one of them is called."""
    try:
        known = client.buildings(_NAMES, optional=True)
    except ServiceError as error:
        return Answered({}, error)
    return Answered({identifier: Unit(identifier) for identifier in ids} | {unit.identifier: unit for unit in known})


def _official(client: Usos, ids: Sequence[str], employed: bool) -> Answered:  # noqa: FBT001 - a call has it by its place
    """Return the official numbers of people, which `services/phones` does not hold, and where they are employed."""
    fields = (*_OFFICIAL, _EMPLOYED) if employed else _OFFICIAL
    return _in_chunks(client, ids, lambda chunk: client.users(chunk, fields))


def _every_faculty(client: Usos, listing: Listing) -> Sequence[Unit]:
    """Return the tree of units, its root first; what is known of it already is not asked for again.

    Raises:
        ServiceError: the installation does not name its root, or does not list what is below.
    """
    root = client.primary_faculty()
    if not root:
        raise error_of(RequestRefused, "no_root_unit", status=200)
    ids = list(dict.fromkeys([root, *client.subfaculties(root)]))
    found = {one: listing.known[one] for one in ids if one in listing.known}
    rest = [one for one in ids if one not in found]
    size = client.ids_per_select
    for start in range(0, len(rest), size):
        chunk = rest[start : start + size]
        answered = _halved(chunk, lambda some: _permitted(lambda fields: client.faculties(some, fields)), [0])
        listing.keep(answered.values())
        found |= answered
        listing.progress("listing units", len(found), len(ids))
    return [found[one] for one in ids]


def _every_building(client: Usos, listing: Listing) -> Sequence[Unit]:
    found = _permitted(client.buildings)
    listing.keep(found)
    listing.progress("listing buildings", len(found), len(found))
    return found


def _in_chunks(client: Usos, ids: Sequence[str], ask: Ask) -> Answered:
    """Return what is answered for these ids; after one call without an answer none is begun any more."""
    size = client.ids_per_select
    chunks = [ids[start : start + size] for start in range(0, len(ids), size)]
    found: dict[str, Unit] = {}
    splits = [0]
    try:
        client.map_bounded(lambda chunk: _halved(chunk, ask, splits), chunks, found.update)
    except ServiceError as error:
        return Answered(found, error)
    return Answered(found)


def _halved(ids: Sequence[str], ask: Ask, splits: list[int]) -> dict[str, Unit]:
    """Return what is answered for these ids, in smaller calls where the service does not take them all at once."""

    def fewer(error: ServiceError, count: int) -> bool:
        if code_of(error) not in _SMALLER or splits[0] >= _MOST_SPLITS:
            return False
        splits[0] += count > 1
        return True

    return halved(ids, ask, Unit, fewer)


def _permitted(ask: Callable[[Sequence[str]], T]) -> T:
    """Return the answer with numbers, or without where these are not for this consumer."""
    try:
        return ask(_WITH_NUMBERS)
    except ServiceError as error:
        if code_of(error) != "field_forbidden":
            raise
    return ask(_NAMES)


_DIRECTORIES: Final[Mapping[str, Directory]] = MappingProxyType(
    {
        "faculty": Directory(_faculties, _every_faculty),
        "building": Directory(_buildings, _every_building),
        "user": Directory(_users, official=_official),
    }
)


def directories_of(connection: UsosConnection) -> Mapping[str, Directory]:
    """Return what an installation knows of its units, buildings and people; no method knows dormitories."""
    if connection.names:
        return _DIRECTORIES
    return {place: replace(directory, ask=None) for place, directory in _DIRECTORIES.items()}
