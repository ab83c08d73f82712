"""Reading a telephone number as people type it: a number only where every digit of the text is understood.

A wrong number is worse than none, so each piece must be valid in its numbering plan, and a text with one piece left
over or with two possible meanings has no number but a reason. The field is free text in one of the services
(services/phones/phone_number, Returned value) and `+CC-NSN` in the other (Common Phone List Services, examples).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat

from schemas.reasons import LineCode
from tasks.phone.meaning import LEFT_OVER, numbers_of
from tasks.phone.numbering_plan import (
    AMBIGUOUS,
    INVALID,
    LOCAL,
    LONGEST_E164,
    SHORT,
    TOO_LONG,
    TOO_SHORT,
    Number,
    NumberingPlan,
    kind_of,
    lacks_digits,
    parsed,
)
from tasks.phone.pieces import LETTERS, WORDS
from tasks.phone.tokenizer import SEPARATORS, Token, tokens
from tasks.phone.vocabulary import fold, tidy

__all__ = ["Number", "ParsedNumber", "are_extensions", "is_short_code", "means_none", "read_number", "says_outdated"]

EMPTY: Final = LineCode.NUMBER_EMPTY
NONE: Final = LineCode.NUMBER_NONE
DECIMAL: Final = LineCode.NUMBER_DECIMAL
LONG_TEXT: Final = LineCode.NUMBER_TEXT

_LONGEST_TEXT: Final = 250
_Way = tuple[tuple[Number, ...] | str, str]  # the numbers of a text, or why there is none; and its words
_NO_WORDS: Final = SEPARATORS | {"run", "label", "foreign", "sign", "account"}

_APIO: Final = re.compile(r"\+(\d{1,3})-(\d{4,14})")
_DIGIT: Final = re.compile(r"\d")
_DIGITS: Final = re.compile(r"\d+")
_AROUND: Final = re.compile(r"^[^\w]+|[^\w.]+$|^\W+$")
_SHORT_CODE: Final = re.compile(r"[*#]*(?:\d[*#]*){2,6}")
_BETWEEN: Final = r" ?(?:[,;/]| i | oraz | lub | and | or ) ?"
_EXTENSIONS: Final = re.compile(rf"\d{{1,6}}(?:{_BETWEEN}\d{{1,6}})*")
_DECIMAL: Final = re.compile(r"\d+\.\d{1,2}")
_FRACTION: Final = re.compile(r"(?<![\d.])\d{7,}[.,]\d{1,2}(?![\d.,])|^\d{1,3}(?: \d{3}){2,},\d\d$")
_STUCK_MAIL: Final = re.compile(r"(\d)[-._]?((?=[^\W\d_])[\w.+-]{1,64}@)")
_STUCK_PAGE: Final = re.compile(r"(?<=\d)(?=www\.|https?:|e-?mail\b|mailto\b)", re.IGNORECASE)
_AREA_WORD: Final = re.compile(r" ?\((?:prefix|prefiks|kier|kierunkowy)\.?\) ?", re.IGNORECASE)
_AREA: Final = r"(?:nr )?\bkier(?:unkow\w+)?\b[.: ]*\(?0?[ -]?([1-9]\d)(?!\d)\)*"
_AREA_BEFORE: Final = re.compile(rf"{_AREA}[,;:]? ?(?:tel(?:efonu?)?\b[.: ]*)?(?=\d)", re.IGNORECASE)
_AREA_AFTER: Final = re.compile(rf"(?<![\d(+-])(?<![\d)] )(\d(?:[ -]?\d){{6}}) ?[(,;]? ?{_AREA}$", re.IGNORECASE)
# As it was dialled once, with that of an operator between: (0-prefix-22) 551 03 55, 0-xx-22, (0*22).
_OPERATOR: Final = re.compile(
    r"(?<!\d)0[ .-]{0,3}(?:pref(?:iks|ix)?\.?|nr op\.|x{2,4}|\*{1,2})[ .-]{0,3}(?=[1-9]\d(?:[ )/-]|\d{7}(?!\d)))",
    re.IGNORECASE,
)
_OF_OPERATORS: Final = ("pref", "Pref", "PREF", "xx", "XX", "*", "nr op")
_LISTED: Final = re.compile(r"(?:^|(?<=[ ;,]))\(?([1-9a-eA-E])(?:\) ?|\. )(?=[^\W_]|[+(])")
_MARKS: Final = ("123456789", "abcde")
_ENTITY: Final = re.compile(r"&(?:nbsp|ensp|emsp|thinsp|shy|[nm]dash|#160|#xa0);", re.IGNORECASE)  # 22&nbsp;551 03 55
_NOTHING: Final = re.compile(
    r"-+|brak(?: (?:numeru|telefonu|tel|nr|danych))?|nie (?:ma|posiada|dotyczy)|bez (?:numeru|telefonu)"
    r"|none|null|nil|n/?a|n/?d|n\.[ad]|no (?:number|phone|telephone)|not (?:applicable|available)"
)

# A letter that looks like a digit and touches one; i before a number is a word: 22 552 03 55 i56.
_LIKE_DIGIT: Final = re.compile(r"(?<=\d)[iIlLoO](?!\w)|(?<!\w)[IlLoO](?=\d)")
_COUNTED: Final = frozenset((LOCAL, SHORT, TOO_SHORT, TOO_LONG, INVALID, LEFT_OVER))  # reasons that lie in the digits

# A day, with or without its year; `15.00` and `7.30` are hours.
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])(?:[./-](?:\d\d)?\d\d)?(?: ?r\.)?"
# A number, perhaps behind a word for it.
_NUMBER_BEHIND: Final = (
    r"[\s.:,(-]*(?:(?i:(?:na|pod|at|on|the|numer\w*|nr|tel\w*|fa(?:x|ks)|number|phone)\b)[\s.:]*){0,3}"
    r"[(+]{0,2}\d(?:[ ().-]{0,2}\d){5}"
)
# A street or a quarter is called old, too: then a capital letter follows.
_NO_NAME: Final = r"(?! (?!(?:Numer|Nr|Tel|Telefon|Fax|Faks|Kom|Number|Phone)\b)[A-ZĄĆĘŁŃÓŚŹŻ])"
_OUTDATED: Final = re.compile(
    rf"\b(?:(?i:star[yea]|daw(?:ny|na|ne|niej)?|by[łl][ayoei]?|old|former(?:ly)?){_NO_NAME}"
    r"|(?i:nieaktualn|nieaktywn|nieczynn|nie ?(?:działa|istniej|obowiązuj)|zlikwidowan|wyłączon|odłączon|zawieszon"
    r"|wygas|wycofan|skasowan|usunięt|nieużywan|zastrzeżon|poprzedni|zastąpion|błędn"
    r"|obsolete|previous|disconnected|inactive|replaced)\w*"
    r"|(?i:nie (?:dzwonić|podawać|używać)|do (?:likwidacji|usunięcia)|usunąć|do not (?:call|publish|use)"
    r"|out of (?:order|use)|już nie|no longer|not any ?more|not in use)"
    r"|(?i:zamiast|w miejsce|zmiana na|zmieni\w+(?: się)? na|instead of|in place of|changed to)"
    rf"|(?i:ex|nie|not|wcześniej|uprzednio|earlier)(?={_NUMBER_BEHIND})|(?i:ex)(?=\W*$)"
    rf"|(?i:do|od|until|since)(?: dnia)? (?:{_DAY}|20\d\d ?r(?:oku|\.)?))(?!\w)"
    r"|(?<=[\d)]) ?(?:[-=]*>+|<[-=]+|→|➔|➜) ?(?:(?i:nr|tel)\.? )?(?=[(+]?\d)|~~|<(?i:s|del|strike)>"
)
# Beside the new number stands the one that it takes the place of; streets are called new, too.
_NEW: Final = r"(?:now[yae]|new|teraz|obecnie|aktualn(?:y|a|e|ie)|current(?:ly)?|now)\b"
_RENEWED: Final = re.compile(rf"\b(?:{_NEW}{_NO_NAME}|(?i:{_NEW})(?={_NUMBER_BEHIND}))")
_WHOLE: Final = re.compile(r"\d(?:[ ().-]{0,2}\d){6,10}")


@dataclass(frozen=True)
class ParsedNumber:
    """What a text says: its numbers in order, or the reason why there is none.

    Attributes:
        text: the text, as given.
        numbers: the numbers; empty exactly where `reason` is not.
        note: the words around the numbers, "; " between them.
        reason: the code of why there is none (`schemas.reasons.LineCode`), or "".
    """

    text: str
    numbers: tuple[Number, ...]
    note: str = ""
    reason: str = ""


def _shown(text: str) -> str:
    """Return the text as it is read; of a very long one no more than shows that it is too long."""
    if "&" in text:
        text = _ENTITY.sub(lambda entity: unescape(entity[0]), text)
    return fold(tidy(text)[: _LONGEST_TEXT + 1])


def means_none(text: str) -> bool:
    """Tell whether the text says in words or with a dash that there is no number; an empty text says nothing."""
    shown = _shown(text)
    return len(shown) <= _LONGEST_TEXT and _says_none(shown)


def says_outdated(text: str) -> str:
    """Return what says beside a number that it is none any more, or only for a time; "" where nothing does."""
    shown = tidy(text)
    found = _OUTDATED.search(shown) or (_RENEWED.search(shown) if len(_WHOLE.findall(shown)) > 1 else None)
    return found[0].strip() if found else ""


def _says_none(shown: str) -> bool:
    return _NOTHING.fullmatch(shown.casefold().strip("()[] .")) is not None


def is_short_code(text: str) -> bool:
    """Tell whether the text is two to six digits, with or without `*` and `#`: what a desk phone dials in the house."""
    return _SHORT_CODE.fullmatch(_shown(text)) is not None


def are_extensions(text: str) -> bool:
    """Tell whether the text is nothing but extensions: digits, and if several, of one length, as in `12, 13`."""
    shown = _shown(text)
    return _EXTENSIONS.fullmatch(shown) is not None and len({*map(len, _DIGITS.findall(shown))}) == 1


def read_number(
    text: str, *, region: str = "PL", area_code: str | None = None, switchboard: str | None = None
) -> ParsedNumber:
    """Return the numbers of a text only where all of it is understood; otherwise the reason, and no number.

    White space around the text and its kind never matter: a line break is a space.

    Args:
        text: what a person typed.
        region: the country of numbers without a country code, two capital letters.
        area_code: what goes before numbers without an area code; without it they are not read.
        switchboard: the number that connects to extensions which stand alone; without it they are not read.
    """
    shown = _shown(text)
    plan = NumberingPlan.of(region, area_code)
    if switchboard and (inside := _inside(shown, plan, _shown(switchboard))):
        found = tuple(token for token in tokens(shown, region) if token.kind != "extension")
        return ParsedNumber(text, inside, _note(found))
    if reason := _not_a_number(shown):
        return ParsedNumber(text, (), reason=reason)
    numbers, note = _read(shown, plan)
    if isinstance(numbers, tuple):
        return ParsedNumber(text, numbers, note)
    if platform := _as_platform_writes(shown):
        return ParsedNumber(text, (platform,))
    return ParsedNumber(text, (), note, _true_reason(shown, numbers, plan))


def _read(shown: str, plan: NumberingPlan) -> _Way:
    """Return the numbers of a text, or why there is none, and its words."""
    ways = _ways_to_cut(shown)
    read = [_as_tokens(way, plan) for way in ways]
    if len(read) == 2:
        read = _addressed(*read)
    if len({each[0] for each in read if isinstance(each[0], tuple)}) > 1:
        return AMBIGUOUS, read[0][1]
    if found := next((each for each in read if isinstance(each[0], tuple)), None):
        return found
    if (items := _LISTED.sub(" ; ", shown)) != shown and _is_numbered(shown):
        listed = _as_tokens(items, plan)
        if isinstance(listed[0], tuple):
            return listed
    return read[0]


def _addressed(within: _Way, behind: _Way) -> list[_Way]:
    """Return what may be meant by digits that stick to an e-mail address: part of it, or of the number before.

    Only a Polish number tells by its length that they complete it: 48 22 552 03 55biuro@… is not Radom's.
    """
    if isinstance(behind[0], str) or not all(number.e164.startswith("+48") for number in behind[0]):
        return [within]
    return [behind] if isinstance(within[0], str) or len(within[0]) == len(behind[0]) else [within, behind]


def _as_tokens(shown: str, plan: NumberingPlan) -> _Way:
    found = tuple(tokens(shown, plan.region))
    return numbers_of(found, plan), _note(found)


def _ways_to_cut(shown: str) -> tuple[str, ...]:
    """Return the text with what sticks to its digits set apart, before an e-mail address and within it."""
    if any(sign in shown for sign in _OF_OPERATORS):
        shown = _OPERATOR.sub("0 ", shown)
    if "pref" in shown or "kier" in shown:
        shown = _AREA_AFTER.sub(r"(\2) \1", _AREA_BEFORE.sub(r"(\1) ", _AREA_WORD.sub(" ", shown)))
    if "@" not in shown and "www" not in shown and "http" not in shown:
        return (shown,)
    shown = _STUCK_PAGE.sub(" ", shown)
    apart = _STUCK_MAIL.sub(r"\1 \2", shown)
    return (shown,) if apart == shown else (shown, apart)


def _is_numbered(shown: str) -> bool:
    """Tell whether a text is a list that counts from one: 1) … 2) …, a. … b. …."""
    counted = [match[1].casefold() for match in _LISTED.finditer(shown)]
    return any(counted == list(marks[: len(counted)]) for marks in _MARKS)


def _inside(shown: str, plan: NumberingPlan, switchboard: str) -> tuple[Number, ...]:
    """Read extensions that stand alone as those of the switchboard, or nothing where anything else may be meant."""
    if len(shown) > _LONGEST_TEXT:
        return ()
    if shown.isdecimal():
        if not is_short_code(shown) or _is_public_code(shown, plan.region):
            return ()
        shown = f"w. {shown}"
    found = tuple(tokens(shown, plan.region))
    if next((token.kind for token in found if token.kind in {"run", "extension"}), "") != "extension":
        return ()
    numbers = numbers_of(tuple(tokens(f"{switchboard} {shown}", plan.region)), plan)
    same = isinstance(numbers, tuple) and len({number.e164 for number in numbers}) == 1
    return numbers if isinstance(numbers, tuple) and same and all(number.extension for number in numbers) else ()


def _is_public_code(digits: str, region: str) -> bool:
    """Tell whether a short code reaches others than the house, such as 112, 19115 or 116 117."""
    number = parsed(digits, region)
    harmonised = len(digits) == 6 and digits.startswith("116")  # the same all over Europe
    return harmonised or (number is not None and phonenumbers.is_valid_short_number_for_region(number, region))


def _not_a_number(shown: str) -> str:
    """Return why the text as a whole cannot hold a number, or ""."""
    if len(shown) > _LONGEST_TEXT:
        return LONG_TEXT
    if not shown:
        return EMPTY
    if _DIGIT.search(shown) is None:
        return NONE if _says_none(shown) else WORDS
    if _SHORT_CODE.fullmatch(shown):
        return SHORT
    return DECIMAL if _DECIMAL.fullmatch(shown) or _FRACTION.search(shown) else ""


def _true_reason(shown: str, reason: str, plan: NumberingPlan) -> str:
    """Return what is the matter with a text that was not read, where its digits alone would have said another thing."""
    if reason in _COUNTED and _LIKE_DIGIT.search(shown):
        return LETTERS
    runs = [token.value for token in tokens(shown, plan.region) if token.kind == "run"] if reason == LOCAL else []
    return TOO_SHORT if any(lacks_digits(run, plan) for run in runs) else reason


def _as_platform_writes(shown: str) -> Number | None:
    """Return the number of a text in the telephony platform's own form, which holds numbers that no plan knows."""
    match = _APIO.fullmatch(shown)
    if match is None or len(match[1] + match[2]) > LONGEST_E164:
        return None
    e164 = f"+{match[1]}{match[2]}"
    number = parsed(e164, None)
    # Another country code, or a dropped zero: then the parts do not mean what the form says.
    if number is None or number.country_code != int(match[1]) or not phonenumbers.is_possible_number(number):
        return None
    same = phonenumbers.format_number(number, PhoneNumberFormat.E164) == e164
    return Number(e164, kind=kind_of(number)) if same else None


def _note(found: tuple[Token, ...]) -> str:
    """Return the words that are neither labels nor separators, and an extension that belongs to no number."""
    if len(found) == 1 and found[0].kind == "run":
        return ""
    alone = all(token.kind != "run" for token in found)
    parts = [""]
    for token in found:
        if token.kind in _NO_WORDS or (token.kind == "extension" and not alone):
            parts.append("")
        else:
            parts[-1] += token.text
    words = [_AROUND.sub("", part) for part in parts if part]
    return "; ".join(word for word in words if word)
