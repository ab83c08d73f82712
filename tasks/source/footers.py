"""Lines below a table that are no data: a total, a date. Left out only where that is certain, told apart otherwise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import pandas as pd

from schemas.reasons import LineCode

FOOTER: Final = LineCode.LINE_FOOTER

_DEEPEST: Final = 6  # lines at the end that are looked at
_MONTHS: Final = (
    "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia"
    "|january|february|march|april|may|june|july|august|september|october|november|december"
)
_DATE: Final = (
    rf"(?:\d{{1,2}}[./-]\d{{1,2}}[./-](?:19|20)\d\d|(?:19|20)\d\d[./-]\d{{1,2}}[./-]\d{{1,2}}"
    rf"|\d{{1,2}}\.? (?:{_MONTHS}) (?:19|20)\d\d)"
)
_DATED: Final = re.compile(
    r"(?:stan na(?: dzień)?|data(?: wydruku| eksportu| utworzenia)?|wydrukowano|wygenerowano|wyeksportowano|sporządzono"
    r"|(?:ostatnia )?aktualizacja|as (?:of|at)|printed(?: on)?|generated(?: on)?|exported(?: on)?|last updated?)"
    rf" ?:? ?(?:dnia |z dnia )?{_DATE}(?: ?r\.?| ?roku)?(?:,? (?:godz\.? ?)?\d{{1,2}}:\d\d(?::\d\d)?)?\.?",
    re.IGNORECASE,
)
_COUNTED: Final = re.compile(
    r"(?:razem|ogółem|łącznie|suma|total|sum|(?:liczba|ilość) (?:wierszy|pozycji|numerów|wpisów|rekordów)"
    r"|count|rows|records|entries) ?:? ?(?P<count>\d{1,7})?"
    r"(?: (?:wierszy|pozycji|numerów|wpisów|rekordów|rows|records|entries))?\.?",
    re.IGNORECASE,
)
_DOUBTFUL: Final = re.compile(
    r"(?:stan na|data|wydrukowano|wygenerowano|wyeksportowano|sporządz\w*|aktualizacja"
    r"|ostatnia aktualizacja|razem|ogółem|łącznie|suma|liczba|ilość|podpis|koniec|strona|zatwierdzi\w*"
    r"|uwaga|legenda|źródło"
    r"|as of|printed|generated|exported|total|sum|count|end of|page|signed|prepared by|source|note)\b",
    re.IGNORECASE,
)


def footers(cells: pd.DataFrame) -> tuple[list[int], list[int]]:
    """Return which of the last rows are certainly no data, and which only look so.

    A date after the words that announce one is certain, and so is a total that is the number of rows above it. A single
    other text that begins as such lines do may be an entry that has lost its number: it needs somebody.

    Args:
        cells: all rows, all columns, as they were read.
    """
    certain: list[int] = []
    doubtful: list[int] = []
    totals: list[tuple[int, int]] = []
    last = len(cells) - 1
    for at in range(last, max(last - _DEEPEST, -1), -1):
        filled = [text for text in (" ".join(str(cell).split()) for cell in cells.iloc[at]) if text]
        if not filled:
            continue
        counted = _COUNTED.fullmatch(" ".join(filled)) if len(filled) <= 2 else None
        if counted and counted["count"]:
            totals.append((at, int(counted["count"])))
        elif _is_dated(filled):
            certain.append(at)
        elif counted or (len(filled) == 1 and _DOUBTFUL.match(filled[0])):
            doubtful.append(at)
        else:
            break
    # What stands below the table is counted by no total, in whichever order it stands there.
    below = {*certain, *doubtful, *(at for at, _ in totals)}
    for at, total in totals:
        above = [row for row in range(at) if row not in below]
        (certain if total == int((cells.iloc[above] != "").any(axis=1).sum()) else doubtful).append(at)
    return sorted(certain), sorted(doubtful)


def _is_dated(filled: Sequence[str]) -> bool:
    return len(filled) <= 2 and _DATED.fullmatch(" ".join(filled)) is not None
