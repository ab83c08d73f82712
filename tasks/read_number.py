"""Reading a telephone number as people type it: a number only where every digit of the text is understood.

A wrong number is worse than none, so each piece must be valid in its numbering plan, and a text with one piece left
over or with two possible meanings has no number but a reason. The field is free text in one of the services
(services/phones/phone_number, Returned value) and `+CC-NSN` in the other (Common Phone List Services, examples).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat

from tasks.number_words import Token, fold, tidy, tokens
from tasks.numbering import (
    AMBIGUOUS,
    LOCAL,
    LONGEST_E164,
    LONGEST_LOCAL,
    SHORT,
    SHORTEST_PIECE,
    TOO_SHORT,
    Number,
    Plan,
    kind_of,
    parsed,
    read_international,
    read_run,
)

__all__ = ["Number", "Reading", "is_short_code", "means_none", "read_number"]

EMPTY: Final = "The field is empty."
NONE: Final = "The text says that there is no number."
EXTENSION: Final = "This is an extension alone: the number that it belongs to is missing."
ACCOUNT: Final = "This looks like a bank account, not like a telephone number."
DATE: Final = "This looks like a date, not like a telephone number."
DECIMAL: Final = "This looks like a decimal fraction, as a spreadsheet makes of a number."
OTHER: Final = "The text names another kind of number, such as a PESEL, a NIP or an account."
WORDS: Final = "There is no number in this text."
LETTERS: Final = "Letters stand between the digits."
SIGNS: Final = "There is a sign here that does not belong to a telephone number."
LEFT_OVER: Final = "Some digits beside the number are not understood: is it an extension, or another number?"
LONG_TEXT: Final = "The text is too long for a telephone number."

_LONGEST_TEXT: Final = 250
_LONGEST_SUFFIX: Final = 8

_APIO: Final = re.compile(r"\+(\d{1,3})-(\d{4,14})")
_SHORT_CODE: Final = re.compile(r"[*#]*(?:\d[*#]*){2,6}")
_ACCOUNT: Final = re.compile(r"(?<!\d)(?:PL ?)?\d{2}(?:[ -]?\d{4}){6}(?!\d)", re.IGNORECASE)
_DATE: Final = re.compile(
    r"(?<!\d)(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)\d\d"
    r"|(?:19|20)\d\d([./-])(?:0?[1-9]|1[0-2])\2(?:0?[1-9]|[12]\d|3[01]))(?!\d)"
)
_DECIMAL: Final = re.compile(r"\d+\.\d{1,2}")
_NOTHING: Final = re.compile(
    r"-+|brak(?: (?:numeru|telefonu|tel|nr|danych))?|nie (?:ma|posiada|dotyczy)|bez (?:numeru|telefonu)"
    r"|none|null|nil|n/?a|n/?d|n\.[ad]|no (?:number|phone|telephone)|not (?:applicable|available)"
)


@dataclass(frozen=True)
class Reading:
    """What a text says: its numbers in order, or the reason why there is none.

    Attributes:
        text: the text, as given.
        numbers: the numbers; empty exactly where `reason` is not.
        note: the words around the numbers, "; " between them.
        reason: a sentence for the person who typed the text, which quotes nothing of it.
    """

    text: str
    numbers: tuple[Number, ...]
    note: str = ""
    reason: str = ""


def means_none(text: str) -> bool:
    """Tell whether the text says in words or with a dash that there is no number; an empty text says nothing."""
    return _NOTHING.fullmatch(fold(tidy(text)).casefold().strip("()[] .")) is not None


def is_short_code(text: str) -> bool:
    """Tell whether the text is two to six digits, with or without `*` and `#`: what a desk phone dials in the house."""
    return _SHORT_CODE.fullmatch(fold(tidy(text))) is not None


def read_number(text: str, *, region: str = "PL", area_code: str | None = None) -> Reading:
    """Return the numbers of a text only where all of it is understood; otherwise the reason, and no number.

    White space around the text and its kind never matter: a line break is a space.

    Args:
        text: what a person typed.
        region: the country of numbers without a country code, two capital letters.
        area_code: what goes before numbers without an area code; without it they are not read.
    """
    shown = fold(tidy(text))
    if reason := _not_a_number(shown):
        return Reading(text, (), reason=reason)
    found = tuple(tokens(shown))
    note = _note(found)
    numbers = _numbers(found, Plan.of(region, area_code))
    if isinstance(numbers, tuple):
        return Reading(text, numbers, note)
    if platform := _as_platform_writes(shown):
        return Reading(text, (platform,))
    return Reading(text, (), note, numbers)


def _not_a_number(shown: str) -> str:
    """Return why the text as a whole cannot hold a number, or ""."""
    if len(shown) > _LONGEST_TEXT:
        return LONG_TEXT
    reasons = (
        (not shown, EMPTY),
        (means_none(shown), NONE),
        (is_short_code(shown), SHORT),
        (re.search(r"\d", shown) is None, WORDS),
        (_ACCOUNT.search(shown) is not None, ACCOUNT),
        (_DATE.search(shown) is not None, DATE),
        (_DECIMAL.fullmatch(shown) is not None, DECIMAL),
    )
    return next((reason for applies, reason in reasons if applies), "")


def _as_platform_writes(shown: str) -> Number | None:
    """Return the number of a text in the telephony platform's own form, which holds numbers that no plan knows."""
    match = _APIO.fullmatch(shown)
    if match is None or len(match[1] + match[2]) > LONGEST_E164:
        return None
    e164 = f"+{match[1]}{match[2]}"
    number = parsed(e164, None)
    # Another country code, or a dropped zero: then the parts do not mean what the form says.
    if number is None or number.country_code != int(match[1]) or not phonenumbers.is_possible_number(number):
        return None
    same = phonenumbers.format_number(number, PhoneNumberFormat.E164) == e164
    return Number(e164, kind=kind_of(number)) if same else None


@dataclass(frozen=True)
class _Piece:
    """A run of digits with what was said about it; `joint` is the separator before it, "list", "slash" or ""."""

    run: str
    digits: str
    joint: str = ""
    labels: frozenset[str] = frozenset()
    extensions: tuple[str, ...] = ()


def _pieces(found: tuple[Token, ...]) -> list[_Piece] | str:  # noqa: C901, PLR0912 - one branch a kind of token
    """Gather the tokens into pieces, or say which token makes the text another thing."""
    pieces: list[_Piece] = []
    joint, labels, before = "", frozenset[str](), Token("plain", "")
    for token in found:
        match token.kind:
            case "sign":
                return SIGNS
            case "foreign":
                return OTHER
            case "run" if before.kind == "note" and before.text[-1].isalnum():
                return LETTERS
            case "note" if before.kind == "run" and token.text[0].isalnum():
                return LETTERS
            case "run" if joint == "slash" and pieces and _is_area(pieces[-1]):
                area = pieces[-1]
                pieces[-1] = replace(area, run=f"{area.run} {token.text}", digits=area.digits + token.value)
                joint = ""
            case "run":
                pieces.append(_Piece(token.text, token.value, joint, labels))
                joint, labels = "", frozenset()
            case "extension" if not pieces:
                return AMBIGUOUS if any(other.kind == "run" for other in found) else EXTENSION
            case "extension":
                pieces[-1] = replace(pieces[-1], extensions=(*pieces[-1].extensions, token.value))
                joint = ""
            case "list" | "slash":
                # A label before a separator speaks of the number on its own side.
                if pieces:
                    pieces[-1], labels = _labelled(pieces[-1], labels), frozenset()
                joint = token.kind
            case "label":
                labels |= {token.value}
        before = token
    if pieces:
        pieces[-1] = _labelled(pieces[-1], labels)
    return pieces or WORDS


def _labelled(piece: _Piece, labels: frozenset[str]) -> _Piece:
    return replace(piece, labels=piece.labels | labels) if labels else piece


def _is_area(piece: _Piece) -> bool:
    """An area code before a slash, as in 22/552 03 55: too short for anything else."""
    return len(piece.digits) < SHORTEST_PIECE and piece.joint != "slash" and not piece.extensions


def _numbers(found: tuple[Token, ...], plan: Plan) -> tuple[Number, ...] | str:
    """Read every piece, or say why one of them is not understood."""
    pieces = _pieces(found)
    if isinstance(pieces, str):
        return pieces
    numbers: list[Number] = []
    base: _Piece | None = None  # the last number written in full, whose end a suffix replaces
    for piece in pieces:
        if base and _is_extension(piece, base):
            if piece.extensions:
                return AMBIGUOUS
            numbers.append(replace(numbers[-1], extension=piece.digits))
            continue
        suffix = _suffix(piece, base, numbers[-1]) if base else None
        read = read_run(piece.run, plan)
        if suffix and read != (suffix,):
            # 355/356; but never where the piece could stand alone, or where an extension may belong to both.
            if isinstance(read, tuple) or piece.extensions:
                return AMBIGUOUS
            read = (suffix,)
        elif isinstance(read, str):
            return LEFT_OVER if len(pieces) > 1 and read in {SHORT, TOO_SHORT, LOCAL} else read
        else:
            base = piece
        numbers += _told_apart(read, piece)
    return AMBIGUOUS if _towns_differ(pieces, numbers, plan) else tuple(numbers)


def _is_extension(piece: _Piece, base: _Piece) -> bool:
    """Another extension of the same number, after a separator and as long as the one before: wew. 12, 13."""
    if not piece.joint or not base.extensions or "+" in piece.run:
        return False
    return len(piece.digits) == len(base.extensions[-1])


def _told_apart(read: tuple[Number, ...], piece: _Piece) -> list[Number]:
    """Return the numbers with what their words say: fax, and extensions of the last one."""
    numbers = [replace(number, kind="fax") for number in read] if piece.labels == {"fax"} else list(read)
    if not piece.extensions:
        return numbers
    last = numbers.pop()
    return [*numbers, *(replace(last, extension=extension) for extension in piece.extensions)]


def _suffix(piece: _Piece, base: _Piece, number: Number) -> Number | None:
    """Put the piece's digits in the place of the last ones, where the digit groups leave no doubt which they are."""
    count = len(piece.digits)
    if piece.joint != "slash" or "+" in piece.run or base.extensions:
        return None
    if count > _LONGEST_SUFFIX or count >= len(base.digits):
        return None
    # A cut goes through the last group or between two: 55 20 355/56 is clear, 552 03 55/123 may be an extension.
    groups = re.findall(r"\d+", base.run)
    ends = {sum(map(len, groups[-many:])) for many in range(1, len(groups))}
    if count >= len(groups[-1]) and count not in ends:
        return None
    read = read_international(number.e164[1:-count] + piece.digits)
    return read if isinstance(read, Number) else None


def _towns_differ(pieces: list[_Piece], numbers: list[Number], plan: Plan) -> bool:
    """Beside a number of another town, a number without an area code may be of either."""
    short = [piece.digits for piece in pieces if SHORTEST_PIECE <= len(piece.digits) <= LONGEST_LOCAL]
    if not plan.area_code or not short or len(numbers) == 1:
        return False
    towns = {
        number.e164.removesuffix(digits)
        for digits in short
        for number in numbers
        if number.e164.endswith(plan.area_code + digits)
    }
    lines = [number.e164 for number in numbers if number.kind in {"fixed_line", "fax"}]
    return any(not line.startswith(town) for town in towns for line in lines)


def _note(found: tuple[Token, ...]) -> str:
    """Return the words that are neither labels nor separators, and an extension that belongs to no number."""
    alone = all(token.kind != "run" for token in found)
    parts = [""]
    for token in found:
        if token.kind in {"note", "plain"} or (alone and token.kind == "extension"):
            parts[-1] += token.text
        else:
            parts.append("")
    words = (re.sub(r"^[^\w]+|[^\w.]+$|^\W+$", "", part) for part in parts)
    return "; ".join(word for word in words if word)
