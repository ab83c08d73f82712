"""The cells of a workbook as texts: what is certain becomes text, and what has lost something says so, by a code."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any, Final

from schemas.reasons import LineCode

_EXACT: Final = 15  # digits of a number that a spreadsheet keeps
_PADDED: Final = re.compile(r"[0()+\- ]+")

DATE: Final = LineCode.CELL_DATE
TRUTH: Final = LineCode.CELL_TRUTH
ERROR: Final = LineCode.CELL_ERROR
FRACTION: Final = LineCode.CELL_FRACTION
ROUNDED: Final = LineCode.CELL_ROUNDED
FORMULA: Final = LineCode.CELL_FORMULA
MERGED: Final = LineCode.CELL_MERGED
LONG: Final = LineCode.CELL_LONG
HIDDEN: Final = LineCode.LINE_HIDDEN
STRUCK: Final = LineCode.LINE_STRUCK


def text_of(cell: Any) -> tuple[str, LineCode | None]:
    """Return a cell's text, and the code of what is wrong with it, None for nothing."""
    value = cell.value
    if value is None:
        return "", None
    if cell.data_type == "e":
        return str(value), ERROR
    if isinstance(value, str):
        return value, None
    if isinstance(value, bool):
        return str(value).upper(), TRUTH
    if isinstance(value, (date, time, timedelta)):
        return str(value), DATE
    return _number(value, str(cell.number_format))


def _number(value: float, shown_as: str) -> tuple[str, LineCode | None]:
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
    return text.zfill(zeros), None


def result_of(read: tuple[str, LineCode | None], calculated: bool) -> tuple[str, LineCode | None]:  # noqa: FBT001 - told of each cell
    """Return what a cell says; a formula that was never calculated says nothing yet."""
    return ("", FORMULA) if calculated and not read[0] else read
