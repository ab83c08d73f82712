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

from schemas.reasons import LineCode
from tasks.phone.numbering_plan import (
    AMBIGUOUS,
    LOCAL,
    LONGEST_E164,
    LONGEST_LOCAL,
    SHORT,
    SHORTEST_PIECE,
    TOO_SHORT,
    Number,
    NumberingPlan,
    kind_of,
    parsed,
    read_run,
)
from tasks.phone.shorthand import (
    another_ending,
    behind_a_house,
    dashed_range,
    numbers_between,
    same_area,
    set_apart_by_spaces,
)
from tasks.phone.tokenizer import WORDS, Piece, gather
from tasks.phone.vocabulary import Token, fold, tidy, tokens

__all__ = ["Number", "ParsedNumber", "is_short_code", "means_none", "read_number"]

EMPTY: Final = LineCode.NUMBER_EMPTY
NONE: Final = LineCode.NUMBER_NONE
ACCOUNT: Final = LineCode.NUMBER_ACCOUNT
DATE: Final = LineCode.NUMBER_DATE
DECIMAL: Final = LineCode.NUMBER_DECIMAL
LEFT_OVER: Final = LineCode.NUMBER_REST
LONG_TEXT: Final = LineCode.NUMBER_TEXT

_LONGEST_TEXT: Final = 250

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
class ParsedNumber:
    """What a text says: its numbers in order, or the reason why there is none.

    Attributes:
        text: the text, as given.
        numbers: the numbers; empty exactly where `reason` is not.
        note: the words around the numbers, "; " between them.
        reason: the code of why there is none (`schemas.reasons.LineCode`), or "".
    """

    text: str
    numbers: tuple[Number, ...]
    note: str = ""
    reason: str = ""


def _shown(text: str) -> str:
    """Return the text as it is read; of a very long one no more than shows that it is too long."""
    return fold(tidy(text)[: _LONGEST_TEXT + 1])


def means_none(text: str) -> bool:
    """Tell whether the text says in words or with a dash that there is no number; an empty text says nothing."""
    shown = _shown(text)
    return len(shown) <= _LONGEST_TEXT and _NOTHING.fullmatch(shown.casefold().strip("()[] .")) is not None


def is_short_code(text: str) -> bool:
    """Tell whether the text is two to six digits, with or without `*` and `#`: what a desk phone dials in the house."""
    return _SHORT_CODE.fullmatch(_shown(text)) is not None


def read_number(
    text: str, *, region: str = "PL", area_code: str | None = None, switchboard: str | None = None
) -> ParsedNumber:
    """Return the numbers of a text only where all of it is understood; otherwise the reason, and no number.

    White space around the text and its kind never matter: a line break is a space.

    Args:
        text: what a person typed.
        region: the country of numbers without a country code, two capital letters.
        area_code: what goes before numbers without an area code; without it they are not read.
        switchboard: the number that connects to extensions which stand alone; without it they are not read.
    """
    shown = _shown(text)
    plan = NumberingPlan.of(region, area_code)
    if switchboard and (inside := _inside(shown, plan, _shown(switchboard))):
        return ParsedNumber(text, inside, _note(tuple(token for token in tokens(shown) if token.kind != "extension")))
    if reason := _not_a_number(shown):
        return ParsedNumber(text, (), reason=reason)
    found = tuple(tokens(shown))
    note = _note(found)
    numbers = _numbers(found, plan)
    if isinstance(numbers, tuple):
        return ParsedNumber(text, numbers, note)
    if platform := _as_platform_writes(shown):
        return ParsedNumber(text, (platform,))
    return ParsedNumber(text, (), note, numbers)


def _inside(shown: str, plan: NumberingPlan, switchboard: str) -> tuple[Number, ...]:
    """Read extensions that stand alone as those of the switchboard, or nothing where anything else may be meant."""
    if len(shown) > _LONGEST_TEXT:
        return ()
    if shown.isdecimal():
        if not is_short_code(shown) or _is_public_code(shown, plan.region):
            return ()
        shown = f"w. {shown}"
    found = tuple(tokens(shown))
    if next((token.kind for token in found if token.kind in {"run", "extension"}), "") != "extension":
        return ()
    numbers = _numbers(tuple(tokens(f"{switchboard} {shown}")), plan)
    same = isinstance(numbers, tuple) and len({number.e164 for number in numbers}) == 1
    return numbers if isinstance(numbers, tuple) and same and all(number.extension for number in numbers) else ()


def _is_public_code(digits: str, region: str) -> bool:
    """Tell whether a short code reaches others than the house, such as 112, 19115 or 116 117."""
    number = parsed(digits, region)
    harmonised = len(digits) == 6 and digits.startswith("116")  # the same all over Europe
    return harmonised or (number is not None and phonenumbers.is_valid_short_number_for_region(number, region))


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


def _numbers(found: tuple[Token, ...], plan: NumberingPlan) -> tuple[Number, ...] | str:
    """Read every piece, or say why one of them is not understood."""
    gathered = gather(found)
    if isinstance(gathered, str):
        return gathered
    pieces = _joined(gathered, plan)
    numbers: list[Number] = []
    base: Piece | None = None  # the last number written in full, beside which others are written short
    for piece in pieces:
        if base and _is_extension(piece, base):
            if piece.extensions:
                return AMBIGUOUS
            numbers.append(replace(numbers[-1], extension=piece.digits))
            continue
        read = read_run(piece.run, plan)
        short = another_ending(piece, base, numbers[-1]) if base else ()
        if short and read != short:
            # 355/356; but never where the piece could stand alone, or where an extension may belong to all of them.
            if isinstance(read, tuple) or piece.extensions:
                return AMBIGUOUS
            read = short
        elif isinstance(read, tuple):
            if base and piece.joint == "range":
                read = numbers_between(numbers[-1].e164, read[0].e164)[1:] or AMBIGUOUS
            base = piece
        else:
            read, base = _completed(read, piece, base, numbers, plan)
        if isinstance(read, str):
            return LEFT_OVER if len(pieces) > 1 and read in {SHORT, TOO_SHORT, LOCAL} else read
        numbers += _told_apart(read, piece)
    return AMBIGUOUS if _towns_differ(pieces, numbers, plan) else tuple(numbers)


def _joined(pieces: list[Piece], plan: NumberingPlan) -> list[Piece]:
    """Put a number together that a slash cuts behind its area code: +49 (0) 2232 / 68 84 11."""
    joined: list[Piece] = []
    for piece in pieces:
        area = joined[-1] if joined else None
        if area and piece.joint == "slash" and "+" in area.run and "+" not in piece.run and not area.extensions:
            whole = f"{area.run} {piece.run}"
            if isinstance(read_run(area.run, plan), str) and isinstance(read_run(whole, plan), tuple):
                both = area.labels | piece.labels
                joined[-1] = replace(piece, run=whole, digits=area.digits + piece.digits, joint=area.joint, labels=both)
                continue
        joined.append(piece)
    return joined


def _completed(
    why: str, piece: Piece, base: Piece | None, numbers: list[Number], plan: NumberingPlan
) -> tuple[tuple[Number, ...] | str, Piece | None]:
    """Read a piece that is no number by itself, or return why it is none; and what the next piece stands beside."""
    if base and (beside := same_area(piece, base, numbers[-1])):
        return (beside[0],), beside[1]
    if several := set_apart_by_spaces(piece.run, plan):
        return several, piece
    if behind := behind_a_house(piece, plan):
        return behind, piece
    between = dashed_range(piece.run, plan)
    if between and piece.extensions:
        return AMBIGUOUS, piece
    return between or why, piece


def _is_extension(piece: Piece, base: Piece) -> bool:
    """Another extension of the same number, after a separator and as long as the one before: wew. 12, 13."""
    if not piece.joint or not base.extensions or "+" in piece.run:
        return False
    return len(piece.digits) == len(base.extensions[-1])


def _told_apart(read: tuple[Number, ...], piece: Piece) -> list[Number]:
    """Return the numbers with what their words say: fax, and extensions of the last one."""
    numbers = [replace(number, kind="fax") for number in read] if piece.labels == {"fax"} else list(read)
    if not piece.extensions:
        return numbers
    last = numbers.pop()
    return [*numbers, *(replace(last, extension=extension) for extension in piece.extensions)]


def _towns_differ(pieces: list[Piece], numbers: list[Number], plan: NumberingPlan) -> bool:
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
