"""Suggest how a text that was not read could be written, where one way to mean it stands out.

Nothing is ever read by a suggestion: a person has to put it into the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from schemas.problems import packed_values
from schemas.reasons import LineCode
from tasks.messages.rendering import told_of_line
from tasks.phone.numbering_plan import is_emergency
from tasks.phone.parser import ParsedNumber, read_number, says_outdated
from tasks.phone.vocabulary import fold, tidy

if TYPE_CHECKING:
    from schemas.section import Language

_LONGEST: Final = 60  # a longer text holds more than a number and a slip of the hand
_NEAR: Final = 10
_LETTER: Final = re.compile(r"(?<=\d)[oO](?=[\d -])|(?<=[\d -])[oO](?=\d)")
_BEHIND: Final = re.compile(r"(.*\d) ?\( ?(\d{1,5}) ?\)")
_TWICE: Final = re.compile(r"\(?\b(\d{2})\)? ?[ -]\1\b")
_LOOSE: Final = re.compile(r"(.*\d\d)(,? |, ?| ?- ?| ?/ ?)(\d{2,5})")

_AMOUNT: Final = re.compile(r"(\d{1,3}(?: \d{3})+),0{1,2}")  # as a spreadsheet shows a number with its fraction

_EXTENDED: Final = re.compile(r"(?:\bw|wewn?|ext)\b|#", re.IGNORECASE)


def suggest(text: str, read: Callable[[str], ParsedNumber], *, region: str = "PL") -> str:
    """Return another way to write the text, which `read` understands; "" where there is none, or more than one.

    Args:
        text: what a person typed, and what was not read.
        read: how numbers are read.
        region: the country whose word for an extension is used.
    """
    shown = fold(tidy(text))
    if len(shown) > _LONGEST:
        return ""
    ways = {way: read(way).numbers for way in _ways(shown, region)}
    readable = {numbers: way for way, numbers in ways.items() if way != shown and numbers}
    return next(iter(readable.values())) if len(readable) == 1 else ""


def _ways(shown: str, region: str) -> list[str]:
    """Return the slips of the hand put right, each by itself."""
    if amount := _AMOUNT.fullmatch(shown):
        return [amount[1]]
    mark = " wew. " if region == "PL" else " ext. "
    once = _TWICE.sub(r"\1", shown, count=1)
    ways = [_LETTER.sub("0", shown), once]
    if behind := _BEHIND.fullmatch(shown):
        ways.append(f"({behind[2]}) {behind[1]}")
    # Where the area code stands twice, the last digits are too many for that reason.
    if once == shown and (loose := _LOOSE.fullmatch(shown)) and not is_emergency(loose[3], region):
        if not _EXTENDED.search(loose[1]):
            ways.append(f"{loose[1]}{mark}{loose[3]}")
        step = int(loose[3]) - int(loose[1][-len(loose[3]) :]) if loose[1][-len(loose[3]) :].isdecimal() else 0
        # 551 03 55,56: the next number, or an extension? A dash has those between as well.
        if 0 < step <= (1 if "-" in loose[2] else _NEAR):
            ways.append(f"{loose[1]}/{loose[3]}")
    return ways


def explain(
    texts: Sequence[str],
    *,
    region: str,
    area_code: str | None,
    switchboard: str | None = None,
    lang: Language = "en",
) -> list[dict[str, Any]]:
    """Return, for each text, the numbers in it, the words around them, or why there is none and what may be meant."""
    read = partial(read_number, region=region, area_code=area_code, switchboard=switchboard)
    return [_explained(read(text), read, region, lang) for text in texts]


def _explained(
    reading: ParsedNumber, read: Callable[[str], ParsedNumber], region: str, lang: Language
) -> dict[str, Any]:
    # What a file says of a number that is none any more is held there, too.
    word = says_outdated(reading.text) if reading.numbers else ""
    numbers, reason = ((), LineCode.NUMBER_OUTDATED) if word else (reading.numbers, reading.reason)
    values = packed_values({"word": word}) if word else ""
    return {
        "text": reading.text,
        "numbers": [vars(number) for number in numbers],
        "note": reading.note,
        "reason": told_of_line(reason, values, lang).sentence if reason else "",
        "suggestion": "" if reading.numbers else suggest(reading.text, read, region=region),
        "code": str(reason),
    }
