"""Files: tables in, each record with its true line; private files out, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from connectors.files.container import unpack
from connectors.files.dialect import Dialect, Given, read_head
from connectors.files.encoding import decode, utf8_from, with_line_ends
from connectors.files.header import Wanted
from connectors.files.table import Table, read_exactly, read_plain
from schemas.errors import ConfigurationError
from schemas.problems import Problem
from schemas.reasons import FileCode
from tasks.messages.rendering import file_error
from tasks.messages.system_errors import WORDS

__all__ = [
    "Dialect",
    "Given",
    "Table",
    "Wanted",
    "read_bytes",
    "read_csv",
    "read_exactly",
    "read_plain",
    "read_table",
]

_LARGEST: Final = 1 << 29  # bytes of a file: ten times a million lines


def read_csv(
    path: Path,
    *,
    expected: Sequence[str],
    also: Collection[str] = (),
    given: Given = Given(),  # noqa: B008 - immutable
) -> Table:
    """Read a whole file: see `read_table`, which takes the same arguments and its bytes."""
    return read_table(path, read_bytes(path), Wanted(expected, also), given)


def read_table(path: Path, raw: bytes, wanted: Wanted, given: Given) -> Table:
    """Read a whole table without losing, moving or changing a single field: CSV or a workbook, as it is or gzipped.

    A record that cannot be read spoils itself alone and says why in `Table.problems`. What is no data (blank lines,
    titles above the header, comments) has no row, stands in `Table.skipped`, and counts as lines.

    Args:
        path: the file, for the messages.
        raw: its bytes.
        wanted: header names of which some or all should occur; they tell the header and the delimiter.
        given: what the configuration sets; the rest is found out.

    Raises:
        SourceError: the file cannot be trusted as a whole; the message holds no cell but header names.
        ConfigurationError: the encoding that is set does not exist.
    """
    content, form, packed = unpack(path, raw)
    if form != "text":
        from connectors.files.workbook import read_workbook  # noqa: PLC0415 - most files are text, and openpyxl takes a while

        return read_workbook(path, (content, form), wanted, given)
    if given.sheet is not None:
        raise file_error(path, Problem(FileCode.SHEET_TEXT), "sheet-text", ConfigurationError)
    decoded = with_line_ends(decode(path, content, given.encoding))
    head = read_head(path, decoded.text, wanted, replace(given, encoding=decoded.encoding))
    head = replace(head, dialect=replace(head.dialect, evidence=decoded.evidence, packed=packed))
    body = utf8_from(content, decoded, head.body)
    return read_plain(path, body, head) or read_exactly(path, body, head)


def read_bytes(path: Path) -> bytes:
    """Return all that a source file holds; raises `SourceError` where there is nothing to be had."""
    try:
        if path.is_symlink() and _is_strangers(path):
            raise file_error(path, Problem(FileCode.FILE_LINK), "no-link")
        if path.exists() and not path.is_file():
            raise file_error(path, Problem(FileCode.FILE_KIND), "source-csv")
        if path.exists() and path.stat().st_size > _LARGEST:
            raise file_error(path, Problem(FileCode.FILE_LARGE, {"n": str(_LARGEST >> 20)}), "no-directory")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise file_error(path, Problem(FileCode.FILE_MISSING), "source") from None
    except OSError as error:
        why = WORDS.get(error.errno or 0, str(error.strerror))
        raise file_error(path, Problem(FileCode.FILE_ACCESS, {"why": why}), "access") from error
    if not raw:
        raise file_error(path, Problem(FileCode.FILE_EMPTY), "export")
    return raw


def _is_strangers(link: Path) -> bool:
    """Tell whether a link is another account's than ours, the administrator's and that of the file it leads to."""
    return link.lstat().st_uid not in {os.geteuid(), 0, link.stat().st_uid}
