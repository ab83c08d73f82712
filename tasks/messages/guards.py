"""What a guard says of a plan. Its English sentence is kept with the plan; other languages say its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from schemas.settings import Language
from tasks.messages.catalogue import figure, known, share, text

_SHARES: Final = ("_share", "_drop")


def guard_sentence(guard: Mapping[str, Any], lang: Language = "en") -> str:
    """Return the sentence of a guard, as `--json` has it.

    In English it is the one that was made with the plan, which has more figures than are kept beside it.
    """
    key = f"guard.{guard['guard']}"
    if lang == "en" or not known(key):
        return str(guard["message"])
    value, limit = (_figure(str(guard["guard"]), float(guard[name]), lang) for name in ("value", "limit"))
    said = text(key, lang).format(value=value, limit=limit, counts=_counts(guard, lang))
    if "handed_over" not in guard:
        return said
    return f"{said}; {text('guard.handed_over', lang).format(n=figure(lang, guard['handed_over']))}"


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
