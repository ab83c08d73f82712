"""A table as it stands in a file, and the two ways to read the rows of a text file: both give the same table."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from connectors.files.dialect import Dialect, Head
from connectors.files.encoding import newlines
from connectors.files.header import Skipped
from schemas.errors import SourceError
from schemas.problems import Problem, packed
from schemas.reasons import FileCode, LineCode
from tasks.messages.rendering import file_error

_CHUNK: Final = 1_000  # records held as Python lists at a time: more of them keep the garbage collector busy
LONGEST: Final = 131_072  # characters in one cell: the limit of the csv module
_REMARK: Final = re.compile(r"\s*#(?:[#\s]|\Z)")


@dataclass(frozen=True)
class Table:
    """A table as it stands in a file: every record that is data has a row, in the file's order.

    The rows, what was skipped and the header are together all records of the file.

    Attributes:
        path: the file.
        dialect: how it is written.
        header: the stripped names; unnamed columns at the end are left out.
        frame: one column of dtype `str` a name, "" for missing, with a RangeIndex; cells are not stripped and keep
            their inner newlines. A row with too many fields keeps its first ones, of which only the very first is known
            to stand in its column; a row with another problem has only empty cells.
        lines: int64, the physical line where the record starts; the file's first line is 1. In a workbook, its row.
        problems: what is wrong with the record's structure, packed (`schemas.problems`); "" is fine.
        widths: int64, how many fields the record really has; 0 where its quoting cannot be read.
        at: the physical line of the header.
        skipped: the records that are no data, by their lines; a row that a workbook does not hold is no record.
        cells: the codes of what is wrong with single cells, by line and header: a workbook's cells are more than texts.
        hidden: the rows of a workbook that nobody sees or that are struck through, by line, with the code that says so.
        hidden_columns: the headers of a workbook's columns that nobody sees.
        other_sheets: what stands in a workbook's other sheets and has digits, by their titles.
        texts: line, column and text of what has digits and no place in the rows: contacts say more than that, and
            notes hang on cells of workbooks.
    """

    path: Path
    dialect: Dialect
    header: tuple[str, ...]
    frame: pd.DataFrame
    lines: np.ndarray[tuple[int], np.dtype[np.int64]]
    problems: np.ndarray[tuple[int], np.dtype[np.object_]]
    widths: np.ndarray[tuple[int], np.dtype[np.int64]]
    at: int = 1
    skipped: tuple[Skipped, ...] = ()
    cells: Mapping[tuple[int, str], str] = field(default_factory=lambda: MappingProxyType({}))
    hidden: Mapping[int, LineCode] = field(default_factory=lambda: MappingProxyType({}))
    hidden_columns: tuple[str, ...] = ()
    other_sheets: Mapping[str, Sequence[str]] = field(default_factory=lambda: MappingProxyType({}))
    texts: tuple[tuple[int, str, str], ...] = field(default=(), repr=False)


def read_plain(path: Path, body: bytes, head: Head) -> Table | None:
    """Read the rows on whole columns where the file has no quoting to interpret; None where it is not provably so.

    None as well where rows differ in width, or where lines are blank or comments: `read_exactly` counts those.
    """
    names = head.names
    if len(names) < 2 or head.dialect.quotechar.encode() in body or b"\0" in body or body.startswith(b"\xef\xbb\xbf"):
        return None
    if head.comments and re.search(rb"(?:\A|[\r\n])" + re.escape(head.comments.encode()), body):
        return None
    try:
        cells = pa.csv.read_csv(
            pa.BufferReader(body),
            read_options=pa.csv.ReadOptions(column_names=names),
            parse_options=pa.csv.ParseOptions(
                delimiter=head.dialect.delimiter, quote_char=False, double_quote=False, ignore_empty_lines=False
            ),
            convert_options=pa.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.large_string()), null_values=[], strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, ValueError):  # another width somewhere, no row at all, a delimiter outside ASCII
        return None
    lengths = [pc.utf8_length(column) for column in cells.columns]
    longest = [pc.max(length).as_py() for length in lengths]
    shortest = pc.min(pc.max_element_wise(*lengths)).as_py()
    if shortest == 0 or max(longest) > LONGEST:
        return None  # a blank line looks like a row of empty cells here
    rows = cells.num_rows
    return Table(
        path=path,
        dialect=head.dialect,
        header=names,
        frame=cells.to_pandas(),
        lines=np.arange(head.line, head.line + rows, dtype=np.int64),
        problems=np.full(rows, "", dtype=object),
        widths=np.full(rows, len(names), dtype=np.int64),
        at=head.at,
        skipped=head.skipped,
    )


def read_exactly(path: Path, body: bytes, head: Head) -> Table:
    """Read the rows record by record, as the csv module's strict mode reads them."""
    cells: list[pa.RecordBatch] = []
    lines: list[int] = []
    widths: list[int] = []
    problems: list[str] = []
    skipped, torn = list(head.skipped), dict[int, str]()
    schema = pa.schema([(name, pa.large_string()) for name in head.names])
    for starts, rows in _chunks(path, body, head, skipped, torn):
        lines += starts
        widths += map(len, rows)
        problems += [torn.get(line, said) for line, said in zip(starts, _fit(rows, head), strict=True)]
        columns = [pa.array(column, type=pa.large_string()) for column in zip(*rows, strict=True)]
        cells.append(pa.RecordBatch.from_arrays(columns, schema=schema))
    table = Table(
        path=path,
        dialect=head.dialect,
        header=head.names,
        frame=pa.Table.from_batches(cells, schema=schema).to_pandas(),
        lines=np.array(lines, dtype=np.int64),
        problems=np.array(problems, dtype=object),
        widths=np.array(widths, dtype=np.int64),
        at=head.at,
        skipped=_in_order(skipped),
    )
    return _without_remarks(table)


def _without_remarks(table: Table) -> Table:
    """Leave out lines that are certainly remarks: one field, `#` and a space; no row with more fields begins with `#`.

    An entry may well be called `#5`. Where one is, a lone `#` may be a row that has lost its number, and stays.
    """
    first = table.frame[table.header[0]]
    alone = (table.widths == 1) & (table.problems == "") & (len(table.header) > 1)
    if not alone.any():
        return table
    remarks = alone & first.str.match(_REMARK).to_numpy(dtype=np.bool_)
    if not remarks.any() or first[~remarks].str.match(r"\s*#").any():
        return table
    told = zip(table.lines[remarks], first[remarks], strict=True)
    comments = [Skipped(int(line), "comment", text) for line, text in told]
    return Table(
        path=table.path,
        dialect=table.dialect,
        header=table.header,
        frame=table.frame[~remarks].reset_index(drop=True),
        lines=table.lines[~remarks],
        problems=table.problems[~remarks],
        widths=table.widths[~remarks],
        at=table.at,
        skipped=_in_order([*table.skipped, *comments]),
    )


def _in_order(skipped: list[Skipped]) -> tuple[Skipped, ...]:
    return tuple(sorted(skipped, key=lambda record: record.line))


class _Lines:
    """The physical lines of a text without those that are comments; a comment stands between records only."""

    def __init__(self, body: bytes, comments: str) -> None:
        self._lines = _physical_lines(body)
        self._comments = comments
        self.read = 0  # lines read so far, comments among them
        self.started: int | None = None  # the first line of the record being read; None between records
        self.left_out: list[int] = []
        self.record: list[str] = []  # the lines of the record being read

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.read += 1
            if self.started is None:
                if self._comments and line.startswith(self._comments):
                    self.left_out.append(self.read)
                    continue
                self.started, self.record = self.read, []
            self.record.append(line)
            yield line


def _chunks(
    path: Path, body: bytes, head: Head, skipped: list[Skipped], torn: dict[int, str]
) -> Iterator[tuple[list[int], list[list[str]]]]:
    """Yield the records that are data, with their lines, some thousand at a time; a spoilt one has no field.

    What is no data is added to `skipped`, and to `torn` what is said of lines that a pair of quotes makes one of.
    """
    dialect, source = head.dialect, _Lines(body, head.comments)
    reader = csv.reader(source, delimiter=dialect.delimiter, quotechar=dialect.quotechar, strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    while True:
        source.started = None
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            if "expected after" not in str(error):  # the end of the file, or of patience, inside one field
                raise _endless(path, body, head, (source.started or 1) - 1) from None
            row = []  # spoilt as far as it was read; the reader goes on at the next line
        else:
            if len(row) <= 1 and not "".join(row).strip():
                skipped.append(Skipped(head.line + (source.started or 1) - 1, "blank"))
                continue
        line = head.line + (source.started or 1) - 1
        apart = _swallowed(source.record, row, head) if len(source.record) > 1 else []
        if apart:
            last = str(line + len(apart) - 1)
            said = packed(Problem(LineCode.LINE_SWALLOWED, {"first": str(line), "last": last}))
            torn |= dict.fromkeys(range(line, line + len(apart)), said)
        lines += range(line, line + len(apart)) if apart else [line]
        rows += apart or [row]
        if len(rows) >= _CHUNK:
            yield lines, rows
            lines, rows = [], []
    skipped += [Skipped(head.line + line - 1, "comment") for line in source.left_out]
    if rows:
        yield lines, rows


def _swallowed(record: list[str], row: list[str], head: Head) -> list[list[str]]:
    """Return the lines of a record as fields, where its quotes have swallowed lines; none otherwise.

    Without their quotes two of them are whole lines, or the record is none.

    A cell may well run over several lines. One quote too many or too few makes a cell of what stands up to the next.
    A record that cannot be read has no field in `row`.
    """
    delimiter, quote = head.dialect.delimiter, head.dialect.quotechar
    if row and not any(delimiter in cell and ("\n" in cell or "\r" in cell) for cell in row):
        return []
    apart = [[cell.strip(quote) for cell in line.rstrip("\r\n").split(delimiter)] for line in record]
    whole = sum(len(cells) == len(head.names) for cells in apart)
    # One that runs over lines and is too short all the same has swallowed something, in lines that are torn themselves.
    return apart if whole > 1 or 0 < len(row) < len(head.names) else []


def _fit(rows: list[list[str]], head: Head) -> list[str]:
    """Give every row, in place, as many cells as the header has; return what is wrong with each, "" for nothing."""
    width = len(head.names)
    problems = [""] * len(rows)
    for index, row in enumerate(rows):
        if 0 < len(row) < width:  # spreadsheets leave out empty cells at the end: nothing stands in a wrong column
            row.extend([""] * (width - len(row)))
        if len(row) == width and "\0" not in "".join(row):
            continue
        problems[index] = _problem(row, head)
        # They add empty ones, too. What stands before a surplus field is still worth telling; the rest is not.
        rows[index] = row[:width] if len(row) > width and "\0" not in "".join(row) else [""] * width
    return problems


def _problem(row: list[str], head: Head) -> str:
    if not row:
        return packed(Problem(LineCode.LINE_QUOTES, {"quote": head.dialect.quotechar}))
    if any(row[len(head.names) :]):
        return surplus(len(row), len(head.names))
    return packed(Problem(LineCode.LINE_NUL)) if "\0" in "".join(row) else ""


def surplus(width: int, wanted: int) -> str:
    """Return, packed, that a record has more fields than the header."""
    return packed(Problem(LineCode.LINE_FIELDS, {"n": str(width), "m": str(wanted)}))


def _physical_lines(body: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline="")


def _endless(path: Path, body: bytes, head: Head, done: int) -> SourceError:
    """Name the line on which the field opens that swallowed the rest of the file."""
    record = "".join(islice(_physical_lines(body), done, None))
    delimiter, quote = re.escape(head.dialect.delimiter), re.escape(head.dialect.quotechar)
    quoted = re.finditer(rf"(?:\A|{delimiter}){quote}(?:[^{quote}]|{quote}{quote})*+", record)
    endless = (field for field in quoted if field.end() == len(record) or len(field[0]) > LONGEST)
    opened = next((field.start() + 1 for field in endless), 0)
    line = head.line + done + newlines(record[:opened])
    endless_field = Problem(FileCode.LINE_ENDLESS, {"quote": head.dialect.quotechar}, line)
    return file_error(path, endless_field, "quote-close")
