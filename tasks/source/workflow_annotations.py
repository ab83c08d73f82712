"""Say of a line of a file what a code-hosting service shows beside it: workflow commands, escaped."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Spot:
    """A place in a file; 0 is nowhere in particular."""

    file: str
    line: int = 0
    column: int = 0


def annotation(level: Literal["error", "warning"], spot: Spot, title: str, message: str) -> str:
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
