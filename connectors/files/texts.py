"""Whole texts in: a file as it stands, for those who look at its lines themselves."""

from __future__ import annotations

from pathlib import Path

from schemas.errors import SourceError
from tasks.messages.errors import error_of
from tasks.messages.system_errors import cause_of
from tasks.source.code_pages import decode_as


def read_text(path: Path, encoding: str = "utf-8-sig") -> str:
    """Return the whole text without a byte order mark, its line ends as they stand.

    Raises:
        SourceError: the file is not there, may not be read, or is not in that encoding.
    """
    try:
        return decode_as(path.read_bytes(), encoding).removeprefix("\ufeff")
    except OSError as error:
        raise error_of(SourceError, "text_unreadable", {"file": path, "why": cause_of(error)}) from error
    except (UnicodeDecodeError, LookupError):
        raise error_of(SourceError, "no_text_in", {"file": path, "encoding": encoding}) from None


def lines_of(given: str) -> list[str]:
    """Return the lines of the file of that name that are not blank, stripped; the text itself where there is none.

    Raises:
        SourceError: there is such a file, and it cannot be read.
    """
    path = Path(given)
    lines = read_text(path).splitlines() if path.is_file() else [given]
    return [line.strip() for line in lines if line.strip()]
