"""Seek a number or a name among entries: spelled any way, whole or in part."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pandas as pd

from tasks.phone.canonical_keys import canonical_keys
from tasks.phone.vocabulary import fold, tidy
from tasks.text_columns import casefolded

_FEWEST_DIGITS = 3  # fewer are in every number
_WHOLE = 9  # digits by which a number is found in a cell that cannot be read; a country code may stand before them
_MARKED = str.maketrans("ąćęłńóśżź", "acelnoszz")  # as people type them who do not find the keys
_NEVER_MARKED = re.compile(r"[^\W_acelnosz]+")
_NUMBER_LIKE = re.compile(r"[0-9 +()./-]+")


@dataclass(frozen=True)
class SearchTerm:
    """What somebody looks for.

    Attributes:
        words: the text as names are compared, without regard to case and to Polish marks.
        numbers: the canonical numbers in it, if it is one or more.
        digits: its digits, where it is a part of a number; else "".
    """

    words: str
    numbers: frozenset[str]
    digits: str

    @property
    def is_name(self) -> bool:
        """Tell whether it can only stand in a name."""
        return not self.numbers and not self.digits

    @property
    def plain_part(self) -> str:
        """Return the longest part of the words that no name which is meant has with a mark; "" where there is none."""
        return max(_NEVER_MARKED.findall(self.words), key=len, default="")


def search(text: str, *, region: str, area_code: str | None) -> SearchTerm:
    """Return what a text may mean; it is a name in any case, and a number or a part of one where it has the digits."""
    shown = tidy(text)
    key = str(canonical_keys(pd.Series([shown], dtype="str"), region=region, area_code=area_code).iloc[0])
    numbers = frozenset() if key.startswith("text:") or not key else frozenset(key.split("|"))
    digits = re.sub(r"\D", "", fold(shown)) if _NUMBER_LIKE.fullmatch(fold(shown)) else ""
    return SearchTerm(shown.casefold().translate(_MARKED), numbers, digits if len(digits) >= _FEWEST_DIGITS else "")


def matches(entries: pd.DataFrame, sought: SearchTerm) -> pd.Series:
    """Tell which entries (`name, number, key`) hold it: the name, the very number, or its digits in a row.

    A cell that cannot be read holds a number whose digits stand in it.
    """
    found = pd.Series(data=False, index=entries.index)
    if sought.words:
        names = casefolded(entries["name"]).str.translate(_MARKED)
        found |= names.str.contains(sought.words, regex=False)
    for number in sought.numbers:
        found |= ("|" + entries["key"] + "|").str.contains(f"|{number}|", regex=False)
        found |= ("|" + entries["key"]).str.contains(f"|{number};", regex=False)
    if sought.digits and not sought.numbers:
        found |= entries["key"].str.contains(sought.digits, regex=False)
        found |= _digits(entries).str.contains(sought.digits, regex=False)
    unread = entries[(entries["key"] == "") | entries["key"].str.startswith("text:")] if sought.numbers else entries[:0]
    for number in sought.numbers:
        ending = number.partition(";")[0].removeprefix("+")[-_WHOLE:]
        found[unread.index] |= _digits(unread).str.contains(ending, regex=False)
    return found


def _digits(entries: pd.DataFrame) -> pd.Series:
    return entries["number"].str.replace(r"\D", "", regex=True)
