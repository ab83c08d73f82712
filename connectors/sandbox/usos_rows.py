"""USOS's stored rows: consumers, phone types, entities and their numbers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from connectors.sandbox.oauth import Consumer
from connectors.sandbox.store import CONSUMERS, DIRECTORY, ENTITIES, PHONE_TYPES, PHONES, Store


@dataclass(frozen=True)
class NumberRow:
    """A stored number; "" stands for what is not stored."""

    number: str
    comment_pl: str = ""
    comment_en: str = ""
    type_id: str = ""
    phone_id: str = ""


class Phone(NamedTuple):
    """A number as it lies in the database, null where nothing is stored."""

    number: str
    pl: str | None
    en: str | None
    type_id: str | None
    phone_id: int = 0


@dataclass(frozen=True)
class PhoneType:
    """A phone type with its description in both languages."""

    id: str
    pl: str | None
    en: str | None


@dataclass(frozen=True)
class Known:
    """What an entity is called, the unit above it, and a person's official numbers and units; some are hidden."""

    entity_class: str
    entity_id: str
    pl: str | None
    en: str | None
    first_name: str | None
    last_name: str | None
    parent: str | None
    hidden: bool
    official: tuple[str, ...]
    employed: tuple[str, ...]


_PHONE = (PHONES.c.number, PHONES.c.pl, PHONES.c.en, PHONES.c.type_id, PHONES.c.id)


def consumer(connection: Connection, key: str) -> Consumer | None:
    """The consumer with that key, or None."""
    row = connection.execute(select(CONSUMERS).where(CONSUMERS.c.key == key)).first()
    return None if row is None else Consumer(row.key, row.secret, tuple(json.loads(row.methods)))


def phone_types(connection: Connection) -> dict[str, PhoneType]:
    """Every phone type by its id."""
    return {row.id: PhoneType(row.id, row.pl, row.en) for row in connection.execute(select(PHONE_TYPES))}


def directory(store: Store, entity_class: str) -> dict[str, Known]:
    """Every entity of a class that is known by a name, by its id, in the order of ids."""
    query = select(DIRECTORY).where(DIRECTORY.c.entity_class == entity_class).order_by(DIRECTORY.c.entity_id)
    with store.transaction() as connection:
        rows = connection.execute(query).mappings()
        listed = ("official", "employed")
        return {
            row["entity_id"]: Known(**{**row, **{name: tuple(json.loads(row[name])) for name in listed}})
            for row in rows
        }


def exists(connection: Connection, entity_class: str, entity_id: str) -> bool:
    """Whether there is such an entity, with or without numbers."""
    query = select(ENTITIES.c.entity_id).where(
        ENTITIES.c.entity_class == entity_class, ENTITIES.c.entity_id == entity_id
    )
    return connection.execute(query).first() is not None


def phone(connection: Connection, phone_id: int) -> Phone | None:
    """The number with that id, or None."""
    row = connection.execute(select(*_PHONE).where(PHONES.c.id == phone_id)).first()
    return None if row is None else Phone(*row)


def phones(connection: Connection, entity_class: str, ids: Sequence[str]) -> dict[str, list[Phone]]:
    """The numbers of each asked id, in the order they were stored; an unknown id has none."""
    found: dict[str, list[Phone]] = {entity_id: [] for entity_id in ids}
    query = (
        select(PHONES.c.entity_id, *_PHONE)
        .where(PHONES.c.entity_class == entity_class, PHONES.c.entity_id.in_(ids))
        .order_by(PHONES.c.id)
    )
    for entity_id, *phone in connection.execute(query):
        found[entity_id].append(Phone(*phone))
    return found


def swap(store: Store, entity_class: str, entity_id: str, wanted: Iterable[Phone]) -> bool:
    """Replaces an entity's numbers at once, with new ids; tells whether they are other numbers now."""
    wanted = list(wanted)
    with store.transaction() as connection:
        before = phones(connection, entity_class, [entity_id])[entity_id]
        here = (PHONES.c.entity_class == entity_class, PHONES.c.entity_id == entity_id)
        connection.execute(delete(PHONES).where(*here))
        if wanted:
            connection.execute(insert(PHONES), [_values(store, entity_class, entity_id, item) for item in wanted])
    return sorted(map(_content, before)) != sorted(map(_content, wanted))


def numbers(store: Store, entity_class: str, entity_id: str) -> list[NumberRow]:
    """The stored truth about one entity, for tests."""
    with store.transaction() as connection:
        found = phones(connection, entity_class, [entity_id])[entity_id]
    return [NumberRow(p.number, p.pl or "", p.en or "", p.type_id or "", str(p.phone_id)) for p in found]


def set_numbers(store: Store, entity_class: str, entity_id: str, rows: Iterable[NumberRow]) -> None:
    """Another writer: the entity exists from now on and has exactly these numbers, under new ids."""
    with store.transaction() as connection:
        if not exists(connection, entity_class, entity_id):
            connection.execute(insert(ENTITIES), {"entity_class": entity_class, "entity_id": entity_id})
        wanted = [Phone(row.number, row.comment_pl, row.comment_en or None, row.type_id or None) for row in rows]
        swap(store, entity_class, entity_id, wanted)


def _values(store: Store, entity_class: str, entity_id: str, item: Phone) -> dict[str, str | int | None]:
    return {
        "id": store.new_id(),
        "entity_class": entity_class,
        "entity_id": entity_id,
        "number": item.number,
        "pl": item.pl,
        "en": item.en,
        "type_id": item.type_id,
    }


def _content(item: Phone) -> tuple[str, str, str, str]:
    return item.number, item.pl or "", item.en or "", item.type_id or ""
