"""Workbooks: one sheet as a table, its cells as texts without loss, or with the reason why not.

A cell of a workbook may hold a number, a date, a truth, a formula or an error where somebody typed a telephone number.
What is certain becomes text; what has lost something says so in `Table.cells`. Row numbers are those of the sheet.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import islice, pairwise
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Final
from xml.parsers.expat import ExpatError, ParserCreate

import numpy as np
import pyarrow as pa
from openpyxl import load_workbook

from connectors.files.cells import HIDDEN, LONG, MERGED, STRUCK, result_of, text_of
from connectors.files.container import Form
from connectors.files.dialect import Dialect, Given
from connectors.files.header import Record, Skipped, Wanted, above, checked_names, find_header, foreign_header
from connectors.files.plain_books import plain_book, transitional
from connectors.files.table import LONGEST, Table, surplus
from connectors.files.unseen import Corners, Unseen, notes_of_xlsx, of_ods, of_xlsb, of_xlsx
from schemas.errors import ConfigurationError, SourceError
from schemas.problems import Problem
from schemas.reasons import FileCode
from tasks.messages.rendering import file_error

_LARGEST: Final = 1 << 29  # bytes of all parts unpacked
_MOST_PARTS: Final = 5_000
_STEP: Final = 1 << 16
_MOST_ROWS: Final = 1_048_576  # a sheet of Excel has no more
_MOST_CELLS: Final = 40_000_000  # empty ones among them
_OPENING: Final = 200  # rows looked at for a header
_DENSEST: Final = 100  # times that a part may grow when it is unpacked; spreadsheets write some twenty
_SMALL: Final = 1 << 17  # bytes of a part that may be as dense as it likes
_DECLARES: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_XML: Final = (".xml", ".rels", ".vml")
_ROW: Final = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="(\d{1,7})"')
_DIGITS: Final = re.compile(r"\d\D{0,3}\d")
_MOST_OF_OTHERS: Final = 1_000  # cells of another sheet that are looked at
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[\s/>]")

# What reading an archive may raise where it is damaged; a RuntimeError where it has a password or an unknown packing.
DAMAGED: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError)


@dataclass
class _Rows:
    """The rows of a sheet as they are gathered."""

    lines: list[int] = field(default_factory=list)
    texts: list[list[str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    flaws: dict[tuple[int, str], str] = field(default_factory=dict)
    blank: list[int] = field(default_factory=list)
    struck: list[int] = field(default_factory=list)


def read_workbook(path: Path, file: tuple[bytes, Form], wanted: Wanted, given: Given) -> Table:
    """Return one sheet of a workbook, its bytes and its form given; see `connectors.files.read_table`.

    Raises:
        SourceError: the workbook is damaged or too large, or no sheet, or more than one, has the wanted header.
        ConfigurationError: there is no sheet of the name that is set.
    """
    raw, form = file
    if form != "xls":
        _look_inside(path, raw)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of fonts and extensions, which hold no numbers
            raw = transitional(raw) if form == "xlsx" else raw
            return _read(path, (raw, form), wanted, given)
    except (SourceError, ConfigurationError):
        raise
    except Exception as error:  # noqa: BLE001 - openpyxl stumbles over damaged parts in every way there is
        unreadable = Problem(FileCode.BOOK_UNREADABLE, {"why": type(error).__name__})
        raise file_error(path, unreadable, "book-unreadable") from None


def cells_as_text(raw: bytes, form: Form, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Yield every row of a sheet that has been read before, with its number: what the clerk sees, as text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = _opened(Path(), raw, form)
        rows = [(line, [text_of(cell)[0] for cell in cells]) for line, cells in _rows(Path(), workbook[sheet])]
    yield from rows


def first_sheet(raw: bytes, form: Form, most: int) -> list[list[str]]:
    """Return the first rows of the first sheet, as text.

    Raises:
        SourceError: the workbook would fill the memory.
    """
    if form != "xls":
        _look_inside(Path(), raw)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        workbook = _opened(Path(), raw, form)
        rows = islice(_rows(Path(), workbook.worksheets[0]), most)
        return [[text_of(cell)[0].strip() for cell in cells] for _, cells in rows]


def _opened(path: Path, raw: bytes, form: Form) -> Any:
    """Return a workbook of openpyxl, or one like it."""
    if form == "xls":
        from connectors.files.old_books import old_book  # noqa: PLC0415 - few files are of this form

        return old_book(path, raw)
    if form != "xlsx":
        return plain_book(path, raw)
    return load_workbook(io.BytesIO(transitional(raw)), read_only=True, data_only=True, keep_links=False)


def _look_inside(path: Path, raw: bytes) -> None:
    """Refuse what would fill the memory, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST or any(map(_dense, parts)):
                raise file_error(path, Problem(FileCode.BOOK_LARGE), "book-large")
            for part in parts:
                with archive.open(part) as opened:
                    if _declares(part, opened):
                        raise file_error(path, Problem(FileCode.BOOK_ENTITIES), "book-entities")
    except DAMAGED:
        raise file_error(path, Problem(FileCode.BOOK_DAMAGED), "book-password") from None


def _declares(part: zipfile.ZipInfo, opened: IO[bytes]) -> bool:
    """Tell whether a part declares a document type, in whatever encoding; what cannot be read does, to be safe."""
    first = piece = opened.read(_STEP)
    seen: list[str] = []
    reader = ParserCreate()
    reader.StartDoctypeDeclHandler = lambda *_: seen.append("doctype")
    reader.StartElementHandler = lambda *_: seen.append("root")
    try:
        while piece and not seen:
            reader.Parse(piece)
            piece = opened.read(_STEP)
    except ExpatError:
        if not seen and not part.filename.lower().endswith(_XML):
            return bool(_DECLARES.search(first))
        return seen[:1] != ["root"]
    return seen[:1] == ["doctype"]


def _dense(part: zipfile.ZipInfo) -> bool:
    return part.file_size > max(_SMALL, _DENSEST * part.compress_size)


def _read(path: Path, file: tuple[bytes, Form], wanted: Wanted, given: Given) -> Table:
    raw, form = file
    workbook = _opened(path, raw, form)
    sheet, opening, at = _choose(path, workbook, wanted, given)
    header = opening[at]
    names = checked_names(path, header, opening, at, wanted if given.header_line is None else None)
    formulas, unseen = _beside(path, file, sheet)
    rows = _gather(_rows(path, sheet), names, header.line, formulas)
    _mark_merged(path, unseen.merged, names, rows)
    hidden = dict.fromkeys(unseen.rows, HIDDEN)
    struck = unseen.struck.items()
    rows.struck += [line for line, first in struck if line > header.line and first < len(names)]
    blank = [*(Skipped(line, "blank") for line in rows.blank), *above(opening[:at])]
    schema = pa.schema([(name, pa.large_string()) for name in names])
    columns = [pa.array(column, type=pa.large_string()) for column in zip(*rows.texts, strict=True)]
    batches = [pa.RecordBatch.from_arrays(columns, schema=schema)] if columns else []
    return Table(
        path=path,
        dialect=Dialect(form, "", "", sheet=sheet.title),
        header=names,
        frame=pa.Table.from_batches(batches, schema=schema).to_pandas(),
        lines=np.array(rows.lines, dtype=np.int64),
        problems=np.array(rows.problems, dtype=object),
        widths=np.array(rows.widths, dtype=np.int64),
        at=header.line,
        skipped=tuple(sorted(blank, key=lambda record: record.line)),
        cells=MappingProxyType(rows.flaws),
        hidden=MappingProxyType(hidden | dict.fromkeys(rows.struck, STRUCK)),
        hidden_columns=tuple(names[at] for at in unseen.columns if at < len(names)),
        other_sheets=MappingProxyType(_others(path, file, workbook, sheet)),
        texts=tuple(
            (line, names[at] if at < len(names) else "", text.strip())
            for (line, at), text in sorted(unseen.notes.items())
            if _DIGITS.search(text)
        ),
    )


def _beside(path: Path, file: tuple[bytes, Form], sheet: Any) -> tuple[set[tuple[int, int]], Unseen]:
    """Return where formulas of a sheet are, as far as its form tells, and what nobody sees of it."""
    raw, form = file
    if form != "xlsx":
        return set(), _unseen(raw, form, sheet.title)
    part = _part(raw, sheet)
    notes = notes_of_xlsx(raw, sheet._worksheet_path)  # noqa: SLF001 - see `_part`
    return _formulas(path, (raw, part), sheet), of_xlsx(part, notes)


def _unseen(raw: bytes, form: Form, title: str) -> Unseen:
    if form == "xls":
        from connectors.files.old_books import unseen_of_old  # noqa: PLC0415 - few files are of this form

        return unseen_of_old(raw, title)
    return of_xlsb(raw, title) if form == "xlsb" else of_ods(raw, title)


def _others(path: Path, file: tuple[bytes, Form], workbook: Any, sheet: Any) -> dict[str, list[str]]:
    """Return what stands in the other sheets and has digits, hidden sheets among them, and formulas as they are typed.

    A formula that was never calculated looks empty.
    """
    raw, form = file
    found: dict[str, list[str]] = {}
    for other in workbook.worksheets:
        if other.title == sheet.title:
            continue
        books = [other]
        if form == "xlsx" and _FORMULA.search(_part(raw, other)):
            books.append(load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)[other.title])
        cells = (cell for one in books for _, row in _rows(path, one) for cell in row if cell.value is not None)
        texts = (text_of(cell)[0] for cell in cells)
        found[other.title] = [*islice((text for text in texts if _DIGITS.search(text)), _MOST_OF_OTHERS)]
    return found


def _choose(path: Path, workbook: Any, wanted: Wanted, given: Given) -> tuple[Any, list[Record], int]:
    """Return the one sheet that has the header, its first rows, and which of them is the header."""
    sheets = list(workbook.worksheets)
    if given.sheet is not None:
        sheets = [sheet for sheet in sheets if _is_called(sheet.title, given.sheet)]
        if not sheets:
            there = ", ".join(sheet.title for sheet in workbook.worksheets)
            unset = Problem(FileCode.SHEET_UNSET, {"sheet": repr(given.sheet), "sheets": there})
            raise file_error(path, unset, "sheet-unset", ConfigurationError)
    else:
        sheets = [sheet for sheet in sheets if sheet.sheet_state == "visible"]
    opened = [(sheet, _opening(path, sheet)) for sheet in sheets]
    found = [(sheet, records, find_header(records, wanted, given.header_line)) for sheet, records in opened]
    headed = [(sheet, records, at) for sheet, records, at in found if at is not None]
    if len(headed) > 1:
        listed = {"sheets": ", ".join(repr(sheet.title) for sheet, _, _ in headed)}
        raise file_error(path, Problem(FileCode.SHEET_SEVERAL, listed), "sheet-several")
    if headed:
        return headed[0]
    firsts = [record for _, records in opened for record in records if any(record.cells)]
    if not firsts:
        raise file_error(path, Problem(FileCode.SHEET_EMPTY), "export")
    raise foreign_header(path, firsts[0], wanted)


def _is_called(title: str, wanted: str) -> bool:
    """Tell whether a sheet has that name, or one like that pattern."""
    return title.casefold() == wanted.casefold() or fnmatchcase(title.casefold(), wanted.casefold())


def _opening(path: Path, sheet: Any) -> list[Record]:
    rows = islice(_rows(path, sheet), _OPENING)
    return [
        Record(["" if cell.value is None else text_of(cell)[0].strip() for cell in cells], line) for line, cells in rows
    ]


def _rows(path: Path, sheet: Any) -> Iterator[tuple[int, Sequence[Any]]]:
    """Yield the rows with their numbers, missing ones as empty, and stop a sheet that pretends to have no end."""
    sheet.reset_dimensions()  # programs write wrong ones
    seen = 0
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        seen += 1 + len(cells)
        if line > _MOST_ROWS or seen > _MOST_CELLS:
            raise file_error(path, Problem(FileCode.SHEET_LARGE), "sheet-large")
        yield line, cells


def _gather(
    sheet: Iterator[tuple[int, Sequence[Any]]], names: tuple[str, ...], header: int, formulas: set[tuple[int, int]]
) -> _Rows:
    """Read the rows below the header."""
    rows, width = _Rows(), len(names)
    for line, cells in islice(sheet, header, None):
        if not cells:  # a row that is not in the file; one far below brings a million of them with it
            continue
        filled = _filled(line, cells, formulas)
        if not filled:
            rows.blank.append(line)
            continue
        read = [result_of(text_of(cell), (line, at) in formulas) for at, cell in enumerate(cells[:width])]
        texts = [text for text, _ in read]
        rows.flaws |= {(line, names[at]): flaw for at, (_, flaw) in enumerate(read) if flaw}
        rows.flaws |= {(line, names[at]): LONG for at, text in enumerate(texts) if len(text) > LONGEST}
        if any(cell.value is not None and cell.has_style and cell.font.strike for cell in cells[:width]):
            rows.struck.append(line)
        rows.lines.append(line)
        rows.texts.append([*texts, *[""] * (width - len(texts))])
        rows.problems.append(surplus(filled, width) if filled > width else "")
        rows.widths.append(max(filled, width))
    return rows


def _filled(line: int, cells: Sequence[Any], formulas: set[tuple[int, int]]) -> int:
    """Return how many cells a row has up to the last one that says something, 0 for a blank row."""
    for at in range(len(cells) - 1, -1, -1):
        text, flaw = ("", None) if cells[at].value is None else text_of(cells[at])
        if text.strip() or flaw or (line, at) in formulas:
            return at + 1
    return 0


def _formulas(path: Path, file: tuple[bytes, bytes], sheet: Any) -> set[tuple[int, int]]:
    """Return the places of formulas, row and column: one that was never calculated looks empty.

    Empty means something here, and what a formula would say is nobody's guess.
    """
    raw, part = file
    rows = [int(number) for number in _ROW.findall(part)]
    if any(later <= earlier for earlier, later in pairwise(rows)):
        raise file_error(path, Problem(FileCode.SHEET_ORDER), "sheet-order")
    if not _FORMULA.search(part):
        return set()
    formulas = load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)[sheet.title]
    return {
        (line, at) for line, cells in _rows(path, formulas) for at, cell in enumerate(cells) if cell.data_type == "f"
    }


def _mark_merged(path: Path, merged: Sequence[Corners], names: tuple[str, ...], rows: _Rows) -> None:
    """Mark the cells that are hidden behind a merged one: they look empty, and may mean the same or nothing."""
    marked = 0
    for left, top, right, bottom in merged:
        first, last = bisect_left(rows.lines, top), bisect_right(rows.lines, bottom)
        columns = range(left - 1, min(right, len(names)))
        marked += (last - first) * len(columns) + 1
        if marked > _MOST_ROWS:
            raise file_error(path, Problem(FileCode.SHEET_MERGED), "sheet-merged")
        for line in rows.lines[first:last]:
            rows.flaws |= {(line, names[at]): MERGED for at in columns if (line, at) != (top, left - 1)}


def _part(raw: bytes, sheet: Any) -> bytes:
    """Return the XML of a sheet: openpyxl streams its cells, and keeps to itself which are merged or calculated."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        return archive.read(sheet._worksheet_path)  # noqa: SLF001 - the one place that knows which part it is
