"""Settings and faults as an administrator writes them on the command line, and the list of all there are.

A setting is `usos.types=ignored`. A fault is `usos.replace: server_error_after_commit, times=3`. Names, defaults and
meanings come from `options.py`, so that this list is always the whole one.
"""

from __future__ import annotations

import codecs
import inspect
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, fields, replace
from difflib import get_close_matches
from types import NoneType, UnionType
from typing import Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints
from zoneinfo import available_timezones

from connectors.sandbox.apio import METHODS as APIO_METHODS
from connectors.sandbox.options import ANY_METHOD, FAULTS, ApioOptions, Fault, UsosOptions
from connectors.sandbox.usos_methods import METHODS as USOS_METHODS
from connectors.sandbox.usos_rows import NumberRow
from schemas.errors import UsageError

Options = TypeVar("Options", UsosOptions, ApioOptions)

SERVICES: Final[Mapping[Literal["usos", "apio"], str]] = {"usos": "USOS", "apio": "APIO"}
METHODS: Final[Mapping[str, tuple[str, ...]]] = {
    "usos": (*(method.name for method in USOS_METHODS.values()), ANY_METHOD),
    "apio": ("login", *APIO_METHODS, ANY_METHOD),
}
WRITES = "writes"
WRITES_MEANS = (
    "what another writer adds a number to: an entity of USOS such as faculty/10000000, a phone list of APIO such as "
    "chopin or chopin/strings; `another_writer` needs it, any kind that lets a write happen may have it."
)
_PLACES = "Say where: writes=faculty/10000000, or writes=chopin."
_SEE = "`phonesync sandbox --help` lists all of them."
_NEXT = re.compile(r",(?=\s*\w+\s*=)")  # a date has a comma of its own
_ENTRY = re.compile(r"^ {4}(\w+): (.*?)(?=^ {4}\w+: |\Z)", re.MULTILINE | re.DOTALL)


def _without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("ł", "l").replace("Ł", "L"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


# What becomes of letters, by the word that stands for it here.
LETTERS: Final[Mapping[str, Callable[[str], str]]] = {
    "kept": str,
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "no_accents": _without_accents,
}


@dataclass(frozen=True)
class Setting:
    """One thing that can be set: its name, its default as it would be typed, its meaning, and what to choose from."""

    name: str
    default: str
    means: str
    choices: tuple[str, ...] = ()


def settings(service: Literal["usos", "apio"]) -> list[Setting]:
    """Return every setting of a service, in the order in which they are declared."""
    return _declared(UsosOptions if service == "usos" else ApioOptions)


def fault_settings() -> list[Setting]:
    """Return what can be set of a fault beside its method and its kind."""
    declared = [one for one in _declared(Fault) if one.name not in {"method", "kind", "mutation"}]
    return [*declared, Setting(WRITES, "none", WRITES_MEANS)]


def options_from(texts: Iterable[str]) -> tuple[UsosOptions, ApioOptions]:
    """Return both services' options with these settings; of two for one name the later one counts.

    Raises:
        UsageError: no such setting, or a value that it does not take; the nearest known one is named.
    """
    usos, apio = UsosOptions(), ApioOptions()
    for text in texts:
        place, _, value = text.partition("=")
        service, _, name = place.strip().partition(".")
        if "=" not in text or not name:
            raise UsageError(f'"{text}" is not a setting.', remedy="Write one as usos.types=ignored.")
        _known(service, METHODS, "service", text)
        if service == "usos":
            usos = _with(usos, name, value.strip(), text)
        else:
            apio = _with(apio, name, value.strip(), text)
    return usos, apio


def faults_from(texts: Iterable[str]) -> dict[str, list[Fault]]:
    """Return the faults of each service, in their order.

    Raises:
        UsageError: no such service, method, kind or setting, or a value that cannot be; the nearest known one is named.
    """
    found: dict[str, list[Fault]] = {service: [] for service in METHODS}
    for text in texts:
        place, _, rest = text.partition(":")
        service, _, method = place.strip().partition(".")
        kind, *given = (part.strip() for part in _NEXT.split(rest))
        if not method or not kind:
            remedy = 'Write one as "usos.replace: server_error_after_commit, times=3".'
            raise UsageError(f'"{text}" is not a fault.', remedy=remedy)
        _known(service, METHODS, "service", text)
        _known(method, METHODS[service], f"method of {service}", text)
        _known(kind, FAULTS, "fault", text)
        found[service].append(_fault(service, {"method": method, "kind": kind}, given, text))
    return found


def _fault(service: str, made: dict[str, Any], given: Sequence[str], text: str) -> Fault:
    hints = get_type_hints(Fault)
    known = [one.name for one in fault_settings()]
    for part in given:
        name, _, value = (piece.strip() for piece in part.partition("="))
        _known(name, known, "setting of a fault", text)
        if name == WRITES:
            made["mutation"] = another_writer(service, value, text)
        else:
            made[name] = _checked(name, _value(hints[name], value, text), text)
    try:
        return Fault(**made)
    except ValueError as error:
        remedy = _PLACES if made["kind"] == "another_writer" else _SEE
        raise UsageError(f'"{text}": {error}.', remedy=remedy) from None


def another_writer(service: str, where: str, text: str) -> Callable[[Any], None]:
    """Return what adds one number to an entity of USOS, or to a phone list of APIO, each time somebody else writes."""
    first, _, second = where.partition("/")
    if not first or (service == "usos" and not second):
        raise UsageError(f'"{text}": "{where}" names no place.', remedy=_PLACES)

    def add_to_entity(usos: Any) -> None:
        stored = usos.numbers(first, second)
        usos.set_numbers(first, second, [*stored, NumberRow(f"+482299977{len(stored):02d}", "Another writer")])

    def add_to_list(apio: Any) -> None:
        stored = apio.entries(first, second or None)
        added = (f"Another writer {len(stored)}", f"+48-2299977{len(stored):02d}")
        apio.set_entries(first, second or None, [*stored, added])

    return add_to_entity if service == "usos" else add_to_list


def _with(options: Options, name: str, value: str, text: str) -> Options:
    hints = get_type_hints(type(options))
    _known(name, hints, "setting", text)
    changed: dict[str, Any] = {name: _checked(name, _value(hints[name], value, text), text)}
    return replace(options, **changed)


def _checked(name: str, value: Any, text: str) -> Any:
    """Return the value, or refuse what would only fail once the service is asked something."""
    usable, must = _LIMITS.get(name, (lambda _: True, ""))
    if not usable(value):
        raise UsageError(f'"{text}": {name} has to be {must}.', remedy=_SEE)
    return value


def _is_encoding(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True


# What a type alone does not say: whether a value is usable, and what it has to be.
_LIMITS: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    "time_zone": (lambda name: name in available_timezones(), "a time zone such as Europe/Warsaw"),
    "charset": (_is_encoding, "an encoding such as utf-8"),
    "prefix": (lambda path: path.startswith("/") and path.endswith("/"), "a path that begins and ends with /"),
    "status": (lambda status: 400 <= status <= 599, "a status from 400 to 599"),
    "seconds": (lambda seconds: seconds is None or abs(seconds) <= 86400, "at most a day"),
}


def _known(name: str, known: Iterable[str], what: str, text: str) -> None:
    """Refuse a name that is not known, with the nearest one that is."""
    names = list(known)
    if name not in names:
        near = get_close_matches(name, names, n=1, cutoff=0.5)
        remedy = f"Did you mean {near[0]}?" if near else _SEE
        raise UsageError(f'"{text}": there is no {what} "{name}".', remedy=remedy)


def _value(hint: Any, value: str, text: str) -> Any:
    """Return a value of the declared type, read from text; `none` stands for None where that may be."""
    if get_origin(hint) is Literal or _takes_letters(hint) or hint is bool:
        choices = _choices(hint)
        _known(value, choices, "value", text)
        return choices[value]
    if get_origin(hint) is tuple:
        return tuple(part.strip() for part in value.split(",") if part.strip())
    types = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    if NoneType in types and value == "none":
        return None
    for kind in (int, float):
        if kind in types or (kind is int and float in types):
            try:
                number = kind(value)
            except ValueError:
                continue
            if math.isfinite(number):
                return number
    if str in types:
        return value
    raise UsageError(f'"{text}": "{value}" is not a number.', remedy=_SEE)


def _choices(hint: Any) -> dict[str, Any]:
    """Return the values to choose from, by how they are written; none where there is no such list."""
    if get_origin(hint) is Literal:
        return {str(choice): choice for choice in get_args(hint)}
    if hint is bool:
        return {"true": True, "false": False}
    return dict(LETTERS) if _takes_letters(hint) else {}


def _takes_letters(hint: Any) -> bool:
    return bool(hint == Callable[[str], str])


def _declared(kind: type[Any]) -> list[Setting]:
    """Return the fields of a dataclass with what its docstring says of each."""
    hints, means = get_type_hints(kind), _meanings(kind)
    return [Setting(one.name, _written(one), means[one.name], tuple(_choices(hints[one.name]))) for one in fields(kind)]


def _meanings(kind: type[Any]) -> dict[str, str]:
    text = inspect.getdoc(kind) or ""
    found = _ENTRY.findall(text.partition("Attributes:\n")[2])
    return {name: " ".join(re.sub(r"\bNone\b", "none", meaning).split()) for name, meaning in found}


def _written(one: Field[Any]) -> str:
    """Return a default as it would be typed."""
    value = one.default
    if value is MISSING:
        return ""
    if value is None or isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(value)
    if callable(value):
        return next(name for name, function in LETTERS.items() if function is value)
    text = str(value)
    return text if text.isprintable() else repr(text)[1:-1]
