"""Contacts as programs export them (vCards, Outlook, Google), as rows of a phone list: a name and one number each."""

from __future__ import annotations

import quopri
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from schemas.syncs import CONTACT_FIELDS, ContactKind, Contacts
from tasks.source.column_synonyms import header_key

BEGINNING: Final = "BEGIN:VCARD"
_KINDS: Final[tuple[tuple[ContactKind, re.Pattern[str]], ...]] = (
    ("fax", re.compile(r"(?i)fax|faks")),
    ("mobile", re.compile(r"(?i)cell|mobile|kom[oó]rk|gsm|\biphone")),
    ("home", re.compile(r"(?i)home|dom")),
    ("main", re.compile(r"(?i)main|primary|g[lł][oó]wny|centrala")),
    ("work", re.compile(r"(?i)work|business|company|s[lł]u[zż]bow|prac|firm")),
)
# What the columns of exports are called that name a contact.
_FIELDS: Final[Mapping[str, str]] = {
    "name": "name, display name, full name, imię i nazwisko",
    "given": "first name, given name, imię",
    "family": "last name, family name, nazwisko",
    "organization": "company, organization name, organization 1 name, firma, organizacja",
    "department": "department, organization department, organization 1 department, dział",
    "title": "job title, organization title, organization 1 title, stanowisko",
}
_OURS: Final = {header_key(name): ours for ours, names in _FIELDS.items() for name in names.split(", ")}
_PHONE: Final = re.compile(
    r"(?i)(?:(?:business|work|home|mobile|other|primary|company main|car|assistant'?s|radio|callback|tty/tdd|pager) )?"
    r"(?:phone|fax)( \d)?|callback|isdn|pager|tty/tdd|(?:mobile|pager|fax) number"
    r"|(?:telefon|faks) [\w. /()]+|(?:inny|główny|główny) (?:telefon|faks)(?: firmy)?|radiotelefon|wywołanie zwrotne"
)
# Somebody else answers there, or it is not the place of work: such a number comes after the contact's own ones.
_ASIDE: Final = re.compile(r"(?i)assistant|asystent|company|firmy|other|inny|home|dom")
# What programs of contacts write for themselves; among it are digits of all kinds.
_NO_TEXTS: Final = re.compile(
    "VERSION|PRODID|UID|REV|PHOTO|LOGO|SOUND|KEY|BDAY|ANNIVERSARY|GEO|TZ|URL|EMAIL|ADR|LABEL|SOURCE|CLIENTPIDMAP"
)
_PHONES: Final = ("TEL", "X-MS-TEL")  # Outlook writes the second for the kinds that the standard does not have
_BINARY: Final = re.compile(r"(?i)encoding=b|base64|value=binary")
_VALUE: Final = re.compile(r"(?i)(phone \d{1,2}) - value")
_SEVERAL: Final = re.compile(r" ::: ")
_DIGIT: Final = re.compile(r"\d")


@dataclass
class Card:
    """A contact: how it is called, by our words, and its numbers with their lines and kinds.

    Attributes:
        line: where it begins.
        fields: `name`, `given`, `family`, `organization`, `department`, `title`, as far as it has them.
        numbers: line, label and number of each.
        texts: line, column and text of what else it says that has digits.
        whole: whether it has an end.
    """

    line: int
    fields: dict[str, str] = field(default_factory=dict)
    numbers: list[tuple[int, str, str]] = field(default_factory=list)
    texts: list[tuple[int, str, str]] = field(default_factory=list)
    whole: bool = True


def is_vcard(text: str) -> bool:
    """Tell whether a text is made of vCards."""
    return text.lstrip("\ufeff\r\n ")[: len(BEGINNING)].upper() == BEGINNING


def kind_of(label: str) -> ContactKind:
    """Return which kind of number a label says: `Work Fax` is a fax."""
    return next((kind for kind, words in _KINDS if words.search(label)), "other")


def phone_columns(header: Sequence[str]) -> dict[str, str | None]:
    """Return the columns of numbers, each with the column of its label, None where its own name says its kind."""
    labels = {name.casefold(): name for name in header}
    found: dict[str, str | None] = {}
    for name in header:
        if value := _VALUE.fullmatch(name):
            first = (f"{value[1]} - {kind}".casefold() for kind in ("label", "type"))
            found[name] = next((labels[label] for label in first if label in labels), None)
        elif _PHONE.fullmatch(name):
            found[name] = None
    return found


def known_columns() -> tuple[str, ...]:
    """Return names of columns by which an export of contacts is told."""
    phones = (
        "Phone 1 - Value",
        "Business Phone",
        "Mobile Phone",
        "Home Phone",
        "Telefon służbowy",
        "Telefon komórkowy",
    )
    return (*phones, *(name for names in _FIELDS.values() for name in names.split(", ")))


def of_rows(header: Sequence[str], rows: Sequence[tuple[int, Mapping[str, str]]]) -> list[Card]:
    """Return the contacts of an export in CSV, each row given with its line."""
    ours = {name: _OURS[header_key(name)] for name in header if header_key(name) in _OURS}
    phones = phone_columns(header)
    others = [name for name in header if name not in phones and name not in phones.values()]
    cards = []
    for line, row in rows:
        card = Card(line, {mine: row[name].strip() for name, mine in ours.items() if row[name].strip()})
        for name, label in phones.items():
            called = row[label] if label else name
            card.numbers += [(line, called, number) for number in _SEVERAL.split(row[name]) if number.strip()]
        card.texts += [(line, name, row[name]) for name in others if _DIGIT.search(row[name])]
        cards.append(card)
    return cards


def of_vcards(text: str) -> list[Card]:
    """Return the contacts of a text of vCards of any version."""
    cards: list[Card] = []
    for line, content in _unfolded(text):
        head, colon, value = _parted(content)
        name, *parameters = head.split(";")
        name = name.rpartition(".")[2].upper()
        if (name, value.strip().upper()) == ("BEGIN", "VCARD"):
            if cards and not cards[-1].whole:
                cards[-1].numbers.clear()
            cards.append(Card(line, whole=False))
        elif cards and (name, value.strip().upper()) == ("END", "VCARD"):
            cards[-1].whole = True
        elif cards and colon and not cards[-1].whole:
            _take(cards[-1], line, (name, ";".join(parameters)), value)
    return cards


def _take(card: Card, line: int, prop: tuple[str, str], value: str) -> None:
    name, parameters = prop
    if "QUOTED-PRINTABLE" in parameters.upper():
        charset = re.search(r"(?i)charset=([\w-]+)", parameters)
        value = quopri.decodestring(value.encode()).decode(charset[1] if charset else "utf-8", errors="replace")
    if name in _PHONES:
        number = re.sub(r"(?i);ext=", " wew. ", re.sub(r"(?i)^tel:", "", value.strip()))
        card.numbers.append((line, parameters, _plain(number)))
    elif not _NO_TEXTS.fullmatch(name) and not _BINARY.search(parameters) and _DIGIT.search(value):
        card.texts.append((line, name, _plain(value)))
    _name(card, name, value)


def _name(card: Card, name: str, value: str) -> None:
    if name == "FN":
        card.fields["name"] = _plain(value)
    elif name == "N":
        family, given, *_ = [*re.split(r"(?<!\\);", value), "", ""]
        card.fields |= {"family": _plain(family), "given": _plain(given)}
    elif name == "ORG":
        organization, department, *_ = [*re.split(r"(?<!\\);", value), "", ""]
        card.fields |= {"organization": _plain(organization), "department": _plain(department)}
    elif name == "TITLE":
        card.fields["title"] = _plain(value)


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines with what was broken off them, each with the number of the first."""
    begun, content = 0, ""
    for number, physical in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        soft = content.endswith("=") and "QUOTED-PRINTABLE" in content.upper()
        if begun and (physical[:1] in {" ", "\t"} or soft):
            content = (content[:-1] if soft else content) + (physical if soft else physical[1:])
            continue
        if begun:
            yield begun, content
        begun, content = number, physical.lstrip("\ufeff")
    yield begun, content


def _parted(content: str) -> tuple[str, str, str]:
    """Part a line at its first colon outside quotes."""
    quoted = False
    for at, sign in enumerate(content):
        quoted ^= sign == '"'
        if sign == ":" and not quoted:
            return content[:at], ":", content[at + 1 :]
    return content, "", ""


def _plain(text: str) -> str:
    return re.sub(r"\\([,;:\\nN])", lambda found: " " if found[1] in "nN" else found[1], text).strip()


def rows_of(cards: Sequence[Card], how: Contacts) -> list[tuple[int, str, str, bool]]:
    """Return line, name and number of each entry, and whether its contact is whole.

    A second number of one kind is told apart by a 2, as the names of a list have to differ. Which one is the first does
    not depend on the order in which a program writes them, as far as one is more the contact's own than the other.
    """
    rows = []
    for card in cards:
        if not card.whole:
            rows.append((card.line, "", "", False))
            continue
        called, used = _called(card, how), Counter[str]()
        for line, label, number in sorted(card.numbers, key=lambda each: _rank(each[1])):
            if (kind := kind_of(label)) not in how.kinds:
                continue
            name = " ".join(filter(None, (called, how.suffix(kind))))
            used[name] += 1
            rows.append((line, name if used[name] == 1 else f"{name} {used[name]}", number, True))
    return rows


def texts_of(cards: Sequence[Card], how: Contacts) -> list[tuple[int, str, str]]:
    """Return line, column and text of what contacts say beside their numbers; nobody reads it as a number."""
    found = []
    for card in cards:
        # What stands in a name is looked at there, where the contact has an entry.
        named = _called(card, how) if card.numbers else ""
        found += [each for each in card.texts if each[2].strip() not in named]
    return found


def without_numbers(cards: Sequence[Card]) -> list[int]:
    """Return the lines of the contacts of which there is no entry, as they have no number."""
    return [card.line for card in cards if card.whole and not card.numbers]


def _rank(label: str) -> int:
    """Return how far a number is from being the contact's own at work; one without a label is."""
    if _ASIDE.search(label):
        return 3
    return {"work": 0, "main": 1}.get(kind_of(label), 2) if label else 0


def _called(card: Card, how: Contacts) -> str:
    fields = {key: card.fields.get(key, "") for key in CONTACT_FIELDS}
    fields["name"] = fields["name"] or f"{fields['given']} {fields['family']}".strip() or fields["organization"]
    return " ".join(how.name.format(**fields).split()).strip(" ,;-")
