"""Ids that were probably mistaken: the file calls an owner what the service calls another one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from schemas.target import identifier_of

_WORD: Final = re.compile(r"[^\W_]+")
_JOIN: Final = frozenset({"i", "oraz", "w", "we", "z", "im", "ds", "and", "of", "the", "for", "at", "in"})
_ALIKE: Final = 0.5  # of the words of both names together


def label_doubts(labels: Mapping[str, str], called: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Return, for owners whose label is the name of another one and unlike their own, the id of that one.

    Names are compared by their words, whatever their order, case and marks. An owner whose own name is not known is no
    case of it; where several others have the name, it is the first of them in order.

    Args:
        labels: what the file calls owners.
        called: what the service calls owners, in all languages.
    """
    words = {owner: {_words(name) for name in names} - {frozenset()} for owner, names in called.items()}
    owners: dict[frozenset[str], str] = {}
    for owner in sorted(words, reverse=True):
        owners.update(dict.fromkeys(words[owner], owner))
    found = {}
    for owner, label in labels.items():
        said = _words(label)
        other = owners.get(said, owner)
        if other != owner and words.get(owner) and all(_share(said, own) < _ALIKE for own in words[owner]):
            found[owner] = identifier_of(other)
    return found


def _words(name: str) -> frozenset[str]:
    bare = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l"))
    return frozenset(_WORD.findall("".join(sign for sign in bare if not unicodedata.combining(sign)))) - _JOIN


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)
