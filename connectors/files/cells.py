"""The cells of a workbook as texts: what is certain becomes text, and what has lost something says so, by a code."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any, Final

from schemas.reasons import LineCode

_EXACT: Final = 15  # digits of a number that a spreadsheet keeps
_NO_SUCH_DAY: Final = "#VALUE!"  # what openpyxl makes of it, and what a formula's error may be
_HASHES: Final = "########"
_PADDED: Final = re.compile(r"[0()+\- ]+")
_BESIDE: Final = re.compile(r'"[^"]*[\d+][^"]*"|\\[\d+]|(?<![\w\[$<>=./-])[1-9+]')
_SIMPLE: Final = re.compile(r'(?:"[^"]*"|\\.|[1-9 ()+/-])*[0#](?:"[^"]*"|\\.|[0# ()+/-])*')
_PARTS: Final = re.compile(r'"([^"]*)"|\\(.)|(.)')

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
        return _of_error(value, str(cell.number_format))
    if isinstance(value, str):
        return value, None
    if isinstance(value, bool):
        return str(value).upper(), TRUTH
    if isinstance(value, (date, time, timedelta)):
        return str(value), DATE
    return _number(value, str(cell.number_format))


def _of_error(value: Any, shown_as: str) -> tuple[str, LineCode]:
    """Return an error as it stands there; a number whose format makes a day of it that there is not is shown as `#`."""
    if value == _NO_SUCH_DAY or not isinstance(value, str):
        from openpyxl.styles.numbers import is_date_format  # noqa: PLC0415 - few cells are like that

        if is_date_format(shown_as):
            return _HASHES, DATE
    return str(value), ERROR


def _number(value: float, shown_as: str) -> tuple[str, LineCode | None]:
    """Return a number as the clerk sees it: `0012` where the format says four digits, and never an exponent."""
    if isinstance(value, float):
        if not value.is_integer():
            return repr(value), FRACTION
        value = int(value)
    text = str(value)
    if len(text.lstrip("-")) > _EXACT:
        return text, ROUNDED
    if _BESIDE.search(shown_as):
        return _shown(text, shown_as), None
    bare = re.sub(r'\\|"', "", shown_as)
    zeros = bare.count("0") if _PADDED.fullmatch(bare) else 0
    return text.zfill(zeros), None


def _shown(digits: str, shown_as: str) -> str:
    """Return a number with the digits or the plus sign that its format puts beside it: `"22" 000 00 00`.

    Where that cannot be told, the format stands there too, so that nobody takes it for a number.
    """
    if not _SIMPLE.fullmatch(shown_as):
        return f"{digits} [{shown_as}]"
    parts = _PARTS.findall(shown_as)
    places = [at for at, (*_, sign) in enumerate(parts) if sign in {"0", "#"}]
    written: list[str] = []
    for at, (quoted, escaped, sign) in reversed([*enumerate(parts)]):
        if at not in places:
            written.append(quoted or escaped or sign)
            continue
        some = digits if at == places[0] else digits[-1:]
        written.append(some or sign.replace("#", ""))
        digits = digits[: len(digits) - len(some)]
    return "".join(reversed(written))


def result_of(read: tuple[str, LineCode | None], calculated: bool) -> tuple[str, LineCode | None]:  # noqa: FBT001 - told of each cell
    """Return what a cell says; a formula that was never calculated says nothing yet."""
    if calculated and read == (_HASHES, DATE):
        return _NO_SUCH_DAY, ERROR
    return ("", FORMULA) if calculated and not read[0] else read
