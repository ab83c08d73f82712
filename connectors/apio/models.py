"""A phone list as the service writes it: addresses, entries, the results of a batch, the words of an error. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple

from connectors.http.response import Dialect, HttpAnswer, NotPromised
from schemas.phrases import Phrase

# Where the words of an error stand.
_WORD_KEYS: Final = ("details", "detail", "message", "description", "error", "reason", "errors")
_UNSAFE: Final = re.compile("[/%\ud800-\udfff]")


class ApioEntry(NamedTuple):
    """One contact of a phone list."""

    name: str
    number: str

    def to_body(self) -> dict[str, str]:
        """The entry under the page's names."""
        return {"name": self.name, "phoneNumber": self.number}


@dataclass(frozen=True)
class PhoneList:
    """The common phone list of a tenant, or of one of its groups."""

    tenant: str
    group: str | None = None


@dataclass(frozen=True)
class Criteria:
    """What `entries` looks for; joined by AND unless `combine_with_or`. More matches than the limit are an error."""

    combine_with_or: bool | None = None
    sensitive_name_starts: str | None = None
    sensitive_name_contains: str | None = None
    sensitive_name_equals: str | None = None
    insensitive_name_starts: str | None = None
    insensitive_name_contains: str | None = None
    insensitive_name_equals: str | None = None
    insensitive_phone_number_starts: str | None = None
    insensitive_phone_number_contains: str | None = None
    insensitive_phone_number_equals: str | None = None
    response_size_limit: int | None = None

    def to_body(self) -> dict[str, str | int]:
        """What is asked for, under the page's names, which are these fields' names in camel case."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {_camel(name): value for name, value in given.items() if value is not None}


@dataclass(frozen=True)
class BatchRow:
    """What the service says of one row of the file, or of an entry it deleted (`line` is None).

    `line` counts data rows from 1, the header excluded. After a rename `name` may be the new one: go by `line`.
    """

    line: int | None
    name: str
    number: str
    status: str
    message: str

    @property
    def success(self) -> bool:
        """True for the one word that means it; any other is a failure."""
        return self.status == "Success"


@dataclass(frozen=True)
class BatchResult:
    """What became of a batch, row by row. Only status 200 with every row a success is a whole success."""

    status: int
    rows: tuple[BatchRow, ...]
    attempts: int = 1
    message: str = ""


def is_path_safe(name: str) -> bool:
    """False for a name that an address cannot carry unharmed: use `delete_many`, which carries it in the body."""
    return name not in {"", ".", "..", "batch"} and not _UNSAFE.search(name)


def object_of(answer: HttpAnswer) -> dict[str, Any]:
    """The JSON object an answer holds, or `NotPromised`; keys that nobody asked for do no harm."""
    body = answer.json()
    if not isinstance(body, dict):
        raise NotPromised
    return body


def confirmed(answer: HttpAnswer) -> dict[str, Any]:
    """The object that confirms a change, or `NotPromised`: an error dressed as a success confirms nothing."""
    body = object_of(answer)
    if any(body.get(key) for key in ("details", "error", "errors")):
        raise NotPromised
    return body


def entry_of(item: Any) -> ApioEntry:
    """An entry as the service writes it, or `NotPromised`."""
    if isinstance(item, dict) and isinstance(item.get("name"), str) and isinstance(item.get("phoneNumber"), str):
        return ApioEntry(item["name"], item["phoneNumber"])
    raise NotPromised


def listed_entry(item: Any) -> ApioEntry:
    """An entry of a list, or `NotPromised`: what is no text in it is "": one odd entry does not cost the list."""
    if not isinstance(item, dict):
        raise NotPromised
    name, number = item.get("name"), item.get("phoneNumber")
    return ApioEntry(name if isinstance(name, str) else "", number if isinstance(number, str) else "")


def has_results(answer: HttpAnswer) -> bool:
    """True where the page promises results, and where a refusal brings them along: full failure is told row by row."""
    if answer.status in {200, 207}:
        return True
    body = answer.json_or_none() if answer.status in {400, 422} else None
    return isinstance(body, dict) and isinstance(body.get("results"), list)


def row_of(item: Any) -> BatchRow:
    """A row of a batch's results, or `NotPromised`."""
    if not isinstance(item, dict):
        raise NotPromised
    name, number, status, message = (_text(item.get(key)) for key in ("name", "phone_number", "status", "message"))
    return BatchRow(_line(item.get("line")), name, number, status, message)


def _line(value: Any) -> int | None:
    text = _text(value)
    if text == "-":
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise NotPromised
    return int(text)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise NotPromised
    return str(value)


def _words(body: Any) -> str:
    """The texts and codes of an error, in any of its forms."""
    if isinstance(body, list):
        return "; ".join(filter(None, map(_words, body)))
    if not isinstance(body, dict):
        return body if isinstance(body, str) else ""
    texts = [_flat(body[key]) for key in _WORD_KEYS if body.get(key)]
    # A list of texts under any other key says what is wrong with the field of that name.
    texts += [_flat({key: value}) for key, value in body.items() if key not in _WORD_KEYS and _are_texts(value)]
    code = body.get("code")
    return ": ".join([*([str(code)] if isinstance(code, int | str) else []), "; ".join(texts)]) if texts else ""


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(text, str) for text in value)


def _flat(value: Any) -> str:
    """Everything below `details`, where a key names the field that is wrong."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_flat(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return "; ".join(map(_flat, value))
    return str(value)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


DIALECT: Final = Dialect(
    words=_words,
    refuses_access=lambda status, _: status in {401, 403},
    access_remedy=Phrase("http.access_apio"),
)
