"""The services' stored truth: a database that a test can read, write and put back.

Every transaction holds one lock, so that the services and a test's own thread never see half of a change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import RLock
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    delete,
    func,
    insert,
    make_url,
    select,
)
from sqlalchemy.pool import StaticPool

METADATA = MetaData()
CONSUMERS = Table(
    "usos_consumers",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("secret", Text, nullable=False),
    Column("methods", Text, nullable=False),
)
PHONE_TYPES = Table(
    "usos_phone_types",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("pl", Text),
    Column("en", Text),
)
ENTITIES = Table(
    "usos_entities",
    METADATA,
    Column("entity_class", Text, primary_key=True),
    Column("entity_id", Text, primary_key=True),
)
DIRECTORY = Table(  # what entities are called; one without a row is not known to the methods that say it
    "usos_directory",
    METADATA,
    Column("entity_class", Text, primary_key=True),
    Column("entity_id", Text, primary_key=True),
    Column("pl", Text),
    Column("en", Text),
    Column("first_name", Text),
    Column("last_name", Text),
    Column("parent", Text),
    Column("hidden", Boolean, nullable=False),
    Column("official", Text, nullable=False),  # numbers of a person, as JSON
    Column("employed", Text, nullable=False),  # units of a person, likewise
)
PHONES = Table(
    "usos_phones",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("entity_class", Text, nullable=False),
    Column("entity_id", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("pl", Text),
    Column("en", Text),
    Column("type_id", Text),
    Index("usos_phones_of_entity", "entity_class", "entity_id"),
)
USERS = Table(
    "apio_users",
    METADATA,
    Column("username", Text, primary_key=True),
    Column("password", Text, nullable=False),
    Column("user_level", Integer, nullable=False),
)
LISTS = Table(  # group_name "" is the tenant's own list
    "apio_lists",
    METADATA,
    Column("tenant", Text, primary_key=True),
    Column("group_name", Text, primary_key=True),
    Column("assigned", Boolean, nullable=False),
)
CONTACTS = Table(
    "apio_contacts",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("tenant", Text, nullable=False),
    Column("group_name", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("folded", Text, nullable=False),  # the name without its case
    Column("number", Text, nullable=False),
    Index("apio_contacts_of_list", "tenant", "group_name", "folded"),
)

# Known where the initial state names no types: the codes that the page mentions.
USUAL_TYPES = (
    {"id": "STA", "description": {"pl": "stacjonarny", "en": "landline"}},
    {"id": "KOM", "description": {"pl": "komórkowy", "en": "mobile"}},
    {"id": "FAX", "description": {"pl": "faks", "en": "fax"}},
)


class Store:
    """The database behind both services."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        self._lock = RLock()
        METADATA.create_all(self._engine)
        with self.transaction() as connection:
            highest = [connection.scalar(select(func.max(table.c.id))) or 0 for table in (PHONES, CONTACTS)]
        self._last_id = max(highest)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing, and alone."""
        with self._lock, self._engine.begin() as connection:
            yield connection

    def new_id(self) -> int:
        """An id that no stored row ever had since the last `load`."""
        with self._lock:
            self._last_id += 1
            return self._last_id

    def load(self, state: Mapping[str, Any]) -> None:
        """Exactly what the state says, whatever was there before."""
        usos, apio = state.get("usos", {}), state.get("apio", {})
        with self.transaction() as connection:
            self._last_id = 0
            for table in METADATA.sorted_tables:
                connection.execute(delete(table))
            for table, rows in (
                (CONSUMERS, [_consumer(item) for item in usos.get("consumers", ())]),
                (PHONE_TYPES, [_phone_type(item) for item in usos.get("phone_types", USUAL_TYPES)]),
                (ENTITIES, list(_entities(usos))),
                (DIRECTORY, list(_directory(usos))),
                (PHONES, list(self._phones(usos))),
                (USERS, [dict(item) for item in apio.get("users", ())]),
                (LISTS, list(_lists(apio))),
                (CONTACTS, list(self._contacts(apio))),
            ):
                if rows:
                    connection.execute(insert(table), rows)

    def close(self) -> None:
        """No connection is left open."""
        self._engine.dispose()

    def _phones(self, usos: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for entity_class, entities in usos.get("entities", {}).items():
            for entity_id, numbers in entities.items():
                for item in numbers:
                    comment = item.get("comment") or {}
                    yield {
                        "id": self.new_id(),
                        "entity_class": entity_class,
                        "entity_id": entity_id,
                        "number": item["number"],
                        "pl": comment.get("pl"),
                        "en": comment.get("en"),
                        "type_id": item.get("type_id"),
                    }

    def _contacts(self, apio: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        for tenant, group, holder in _holders(apio):
            for entry in holder.get("entries", ()):
                name = entry["name"]
                yield {
                    "id": self.new_id(),
                    "tenant": tenant,
                    "group_name": group,
                    "name": name,
                    "folded": name.casefold(),
                    "number": entry["phoneNumber"],
                }


def _engine(url: str) -> Engine:
    """An engine that several threads may use; a database in memory is one connection for all of them."""
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite":
        return create_engine(url)
    arguments = {"check_same_thread": False}
    if parts.database in {None, "", ":memory:"}:
        return create_engine(url, poolclass=StaticPool, connect_args=arguments)
    return create_engine(url, connect_args=arguments)


def _consumer(item: Mapping[str, Any]) -> dict[str, str]:
    methods = json.dumps(list(item.get("administrative_methods", ())))
    return {"key": item["key"], "secret": item["secret"], "methods": methods}


def _phone_type(item: Mapping[str, Any]) -> dict[str, str | None]:
    description = item.get("description") or {}
    return {"id": item["id"], "pl": description.get("pl"), "en": description.get("en")}


def _entities(usos: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    for entity_class, entities in usos.get("entities", {}).items():
        for entity_id in entities:
            yield {"entity_class": entity_class, "entity_id": entity_id}


def _directory(usos: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for entity_class, entities in usos.get("directory", {}).items():
        for entity_id, item in entities.items():
            name = item.get("name") or {}
            yield {
                "entity_class": entity_class,
                "entity_id": entity_id,
                "pl": name.get("pl"),
                "en": name.get("en"),
                **{key: item.get(key) for key in ("first_name", "last_name", "parent")},
                "hidden": bool(item.get("hidden")),
                **{key: json.dumps(list(item.get(key, ()))) for key in ("official", "employed")},
            }


def _lists(apio: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for tenant, group, holder in _holders(apio):
        yield {"tenant": tenant, "group_name": group, "assigned": "entries" in holder}


def _holders(apio: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for tenant, holder in apio.get("tenants", {}).items():
        yield tenant, "", holder
        for group, inner in holder.get("groups", {}).items():
            yield tenant, group, inner
