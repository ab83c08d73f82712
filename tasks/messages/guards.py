"""What a guard says of a plan, made of its figures. A plan keeps the English sentence that it was made with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from schemas.problems import Problem, code_of
from schemas.settings import Language
from tasks.messages.catalogue import counted, figure, form_of, known, share, text
from tasks.messages.rendering import sentence

_SHARES: Final = ("_share", "_drop")


def guard_sentence(guard: Mapping[str, Any], lang: Language = "en") -> str:
    """Return the sentence of a guard, as `--json` has it.

    In English it is the one that its plan keeps, once it has one: earlier releases kept fewer figures beside it.
    """
    key, kept = f"guard.{guard['guard']}", str(guard["message"])
    if (lang == "en" and kept) or not known(key):
        return kept
    is_share = str(guard["guard"]).endswith(_SHARES)
    value, limit = (float(guard[name]) * 100 if is_share else round(float(guard[name])) for name in ("value", "limit"))
    shown = partial(_percents, lang) if is_share else partial(figure, lang)
    said = form_of(lang, key, guard.get("total", 0) if is_share else value).format(
        value=shown(value),
        limit=form_of(lang, "guard.limit", limit).replace("{n}", shown(limit)),
        counts=_counts(guard, lang),
    )
    elsewhere = {"handed_over": guard["handed_over"]} if "handed_over" in guard else {}
    figures = elsewhere | dict(guard.get("details", {}))
    more = [counted(lang, f"guard.{name}", n) for name, n in figures.items()]
    return "; ".join([said, *more, *_changes(guard, lang)])


def _changes(guard: Mapping[str, Any], lang: Language) -> list[str]:
    """Return what a service says of itself otherwise than before."""
    changes = [dict(change) for change in guard.get("changes", ())]
    return [sentence(Problem(code_of(change.pop("code")), change), lang) for change in changes]


def percentage(lang: Language, number: float) -> str:
    """Return a share as people read it: the same figure in every language and place."""
    return _percents(lang, 100 * number)


def _percents(lang: Language, number: float) -> str:
    return f"{share(lang, number)} %"


def _counts(guard: Mapping[str, Any], lang: Language) -> str:
    """Return how many of how many a figure is of; "" of a plan from before that was kept."""
    if "total" not in guard:
        return ""
    key = "guard.counts" if str(guard["guard"]).endswith(_SHARES) else "guard.total"
    return text(key, lang).format(n=figure(lang, guard["count"]), total=figure(lang, guard["total"]))
