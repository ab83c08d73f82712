"""Arrange a file's columns under the project's own names: the table `Source`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from schemas.problems import Problem, packed
from schemas.reasons import FileCode, LineCode
from schemas.syncs import Ignore, NumberColumn
from schemas.tables import Source
from schemas.target import TargetSpec
from tasks.empty_tables import no_rows
from tasks.messages.rendering import file_error
from tasks.source.column_synonyms import expected_headers, header_key, known_synonyms
from tasks.source.footers import FOOTER, footers
from tasks.source.further_columns import with_further
from tasks.source.headings import no_entries
from tasks.text_columns import Mask, looked_up

# A line that stops before these says nothing about them; before any other, it may have lost a field on the way.
_MAY_BE_SHORT = ("type_id", "new_name", "owner_name")
_KINDS = 20  # of numbers there are in one file; more are no vocabulary
_OURS = ("owner", "owner_name", "name", "number", "type_id", "new_name")
OWNER_NAME = "owner_name"  # what is said of it rejects no line, and several such columns are no reason to refuse a file


@dataclass(frozen=True)
class Records:
    """A file's records as they were read: see `connectors.files.Table`."""

    name: str
    header: Sequence[str]
    frame: pd.DataFrame
    lines: npt.NDArray[np.int64]
    problems: npt.NDArray[np.object_]
    widths: npt.NDArray[np.int64]
    at: int = 1
    cells: Mapping[tuple[int, str], str] = field(default_factory=lambda: MappingProxyType({}))
    hidden: Mapping[int, LineCode] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True)
class Reading:
    """How the columns of a file are read.

    Attributes:
        headers: configured headers by our column names.
        also: further columns of numbers.
        ignore: what is not read, on purpose.
        hidden_rows: what becomes of hidden rows and of those that are struck through.
    """

    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    also: Sequence[NumberColumn] = ()
    ignore: Ignore = field(default_factory=Ignore)
    hidden_rows: Literal["hold", "skip", "read"] = "hold"


@dataclass(frozen=True)
class Arranged:
    """`Source`, and what the file calls our columns (those it has).

    Attributes:
        source: the lines.
        headers: the file's headers by our column names.
        blank: the lines of nothing but delimiters, which have no row.
        footers: the lines below the table that are certainly no data, which have none either.
        ignored: the lines that are not read, on purpose.
        unread: the columns that are not read, as they were read, by line.
        flaws: what is wrong with single cells of our columns: `line`, `column` (ours), `further` (the header of the
            further column that a number stands in, "" of any other cell), `code`, `values`.
        labels: what the file calls the owner, row by row of `source`, "" where it does not.
        cells: `CELLS`, row by row of `source`; without columns where the file has no further columns of numbers.
        further: the headers of these.
    """

    source: pd.DataFrame
    headers: Mapping[str, str]
    blank: tuple[int, ...] = ()
    footers: tuple[int, ...] = ()
    ignored: tuple[int, ...] = ()
    unread: pd.DataFrame = field(default_factory=pd.DataFrame)
    flaws: pd.DataFrame = field(default_factory=lambda: _flaws([]))
    labels: pd.Series = field(default_factory=lambda: pd.Series(dtype="str"))
    cells: pd.DataFrame = field(default_factory=pd.DataFrame)
    further: tuple[str, ...] = ()

    @property
    def number_headers(self) -> tuple[str, ...]:
        """What the columns of numbers are called, the first one first."""
        return (self.headers["number"], *self.further)


def arrange(records: Records, spec: TargetSpec, reading: Reading = Reading()) -> Arranged:
    """Return the records under our names, in the file's order; a column that the file does not have is empty.

    Args:
        records: what was read.
        spec: which service the file is for.
        reading: what the configuration says of the columns and rows.

    Raises:
        SourceError: a header that was configured, or that the service cannot do without, is not in the file, or several
            mean the same.
    """
    records, ignored = _without_ignored(records, reading)
    headers = _found(records, spec, reading.headers)
    further = {column.column: _further(records, column) for column in reading.also}
    broken = records.problems != ""
    unbroken = not broken.any()
    columns = dict.fromkeys(_OURS, pd.Series("", index=records.frame.index, dtype="str"))
    for ours in (ours for ours in _OURS if ours in headers):
        cells = records.frame[headers[ours]]
        # In a record with surplus fields only the first cell is sure to stand in its column.
        first = records.header.index(headers[ours]) == 0
        columns[ours] = cells if first or unbroken else cells.mask(broken, "")
    frame = pd.DataFrame({"line": records.lines.astype(np.int64), **columns})
    needed = [records.header.index(header) + 1 for ours, header in headers.items() if ours not in _MAY_BE_SHORT]
    needed += [records.header.index(header) + 1 for header in further.values()]
    short = (records.widths < max(needed)) & (records.problems == "") & (records.widths > 0)
    for ours, header in headers.items():
        # A line that is cut off may be cut within its last field: what stands there ties it to nothing.
        cut = short & (records.widths == records.header.index(header) + 1)
        if cut.any():
            frame[ours] = frame[ours].mask(cut, "")
    fewer = (records.widths < len(records.header)) & (records.problems == "") & (records.widths > 0) & ~short
    if fewer.any():
        joined = _joined(frame["owner"], headers, spec) & fewer
        frame["owner"] = frame["owner"].mask(joined, "")  # whose line it is, nobody can say
        short |= joined | fewer & (_number_with_words(frame["number"]) | _value_with_next(records, fewer))
    frame["problem"] = pd.Series(records.problems, dtype="str")
    if short.any():
        frame.loc[short, "problem"] = [_short(int(width), len(records.header)) for width in records.widths[short]]
    frame["problem"] = _with_hidden(frame, records, reading)
    blank, below = _no_data(records, frame, spec)
    more = [
        (column, None if further[column.column] == headers["number"] else records.frame[further[column.column]])
        for column in reading.also
    ]
    kept = ~(blank | below)
    rest, places = _rows_of(frame[[*Source.to_schema().columns]], kept), pd.DataFrame()
    if more:
        rest, places = with_further(rest, more, names_are_keys=spec.names_are_keys)
    names = frame.loc[rest.index, OWNER_NAME].reset_index(drop=True)
    used = {*headers.values(), *further.values(), *reading.headers.values()}
    unused = [name for name in records.header if name not in used and not is_named(name, reading.ignore.columns)]
    theirs = {header: (ours, "") for ours, header in headers.items() if ours != OWNER_NAME}
    besides = tuple(dict.fromkeys(header for header in further.values() if header != headers["number"]))
    theirs |= {header: ("number", header) for header in besides}
    flaws = [(line, *theirs[header], flaw) for (line, header), flaw in records.cells.items() if header in theirs]
    blank_lines, footer_lines = (tuple(map(int, frame["line"][mask])) for mask in (blank, below))
    return Arranged(
        rest.reset_index(drop=True),
        headers,
        blank_lines,
        footer_lines,
        tuple(ignored),
        _rows_of(records.frame[unused].set_axis(frame["line"]), kept.to_numpy()),
        _flaws(flaws),
        names,
        places.reset_index(drop=True),
        besides,
    )


def _rows_of(frame: pd.DataFrame, kept: pd.Series[bool] | Mask) -> pd.DataFrame:
    """Return some rows of a table, without copying it where these are all."""
    return frame if kept.all() else frame[kept]


def _without_ignored(records: Records, reading: Reading) -> tuple[Records, list[int]]:
    """Leave out the rows that nobody is to read, and return their lines."""
    left_out = pd.Series(data=False, index=records.frame.index)
    if reading.ignore.rows:
        texts = records.frame[list(records.header)].agg(" ".join, axis=1).str.split().str.join(" ")
        for pattern in reading.ignore.rows:
            left_out |= texts.str.contains(re.compile(pattern), regex=True).astype("bool")
    if reading.hidden_rows == "skip" and records.hidden:
        left_out |= pd.Series(records.lines, index=left_out.index).isin(list(records.hidden))
    if not left_out.any():
        return records, []
    stays = ~left_out.to_numpy()
    rest = replace(
        records,
        frame=records.frame[stays].reset_index(drop=True),
        lines=records.lines[stays],
        problems=records.problems[stays],
        widths=records.widths[stays],
    )
    return rest, records.lines[~stays].tolist()


def _further(records: Records, column: NumberColumn) -> str:
    """Return the header that a further column has in the file."""
    found = [name for name in records.header if header_key(name) == header_key(column.column)]
    exact = [name for name in found if name.casefold() == column.column.casefold()]
    if not found:
        values = {"missing": _listed([column.column]), "found": _listed(records.header)}
        raise file_error(records.name, Problem(FileCode.HEADER_COLUMN, values, records.at), "header-column")
    return (exact or found)[0]


def _with_hidden(frame: pd.DataFrame, records: Records, reading: Reading) -> pd.Series[str]:
    """Say of rows that nobody sees that they are hidden, in `problem`: perhaps they are kept, perhaps given up."""
    if reading.hidden_rows != "hold" or not records.hidden:
        return frame["problem"]
    said = {line: packed(Problem(code)) for line, code in records.hidden.items()}
    return frame["problem"].where(frame["problem"] != "", looked_up(frame["line"], said))


def is_named(name: str, patterns: Sequence[str]) -> bool:
    """Tell whether a header is one of these, or like one of these patterns."""
    return any(
        header_key(name) == header_key(pattern) or fnmatchcase(name.casefold(), pattern.casefold())
        for pattern in patterns
    )


def _joined(ids: pd.Series, headers: Mapping[str, str], spec: TargetSpec) -> pd.Series:
    """Tell the cells of an id, which holds no blank, that have two values: the sign between them is lost."""
    if "owner" not in headers or spec.lines.is_id is None:
        return pd.Series(data=False, index=ids.index)
    joined: pd.Series[bool] = ids.str.strip().str.contains(r"\s", regex=True)
    return joined


def _number_with_words(numbers: pd.Series) -> pd.Series:
    """Tell the cells in which a word begins right behind a digit, as in `22 552 00 01Porter`."""
    joined: pd.Series[bool] = numbers.str.contains(r"\d[^\W\d_a-ząćęłńóśźż][a-ząćęłńóśźż]", regex=True)
    return joined


def _value_with_next(records: Records, fewer: Mask) -> Mask:
    """Tell the records whose last cell ends with what other records have in the next column, as in `PorterFAX`."""
    joined = np.zeros(len(fewer), dtype=np.bool_)
    for width in np.unique(records.widths[fewer]).tolist():
        here = fewer & (records.widths == width)
        last, following = (records.frame[name] for name in records.header[width - 1 : width + 1])
        words = following[following.str.fullmatch(r"[A-Z]{2,6}")].unique()[:_KINDS]
        if len(words):
            ends = last.str.contains(rf"[^\W\d_A-Z](?:{'|'.join(words)})$", regex=True)
            joined |= here & ends.to_numpy(dtype=np.bool_)
    return joined


def _short(width: int, wanted: int) -> str:
    return packed(Problem(LineCode.LINE_SHORT, {"n": str(width), "m": str(wanted)}))


def _flaws(found: Sequence[tuple[int, str, str, str]]) -> pd.DataFrame:
    columns = ["line", "column", "further", "code", "values"]
    if not found:
        return no_rows(*columns)
    table = pd.DataFrame([(*each, "") for each in found], columns=columns)
    return table.astype({"line": "int64", **dict.fromkeys(columns[1:], "str")})


def _no_data(records: Records, frame: pd.DataFrame, spec: TargetSpec) -> tuple[pd.Series, pd.Series]:
    """Tell the rows that are blank and those below the table; say of others what they look like, in `problem`."""
    cells = records.frame[list(records.header)]
    # Spreadsheets leave rows of nothing but delimiters behind: they are blank lines.
    blank = pd.Series((cells == "").all(axis=1) & (frame["problem"] == ""), index=frame.index)
    flawed = frame["line"].isin({line for line, _ in records.cells})
    blank &= ~flawed
    whole = (records.problems == "") & ~flawed.to_numpy()
    certain, doubtful = footers(cells) if len(cells) else ([], [])
    below = pd.Series(data=False, index=frame.index)
    below[[at for at in certain if whole[at]]] = True
    frame.loc[[at for at in doubtful if whole[at]], "problem"] = packed(Problem(FOOTER))
    whole &= (frame["problem"] == "").to_numpy() & ~blank.to_numpy() & ~below.to_numpy()
    for at, problem in no_entries(cells, frame, whole, spec).items():
        frame.loc[at, "problem"] = packed(problem)
    return blank, below


def _found(records: Records, spec: TargetSpec, columns: Mapping[str, str]) -> dict[str, str]:
    """Return the file's headers by our columns: exactly named ones first, then those that mean the same."""
    headers: dict[str, str] = {}
    wanted = expected_headers(spec, columns)
    for ours, header in wanted.items():
        exact = [name for name in records.header if name.casefold() == header.casefold()]
        same = exact or [name for name in records.header if header_key(name) == header_key(header)]
        _take(records, headers, ours, same)
    for ours, names in known_synonyms(spec, columns).items():
        if ours not in headers:
            taken = set(headers.values())
            _take(records, headers, ours, [n for n in records.header if n not in taken and header_key(n) in names])
    missing = [
        header
        for ours, header in wanted.items()
        if ours not in headers and (ours in columns or ours in spec.required_columns)
    ]
    if missing:
        values = {"missing": _listed(missing), "found": _listed(records.header)}
        raise file_error(records.name, Problem(FileCode.HEADER_COLUMN, values, records.at), "header-column")
    return headers


def _take(records: Records, headers: dict[str, str], ours: str, candidates: Sequence[Any]) -> None:
    if len(candidates) > 1 and ours != OWNER_NAME:
        values = {"columns": _listed(candidates)}
        raise file_error(records.name, Problem(FileCode.HEADER_SAME, values, records.at), "header-same")
    if candidates:
        headers[ours] = candidates[0]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))
