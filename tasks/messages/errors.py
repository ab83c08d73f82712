"""Errors whose sentences stand in the catalogues: they carry the English ones, and are told in any language.

Under `error.NAME` stands what has happened, under `error.NAME.remedy` what to do next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from schemas.errors import PhonesyncError
from schemas.phrases import Phrase
from schemas.problems import Problem, code_of

if TYPE_CHECKING:
    from schemas.settings import Language

E = TypeVar("E", bound=PhonesyncError)


def error_of(kind: type[E], name: str, values: Mapping[str, object] | None = None, /, **more: Any) -> E:
    """Return an error by its name in the catalogues.

    Args:
        kind: of which kind.
        name: its name.
        values: what differs from case to case; a value may be a phrase, a problem, or several of them.
        more: what this kind of errors has besides.
    """
    given = dict(values or {})
    message, remedy = _said(name, given, "en")
    error = kind(message, remedy=remedy, **more)
    error.name, error.values = name, given
    return error


def told(error: PhonesyncError, lang: Language = "en") -> tuple[str, str]:
    """Return what has happened and what to do next; an error without a name speaks English alone."""
    if lang == "en":
        return error.message, error.remedy
    if error.name:
        return _said(error.name, error.values, lang)
    if error.problem:
        from tasks.messages.catalogue import render
        from tasks.messages.rendering import sentence

        between = ", " if error.problem.place else ": "
        remedy = render(f"remedy.{error.advice}", lang, **error.problem.values)
        return f"{error.where}{between}{sentence(error.problem, lang)}", remedy
    return error.message, error.remedy


def told_whole(error: PhonesyncError, lang: Language = "en") -> str:
    """Return both as one text, as `str` does in English."""
    return " ".join(filter(None, told(error, lang)))


def spoken(said: object, lang: Language = "en") -> str:
    """Return what is to be said in a language: a phrase, a problem, or several of them; a text is what it is.

    Of texts by their languages it is the one in this language.

    Those of a list are said with a semicolon between them, those of a tuple one right after the other.
    """
    from tasks.messages.catalogue import decimal, render
    from tasks.messages.guards import guard_sentence
    from tasks.messages.rendering import sentence

    if isinstance(said, Phrase):
        if said.key.startswith("guard."):
            return guard_sentence(said.values, lang)
        return render(said.key, lang, **{name: spoken(value, lang) for name, value in said.values.items()})
    if isinstance(said, Problem):
        return sentence(said, lang)
    if isinstance(said, list | tuple):
        return ("; " if isinstance(said, list) else "").join(spoken(one, lang) for one in said)
    if isinstance(said, Mapping):
        return spoken(said.get(lang, said["en"]), lang)
    return decimal(lang, said) if isinstance(said, float) else str(said)


def of_guards(hits: Iterable[Mapping[str, Any]]) -> list[Phrase]:
    """Return what guards say of a plan."""
    return [Phrase(f"guard.{hit['guard']}", hit) for hit in hits]


def kept_error(error: PhonesyncError) -> dict[str, Any]:
    """Return an error as summaries of runs have it: its English sentences, and by what it can be told again."""
    told_by: dict[str, Any] = {}
    if error.name:
        told_by = {"error_code": error.name, "error_values": {key: _kept(one) for key, one in error.values.items()}}
    elif error.problem:
        by = {"where": error.where, "place": error.problem.place, "advice": error.advice}
        told_by = {"error_code": str(error.problem.code.value), "error_values": {**error.problem.values, **by}}
    return {"error": str(error), **told_by}


def told_again(kept: Mapping[str, Any], lang: Language = "en") -> str:
    """Return the error of a kept summary in a language; in English it is the one that was kept."""
    from tasks.messages.catalogue import known

    code, values = kept.get("error_code"), dict(kept.get("error_values") or {})
    if lang == "en" or not code:
        return str(kept["error"])
    if "advice" in values:
        where, place, advice = (values.pop(name) for name in ("where", "place", "advice"))
        problem = Problem(code_of(code), values, place)
        return told_whole(PhonesyncError("", problem=problem, advice=advice, where=where), lang)
    again = PhonesyncError(str(kept["error"]))
    again.name, again.values = code, {key: _again(one) for key, one in values.items()}
    return told_whole(again, lang) if known(f"error.{code}") else str(kept["error"])


def _said(name: str, values: Mapping[str, object], lang: Language) -> tuple[str, str]:
    from tasks.messages.catalogue import known, render

    key, given = f"error.{name}", {name: spoken(value, lang) for name, value in values.items()}
    return render(key, lang, **given), render(f"{key}.remedy", lang, **given) if known(f"{key}.remedy") else ""


def _kept(value: object) -> object:
    if isinstance(value, Phrase):
        return {"phrase": value.key, "values": {key: _kept(one) for key, one in value.values.items()}}
    if isinstance(value, Problem):
        return {"problem": str(value.code.value), "values": dict(value.values), "place": value.place}
    if isinstance(value, tuple):  # JSON has none, and what is said one right after the other is no list
        return {"parts": [_kept(one) for one in value]}
    if isinstance(value, list):
        return [_kept(one) for one in value]
    if isinstance(value, Mapping):  # by language, or what a guard has seen
        return {str(key): _kept(one) for key, one in value.items()}
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _again(value: object) -> object:
    if isinstance(value, dict) and "phrase" in value:
        return Phrase(value["phrase"], {key: _again(one) for key, one in value["values"].items()})
    if isinstance(value, dict) and "problem" in value:
        return Problem(code_of(value["problem"]), value["values"], value["place"])
    if isinstance(value, dict) and "parts" in value:
        return tuple(_again(one) for one in value["parts"])
    return [_again(one) for one in value] if isinstance(value, list) else value
