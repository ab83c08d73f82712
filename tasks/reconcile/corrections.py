"""Suggest a corrected copy of a file: what no sync would put right, and what stands in the place says how."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import pandas as pd

from schemas.findings import FindingKind
from schemas.plan import Action
from schemas.problems import is_packed, unpacked
from schemas.reasons import LineCode

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True)
class File:
    """A file as it stands, with what is needed to change single records of it.

    Attributes:
        text: the whole text.
        header: the names of its columns.
        headers: what it calls our columns.
        lines: the physical line on which each record begins.
        delimiter: between the fields.
        quotechar: around fields.
        suffixes: what phonesync adds to the names of numbers in further columns.
    """

    text: str
    header: Sequence[str]
    headers: Mapping[str, str]
    lines: Sequence[int]
    delimiter: str
    quotechar: str
    suffixes: tuple[str, ...] = ()


def as_file(header: Sequence[str], headers: Mapping[str, str], cells: Iterable[Sequence[str]]) -> File:
    """Return the records of a table that is no text, such as a workbook's, as a file of their own.

    Args:
        header: the names of its columns.
        headers: what it calls our columns.
        cells: of each record.
    """
    records = [_record(header), *map(_record, cells)]
    # A cell may hold several lines, so where a record begins is counted.
    heights = [len(_LINE.findall(record)) - 1 for record in records]
    lines = [1 + height for height in accumulate(heights)][:-1]
    return File("".join(records), header, headers, lines, ";", '"')


def _record(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerow(cells)
    return text.getvalue()


@dataclass(frozen=True)
class Suggestion:
    """A corrected text, and each change: `line, change, column, before, after, id` (line 0: added at the end)."""

    text: str
    changes: list[dict[str, str | int]]


def suggest(file: File, rows: pd.DataFrame, owner_ids: Mapping[str, str]) -> Suggestion:
    """Return the text with these corrections and nothing else changed, not even the spelling of other lines.

    A line that cannot be read takes the number and the name of the entry it is about, where there is one; a line that
    says again what another one says goes; an entry that no sync would delete gets a line. What a sync would put right
    is left to it: the file is the truth.

    A number goes into the cell that it is about. Of a line that brings several entries nothing else is touched, nor
    does it go; and no name that phonesync itself has made comes into the file.

    Args:
        file: the file.
        rows: the findings of its sync, with the columns of `compare`.
        owner_ids: the cell that stands for each owner, where the file has a column of owners.
    """
    spans = _spans(file)
    changes: list[dict[str, str | int]] = []
    lines = rows.loc[rows["line"] > 0, "line"]
    several = {*lines[lines.duplicated()], *lines[rows["cell"] != "number"]}
    for row in rows[_correctable(rows)].to_dict("records"):
        line = int(row["line"])
        whole = line not in several
        if row["kind"] == FindingKind.DUPLICATE or _first_of(str(row["what"])):
            if line not in spans or not whole:
                continue
            changes.append(_change(row, "removed", "", spans[line].strip(), ""))
            spans[line] = ""
        elif row["kind"] == FindingKind.UNREADABLE and line in spans:
            spans[line] = _corrected(file, spans[line], row, _wanted(file, row, whole=whole), changes)
        elif not line and not _is_made(file, str(row["name_there"])):
            cells = _cells(file, row, owner_ids)
            text = file.delimiter.join(cells)
            changes.append(_change(row, "added", "", "", text))
            end = spans.get(0, "")
            spans[0] = end + _written(file, cells)
    end = spans.pop(0, "")
    body = "".join(spans[line] for line in sorted(spans))
    if end and body and not body.endswith(("\n", "\r")):
        body += _newline(file.text)
    return Suggestion(body + end, sorted(changes, key=lambda change: (not change["line"], int(change["line"]))))


def _correctable(rows: pd.DataFrame) -> pd.Series:
    kind, in_file = rows["kind"], rows["line"] > 0
    there = (rows["number_there"] != "") & ~rows["key_there"].str.startswith("text:")
    first = rows["what"].map(_first_of).astype("int64")
    unreadable = (kind == FindingKind.UNREADABLE) & in_file & there & (first == 0)
    # A number that stands twice in the place as well is left to whoever knows why.
    again = (kind == FindingKind.DUPLICATE) & in_file & (rows["number_there"] == "")
    again |= in_file & (first > 0) & (rows["line"] != first)
    foreign = (kind == FindingKind.FOREIGN) & ~in_file & (rows["action"] == Action.FOREIGN)
    return unreadable | again | foreign


def _first_of(what: str) -> int:
    """Return the first of several lines that give one owner the same, 0 where that is not all that is wrong."""
    problems = unpacked(what) if is_packed(what) else ()
    if [problem.code for problem in problems] != [LineCode.LINE_TWICE]:
        return 0
    return int(dict(problems[0].values)["lines"].split(",")[0])


def _spans(file: File) -> dict[int, str]:
    """Return the text of each record by its first line, with the blank lines after it; -1 stands before them all."""
    physical = [part for part in _LINE.findall(file.text) if part]
    starts = [1, *file.lines, len(physical) + 1]
    spans = {line: "".join(physical[line - 1 : after - 1]) for line, after in zip(file.lines, starts[2:], strict=True)}
    return {-1: "".join(physical[: starts[1] - 1]), **spans}


def _is_made(file: File, name: str) -> bool:
    """Tell whether phonesync may have made a name itself: its number belongs into a further column of some line."""
    return name.endswith(tuple(f" {suffix}" for suffix in file.suffixes)) or name in file.suffixes


def _wanted(file: File, row: Mapping[Any, Any], *, whole: bool) -> dict[str, str]:
    """Return what stands there for the cells of a line, by their headers; nothing where it is not one cell's."""
    cell = str(row["cell"])
    number = file.headers["number"] if cell == "number" else cell
    # What can be read beside a bad cell is as the clerk wants it, also where something else stands there.
    bad = whole or not row["key"]
    wanted = {number: str(row["number_there"])} if bad and number in file.header else {}
    if whole and "name" in file.headers and not _is_made(file, str(row["name_there"])):
        wanted[file.headers["name"]] = str(row["name_there"])
    return wanted


def _corrected(
    file: File, text: str, row: Mapping[Any, Any], there: Mapping[str, str], changes: list[dict[str, str | int]]
) -> str:
    cells = next(csv.reader(io.StringIO(text), delimiter=file.delimiter, quotechar=file.quotechar), [])
    if len(cells) < len(file.headers) - 1 or len(cells) > len(file.header):
        return text  # fields are missing or too many: which cell is which is not certain
    before = [*cells]
    for header, wanted in there.items():
        at = file.header.index(header)
        if at < len(cells) and cells[at].strip() != wanted:
            changes.append(_change(row, "corrected", header, cells[at], wanted))
            cells[at] = wanted
    return _written(file, cells) if cells != before else text


def _cells(file: File, row: Mapping[Any, Any], owner_ids: Mapping[str, str]) -> list[str]:
    values = {
        "owner": owner_ids.get(str(row["owner"]), ""),
        "name": str(row["name_there"]),
        "number": str(row["number_there"]),
        "type_id": str(row["type_there"]),
    }
    ours = {header: name for name, header in file.headers.items()}
    return [values.get(ours.get(header, ""), "") for header in file.header]


def _written(file: File, cells: Sequence[str]) -> str:
    text = io.StringIO()
    newline = _newline(file.text)
    csv.writer(text, delimiter=file.delimiter, quotechar=file.quotechar, lineterminator=newline).writerow(cells)
    return text.getvalue()


def _newline(text: str) -> str:
    found = re.search(r"\r\n|\r|\n", text)
    return found[0] if found else "\n"


def _change(row: Mapping[Any, Any], change: str, column: str, before: str, after: str) -> dict[str, str | int]:
    line = int(str(row["line"]))
    return {"line": line, "change": change, "column": column, "before": before, "after": after, "id": str(row["id"])}
