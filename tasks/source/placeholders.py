"""What stands in a cell instead of a value: a mark that repeats the line above, a word or a dash for nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

from schemas.reasons import LineCode
from tasks.phone.parser import means_none, says_outdated
from tasks.phone.vocabulary import tidy
from tasks.text_columns import is_in, matching


class Flaw(NamedTuple):
    """A cell that cannot be what it stands for: its line, our column, what is wrong, and what is said of it."""

    line: int
    column: str
    code: LineCode
    said: Mapping[str, str] = MappingProxyType({})


DITTO: Final = LineCode.CELL_DITTO
OUTDATED: Final = LineCode.NUMBER_OUTDATED

_MARKS: Final = (
    r"""[-\u2013\u2014/ ]*(?:["\u201c-\u201f\u2033\u3003\u02ba]|''|,,|\u2019\u2019|//|/ ?/)[-\u2013\u2014/ ]*"""
)
_WORDS: Final = (
    r"(?i:j\. ?w\.?|j/w|jak (?:wy[zż]ej|powy[zż]ej)|to samo|tam[zż]e|idem|ditto|do\.|(?:same )?as above)|jw\.?"
)
_DITTO: Final = re.compile(f"(?:{_MARKS}|{_WORDS})")
_NO_DIGITS_ALONE: Final = r"\d.*(?:[^\x00-@\[-`{-\x7f]{2}|[<>→➔➜])|[^\x00-@\[-`{-\x7f]{2}.*\d"
# Whatever may be a ditto, for a whole column at once.
_PERHAPS: Final = (
    r"""^[\s"\x{201c}-\x{201f}\x{2033}\x{3003}\x{02ba}\x{2019}',/\x{2013}\x{2014}-]+$|"""
    r"(?i:^\s*(?:j|to samo|tam|idem|ditto|do\.|same|as above))"
)
# Whatever may be a dash or say that there is nothing: no sign alone, or the first word of such a phrase and no digit.
_FIRST_WORDS: Final = ("brak", "nie", "bez", "no", "nu", "nil", "na", "nd", "n/", "n.", "b.", "b/", "bz", "b ", "un")
_PERHAPS_NOTHING: Final = (
    r"^[\W_]+$|(?i:^\W*(?:" + "|".join("[^ -~]*".join(map(re.escape, word)) for word in _FIRST_WORDS) + r"))[^0-9]*$"
)
_UNCHANGED: Final = re.compile(
    r"(?:bez|brak) zmian[ya]?|b\.? ?/? ?z\.?|nie zmieni[aać]\w*(?: si[eę])?|no change|unchanged", re.IGNORECASE
)


def outdated(source: pd.DataFrame) -> list[Flaw]:
    """Return the numbers beside which a word says that they are none any more, or only for a time."""
    some = source.loc[matching(source["number"], _NO_DIGITS_ALONE), ["line", "number"]]
    if some.empty:
        return []
    # To look for letters of all languages takes longer than all else here.
    some = some[matching(some["number"], r"\d.*(?:\pL{2}|[<>→➔➜])|\pL{2}.*\d")]
    words = {text: found for text in some["number"].unique() if (found := says_outdated(text))}
    cells = zip(some["line"].tolist(), some["number"].tolist(), strict=True)
    return [Flaw(line, "number", OUTDATED, {"word": words[text]}) for line, text in cells if text in words]


def says_nothing(text: str) -> bool:
    """Tell whether a text that is not empty is a dash or another lone sign, or says in words that there is nothing.

    Dots alone may well be a name.
    """
    shown = tidy(text)
    if not shown:
        return False
    signs = not any(map(str.isalnum, shown)) and shown.strip(".") != ""
    return signs or means_none(shown) or _UNCHANGED.fullmatch(shown) is not None


def saying_nothing(texts: pd.Series[str]) -> pd.Series[bool]:
    """Tell which texts of a column stand there instead of a value; an empty one says nothing wrong."""
    perhaps = matching(texts, _PERHAPS_NOTHING)
    if not perhaps.any():
        return perhaps
    found = [text for text in texts[perhaps].unique() if says_nothing(text)]
    return perhaps & is_in(texts, found)


def ditto_marks(texts: pd.Series[str]) -> pd.Series[bool]:
    """Tell which texts of a column only repeat the line above."""
    perhaps = matching(texts, _PERHAPS)
    if not perhaps.any():
        return perhaps
    return perhaps & is_in(texts, [text for text in texts[perhaps].unique() if _DITTO.fullmatch(tidy(text))])


def dittos(source: pd.DataFrame, lines: Sequence[int] = ()) -> list[Flaw]:
    """Return the cells of `Source` that only repeat the line above.

    Nobody but the clerk knows how far up a mark reaches, so none is followed: the values name the line above.

    Args:
        source: `Source`, or the rows of it whose numbers stand in one column.
        lines: all lines of the file, where the rows are not all of them.
    """
    found: list[Flaw] = []
    for column in ("owner", "name", "number", "type_id", "new_name"):
        marked = np.flatnonzero(ditto_marks(source[column]))
        if not len(marked):
            continue
        every = np.unique(np.asarray(lines if len(lines) else source["line"], dtype=np.int64))
        for line in source["line"].iloc[marked].tolist():
            at = int(np.searchsorted(every, line))
            above = every[at - 1] if at else max(line - 1, 0)
            found.append(Flaw(line, column, DITTO, {"line": str(above)}))
    return found
