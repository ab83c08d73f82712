"""What holds digits that nobody dials: hours, dates, amounts, floors, postal codes, addresses. Patterns as data.

Those with a figure in front are looked for wherever a group of digits begins, those with a word in front where the
word stands. A pattern says what it is by the signs and words that go with it, never by the digits alone.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Literal, NamedTuple

from tasks.phone.vocabulary import FOUR_DIGITS, TOWNS, WORDS

TypedKind = Literal[
    "hours", "date", "amount", "place", "count", "address", "postal", "id", "account", "code", "email", "index"
]

_H: Final = r"(?:[01]?\d|2[0-4])"
_M: Final = r"[0-5]\d"
_AM: Final = r"[ap](?:m\b|\.\ ?m\.)"
_CLOCK: Final = rf"{_H}(?:[:.,]{_M})?(?:\ ?{_AM}|\ ?h\b|\ ?Uhr\b)?"
_ON_THE_CLOCK: Final = rf"(?:(?:Uhr|h(?:{_M})?)\b|{_AM})"
_TIME: Final = rf"{_CLOCK}(?!\d|[.:,/-]\d)"
_TO: Final = r"\ ?(?:-|do|bis|to|i|à)\ ?"
_HOURS: Final = rf"(?:{_CLOCK}{_TO}{_TIME}|{_TIME}(?!\ ?[(]?\d))"
_DAY: Final = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH: Final = (
    "stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia"
    "|januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember"
    "|january|february|march|may|june|july|october|december"
)
_FLOOR: Final = (
    "piętr[^\\W\\d_]*|pietr[^\\W\\d_]*|stock|etage|og|floor|этаж[^\\W\\d_]*|поверх|patro|poschodí|étage|piano"
)
_COUNTED: Final = (
    "lini[^\\W\\d_]*|lines?|leitungen|aparat[^\\W\\d_]*|stanowis[^\\W\\d_]*|osob[^\\W\\d_]*|osób|budynk[^\\W\\d_]*"
    "|pok[^\\W\\d_]*|min[^\\W\\d_]*|godzin[^\\W\\d_]*|dni|dzień|lat|km|szt|miejsc|numer[^\\W\\d_]*"
)
_HOUSE: Final = (
    r"\d{1,3}(?:(?:[a-z]|\ [a-z](?!\.))(?![^\W\d_]))?(?:[/-][a-z]?\d{1,4}[a-z]?)?"
    r"(?:\ ?(?:m|lok)\.?\ ?\d{1,4}[a-z]?(?:/\d{1,4})?)?(?!\w|[/.-]\d)"
)
_NAME: Final = r"(?!(?:tel|telefon|fax|faks|kom)\b)[^\W\d_]+"
_CAPITAL: Final = "(?-i:[A-ZĄĆĘŁŃÓŚŹŻÄÖÜÉČŘŠŽА-ЯІЇЄ])"
_CURRENCY: Final = r"(?:zł|zl|pln|eur|euro|usd|gbp|chf|czk|kč|gr|грн|руб)(?![^\W\d_])|[€$£]"

# What a figure begins. Those of `_UNMARKED` could also be digits of a number, and count only behind a whole one.
_DIGITS: Final = re.compile(
    rf"""
    (?P<hours>
        {_H}[:.,]{_M}{_TO}{_H}[:.,]{_M}(?!\d|[.:,-]\d)(?:\ ?(?:Uhr|h)\b)?
        |{_H}:{_M}(?![\d:])
        |24\ ?(?:h?\ ?/\ ?7(?!\d)|h\b|-?godz[^\W\d_]*)
        |{_H}(?:[.:]{_M})?\ ?-\ ?{_H}(?:[.:]{_M})?\ ?(?:(?:Uhr|h|godz)\b|{_AM})
        |{_H}(?:[.:]{_M})?\ ?{_ON_THE_CLOCK}(?:\ ?-\ ?{_H}(?:[.:]{_M})?\ ?{_ON_THE_CLOCK})?
    )
    |(?P<date>
        {_DAY}(?P<by>[./-]){_DAY}(?P=by)(?:19|20)\d\d(?![\d])(?:\ ?r\b\.?)?
        |(?:19|20)\d\d(?P<on>[./-])(?:0?[1-9]|1[0-2])(?P=on)(?:0?[1-9]|[12]\d|3[01])(?!\d)
        |\d{{1,2}}(?:\ ?-\ ?\d{{1,2}})?\.?\ (?:{_MONTH})(?:\ (?:19|20)\d\d(?!\d))?
        |(?:19|20)\d\d\ ?r(?:\b\.?|oku\b)
        |20\d\d\ ?/\ ?(?:20)?\d\d(?!\d)
    )
    |(?P<amount>
        (?:\d{{1,3}}(?:[ .]\d{{3}}){{1,2}}|\d+)(?:[.,]\d\d?)?\ ?(?:{_CURRENCY}|%)
    )
    |(?P<place>
        \d{{1,2}}(?:[.-]?(?:й|го|er|e|ème|st|nd|rd|th|°))?\.?\ ?(?:{_FLOOR})(?![^\W\d_])
        |\d{{1,2}}\.?\ p\.(?!\ ?(?:\d|{_CAPITAL}))
    )
    |(?P<count>\d{{1,3}}\ ?(?:{_COUNTED})(?![^\W\d_]))
    |(?P<account>\d\d(?:[ -]?\d{{4}}){{6}}(?!\d))
    |(?P<address>
        {_HOUSE}\ ?,?\ ?(?=(?:\d\d-\d{{3}}|\d{{3}}\ \d\d|\d{{4,5}})\ {_CAPITAL})
        |\d{{1,4}}(?:\ ?bis)?,?\ (?:rue|place|avenue|av|bd|boulevard|quai|allée|chemin|impasse|cours)\b
        |\d{{1,4}}\ (?:{_CAPITAL}\w+\ ){{1,3}}(?:street|st|road|rd|avenue|ave|lane|blvd)\b
    )
    |(?P<postal>\d\d-\d{{3}}(?!\d|-\d)(?=,?\ ?{_CAPITAL}))
    |(?P<id>\d{{1,3}}(?:\.\d{{1,3}}){{3}}(?![\w.])|\d{{1,2}}\.\d{{4,6}}[,;\ ]+\d{{1,3}}\.\d{{4,6}}(?!\d))
    """,
    re.VERBOSE | re.IGNORECASE,
)
# 22.551.03.55, 22.55.10.355, and parts that no address of a computer has
# What all of these have in common, and most digits of numbers do not.
_PERHAPS: Final = re.compile(
    r"\d+(?:[:.,/%€$£°\-]| ?[^\W\d_]| ?[%€$£]|[ -]\d{3,4}[ .,%-]?\d*(?:,\d\d)? ?[^\W\d_%€$£]"
    r"|[ -]\d{4}[ -]\d{4}| \d\d-)|\d{26}"
)
_NO_QUAD: Final = re.compile(
    r"\d{2}\.(?:\d{3}\.\d{2}\.\d{2}|\d{2}\.\d{2}\.\d{3})|.*(?<!\d)(?:0\d+|2[6-9]\d|25[6-9]|[3-9]\d\d).*"
)
_FIGURES: Final = re.compile(r"\d+")
_FRACTION: Final = re.compile(r",\d\d")
_BRACKETED: Final = re.compile(rf"\(\ ?({_H})\ ?-\ ?({_H})\ ?\)(?!\ ?\d)")
# Postal codes abroad are digits alone; they are told by the town behind them.
_POSTAL: Final = {
    **dict.fromkeys(("DE", "FR", "IT", "ES", "UA", "FI"), re.compile(rf"\d{{5}}(?!\d)(?=(?:,\ г\.)?\ ?{_CAPITAL})")),
    **dict.fromkeys(("AT", "CH", "BE", "DK", "NO", "HU"), re.compile(rf"\d{{4}}(?!\d)(?=\ {_CAPITAL})")),
    **dict.fromkeys(("CZ", "SK", "SE"), re.compile(rf"\d{{3}}\ \d\d(?!\d)(?=\ {_CAPITAL})")),
}
_POSTAL_ABROAD: Final = re.compile(rf"\d{{4,5}}(?!\d)(?=\ {_CAPITAL})")
_TOWN_BEHIND: Final = re.compile(r",? ?([^\W\d_]+)")
_UNMARKED: Final = frozenset(("date", "count", "amount", "address", "id"))
_SURE: Final = {"PL": 9}  # digits of a number that is surely whole; elsewhere lengths vary
_LOCAL: Final = 7  # digits of a number without its area code
_SURE_ABROAD: Final = 5
_IN_TOWN: Final = 7  # digits of a number without its area code
_FEW: Final = 4
_OPENING: Final = 6  # no office opens earlier
_RANGE: Final = 10  # endings from the first to the last at most

# What a word begins, by what the word is.
_BEHIND: Final = {
    "place": re.compile(
        r"(?:\.:?\ ?|\ |:\ ?)(?:nr\.?\ ?)?(?!\d\d(?:[\ -]?\d{4}){6})(?!(?:\d[.-]?){7}|(?:\d[./-]?){9})"
        r"[A-Z]{0,2}-?\d{1,4}[a-z]?(?:[./,-]\d{1,4}[a-z]?)*(?!\w|[./,-]\d)"
        r"(?:(?:,\ \d{1,3}[a-z]?)+(?=$|[;)]|,\ [^\W\d])|\ i\ \d{1,3}[a-z]?(?=$|[;),]))*",
        re.VERBOSE | re.IGNORECASE,
    ),
    "street": re.compile(
        rf"\.?\ (?:(?:(?:\d{{1,2}}|[IVX]+)(?:-go)?\.?\ )?{_NAME}(?:[.\ -]{{1,2}}{_NAME}){{0,4}}\ )?{_HOUSE}",
        re.VERBOSE | re.IGNORECASE,
    ),
    "house": re.compile(rf"\ {_HOUSE}", re.VERBOSE | re.IGNORECASE),
    "hours": re.compile(
        rf"\.?[:,]?\ ?(?:w\ godz\w*\.?:?\ ?)?(?:od\ |do\ |po\ |von\ )?{_HOURS}(?:(?:,|\ und|\ i|\ oraz)\ ?{_HOURS})*",
        re.VERBOSE | re.IGNORECASE,
    ),
    "until": re.compile(
        rf"\.?\ (?:19|20)\d\d(?!\d|\ ?[-./]?\d)(?:\ ?r\b\.?)?"
        rf"|\ \d{{1,2}}\.\d{{1,2}}\.?(?:(?:19|20)?\d\d)?(?![\d.])(?!\ ?(?:do|-)\ ?\d)"
        rf"|\ (?:godz\w*\.?:?\ ?)?{_CLOCK}\ ?(?:do|-|bis|till|to)\ ?{_TIME}(?!\ \d{{4}}\ \d{{4}})"
        rf"|\ [0-2]\d{_M}\ ?(?:do|-)\ ?[0-2]\d{_M}(?!\d)"
        rf"|\ (?:godz\w*\.?:?\ ?)?{_TIME}(?!\ ?[(%]?\d|\ ?%)",
        re.VERBOSE | re.IGNORECASE,
    ),
    "account": re.compile(r"[:. ]*(?=[\w.-]*[^\W\d])[\w.-]+"),
    "service": re.compile(r"\ \d{3,5}(?!\w|\ \d)"),
    "flat": re.compile(r"\.?\ ?[A-Z]?\d{1,3}[a-z]?(?!\w|[./-]\d|\ \d)", re.IGNORECASE),
    "index": re.compile(r"\.?\ ?[1-9]\ ?:(?=\ )"),
    "named": re.compile(r"\.?\ ?[A-Z]?\d{1,3}[a-z]?(?!\w|[.-]\d|/\d(?:[ .-]?\d){3})", re.IGNORECASE),
    "other": re.compile(r"[.:\ ]*(?:(?:nr|numer)\b[.:]*\ ?)?(?:[A-Z]{2,3}\ ?)?(?=\d)", re.VERBOSE | re.IGNORECASE),
    "district": re.compile(r" \d{1,2}(?=[,;)]|$)"),
    "unmarked": re.compile(rf"{_HOUSE}(?=[,;]|\ ?tel\b|$)", re.VERBOSE | re.IGNORECASE),
    "lettered": re.compile(
        r"\d{1,3}[a-h](?:/\d{1,3})?(?=[,;]|\ ?(?:tel|fax|faks|kom)\b|$)", re.VERBOSE | re.IGNORECASE
    ),
    "abroad": re.compile(rf"(?:\d{{4,5}}|\d{{3}} \d\d)(?!\d)(?= {_CAPITAL})"),  # behind a street
    "town": re.compile(r"\d\d-\d{3}(?=[,;]|$)"),
    "us": re.compile(r"\ \d{5}(?:-\d{4})?(?!\w|-\d)"),
}
_VALUE: Final = re.compile(
    r"[.:#/ ]*(?:(?:nr|numer|number|no)\b[.:]*\ ?)?(?:[A-Z]{1,4}[-/ ]?)?\d[\w./-]*", re.IGNORECASE
)
_ACCOUNT_BEHIND: Final = re.compile(r"(?:[\s:.]*(?!\d)\w+){1,4}[\s:.]*\d\d(?:[ -]?\d{4}){6}(?!\d)")
_DIGIT_BEHIND: Final = re.compile(r" ?\d")
_CODE: Final = re.compile(rf"{_CAPITAL}[^\W\d_]{{0,9}}-?\d{{1,3}}(?:[./-]\d{{1,3}})?[a-z]?(?![\w]|[ .\-/]*\d)")
# Nine digits behind it are a number of their own: SP3 22 551 03 55, C-7 601 510 355.
_CODE_BEFORE: Final = re.compile(rf"{_CAPITAL}[^\W\d_]{{0,9}}-?[1-9](?= (?!0)(?:\d[ -]?){{9}}(?!\w))")
_BRITISH: Final = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}(?!\w)")
_INITIALS: Final = re.compile(
    r"(?:p\. ?iva|c\. ?f\.?|s/n|dz\. ?u\.?|ust-id\w*|ip(?=:? ?\d+\.\d+\.\d+\.\d))(?=[\s.:]*(?:nr\.? )?[A-Z]{0,2} ?\d)",
    re.IGNORECASE,
)
_STREETS: Final = ("strasse", "straße", "str", "gasse", "platz", "allee", "linden", "ring", "weg", "ufer", "damm")

_ONLINE: Final = re.compile(
    r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}"
    r"|(?:(?<!\w)[a-z]{3,5}://|(?<!\w)www\.)[^\s,;]+"
    r"|(?<![\w.-])(?:[\w-]{1,64}\.){1,8}(?:pl|com|eu|org|net|de|at|cz|info)(?![\w.-])(?:/[^\s,;]*)?",
    re.IGNORECASE,
)


_PERHAPS_ONLINE: Final = re.compile(r"[@/]|\.(?:pl|com|eu|org|net|de|at|cz|info)\b|www", re.IGNORECASE)
_LETTER: Final = re.compile(r"[^\W\d_]")


class Typed(NamedTuple):
    """A stretch of a text that is no telephone number: its kind, and where it ends."""

    kind: TypedKind
    end: int


def online(folded: str) -> list[tuple[int, int]]:
    """Return where e-mail addresses, web addresses and domains stand."""
    if not _PERHAPS_ONLINE.search(folded):
        return []
    return [match.span() for match in _ONLINE.finditer(folded) if _LETTER.search(match.group())]


def may_begin(folded: str, at: int, region: str) -> bool:
    """Tell at little cost whether something else than a number may begin with the digit here."""
    return region != "PL" or folded[at - 1 : at] == "(" or _PERHAPS.match(folded, at) is not None


def with_figure(folded: str, at: int, before: int, region: str, *, alone: bool = False) -> Typed | None:
    """Return what begins with the digit here, or None where it may be a telephone number.

    Args:
        folded: the text.
        at: where the digit stands; no digit before it.
        before: how many digits stand before it that may belong to the same number.
        region: whose postal codes are told.
        alone: whether a word stands before it, and no other number; asked where no digit does.
    """
    whole = before == 0 or before >= _SURE.get(region, _SURE_ABROAD)
    if before == 0 and folded[at - 1 : at] == "+":
        return None  # +420 601 510 355 12 EUR
    if match := _DIGITS.match(folded, at):
        kind: TypedKind = match.lastgroup  # type: ignore[assignment]  # the outer groups are named by the kinds
        if not _excused(match, kind, (before, region), whole=whole, alone=alone):
            return Typed(kind, match.end())
    if before == 0 and region in _POSTAL and (found := _POSTAL[region].match(folded, at)):
        town = _TOWN_BEHIND.match(folded, found.end())
        if town is None or town[1].casefold() not in WORDS:  # 01/4277 DW 12
            return Typed("postal", found.end())
    if (whole or before < 4) and (found := _POSTAL_ABROAD.match(folded, at)):
        town = _TOWN_BEHIND.match(folded, found.end())
        name = town[1].casefold() if town else ""
        if name in FOUR_DIGITS or (name in TOWNS and found.end() - at > _FEW):  # 1010 Wien, but 030 2093 7033 Berlin
            return Typed("postal", found.end())
    return None


def _excused(match: re.Match[str], kind: str, place: tuple[int, str], *, whole: bool, alone: bool) -> bool:
    """Tell whether digits that look like something else may yet be a telephone number's."""
    before, region = place
    figure = _FIGURES.match(match.group())
    ends = region == "PL" and before > 0 and figure is not None and before + len(figure[0]) == _SURE["PL"]
    if (kind == "place" and ends) or (kind == "id" and _NO_QUAD.fullmatch(match.group())):
        return True  # 22 551 03 55 piętro 2; 22.551.03.55
    if kind == "address":
        return before > 0 or (not alone and not match.group()[-1].isalpha())
    if kind == "postal":
        town = _TOWN_BEHIND.match(match.string, match.end())
        word = town[1].casefold() if town else ""
        inside = 0 < before < _SURE["PL"] and before != 2
        return word not in TOWNS and (inside or WORDS.get(word) in {"office", "voice", "fax"})
    if kind == "date" and (match["by"] or match["on"]) and before <= _FEW:
        return False
    if kind == "amount" and _FRACTION.search(match.group()):
        return False
    return kind in _UNMARKED and not whole


def bracketed_hours(folded: str, at: int, before: int, region: str) -> int:
    """Return where hours in brackets end, such as (8-16), or 0; only behind a whole number, or one of a town."""
    match = _BRACKETED.match(folded, at)
    sure = before in {0, *([_IN_TOWN] if region == "PL" else [])} or before >= _SURE.get(region, _SURE_ABROAD)
    return match.end() if match and sure and int(match[1]) < int(match[2]) else 0


def may_be_endings(folded: str, at: int, figures: str) -> bool:
    """Tell whether two figures behind a number may be its endings and no hours: 551 03 01 (01-05), 10 od 10 do 15."""
    first, last = _FIGURES.findall(figures)[:2]
    before = _FIGURES.findall(folded[:at])
    goes_on = before and (before[-1].endswith(first) or int(before[-1][-2:]) + 1 == int(first))
    unlike_hours = len(first) == 2 or int(first) < _OPENING
    return bool(goes_on) and unlike_hours and 0 < int(last) - int(first) < _RANGE


def behind_word(kind: str, folded: str, at: int) -> int:
    """Return where the digits end that a word of a kind says something about, or 0."""
    match = _BEHIND[kind].match(folded, at)
    return match.end() if match else 0


def value_of(lengths: tuple[int, ...], folded: str, at: int) -> int:
    """Return where another kind of number ends that stands here, or 0 where it is not what its name says."""
    if not lengths:
        match = _VALUE.match(folded, at)
        return match.end() if match and not _DIGIT_BEHIND.match(folded, match.end()) else 0
    start = _BEHIND["other"].match(folded, at)
    for length in lengths if start else ():
        if start and (match := _digits_of_length(length).match(folded, start.end())):
            return match.end()
    return 0


@cache
def _digits_of_length(length: int) -> re.Pattern[str]:
    return re.compile(rf"\d(?:[ -]?\d){{{length - 1}}}(?!\d|-\d)")


def account_follows(folded: str, at: int) -> bool:
    """Tell whether a bank account stands behind its name, perhaps with the bank's between."""
    return _ACCOUNT_BEHIND.match(folded, at) is not None


def code_at(folded: str, at: int, region: str) -> int:
    """Return where a name with a figure ends (COVID-19, C3, SW1A 1AA), or 0."""
    match = _BRITISH.match(folded, at) or _CODE.match(folded, at)
    if match is None and region == "PL":
        match = _CODE_BEFORE.match(folded, at)
    return match.end() if match else 0


def initials_at(folded: str, at: int) -> int:
    """Return where initials that announce another kind of number end (P.IVA, C.F., S/N), or 0."""
    match = _INITIALS.match(folded, at)
    return match.end() if match else 0


def is_street(word: str) -> bool:
    """Tell whether a word is the name of a street by its ending, as in German."""
    return word.endswith(_STREETS)
