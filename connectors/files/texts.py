"""Whole texts in: a file as it stands, for those who look at its lines themselves."""

from __future__ import annotations

from pathlib import Path

from schemas.errors import SourceError
from tasks.source.code_pages import decode_as


def read_text(path: Path, encoding: str = "utf-8-sig") -> str:
    """Return the whole text without a byte order mark, its line ends as they stand.

    Raises:
        SourceError: the file is not there, may not be read, or is not in that encoding.
    """
    try:
        return decode_as(path.read_bytes(), encoding).removeprefix("\ufeff")
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}).", remedy="Check the path.") from error
    except (UnicodeDecodeError, LookupError):
        raise SourceError(f"{path}: it is no text in {encoding}.", remedy="Save it as UTF-8.") from None


def lines_of(given: str) -> list[str]:
    """Return the lines of the file of that name that are not blank, stripped; the text itself where there is none.

    Raises:
        SourceError: there is such a file, and it cannot be read.
    """
    path = Path(given)
    lines = read_text(path).splitlines() if path.is_file() else [given]
    return [line.strip() for line in lines if line.strip()]
