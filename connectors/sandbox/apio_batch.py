"""A batch on a list: every row in its turn, and what the file does not name (the same page's batch section)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from connectors.sandbox.apio_file import FileRow
from connectors.sandbox.apio_rows import Contact
from connectors.sandbox.apio_rules import ApioRefusedError, name_key, stored_name, stored_number, tidied
from connectors.sandbox.number_form import reformatted
from connectors.sandbox.options import ApioOptions

SUCCESS = "Success"


@dataclass(frozen=True)
class Wanted:
    """A row that was read: what it wants, or why it cannot be had."""

    line: int
    name: str
    number: str
    new_name: str | None
    problem: str = ""


@dataclass(frozen=True)
class BatchOutcome:
    """The list after the batch, and the answer's results."""

    contacts: tuple[Contact, ...]
    results: tuple[dict[str, Any], ...]

    @property
    def status(self) -> int:
        """200 where every row succeeded, 207 where some did, 400 where none did."""
        succeeded = [result["status"] == SUCCESS for result in self.results]
        if all(succeeded):
            return 200
        return 207 if any(succeeded) else 400


class Batch:
    """One run over a list in memory; nothing is stored here."""

    def __init__(self, contacts: Sequence[Contact], options: ApioOptions, new_id: Callable[[], int]) -> None:
        self._options = options
        self._new_id = new_id
        self._contacts = {contact.id: contact for contact in contacts}
        self._ids = {self._key(contact.name): contact.id for contact in contacts}
        self._first_ids = dict(self._ids)
        self._makes_way: set[int] = set()
        self._results: list[dict[str, Any]] = []

    def run(self, rows: Iterable[FileRow], random: Random) -> BatchOutcome:
        """Every row gets its result, and so does every entry that is deleted because no row names it."""
        wanted = self._read(rows)
        if self._options.rename_processing == "simultaneous":
            self._makes_way = self._leavers(wanted)
        ordered = wanted if self._options.row_order == "file" else wanted[::-1]
        if self._options.delete_order == "before":
            self._delete_missing(row for row in wanted if self._protects(row))
            ordered = [self._done(row) for row in ordered]
        else:
            ordered = [self._done(row) for row in ordered]
            self._delete_missing(row for row in ordered if self._protects(row))
        if self._options.results_order == "random":
            random.shuffle(self._results)
        return BatchOutcome(tuple(self._contacts.values()), tuple(self._results))

    def _key(self, name: str) -> str:
        return name_key(name, self._options)

    def _read(self, rows: Iterable[FileRow]) -> list[Wanted]:
        seen: set[str] = set()
        wanted = []
        for row in rows:
            item = _wanted(row, self._options)
            if not item.problem and self._options.duplicate_rows == "failed" and self._key(item.name) in seen:
                item = replace(item, problem="Contact appears twice in the file")
            seen.add(self._key(item.name))
            wanted.append(item)
        return wanted

    def _protects(self, row: Wanted) -> bool:
        return not row.problem or self._options.protect_failed_rows

    def _delete_missing(self, rows: Iterable[Wanted]) -> None:
        if not self._options.delete_missing:
            return
        named = {self._key(name) for row in rows for name in self._names(row)}
        for contact in [contact for contact in self._contacts.values() if self._key(contact.name) not in named]:
            del self._contacts[contact.id]
            self._ids.pop(self._key(contact.name), None)
            self._tell("-", contact.name, contact.number, "Contact deleted")

    def _names(self, row: Wanted) -> tuple[str, ...]:
        match self._options.missing_judged_by:
            case "old_names":
                return (row.name,)
            case "new_names":
                return (row.new_name or row.name,)
            case _:
                return (row.name, row.new_name or row.name)

    def _done(self, row: Wanted) -> Wanted:
        """The row, processed: with its problem where it failed."""
        if row.problem:
            return self._failed(row, row.problem)
        try:
            if row.new_name is None or row.new_name == row.name:
                contact, message = self._put(row.name, row.number)
            else:
                contact, message = self._renamed(row, row.new_name)
        except ApioRefusedError as error:
            return self._failed(row, error.message)
        name = row.name if row.new_name and self._options.result_name == "old" else contact.name
        self._tell(row.line, name, contact.number, message)
        return row

    def _failed(self, row: Wanted, problem: str) -> Wanted:
        self._tell(row.line, row.name, row.number, problem, status=self._options.failure_word)
        return replace(row, problem=problem)

    def _put(self, name: str, number: str) -> tuple[Contact, str]:
        known = self._ids.get(self._key(name))
        if known is None:
            contact = Contact(self._new_id(), name, number)
            return self._set(contact), "Contact added"
        contact = self._contacts[known]
        if contact.number == number:
            return contact, "Contact not modified"
        return self._set(replace(contact, number=number)), "Contact modified"

    def _renamed(self, row: Wanted, new_name: str) -> tuple[Contact, str]:
        together = self._options.rename_processing == "simultaneous"
        known = (self._first_ids if together else self._ids).get(self._key(row.name))
        if known is None or known not in self._contacts:
            return self._unknown_renamed(row, new_name)
        contact = self._contacts[known]
        if not self._may_rename(row, contact):
            raise ApioRefusedError(400, "Phone number is not the contact's")
        holder = self._ids.get(self._key(new_name), known)
        if holder != known and holder not in self._makes_way:
            raise ApioRefusedError(400, "Contact with the new name already exists")
        if self._ids.get(self._key(contact.name)) == known:
            del self._ids[self._key(contact.name)]
        self._makes_way.discard(known)
        number = row.number if self._options.rename_number == "applied" else contact.number
        return self._set(replace(contact, name=new_name, number=number)), "Contact modified"

    def _may_rename(self, row: Wanted, contact: Contact) -> bool:
        stored = reformatted(contact.number, self._options.numbers)
        return self._options.rename_number != "checked" or stored == row.number

    def _leavers(self, wanted: Sequence[Wanted]) -> set[int]:
        """The entries that give their name up for sure, so that another may take it before they are renamed."""
        moves: dict[str, str] = {}
        taken: set[str] = set()  # names that other rows may give to entries, old or new
        named = Counter(self._key(row.name) for row in wanted)
        for row in wanted:
            name, new_name = self._key(row.name), self._key(row.new_name or row.name)
            known = self._ids.get(name)
            if known is None or name == new_name or named[name] > 1:
                taken |= {name, new_name}
            elif not row.problem and self._may_rename(row, self._contacts[known]):
                moves[name] = new_name
        targets = Counter(moves.values())
        while stuck := [
            name
            for name, target in moves.items()
            if targets[target] > 1 or target in taken or (target in self._ids and target not in moves)
        ]:
            for name in stuck:
                del moves[name]
        return {self._ids[name] for name in moves}

    def _unknown_renamed(self, row: Wanted, new_name: str) -> tuple[Contact, str]:
        match self._options.rename_unknown:
            case "added":
                return self._put(row.name, row.number)
            case "added_as_new":
                return self._put(new_name, row.number)
            case _:
                raise ApioRefusedError(400, "Contact does not exist")

    def _set(self, contact: Contact) -> Contact:
        self._contacts[contact.id] = contact
        self._ids[self._key(contact.name)] = contact.id
        return contact

    def _tell(self, line: int | str, name: str, number: str, message: str, status: str = SUCCESS) -> None:
        self._results.append({"line": line, "name": name, "phone_number": number, "status": status, "message": message})


def _wanted(row: FileRow, options: ApioOptions) -> Wanted:
    """The row as it would be stored; a text that may not be stored is kept tidied, with the problem beside it."""
    new_name = row.new_name
    if new_name is not None and not tidied(new_name, options).strip():
        if options.padded_new_name == "failed":
            return Wanted(row.line, tidied(row.name, options), row.number, None, "The new name is empty")
        new_name = None
    try:
        name = stored_name(row.name, options)
        number = stored_number(row.number, options)
        new_name = None if new_name is None else stored_name(new_name, options)
    except ApioRefusedError as error:
        return Wanted(row.line, tidied(row.name, options), row.number, new_name, error.message)
    return Wanted(row.line, name, number, new_name)
