"""Text that a program has spoilt: undone where there is no doubt, otherwise told, with what it was meant to be.

ftfy, which does the like for all the world's languages, leaves `Śląsk`, `Świetlica` and `Kuźnia` as they are: what
these turn into could be somebody's language. Here only Polish text is expected, and that is what decides.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Final

import pandas as pd

from schemas.problems import packed_values
from schemas.reasons import LineCode
from tasks.empty_tables import no_rows
from tasks.source.code_pages import MAZOVIA, POLISH, decode_as, doubtful, encode_as, foreign, polish
from tasks.source.polish_words import all_known, restored
from tasks.text_columns import is_in, matching

SPOILT: Final = LineCode.TEXT_SPOILT
UNDONE: Final = LineCode.TEXT_UNDONE

_PUBLISHED: Final = ("name", "new_name")
_MOST_TIMES: Final = 3  # that a text was spoilt one after the other
_LOST: Final = "?\ufffd"
_PERHAPS: Final = rf"[^\x00-\x7f{POLISH}]|\?|&[#A-Za-z]|_x[0-9A-Fa-f]{{4}}_"
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ENTITY: Final = re.compile(r"&(?:#\d{2,7}|#[xX][0-9A-Fa-f]{2,6}|[A-Za-z]{2,10}\d{0,2});")
# A lost letter: between letters, or glued to one before the text goes on.
_QUESTION: Final = re.compile(
    # In a word of some length: `a?b` may well be meant.
    r"(?<=[^\W\d_]{2})\?(?=[^\W\d_])|(?<=[^\W\d_])\?(?=[^\W\d_]{2})"
    r"|\?(?=\?+[^\W\d_])|(?<=[a-ząćęłńóśźż])\?(?= [a-z])|(?<![^\s(])\?(?=[a-ząćęłńóśźż]{2})"
)
_WORD: Final = re.compile(r"[^\s(),;:/–-]+")
# How a text was read, and how it should have been: the usual ways.
_WAYS: Final = tuple(
    (wrong, right)
    for right in ("windows-1250", "iso-8859-2", "cp852", MAZOVIA)
    for wrong in ("windows-1250", "windows-1252", "latin-1", "iso-8859-2")
    if wrong != right
)


def undone(text: str) -> str:
    """Return the text as it was before programs wrote signs for its letters; one that is in doubt stays as it is.

    No digit and no plus sign comes of it: nobody's number is guessed.
    """
    for _ in range(_MOST_TIMES):
        before = text
        text = _ENTITY.sub(lambda found: _unless_number(html.unescape(found[0]), found[0]), text)
        text = _ESCAPED.sub(lambda found: _unless_number(chr(int(found[1], 16)), found[0]), text)
        if not text.isascii():
            for pattern, letters in _misread():
                text = pattern.sub(partial(_letter_of, letters), text)
        if text == before:
            break
    return text


def _unless_number(letter: str, written: str) -> str:
    """Return what a program has written for a letter or a sign, but not for a digit, a plus sign or what is no text."""
    visible = unicodedata.category(letter[0]) not in {"Cc", "Cs", "Co", "Cn", "Nd"} or letter in "\t\n\r\x0b\x0c"
    return letter if visible and letter != "+" else written


def _letter_of(letters: Mapping[str, str], found: re.Match[str]) -> str:
    return letters[found[0]]


@cache
def _misread() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    """Return what UTF-8 looks like in three code pages, for the letters and signs that Polish texts and names have."""
    # Signs among them: a text that was spoilt twice was once made of them.
    codes = [*range(0x80, 0x180), 0x192, 0x2C6, 0x2C7, *range(0x2D8, 0x2DE), *range(0x2010, 0x203B), 0x20AC, 0x2122]
    letters = POLISH + "".join(map(chr, codes))
    ways = []
    for page in ("windows-1250", "windows-1252", "latin-1"):
        known = {_as_read(letter, page): letter for letter in letters}
        longest = sorted(known, key=len, reverse=True)
        ways.append((re.compile("|".join(map(re.escape, longest))), known))
    return ways


def _as_read(letter: str, page: str) -> str:
    """Return UTF-8 as a program shows it that takes it for this page; what the page does not have stays a control."""
    return "".join(bytes([byte]).decode(page, errors="ignore") or chr(byte) for byte in letter.encode())


def what_is_spoilt(text: str) -> str:
    """Return the signs that stand where a letter has been, "" where none does."""
    lost = "".join(sorted({*re.findall("\ufffd", text), *_QUESTION.findall(text)}))
    if lost or ("?" in text and _restored(text, "?")):
        return lost or "?"
    if doubtful(text):
        return "".join(sorted({sign for sign in text if not sign.isascii() and sign not in POLISH}))
    # Letters of other languages are nobody's mistake, unless the word is a Polish one with them read otherwise.
    if foreign(text) and _read_otherwise(text, known=True):
        return "".join(sorted({sign for sign in text if not sign.isascii() and sign not in POLISH}))
    return ""


def meant(text: str) -> str:
    """Return what a spoilt text was probably meant to be, "" where nothing stands out."""
    return _restored(text, _LOST) if set(text) & set(_LOST) else _read_otherwise(text, known=False)


def _restored(text: str, lost: str) -> str:
    """Return the text with known words in the place of those that have lost letters, "" where one is not known."""
    words = [word for word in _WORD.findall(text) if set(word) & set(lost)]
    known = {word: restored(word, lost) for word in words}
    return _WORD.sub(lambda found: known.get(found[0], found[0]), text) if words and all(known.values()) else ""


def _read_otherwise(text: str, *, known: bool) -> str:
    """Return the one reading of a text in another code page in which all of it is Polish, "" where several are."""
    found = set()
    for wrong, right in _WAYS:
        try:
            other = decode_as(_bytes_of(text, wrong), right)
        except UnicodeError:
            continue
        if polish(other) > 0 and not doubtful(other) and not foreign(other) and other != text and _all_letters(other):
            found.add(other)
    sure = {other for other in found if all_known(other)}
    if known or len(sure) == 1:
        return sure.pop() if len(sure) == 1 else ""
    return found.pop() if len(found) == 1 else ""


def _bytes_of(text: str, page: str) -> bytes:
    """Return the bytes that a program has read as this page; what the page does not have was kept as a control."""
    return b"".join(bytes([ord(sign)]) if 0x80 <= ord(sign) < 0xA0 else encode_as(sign, page) for sign in text)


def _all_letters(text: str) -> bool:
    return all(sign.isascii() or sign in POLISH or sign in "–—„”’°" for sign in text)


@dataclass(frozen=True)
class Mended:
    """The lines of a file with their texts undone.

    Attributes:
        source: `Source`.
        flaws: texts that are published and have lost letters: `line`, `column` (ours), `code`, `values`.
        remarks: what was undone: `line`, `column` (ours), `value` as it stands in the file, `code`, `values`.
    """

    source: pd.DataFrame
    flaws: pd.DataFrame
    remarks: pd.DataFrame


def mended(source: pd.DataFrame, columns: frozenset[str]) -> Mended:
    """Undo what programs have done to the texts of `Source`, and tell what cannot be undone in columns that are shown.

    Args:
        source: `Source`, as it was read.
        columns: ours, whose texts the service publishes.
    """
    source = source.copy()
    flaws, remarks = [], []
    for column in ("owner", *_PUBLISHED, "number"):
        some = source[column][matching(source[column], _PERHAPS)]
        if some.empty:
            continue
        texts = {text: undone(text) for text in some.unique()}
        changed = some[is_in(some, [text for text, better in texts.items() if better != text])]
        source.loc[changed.index, column] = changed.map(texts)
        remarks.append(_told(source["line"], changed, column, UNDONE))
        if column in columns:
            signs = {text: found for text in texts if (found := what_is_spoilt(texts[text]))}
            bad = some[is_in(some, signs)]
            told = _told(source["line"], bad, column, SPOILT)
            flaws.append(
                told.assign(values=[packed_values({"signs": signs[text]}) for text in bad]).drop(columns="value")
            )
    return Mended(
        source,
        _table(flaws, "line", "column", "code", "values"),
        _table(remarks, "line", "column", "value", "code", "values"),
    )


def _told(lines: pd.Series, texts: pd.Series, column: str, code: LineCode) -> pd.DataFrame:
    said = {"line": lines[texts.index], "column": column, "value": texts, "code": str(code.value), "values": ""}
    return pd.DataFrame(said)


def _table(found: list[pd.DataFrame], *columns: str) -> pd.DataFrame:
    some = [table for table in found if len(table)]
    if not some:
        return no_rows(*columns)
    return pd.concat(some, ignore_index=True).astype({"line": "int64", **dict.fromkeys(columns[1:], "str")})
