"""Numbers written short beside a whole one: another ending, a range, the same area code. None of it is guessed.

Each function returns the numbers that are meant, or nothing where the text leaves a doubt.
"""

from __future__ import annotations

import re
from typing import Final

import phonenumbers

from tasks.phone.numbering_plan import (
    LONGEST_RANGE,
    POLAND,
    SHORTEST_PIECE,
    Number,
    NumberingPlan,
    digits_of,
    may_lack_area,
    parsed,
    read_international,
    read_one,
    read_run,
)
from tasks.phone.pieces import Piece

_LONGEST_SUFFIX: Final = 8
_OPENING: Final = frozenset(("od", "from", "von"))
_POLISH_AREA: Final = 2
_NEXT: Final = 4  # numbers that a comma alone goes on by: others are as well extensions
# Where no other dash only parts digits, or those that do stand without room: 22-551-03-55 - 56.
_DASHED: Final = re.compile(r"(?:([^-]*\d) ?- ?|((?:[^-]|(?<! )-(?! ))*\d) - )(\d{2,4})")
_INTERNATIONAL: Final = re.compile(r"[ .]00\d{1,3}[ (\-]+\d")  # another number begins here
_YEAR: Final = re.compile(r"(?:19[5-9]|20[0-4])\d")
_HOUSE: Final = re.compile(r"(\d{1,3}(?:-\d{1,3})?) - (\d.*)")


def another_ending(piece: Piece, base: Piece, last: Number) -> tuple[Number, ...]:
    """Put the piece's digits in the place of the last ones: 355/356, 82 lub 83, 91 do 95.

    Only where the digit groups leave no doubt which digits they replace.
    """
    count = len(piece.digits)
    follows = piece.joint == "list" and (piece.dashed or _is_next(piece, base, last))
    follows |= piece.joint == "and" and count < SHORTEST_PIECE
    if not (piece.joint in {"slash", "or", "range"} or follows) or "+" in piece.run or base.extensions:
        return ()
    if (
        (piece.jumped and not (piece.dashed and count == len(re.findall(r"\d+", base.run)[-1])))
        or piece.town
        or piece.stray
        or "(" in piece.run
        or (piece.joint == "range" and _is_closing_time(piece, base))
    ):
        return ()
    if count > _LONGEST_SUFFIX or count >= len(base.digits):
        return ()
    if not fits_groups(piece, base) or _is_unlike(piece, last):
        return ()
    end = last.e164[1:-count] + piece.digits
    if piece.joint == "range":
        return numbers_between(last.e164, f"+{end}")[1:]
    read = read_international(end)
    return (read,) if isinstance(read, Number) else ()


def fits_groups(piece: Piece, base: Piece) -> bool:
    """Tell whether the digit groups of a number leave no doubt which of its digits others replace.

    A cut goes through the last group or between two: 55 20 355/56 is clear, 552 03 55/123 may be an extension.
    """
    count, groups = len(piece.digits), [len(group) for group in re.findall(r"\d+", base.run)]
    own = [len(group) for group in re.findall(r"\d+", piece.run)]
    # Of more groups than one it has the form: 552 03 55 lub 03 56, but not 552 03 55 lub 1234.
    alike = count <= groups[-1] or own == groups[-len(own) :]
    return alike and (count < groups[-1] or count in {sum(groups[-many:]) for many in range(1, len(groups))})


def _is_unlike(piece: Piece, last: Number) -> bool:
    """Tell whether digits are too far from a number's last ones to take their place: 355/1, 10355/2024, 99/00."""
    count = len(piece.digits)
    step = int(piece.digits) - int(last.e164[-count:])
    next_ten = -(10**count) < step < LONGEST_RANGE - 10**count  # 551 03 99/00: 551 03 00, or 551 04 00?
    return (
        next_ten
        or (count == 1 and step <= 0)
        or (_YEAR.fullmatch(piece.digits) is not None and abs(step) > LONGEST_RANGE)
    )


def _is_next(piece: Piece, base: Piece, last: Number) -> bool:
    """Tell whether digits go on a row of endings that has begun (50-55, 59), or are a number's next: 55, 56."""
    count = len(piece.digits)
    step = int(piece.digits) - int(last.e164[-count:]) if count < _POLISH_AREA + 2 else 0
    if count <= _POLISH_AREA and not last.e164.endswith(base.digits[-count:]):
        return 0 < step < LONGEST_RANGE
    # As many as its last group has: 55, 6 is a room as well.
    return 1 < count == len(re.findall(r"\d+", base.run)[-1]) and 0 < step <= _NEXT


def _is_closing_time(piece: Piece, base: Piece) -> bool:
    """Tell whether "do 15" may be the hour at which an office closes, and not the last number of a row."""
    return len(piece.digits) == 2 and 10 <= int(piece.digits) <= 22 and base.named.casefold() not in _OPENING


def same_area(piece: Piece, base: Piece, last: Number) -> tuple[Number, Piece] | None:
    """Read a number without its area code after one that shows its own: (22) 552 03 55, 552 03 56.

    Returns:
        the number, and the piece as if the area code stood in it; or None.
    """
    area, rest = _visible_area(base.run, last)
    if not area or "+" in piece.run or piece.joint == "range" or len(rest) != len(piece.digits):
        return None
    alike = tuple(map(len, re.findall(r"\d+", piece.run))) == tuple(map(len, re.findall(r"\d+", base.run)[1:]))
    if last.e164.startswith("+48") and not may_lack_area(piece.run, "PL") and not (alike and piece.run[0] not in "01("):
        return None  # (22) 552 03 55, 22 552 03
    if piece.elsewhere or (piece.town and len(piece.digits) < SHORTEST_PIECE):
        return None  # Kraków (12) 664 51 04, Warszawa 552 03 55
    read = read_international(last.e164[1 : -len(rest)] + piece.digits)
    if not isinstance(read, Number):
        return None
    return read, piece._replace(run=f"({area}) {piece.run}", digits=area + piece.digits)


def set_apart_by_spaces(run: str, plan: NumberingPlan) -> tuple[Number, ...]:
    """Read numbers that share the area code before them: 17 7445715 7445717."""
    if _INTERNATIONAL.search(run):
        return ()
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
    opening = (match[1] or match[2]) if match else ""
    first = read_one(opening, plan) if match else ""
    if match is None or not isinstance(first, Number) or len(re.findall(r"\d+", opening)[-1]) != len(match[3]):
        return ()
    return numbers_between(first.e164, first.e164[: -len(match[3])] + match[3])


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
    if len(first) != len(last) or not 0 < end - start < LONGEST_RANGE:
        return ()
    read = [read_international(str(digits)) for digits in range(start, end + 1)]
    numbers = tuple(each for each in read if isinstance(each, Number))
    return numbers if len(numbers) == len(read) else ()


def _visible_area(run: str, number: Number) -> tuple[str, str]:
    """Return the area code and the rest of a number where its writing sets them apart, else two empty texts."""
    if number.e164.startswith(f"+{POLAND}"):
        # Poland dials the area code always; the library then counts none, but people go on writing it apart.
        national, length = number.e164[3:], _POLISH_AREA if number.kind in {"fixed_line", "fax"} else 0
    else:
        whole = parsed(number.e164, None)
        if whole is None:
            return "", ""
        national = phonenumbers.national_significant_number(whole)
        length = phonenumbers.length_of_geographical_area_code(whole)
    area, rest = national[:length], national[length:]
    apart = re.search(r"\D+" + r"\D*".join(rest) + r"\D*$", run) and digits_of(run).endswith(national)
    return (area, rest) if area and apart else ("", "")
