"""A workbook as its clerk has it, formats and formulas and all, with marks on cells and a sheet that says it all."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill

from connectors.files.plain_books import transitional
from tasks.plain_text import plain

_MARK: Final = PatternFill("solid", fgColor="FFFFC7CE")
_AUTHOR: Final = "phonesync"
_WIDE: Final = 110  # of the column of sentences
_MOST: Final = 30  # characters of a sheet's title, without a number behind it


def marked_book(raw: bytes, sheet: str, marks: Mapping[tuple[int, int], str], said: Sequence[str], title: str) -> bytes:
    """Return the workbook with marks.

    Args:
        raw: the workbook, an .xlsx that has been read before.
        sheet: whose cells are marked.
        marks: what is said of a cell, by its row and column from 1 on: a comment, and a colour behind it.
        said: the lines of a further sheet, which stands first.
        title: what that sheet is called.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of extensions that openpyxl leaves out
        book = load_workbook(io.BytesIO(transitional(raw)))
        for (row, column), text in marks.items():
            _mark(book[sheet], row, column, text)
        _add(book, said, title)
        whole = io.BytesIO()
        book.save(whole)
    return whole.getvalue()


def new_book(rows: Mapping[int, Sequence[str]], said: Sequence[str], title: str) -> bytes:
    """Return a workbook of texts alone: a sheet with the lines that are said, and one with rows by their numbers."""
    book = Workbook()
    sheet: Any = book.active
    for line, cells in rows.items():
        for at, text in enumerate(cells, start=1):
            cell = sheet.cell(line, at)
            cell.value, cell.data_type = plain(text), "s"
    _add(book, said, title)
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


def _mark(sheet: Any, row: int, column: int, text: str) -> None:
    cell = sheet.cell(row, column)
    for merged in sheet.merged_cells.ranges:
        if cell.coordinate in merged:  # the others of a merged cell hold nothing of their own
            cell = sheet.cell(merged.min_row, merged.min_col)
    before = f"{cell.comment.text}\n" if cell.comment else ""
    cell.comment = Comment(before + plain(text, lines=True), _AUTHOR, width=360, height=120)
    cell.fill = _MARK


def _add(book: Any, said: Sequence[str], title: str) -> None:
    first = book.create_sheet(title[:_MOST], 0)
    first.column_dimensions["A"].width = _WIDE
    for row, text in enumerate(said, start=1):
        cell = first.cell(row, 1)
        cell.value, cell.data_type = plain(text), "s"  # a text, whatever it begins with
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    if said:
        first.cell(1, 1).font = Font(bold=True)
