"""How a CSV file is written: its encoding, delimiter, quote character and header, set by somebody or found out.

Found out means: told by evidence in the file. Where the bytes leave two readings open, the file is refused, and the
message names the setting that decides.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigurationError, SourceError

_DELIMITERS = ";,\t|"
_QUOTES = "\"'"
_HEAD = 1 << 17  # characters looked at for a header: far more than any header has
_NEWLINE = re.compile(r"\r\n|\r|\n")
_SEPARATOR_LINE = re.compile(r'(?i)"?sep=([^"\r\n])"?(?:\r\n|\r|\n|\Z)')
_LOOKS_LIKE_DATA = re.compile(r"(?:\d[ ()./+-]*){5}")

# UTF-32 stands first: its little-endian mark begins with that of UTF-16.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32", "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32", "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8-sig", "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16", "utf-16-be"),
)

# The six Polish letters that stand at different places; all others are the same bytes in both encodings.
_MOVED = "ąśźĄŚŹ"
_MOVED_ISO = _MOVED.encode("iso-8859-2")
_MOVED_WINDOWS = _MOVED.encode("windows-1250")
_CONTROLS = bytes(range(0x80, 0xA0))
_POLISH = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"
_POLISH_UTF8 = re.compile(b"|".join(letter.encode() for letter in _POLISH))
_ONE_BYTE_POLISH = tuple(bytes(range(0x80)) + _POLISH.encode(name) for name in ("windows-1250", "iso-8859-2"))


@dataclass(frozen=True)
class Dialect:
    """How a file is written, as it was found or set."""

    encoding: str
    delimiter: str
    quotechar: str


@dataclass(frozen=True)
class Given:
    """What the configuration sets; None is found out."""

    encoding: str | None = None
    delimiter: str | None = None
    quotechar: str | None = None


@dataclass(frozen=True)
class Head:
    """The header and where the rows begin.

    Attributes:
        names: stripped of white space; unnamed columns at the end are left out.
        body: the first character after the header.
        line: the physical line on which the rows begin; the file's first line is 1.
    """

    dialect: Dialect
    names: tuple[str, ...]
    body: int
    line: int


def decode(path: Path, raw: bytes, encoding: str | None) -> tuple[str, str]:
    """Return the whole text without its byte order mark, and its encoding; no byte is replaced or dropped.

    Raises:
        SourceError: the bytes do not fit the encoding (line and byte are named), or two encodings fit.
        ConfigurationError: the encoding that is set does not exist.
    """
    if encoding is not None:
        return _decode(path, raw, encoding).removeprefix("\ufeff"), encoding
    for mark, name, bare in _MARKS:
        if raw.startswith(mark):
            return _decode(path, raw, bare)[1:], name
    found = _wide(raw) or ("utf-8" if _is_utf8(path, raw) else _by_letters(path, raw))
    return _decode(path, raw, found), found


def read_head(path: Path, text: str, expected: Sequence[str], given: Given) -> Head:
    """Find the delimiter and the quote character under which most of the expected names stand in the header.

    `given.encoding` is the one the text was decoded with. A first line such as `sep=;` sets the delimiter.

    Raises:
        SourceError: there is no header, none of its names is expected, or one name stands in it twice.
    """
    declared = _SEPARATOR_LINE.match(text)
    start, line = (declared.end(), 2) if declared else (0, 1)
    delimiters = given.delimiter or (declared[1] if declared else _DELIMITERS)
    opening = list(io.StringIO(text[start : start + _HEAD], newline=""))
    tried = [
        _first_record(opening, Dialect(given.encoding or "", delimiter, quotechar), start, line)
        for quotechar in given.quotechar or _QUOTES
        for delimiter in delimiters
    ]
    head = _best(path, text, [head for head in tried if head is not None], expected)
    if head is None or (given.quotechar is None and any(name[0] in _QUOTES for name in head.names if name)):
        # A quote left open would hide a column, and a hidden column reads as "no comment" in every row.
        raise SourceError(
            f"{path}, line {line}: the header cannot be read.",
            remedy="The first line must hold the column names; every quote character in it must be closed.",
        )
    repeated = sorted({name for name in head.names if head.names.count(name) > 1})
    if repeated:
        raise SourceError(
            f"{path}, line {head.line - 1}: the header names {_shown(repeated)} more than once.",
            remedy="Give every column a name of its own.",
        )
    return head


def newlines(text: str) -> int:
    """Count the line ends: a carriage return, a line feed, or both together."""
    return len(_NEWLINE.findall(text))


def _decode(path: Path, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except LookupError:
        raise ConfigurationError(
            f"{path}: there is no encoding {encoding!r}.",
            remedy="Use utf-8, windows-1250, iso-8859-2 or utf-16, or leave `encoding` out.",
        ) from None
    except UnicodeDecodeError as error:
        raise _undecodable(path, raw, error, encoding) from None


def _undecodable(path: Path, raw: bytes, error: UnicodeDecodeError, encoding: str) -> SourceError:
    before = raw[: error.start].decode(encoding, errors="ignore")
    value = f" (0x{raw[error.start]:02X})" if error.start < len(raw) else ""
    return SourceError(
        f"{path}, line {1 + newlines(before)}: byte {error.start + 1} of the file{value} is not {encoding}.",
        remedy="Save the file again as UTF-8, or set the sync's `encoding` to the one it was saved in.",
    )


def _wide(raw: bytes) -> str | None:
    """Tell UTF-16 without a mark: in a CSV header nearly every second byte is zero, in no other encoding any is."""
    sample = raw[:512]
    half = len(sample) // 2
    if half and sample[1::2].count(0) * 2 > half:
        return "utf-16-le"
    if half and sample[::2].count(0) * 2 > half:
        return "utf-16-be"
    return None


def _is_utf8(path: Path, raw: bytes) -> bool:
    """Tell UTF-8 from one byte a letter; UTF-8 with some broken bytes is an error and never the latter."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if _POLISH_UTF8.search(raw):
            # Read with one byte a letter, every Polish letter would turn into two signs and every name would change.
            raise _undecodable(path, raw, error, error.encoding) from None
        return False
    if raw.isascii() or _POLISH_UTF8.search(raw):
        return True
    # In a short file two Polish letters can look like one letter of UTF-8: `CZĘŚCI` in Windows-1250 like `CZʌCI`.
    return all(raw.translate(None, letters) for letters in _ONE_BYTE_POLISH)


def _by_letters(path: Path, raw: bytes) -> str:
    """Tell Windows-1250 from ISO-8859-2 by the letters in which they differ.

    A statistical detector took a third of 1,500 invented phone lists in ISO-8859-2, of 1 to 10 lines, for Windows-1250.
    The bytes themselves decide: ISO-8859-2 has only control characters between 0x80 and 0x9F, and where it has
    `ąśźĄŚŹ`, Windows-1250 has signs that stand in no name. One limit: in a file in ISO-8859-2 with none of the six
    letters, a foreign `š` is read as `ą`; set the encoding there.
    """
    if len(raw.translate(None, _CONTROLS)) < len(raw):
        return "windows-1250"
    iso = len(raw) - len(raw.translate(None, _MOVED_ISO))
    windows = len(raw) - len(raw.translate(None, _MOVED_WINDOWS))
    if iso != windows:
        return "iso-8859-2" if iso > windows else "windows-1250"
    if raw.decode("iso-8859-2") == _decode(path, raw, "windows-1250"):
        return "windows-1250"
    raise SourceError(
        f"{path}: the letters can be read both as Windows-1250 and as ISO-8859-2.",
        remedy='Set the sync\'s `encoding` to "windows-1250" or "iso-8859-2", or save the file as UTF-8.',
    )


def _first_record(opening: list[str], dialect: Dialect, start: int, line: int) -> Head | None:
    reader = csv.reader(opening, delimiter=dialect.delimiter, quotechar=dialect.quotechar, strict=True)
    try:
        cells = next(cells for cells in reader if any(cell.strip(" \t\ufeff") for cell in cells))
    except (csv.Error, StopIteration):
        return None
    names = [cell.strip().strip("\ufeff").strip() for cell in cells]
    while not names[-1]:
        names.pop()
    body = start + sum(map(len, opening[: reader.line_num]))
    return Head(dialect, tuple(names), body, line + reader.line_num)


def _best(path: Path, text: str, heads: list[Head], expected: Sequence[str]) -> Head | None:
    wanted = {_key(name) for name in expected}
    hits = [len(wanted & {_key(name) for name in head.names}) for head in heads]
    if heads and not any(hits):
        raise _foreign_header(path, max(heads, key=lambda head: len(head.names)), expected)
    best = [head for head, hit in zip(heads, hits, strict=True) if hit == max(hits)]
    best = [head for head in best if head.dialect.delimiter == best[0].dialect.delimiter]
    if len(best) > 1:  # the header says the same under both quote characters
        return best[1 if _single_quotes(text, best[0].dialect.delimiter) else 0]
    return best[0] if best else None


def _single_quotes(text: str, delimiter: str) -> bool:
    """Say whether `'` wraps cells: every cell that begins with it ends with it on its line, and more than with `"`.

    An apostrophe in a name wraps nothing.
    """
    single = _wrapped(text, delimiter, "'")
    return any(single) and all(single) and len(single) > sum(_wrapped(text, delimiter, '"'))


def _wrapped(text: str, delimiter: str, quote: str) -> list[bool]:
    """Say of every cell that begins with the quote character whether it ends with it on its line."""
    if quote not in text:
        return []
    edge = rf"[{re.escape(delimiter)}\r\n]"
    cells = re.finditer(rf"(?:\A|{edge}){quote}((?:[^{quote}\r\n]|{quote}{quote})*+{quote}(?={edge}|\Z))?", text)
    return [cell[1] is not None for cell in cells]


def _foreign_header(path: Path, head: Head, expected: Sequence[str]) -> SourceError:
    line = head.line - 1
    if any(_LOOKS_LIKE_DATA.search(name) for name in head.names):
        # Somebody's number: a message never holds it.
        return SourceError(
            f"{path}, line {line}: this looks like data, not like a header; wanted: {_shown(expected)}.",
            remedy="Put the column names into the first line.",
        )
    return SourceError(
        f"{path}, line {line}: no expected column in the header; found: {_shown(head.names)}; "
        f"wanted: {_shown(expected)}.",
        remedy="Name the file's own headers under the sync's `columns`, or set its `delimiter`.",
    )


def _shown(names: Sequence[str]) -> str:
    return ", ".join(repr(name[:40]) for name in names[:12]) + (", …" if len(names) > 12 else "")


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
