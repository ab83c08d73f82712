"""What each method does to a phone list; every one of them all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from sqlalchemy import Connection

from connectors.sandbox import apio_rows
from connectors.sandbox.apio_batch import Batch
from connectors.sandbox.apio_file import file_rows
from connectors.sandbox.apio_rows import Contact, PhoneList
from connectors.sandbox.apio_rules import ApioRefusedError, name_key, stored_name, stored_number, tidied
from connectors.sandbox.apio_search import found
from connectors.sandbox.options import ApioOptions
from connectors.sandbox.replica import Replica
from connectors.sandbox.store import Store


@dataclass(frozen=True)
class Task:
    """Everything that one call on a list is given; `before_commit` lets another writer go first."""

    where: PhoneList
    name: str
    body: Mapping[str, Any]
    options: ApioOptions
    store: Store
    random: Random
    before_commit: Callable[[], None]
    replica: Replica[Contact]


@dataclass(frozen=True)
class Done:
    """A status, a JSON value, and whether the stored truth is another one now."""

    value: Any
    status: int = 200
    changed: bool = False


def list_entries(task: Task) -> Done:
    """GET of the list, with search criteria in the body."""
    with task.store.transaction() as connection:
        contacts = task.replica.shown(task.where, apio_rows.contacts(connection, task.where))
    contacts = found(contacts, task.body)
    match task.options.list_order:
        case "reversed":
            contacts.reverse()
        case "sorted":
            contacts.sort(key=lambda contact: (contact.name, contact.number))
        case "random":
            task.random.shuffle(contacts)
        case _:
            pass
    return Done({"entries": [_shown(contact) for contact in contacts]})


def create(task: Task) -> Done:
    """POST of entries: one answers with that entry, several with the entries given."""
    given = _entries(task)
    wanted = [_checked(item, task.options) for item in given]
    task.before_commit()
    with task.store.transaction() as connection:
        taken: set[str] = set()
        for name, _ in wanted:
            key = name_key(name, task.options)
            if key in taken or _named(connection, task, name):
                raise ApioRefusedError(400, "A contact with that name already exists")
            taken.add(key)
        added = [Contact(task.store.new_id(), name, number) for name, number in wanted]
        apio_rows.add(connection, task.where, added)
    return Done(_shown(added[0]) if len(added) == 1 else {"entries": list(given)}, changed=True)


def delete_many(task: Task) -> Done:
    """DELETE of entries by name."""
    names = [_text(item, "name") for item in _entries(task)]
    task.before_commit()
    with task.store.transaction() as connection:
        leaving: dict[int, Contact] = {}
        for name in names:
            contact = _named(connection, task, name)
            if contact is not None:
                leaving[contact.id] = contact
            elif task.options.unknown_in_delete == "refused":
                raise ApioRefusedError(404, "Contact not found")
        apio_rows.remove(connection, leaving.values())
    return Done({}, changed=bool(leaving))


def get(task: Task) -> Done:
    """GET of one entry."""
    key = name_key(tidied(task.name, task.options), task.options)
    with task.store.transaction() as connection:
        contacts = task.replica.shown(task.where, apio_rows.contacts(connection, task.where))
    for contact in contacts:
        if name_key(contact.name, task.options) == key:
            return Done(_shown(contact))
    raise ApioRefusedError(404, "Contact not found")


def put(task: Task) -> Done:
    """PUT of one entry; another name in the body renames it."""
    name, number = _checked(task.body, task.options)
    task.before_commit()
    with task.store.transaction() as connection:
        contact = _existing(connection, task)
        if name != contact.name:
            name = _renamed_by_put(connection, task, contact, name)
        wanted = replace(contact, name=name, number=number)
        apio_rows.change(connection, [wanted])
    return Done({}, changed=wanted != contact)


def delete(task: Task) -> Done:
    """DELETE of one entry."""
    task.before_commit()
    with task.store.transaction() as connection:
        apio_rows.remove(connection, [_existing(connection, task)])
    return Done({}, changed=True)


def batch(task: Task) -> Done:
    """POST of a batch file: every row gets its result, and what succeeded stays done."""
    rows = file_rows(task.body, task.options)
    task.before_commit()
    with task.store.transaction() as connection:
        before = apio_rows.contacts(connection, task.where)
        outcome = Batch(before, task.options, task.store.new_id).run(rows, task.random)
        changed = apio_rows.replace_rows(connection, task.where, before, outcome.contacts)
    if outcome.status == 400 and task.options.full_failure == "error":
        raise ApioRefusedError(400, "No line of the file could be processed")
    return Done({"results": list(outcome.results)}, outcome.status, changed)


def _entries(task: Task) -> Sequence[Mapping[str, Any]]:
    entries = task.body.get("entries")
    if not isinstance(entries, list) or not entries or not all(isinstance(item, dict) for item in entries):
        raise ApioRefusedError(400, "entries must be a list of objects with at least one of them")
    return entries


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    if not isinstance(value, str):
        raise ApioRefusedError(400, f"{key} must be a string")
    return value


def _checked(item: Mapping[str, Any], options: ApioOptions) -> tuple[str, str]:
    return stored_name(_text(item, "name"), options), stored_number(_text(item, "phoneNumber"), options)


def _named(connection: Connection, task: Task, name: str) -> Contact | None:
    name = tidied(name, task.options)
    key = name_key(name, task.options)
    same = apio_rows.contacts(connection, task.where, folded=name.casefold())
    return next((contact for contact in same if name_key(contact.name, task.options) == key), None)


def _existing(connection: Connection, task: Task) -> Contact:
    contact = _named(connection, task, task.name)
    if contact is None:
        raise ApioRefusedError(404, "Contact not found")
    return contact


def _renamed_by_put(connection: Connection, task: Task, contact: Contact, name: str) -> str:
    match task.options.rename_by_put:
        case "ignored":
            return contact.name
        case "refused":
            raise ApioRefusedError(400, "The name cannot be changed")
        case _:
            holder = _named(connection, task, name)
            if holder is not None and holder.id != contact.id:
                raise ApioRefusedError(400, "A contact with that name already exists")
            return name


def _shown(contact: Contact) -> dict[str, str]:
    return {"name": contact.name, "phoneNumber": contact.number}
