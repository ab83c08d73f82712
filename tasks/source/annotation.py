"""Put remarks beside the lines of a file: a column of our own in front, and every byte of the clerk's as it was."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

# The ends of lines that reading knows.
_LINE = re.compile("[^\r\n\x85\u2028\u2029]*(?:\r\n|[\r\n\x85\u2028\u2029]|\\Z)")
_MAY_RUN = ("=", "+", "-", "@", "\t", "\r")
_RUNS = ("=", "@", "\t", "\r")


def remarked(text: str, remarks: Mapping[int, str], delimiter: str, quote: str) -> str:
    """Return the text of a file with a remark in front of each record that has one, be it empty; no more is changed.

    In front, as a record may have too few fields or too many: the remark stands in its column all the same.

    Args:
        text: the whole file.
        remarks: by the line where a record begins, the header among them.
        delimiter: between the fields.
        quote: around fields.
    """
    parts = []
    for number, physical in enumerate(filter(None, _LINE.findall(text)), start=1):
        if number in remarks:
            parts.append(remark(remarks[number], delimiter, quote) + delimiter)
        parts.append(physical)
    return "".join(parts)


def remark(text: str, delimiter: str, quote: str) -> str:
    """Return a text as one field on one line that no spreadsheet runs."""
    safe = " ".join(text.split())
    if safe.startswith(_MAY_RUN):
        safe = f"'{safe}"
    if delimiter in safe or quote in safe:
        return quote + safe.replace(quote, quote * 2) + quote
    return safe


def sheet_remarked(rows: Iterable[tuple[int, Sequence[str]]], remarks: Mapping[int, str]) -> str:
    """Return a sheet as CSV, each row on a line of its own, with a remark in front.

    A text that would run as a formula has an apostrophe in front: in the sheet it was a text.
    """
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    for number, cells in rows:
        shown = [" ".join(cell.split()) for cell in cells]
        writer.writerow([remarks.get(number, ""), *(f"'{cell}" if cell.startswith(_RUNS) else cell for cell in shown)])
    return text.getvalue()


@dataclass(frozen=True)
class FilePosition:
    """A place in a file; 0 is nowhere in particular."""

    file: str
    line: int = 0
    column: int = 0


def annotation(level: Literal["error", "warning"], spot: FilePosition, title: str, message: str) -> str:
    """Return one workflow command: `::error file=…,line=…,col=…,title=…::…`."""
    given = {"file": spot.file, "line": spot.line, "col": spot.column, "title": title}
    properties = ",".join(f"{key}={_property(str(value))}" for key, value in given.items() if value)
    return f"::{level} {properties}::{_data(message)}"


def column_of(line: str, index: int, delimiter: str, quote: str) -> int:
    """Return the character, from 1 on, where a field of a line begins; 0 where the line has no such field."""
    marks = re.escape(delimiter), re.escape(quote)
    field = re.compile(rf"(?:{marks[1]}(?:[^{marks[1]}]|{marks[1]}{marks[1]})*{marks[1]}|[^{marks[0]}]*)")
    at = 0
    for _ in range(index):
        found = field.match(line, at)
        end = found.end() if found else at
        if not line.startswith(delimiter, end):
            return 0
        at = end + len(delimiter)
    return at + 1


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
