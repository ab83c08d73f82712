"""What a guard says of a plan. Its English sentence is kept with the plan; other languages say its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from schemas.settings import Language
from tasks.messages.catalogue import figure, known, text

_SHARES: Final = ("_share", "_drop")


def guard_sentence(guard: Mapping[str, Any], lang: Language = "en") -> str:
    """Return the sentence of a guard, as `--json` has it.

    In English it is the one that was made with the plan, which has more figures than are kept beside it.
    """
    key = f"guard.{guard['guard']}"
    if lang == "en" or not known(key):
        return str(guard["message"])
    value, limit = (_figure(str(guard["guard"]), float(guard[name]), lang) for name in ("value", "limit"))
    said = text(key, lang).format(value=value, limit=limit)
    if "handed_over" not in guard:
        return said
    return f"{said}; {text('guard.handed_over', lang).format(n=figure(lang, guard['handed_over']))}"


def _figure(name: str, number: float, lang: Language) -> str:
    if name.endswith(_SHARES):
        return f"{100 * number:.1f}".rstrip("0").rstrip(".").replace(".", ",") + " %"
    return figure(lang, round(number))
