"""What the pieces of a text mean beside each other: numbers written in full, and others written short behind them.

A wrong number is worse than none, so each piece must be valid in its numbering plan, and a text with one piece left
over or with two possible meanings has no number but a reason.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from schemas.reasons import LineCode
from tasks.phone.numbering_plan import (
    AMBIGUOUS,
    LOCAL,
    LONGEST_LOCAL,
    SHORT,
    SHORTEST_PIECE,
    TOO_SHORT,
    Number,
    NumberingPlan,
    begins_with_emergency,
    digits_of,
    is_emergency,
    read_run,
)
from tasks.phone.pieces import DATE, Piece, gather
from tasks.phone.shorthand import (
    another_ending,
    behind_a_house,
    dashed_range,
    fits_groups,
    numbers_between,
    same_area,
    set_apart_by_spaces,
)
from tasks.phone.tokenizer import Token
from tasks.phone.vocabulary import WORDS

LEFT_OVER: Final = LineCode.NUMBER_REST

_EMERGENCY: Final = 6  # digits at most
_FIGURES: Final = 4  # digits at most of what is no number
_HOUSE: Final = 2  # digits of one that needs no name before it
_NEAR: Final = 10
_INITIALS: Final = 3  # letters at most


def numbers_of(found: tuple[Token, ...], plan: NumberingPlan) -> tuple[Number, ...] | str:  # noqa: PLR0911
    """Return the numbers of a text, each once, or say why one of its pieces is not understood."""
    gathered = gather(found)
    pieces = gathered
    if not isinstance(gathered, str):
        pieces = _without_short_codes(_announced(_joined(gathered, plan), plan), plan)
    if isinstance(pieces, str):
        return pieces
    numbers: list[Number] = []
    base: Piece | None = None  # the last number written in full, beside which others are written short
    for piece in pieces:
        if base and _is_extension(piece, base):
            if piece.extensions or piece.joint == "range":
                return AMBIGUOUS  # wew. 12 do 15: those between as well, or until three o'clock
            numbers.append(replace(numbers[-1], extension=piece.digits))
            continue
        if base and begins_with_emergency(piece.run, plan.region):
            return LEFT_OVER  # lub 112, 2024/2025
        if piece.after and (reason := _runs_on(piece, plan)):
            return reason
        read, base = _read_piece(piece, base, numbers, plan)
        if isinstance(read, str):
            return LEFT_OVER if len(pieces) > 1 and read in {SHORT, TOO_SHORT, LOCAL} else read
        numbers += _told_apart(read, piece)
    if _towns_differ(pieces, numbers, plan) or _another_town_named(found, pieces, numbers):
        return AMBIGUOUS
    return _distinct(numbers)


def _read_piece(
    piece: Piece, base: Piece | None, numbers: list[Number], plan: NumberingPlan
) -> tuple[tuple[Number, ...] | str, Piece | None]:
    """Read one piece beside those before it; return its numbers or a reason, and what the next one stands beside."""
    read = read_run(piece.run, plan)
    if isinstance(read, str) and base and piece.run.startswith("+ "):
        plain = piece._replace(run=piece.run[2:], joint="list")  # 22 552 03 55 + 22 552 03 56
        return _read_piece(plain, base, numbers, plan) if read != LOCAL else (read, base)
    short = another_ending(piece, base, numbers[-1]) if base else ()
    if short and read != short:
        # 355/356; but never where the piece could stand alone, or where an extension may belong to all of them.
        return (AMBIGUOUS if isinstance(read, tuple) or piece.extensions else short), base
    if isinstance(read, str):
        return _completed(read, piece, base, numbers, plan)
    if base and piece.joint == "range":
        read = numbers_between(numbers[-1].e164, read[0].e164)[1:] or AMBIGUOUS
    if _is_bare_id(piece, read):
        return LOCAL, base
    if piece.stray and isinstance(read, tuple) and not read[-1].e164.startswith("+48"):
        return AMBIGUOUS, base  # 030 1234567 1)
    return read, piece


def _is_bare_id(piece: Piece, read: tuple[Number, ...] | str) -> bool:
    """Seven digits in a row behind a word that is nobody's name are as well an id: indeks 3874567."""
    word = piece.named
    unlike = WORDS.get(word) != "office" and (word.islower() or (word.isupper() and len(word) <= _INITIALS))
    return len(piece.digits) == SHORTEST_PIECE and piece.run.isdecimal() and unlike and bool(read)


def _without_short_codes(pieces: list[Piece], plan: NumberingPlan) -> list[Piece] | str:
    """Leave out what is dialled in an emergency beside a number: 601 510 355 lub 112; not where it may be an ending."""
    kept: list[Piece] = []
    for piece in pieces:
        short = len(piece.digits) <= _EMERGENCY and len(pieces) > 1 and not piece.extensions
        grouped = piece.run == f"{piece.digits[:3]} {piece.digits[3:]}"  # 116 123
        short = short and (grouped or piece.run.strip("()") == piece.digits)
        if not (short and is_emergency(piece.digits, plan.region)) or (kept and kept[-1].extensions):
            kept.append(piece)
        elif any(_may_end(piece, one, plan) for one in kept):
            return AMBIGUOUS  # 22 55 10 110 lub 112
    return kept or pieces


def _announced(pieces: list[Piece], plan: NumberingPlan) -> list[Piece]:
    """Leave out figures before the word that announces the first whole number: SP 12, tel. 552 03 55; 26/28, tel. …."""
    at = next((place for place, piece in enumerate(pieces) if piece.announced and place), 0)
    figures = pieces[:at]
    if not at or any(_is_dialled(piece) for piece in figures):
        return pieces
    # Without its area code it may have that of a figure: 12, tel. 552 03 55.
    whole = isinstance(read_run(pieces[at].run, replace(plan, area_code="")), tuple)
    return [pieces[at]._replace(joint="", jumped=False), *pieces[at + 1 :]] if whole else pieces


def _is_dialled(piece: Piece) -> bool:
    """Tell whether digits before a number may be dialled themselves: sekretariat 1234, tel. 22 551 03 55."""
    many, named = len(piece.digits), piece.named
    if many > _FIGURES or piece.extensions or "+" in piece.run:
        return True
    nameless = piece.joint != "slash" and (not named or WORDS.get(named.casefold()) == "office")
    return many > _HOUSE and (nameless or bool(piece.labels))


def _may_end(piece: Piece, base: Piece, plan: NumberingPlan) -> bool:
    """Tell whether an emergency code may be the ending of another number: close to that one's, or in a row of them.

    What a comma sets apart from a number that is no mobile one is an ending as well, however far: 22 55 10 150, 112.
    """
    if piece.jumped or not fits_groups(piece, base):
        return False
    if abs(int(piece.digits) - int(base.digits[-len(piece.digits) :])) <= _NEAR:
        return True
    read = read_run(base.run, plan) if piece.joint in {"list", "and"} else ""
    # Where lines and mobile numbers look alike, it may be a line: 212 555 0150, 911.
    return isinstance(read, tuple) and read[-1].kind != "mobile"


def _runs_on(piece: Piece, plan: NumberingPlan) -> str:
    """Return why a number is none that something with digits stands right before, or ""."""
    if isinstance(read_run(f"{piece.after} {piece.run}", plan), tuple):
        return AMBIGUOUS  # pok. 12 552 03 55
    whole = isinstance(read_run(piece.run, replace(plan, area_code="")), tuple)
    return "" if whole else DATE if piece.after_kind == "date" else LEFT_OVER


def _another_town_named(found: tuple[Token, ...], pieces: list[Piece], numbers: list[Number]) -> bool:
    """Tell whether a number got its area code from elsewhere while the text names a town that has another one."""
    towns = {token.value for token in found if token.kind == "town"}
    if not towns:
        return False
    short = {piece.digits for piece in pieces if SHORTEST_PIECE <= len(piece.digits) <= LONGEST_LOCAL}
    completed = [number.e164 for number in numbers for digits in short if number.e164.endswith(digits)]
    return any(e164.startswith("+48") and not e164[3:].startswith(town) for e164 in completed for town in towns)


def _distinct(numbers: list[Number]) -> tuple[Number, ...]:
    """Return the numbers, each once; one that is a telephone and a fax is a telephone."""
    known: dict[tuple[str, str], Number] = {}
    for number in numbers:
        before = known.setdefault((number.e164, number.extension), number)
        if before.kind == "fax" and number.kind != "fax":
            known[number.e164, number.extension] = number
    return tuple(known.values())


def _joined(pieces: list[Piece], plan: NumberingPlan) -> list[Piece]:
    """Put a number together that a slash cuts behind its area code: +49 (0) 2232 / 68 84 11."""
    joined: list[Piece] = []
    for piece in pieces:
        area = joined[-1] if joined else None
        if (
            area
            and piece.joint == "slash"
            and not piece.jumped
            and "+" in area.run
            and "+" not in piece.run
            and not area.extensions
        ):
            whole = f"{area.run} {piece.run}"
            if isinstance(read_run(area.run, plan), str) and isinstance(read_run(whole, plan), tuple):
                both = area.labels | piece.labels
                joined[-1] = piece._replace(run=whole, digits=area.digits + piece.digits, joint=area.joint, labels=both)
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
    if not between:
        return why, piece
    first = piece.run.rpartition("-")[0].rstrip()  # what a further ending stands beside: 50-55, 59
    return between, piece._replace(run=first, digits=digits_of(first))


def _is_extension(piece: Piece, base: Piece) -> bool:
    """Another extension of the same number, after a separator and as long as the one before: wew. 12, 13."""
    if not piece.joint or not base.extensions or piece.named or piece.run.rstrip(")") != piece.digits:
        return False  # wew. 4, SP 2; wew. 12, 3/4
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
    if not plan.area_code or len(numbers) == 1:
        return False
    short = [piece.digits for piece in pieces if SHORTEST_PIECE <= len(piece.digits) <= LONGEST_LOCAL]
    towns = {
        number.e164.removesuffix(digits)
        for digits in short
        for number in numbers
        if number.e164.endswith(plan.area_code + digits)
    }
    lines = [number.e164 for number in numbers if number.kind in {"fixed_line", "fax"}]
    return any(not line.startswith(town) for town in towns for line in lines)
