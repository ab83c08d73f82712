"""Arrange a file's columns under the project's own names: the table `Source`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from schemas.problems import Problem, packed
from schemas.reasons import FileCode, LineCode
from schemas.tables import Source
from schemas.target import TargetSpec
from tasks.messages.rendering import file_error
from tasks.source.column_synonyms import expected_headers, header_key, known_synonyms
from tasks.source.footers import FOOTER, REPEATED, footers

# A line that stops before these says nothing about them; before any other, it may have lost a field on the way.
_MAY_BE_SHORT = ("type_id", "new_name", "owner_name")
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


@dataclass(frozen=True)
class Arranged:
    """`Source`, and what the file calls our columns (those it has).

    Attributes:
        source: the lines.
        headers: the file's headers by our column names.
        blank: the lines of nothing but delimiters, which have no row.
        footers: the lines below the table that are certainly no data, which have none either.
        flaws: what is wrong with single cells of our columns: `line`, `column` (ours), `code`.
        labels: what the file calls the owner, row by row of `source`, "" where it does not.
    """

    source: pd.DataFrame
    headers: Mapping[str, str]
    blank: tuple[int, ...] = ()
    footers: tuple[int, ...] = ()
    flaws: pd.DataFrame = field(default_factory=lambda: _flaws([]))
    labels: pd.Series = field(default_factory=lambda: pd.Series(dtype="str"))


def arrange(records: Records, spec: TargetSpec, columns: Mapping[str, str]) -> Arranged:
    """Return the records under our names, in the file's order; a column that the file does not have is empty.

    Args:
        records: what was read.
        spec: which service the file is for.
        columns: configured headers by our column names.

    Raises:
        SourceError: a header that was configured, or that the service cannot do without, is not in the file, or several
            mean the same.
    """
    headers = _found(records, spec, columns)
    frame = pd.DataFrame({"line": records.lines.astype(np.int64)})
    broken = pd.Series(records.problems, dtype="str") != ""
    for ours in _OURS:
        cells = records.frame[headers[ours]] if ours in headers else pd.Series("", index=frame.index, dtype="str")
        # In a record with surplus fields only the first cell is sure to stand in its column.
        first = ours in headers and records.header.index(headers[ours]) == 0
        frame[ours] = cells if first else cells.mask(broken, "")
    needed = [records.header.index(header) + 1 for ours, header in headers.items() if ours not in _MAY_BE_SHORT]
    short = (records.widths < max(needed)) & (records.problems == "") & (records.widths > 0)
    for ours, header in headers.items():
        # A line that is cut off may be cut within its last field: what stands there ties it to nothing.
        frame[ours] = frame[ours].mask(short & (records.widths == records.header.index(header) + 1), "")
    frame["problem"] = pd.Series(records.problems, dtype="str")
    frame.loc[short, "problem"] = [_short(int(width), len(records.header)) for width in records.widths[short]]
    blank, below = _no_data(records, frame)
    kept = frame[~(blank | below)].reset_index(drop=True)
    theirs = {header: ours for ours, header in headers.items() if ours != OWNER_NAME}
    flaws = [(line, theirs[header], flaw) for (line, header), flaw in records.cells.items() if header in theirs]
    blank_lines, footer_lines = (tuple(map(int, frame.loc[mask, "line"])) for mask in (blank, below))
    rest = kept[[*Source.to_schema().columns]]
    return Arranged(rest, headers, blank_lines, footer_lines, _flaws(flaws), kept[OWNER_NAME])


def _short(width: int, wanted: int) -> str:
    return packed(Problem(LineCode.LINE_SHORT, {"n": str(width), "m": str(wanted)}))


def _flaws(found: Sequence[tuple[int, str, str]]) -> pd.DataFrame:
    table = pd.DataFrame([(*each, "") for each in found], columns=["line", "column", "code", "values"])
    return table.astype({"line": "int64", "column": "str", "code": "str", "values": "str"})


def _no_data(records: Records, frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
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
    first = records.header[0]
    again = cells[first] == first
    for at in np.flatnonzero(again.to_numpy(dtype=np.bool_) & whole):
        if [header_key(text) for text in cells.iloc[at]] == [*map(header_key, records.header)]:
            frame.loc[at, "problem"] = packed(Problem(REPEATED))
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
