"""The cells of a workbook as texts: what is certain becomes text, and what has lost something says so."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any, Final

_EXACT: Final = 15  # digits of a number that a spreadsheet keeps
_PADDED: Final = re.compile(r"[0()+\- ]+")

DATE: Final = "The cell holds a date: the spreadsheet has probably made it of a number."
TRUTH: Final = "The cell holds TRUE or FALSE, not a text."
ERROR: Final = "The cell holds an error of the spreadsheet."
FRACTION: Final = "The cell holds a number with a fraction."
ROUNDED: Final = "The cell holds a number of more than 15 digits, of which the spreadsheet has lost the last ones."
FORMULA: Final = "The cell holds a formula whose result is not in the file."
MERGED: Final = "The cell is merged with its neighbours, so nobody knows what it says in this row."
LONG: Final = "The cell is too long."


def text_of(cell: Any) -> tuple[str, str]:
    """Return a cell's text, and what is wrong with it, "" for nothing."""
    value = cell.value
    if value is None:
        return "", ""
    if cell.data_type == "e":
        return str(value), ERROR
    if isinstance(value, str):
        return value, ""
    if isinstance(value, bool):
        return str(value).upper(), TRUTH
    if isinstance(value, (date, time, timedelta)):
        return str(value), DATE
    return _number(value, str(cell.number_format))


def _number(value: float, shown_as: str) -> tuple[str, str]:
    """Return a number as the clerk sees it: `0012` where the format says four digits, and never an exponent."""
    if isinstance(value, float):
        if not value.is_integer():
            return repr(value), FRACTION
        value = int(value)
    text = str(value)
    if len(text.lstrip("-")) > _EXACT:
        return text, ROUNDED
    bare = re.sub(r'\\|"', "", shown_as)
    zeros = bare.count("0") if _PADDED.fullmatch(bare) else 0
    return text.zfill(zeros), ""


def result_of(read: tuple[str, str], calculated: bool) -> tuple[str, str]:  # noqa: FBT001 - told of each cell
    """Return what a cell says; a formula that was never calculated says nothing yet."""
    return ("", FORMULA) if calculated and not read[0] else read
