"""Find what is left of a person in files, read as bytes: texts as they are, workbooks by their parts."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path


def pattern_of(words: Iterable[str], numbers: Iterable[str]) -> re.Pattern[bytes]:
    """Return what finds these words, and these numbers however they are spelled.

    Args:
        words: such as `user 900004` or a name; they are found whole.
        numbers: digits; anything but digits may stand between them.
    """
    whole = [rb"(?<!\w)" + re.escape(word.encode()) + rb"(?!\w)" for word in sorted(set(words)) if word]
    spelled = [rb"\D{0,3}".join(digit.encode() for digit in number) for number in sorted(set(numbers)) if number]
    return re.compile(b"|".join([*whole, *spelled]) or rb"(?!)")  # the latter finds nothing


def files_with(folder: Path, wanted: re.Pattern[bytes]) -> Iterator[Path]:
    """Yield every file below a folder that holds what is wanted.

    Raises:
        OSError: one of them cannot be read.
    """
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and not path.is_symlink() and any(map(wanted.search, _contents(path))):
            yield path


def _contents(path: Path) -> Iterator[bytes]:
    raw = path.read_bytes()
    yield raw
    if raw.startswith(b"PK\x03\x04"):
        try:
            with zipfile.ZipFile(path) as archive:
                yield from map(archive.read, archive.namelist())
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
            return
