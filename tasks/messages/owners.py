"""What owners are called where people read: `faculty 10040000` is a code, and in Polish a `jednostka 10040000`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tasks.messages.catalogue import LANGUAGES, keys, known, text

if TYPE_CHECKING:
    from schemas.settings import Language

_TERM: Final = "term.owner-"
_PLACE: Final = "term.place-"  # a place that has many owners


def owner_in(owner: str, lang: Language) -> str:
    """Return an owner as people read it in a language; one of a kind that has no other word is what it is."""
    kind, space, identifier = owner.partition(" ")
    return f"{text(_TERM + kind, lang)}{space}{identifier}" if known(_TERM + kind) else owner


def place_in(place: str, lang: Language) -> str:
    """Return a place, or an entry named after one, as people read it: `usos faculty` is in Polish `usos: jednostki`."""
    connection, _, rest = place.partition(" ")
    kind, space, _ = rest.partition(" ")
    if lang == "en" or not known(_TERM + kind):
        return place
    said = owner_in(rest, lang) if space or not known(_PLACE + kind) else text(_PLACE + kind, lang)
    return f"{connection}: {said}"


def places_in(places: str, lang: Language) -> str:
    """Return several places with semicolons between them, likewise."""
    return "; ".join(place_in(one, lang) for one in places.split("; "))


def owner_of(said: str) -> str:
    """Return the owner that is meant by what people read in any language."""
    kind, space, identifier = said.partition(" ")
    codes = {text(key, lang).casefold(): key.removeprefix(_TERM) for key in keys(_TERM) for lang in LANGUAGES}
    return f"{codes.get(kind.casefold(), kind)}{space}{identifier}"
