"""What `replace` accepts: its `data` checked as a whole, then turned into the rows that are stored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.number_form import reformatted
from connectors.sandbox.options import TextHandling, UsosOptions
from connectors.sandbox.usos_errors import UsosRefusedError, invalid
from connectors.sandbox.usos_rows import Phone, PhoneType
from connectors.sandbox.wire import is_unicode


@dataclass(frozen=True)
class Item:
    """One wanted number as it was sent."""

    number: str
    comment_pl: str | None
    type_id: str | None


def parsed(text: str, options: UsosOptions, types: Mapping[str, PhoneType]) -> list[Item]:
    """Every item of `data`, or the first thing that is wrong with any of them.

    Raises:
        UsosRefusedError: `param_invalid` for `data`, with words for people; nothing may be stored.
    """
    try:
        data = json.loads(text)
    except ValueError:
        raise _refused("nie jest poprawnym dokumentem JSON", "is not valid JSON") from None
    if not isinstance(data, list):
        raise _refused("nie jest listą", "is not a list")
    if not is_unicode(data):
        raise _refused("nie jest poprawnym tekstem Unicode", "is not valid Unicode")
    if not data and not options.allow_empty_replace:
        raise _refused("jest pustą listą", "is an empty list")
    return [_item(position, raw, options, types) for position, raw in enumerate(data, start=1)]


def rows(items: Iterable[Item], options: UsosOptions, types: Mapping[str, PhoneType]) -> list[Phone]:
    """What is stored: the Polish comment alone, the texts and the type stored or changed as set."""
    wanted = [
        Phone(
            reformatted(item.number, options.numbers),
            None if item.comment_pl is None else options.letters(item.comment_pl),
            None,
            _type(item, options, types),
        )
        for item in items
    ]
    return wanted if options.keep_duplicates else list(dict.fromkeys(wanted))


def guessed(number: str, types: Mapping[str, PhoneType]) -> str | None:
    """A type for a number by its look: not accurate, as the page warns."""
    digits = re.sub(r"^(?:\+?48|0048)", "", re.sub(r"[^\d+]", "", number))
    if "fax" in number.casefold() or "faks" in number.casefold():
        code = "FAX"
    else:
        code = "KOM" if digits[:1] in {"5", "6", "7", "8"} else "STA"
    return code if code in types else None


def tidied(text: str, handling: TextHandling) -> str:
    """The text with its white space kept, trimmed or collapsed."""
    if handling == "collapsed":
        return " ".join(text.split())
    return text.strip() if handling == "trimmed" else text


def _type(item: Item, options: UsosOptions, types: Mapping[str, PhoneType]) -> str | None:
    if options.types == "ignored":
        return None
    if options.types == "stored" and item.type_id is not None:
        return item.type_id
    return guessed(item.number, types)


def _item(position: int, raw: Any, options: UsosOptions, types: Mapping[str, PhoneType]) -> Item:
    if not isinstance(raw, dict):
        raise _refused(f"pozycja {position} nie jest obiektem", f"item {position} is not an object")
    for key in ("number", "comment"):
        if key not in raw:
            raise _refused(f"pozycja {position} nie ma pola {key}", f"item {position} lacks the field {key}")
    number, comment, type_id = raw["number"], raw["comment"], raw.get("type_id")
    if not isinstance(number, str):
        raise _refused(f"pozycja {position}: numer nie jest tekstem", f"item {position}: the number is no text")
    pl = _polish(position, comment)
    if type_id is not None and not isinstance(type_id, str):
        raise _refused(f"pozycja {position}: typ nie jest tekstem", f"item {position}: the type is no text")
    if type_id and options.types == "stored" and options.unknown_type == "refused" and type_id not in types:
        raise _refused(f"pozycja {position}: nieznany typ", f"item {position}: unknown type")
    number = tidied(number, options.text)
    pl = None if pl is None else tidied(pl, options.text)
    _check_limits(position, number, pl, options)
    return Item(number, pl, type_id or None)


def _polish(position: int, comment: Any) -> str | None:
    if comment is None:
        return None
    if not isinstance(comment, dict) or any(not isinstance(v, str | None) for v in comment.values()):
        raise _refused(f"pozycja {position}: zły komentarz", f"item {position}: the comment is no LangDict")
    polish: str | None = comment.get("pl")
    return polish


def _check_limits(position: int, number: str, comment: str | None, options: UsosOptions) -> None:
    if not number.strip() and not options.allow_empty_number:
        raise _refused(f"pozycja {position}: pusty numer", f"item {position}: the number is empty")
    if any(character in options.forbidden_in_number for character in number):
        raise _refused(f"pozycja {position}: niedozwolony znak", f"item {position}: a character is not accepted")
    for text, limit in ((number, options.max_number_length), (comment or "", options.max_comment_length)):
        if limit is not None and len(text) > limit:
            raise _refused(
                f"pozycja {position}: tekst jest dłuższy niż {limit} znaków",
                f"item {position}: a text is longer than {limit} characters",
            )


def _refused(pl: str, en: str) -> UsosRefusedError:
    return invalid("data", f"Invalid data: {en}.", pl=f"Nie można zapisać numerów: {pl}.", en=f"Cannot save: {en}.")
