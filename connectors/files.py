"""Files: CSV tables in, each record with its true line; private files out, whole or not at all."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from connectors.dialect import Dialect, Given, Head, decode, newlines, read_head
from schemas.errors import ConfigurationError, SourceError

__all__ = ["Dialect", "Given", "Table", "read_csv", "write_private"]

_CHUNK: Final = 1_000  # records held as Python lists at a time: more of them keep the garbage collector busy
_LONGEST: Final = 131_072  # characters in one cell: the limit of the csv module


@dataclass(frozen=True)
class Table:
    """A CSV file as it stands: every record that is not blank has a row, in the file's order.

    Attributes:
        path: the file.
        dialect: how it is written.
        header: the stripped names; unnamed columns at the end are left out.
        frame: one column of dtype `str` a name, "" for missing, with a RangeIndex; cells are not stripped and keep
            their inner newlines. A row with too many fields keeps its first ones, of which only the very first is known
            to stand in its column; a row with another problem has only empty cells.
        lines: int64, the physical line where the record starts; the file's first line is 1.
        problems: text, what is wrong with the record's structure; "" is fine.
        widths: int64, how many fields the record really has; 0 where its quoting cannot be read.
    """

    path: Path
    dialect: Dialect
    header: tuple[str, ...]
    frame: pd.DataFrame
    lines: np.ndarray[tuple[int], np.dtype[np.int64]]
    problems: np.ndarray[tuple[int], np.dtype[np.object_]]
    widths: np.ndarray[tuple[int], np.dtype[np.int64]]


def read_csv(path: Path, *, expected: Sequence[str], given: Given = Given()) -> Table:  # noqa: B008 - immutable
    """Read a whole CSV file without losing, moving or changing a single field.

    A record that cannot be read spoils itself alone and says why in `Table.problems`. Blank lines have no row and
    count as lines.

    Args:
        path: the file.
        expected: header names of which some or all should occur; they tell the delimiter.
        given: what the configuration sets; the rest is found out.

    Raises:
        SourceError: the file cannot be trusted as a whole; the message holds no cell but header names.
        ConfigurationError: the encoding that is set does not exist.
    """
    text, encoding = decode(path, _bytes(path), given.encoding)
    head = read_head(path, text, expected, replace(given, encoding=encoding))
    body = text[head.body :].encode("utf-8")
    return read_plain(path, body, head) or read_exactly(path, body, head)


def write_private(path: Path, data: bytes | str) -> None:
    """Put a file in place whole or not at all, readable by its owner alone from the first byte on.

    Text is written as UTF-8. A folder that is missing is made. What stood there before stays until the new file is
    safely on the disk.

    Raises:
        ConfigurationError: the file cannot be written there.
    """
    content = data.encode("utf-8") if isinstance(data, str) else data
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(name).unlink()
            raise
        _sync_folder(path.parent)
    except OSError as error:
        raise ConfigurationError(
            f"{path}: cannot be written ({error.strerror}).",
            remedy="Make room or grant access there, or choose another folder.",
        ) from error


def make_private_folder(path: Path) -> None:
    """Make sure that files can be put into a folder, which is made for its owner alone where it is missing.

    Raises:
        ConfigurationError: they cannot.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(13, "permission denied")
    except OSError as error:
        raise ConfigurationError(
            f"{path}: reports cannot be written there ({error.strerror}).",
            remedy="Set reports in phonesync.toml to a folder that can be written.",
        ) from error


def remove_folder(path: Path) -> bool:
    """Remove a folder and the files in it; return whether there was one. Folders inside it are not touched."""
    if not path.is_dir() or path.is_symlink():
        return False
    for file in path.iterdir():
        if file.is_file() or file.is_symlink():
            file.unlink()
    with suppress(OSError):  # somebody keeps a folder of their own in it
        path.rmdir()
    return True


def read_plain(path: Path, body: bytes, head: Head) -> Table | None:
    """Read the rows on whole columns where the file has no quoting to interpret; None where it is not provably so.

    None as well where rows differ in width, or where lines are blank: `read_exactly` counts those.
    """
    names = head.names
    if len(names) < 2 or head.dialect.quotechar.encode() in body or b"\0" in body or body.startswith(b"\xef\xbb\xbf"):
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
    if shortest == 0 or max(longest) > _LONGEST:
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
    )


def read_exactly(path: Path, body: bytes, head: Head) -> Table:
    """Read the rows record by record, as the csv module's strict mode reads them."""
    cells: list[pa.RecordBatch] = []
    lines: list[int] = []
    widths: list[int] = []
    problems: list[str] = []
    schema = pa.schema([(name, pa.large_string()) for name in head.names])
    for starts, rows in _chunks(path, body, head):
        lines += starts
        widths += map(len, rows)
        problems += _fit(rows, head)
        columns = [pa.array(column, type=pa.large_string()) for column in zip(*rows, strict=True)]
        cells.append(pa.RecordBatch.from_arrays(columns, schema=schema))
    return Table(
        path=path,
        dialect=head.dialect,
        header=head.names,
        frame=pa.Table.from_batches(cells, schema=schema).to_pandas(),
        lines=np.array(lines, dtype=np.int64),
        problems=np.array(problems, dtype=object),
        widths=np.array(widths, dtype=np.int64),
    )


def _chunks(path: Path, body: bytes, head: Head) -> Iterator[tuple[list[int], list[list[str]]]]:
    """Yield the records that are not blank, with their lines, some thousand at a time; a spoilt one has no field."""
    dialect = head.dialect
    reader = csv.reader(_physical_lines(body), delimiter=dialect.delimiter, quotechar=dialect.quotechar, strict=True)
    lines: list[int] = []
    rows: list[list[str]] = []
    while True:
        done = reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            if "expected after" not in str(error):  # the end of the file, or of patience, inside one field
                raise _endless(path, body, head, done) from None
            row = []  # spoilt as far as it was read; the reader goes on at the next line
        else:
            if len(row) <= 1 and not "".join(row).strip():
                continue
        lines.append(head.line + done)
        rows.append(row)
        if len(rows) == _CHUNK:
            yield lines, rows
            lines, rows = [], []
    if rows:
        yield lines, rows


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
        return f"text after a closing {head.dialect.quotechar}"
    if any(row[len(head.names) :]):
        return f"{len(row)} fields where the header has {len(head.names)}"
    return "a NUL byte in the line" if "\0" in "".join(row) else ""


def _physical_lines(body: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline="")


def _endless(path: Path, body: bytes, head: Head, done: int) -> SourceError:
    """Name the line on which the field opens that swallowed the rest of the file."""
    record = "".join(islice(_physical_lines(body), done, None))
    delimiter, quote = re.escape(head.dialect.delimiter), re.escape(head.dialect.quotechar)
    quoted = re.finditer(rf"(?:\A|{delimiter}){quote}(?:[^{quote}]|{quote}{quote})*+", record)
    endless = (field for field in quoted if field.end() == len(record) or len(field[0]) > _LONGEST)
    opened = next((field.start() + 1 for field in endless), 0)
    return SourceError(
        f"{path}, line {head.line + done + newlines(record[:opened])}: a field opens here that does not end.",
        remedy=f"Close the {head.dialect.quotechar} around it, or double it where it belongs to the text.",
    )


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise SourceError(f"{path}: this is not a file.", remedy="Set the sync's `source` to a CSV file.")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise SourceError(
            f"{path}: there is no such file.",
            remedy="Check the sync's `source`; paths are relative to the configuration file.",
        ) from None
    except OSError as error:
        raise SourceError(
            f"{path}: cannot be read ({error.strerror}).", remedy="Grant the user that runs phonesync access to it."
        ) from error
    if not raw:
        raise SourceError(f"{path}: the file is empty, without even a header.", remedy="Export it again.")
    return raw


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
