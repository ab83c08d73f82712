"""Numbers written short beside a whole one: another ending, a range, the same area code. None of it is guessed.

Each function returns the numbers that are meant, or nothing where the text leaves a doubt.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import phonenumbers

from tasks.phone.numbering_plan import (
    POLAND,
    Number,
    NumberingPlan,
    digits_of,
    parsed,
    read_international,
    read_one,
    read_run,
)
from tasks.phone.tokenizer import Piece

_LONGEST_SUFFIX: Final = 8
_POLISH_AREA: Final = 2
_MOST_IN_RANGE: Final = 10  # numbers from the first to the last: a longer way is more likely something else
_DASHED: Final = re.compile(r"([^-]*\d) ?- ?(\d{2,4})")  # where no other dash only parts digits
_HOUSE: Final = re.compile(r"(\d{1,3}(?:-\d{1,3})?) - (\d.*)")


def another_ending(piece: Piece, base: Piece, last: Number) -> tuple[Number, ...]:
    """Put the piece's digits in the place of the last ones: 355/356, 82 lub 83, 91 do 95.

    Only where the digit groups leave no doubt which digits they replace.
    """
    count = len(piece.digits)
    if piece.joint not in {"slash", "or", "range"} or "+" in piece.run or base.extensions:
        return ()
    if count > _LONGEST_SUFFIX or count >= len(base.digits):
        return ()
    # A cut goes through the last group or between two: 55 20 355/56 is clear, 552 03 55/123 may be an extension.
    groups = re.findall(r"\d+", base.run)
    ends = {sum(map(len, groups[-many:])) for many in range(1, len(groups))}
    if count >= len(groups[-1]) and count not in ends:
        return ()
    end = last.e164[1:-count] + piece.digits
    if piece.joint == "range":
        return numbers_between(last.e164, f"+{end}")[1:]
    read = read_international(end)
    return (read,) if isinstance(read, Number) else ()


def same_area(piece: Piece, base: Piece, last: Number) -> tuple[Number, Piece] | None:
    """Read a number without its area code after one that shows its own: (22) 552 03 55, 552 03 56.

    Returns:
        the number, and the piece as if the area code stood in it; or None.
    """
    area, rest = _visible_area(base.run, last)
    if not area or "+" in piece.run or piece.joint == "range" or len(rest) != len(piece.digits):
        return None
    if piece.elsewhere:
        return None  # Kraków (12) 664 51 04, Warszawa 552 03 55
    read = read_international(last.e164[1 : -len(rest)] + piece.digits)
    if not isinstance(read, Number):
        return None
    return read, replace(piece, run=f"({area}) {piece.run}", digits=area + piece.digits)


def set_apart_by_spaces(run: str, plan: NumberingPlan) -> tuple[Number, ...]:
    """Read numbers that share the area code before them: 17 7445715 7445717."""
    groups = run.split(" ")
    found = []
    for many in range(1, len(groups)):
        first = read_one(" ".join(groups[:many]), plan)
        base = Piece(" ".join(groups[:many]), "")
        if not isinstance(first, Number):
            continue
        read = [same_area(Piece(group, digits_of(group)), base, first) for group in groups[many:]]
        numbers = [each[0] for each in read if each]
        if len(numbers) == len(read):
            found.append((first, *numbers))
    return found[0] if len(found) == 1 else ()


def dashed_range(run: str, plan: NumberingPlan) -> tuple[Number, ...]:
    """Read a number and the end of a range: 552 03 20-29, where both ends have as many digits as the group before."""
    match = _DASHED.fullmatch(run)
    first = read_one(match[1], plan) if match else ""
    if match is None or not isinstance(first, Number) or len(re.findall(r"\d+", match[1])[-1]) != len(match[2]):
        return ()
    return numbers_between(first.e164, first.e164[: -len(match[2])] + match[2])


def behind_a_house(piece: Piece, plan: NumberingPlan) -> tuple[Number, ...]:
    """Read the number in "Polna 21 - 32 555 03 55", where nothing but the number behind the dash can be meant."""
    match = _HOUSE.fullmatch(piece.run) if piece.named else None
    if match is None:
        return ()
    groups = piece.run.split(" ")
    starts = [" ".join(groups[:many]) for many in range(1, len(groups))]
    read = read_run(match[2], plan)
    if isinstance(read, str) or any(isinstance(read_one(start, plan), Number) for start in starts):
        return ()
    return read


def numbers_between(first: str, last: str) -> tuple[Number, ...]:
    """Return every number from the first to the last, both in E.164; nothing where that is no short way up."""
    start, end = int(first), int(last)
    if len(first) != len(last) or not 0 < end - start < _MOST_IN_RANGE:
        return ()
    read = [read_international(str(digits)) for digits in range(start, end + 1)]
    numbers = tuple(each for each in read if isinstance(each, Number))
    return numbers if len(numbers) == len(read) else ()


def _visible_area(run: str, number: Number) -> tuple[str, str]:
    """Return the area code and the rest of a number where its writing sets them apart, else two empty texts."""
    whole = parsed(number.e164, None)
    if whole is None:
        return "", ""
    national = phonenumbers.national_significant_number(whole)
    # Poland dials the area code always; the library then counts none, but people go on writing it apart.
    polish = _POLISH_AREA if whole.country_code == POLAND and number.kind == "fixed_line" else 0
    length = phonenumbers.length_of_geographical_area_code(whole) or polish
    area, rest = national[:length], national[length:]
    apart = re.search(r"\D+" + r"\D*".join(rest) + r"\D*$", run) and digits_of(run).endswith(national)
    return (area, rest) if area and apart else ("", "")
