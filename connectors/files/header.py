"""Which of the first rows of a table is its header, and what stands above it."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from schemas.errors import SourceError
from schemas.problems import Problem
from schemas.reasons import FileCode
from tasks.messages.rendering import file_error
from tasks.source.column_synonyms import header_key

_LOOKS_LIKE_DATA = re.compile(r"(?:\d[ ()./+-]*){5}")
_NUMBER_ALONE = re.compile(r"[+(]*\d(?:[ ().\-/\u00a0]*\d){6,}")
_DATE_ALONE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")

Why = Literal["separator", "title", "comment", "blank", "footer", "ignored", "contact"]


@dataclass(frozen=True)
class Wanted:
    """The header names of which some or all should occur, and the names that are known to mean the same."""

    names: Sequence[str]
    also: Collection[str] = ()

    @cached_property
    def known(self) -> frozenset[str]:
        """Return the names as they are compared."""
        return frozenset(header_key(name) for name in (*self.names, *self.also))

    def hits(self, cells: Sequence[str]) -> int:
        """Count the known names among the cells."""
        return len(self.known & {header_key(cell) for cell in cells if cell})


@dataclass(frozen=True)
class Skipped:
    """A record that is no data, by the physical line where it starts; `text` is what a title or a remark says."""

    line: int
    why: Why
    text: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True)
class Record:
    """A record of the beginning of a file: its cells, its physical line, the line after it, and where that begins."""

    cells: Sequence[str]
    line: int
    next_line: int = 0
    end: int = 0


def find_header(records: Sequence[Record], wanted: Wanted, header_line: int | None) -> int | None:
    """Return which record is the header: the one on the line that is set, else the first that has most known names.

    A single known name is enough on the very first row that is not blank; further down it is a word in a title.
    """
    filled = [at for at, record in enumerate(records) if any(record.cells)]
    if header_line is not None:
        return next((at for at in filled if records[at].line == header_line), None)
    hits = {at: wanted.hits(records[at].cells) for at in filled}
    best = max(hits, key=lambda at: (hits[at], -at), default=None)
    if best is None or not hits[best] or (hits[best] == 1 and best != filled[0]):
        return None
    return best


def checked_names(
    path: Path, header: Record, records: Sequence[Record], at: int, wanted: Wanted | None
) -> tuple[str, ...]:
    """Return the names of a header; `wanted` is None where somebody has said on which line it stands.

    Raises:
        SourceError: another row may be the header too, data stands above or in it, or a name stands in it twice.
    """
    names = list(header.cells)
    while not names[-1]:
        names.pop()
    names = [name or f"column {place}" for place, name in enumerate(names, start=1)]
    if any(_NUMBER_ALONE.fullmatch(name) and not _DATE_ALONE.fullmatch(name) for name in names):
        # The first line of data has become a part of it.
        raise file_error(path, Problem(FileCode.HEADER_UNREADABLE, place=header.line), "header-quotes")
    if wanted is not None:
        rivals = [
            record.line
            for record in records
            if record is not header
            and wanted.hits(record.cells) == wanted.hits(names) > 1
            and [*map(header_key, filter(None, record.cells))] != [*map(header_key, filter(None, header.cells))]
        ]
        if rivals:
            first, second = sorted([header.line, rivals[0]])
            both = {"first": str(first), "second": str(second)}
            raise file_error(path, Problem(FileCode.HEADER_TWO, both), "header-two")
        data = next((record.line for record in records[:at] if _is_data(record.cells)), None)
        if data is not None:
            above_it = Problem(FileCode.HEADER_ABOVE, {"header": str(header.line)}, data)
            raise file_error(path, above_it, "header-above")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        values = {"columns": _shown(repeated)}
        raise file_error(path, Problem(FileCode.HEADER_REPEATED, values, header.line), "header-repeated")
    return tuple(names)


def above(records: Sequence[Record]) -> list[Skipped]:
    """Say why each record above the header is no data."""
    return [Skipped(record.line, _kind(record.cells), " ".join(filter(None, record.cells))) for record in records]


def foreign_header(path: Path, record: Record, wanted: Wanted) -> SourceError:
    """Say of a first row that it is no header that anybody wants; never with somebody's number."""
    values = {"wanted": _shown(wanted.names)}
    if any(_LOOKS_LIKE_DATA.search(name) for name in record.cells):
        return file_error(path, Problem(FileCode.HEADER_DATA, values, record.line), "header-first")
    found = {"found": _shown([name for name in record.cells if name])}
    return file_error(path, Problem(FileCode.HEADER_FOREIGN, {**values, **found}, record.line), "header-foreign")


def _kind(cells: Sequence[str]) -> Why:
    text = next((cell for cell in cells if cell), "")
    return "comment" if text.startswith("#") else "title" if text else "blank"


def _is_data(cells: Sequence[str]) -> bool:
    """Tell a row with a number of its own, beside something else, from a title with a date or a count in it."""
    numbers = [cell for cell in cells if _NUMBER_ALONE.fullmatch(cell) and not _DATE_ALONE.fullmatch(cell)]
    return bool(numbers) and sum(map(bool, cells)) > 1


def _shown(names: Sequence[str]) -> str:
    return ", ".join(repr(name[:40]) for name in names[:12]) + (", …" if len(names) > 12 else "")
