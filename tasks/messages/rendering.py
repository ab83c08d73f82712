"""Say in Polish or in English what was found in a file, and name it by its code; nothing is ever left unsaid."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from tasks.messages.files import FILES, KINDS, REMEDIES
from tasks.messages.lines import LINES
from tasks.messages.pages import Language
from tasks.messages.sentence import Level, Sentence

OTHER: Final = "other"
_ORDER: Final[Mapping[str, int]] = {sentence.code: at for at, sentence in enumerate((*FILES, *LINES))}


@dataclass(frozen=True)
class Rendered:
    """A sentence about a line or a file, in one language, with what to do."""

    code: str
    level: Level
    sentence: str
    advice: str


def told_of_line(reason: str, lang: Language) -> Rendered:
    """Return what is said of a line; a reason that nobody has put into words is given as it stands."""
    return _told(LINES, reason, lang) or Rendered(OTHER, "error", reason, "")


def told_of_file(message: str, remedy: str, name: str, lang: Language) -> Rendered:
    """Return what is said of a file as a whole.

    Args:
        message: an error's message, which begins with the file's name.
        remedy: what to do, as the error has it.
        name: the file's name as the message has it; it is not repeated.
        lang: the language.
    """
    bare = message.removeprefix(name).lstrip(":, ")
    found = _told(FILES, bare, lang)
    advice = _translated(remedy, REMEDIES) if lang == "pl" else remedy
    return Rendered(found.code, "file", found.sentence, advice) if found else Rendered(OTHER, "file", bare, advice)


def whole(text: str) -> str:
    """Return a reason as a sentence of its own: with a capital letter and a full stop."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def weight(code: str) -> int:
    """Return where a code stands among all: the worst first."""
    return _ORDER.get(code, len(_ORDER))


def _told(sentences: Sequence[Sentence], text: str, lang: Language) -> Rendered | None:
    for sentence in sentences:
        found = _pattern(sentence.en).fullmatch(text)
        if found:
            if lang == "en":
                return Rendered(sentence.code, sentence.level, text, sentence.do_en)
            values = {key: KINDS.get(value, value) for key, value in found.groupdict().items()}
            return Rendered(sentence.code, sentence.level, sentence.pl.format(**values), sentence.do_pl)
    return None


def _translated(text: str, sentences: Mapping[str, str]) -> str:
    for english, polish in sentences.items():
        found = _pattern(english).fullmatch(text)
        if found:
            return polish.format(**found.groupdict())
    return text


@cache
def _pattern(template: str) -> re.Pattern[str]:
    """Return what a sentence looks like with anything in the place of `{…}`."""
    parts = re.split(r"\{(\w+)\}", template)
    return re.compile(
        "".join(f"(?P<{part}>.*?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)), re.DOTALL
    )
