"""What a file is wrapped in: gzip is undone within bounds, and what is no table is refused by its first bytes."""

from __future__ import annotations

import io
import re
import zlib
from pathlib import Path
from typing import Final, Literal

from schemas.errors import SourceError

Form = Literal["text", "xlsx"]

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_LARGEST: Final = 1 << 29  # bytes of an unpacked file: ten times a million lines
_STEP: Final = 1 << 20
_WORKBOOK: Final = b"xl/"
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument"
_PAGE: Final = re.compile(rb"(?i)\s*(?:<!doctype\s+html|<html|<head|<body|<table)")
_SAVE: Final = "Open it in the spreadsheet and save it as an Excel workbook (.xlsx) or as CSV."
# What other files begin with, what they are called, and what to do about them.
_OTHERS: Final = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook (.xls), or one with a password", _SAVE),
    (b"%PDF-", "a PDF document", "Export the table itself as CSV or as an Excel workbook (.xlsx)."),
    (b"{\\rtf", "a text document (RTF)", _SAVE),
    (b"BZh", "packed with bzip2", "Unpack it, or pack it with gzip."),
    (b"\xfd7zXZ\0", "packed with xz", "Unpack it, or pack it with gzip."),
    (b"7z\xbc\xaf\x27\x1c", "packed with 7-Zip", "Unpack it, or pack it with gzip."),
    (b"(\xb5/\xfd", "packed with zstd", "Unpack it, or pack it with gzip."),
)


def unpack(path: Path, raw: bytes, *, largest: int = _LARGEST) -> tuple[bytes, Form, bool]:
    """Return the bytes of the table itself, whether they are text or a workbook, and whether they were packed.

    Raises:
        SourceError: it is no table, cannot be unpacked, or unpacks to more than anybody's directory holds.
    """
    packed = raw.startswith(_GZIP)
    if packed:
        raw = _gunzip(path, raw, largest)
        if raw.startswith(_GZIP):
            raise SourceError(f"{path}: the file is packed twice with gzip.", remedy="Pack it once, or not at all.")
    if raw.startswith(_ZIP):
        return raw, _of_zip(path, raw), packed
    for magic, name, remedy in _OTHERS:
        if raw.startswith(magic):
            raise SourceError(f"{path}: this is {name}, not a table.", remedy=remedy)
    if _PAGE.match(raw.removeprefix(b"\xef\xbb\xbf")[:512]):
        raise SourceError(
            f"{path}: this is a web page, not a table.",
            remedy="A sign-in page may have been saved in its place: sign in and export again.",
        )
    return raw, "text", packed


def _gunzip(path: Path, raw: bytes, largest: int) -> bytes:
    """Undo gzip, member by member, and stop as soon as there is too much of it."""
    whole = io.BytesIO()
    rest = raw
    try:
        while rest.startswith(_GZIP):
            member = zlib.decompressobj(wbits=31)
            part = member.decompress(rest, _STEP)
            while part or member.unconsumed_tail:
                whole.write(part)
                if whole.tell() > largest:
                    raise SourceError(
                        f"{path}: it unpacks to more than {largest >> 20} MB.",
                        remedy="This is no telephone directory: export it again.",
                    )
                part = member.decompress(member.unconsumed_tail, _STEP)
            if not member.eof:
                raise _damaged(path)
            rest = member.unused_data
    except zlib.error:
        raise _damaged(path) from None
    if rest.strip(b"\0"):  # tapes and some programs fill the end with zeros
        raise _damaged(path)
    return whole.getvalue()


def _damaged(path: Path) -> SourceError:
    return SourceError(f"{path}: the gzip file is damaged or cut off.", remedy="Pack or transfer it again.")


def _of_zip(path: Path, raw: bytes) -> Form:
    """Tell a workbook from other files that are zip archives inside."""
    if _OPEN_DOCUMENT in raw[:120]:
        raise SourceError(f"{path}: this is an OpenDocument file (.ods), not a table.", remedy=_SAVE)
    if _WORKBOOK not in raw:
        raise SourceError(f"{path}: this is a zip archive, not a table.", remedy="Unpack it, or pack it with gzip.")
    return "xlsx"
