"""Arrange a file's columns under the project's own names: the table `Source`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from schemas.errors import SourceError
from schemas.frames import Source
from tasks.validate import Target

# Our column, and the header it has where the configuration says nothing else.
HEADERS: Mapping[Target, Mapping[str, str]] = {
    "usos": {"owner": "entity_id", "number": "number", "name": "comment", "type_id": "type_id"},
    "apio": {"name": "Name", "number": "Phone Number", "new_name": "New Name"},
}
REQUIRED: Mapping[Target, Sequence[str]] = {"usos": ("owner", "number"), "apio": ("name", "number")}
# A line that stops before these says nothing about them; before any other, it may have lost a field on the way.
_MAY_BE_SHORT = ("type_id", "new_name")


@dataclass(frozen=True)
class Records:
    """A file's records as they were read: see `connectors.files.Table`."""

    name: str
    header: Sequence[str]
    frame: pd.DataFrame
    lines: npt.NDArray[np.int64]
    problems: npt.NDArray[np.object_]
    widths: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Arranged:
    """`Source`, and what the file calls our columns (those it has)."""

    source: pd.DataFrame
    headers: Mapping[str, str]


def expected_headers(target: Target, columns: Mapping[str, str]) -> dict[str, str]:
    """Return our columns with the headers to look for: the configured ones, else the default ones."""
    return {ours: columns.get(ours, header) for ours, header in HEADERS[target].items()}


def arrange(records: Records, target: Target, columns: Mapping[str, str]) -> Arranged:
    """Return the records under our names, in the file's order; a column that the file does not have is empty.

    Args:
        records: what was read.
        target: which kind of source it is.
        columns: configured headers by our column names.

    Raises:
        SourceError: a header that was configured, or that the target cannot do without, is not in the file.
    """
    headers = _found(records, target, columns)
    frame = pd.DataFrame({"line": records.lines.astype(np.int64)})
    broken = pd.Series(records.problems, dtype="str") != ""
    for ours in ("owner", "name", "number", "type_id", "new_name"):
        cells = records.frame[headers[ours]] if ours in headers else pd.Series("", index=frame.index, dtype="str")
        # In a record with surplus fields only the first cell is sure to stand in its column.
        first = ours in headers and records.header.index(headers[ours]) == 0
        frame[ours] = cells if first else cells.mask(broken, "")
    needed = [records.header.index(header) + 1 for ours, header in headers.items() if ours not in _MAY_BE_SHORT]
    short = (records.widths < max(needed)) & (records.problems == "") & (records.widths > 0)
    said = "only " + pd.Series(records.widths).astype("str") + f" of {len(records.header)} fields"
    frame["problem"] = pd.Series(records.problems, dtype="str").mask(short, said)
    # Spreadsheets leave rows of nothing but delimiters behind: they are blank lines.
    blank = (records.frame[list(records.header)] == "").all(axis=1) & (frame["problem"] == "")
    return Arranged(frame.loc[~blank, [*Source.to_schema().columns]].reset_index(drop=True), headers)


def _found(records: Records, target: Target, columns: Mapping[str, str]) -> dict[str, str]:
    by_folded = {header.casefold(): header for header in records.header}
    headers, missing = {}, []
    for ours, header in expected_headers(target, columns).items():
        if header.casefold() in by_folded:
            headers[ours] = by_folded[header.casefold()]
        elif ours in columns or ours in REQUIRED[target]:
            missing.append(header)
    if missing:
        raise SourceError(
            f"{records.name}, line 1: the header has no column {', '.join(map(repr, missing))}; "
            f"it has {', '.join(map(repr, records.header))}.",
            remedy="Correct the header, or name the file's own headers under columns in phonesync.toml.",
        )
    return headers
