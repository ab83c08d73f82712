"""What of a sheet nobody sees: what is hidden or struck through, and notes that hang on cells; in any form of workbook.

Where that cannot be told an exception says so: nobody knows then which rows are given up, and the file is refused.
Rows are counted from 1 on, as the clerk sees them, columns from 0 on.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.parsers.expat import ParserCreate

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, range_boundaries

_MOST_ROWS: Final = 1_048_576  # a sheet of Excel has no more
_MOST_COLUMNS: Final = 16_384
_ROW_TAG: Final = re.compile(rb"<(?:\w+:)?row\s[^>]*>")
_ROW_NUMBER: Final = re.compile(rb'\br="(\d{1,7})"')
_IS_HIDDEN: Final = re.compile(rb'\bhidden="(?:1|true)"|\bht="0(?:\.0*)?"')
_COLUMN_TAG: Final = re.compile(rb"<(?:\w+:)?col\s[^>]*>")
_MERGED_TAG: Final = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_RELATION: Final = re.compile(rb"<Relationship\b[^>]*>")
_OF_NOTES: Final = re.compile(rb'\bType="[^"]*/comments"')
_TARGET: Final = re.compile(rb'\bTarget="([^"]*)"')

# Records of an .xlsb, by their kinds.
_ROW, _LAST_CELL, _FONT, _FORMAT, _COLUMNS, _SHEET, _MERGED, _FORMATS, _FORMATS_END = (
    0,
    11,
    43,
    47,
    60,
    156,
    176,
    617,
    618,
)

_OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns:office:1.0 "
_TABLE: Final = "urn:oasis:names:tc:opendocument:xmlns:table:1.0 "
_STYLE: Final = "urn:oasis:names:tc:opendocument:xmlns:style:1.0 "
_TEXT: Final = "urn:oasis:names:tc:opendocument:xmlns:text:1.0 "
_THROUGH: Final = (f"{_STYLE}text-line-through-style", f"{_STYLE}text-line-through-type")
_DEEPEST: Final = 50  # styles that one may be made of


Corners = tuple[int, int, int, int]


@dataclass(frozen=True)
class Unseen:
    """What nobody sees of a sheet.

    Attributes:
        rows: hidden ones.
        columns: likewise.
        struck: in which cell of a row the first text is struck through.
        merged: the cells that hide others behind them: the first column and row, the last ones, all from 1 on.
        notes: what hangs on cells in an .xlsx or .ods, by row and column: a window that opens over them.
    """

    rows: Sequence[int] = ()
    columns: Sequence[int] = ()
    struck: Mapping[int, int] = field(default_factory=dict)
    merged: Sequence[Corners] = ()
    notes: Mapping[tuple[int, int], str] = field(default_factory=dict)


def of_xlsx(part: bytes, notes: Mapping[tuple[int, int], str]) -> Unseen:
    """Return what is hidden and merged in the XML of a sheet; what is struck through its cells say themselves."""
    hidden = (_ROW_NUMBER.search(row) for row in _ROW_TAG.findall(part) if _IS_HIDDEN.search(row))
    rows = [int(number[1]) for number in hidden if number]
    columns: list[int] = []
    for column in _COLUMN_TAG.findall(part):
        first, last = (re.search(rb'\b%s="(\d{1,5})"' % edge, column) for edge in (b"min", b"max"))
        if _IS_HIDDEN.search(column) and first and last:
            columns += range(int(first[1]) - 1, min(int(last[1]), _MOST_COLUMNS))
    found = [range_boundaries(reference.decode()) for reference in _MERGED_TAG.findall(part)]
    merged = [(left or 1, top or 1, right or 1, bottom or 1) for left, top, right, bottom in found]
    return Unseen(rows, columns, merged=merged, notes=notes)


def notes_of_xlsx(raw: bytes, part: str) -> dict[tuple[int, int], str]:
    """Return the notes on the cells of a sheet, whose part is given by its name."""
    folder, name = posixpath.split(part)
    notes: dict[tuple[int, int], str] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        there = {*archive.namelist()}
        relations = f"{folder}/_rels/{name}.rels"
        for relation in _RELATION.findall(archive.read(relations) if relations in there else b""):
            target = _TARGET.search(relation)
            path = posixpath.normpath(posixpath.join("/", folder, target[1].decode())).lstrip("/") if target else ""
            if _OF_NOTES.search(relation) and path in there:
                notes |= _notes(archive.read(path))
    return notes


def _notes(part: bytes) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    place = [(0, 0)]

    def start(name: str, about: Mapping[str, str]) -> None:
        if name.endswith(" comment"):
            column, row = coordinate_from_string(about["ref"])
            place[0] = (row, column_index_from_string(column) - 1)
            found[place[0]] = ""

    def text(some: str) -> None:
        if place[0] in found:
            found[place[0]] += some

    parser = ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parser.Parse(part, True)  # noqa: FBT003 - expat's
    return found


def of_xlsb(raw: bytes, title: str) -> Unseen:
    """Return what nobody sees of a sheet of a binary workbook."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        styles = archive.read("xl/styles.bin") if "xl/styles.bin" in archive.namelist() else b""
        part = archive.read(_part_of(archive, title))
    through = _struck_formats(styles)
    rows: list[int] = []
    columns: list[int] = []
    struck: dict[int, int] = {}
    merged: list[Corners] = []
    row = 0
    for kind, record in records(part):
        if kind == _ROW:
            row = _number(record, 0) + 1
            if record[11] & 0x10:
                rows.append(row)
        elif kind == _COLUMNS and record[16] & 0x01:
            columns += range(_number(record, 0), min(_number(record, 4) + 1, _MOST_COLUMNS))
        elif 1 < kind <= _LAST_CELL and int.from_bytes(record[4:7], "little") in through:
            struck.setdefault(row, _number(record, 0))
        elif kind == _MERGED:
            top, bottom, left, right = (_number(record, at) + 1 for at in (0, 4, 8, 12))
            merged.append((left, top, right, bottom))
    return Unseen(rows, columns, struck, merged)


def records(part: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part of an .xlsb, each a kind, a size and as many bytes; a part that is cut off ends."""
    at = 0
    try:
        while at < len(part):
            kind, at = _varying(part, at, 2)
            size, at = _varying(part, at, 4)
            yield kind, part[at : at + size]
            at += size
    except IndexError:  # whoever reads its cells says so
        return


def _varying(part: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for place in range(most):
        value |= (part[at + place] & 0x7F) << (7 * place)
        if not part[at + place] & 0x80:
            return value, at + place + 1
    return value, at + most


def _number(record: bytes, at: int) -> int:
    return int.from_bytes(record[at : at + 4], "little")


def _part_of(archive: zipfile.ZipFile, title: str) -> str:
    """Return the name of the part that holds a sheet of a binary workbook."""
    wanted = ""
    for kind, record in records(archive.read("xl/workbook.bin")):
        if kind == _SHEET:
            relation, end = _text(record, 8)
            if _text(record, end)[0] == title:
                wanted = relation
    for relation in _RELATION.findall(archive.read("xl/_rels/workbook.bin.rels")):
        name, target = (re.search(rb'\b%s="([^"]*)"' % key, relation) for key in (b"Id", b"Target"))
        if name and target and name[1].decode() == wanted:
            path = target[1].decode()
            return path.lstrip("/") if path.startswith("/") else f"xl/{path}"
    raise KeyError(title)


def _text(record: bytes, at: int) -> tuple[str, int]:
    end = at + 4 + 2 * _number(record, at)
    return record[at + 4 : end].decode("utf-16-le"), end


def _struck_formats(styles: bytes) -> set[int]:
    """Return which formats of cells have a font that is struck through."""
    fonts: list[bool] = []
    formats: list[int] = []
    within = False
    for kind, record in records(styles):
        if kind == _FONT:
            fonts.append(bool(record[2] & 0x08))
        elif kind in {_FORMATS, _FORMATS_END}:
            within = kind == _FORMATS
        elif kind == _FORMAT and within:
            formats.append(int.from_bytes(record[4:6], "little"))
    return {at for at, font in enumerate(formats) if font < len(fonts) and fonts[font]}


def of_ods(raw: bytes, title: str) -> Unseen:
    """Return what nobody sees of a sheet of an OpenDocument workbook, in which nothing is declared any more."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        named = archive.read("styles.xml") if "styles.xml" in archive.namelist() else b""
        content = archive.read("content.xml")
    styles = _Styles()
    for part in (named, content):
        if part:
            styles.read(part)
    sheet = _Sheet(title, styles)
    sheet.read(content)
    return Unseen(sheet.rows, sheet.columns, sheet.struck, sheet.merged, sheet.notes)


@dataclass
class _Styles:
    """The styles of an OpenDocument file: whether each strikes through, and what it is made of."""

    through: dict[str, bool] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    _current: str = ""

    def read(self, part: bytes) -> None:
        parser = ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.Parse(part, True)  # noqa: FBT003 - expat's

    def _start(self, name: str, about: Mapping[str, str]) -> None:
        if name == f"{_STYLE}style":
            self._current = about.get(f"{_STYLE}name", "")
            self.parents[self._current] = about.get(f"{_STYLE}parent-style-name", "")
        elif name == f"{_STYLE}text-properties" and self._current:
            lines = [about[key] for key in _THROUGH if key in about]
            if lines:
                self.through[self._current] = any(line != "none" for line in lines)

    def strikes(self, style: str) -> bool:
        """Tell whether a style strikes through, by itself or by what it is made of."""
        for _ in range(_DEEPEST):
            if style in self.through or not style:
                break
            style = self.parents.get(style, "")
        return self.through.get(style, False)


@dataclass
class _Sheet:
    """One sheet of an OpenDocument file as it is read."""

    title: str
    styles: _Styles
    rows: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    struck: dict[int, int] = field(default_factory=dict)
    merged: list[Corners] = field(default_factory=list)
    notes: dict[tuple[int, int], str] = field(default_factory=dict)
    _in_note: bool = False
    _noting: bool = False  # within a note's paragraph: its date and its author are no part of it
    _tables: list[str] = field(default_factory=list)
    _groups: list[bool] = field(default_factory=list)  # whether each group that is open is folded away
    _row: int = 0  # the last row that has begun
    _times: int = 1
    _column: int = 0
    _cells: int = 0
    _filled: bool = False
    _usual: dict[int, str] = field(default_factory=dict)  # the style of a column's cells
    _usual_of_row: str = ""

    def read(self, part: bytes) -> None:
        parser = ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.Parse(part, True)  # noqa: FBT003 - expat's

    def _start(self, name: str, about: Mapping[str, str]) -> None:
        if name == f"{_TABLE}table":
            self._tables.append(about.get(f"{_TABLE}name", ""))
        if self._tables != [self.title]:
            return
        if name in {f"{_TABLE}table-row-group", f"{_TABLE}table-column-group"}:
            self._groups.append(about.get(f"{_TABLE}display") == "false")
        elif name == f"{_TABLE}table-column":
            self._of_columns(about)
        elif name == f"{_TABLE}table-row":
            self._of_rows(about)
        elif name in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
            self._of_cells(about)
        elif name == f"{_OFFICE}annotation":
            self._in_note = True
        elif name == f"{_TEXT}p" and self._in_note:
            self._noting = True
            self._text("\n")
        elif (
            name == f"{_TEXT}span"
            and not self._in_note
            and self._filled
            and self.styles.strikes(about.get(f"{_TEXT}style-name", ""))
        ):
            self._strike()

    def _text(self, some: str) -> None:
        if self._noting:
            place = (self._row, self._cells - 1)
            self.notes[place] = self.notes.get(place, "") + some

    def _end(self, name: str) -> None:
        if name in {f"{_OFFICE}annotation", f"{_TEXT}p"}:
            self._noting = False
            self._in_note &= name == f"{_TEXT}p"
        if self._tables == [self.title] and name in {f"{_TABLE}table-row-group", f"{_TABLE}table-column-group"}:
            self._groups.pop()
        elif name == f"{_TABLE}table":
            self._tables.pop()

    def _is_hidden(self, about: Mapping[str, str]) -> bool:
        return any(self._groups) or about.get(f"{_TABLE}visibility", "visible") != "visible"

    def _of_columns(self, about: Mapping[str, str]) -> None:
        first, times = self._column, _times(about, "columns")
        self._column += times
        places = range(first, min(first + times, _MOST_COLUMNS))
        self._usual |= dict.fromkeys(places, about.get(f"{_TABLE}default-cell-style-name", ""))
        if self._is_hidden(about):
            self.columns += places

    def _of_rows(self, about: Mapping[str, str]) -> None:
        self._row += self._times if self._row else 1
        self._times, self._cells = _times(about, "rows"), 0
        self._usual_of_row = about.get(f"{_TABLE}default-cell-style-name", "")
        if self._is_hidden(about):
            self.rows += self._lines()

    def _lines(self) -> range:
        return range(self._row, min(self._row + self._times, _MOST_ROWS + 1))

    def _of_cells(self, about: Mapping[str, str]) -> None:
        first, times = self._cells, _times(about, "columns")
        self._cells += times
        self._filled = f"{_OFFICE}value-type" in about
        style = about.get(f"{_TABLE}style-name") or self._usual_of_row or self._usual.get(first, "")
        if self._filled and self.styles.strikes(style):
            self._strike(times)
        wide, high = (int(about.get(f"{_TABLE}number-{what}-spanned", "1")) for what in ("columns", "rows"))
        if wide > 1 or high > 1:
            self.merged.append((first + 1, self._row, first + wide, self._row + high - 1))

    def _strike(self, times: int = 1) -> None:
        for line in self._lines():
            self.struck.setdefault(line, self._cells - times)


def _times(about: Mapping[str, str], what: str) -> int:
    return int(about.get(f"{_TABLE}number-{what}-repeated", "1"))
