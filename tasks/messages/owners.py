"""What owners are called where people read: `faculty 10040000` is a code, and in Polish a `jednostka 10040000`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tasks.messages.catalogue import LANGUAGES, keys, known, text

if TYPE_CHECKING:
    from schemas.settings import Language

_TERM: Final = "term.owner-"
_GENITIVE: Final = "term.genitive-"  # as it stands behind "of", "to" and "from": in Polish `jednostki 10040000`
_PLACE: Final = "term.place-"  # a place that has many owners


def owner_in(owner: str, lang: Language) -> str:
    """Return an owner as people read it in a language; one of a kind that has no other word is what it is."""
    return _called(owner, _TERM, lang)


def genitive_in(owners: str, lang: Language) -> str:
    """Return an owner, or several with commas between them, as people read them behind "of", "to" and "from"."""
    return ", ".join(_called(owner, _GENITIVE, lang) for owner in owners.split(", "))


def every_form(owner: str) -> set[str]:
    """Return all that an owner is called where people read, in every language and case."""
    return {_called(owner, family, lang) for family in (_TERM, _GENITIVE) for lang in LANGUAGES}


def _called(owner: str, family: str, lang: Language) -> str:
    kind, space, identifier = owner.partition(" ")
    return f"{text(family + kind, lang)}{space}{identifier}" if known(family + kind) else owner


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
    """Return the owner that is meant by what people read in any language, in whichever case they copied it."""
    kind, space, identifier = said.partition(" ")
    codes = {
        text(key, lang).casefold(): key.removeprefix(family)
        for family in (_GENITIVE, _TERM)
        for key in keys(family)
        for lang in LANGUAGES
    }
    return f"{codes.get(kind.casefold(), kind)}{space}{identifier}"
