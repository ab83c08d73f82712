"""What in a name a person does not see and a computer does: invisible characters, letters of another alphabet."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from schemas.reasons import LineCode
from tasks.phone.vocabulary import INVISIBLE, tidy
from tasks.text_columns import matching

UNSEEN: Final = LineCode.LETTERS_UNSEEN
MIXED: Final = LineCode.LETTERS_MIXED

_UNSEEN: Final = f"[{INVISIBLE}]"
_OTHER_ALPHABET: Final = "[\u0370-\u03ff\u0400-\u052f]"
_LATIN: Final = "[A-Za-z\u00c0-\u024f]"
# Cyrillic and Greek letters that are drawn as Latin ones.
_CYRILLIC: Final = "АВЕЅІЈКМНОРСТУХҮаеѕіјорсухһԁԛԝ"
_GREEK: Final = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοα"
_AS_LATIN: Final = str.maketrans(_CYRILLIC + _GREEK, "ABESIJKMHOPCTYXYaesijopcyxhdqwABEZHIKMNOPTYXoa")


def remarks_on_names(texts: pd.Series[str]) -> pd.Series[str]:
    """Return the code of what a person should know of each text, "" where there is nothing.

    A word in Cyrillic beside a Polish one is nobody's mistake; a Latin word with a letter of another alphabet is.
    """
    remarks = pd.Series("", index=texts.index, dtype="str")
    some = texts[matching(texts, f"{_UNSEEN}|{_OTHER_ALPHABET}")]
    if some.empty:
        return remarks
    found = {
        text: MIXED.value if _is_mixed(text) else UNSEEN.value if re.search(_UNSEEN, text) else ""
        for text in some.unique()
    }
    remarks[some.index] = some.map(found).astype("str")
    return remarks


def outside_latin1(texts: pd.Series[str]) -> tuple[int, str]:
    """Return how many texts have letters outside Latin-1, and some of these letters."""
    others = texts[matching(texts, "[^\\x00-\u00ff]")]
    letters = sorted({letter for text in others.head(1000) for letter in text if ord(letter) > 255})
    return len(others), "".join(letters[:10])


def as_meant(text: str) -> str:
    """Return the text with Latin letters in the place of those that look like them, and nothing invisible."""
    tidied = tidy(text)
    return tidied.translate(_AS_LATIN) if _is_mixed(tidied) else tidied


def _is_mixed(text: str) -> bool:
    """Tell whether every letter of another alphabet looks like a Latin one, in a text that has Latin letters."""
    others = re.findall(_OTHER_ALPHABET, text)
    latin = re.search(_LATIN, text) is not None
    return latin and bool(others) and all(ord(letter) in _AS_LATIN for letter in others)
