"""A second APIO phone list, from its own page. All data is invented."""

from __future__ import annotations

import base64
import binascii
import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple
from urllib.parse import unquote

from front import PAGE, Answer, Asked, Refused, StandIn

Shelf = tuple[str, str]  # tenant, and group or ""
_PATH = re.compile(r"tenants/([^/]+)/(?:groups/([^/]+)/)?services/common_phone_list/(?:(.+)/)?")


class Contact(NamedTuple):
    """An entry."""

    name: str
    number: str


@dataclass
class Told:
    """What the results of a batch say of a row."""

    line: int | str
    contact: Contact
    message: str
    good: bool = True


@dataclass
class ApioStandIn(StandIn):
    """A front end; `reset` gives it a state and decides how it behaves where the page says nothing."""

    name = "apio"
    people: dict[str, tuple[str, int]] = field(default_factory=dict)
    shelves: dict[Shelf, list[Contact]] = field(default_factory=dict)
    sessions: dict[str, int] = field(default_factory=dict)

    def reset(self, state: dict[str, Any], dice: Random) -> None:
        """Begin with a state."""
        self.dice = dice
        self.people = {one["username"]: (one["password"], one["user_level"]) for one in state.get("users", [])}
        self.shelves = {}
        for tenant, holds in state.get("tenants", {}).items():
            for group, shelf in [("", holds), *holds.get("groups", {}).items()]:
                if "entries" in shelf:
                    listed = [Contact(one["name"], one["phoneNumber"]) for one in shelf["entries"]]
                    self.shelves[tenant, group] = listed
        self.stale, self.sessions = {}, {}
        self.words: str = dice.choice(("details", "fields", "list", "page"))
        self.record = dice.choice(({}, {"_internal_record_id": 4711}))
        self.more_keys = dice.random() < 0.3
        self.lag = dice.choice((0, 0, 0, 1, 2, 5))
        self.write_number: Callable[[str], str] = dice.choice((str, str, _spaced, _dashed))
        self.renames_by_put = dice.choice(("yes", "yes", "refused", "ignored"))
        self.unknown_in_list = dice.choice(("refused", "passed over"))
        self.all_or_nothing = dice.random() < 0.3
        self.deletes_first = dice.random() < 0.4
        self.rename_needs_number = dice.choice(("writes", "checks", "ignores"))
        self.rename_of_nobody = dice.choice(("fails", "adds"))
        self.padding = dice.choice(("fine", "wrong"))
        self.order: Callable[[list[Contact]], list[Contact]] = dice.choice((list, lambda shelf: shelf[::-1], sorted))
        self.bad_word = dice.choice(("Failure", "KO", "Niepowodzenie"))
        self.bad_file = dice.choice((400, 422))
        self.tells_new_name = dice.random() < 0.7
        self.texts_of_lines = dice.random() < 0.3

    # What the tools of the histories look at ------------------------------------------------------------------------

    def entries(self, tenant: str, group: str | None = None) -> list[tuple[str, str]]:
        """What a list holds."""
        return [tuple(contact) for contact in self.shelves[tenant, group or ""]]

    def set_entries(self, tenant: str, group: str | None, entries: list[tuple[str, str]]) -> None:
        """Somebody else writes."""
        self.shelves[tenant, group or ""] = [Contact(*entry) for entry in entries]

    def fingerprint(self) -> Any:
        """All that the lists hold."""
        return {shelf: list(contacts) for shelf, contacts in self.shelves.items()}

    # Requests -------------------------------------------------------------------------------------------------------

    def method_of(self, asked: Asked) -> str:
        """What a verb means at an address, in the words that faults use."""
        rest = asked.path.removeprefix(self.options.prefix)
        if rest == "login/":
            return "login"
        found = _PATH.fullmatch(rest)
        if not found:
            return ""
        if found[3] == "batch" and asked.verb == "POST":
            return "batch"
        names = {"GET": "get", "PUT": "put", "DELETE": "delete"} if found[3] else {}
        return (names or {"GET": "list", "POST": "create", "DELETE": "delete_many"}).get(asked.verb, "")

    def work(self, asked: Asked, method: str) -> Answer:
        """Path, session, right, list, body, and then what is asked."""
        if not method:
            raise Refused(Answer(404, PAGE.format("Not found").encode()))
        if method == "login":
            return self._sign_in(asked.document)
        self._may(asked, writing=method not in {"list", "get"})
        found = _PATH.fullmatch(asked.path.removeprefix(self.options.prefix))
        shelf = (unquote(found[1]), unquote(found[2] or "")) if found else ("", "")
        if shelf not in self.shelves:
            raise Refused(self.error(404, "The service is not assigned."))
        mutation = getattr(self.fault, "mutation", None)
        if mutation and method not in {"list", "get"}:
            mutation(self)
        held = list(self.shelves[shelf])
        name = unquote(found[3]) if found and found[3] else ""
        answer = getattr(self, "_" + method)(shelf, name, asked.document)
        if mutation and method in {"list", "get"}:
            mutation(self)
        if self.lag and held != self.shelves[shelf] and method not in {"list", "get"}:
            self.stale[shelf] = (self.lag, held)
        return answer

    def error(self, status: int, words: str, **more: Any) -> Answer:
        """An error in one of the forms that were seen."""
        forms: dict[str, Any] = {
            "details": {"details": {"entries": [words]}},
            "fields": {"name": [words], **more},
            "list": [{"code": 1200 + status, "description": words}],
            "page": PAGE.format(words).encode(),
        }
        return Answer(status, forms[self.words])

    def _sign_in(self, given: Any) -> Answer:
        given = given if isinstance(given, dict) else {}
        password, level = self.people.get(given.get("username"), (None, 0))
        if password is None or given.get("password") != password:
            raise Refused(self.error(401, "Login failed."))
        ticket = f"s{self.dice.getrandbits(64):x}"
        self.sessions[ticket] = level
        cookies = (("Set-Cookie", f"sessionid={ticket}; Path=/; HttpOnly"), ("Set-Cookie", "route=b2; Path=/"))
        return Answer(200, {"ids": {}, "profile": {"user_level": level, "language": "pl"}}, cookies)

    def _may(self, asked: Asked, *, writing: bool) -> None:
        ticket = asked.cookies.get("sessionid", "")
        if self.fault and self.fault.kind == "session_expired":
            self.sessions.pop(ticket, None)
        if ticket not in self.sessions or asked.cookies.get("route") != "b2":
            raise Refused(self.error(401, "Sign in first."))
        if writing and self.sessions[ticket] < self.options.write_level:
            raise Refused(self.error(403, "A Tenant Admin may."))

    def _list(self, shelf: Shelf, _: str, __: Any) -> Answer:
        left, old = self.stale.pop(shelf, (0, []))
        if left > 1:
            self.stale[shelf] = (left - 1, old)
        shown = old if left else self.shelves[shelf]
        return Answer(200, {"entries": [self._body(contact) for contact in self.order(shown)], **self.record})

    def _get(self, shelf: Shelf, name: str, _: Any) -> Answer:
        return Answer(200, {**self._body(self.shelves[shelf][self._place(shelf, name)]), **self.record})

    def _body(self, contact: Contact) -> dict[str, Any]:
        more = {"id": len(contact.name), "favourite": False} if self.more_keys else {}
        return {"name": contact.name, "phoneNumber": contact.number, **more}

    def _create(self, shelf: Shelf, _: str, document: Any) -> Answer:
        listed = document.get("entries") if isinstance(document, dict) else None
        if not isinstance(listed, list) or not listed:
            raise Refused(self.error(416 if not isinstance(document, dict) else 400, "entries is missing."))
        contacts = [self._contact(item) for item in listed]
        names = [self._fold(contact.name) for contact in contacts]
        if len(set(names)) < len(names) or set(names) & {self._fold(one.name) for one in self.shelves[shelf]}:
            raise Refused(self.error(400, "The name is taken."))
        self.shelves[shelf].extend(contacts)
        told = [self._body(contact) for contact in contacts]
        return Answer(self.dice.choice((200, 201)), told[0] if len(told) == 1 else {"entries": told})

    def _put(self, shelf: Shelf, name: str, document: Any) -> Answer:
        place = self._place(shelf, name)
        contact, held = self._contact(document), self.shelves[shelf]
        if contact.name != held[place].name:
            if self.renames_by_put == "refused":
                raise Refused(self.error(400, "The name cannot be changed."))
            taken = {self._fold(one.name) for at, one in enumerate(held) if at != place}
            if self._fold(contact.name) in taken:
                raise Refused(self.error(400, "The name is taken."))
            if self.renames_by_put == "ignored":
                contact = contact._replace(name=held[place].name)
        held[place] = contact
        return Answer(200, self.record)

    def _delete(self, shelf: Shelf, name: str, _: Any) -> Answer:
        del self.shelves[shelf][self._place(shelf, name)]
        return Answer(200, self.record)

    def _delete_many(self, shelf: Shelf, _: str, document: Any) -> Answer:
        listed = document.get("entries") if isinstance(document, dict) else None
        if not isinstance(listed, list) or not all(isinstance(one, dict) and one.get("name") for one in listed):
            raise Refused(self.error(400, "entries is missing."))
        doomed = {self._fold(one["name"]) for one in listed}
        known = {self._fold(contact.name) for contact in self.shelves[shelf]}
        if self.unknown_in_list == "refused" and doomed - known:
            raise Refused(self.error(404, "There is no such entry."))
        self.shelves[shelf] = [one for one in self.shelves[shelf] if self._fold(one.name) not in doomed]
        return Answer(200, self.record)

    # The batch ------------------------------------------------------------------------------------------------------

    def _batch(self, shelf: Shelf, _: str, document: Any) -> Answer:
        rows = list(self._rows(document))
        held = list(self.shelves[shelf])
        kept = {self._fold(text) for row in rows for text in (row[0], *row[2:]) if text}
        gone: list[Told] = []
        if self.options.delete_missing and self.deletes_first:
            gone = self._missing(shelf, kept)
        told = [self._row(shelf, line, row) for line, row in enumerate(rows, start=1)]
        failed = [one for one in told if not one.good]
        if failed and self.all_or_nothing:
            self.shelves[shelf] = held
            return Answer(400, self._results(failed))
        if self.options.delete_missing and not self.deletes_first:
            gone = self._missing(shelf, kept)
        status = (207 if len(failed) < len(told) else 400) if failed else 200
        return Answer(status, self._results([*told, *gone]))

    def _rows(self, document: Any) -> Iterator[list[str]]:
        given = document if isinstance(document, dict) else {}
        try:
            text = base64.b64decode(given.get("csv", ""), validate=True).decode("utf-8")
            marks = {"delimiter": given.get("delimiter", ";"), "quotechar": given.get("quotechar", '"')}
            lines = list(csv.reader(io.StringIO(text), strict=True, **marks))
        except (binascii.Error, UnicodeDecodeError, csv.Error, TypeError):
            raise Refused(self.error(self.bad_file, "The file cannot be read.")) from None
        header = ["Name", "Phone Number", "New Name"]
        if given.get("has_header", True) and lines and lines.pop(0) not in (header, header[:2]):
            raise Refused(self.error(self.bad_file, "The header is wrong."))
        for line in lines:
            if len(line) not in (2, 3) or (len(line) == 3 and not line[2] and self.padding == "wrong"):
                raise Refused(self.error(self.bad_file, "A row has a wrong amount of columns."))
            yield line

    def _row(self, shelf: Shelf, line: int, row: list[str]) -> Told:
        """Add, modify or rename, one row after the other."""
        new = " ".join(row[2].split()) if len(row) > 2 else ""
        contact = Contact(" ".join(row[0].split()), self.write_number(" ".join(row[1].split())))
        held = self.shelves[shelf]
        places = {self._fold(one.name): at for at, one in enumerate(held)}
        place = places.get(self._fold(contact.name))
        words = self._wrong(contact) or (self._wrong(contact._replace(name=new)) if new else "")
        if words:
            return Told(line, contact, words, good=False)
        if place is None:
            if new and (self.rename_of_nobody == "fails" or self._fold(new) in places):
                return Told(line, contact, "Contact does not exist", good=False)
            held.append(contact._replace(name=new or contact.name))
            return Told(line, held[-1], "Contact added")
        if new:
            return self._renamed(held, place, Told(line, contact, "Contact modified"), new)
        same = held[place].number == contact.number
        held[place] = held[place]._replace(number=contact.number)
        return Told(line, contact, "Contact not modified" if same else "Contact modified")

    def _renamed(self, held: list[Contact], place: int, told: Told, new: str) -> Told:
        contact, line = told.contact, told.line
        renamed = contact._replace(name=new)
        if self._fold(new) in {self._fold(one.name) for at, one in enumerate(held) if at != place}:
            return Told(line, contact, "Contact already exists", good=False)
        if self.rename_needs_number == "checks" and _digits(held[place].number) != _digits(contact.number):
            return Told(line, contact, "Phone number does not match", good=False)
        if self.rename_needs_number == "ignores":
            renamed = renamed._replace(number=held[place].number)
        held[place] = renamed
        return Told(line, renamed if self.tells_new_name else contact, told.message)

    def _missing(self, shelf: Shelf, kept: set[str]) -> list[Told]:
        gone = [one for one in self.shelves[shelf] if self._fold(one.name) not in kept]
        self.shelves[shelf] = [one for one in self.shelves[shelf] if self._fold(one.name) in kept]
        return [Told("-", one, "Contact deleted") for one in gone]

    def _results(self, told: list[Told]) -> dict[str, Any]:
        self.dice.shuffle(told)
        rows = [
            {
                "line": str(one.line) if self.texts_of_lines else one.line,
                "name": one.contact.name,
                "phone_number": one.contact.number,
                "status": "Success" if one.good else self.bad_word,
                "message": one.message,
            }
            for one in told
        ]
        return {"results": rows, **self.record}

    # Rules ----------------------------------------------------------------------------------------------------------

    def _contact(self, item: Any) -> Contact:
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            raise Refused(self.error(400, "name is missing."))
        if not isinstance(item.get("phoneNumber"), str):
            raise Refused(self.error(400, "phoneNumber is missing."))
        contact = Contact(" ".join(item["name"].split()), " ".join(item["phoneNumber"].split()))
        words = self._wrong(contact)
        if words:
            raise Refused(self.error(400, words))
        return contact._replace(number=self.write_number(contact.number))

    def _wrong(self, contact: Contact) -> str:
        given = self.options
        if not 1 <= len(contact.name) <= given.max_name_length:
            return "name: wrong length."
        if given.latin1_names and any(ord(character) > 255 for character in contact.name):
            return "name: characters that the server does not know."
        if not 1 <= len(contact.number) <= 30 or "@" in contact.number:
            return "phoneNumber: no telephone number."
        return ""

    def _fold(self, name: str) -> str:
        name = " ".join(name.split())
        return name.casefold() if self.options.name_case == "insensitive" else name

    def _place(self, shelf: Shelf, name: str) -> int:
        for at, contact in enumerate(self.shelves[shelf]):
            if self._fold(contact.name) == self._fold(name):
                return at
        raise Refused(self.error(404, "There is no such entry."))


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)[-9:]


def _spaced(number: str) -> str:
    """+48225520001 as +48 22 552 00 01; anything else as it is."""
    plain = number.replace("-", "")
    return f"+48 {plain[3:5]} {plain[5:8]} {plain[8:10]} {plain[10:]}" if re.fullmatch(r"\+48\d{9}", plain) else number


def _dashed(number: str) -> str:
    plain = re.sub(r"[ -]", "", number)
    return f"+48-{plain[3:]}" if re.fullmatch(r"\+48\d{9}", plain) else number
