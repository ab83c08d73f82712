"""What a guard says of a plan. Its English sentence is kept with the plan; other languages say what it was made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from schemas.problems import Problem, code_of
from schemas.settings import Language
from tasks.messages.catalogue import figure, known, share, text
from tasks.messages.rendering import sentence

_SHARES: Final = ("_share", "_drop")
_DETAILS: Final[Mapping[str, str]] = {
    "handed_over": "guard.handed_over",
    "this_plan": "guard.this_plan",
    "last_rows": "guard.last_rows",
    "numbers_elsewhere": "guard.numbers_elsewhere",
    "comments_emptied": "guard.comments_emptied",
    "comments_wordless": "guard.comments_wordless",
    "numbers_unreadable": "guard.numbers_unreadable",
}


def guard_sentence(guard: Mapping[str, Any], lang: Language = "en") -> str:
    """Return the sentence of a guard, as `--json` has it.

    In English it is the one that was made with the plan, which has more figures than earlier releases kept beside it.
    """
    key = f"guard.{guard['guard']}"
    if lang == "en" or not known(key):
        return str(guard["message"])
    value, limit = (_figure(str(guard["guard"]), float(guard[name]), lang) for name in ("value", "limit"))
    said = text(key, lang).format(value=value, limit=limit, counts=_counts(guard, lang))
    figures = {**guard, **guard.get("details", {})}
    more = [text(key, lang).format(n=figure(lang, figures[name])) for name, key in _DETAILS.items() if name in figures]
    return "; ".join([said, *more, *_changes(guard, lang)])


def _changes(guard: Mapping[str, Any], lang: Language) -> list[str]:
    """Return what a service says of itself otherwise than before."""
    changes = [dict(change) for change in guard.get("changes", ())]
    return [sentence(Problem(code_of(change.pop("code")), change), lang) for change in changes]


def percentage(lang: Language, number: float) -> str:
    """Return a share as people read it: the same figure in every language and place."""
    return f"{share(lang, 100 * number)} %"


def _counts(guard: Mapping[str, Any], lang: Language) -> str:
    """Return how many of how many a figure is of; "" of a plan from before that was kept."""
    if "total" not in guard:
        return ""
    key = "guard.counts" if str(guard["guard"]).endswith(_SHARES) else "guard.total"
    return text(key, lang).format(n=figure(lang, guard["count"]), total=figure(lang, guard["total"]))


def _figure(name: str, number: float, lang: Language) -> str:
    if name.endswith(_SHARES):
        return percentage(lang, number)
    return figure(lang, round(number))
