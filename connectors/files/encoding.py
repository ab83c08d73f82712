"""The encoding of a text file, set by somebody or told by evidence in the bytes; no byte is replaced or dropped.

Where the bytes leave two readings open, the file is refused, and the message names the setting that decides.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from schemas.errors import ConfigurationError, SourceError
from schemas.problems import Problem
from schemas.reasons import FileCode
from tasks.messages.errors import error_of
from tasks.messages.rendering import file_error
from tasks.plain_text import plain
from tasks.source.code_pages import MAZOVIA, decode_as, doubtful, foreign, polish
from tasks.source.code_pages import encode_as as text_bytes
from tasks.source.polish_words import all_known

# What an encoding was told by, the surest first; only letters leave a doubt.
Evidence = Literal["set", "mark", "ascii", "utf-8", "zeros", "letters"]

LINE_ENDS = re.compile("\r\n|[\r\n\x85\u2028\u2029]")  # all that end a line of a file
_NEWLINE = re.compile(r"\r\n|\r|\n")
_LINE_ENDS = "\x85\u2028\u2029"

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
_DOS = ("cp852", MAZOVIA)
_MOST_SHOWN = 3  # places at which two readings differ
_CONTROLS = bytes(range(0x80, 0xA0))
_POLISH = "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ"
_POLISH_UTF8 = re.compile(b"|".join(letter.encode() for letter in _POLISH))
_ONE_BYTE_POLISH = tuple(bytes(range(0x80)) + _POLISH.encode(name) for name in ("windows-1250", "iso-8859-2"))


@dataclass(frozen=True)
class Decoded:
    """A text without its byte order mark, the encoding it was in, what told it, and whether the text was changed."""

    text: str
    encoding: str
    evidence: Evidence
    changed: bool = False


def decode(path: Path, raw: bytes, encoding: str | None) -> Decoded:
    """Return the whole text; no byte is replaced or dropped.

    Raises:
        SourceError: the bytes do not fit the encoding (line and byte are named), or two encodings fit.
        ConfigurationError: the encoding that is set does not exist.
    """
    if encoding is not None:
        return Decoded(_decode(path, raw, encoding).removeprefix("\ufeff"), encoding, "set")
    for mark, name, bare in _MARKS:
        if raw.startswith(mark):
            return Decoded(_decode(path, raw, bare)[1:], name, "mark")
    if wide := _wide(raw):
        return Decoded(_decode(path, raw, wide), wide, "zeros")
    text = _utf8(path, raw)
    if text is not None:
        return Decoded(text, "utf-8", "ascii" if raw.isascii() else "utf-8")
    found = _by_letters(path, raw)
    return Decoded(_decode(path, raw, found), found, "letters")


def with_line_ends(decoded: Decoded) -> Decoded:
    """Return the text with line feeds for the other characters that end a line: some programs write nothing else."""
    if not any(end in decoded.text for end in _LINE_ENDS):
        return decoded
    return replace(decoded, text=decoded.text.translate(dict.fromkeys(map(ord, _LINE_ENDS), "\n")), changed=True)


def utf8_from(raw: bytes, decoded: Decoded, start: int) -> bytes:
    """Return what stands after the first `start` characters of a file that was decoded, in UTF-8.

    A file that is UTF-8 already is cut and not written anew, which takes as long as all the rest of its reading.
    """
    if decoded.encoding == "utf-8" and not decoded.changed and decoded.evidence in {"ascii", "utf-8"}:
        return raw[len(decoded.text[:start].encode()) :]
    return decoded.text[start:].encode()


def encode_as(path: Path, raw: bytes, decoded: Decoded, text: str) -> bytes:
    """Return a text in the encoding of a file that was decoded, byte order mark and all.

    A file of plain letters alone gets a mark where the text has others: without one, spreadsheets take a guess.

    Raises:
        SourceError: the file itself would not come out as it was, so nothing is to be trusted of the encoding.
    """
    marked = [(mark, bare) for mark, _, bare in _MARKS if raw.startswith(mark)]
    for mark, encoding in (*marked, (b"", decoded.encoding)):
        try:
            same = mark + text_bytes(decoded.text, encoding) == raw
        except UnicodeError:
            continue
        if same:
            plain = decoded.evidence == "ascii" and not text.isascii()
            return (codecs.BOM_UTF8 if plain else mark) + text_bytes(text, encoding, "replace")
    raise error_of(SourceError, "not_written_back", {"file": path})


def newlines(text: str) -> int:
    """Count the line ends: a carriage return, a line feed, or both together."""
    return len(_NEWLINE.findall(text))


def _decode(path: Path, raw: bytes, encoding: str) -> str:
    try:
        text = decode_as(raw, encoding)
        if not text.isascii():
            text.encode()  # some encodings make half characters, which nothing can store or send
    except UnicodeDecodeError as error:
        raise _undecodable(path, raw, error, encoding) from None
    except (LookupError, ValueError):
        unknown = Problem(FileCode.ENCODING_UNKNOWN, {"encoding": repr(encoding)})
        raise file_error(path, unknown, "encoding-known", ConfigurationError) from None
    return text


def _undecodable(path: Path, raw: bytes, error: UnicodeDecodeError, encoding: str) -> SourceError:
    try:
        before = raw[: error.start].decode(encoding, errors="ignore")
    except UnicodeError:  # some encodings know no mercy; line ends are the same bytes in them
        before = raw[: error.start].decode("latin-1")
    value = f" (0x{raw[error.start]:02X})" if error.start < len(raw) else ""
    values = {"n": str(error.start + 1), "value": value, "encoding": encoding}
    return file_error(path, Problem(FileCode.ENCODING_BYTES, values, 1 + newlines(before)), "encoding-save")


def _wide(raw: bytes) -> str | None:
    """Tell UTF-16 without a mark: in a CSV header nearly every second byte is zero, in no other encoding any is."""
    sample = raw[:512]
    half = len(sample) // 2
    if half and sample[1::2].count(0) * 2 > half:
        return "utf-16-le"
    if half and sample[::2].count(0) * 2 > half:
        return "utf-16-be"
    return None


def _utf8(path: Path, raw: bytes) -> str | None:
    """Tell UTF-8 from one byte a letter (None); UTF-8 with some broken bytes is an error and never the latter."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        if _POLISH_UTF8.search(raw):
            # Read with one byte a letter, every Polish letter would turn into two signs and every name would change.
            values = {"n": str(error.start + 1), "value": f"0x{raw[error.start]:02X}"}
            mixed = Problem(FileCode.ENCODING_MIXED, values, 1 + newlines(raw[: error.start].decode()))
            raise file_error(path, mixed, "encoding-line") from None
        return None
    if raw.isascii() or _POLISH_UTF8.search(raw):
        return text
    # In a short file two Polish letters can look like one letter of UTF-8: `CZĘŚCI` in Windows-1250 like `CZʌCI`.
    return text if all(raw.translate(None, letters) for letters in _ONE_BYTE_POLISH) else None


def _by_letters(path: Path, raw: bytes) -> str:
    """Tell the code page of Polish text by its letters: those of Windows and of ISO first, then those of DOS.

    A reading without a sign inside a word is taken as it is. Where DOS's pages alone have such a reading, it is theirs;
    where two pages are left, the file is refused with both, side by side.
    """
    decided = _windows_or_iso(raw)
    usual = decided or "windows-1250"
    text = _decode_loosely(raw, usual)
    doubts = doubtful(text)
    others = [(page, decode_as(raw, page)) for page in _DOS]
    clean = [(page, other) for page, other in others if polish(other) and not doubtful(other) and not foreign(other)]
    if doubts:
        if len(clean) == 1:
            return clean[0][0]
        likely = clean or [(page, other) for page, other in others if doubtful(other) < doubts and polish(other)]
    elif foreign(text) and not polish(text):
        likely = clean
    else:
        # A few letters of DOS may look like letters and quotes that are right; a word that is known tells them.
        likely = [] if all_known(text) else [(page, other) for page, other in clean if all_known(other)]
    if not decided and not doubts:
        raise _two_readings(path, *((page, _decode_loosely(raw, page)) for page in ("windows-1250", "iso-8859-2")))
    if likely:
        raise _two_readings(path, likely[0], likely[1] if len(likely) > 1 else (usual, text))
    return usual


def _two_readings(path: Path, one: tuple[str, str], other: tuple[str, str]) -> SourceError:
    """Show how two pages read the letters in question, with a letter on each side: never a whole word."""
    places = [at for at, pair in enumerate(zip(one[1], other[1], strict=True)) if pair[0] != pair[1]]
    shown: dict[tuple[str, str], None] = {}
    for at in places:
        parts = [plain(re.sub(r"\d|\s", " ", text[max(at - 1, 0) : at + 2]).strip()) for _, text in (one, other)]
        shown.setdefault((parts[0], parts[1]))
        if len(shown) == _MOST_SHOWN:
            break
    values = {"first": one[0], "second": other[0]}
    values |= {"one": ", ".join(pair[0] for pair in shown), "other": ", ".join(pair[1] for pair in shown)}
    return file_error(path, Problem(FileCode.ENCODING_TWO, values), "encoding-two")


def _decode_loosely(raw: bytes, page: str) -> str:
    """Return one character a byte; what a page does not have is a control character."""
    found = [bytes([byte]).decode(page, errors="ignore") or chr(byte) for byte in range(256)]
    return raw.decode("latin-1").translate(dict(enumerate(found)))


def _windows_or_iso(raw: bytes) -> str | None:
    """Tell Windows-1250 from ISO-8859-2 by the letters in which they differ, None where both readings are open.

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
    if raw.decode("iso-8859-2") == _decode_loosely(raw, "windows-1250"):
        return "windows-1250"
    return None
