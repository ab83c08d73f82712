"""Pieces of a text: each run of digits with the words, extensions and separators that belong to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from schemas.reasons import LineCode
from tasks.phone.numbering_plan import AMBIGUOUS, SHORTEST_PIECE
from tasks.phone.vocabulary import Token

EXTENSION: Final = LineCode.NUMBER_EXTENSION
OTHER: Final = LineCode.NUMBER_OTHER
WORDS: Final = LineCode.NUMBER_WORDS
LETTERS: Final = LineCode.NUMBER_LETTERS
SIGNS: Final = LineCode.NUMBER_SIGNS

Joint = Literal["", "list", "or", "range", "slash"]


@dataclass(frozen=True)
class Piece:
    """A run of digits with what was said about it.

    Attributes:
        run: the digits and the separators between them.
        digits: the digits alone.
        joint: the separator before it.
        labels: the meanings of the labels around it.
        extensions: the extensions behind it, in order.
        named: whether a word that is no label stands right before it, such as a street's name.
        elsewhere: whether a word with a capital stands between it and the piece before: perhaps another town's name.
    """

    run: str
    digits: str
    joint: Joint = ""
    labels: frozenset[str] = frozenset()
    extensions: tuple[str, ...] = ()
    named: bool = False
    elsewhere: bool = False


def gather(found: tuple[Token, ...]) -> list[Piece] | str:  # noqa: C901, PLR0911, PLR0912 - one branch a kind of token
    """Gather the tokens into pieces, or say which token makes the text another thing."""
    pieces: list[Piece] = []
    joint: Joint = ""
    labels, before = frozenset[str](), Token("plain", "")
    named = elsewhere = False
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
            case "run" if joint == "slash" and "+" not in token.text and pieces and _is_area(pieces[-1]):
                area = pieces[-1]
                pieces[-1] = replace(area, run=f"{area.run} {token.text}", digits=area.digits + token.value)
                joint = ""
            case "run":
                pieces.append(Piece(token.text, token.value, joint, labels, named=named, elsewhere=elsewhere))
                joint, labels, elsewhere = "", frozenset(), False
            case "extension" if not pieces:
                return AMBIGUOUS if any(other.kind == "run" for other in found) else EXTENSION
            case "extension" if joint and len(pieces) > 1 and not any(piece.extensions for piece in pieces):
                return AMBIGUOUS  # 552 03 55, 552 03 56, wew. 12: of the last one, or of both?
            case "extension":
                pieces[-1] = replace(pieces[-1], extensions=(*pieces[-1].extensions, token.value))
                joint = ""
            case "list" | "or" | "range" | "slash":
                # A label before a separator speaks of the number on its own side.
                if pieces:
                    pieces[-1], labels = _labelled(pieces[-1], labels), frozenset()
                joint = token.kind
            case "label":
                labels |= {token.value}
            case "note" if joint == "range":
                joint = ""  # "telefon do sekretariatu": a word, not the end of a range
        before = token
        if token.kind != "plain":
            named = token.kind == "note"
            elsewhere |= named and token.text[0].isupper()
    if pieces:
        pieces[-1] = _labelled(pieces[-1], labels)
    return pieces or WORDS


def _labelled(piece: Piece, labels: frozenset[str]) -> Piece:
    return replace(piece, labels=piece.labels | labels) if labels else piece


def _is_area(piece: Piece) -> bool:
    """An area code before a slash, as in 22/552 03 55: too short for anything else."""
    return len(piece.digits) < SHORTEST_PIECE and piece.joint != "slash" and not piece.extensions
