"""What owners are called where people read: `faculty 10040000` is a code, and in Polish a `jednostka 10040000`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tasks.messages.catalogue import LANGUAGES, keys, known, text

if TYPE_CHECKING:
    from schemas.settings import Language

_TERM: Final = "term.owner-"


def owner_in(owner: str, lang: Language) -> str:
    """Return an owner as people read it in a language; one of a kind that has no other word is what it is."""
    kind, space, identifier = owner.partition(" ")
    return f"{text(_TERM + kind, lang)}{space}{identifier}" if known(_TERM + kind) else owner


def owner_of(said: str) -> str:
    """Return the owner that is meant by what people read in any language."""
    kind, space, identifier = said.partition(" ")
    codes = {text(key, lang).casefold(): key.removeprefix(_TERM) for key in keys(_TERM) for lang in LANGUAGES}
    return f"{codes.get(kind.casefold(), kind)}{space}{identifier}"
