"""Words that people sign with: whether there is anything to read in them, and whether two are one name."""

from __future__ import annotations

import unicodedata

# Letters and symbols that show nothing.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp", "Mn", "Me"})


def has_words(text: str) -> bool:
    """Tell whether a text holds anything that a person can see."""
    return any(_is_seen(letter) for letter in text)


def folded(name: str) -> str:
    """Return the same text for every spelling of a name: whatever its case, its width and its blanks are."""
    plain = unicodedata.normalize("NFKC", name)
    seen = "".join(letter for letter in plain if _is_seen(letter) or letter.isspace() or unicodedata.combining(letter))
    return " ".join(seen.casefold().split())


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in _UNSEEN and letter not in _BLANK
