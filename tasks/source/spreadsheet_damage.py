"""Numbers that a spreadsheet has spoilt: an exponent, a fraction, a lost plus sign, hashes, an error.

One such cell is a rejected line. Two are a habit: then the other numbers of the column are not to be trusted either,
and the file as a whole is refused, with what to do in the spreadsheet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from schemas.errors import SourceError
from schemas.problems import Problem, packed_values
from schemas.reasons import FileCode, LineCode
from tasks.empty_tables import no_rows
from tasks.messages.rendering import file_error
from tasks.phone.parser import means_none, read_number
from tasks.source.placeholders import Flaw, dittos, outdated
from tasks.text_columns import matching

EXPONENT: Final = LineCode.SHEET_EXPONENT
FRACTION: Final = LineCode.SHEET_FRACTION
HASHES: Final = LineCode.SHEET_HASHES
ERROR: Final = LineCode.SHEET_ERROR
FORMULA: Final = LineCode.SHEET_FORMULA
LOST_PLUS: Final = LineCode.SHEET_PLUS
SHIFTED: Final = LineCode.LINE_SHIFTED
ROUNDED: Final = LineCode.SHEET_ROUNDED

# Excel's in English and in Polish, and LibreOffice's.
_ERRORS: Final = (
    r"#(?:N/A|ERROR!|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!|N/D!?|ADR!|ARG!|NAZWA\?|DZIEL/0!|LICZBA!|ZERO!)"
    r"|Err:\d{3}"
)
# In the column of numbers; the first that fits counts.
_KINDS: Final = (
    (EXPONENT, re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d{1,2}")),
    (FRACTION, re.compile(r"\+?\d{6,}[.,]0{1,2}")),
    (HASHES, re.compile(r"#{2,}")),
    (ERROR, re.compile(_ERRORS)),
    (FORMULA, re.compile(r"=.+")),
)
_ANY: Final = rf"^\s*(?:[+-]?\d+(?:[.,]\d+)?[eE][+-]?\d{{1,2}}|\+?\d{{6,}}[.,]0{{1,2}}|#{{2,}}|{_ERRORS}|=.+)\s*$"
_ROUND: Final = r"^\s*\+?\d{5,}0{4}\s*$"
_BARE: Final = r"^\s*[1-9]\d{9,14}\s*$"
_NUMBER_ALONE: Final = r"^\s*[+(]*\d(?:[ ().\-/]*\d){8,12}\s*$"
_A_HABIT: Final = 2
_MANY: Final = 4
_MOST_LOOKED_AT: Final = 500
_HABITS: Final = (EXPONENT, FRACTION, HASHES, LOST_PLUS, ROUNDED)


@dataclass(frozen=True)
class CellReference:
    """Where the lines come from, all of them, and how their numbers are read."""

    name: str
    headers: Mapping[str, str]
    region: str = "PL"
    area_code: str | None = None
    lines: Sequence[int] = ()


def spoilt_cells(source: pd.DataFrame, place: CellReference) -> pd.DataFrame:
    """Return the cells of `Source` that a spreadsheet has spoilt: `line`, `column` (ours), `code`, `values`.

    Of several flaws of one cell the first counts.
    """
    found = [
        *dittos(source, place.lines),
        *outdated(source),
        *_in_numbers(source),
        *_lost_plus(source["line"], source["number"], place),
        *_rounded(source),
        *_shifted(source),
    ]
    for column in ("owner", "name", "new_name"):
        if column in place.headers:
            errors = matching(source[column], rf"^\s*(?:{_ERRORS})\s*$")
            found += _flaws(source.loc[errors, "line"], column, ERROR) if errors.any() else []
    first: dict[tuple[int, str], Flaw] = {}
    for flaw in found:
        first.setdefault((flaw.line, flaw.column), flaw)
    if not first:
        return no_rows("line", "column", "code", "values")
    flaws = [first[cell] for cell in sorted(first)]
    return pd.DataFrame(
        {
            "line": pd.Series([flaw.line for flaw in flaws], dtype="int64"),
            "column": pd.Series([flaw.column for flaw in flaws], dtype="str"),
            "code": pd.Series([str(flaw.code.value) for flaw in flaws], dtype="str"),
            "values": pd.Series([packed_values(flaw.said) if flaw.said else "" for flaw in flaws], dtype="str"),
        }
    )


def refusal(spoilt: pd.DataFrame, place: CellReference) -> SourceError | None:
    """Return why the file is refused as a whole, None where it is not.

    Args:
        spoilt: `line, column, further, code`, see `tasks.source.columns.Arranged`.
        place: the file.
    """
    if len(spoilt) < _A_HABIT:
        return None
    habits = spoilt[(spoilt["column"] == "number") & spoilt["code"].isin(_HABITS)]
    if len(habits) < _A_HABIT:
        return None
    lines = sorted(habits["line"].unique())
    listed = ", ".join(map(str, lines[:10])) + (", …" if len(lines) > 10 else "")
    headers = habits["further"].mask(habits["further"] == "", place.headers["number"]).unique()
    values = {"column": ", ".join(map(repr, headers)), "lines": listed}
    return file_error(place.name, Problem(FileCode.SHEET_SPOILT, values), "sheet-spoilt")


def _in_numbers(source: pd.DataFrame) -> list[Flaw]:
    suspicious = matching(source["number"], _ANY)
    if not suspicious.any():
        return []
    suspect = source.loc[suspicious, ["line", "number"]]
    cells = zip(suspect["line"].tolist(), suspect["number"].tolist(), strict=True)
    return [Flaw(line, "number", _code(text.strip())) for line, text in cells]


def _code(text: str) -> LineCode:
    return next((code for code, pattern in _KINDS if pattern.fullmatch(text)), FORMULA)


def _lost_plus(lines: pd.Series, numbers: pd.Series, place: CellReference) -> list[Flaw]:
    """Find foreign numbers that only a + makes readable, in a column where no number has one."""
    bare = matching(numbers, _BARE)
    if not bare.any() or matching(numbers, "[+]").any():
        return []
    texts = numbers[bare].str.strip()
    distinct = texts.unique()[:_MOST_LOOKED_AT]
    lost = [text for text in distinct if not _readable(text, place) and _readable(f"+{text}", place)]
    return _flaws(lines[texts.index[texts.isin(lost)]], "number", LOST_PLUS)


def _readable(text: str, place: CellReference) -> bool:
    return bool(read_number(text, region=place.region, area_code=place.area_code).numbers)


def _rounded(source: pd.DataFrame) -> list[Flaw]:
    """Find a column of which most numbers end in four zeros: real directories have a few such numbers."""
    zeros = matching(source["number"], _ROUND)
    given = int((source["number"] != "").sum())
    if int(zeros.sum()) < _MANY or 2 * int(zeros.sum()) <= given:
        return []
    return _flaws(source.loc[zeros, "line"], "number", ROUNDED)


def _shifted(source: pd.DataFrame) -> list[Flaw]:
    """Find lines with words where the number should be, and a number where words should be."""
    digitless = source[~matching(source["number"], r"\d")]
    if digitless.empty:
        return []
    suspect = digitless[matching(digitless["name"], _NUMBER_ALONE) | matching(digitless["type_id"], _NUMBER_ALONE)]
    if suspect.empty:
        return []
    suspect = suspect[matching(suspect["number"], r"\pL{3}")]
    meant = [not means_none(text) for text in suspect["number"]]
    return _flaws(suspect.loc[pd.Series(meant, index=suspect.index, dtype="bool"), "line"], "number", SHIFTED)


def _flaws(lines: pd.Series, column: str, code: LineCode) -> list[Flaw]:
    return [Flaw(line, column, code) for line in lines.tolist()]
