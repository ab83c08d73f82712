"""Hint at what a rejected cell may have meant: only where one way stands out, and only to a person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final

import pandas as pd

from schemas.reasons import LineCode
from tasks.phone.parser import ParsedNumber, read_number
from tasks.phone.suggestions import suggest
from tasks.phone.vocabulary import fold, tidy
from tasks.source.identifiers import meant_id
from tasks.source.name_checks import MIXED, UNSEEN, as_meant
from tasks.source.spoilt_text import SPOILT, UNDONE, meant, undone

_ABOUT_IDS: Final = frozenset({LineCode.ID_LETTERS, LineCode.ID_FORM})
_MOST: Final = 2_000  # cells of a file that are given a thought
_LOOK_ALIKES: Final = str.maketrans("OoQDlI|SBZОоЗзІі", "0000111582003311")  # Cyrillic ones among them
_FORMULA_TEXT: Final = re.compile(r'="([^"]*)"|=([+\d][\d ()+/-]*)')
_FRACTION: Final = re.compile(r"(\+?\d{6,})[.,]0{1,2}")
_EXPONENT: Final = re.compile(r"(\d)[.,](\d+)[eE]\+?(\d{1,2})")
_POLISH_AREA: Final = re.compile(r"\+48([1-9]\d)\d{7}")


@dataclass(frozen=True)
class Hints:
    """How the numbers of a file are read, and what most of them have in common.

    Attributes:
        read: how numbers are read.
        region: the country of numbers without a country code.
        area: the area code of most fixed lines of the file, or "".
    """

    read: Callable[[str], ParsedNumber]
    region: str
    area: str = ""


def hints_of(desired: pd.DataFrame, *, region: str, area_code: str | None, switchboard: str | None) -> Hints:
    """Return what helps to guess, from the lines of a file that are sound (`Desired`)."""
    read = partial(read_number, region=region, area_code=area_code, switchboard=switchboard)
    areas = Counter(found[1] for key in desired["key"].head(_MOST) if (found := _POLISH_AREA.match(key)))
    total = min(len(desired), _MOST)
    area, many = areas.most_common(1)[0] if areas else ("", 0)
    return Hints(read, region, area if 2 * many > total and many > 2 and region == "PL" else "")


def hint_number(text: str, hints: Hints) -> str:
    """Return another way to write a number that was not read, or "" where none stands out."""
    if hints.read(text).numbers:  # it says what it says; another thing is the matter
        return ""
    shown = fold(tidy(text))
    for way in _ways(shown, hints):
        if way and way != shown and hints.read(way).numbers:
            return way
    return suggest(text, hints.read, region=hints.region)


def hint_texts(
    problems: pd.DataFrame, above: Mapping[tuple[int, str], str], numbers: Collection[str], hints: Hints
) -> pd.Series[str]:
    """Return a hint for each problem, "" where there is none.

    Args:
        problems: `line, column, value, code`, the columns as the file calls them.
        above: for cells without an id, by line and column, the id of the nearest line above that has one.
        numbers: what the file calls its columns of numbers.
        hints: what helps to guess.
    """
    known: dict[str, str] = {}
    found = []
    rows = zip(*(problems[name] for name in ("line", "column", "value", "code")), strict=True)
    for line, column, value, code in rows:
        if code in {MIXED, UNSEEN}:
            found.append(as_meant(value))
        elif code == SPOILT:
            found.append(meant(undone(value)))
        elif code == UNDONE:
            found.append(tidy(undone(value)))
        elif code in _ABOUT_IDS:
            typed = meant_id(value)
            found.append(typed if typed != value and not hints.read(value).numbers else "")
        elif column in numbers and value and code != LineCode.EXTENSION_UNREAD:
            if value not in known:
                known[value] = hint_number(value, hints) if len(known) < _MOST else ""
            found.append(known[value])
        else:
            found.append(above.get((line, column), ""))
    return pd.Series(found, index=problems.index, dtype="str")


def _ways(shown: str, hints: Hints) -> list[str]:
    """Return what a spreadsheet or a hand may have made of a number, undone; the surest first."""
    ways = []
    if formula := _FORMULA_TEXT.fullmatch(shown):
        ways.append(formula[1] or formula[2] or "")
    if fraction := _FRACTION.fullmatch(shown):
        ways.append(fraction[1])
    if (exponent := _EXPONENT.fullmatch(shown)) and len(exponent[2]) >= int(exponent[3]):
        ways.append(f"{Decimal(shown.replace(',', '.')):.0f}")  # every digit is still there
    if sum(map(str.isdigit, shown)) >= 5 and not re.search(r"[^\W\d_OoQDlISBZОоЗзІі]", shown):
        ways.append(shown.translate(_LOOK_ALIKES))
    if shown.isdigit():
        ways.append(f"+{shown}")
    if re.fullmatch(r"[1-9]\d{8}[1-9]\d{8}", shown) and hints.region == "PL":
        ways.append(f"{shown[:9]}, {shown[9:]}")
    if hints.area and re.fullmatch(r"[\d -]{7,11}", shown) and sum(map(str.isdigit, shown)) == 7:
        ways.append(f"{hints.area} {shown}")
    if re.search(r"[^\w\s()+./-]", shown):
        ways.append(" ".join(re.sub(r"[^\w\s()+./-]", " ", shown).split()))
    return ways
