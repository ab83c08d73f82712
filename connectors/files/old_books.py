"""Old Excel workbooks (.xls), as openpyxl would show the like.

xlrd reads them, in Python: a reader in another language ends the whole program where a damaged file makes it give up,
or ask for more memory than there is.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

import xlrd

from connectors.files.plain_books import MOST_CELLS, PlainBook, PlainCell, PlainSheet
from connectors.files.unseen import Unseen
from schemas.problems import Problem
from schemas.reasons import FileCode
from tasks.messages.rendering import file_error

_VISIBLE: Final = 0
_EMPTY: Final = frozenset((xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK))


def old_book(path: Path, raw: bytes) -> PlainBook:
    """Return the sheets of a workbook; raises what the reader raises where it is damaged.

    Raises:
        SourceError: a sheet is larger than any directory.
    """
    with _opened(raw) as book:
        return PlainBook([_sheet(path, book, title) for title in book.sheet_names()])


def unseen_of_old(raw: bytes, title: str) -> Unseen:
    """Return what nobody sees of a sheet."""
    with _opened(raw) as book:
        sheet = book.sheet_by_name(title)
        through = {at for at, kind in enumerate(book.xf_list) if book.font_list[kind.font_index].struck_out}
        struck = {
            row + 1: column
            for row in (range(sheet.nrows) if through else ())
            for column in reversed(range(sheet.ncols))
            if sheet.cell_type(row, column) not in _EMPTY and sheet.cell_xf_index(row, column) in through
        }
        rows = [row + 1 for row, shown in sheet.rowinfo_map.items() if shown.hidden]
        columns = [column for column, shown in sheet.colinfo_map.items() if shown.hidden]
        merged = [(left + 1, top + 1, right, bottom) for top, bottom, left, right in sheet.merged_cells]
    return Unseen(sorted(rows), sorted(columns), struck, merged)


def _opened(raw: bytes) -> Any:
    return xlrd.open_workbook(file_contents=raw, formatting_info=True, on_demand=True, logfile=io.StringIO())


def _sheet(path: Path, book: Any, title: str) -> PlainSheet:
    sheet = book.sheet_by_name(title)
    if sheet.nrows * sheet.ncols > MOST_CELLS:
        raise file_error(path, Problem(FileCode.SHEET_LARGE), "sheet-large")
    rows = [[_cell(book, sheet, row, column) for column in range(sheet.ncols)] for row in range(sheet.nrows)]
    state = "visible" if sheet.visibility == _VISIBLE else "hidden"
    return PlainSheet(title, state, rows)


def _cell(book: Any, sheet: Any, row: int, column: int) -> PlainCell:
    value, kind = sheet.cell_value(row, column), sheet.cell_type(row, column)
    if kind in _EMPTY or value == "":
        return PlainCell(None)
    if kind == xlrd.XL_CELL_ERROR:
        return PlainCell(xlrd.error_text_from_code.get(value, "#N/A"), data_type="e")
    if kind == xlrd.XL_CELL_BOOLEAN:
        return PlainCell(bool(value), data_type="b")
    if kind == xlrd.XL_CELL_DATE:
        try:
            day = xlrd.xldate_as_datetime(value, book.datemode)
        except OverflowError:  # no day has such a number
            return PlainCell(value, data_type="e", number_format="yyyy-mm-dd")
        return PlainCell(day.date() if float(value).is_integer() else day, data_type="d")
    kinds = book.format_map.get(book.xf_list[sheet.cell_xf_index(row, column)].format_key)
    return PlainCell(value, number_format=kinds.format_str if kinds else "General")
