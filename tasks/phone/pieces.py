"""Pieces of a text: each run of digits with the words, extensions and separators that belong to it."""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple

from schemas.reasons import LineCode
from tasks.phone.numbering_plan import AMBIGUOUS, SHORTEST_PIECE, digits_of
from tasks.phone.tokenizer import Token

EXTENSION: Final = LineCode.NUMBER_EXTENSION
OTHER: Final = LineCode.NUMBER_OTHER
WORDS: Final = LineCode.NUMBER_WORDS
LETTERS: Final = LineCode.NUMBER_LETTERS
SIGNS: Final = LineCode.NUMBER_SIGNS
ACCOUNT: Final = LineCode.NUMBER_ACCOUNT
DATE: Final = LineCode.NUMBER_DATE

Joint = Literal["", "list", "and", "or", "range", "slash"]

_NO_NUMBER: Final = {"id": OTHER, "account": ACCOUNT, "date": DATE}  # where nothing else stands there
_LAST_DIGITS: Final = re.compile(r"\d+$")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_SPOKEN: Final = frozenset(("label", "extension", "list", "or", "range", "slash", "plain", "run", "sign", "foreign"))
_BEHIND_A_DASH: Final = re.compile(r"\d - 0?[1-9]\d$")
_SLASH: Final = frozenset(("slash",))
_ANYTHING: Final = frozenset(("slash", "plain"))
_AREA: Final = frozenset((2, 3))  # digits of an area code in Poland, the old 0 before it included
_LONGEST_AREA: Final = 5  # digits of one elsewhere
_SHORTEST_BEHIND: Final = 5  # digits of a number behind one
_FAR: Final = frozenset(("address", "postal", "town"))


class Piece(NamedTuple):
    """A run of digits with what was said about it.

    Attributes:
        run: the digits and the separators between them.
        digits: the digits alone.
        joint: the separator before it.
        labels: the meanings of the labels around it.
        extensions: the extensions behind it, in order.
        named: the word right before it that is no label, such as a street's name, or "".
        elsewhere: whether a word with a capital stands between it and the piece before: perhaps another town's name.
        jumped: whether words stand between it and the number before.
        dashed: whether a dash hangs on it behind a separator: 55, -56.
        after: the last digits of something else right before it, as in "pok. 12 552 03 55", or "".
        after_kind: what that is.
        town: whether a town's name stands right behind it.
        stray: whether it ends in a bracket that nothing has opened.
        announced: whether a label such as "tel.", or a colon, stands between it and what is before.
    """

    run: str
    digits: str
    joint: Joint = ""
    labels: frozenset[str] = frozenset()
    extensions: tuple[str, ...] = ()
    named: str = ""
    elsewhere: bool = False
    jumped: bool = False
    dashed: bool = False
    after: str = ""
    after_kind: str = ""
    town: bool = False
    stray: bool = False
    announced: bool = False


def gather(found: tuple[Token, ...]) -> list[Piece] | str:  # noqa: C901, PLR0911, PLR0912, PLR0915 - a branch a kind
    """Gather the tokens into pieces, or say which token makes the text another thing."""
    pieces: list[Piece] = []
    joint: Joint = ""
    labels, before, typed = frozenset[str](), Token("plain", ""), Token("plain", "")
    named, elsewhere, jumped, more = "", False, False, False
    opened = slashed = 0
    hanging = _SLASH  # what stands between a slash that hangs on one of its sides and the digits behind it
    for token in found:
        opened += token.text.count("(") - token.text.count(")")
        if token.kind == "plain":
            before = token
            continue
        if more and not (token.kind == "range" or token.value == "voice" or (token.kind == "run" and joint == "range")):
            return AMBIGUOUS  # 22 552 00 01 i kolejne: up to which one, nobody says
        match token.kind:
            case "more":
                more = True
            case "sign":
                return SIGNS
            case "foreign":
                return OTHER
            case "run" if before.kind not in _SPOKEN and before.text[-1].isalnum():
                return LETTERS
            case "run" if (
                joint == "slash"
                and _may_follow_area(token.text)
                and pieces
                and _is_area(pieces[-1])
                and not jumped
                # 551/03/55 is a file or a house; +48/22/551 03 55 a number
                and (slashed != len(pieces) or pieces[-1].run[0] in "+0(")
            ):
                area, slashed = pieces[-1], len(pieces)
                run = f"{area.run} {token.value}"
                pieces[-1] = area._replace(run=run, digits=digits_of(run))
                joint = ""
            case "run" if (
                joint == "slash" and pieces and before.kind in hanging and _may_be_area(pieces[-1], token.text)
            ):
                return AMBIGUOUS  # 22 551 03 11/12/551 03 13
            case "run":
                dashed = joint == typed.kind == "list" and before.kind == "plain" and before.text in {"-", " -"}
                tail = _tail(typed, before)
                piece = Piece(token.value, digits_of(token.value), joint, labels, (), named, elsewhere, jumped, dashed)
                if tail or opened < 0:
                    stray = opened < 0 and token.text[-1] == ")"
                    piece, opened = piece._replace(after=tail, after_kind=typed.kind, stray=stray), max(opened, 0)
                told = labels or (before.kind == "plain" and ":" in before.text)
                pieces.append(piece._replace(announced=True) if told else piece)
                joint, labels, elsewhere, jumped, more = "", frozenset(), False, False, False
            case "extension" if not token.value:
                return AMBIGUOUS
            case "extension" if not pieces:
                return AMBIGUOUS if any(other.kind == "run" for other in found) else EXTENSION
            case "extension" if joint and len(pieces) > 1 and not any(piece.extensions for piece in pieces):
                return AMBIGUOUS  # 552 03 55, 552 03 56, wew. 12: of the last one, or of both?
            case "extension" if labels == {"fax"} and "fax" not in pieces[-1].labels:
                return AMBIGUOUS  # tel. 552 03 55, fax w. 12: two numbers
            case "extension":
                pieces[-1] = pieces[-1]._replace(extensions=(*pieces[-1].extensions, token.value))
                joint, jumped = "", False
            case "list" | "or" | "range" | "slash":
                # A label before a separator speaks of the number on its own side.
                if pieces:
                    pieces[-1], labels = _labelled(pieces[-1], labels), frozenset()
                hanging = _ANYTHING if before.kind == "run" else _SLASH
                joint = "and" if token.kind == "list" and token.text.isalpha() else token.kind
            case "label":
                labels |= {token.value}
            case _ if before.kind == "run" and token.text[0].isalnum():
                return LETTERS
            case _:
                if pieces and typed.kind == "run" and (token.kind == "town" or _is_name(token, pieces[-1])):
                    pieces[-1] = pieces[-1]._replace(town=True)
                jumped = True
                if joint == "range":
                    joint = ""  # "telefon do sekretariatu": a word, not the end of a range
        named = "" if token.kind in _SPOKEN else token.text
        elsewhere |= token.kind in _FAR or (token.kind == "note" and token.text[0].isupper())
        before = typed = token
    if more:
        return AMBIGUOUS
    if pieces:
        pieces[-1] = _labelled(pieces[-1], labels)
    return pieces or next((_NO_NUMBER[token.kind] for token in found if token.kind in _NO_NUMBER), WORDS)


def _tail(typed: Token, before: Token) -> str:
    """Return the digits at the end of something else that only a space sets apart from a number."""
    if typed.kind == "extension" and before.kind == "plain" and not before.text.strip(" -"):
        return typed.value  # wew. 22 999 05 11
    if typed.kind in _SPOKEN or not typed.text[-1].isdigit() or (before.kind == "plain" and before.text.strip()):
        return ""
    return _LAST_DIGITS.search(typed.text)[0]  # type: ignore[index]  # it ends in a digit


def _is_name(token: Token, piece: Piece) -> bool:
    """Tell whether a word may be the name of a town to which four digits or five are the postal code."""
    return token.kind == "note" and token.text[0].isupper() and len(piece.digits) in {4, 5}


def _labelled(piece: Piece, labels: frozenset[str]) -> Piece:
    return piece._replace(labels=piece.labels | labels) if labels else piece


def _may_follow_area(run: str) -> bool:
    """Tell whether digits behind a slash may go on a number; a year ends the number of a case: BR-0553-55/2023."""
    return "+" not in run and not run.startswith("00") and not _YEAR.fullmatch(run)


def _is_area(piece: Piece) -> bool:
    """An area code before a slash, as in 22/552 03 55: too short for anything else."""
    grouped = " " in piece.run and piece.run[0] not in "0+("  # 16 2023/2024
    short = len(piece.digits) < SHORTEST_PIECE - grouped
    coded = piece.run.lstrip("( ").startswith(("+", "00"))  # 22 551 03 55 / +48 22/551 03 56
    return short and (piece.joint != "slash" or coded) and not piece.extensions


def _may_be_area(piece: Piece, run: str) -> bool:
    """Tell whether an area code may stand between two slashes, before as many digits as go with one.

    Or between a dash and a slash: 22 551 03 55 - 12/551 03 56.
    """
    count, many = len(digits_of(run)), len(piece.digits)
    if count >= SHORTEST_PIECE and _BEHIND_A_DASH.search(piece.run):
        return True
    zeroed = piece.digits[0] == "0" and many <= _LONGEST_AREA and count >= _SHORTEST_BEHIND
    return piece.joint == "slash" and (zeroed or (many in _AREA and count >= SHORTEST_PIECE))
