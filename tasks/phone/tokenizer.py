"""Cut a text into typed tokens: numbers, extensions, labels, and all that has digits and is no telephone number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from tasks.phone.typed_tokens import (
    Typed,
    TypedKind,
    account_follows,
    behind_word,
    bracketed_hours,
    code_at,
    initials_at,
    is_street,
    may_be_endings,
    may_begin,
    online,
    value_of,
    with_figure,
)
from tasks.phone.vocabulary import ELSEWHERE, OTHER_NUMBERS, TOWNS, WORDS, WordKind

TokenKind = Literal[
    "run",
    "extension",
    "list",
    "or",
    "range",
    "more",
    "slash",
    "label",
    "foreign",
    "note",
    "office",
    "town",
    "plain",
    "sign",
]
SEPARATORS: Final = frozenset(("list", "or", "range", "slash"))
_WORDS: Final = frozenset(("note", "office", "town"))
_NUMBERS: Final = frozenset(("run", "extension", "more"))
_AND: Final = frozenset(("i", "oraz", "and", "und", "the"))


class Token(NamedTuple):
    """A stretch of a folded text and what it is.

    `value` is a run with plain brackets and spaces, an extension's digits ("" where they are too many for one), a
    label's meaning or a town's area code.
    """

    kind: TokenKind | TypedKind
    text: str
    value: str = ""


# A digit run is taken whole, with every separator inside it: what its digits mean is decided elsewhere, on all of them.
_LEX: Final = re.compile(
    r"""
    (?P<mark>[¹²³⁴⁵⁶⁷⁸⁹⁰]+)
    |(?P<word>[^\W\d_]+)
    |(?P<run>(?:[(\[{][(\[{ ]*)?(?:\+[ (\[{]*)?(?:48[ )\]}]*\+\ ?)?\d(?:[\d ().\-_\[\]{}]*\d)?[)\]}]*)
    |(?P<slash>/)
    |(?P<hash>\#[\s.:=]*(?P<digits>\d{1,6})(?!\w))
    |(?P<star>\*(?=\d)[\d *\#]*)
    |(?P<list>[,;|&\\]|(?<!\S)[*•·+]{1,3}(?!\S))
    |(?P<doubt>(?<=\d)\ ?[(\[]?\?(?![^\W\d_]))
    |(?P<plain>(?:
        [\s.:)\]}"'`´„”’‚‘“«»!?…@№\-_<>☎☏✆✉℡🕿📞📱📠📲🖷†→➔➜➤▶►▪■●○◦✓✔]
        |[(\[{](?![ (\[{]*\+?[ (]*\d)|(?<=\S)\*(?![\d\#])|\*(?=\))|\+(?!\s*[(\[{]?\d)
    )+)
    |(?P<sign>.)
    """,
    re.VERBOSE,
)
_PLAIN: Final = re.compile(r"\+?\d[\d -]{5,18}\d|\(\+?\d{1,4}\) ?\d[\d -]{4,12}\d")
_DATED: Final = re.compile(r"(?<!\d)(?:\d{1,2}-\d{1,2}-(?:19|20)\d\d|(?:19|20)\d\d-\d{1,2}-\d{1,2})(?!\d)")
_BRACKETED: Final = re.compile(r"\(\d+ ?- ?\d+\)")
_SLASHED: Final = re.compile(r"/(?! ?24 ?/ ?7(?!\d)) ?(0?[ -]?\d\d) ?/(?: ?- ?| )?(\d(?:[\d .\-]*\d)?)")
# What follows a slash with room before it: 22/551 03 55 / 12/551 03 55.
_NEXT_AREA: Final = re.compile(
    r"(0?[1-9]\d)/ ?\d(?:[ .-]?\d){6}(?![ .-]?\d)|(0\d{1,4})/ ?\d(?:[ .-]?\d){4,7}(?![ .-]?\d)"
)
_LAST_TWO: Final = re.compile(r"(\d\d)\D*$")
_NEAR: Final = 10
_SEVEN: Final = re.compile(r"(?:\d[ .-]?){7}")
# +43 662 8044 - 7481 Salzburg: a direct line, or a postal code, where these have four digits.
_DIRECT: Final = re.compile(r"- \d{4} [^\W\d_]")
_FOUR: Final = frozenset(("AT", "CH"))
_OF_FOUR: Final = re.compile(r"[( ]*(?:\+|00) ?4[13](?!\d)")
_SIGNS: Final = re.compile(r"[.\-]|.\(")
_UNUSUAL: Final = re.compile(r"[\[\]{}_]")
_BOUNDARY: Final = re.compile(r"(?<=[ (\[])\d")
_TAIL: Final = re.compile(r"[^\d)\]}]+$")
# An area code is none: int. 22/551 03 55, w. 22.551.03.55
_ENDS: Final = r"(?!\w|[.-] ?\d(?:[ .-]?\d){4}|/ ?\d(?:[ .-]?\d){6}(?![ .-]?\d))"
_INNER: Final = rf"(?!0\d{{1,4}}/ ?\d(?:[ .-]?\d){{4}})(\d{{1,6}}){_ENDS}"
_EXTENSION: Final = re.compile(rf"[\s.:=\-]*(?:(?:nr|numer)\b[\s.:]*)?{_INNER}", re.IGNORECASE)
_TIGHT: Final = re.compile(rf"(?:\.\ ?|[:=]\ ?)?{_INNER}")
_POINTED: Final = re.compile(r"(?:\.\ ?|[:=]\ ?)?\d")
_LOOSE: Final = re.compile(r" (\d{1,4})(?!\w)(?= ?(?:[,;)\]|/]|$|i |lub |oraz ))")
_BOTH: Final = re.compile(r"(?:tel|telefon|phone)\.?\s?[/+i&\-]\s?(?:fax|faks)(?![^\W\d_])", re.IGNORECASE)
_TIMED: Final = re.compile(r" (?:[01]?\d|2[0-4])[:.][0-5]\d(?!\d|[.:]\d)")
_YEAR: Final = re.compile(r" (?:19|20)\d\d(?!\w|[./-]\d)(?: ?r\b\.?)?")
_FIGURE: Final = re.compile(r"\.? ?-?(?:(?:nr|numer)\b[ .:]*)?\d", re.IGNORECASE)
_VALUE: Final = re.compile(r"[.:#/ ]*(?:(?:nr|numer|number|no)\b[.:]* ?)?(?:[A-Z]{1,4}[-/ ]?)?\d")
_FROM_TO: Final = re.compile(r"od ?\d{1,2} ?(?:do|-) ?\d{1,2}(?![\d.:])", re.IGNORECASE)
_ENDING: Final = re.compile(r" 0\d\)")  # (do 03), and no hour
_LIKE_NUMBER: Final = re.compile(r"[\s.:#]*(?:(?:nr|numer)\b[\s.:]*)?(?=.*[-/. ].)0?[ -]?[1-9](?:[-/. ]?\d){8}")
_LABEL_BEHIND: Final = re.compile(r"[\s.:,-]*(?:tel|telefon|fax|faks|kom|phone)(?![^\W\d_])", re.IGNORECASE)
# Rezerwacja: 601 510 355, but not rezerwacja 601510355.
_SERVED: Final = frozenset(("rezerwacja", "zamówienie", "zgłoszenie"))
_GROUPS_BEHIND: Final = re.compile(
    r"[\s:.-]*(?:\+?48 ?)?[(0-]{0,3}\d{2,3}[ )/-]+\d{2,3}[ -]\d{2,3}(?:[ -]\d\d)?(?![\d-])"
)
_NO_NOUNS: Final = frozenset(("na", "jest"))
_FLOORS: Final = frozenset(("piętro", "pietro", "stock", "etage", "étage"))
_ROMAN: Final = re.compile("[IVX]+")
_GOES_ON: Final = re.compile(r"[.()/-]+ ?\d")
_STARRED: Final = re.compile(r"\*\d{1,6} ?$")
_ACCOUNT: Final = 26  # digits
_REGON: Final = 9  # digits, as many as a telephone number's
_LONGEST_EXTENSION: Final = 6
_AFTER_NAME: Final = frozenset("-0123456789")
_TELEPHONE: Final = frozenset(("tel", "telefon", "phone"))
_INITIAL: Final = frozenset(("p", "c", "s", "dz", "ust", "ip"))
_NOUN: Final = re.compile(r"\.? ([^\W\d_]+)[:. ]*(?=\d)")
_COUNTRY_TWICE: Final = re.compile(r"^\+ ?48\D*\+\D?48")
_ROUND: Final = str.maketrans("[]{}_", "()() ")


def tokens(folded: str, region: str = "PL") -> tuple[Token, ...]:
    """Cut a folded text into tokens that together are the whole text; the same text gives the same tokens.

    Args:
        folded: the text.
        region: the country whose postal codes and words for an extension are told.
    """
    if _PLAIN.fullmatch(folded) and not _DATED.search(folded) and not bracketed(folded):
        return (Token("run", folded, folded),)
    return tuple(_Cutting(folded, region).tokens())


def bracketed(folded: str) -> bool:
    """Tell whether brackets hold more than one group of digits."""
    return _BRACKETED.search(folded) is not None


class _Cutting:
    """One text while it is cut."""

    def __init__(self, folded: str, region: str) -> None:
        self.folded, self.region = folded, region
        self.at = 0
        self.online = online(folded)
        self.before: Token | None = None  # the last one that is not plain
        self.has_postal = self.street = self.has_run = False
        self.touching = ""  # the kind of the last one, plain or not

    def tokens(self) -> Iterator[Token]:
        many = len(self.folded)
        while self.at < many:
            token = self.next()
            self.at += len(token.text)
            kind = self.touching = token.kind
            if kind != "plain":
                self.has_postal |= kind == "postal"
                self.has_run |= kind == "run"
                self.street = kind == "address" or (self.street and kind == "list")
                self.before = token
            yield token

    def next(self) -> Token:  # noqa: C901, PLR0911 - one branch a kind of sign
        if self.online and self.online[0][0] <= self.at:
            start, end = self.online.pop(0)
            if start == self.at:
                return self.cut("email", end)
        match: re.Match[str] = _LEX.match(self.folded, self.at)  # type: ignore[assignment]  # it takes any character
        kind, end = match.lastgroup, match.end()
        if self.online and self.online[0][0] < end:
            # Right before an address on the net stand digits with their signs, or signs alone.
            digits = _TAIL.sub("", self.folded[self.at : self.online[0][0]])
            kind, end = ("run", self.at + len(digits)) if digits else ("plain", self.online[0][0])
        match kind:
            case "plain" | "list":
                return Token(kind, self.folded[self.at : end])
            case "word":
                return self.word(match.group(), end)
            case "run":
                return self.run(end)
            case "slash":
                return self.slash()
            case "hash":
                return self.cut("extension", end, match["digits"])
            case "mark":
                return self.cut("plain", end)
            case "star" if sum(map(str.isdecimal, match.group())) > _LONGEST_EXTENSION or _GOES_ON.match(
                self.folded, end
            ):
                return self.cut("plain", self.at + 1)  # *22 551 03 55: a note below
            case "star":
                # 552 03 55 *12: an extension, or what another telephone is dialled by in the house
                inside = self.touching in {"run", "plain"} and self.behind() == "run" and _STARRED.match(match.group())
                return self.cut("extension" if inside else "code", end)
            case _:
                return self.cut("sign", end)

    def cut(self, kind: TokenKind | TypedKind, end: int, value: str = "") -> Token:
        return Token(kind, self.folded[self.at : end], value)

    def behind(self) -> str:
        """Return the kind of the token before, whatever plain signs stand between."""
        return self.before.kind if self.before else ""

    # What begins with a digit

    def run(self, end: int) -> Token:
        """Return the digits here as a number, or as what else begins with them; a number ends where that begins."""
        folded, start = self.folded, self.at
        while not folded[start].isdecimal():
            start += 1
        if self.behind() in {"slash", "label"} and (area := self.next_area()):
            return area
        if self.region == "PL" and not (self.has_postal or self.street) and self.is_all_number(end):
            return self.as_run(end)
        if folded[self.at] == "(" and (hours := bracketed_hours(folded, self.at, 0, self.region)):
            doubtful = self.behind() == "run" and may_be_endings(folded, self.at, folded[self.at : hours])
            return self.cut("extension" if doubtful else "hours", hours)
        if address := self.address():
            return address
        if typed := self.typed(start):
            return self.cut(typed.kind, typed.end) if start == self.at else self.cut("plain", start)
        return self.until_another(start, end)

    def until_another(self, start: int, end: int) -> Token:
        """Return the digits up to where something else begins among them."""
        folded = self.folded
        for boundary in _BOUNDARY.finditer(folded, start + 1, end):
            place = boundary.start()
            if may_begin(folded, place, self.region) and self.other_thing(start, place):
                if _DIRECT.match(folded, place - 2) and (self.region in _FOUR or _OF_FOUR.match(folded, self.at)):
                    return self.cut("extension", end)
                end = place - len(_TAIL.search(folded[self.at : place])[0])  # type: ignore[index]  # a space at least
                break
        return self.as_run(end)

    def next_area(self) -> Token | None:
        """Return a number whose area code stands before a slash, where those digits cannot be another one's ending."""
        match = _NEXT_AREA.match(self.folded, self.at)
        last = _LAST_TWO.search(self.folded, 0, self.at)
        if not match or not last or self.folded[self.at - 1] == "/":
            return None
        area = match[1] or match[2]
        if abs(int(area) - int(last[1])) <= _NEAR:
            return None
        token = self.until_another(self.at, match.end())
        return token._replace(value=f"({area}) {token.text.partition('/')[2].lstrip()}") if token.value else token

    def address(self) -> Token | None:
        """Return the digits here where what stands before makes them the number of a house, or a postal code."""
        behind = self.behind()
        ways: tuple[tuple[bool, str, TypedKind], ...] = (
            (self.has_postal and behind in _WORDS, "unmarked", "address"),
            (behind in _WORDS, "lettered", "address"),
            (behind == "town", "town", "postal"),
            (self.street and behind == "list", "abroad", "postal"),
        )
        for applies, pattern, kind in ways:
            if applies and (end := behind_word(pattern, self.folded, self.at)):
                return self.cut(kind, end)
        return None

    def other_thing(self, start: int, place: int) -> bool:
        """Tell whether a number that starts here ends at a place where something else begins."""
        so_far = sum(map(str.isdecimal, self.folded[start:place]))
        if bracketed_hours(self.folded, place - 1, so_far, self.region):
            return True
        return with_figure(self.folded, place, so_far, self.region) is not None

    def as_run(self, end: int) -> Token:
        text = self.folded[self.at : end]
        value = text.translate(_ROUND) if _UNUSUAL.search(text) else text
        if value.count("+") > 1:  # +48 +12 422 94 93; and one that stands twice is one
            value = _COUNTRY_TWICE.sub("+48 ", value)
            value = value[:1] + value[1:].replace("+", " ")
        return Token("run", text, value)

    def is_all_number(self, end: int) -> bool:
        """Tell whether nothing else can begin within a run: no sign in it or behind it that goes with other things."""
        behind = self.folded[end : end + 2]
        if end - self.at >= _ACCOUNT:
            return False
        return (not behind or behind[0] in ";|" or behind == ", ") and not _SIGNS.search(self.folded, self.at, end)

    def typed(self, at: int) -> Typed | None:
        if not may_begin(self.folded, at, self.region):
            return None
        typed = with_figure(self.folded, at, 0, self.region, alone=self.behind() in _WORDS)
        glued = self.touching and self.folded[at - 1].isalnum()
        return None if typed and glued and typed.kind != "account" else typed

    def slash(self) -> Token:
        """Return a slash, or a number whose area code stands between two of them: /22/ 552 03 55."""
        area = _SLASHED.match(self.folded, self.at)
        # 551 03 55 /22/ 551 03 56, but not the endings of 551 03 11 / 12 / 551 03 13
        parted = self.folded[self.at - 1] == " " and self.folded[self.at + 1 : self.at + 2].isdecimal()
        parted = parted and area is not None and _SEVEN.match(area[2]) is not None
        parted = parted and not (self.before and self.before.text.strip("+ ()") == "48")  # + 48 /22/ 551 03 55
        if area and (parted or self.behind() not in {"run", "extension"}):
            return self.cut("run", area.end(), f"({area[1]}) {area[2]}")
        return self.cut("slash", self.at + 1)

    # What begins with a letter

    def word(self, text: str, end: int) -> Token:  # noqa: C901, PLR0911 - what is asked of a word, the surest first
        meant = text.casefold()
        if meant in _TELEPHONE and (both := _BOTH.match(self.folded, self.at)):
            return self.cut("label", both.end(), "voice")
        if meant in _INITIAL and (initials := initials_at(self.folded, self.at)):
            return self.other((), initials)
        if (
            self.region == "US"
            and len(text) == 2
            and text.isupper()
            and (postal := behind_word("us", self.folded, end))
        ):
            return self.cut("postal", postal)
        if self.region != "PL" and meant == "kl":
            text = meant = "klappe"
        if meant in {"w", "x"}:
            return self.single(meant, end)
        if meant in OTHER_NUMBERS:
            return self.other(OTHER_NUMBERS[meant], end)
        kind = WORDS.get(meant)
        if kind is not None:
            return self.known(kind, text, end)
        if area := TOWNS.get(meant):
            return self.cut("town", behind_word("district", self.folded, end) or end, area)
        named = (
            self.folded[end : end + 1] in _AFTER_NAME and self.touching != "run" and not self.directly_behind_digits()
        )
        if named and (code := code_at(self.folded, self.at, self.region)):
            return self.cut("code", code)
        if is_street(meant) and (house := behind_word("house", self.folded, end)):
            return self.cut("address", house)
        if text[0].isupper() and self.before and self.before.text.casefold() in {"w", "we"}:
            return self.cut("town", end, ELSEWHERE)
        return self.cut("note", end)

    def directly_behind_digits(self) -> bool:
        return self.behind() == "run" and self.folded[self.at - 2 : self.at - 1].isdecimal()

    def other(self, lengths: tuple[int, ...], end: int) -> Token:
        """Return another kind of number with its name; where it cannot be told, the text is of another kind."""
        if lengths == (_ACCOUNT,) and account_follows(self.folded, end):
            return self.cut("note", end)  # with the name of the bank between
        if _LABEL_BEHIND.match(self.folded, end):
            return self.cut("note", end)  # Wydział KRS tel. 551 03 55
        value = value_of(lengths, self.folded, end)
        # VAT 22/5510355, KRS 0-22 551-03-55: perhaps a department's telephone.
        dialled = value and _REGON not in lengths and _LIKE_NUMBER.fullmatch(self.folded, end, value)
        return self.cut("id", value) if value and not dialled else self.cut("foreign", end)

    def single(self, meant: str, end: int) -> Token:
        """Return a single letter: the mark of an extension only right behind a number, or with a point."""
        if meant == "w" and (year := _YEAR.match(self.folded, end)):
            return self.cut("date", year.end())
        if meant == "w" and self.behind() != "run" and (until := behind_word("until", self.folded, end)):
            return self.cut("hours", until)
        if tight := _TIGHT.match(self.folded, end):
            return self.cut("extension", tight.end(), tight[1])
        if meant == "w" and self.behind() in {"run", "extension"} and (loose := _LOOSE.match(self.folded, end)):
            return self.cut("extension", loose.end(), loose[1])
        return self.cut("extension" if _POINTED.match(self.folded, end) else "note", end)

    def known(self, kind: WordKind, text: str, end: int) -> Token:  # noqa: C901, PLR0911, PLR0912 - one branch a kind of word
        meant = text.casefold()
        match kind:
            case "list" | "or":
                return self.cut(kind, end)
            case "through":
                return self.cut("range" if self.behind() in _NUMBERS else "note", end)
            case "range" | "until":
                return self.until(kind, end)
            case "more" | "next":
                after = self.before.text.casefold() if self.before else ""
                told = self.has_run and (kind == "more" or after in _AND)
                return self.cut("more" if told else "note", end)
            case "voice" | "fax":
                if meant in {"m", "k"} and (room := behind_word("flat", self.folded, end)):
                    return self.cut("place", room)
                return self.cut("label", behind_word("index", self.folded, end) or end, kind)
            case "extension":
                if extension := _EXTENSION.match(self.folded, end):
                    return self.cut("extension", extension.end(), extension[1])
                return self.cut("extension" if self.is_unclear(end) else "note", end)
            case "place":
                if meant in _FLOORS and self.before and _ROMAN.fullmatch(self.before.text):
                    return self.cut("note", end)  # II piętro 22 551 03 55
                if place := behind_word("place", self.folded, end):
                    return self.cut("place", place)
                return self.cut("foreign" if _FIGURE.match(self.folded, end) else "note", end)
            case "street":
                street = behind_word("street", self.folded, end)
                return self.cut("address", street) if street else self.cut("note", end)
            case "id":
                if text == "POZ" or (meant in _SERVED and _GROUPS_BEHIND.match(self.folded, end)):
                    return self.cut("note", end)
                if meant in {"skype", "login"} and (name := behind_word("account", self.folded, end)):
                    return self.cut("id", name)
                if _VALUE.match(self.folded, end):
                    return self.other((), end)
                return self.cut("note", end)
            case "hours":
                hours = behind_word("hours", self.folded, end)
                return self.cut("hours", hours) if hours else self.cut("note", end)
            case "service":
                service = behind_word("service", self.folded, end)
                return self.cut("code", service) if service else self.cut("note", end)
            case "number":
                return self.number(meant, end)
            case "unit":
                return self.cut(
                    "foreign" if self.behind() == "run" and self.touching in {"run", "plain"} else "note", end
                )
            case _:
                return self.cut("office", end)

    def is_unclear(self, end: int) -> bool:
        """Tell whether a word for an extension has digits that are none, or stands behind them: 552 03 55 / 12 wew."""
        few = self.before is not None and sum(map(str.isdecimal, self.before.text)) <= _LONGEST_EXTENSION
        return _FIGURE.match(self.folded, end) is not None or (self.behind() == "run" and few)

    def until(self, kind: WordKind, end: int) -> Token:
        """Return a time or a date with its preposition; "do" right behind a number stands for a range."""
        opened = self.folded[self.at - 1 : self.at] in {"(", "["}
        few = _FROM_TO.match(self.folded, self.at) if self.behind() == "run" else None
        if few and may_be_endings(self.folded, self.at, few.group()):
            return self.cut("extension", few.end())
        opened = opened and not (kind == "range" and _ENDING.match(self.folded, end))
        if kind == "until" or opened or self.behind() not in {*_NUMBERS, "range"}:
            if until := behind_word("until", self.folded, end):
                return self.cut("hours", until)
            return self.cut("range" if kind == "range" else "note", end)
        timed = _TIMED.match(self.folded, end)
        return self.cut("hours", timed.end()) if timed else self.cut("range", end)

    def number(self, meant: str, end: int) -> Token:
        """Return "nr" as a label, or with what it numbers: nr albumu 1234567, legitymacja nr 1234567, SP nr 3."""
        noun = _NOUN.match(self.folded, end)
        named = noun[1].casefold() if noun else ""
        if noun and named not in WORDS and named not in OTHER_NUMBERS and named not in _NO_NOUNS:
            return self.other((), noun.end(1))
        under = self.before is not None and self.before.text.casefold() in {"pod", "na"}
        if self.behind() in {"note", "town", "id", "office"} and self.touching == "plain" and not under:
            if meant == "nr" and (named := behind_word("named", self.folded, end)):
                return self.cut("place", named)
            if self.behind() != "office" and _FIGURE.match(self.folded, end):
                return self.cut("foreign", end)
        return self.cut("label", behind_word("index", self.folded, end) or end, "voice")
