"""What stands around a telephone number: invisible characters, labels, separators, notes.

The words are Polish, English, German, French and Italian, as people type them into spreadsheets. Nothing here decides
what a number is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

# Characters that nobody sees and that spreadsheets, browsers and mail programs leave behind.
INVISIBLE: Final = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e007f\U000e0100-\U000e01ef"
)
WHITE: Final = "\t-\r\x1c- \x85\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
DASHES: Final = "\u2010-\u2015\u2212"  # the usual ones; `fold` knows every dash

_MOST_MARKS: Final = 30  # on one letter, as Unicode's Stream-Safe Text Format has it

_INVISIBLE: Final = re.compile(f"[{INVISIBLE}]+")
_WHITE: Final = re.compile(f"[{WHITE}]+")

TokenKind = Literal["run", "extension", "list", "or", "range", "slash", "label", "foreign", "note", "plain", "sign"]


@dataclass(frozen=True)
class Token:
    """A stretch of a folded text and what it is; `value` is a run's or an extension's digits, or a label's meaning."""

    kind: TokenKind
    text: str
    value: str = ""


def tidy(text: str) -> str:
    """Return the text as a person sees it: composed, without invisible characters, white space as single spaces."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip(" ")
    return _WHITE.sub(" ", composed("NFC", _INVISIBLE.sub("", text))).strip(" ")


def composed(form: Literal["NFC", "NFKC"], text: str) -> str:
    """Return the text in a normal form; one that no person can have typed stays as it is.

    Sorting the marks on one letter takes the square of their number: a single cell full of them took four minutes.
    """
    if len(text) > _MOST_MARKS:
        marks = "".join("^" if unicodedata.combining(character) else " " for character in text)
        if "^" * (_MOST_MARKS + 1) in marks:
            return text
    return unicodedata.normalize(form, text)


def fold(text: str) -> str:
    """Return a tidied text with every digit, dash, slash and full-width character in its ASCII form."""
    return text if text.isascii() else "".join(map(_folded, text))


def _folded(character: str) -> str:
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if "！" <= character <= "～":
        return chr(ord(character) - 0xFEE0)
    if character in "−⁃" or unicodedata.category(character) == "Pd":
        return "-"
    return "/" if character in "⁄∕" else character


_JOINTS: Final[dict[str, TokenKind]] = {
    **dict.fromkeys(("i", "oraz", "and", "und", "et"), "list"),
    **dict.fromkeys(("lub", "albo", "or", "oder", "ou"), "or"),
    **dict.fromkeys(("do", "to", "bis"), "range"),
}
_LABELS: Final = {
    **dict.fromkeys(("fax", "faks", "faksu", "faksem", "f"), "fax"),
    **dict.fromkeys(
        (
            *("tel", "telefon", "telefonu", "telefony", "tele", "t", "phone", "phones", "nr", "numer", "numery"),
            *(
                "number",
                "kom",
                "komórka",
                "komórkowy",
                "komorka",
                "komorkowy",
                "k",
                "gsm",
                "mobile",
                "mob",
                "m",
                "cell",
            ),
            *("stacjonarny", "stacj", "cell", "telefax", "telefaks"),
        ),
        "voice",
    ),
}
_OTHER_NUMBERS: Final = frozenset(
    ("pesel", "nip", "regon", "krs", "iban", "konto", "konta", "rachunek", "rachunku", "account", "isbn", "issn", "pin")
)

# What holds digits that nobody dials: hours, streets with a house number, e-mail addresses. A digit run would swallow
# the digits, so they are set aside before it is looked for.
_ASIDE: Final = re.compile(
    r"""
    (?<![\w:.])(?:(?:od|do|po|from|to|von|bis)\ )?\d{1,2}:\d\d(?:\ ?-\ ?\d{1,2}:\d\d)?(?![\w:])
    |(?<!\w)(?:ul|al|pl|os)\.?\ (?:\d{1,2}\ )?[^\W\d_]+(?:[.\ -]{1,2}[^\W\d_]+){0,4}\ \d{1,3}[a-z]?(?:/\d{1,4}[a-z]?)?
        (?=\ ?(?:[,:;)]|$)|\ (?:tel|fax|faks|kom)\b)
    |(?<!\w)plac\ [^\W\d_]+(?:[.\ -]{1,2}[^\W\d_]+){0,4}\ \d{1,3}[a-z]?(?=\ ?[,:;)])
    |(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}
    """,
    re.VERBOSE | re.IGNORECASE,
)
# A digit run is taken whole, with every separator inside it: what its digits mean is decided elsewhere, on all of them.
_TOKEN: Final = re.compile(
    r"""
    (?P<note>(?<![^\W\d_])(?:
        (?:pok(?:ój|oju|oj)?|p|sala|sali|s|room|rm|budynek|bud|piętro|pietro)(?:\.\ ?|\ )
            (?:nr\.?\ ?)?\d{1,4}[a-z]?(?:/\d{1,4}[a-z]?)?
        |godz(?:iny|inach|\.)?\ ?\d{1,2}(?:[:.]\d\d)?\ ?-\ ?\d{1,2}(?:[:.]\d\d)?
        )(?!\w)(?![ .:()+\-]*\d))
    |(?P<extension>(?<![^\W\d_])(?:
            wewn[ęe]trzn[yae]|wewn|wew|w|internal|interno|interior|int|extension|extn|ext|x
            |durchwahl|nebenstelle|klappe|dw|poste|linka|\#
        )[\s.:=]*(?P<digits>\d{1,7})(?!\w))
    |(?P<run>(?:\([( ]*)?(?:\+[ (]*)?\d(?:[\d ().\-]*\d)?\)*)
    |(?P<both>(?<![^\W\d_])(?:tel|telefon|phone)\.?\s?[/+i&\-]\s?(?:fax|faks)(?![^\W\d_]))
    |(?P<word>[^\W\d_]+)
    |(?P<slash>/)
    |(?P<list>[,;|&\\]|(?<!\S)[*•·](?!\S))
    |(?P<plain>[\s.:()\[\]{}"'„”’‚‘“«»!?…@№\-]+)
    |(?P<sign>.)
    """,
    re.VERBOSE | re.IGNORECASE,
)


def tokens(folded: str) -> Iterator[Token]:
    """Cut a folded text into tokens that together are the whole text; the same text gives the same tokens."""
    done = 0
    for aside in _ASIDE.finditer(folded):
        yield from _tokens(folded, done, aside.start())
        yield Token("note", aside.group())
        done = aside.end()
    yield from _tokens(folded, done, len(folded))


def _tokens(folded: str, start: int, end: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(folded, start, end):
        text = match.group()
        match match.lastgroup:
            case "run":
                yield Token("run", text, re.sub(r"\D", "", text))
            case "extension":
                yield Token("extension", text, match["digits"])
            case "both":
                yield Token("label", text, "voice")
            case "word":
                yield _word(text)
            case "slash" | "list" | "note" | "plain" | "sign" as kind:
                yield Token(kind, text)
            case _:  # no other group is named
                yield Token("sign", text)


def _word(text: str) -> Token:
    meant = text.casefold()
    if meant in _JOINTS:
        return Token(_JOINTS[meant], text)
    if meant in _LABELS:
        return Token("label", text, _LABELS[meant])
    return Token("foreign" if meant in _OTHER_NUMBERS else "note", text)
