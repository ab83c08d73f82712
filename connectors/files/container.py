"""What a file is wrapped in: gzip is undone within bounds, and what is no table is refused by its first bytes."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import Final, Literal

from schemas.errors import SourceError
from schemas.problems import Problem
from schemas.reasons import FileCode
from tasks.messages.rendering import file_error

PlainForm = Literal["xls", "xlsb", "ods"]  # workbooks of which the cells are read, and nothing beside them
Form = Literal["text", "xlsx"] | PlainForm

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_BOOKS: Final = frozenset({".xls", ".xlsx", ".xlsm", ".xlsb", ".ods"})
_LARGEST: Final = 1 << 29  # bytes of an unpacked file: ten times a million lines
_STEP: Final = 1 << 20
_OPEN_DOCUMENT: Final = b"mimetypeapplication/vnd.oasis.opendocument"
_PAGE: Final = re.compile(rb"(?i)\s*(?:<!doctype\s+html|<html|<head|<body|<table)")
_ARCHIVED_PAGE: Final = re.compile(rb"(?i)\s*MIME-Version:[^\0]{0,2000}?Content-Type:\s*multipart/related")
_SAVED_PAGE: Final = re.compile(rb"(?i)urn:schemas-microsoft-com:office:excel|<meta[^>]+excel\.sheet")
_XML_SHEET: Final = re.compile(
    rb'(?is)<\?xml.{0,200}?(?:progid="Excel\.Sheet"|urn:schemas-microsoft-com:office:spreadsheet)'
)
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What Excel, Word and the encryption of both are called in the old container, in which names are UTF-16.
_IN_OLE: Final = (
    ("EncryptedPackage", "locked", "book-password"),
    ("WordDocument", "doc", "save-workbook"),
    ("PowerPoint Document", "ppt", "save-workbook"),
)
# What stands in zip archives that are documents of other programs.
_IN_ZIP: Final = (
    ("word/", "docx", "save-workbook"),
    ("ppt/", "ppt", "save-workbook"),
    ("Index/Document.iwa", "numbers", "export-numbers"),
)
# What other files begin with, what they are, and what to do about them.
_OTHERS: Final = (
    (b"%PDF-", "pdf", "export-table"),
    (b"{\\rtf", "rtf", "save-workbook"),
    (b"BZh", "bzip2", "unpack"),
    (b"\xfd7zXZ\0", "xz", "unpack"),
    (b"7z\xbc\xaf\x27\x1c", "7zip", "unpack"),
    (b"(\xb5/\xfd", "zstd", "unpack"),
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
            raise file_error(path, Problem(FileCode.FILE_PACKED), "pack-once")
    if raw.startswith(_ZIP):
        return raw, _of_zip(path, raw), packed
    if raw.startswith(_OLE):
        return raw, _of_ole(path, raw), packed
    for magic, kind, advice in _OTHERS:
        if raw.startswith(magic):
            raise _other(path, kind, advice)
    opening = raw.removeprefix(b"\xef\xbb\xbf")[:4096]
    if _XML_SHEET.match(opening):
        raise _other(path, "xml-sheet", "save-workbook")
    if _ARCHIVED_PAGE.match(opening):
        raise _other(path, "html-sheet", "save-workbook")
    if _PAGE.match(opening):
        saved = _SAVED_PAGE.search(opening) or path.suffix.casefold() in _BOOKS
        raise _other(path, "html-sheet", "save-workbook") if saved else _other(path, "html", "sign-in")
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
                    raise file_error(path, Problem(FileCode.FILE_LARGE, {"n": str(largest >> 20)}), "no-directory")
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
    return file_error(path, Problem(FileCode.FILE_DAMAGED), "pack-again")


def _other(path: Path, kind: str, advice: str) -> SourceError:
    return file_error(path, Problem(FileCode.FILE_OTHER, {"what": kind}), advice)


def _of_ole(path: Path, raw: bytes) -> Form:
    """Tell an old workbook from other files of old office programs."""
    for name, kind, advice in _IN_OLE:
        if name.encode("utf-16-le") in raw:
            raise _other(path, kind, advice)
    if any(name.encode("utf-16-le") in raw for name in ("Workbook", "Book")):
        return "xls"
    raise _other(path, "xls", "save-workbook")


def _of_zip(path: Path, raw: bytes) -> Form:
    """Tell a workbook from other files that are zip archives inside."""
    if _OPEN_DOCUMENT in raw[:120]:
        if raw[:120].partition(_OPEN_DOCUMENT)[2].startswith(b".spreadsheet"):
            return "ods"
        raise _other(path, "odt", "save-workbook")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        names = [name for name in ("xl/",) if name.encode() in raw]  # a damaged workbook is called so further on
    for name, kind, advice in _IN_ZIP:
        if any(part.startswith(name) for part in names):
            raise _other(path, kind, advice)
    if not any(name.startswith("xl/") for name in names):
        raise _other(path, "zip", "unpack")
    return "xlsb" if "xl/workbook.bin" in names else "xlsx"
