"""APIO's stored rows: users, phone lists and their entries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from connectors.sandbox.store import CONTACTS, LISTS, USERS, Store


@dataclass(frozen=True)
class PhoneList:
    """A tenant's own list, or a group's."""

    tenant: str
    group: str | None = None


@dataclass(frozen=True)
class Contact:
    """A stored entry."""

    id: int
    name: str
    number: str


@dataclass(frozen=True)
class User:
    """Somebody who may sign in."""

    username: str
    password: str
    level: int


def user(connection: Connection, username: str) -> User | None:
    """The user of that name, or None."""
    row = connection.execute(select(USERS).where(USERS.c.username == username)).first()
    return None if row is None else User(row.username, row.password, row.user_level)


def is_assigned(connection: Connection, where: PhoneList) -> bool:
    """Whether there is such a tenant or group with a phone list at all."""
    query = select(LISTS.c.assigned).where(LISTS.c.tenant == where.tenant, LISTS.c.group_name == (where.group or ""))
    return bool(connection.scalar(query))


def contacts(connection: Connection, where: PhoneList, folded: str | None = None) -> list[Contact]:
    """The entries of a list in the order they were added; with `folded`, those of that name in any case."""
    query = select(CONTACTS.c.id, CONTACTS.c.name, CONTACTS.c.number).where(
        CONTACTS.c.tenant == where.tenant, CONTACTS.c.group_name == (where.group or "")
    )
    if folded is not None:
        query = query.where(CONTACTS.c.folded == folded)
    return [Contact(*row) for row in connection.execute(query.order_by(CONTACTS.c.id))]


def add(connection: Connection, where: PhoneList, added: Iterable[Contact]) -> None:
    """New entries."""
    rows = [_values(contact) | {"tenant": where.tenant, "group_name": where.group or ""} for contact in added]
    if rows:
        connection.execute(insert(CONTACTS), rows)


def change(connection: Connection, changed: Iterable[Contact]) -> None:
    """New names and numbers for entries that are there."""
    rows = [_values(contact) | {"row_id": contact.id} for contact in changed]
    for row in rows:
        del row["id"]
    if rows:
        connection.execute(update(CONTACTS).where(CONTACTS.c.id == bindparam("row_id")), rows)


def remove(connection: Connection, removed: Iterable[Contact]) -> None:
    """These entries are gone."""
    rows = [{"row_id": contact.id} for contact in removed]
    if rows:
        connection.execute(delete(CONTACTS).where(CONTACTS.c.id == bindparam("row_id")), rows)


def replace_rows(connection: Connection, where: PhoneList, before: Sequence[Contact], after: Sequence[Contact]) -> bool:
    """Turns a list from `before` into `after`; tells whether they differ."""
    known, wanted = {contact.id: contact for contact in before}, {contact.id: contact for contact in after}
    added = [contact for contact in after if contact.id not in known]
    changed = [contact for contact in after if contact.id in known and known[contact.id] != contact]
    removed = [contact for contact in before if contact.id not in wanted]
    remove(connection, removed)
    change(connection, changed)
    add(connection, where, added)
    return bool(added or changed or removed)


def entries(store: Store, where: PhoneList) -> list[tuple[str, str]]:
    """The stored truth about one list, for tests."""
    with store.transaction() as connection:
        return [(contact.name, contact.number) for contact in contacts(connection, where)]


def set_entries(store: Store, where: PhoneList, wanted: Iterable[tuple[str, str]]) -> None:
    """Another writer: the list exists from now on and has exactly these entries."""
    here = (LISTS.c.tenant == where.tenant, LISTS.c.group_name == (where.group or ""))
    with store.transaction() as connection:
        connection.execute(delete(LISTS).where(*here))
        connection.execute(insert(LISTS), {"tenant": where.tenant, "group_name": where.group or "", "assigned": True})
        remove(connection, contacts(connection, where))
        add(connection, where, [Contact(store.new_id(), name, number) for name, number in wanted])


def _values(contact: Contact) -> dict[str, str | int]:
    return {"id": contact.id, "name": contact.name, "folded": contact.name.casefold(), "number": contact.number}
