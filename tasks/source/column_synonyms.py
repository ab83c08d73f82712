"""What our columns are called in files: the default header, and what offices call the same thing, Polish and English.

A name stands under one column of a target only, so that a header can mean one thing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Literal

from schemas.headers import header_key

Target = Literal["usos", "apio"]

# Our column, and the header it has where the configuration says nothing else.
HEADERS: Mapping[Target, Mapping[str, str]] = {
    "usos": {"owner": "entity_id", "number": "number", "name": "comment", "type_id": "type_id"},
    "apio": {"name": "Name", "number": "Phone Number", "new_name": "New Name"},
}
REQUIRED: Mapping[Target, tuple[str, ...]] = {"usos": ("owner", "number"), "apio": ("name", "number")}
_NUMBER = (
    *("number", "phone", "phone number", "phone no", "telephone", "telephone number", "tel", "tel no"),
    *("telefon", "numer", "numer telefonu", "nr telefonu", "nr tel", "numer tel", "telefon numer", "numery telefonów"),
    *("numer telefoniczny", "telefony", "telefon służbowy", "numer służbowy"),
)
SYNONYMS: Mapping[Target, Mapping[str, tuple[str, ...]]] = {
    "usos": {
        "owner": (
            *("id", "entity", "identifier", "faculty id", "fac id", "building id", "dormitory id", "user id"),
            *("jednostka", "kod jednostki", "id jednostki", "kod", "identyfikator", "budynek", "kod budynku"),
            *("id budynku", "akademik", "kod akademika", "id akademika", "dom studencki", "id użytkownika"),
            *("użytkownik", "id osoby", "identyfikator jednostki", "jednostka id", "jednostka kod"),
        ),
        "number": _NUMBER,
        "name": (
            *(
                "comment pl",
                "description",
                "note",
                "notes",
                "remarks",
                "komentarz",
                "opis",
                "uwagi",
                "uwaga",
                "dopisek",
            ),
            *("komentarz pl", "opis numeru"),
        ),
        "type_id": ("type", "phone type", "typ", "typ telefonu", "rodzaj", "rodzaj telefonu", "id typu", "kod typu"),
    },
    "apio": {
        "name": (
            *("display name", "contact", "contact name", "nazwa", "nazwa wpisu", "nazwa kontaktu", "kontakt", "wpis"),
            *("imię i nazwisko", "nazwisko i imię", "abonent", "opis"),
        ),
        "number": _NUMBER,
        "new_name": ("renamed to", "nowa nazwa", "nazwa nowa", "zmień na", "zmiana nazwy na", "po zmianie"),
    },
}


def expected_headers(target: Target, columns: Mapping[str, str]) -> dict[str, str]:
    """Return our columns with the headers to look for: the configured ones, else the default ones."""
    return {ours: columns.get(ours, header) for ours, header in HEADERS[target].items()}


def known_synonyms(target: Target, columns: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return the other names of our columns, as headers are compared; of a configured column there are none.

    Where any column is configured, somebody has looked at the file: then a column that can be left out is only what the
    configuration or the default name says, for a column may have been left out on purpose.
    """
    looked_at = any(ours in columns for ours in HEADERS[target])
    return {
        ours: frozenset(map(header_key, names))
        for ours, names in SYNONYMS[target].items()
        if ours not in columns and (not looked_at or ours in REQUIRED[target])
    }


def misspelt(
    header: Sequence[str], used: Mapping[str, str], lacking: Collection[str], target: Target
) -> list[tuple[str, str]]:
    """Return headers that nobody uses and that look like a column which is not there, each with that column's name.

    Args:
        header: all names.
        used: our columns with the names they have.
        lacking: our columns that are not there.
        target: which service the file is for.
    """
    found = []
    for ours in (ours for ours in HEADERS[target] if ours in lacking):
        known = [header_key(name) for name in (HEADERS[target][ours], *SYNONYMS[target][ours])]
        unused = (name for name in header if name not in used.values())
        found += [
            (name, HEADERS[target][ours]) for name in unused if get_close_matches(header_key(name), known, 1, 0.75)
        ]
    return found
