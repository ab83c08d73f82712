"""Lines that a pair of quotes may make one of: how they read with it, and without."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from typing import Final

_END: Final = " ⏎ "
_MOST: Final = 120  # characters of a reading


def with_quotes(lines: Sequence[str], delimiter: str, quote: str) -> str:
    """Return the cell that runs over these lines where their quotes are meant."""
    try:
        rows = [*csv.reader([f"{line}\n" for line in lines], delimiter=delimiter, quotechar=quote)]
    except csv.Error:
        return _short(_END.join(lines))
    cells = [cell.rstrip("\n") for row in rows for cell in row if "\n" in cell.rstrip("\n")]
    return _short(_END.join((cells or [_END.join(lines)])[0].split("\n")))


def without_quotes(line: str, delimiter: str, quote: str) -> str:
    """Return a line as it reads where none of its quotes means anything."""
    return _short(delimiter.join(cell.strip(quote) for cell in line.split(delimiter)))


def _short(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"
