"""Files that may be tables of somebody's: which there are, and what stands in their first rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from connectors.files.container import unpack
from connectors.files.encoding import decode
from connectors.files.reading import read_bytes

_ENDINGS: Final = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
_OUR_COPY: Final = ".checked"
_DELIMITERS: Final = ";,\t|"
_ROWS: Final = 60


def tables_in(folder: Path) -> list[Path]:
    """Return the files of a folder that may be tables, by name; not those in folders of it, and no copies of ours."""
    return sorted(
        path
        for path in folder.iterdir()
        if _ending(path.name) in _ENDINGS
        and not path.name.startswith((".", "~$"))
        and not Path(path.name.removesuffix(".gz")).stem.endswith(_OUR_COPY)
        and path.is_file()
    )


def _ending(name: str) -> str:
    return Path(name.casefold().removesuffix(".gz")).suffix


def first_rows(path: Path) -> tuple[Sequence[str], list[list[str]]]:
    """Return the row that names the columns, as far as that can be told by its shape, and the rows below it.

    It is the first of those with most texts, whatever they say.

    Raises:
        SourceError: the file cannot be read.
    """
    content, form, _ = unpack(path, read_bytes(path))
    if form == "text":
        rows = _fields(decode(path, content, None).text)
    else:
        from connectors.files.workbook import first_sheet  # noqa: PLC0415 - most files are text

        rows = first_sheet(content, form, _ROWS)
    filled = [sum(map(bool, row)) for row in rows]
    at = filled.index(max(filled)) if any(filled) else 0
    return (tuple(rows[at]), rows[at + 1 :]) if rows else ((), [])


def _fields(text: str) -> list[list[str]]:
    """Return the first records under the delimiter that parts most of them."""
    found = []
    for delimiter in _DELIMITERS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        try:
            rows = [[cell.strip() for cell in row] for row, _ in zip(reader, range(_ROWS), strict=False)]
        except csv.Error:
            continue
        found.append((sum(len(row) > 1 for row in rows), rows))
    return max(found, key=lambda each: each[0])[1] if found else []
