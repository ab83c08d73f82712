"""Say in Polish or in English what was found in a file, and name it by its code; nothing is ever left unsaid.

Reasons and errors are made as English sentences: their code is found by the English catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from schemas.reasons import TO_BE_LOOKED_AT, FileCode, Level, LineCode
from schemas.settings import Language
from tasks.messages.catalogue import keys, known, render, text

OTHER: Final = "other"
_ORDER: Final[Mapping[str, int]] = {code: at for at, code in enumerate((*FileCode, *LineCode))}


@dataclass(frozen=True)
class Rendered:
    """A sentence about a line or a file, in one language, with what to do."""

    code: str
    level: Level
    sentence: str
    advice: str


def told_of_line(reason: str, lang: Language) -> Rendered:
    """Return what is said of a line; a reason that nobody has put into words is given as it stands."""
    code, sentence = _said(LineCode, reason, lang, _terms(lang))
    return Rendered(code, "warning" if code in TO_BE_LOOKED_AT else "error", sentence, advice(code, lang))


def told_of_file(message: str, remedy: str, name: str, lang: Language) -> Rendered:
    """Return what is said of a file as a whole.

    Args:
        message: an error's message, which begins with the file's name.
        remedy: what to do, as the error has it.
        name: the file's name as the message has it; it is not repeated.
        lang: the language.
    """
    code, sentence = _said(FileCode, message.removeprefix(name).lstrip(":, "), lang, _terms(lang))
    _, do = _said(keys("remedy."), remedy, lang, {})
    return Rendered(code, "file", sentence, do)


def advice(code: str, lang: Language) -> str:
    """Return what to do about a line with this code, `""` where its sentence says so itself."""
    return text(f"{code}.advice", lang) if known(f"{code}.advice") else ""


def whole(sentence: str) -> str:
    """Return a reason as a sentence of its own: with a capital letter and a full stop."""
    return sentence[:1].upper() + sentence[1:] + ("" if sentence.endswith((".", "?", "!")) else ".")


def weight(code: str) -> int:
    """Return where a code stands among all: the worst first."""
    return _ORDER.get(code, len(_ORDER))


def _said(candidates: Iterable[str], english: str, lang: Language, terms: Mapping[str, str]) -> tuple[str, str]:
    """Return the key of an English sentence, and the sentence in a language: itself where no key says it.

    What stands in the sentence is translated by `terms`, but for keys of the configuration that a remedy names.
    """
    for key in candidates:
        found = _pattern(key).fullmatch(english)
        if found:
            values = {name: terms.get(value, value) for name, value in found.groupdict().items()}
            return str(key), english if lang == "en" else render(key, lang, **values)
    return OTHER, english


@cache
def _terms(lang: Language) -> dict[str, str]:
    return {text(key, "en"): text(key, lang) for key in keys("term.")}


@cache
def _pattern(key: str) -> re.Pattern[str]:
    """Return what an English sentence looks like with anything in the place of `{…}`."""
    parts = re.split(r"\{(\w+)\}", text(key, "en"))
    return re.compile(
        "".join(f"(?P<{part}>.*?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)), re.DOTALL
    )
