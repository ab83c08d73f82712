"""Workbooks that hold cells and no more for us: .xlsb and .ods, as openpyxl would show the like.

Their formats are not seen; `unseen` finds out what is hidden, struck through or merged. `transitional` makes a Strict
.xlsx one that openpyxl reads with all of these.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from connectors.files.unseen import records
from schemas.problems import Problem
from schemas.reasons import FileCode
from tasks.messages.rendering import file_error

# Strict OOXML says the same under other names.
_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_NAMES: Final = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
    (b"http://purl.oclc.org/ooxml/drawingml/main", b"http://schemas.openxmlformats.org/drawingml/2006/main"),
    (
        b"http://purl.oclc.org/ooxml/officeDocument/extendedProperties",
        b"http://schemas.openxmlformats.org/officeDocument/2006/extended-properties",
    ),
)
MOST_CELLS: Final = 4_000_000  # empty ones among them: all of them are in memory at once
_ROW: Final = re.compile(rb"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
_CELL: Final = re.compile(rb"<table:(?:covered-)?table-cell\b[^>]*>")
_ROWS: Final = re.compile(rb"""number-rows-repeated\s*=\s*["'](\d{1,9})""")
_COLUMNS: Final = re.compile(rb"""number-columns-repeated\s*=\s*["'](\d{1,9})""")
_LAST_CELL_KIND: Final = 11
_ERROR: Final = re.compile(r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NUM!|NULL!|ADR!|ARG!|LICZBA!|NAZWA\?)")


@dataclass(frozen=True)
class PlainCell:
    """A cell as its value alone, with what openpyxl's cells have beside it."""

    value: Any
    data_type: str = "n"
    number_format: str = "General"
    has_style: bool = False


@dataclass(frozen=True)
class PlainSheet:
    """A sheet."""

    title: str
    sheet_state: str
    rows: Sequence[Sequence[Any]]

    def reset_dimensions(self) -> None:
        """Do nothing: the reader has measured the sheet itself."""

    def iter_rows(self) -> Iterator[list[PlainCell]]:
        """Yield the rows from the first one on."""
        for row in self.rows:
            yield [_cell(value) for value in row]


@dataclass(frozen=True)
class PlainBook:
    """A workbook."""

    worksheets: Sequence[PlainSheet]

    def __getitem__(self, title: str) -> PlainSheet:
        return next(sheet for sheet in self.worksheets if sheet.title == title)


def plain_book(path: Path, raw: bytes) -> PlainBook:
    """Return the sheets of a workbook; raises what the reader raises where it is damaged.

    Raises:
        SourceError: a sheet is larger than any directory; its cells are not unpacked.
    """
    if raw.startswith(b"PK") and _reaches_far(raw):
        raise file_error(path, Problem(FileCode.SHEET_LARGE), "sheet-large")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        sheets = [found for found in book.sheets_metadata if found.typ == SheetTypeEnum.WorkSheet]
        return PlainBook([_sheet(path, book, found) for found in sheets])
    except BaseException as error:
        # What the reader raises where it gives up is no Exception, and would end the whole program.
        if type(error).__name__ == "PanicException":
            raise ValueError("the reader gave up") from None
        raise


def _reaches_far(raw: bytes) -> bool:
    """Tell whether a sheet of an .ods or .xlsb reaches without measure: the reader would fill the memory with cells."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        names = archive.namelist()
        content = archive.read("content.xml") if "content.xml" in names else b""
        binary = [archive.read(name) for name in names if name.startswith("xl/worksheets/") and name.endswith(".bin")]
    if any(_extent(part) > MOST_CELLS for part in binary):
        return True
    for sheet in content.split(b"</table:table>"):
        row = last = width = 0
        for found in _ROW.finditer(sheet):
            row += _times(_ROWS.search(found[1]))
            at = 0
            for cell in _CELL.findall(found[2] or b""):
                at += _times(_COLUMNS.search(cell))
                if b"value-type" in cell:
                    last, width = row, max(width, at)
        if last * width > MOST_CELLS:
            return True
    return False


def _extent(part: bytes) -> int:
    """Return how many cells a sheet of an .xlsb reaches over."""
    row = last = width = 0
    for kind, record in records(part):
        if kind == 0:  # a row, by its number
            row = int.from_bytes(record[:4], "little")
        elif kind <= _LAST_CELL_KIND:  # a cell, by its column
            last, width = max(last, row + 1), max(width, int.from_bytes(record[:4], "little") + 1)
    return last * width


def _times(found: re.Match[bytes] | None) -> int:
    return int(found[1]) if found else 1


def _sheet(path: Path, book: CalamineWorkbook, found: Any) -> PlainSheet:
    sheet = book.get_sheet_by_name(found.name)
    if sheet.total_height * sheet.total_width > MOST_CELLS:
        raise file_error(path, Problem(FileCode.SHEET_LARGE), "sheet-large")
    state = "visible" if found.visible == SheetVisibleEnum.Visible else "hidden"
    return PlainSheet(found.name, state, sheet.to_python(skip_empty_area=False))


def _cell(value: Any) -> PlainCell:
    if isinstance(value, PlainCell):
        return value
    if value == "":
        return PlainCell(None)
    if isinstance(value, str) and _ERROR.fullmatch(value):
        return PlainCell(value, data_type="e")
    if isinstance(value, datetime) and value.time() == time():
        return PlainCell(value.date())
    return PlainCell(value)


def transitional(raw: bytes) -> bytes:
    """Return a workbook that is Strict OOXML as one of the usual kind; any other stays as it is."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        if _STRICT not in archive.read("xl/workbook.xml"):
            return raw
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as written:
            for part in archive.infolist():
                content = archive.read(part)
                for strict, usual in _NAMES:
                    content = content.replace(strict, usual)
                written.writestr(part, content)
    return whole.getvalue()
