"""What `services/phones` takes and answers: numbers, its words for what went wrong, and what refuses access."""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from connectors.http.response import Dialect, HttpAnswer, NotPromised
from schemas.directory import Unit
from schemas.phrases import Phrase

_LONGEST_SENTENCE: Final = 1000
_LONGEST_NAME: Final = 200
# Answers about the signature carry no `error`, only a sentence, and not always status 401.
_SIGNING_WORDS: Final = re.compile(r"nonce|timestamp|signature|consumer|oauth", re.IGNORECASE)
# A nonce is never used twice by us.
_USED_NONCE: Final = re.compile(r"nonce\b.*\b(?:used|seen|replay)|\b(?:used|replay)\w*\b.*\bnonce", re.IGNORECASE)


class UsosNumber(NamedTuple):
    """One number of an entity, as USOS stores it; no comment and no type are ""."""

    number: str
    comment_pl: str = ""
    comment_en: str = ""
    type_id: str = ""


def item_of(number: UsosNumber) -> dict[str, Any]:
    """One entry of `data`: the comment always stands there, the type only where there is one."""
    item: dict[str, Any] = {
        "number": number.number,
        "comment": {"pl": number.comment_pl, "en": number.comment_en or None},
    }
    return {**item, "type_id": number.type_id} if number.type_id else item


def object_of(answer: HttpAnswer) -> dict[str, Any]:
    """The answer's JSON object; `NotPromised` where it is anything else."""
    body = answer.json()
    if not isinstance(body, dict):
        raise NotPromised
    return body


def numbers_of(listed: Any) -> tuple[UsosNumber, ...] | None:
    """The numbers of one entity, or None where this is no list of numbers: half a list is never taken for a whole."""
    if not isinstance(listed, list):
        return None
    numbers = [_number(item) for item in listed]
    return None if None in numbers else tuple(number for number in numbers if number)


def list_of(answer: HttpAnswer) -> list[Any]:
    """The answer's JSON list; `NotPromised` where it is anything else."""
    body = answer.json()
    if not isinstance(body, list):
        raise NotPromised
    return body


def unit_of(item: Any, identifier: str = "") -> Unit:
    """One unit, building or person, as it is listed or under its id; null is one of whom nothing is shown.

    A unit and a building have a name in several languages, a person one of their own.
    """
    if item is None and identifier:
        return Unit(identifier)
    if not isinstance(item, dict):
        raise NotPromised
    said = item.get("id", identifier)
    if not isinstance(said, str) or not said or (identifier and said != identifier):
        raise NotPromised
    name = {} if item.get("name") is None else item["name"]
    own = [item.get(part) for part in ("first_name", "last_name")]
    numbers = item.get("phone_numbers")
    if not isinstance(name, dict) or not isinstance(numbers, list | None):
        raise NotPromised
    if not all(text is None or isinstance(text, str) for text in (*name.values(), *own, *(numbers or ()))):
        raise NotPromised
    names = {language: _called(name.get(language) or "") for language in ("pl", "en")}
    person = _called(" ".join(filter(None, own)))
    names = {language: text or person for language, text in names.items()}
    shown = {language: text for language, text in names.items() if text}
    listed = None if numbers is None else tuple(number for number in numbers if number)
    return Unit(said, shown, listed, _units_of(item))


def _units_of(item: dict[str, Any]) -> tuple[str, ...]:
    """Return the ids of the units where a person is employed, each once; a position may be in none."""
    positions = [] if item.get("employment_positions") is None else item["employment_positions"]
    if not isinstance(positions, list) or not all(isinstance(position, dict) for position in positions):
        raise NotPromised
    units = [position["faculty"] for position in positions if position.get("faculty") is not None]
    if not all(isinstance(unit, dict) and isinstance(unit.get("id"), str) for unit in units):
        raise NotPromised
    return tuple(dict.fromkeys(unit["id"] for unit in units))


def _called(text: str) -> str:
    return " ".join(text.split())[:_LONGEST_NAME]


def _number(item: Any) -> UsosNumber | None:
    if not isinstance(item, dict):
        return None
    # The texts may be null, empty or absent, and all three mean that there is none; the number has to be there.
    comment = {} if item.get("comment") is None else item["comment"]
    if not isinstance(comment, dict):
        return None
    number, polish, english, type_id = item.get("number"), comment.get("pl"), comment.get("en"), item.get("type_id")
    if isinstance(number, str) and _may_lack(polish) and _may_lack(english) and _may_lack(type_id):
        return UsosNumber(number, polish or "", english or "", type_id or "")
    return None


def _may_lack(text: Any) -> bool:
    return text is None or isinstance(text, str)


def _words(body: Any) -> str:
    """`user_messages`, Polish before English and the general one before those of parameters; else `message`."""
    if not isinstance(body, dict):
        return ""
    messages = body.get("user_messages")
    messages = messages if isinstance(messages, dict) else {}
    fields = messages.get("fields")
    labelled = [("", messages.get("generic_message")), *(fields.items() if isinstance(fields, dict) else ())]
    languages = []
    for language in ("pl", "en"):
        texts = [(label, text.get(language)) for label, text in labelled if isinstance(text, dict)]
        languages.append("; ".join(f"{label}: {text}" if label else str(text) for label, text in texts if text))
    return " / ".join(filter(None, languages)) or str(body.get("message") or "")


def _had_before(body: Any) -> bool:
    """Tell whether the signature was refused for having come before, and not for being wrong."""
    message = str(body.get("message") or "") if isinstance(body, dict) and not body.get("error") else ""
    return bool(_USED_NONCE.search(message[:_LONGEST_SENTENCE]))


def _refuses_access(status: int, body: Any) -> bool:
    """By `error` where there is one: an entity one may not touch is no reason to doubt the key."""
    body = body if isinstance(body, dict) else {}
    error = str(body.get("error") or "")
    if error == "method_forbidden":
        return True
    if not error and _SIGNING_WORDS.search(str(body.get("message") or "")[:_LONGEST_SENTENCE]):
        return True
    return status in {401, 403} and not error.startswith("object_")


DIALECT: Final = Dialect(
    words=_words,
    refuses_access=_refuses_access,
    had_before=_had_before,
    access_remedy=Phrase("http.access_usos"),
)
