"""One run of digits in its numbering plan: the number that it is, or the reason why it is none.

What is valid is the numbering plans' own data, as the `phonenumbers` library holds them; it is given digits alone,
because it would make digits of letters. `canonical_keys.py` has the same rules on whole columns: change both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from schemas.reasons import LineCode
from tasks.phone.vocabulary import TOWNS

SHORT: Final = LineCode.NUMBER_SHORT
TOO_SHORT: Final = LineCode.NUMBER_FEW
TOO_LONG: Final = LineCode.NUMBER_MANY
LOCAL: Final = LineCode.NUMBER_LOCAL
PESEL: Final = LineCode.NUMBER_PESEL
AMBIGUOUS: Final = LineCode.NUMBER_AMBIGUOUS
INVALID: Final = LineCode.NUMBER_INVALID

POLAND: Final = 48  # its country code
LONGEST_E164: Final = 15  # digits, country code included (ITU-T E.164)
SHORTEST_PIECE: Final = 7  # digits of a number that is set apart by a space alone
LONGEST_LOCAL: Final = 8  # no town has longer numbers without its area code
LONGEST_RANGE: Final = 10  # numbers from the first to the last: a longer way is more likely something else
SHORTEST_PAGER: Final = 9  # shorter ones have no service any more, and look like numbers that lost a digit

_BEHIND: Final = re.compile(r"\( ?(\d{1,5}) ?\)$")  # 551 03 55 (22): an area code, an extension, a floor?
_NOT_DIGITS: Final = re.compile(r"\D+")
# How Polish numbers without an area code are grouped; 22 552 03 lost two digits, 12 345 67 is another number.
_LOCAL_GROUPS: Final = frozenset(((7,), (3, 4), (3, 2, 2), (2, 2, 3), (4, 3)))
_LOCAL: Final = re.compile(r"(?!99[789]\D{1,3}\d{4}$)[2-9][\d .\-]*")
_UNIVERSAL: Final = re.compile(r"(?:^|\D)19 ?\d ?\d{2}$|^\D*\d+$")  # 22 19115: what is dialled in one town alone
_HOURS_BEHIND: Final = re.compile(r" (?:[6-9]|1[0-2])-(?:1[1-9]|2[0-4])$")  # 8-16
_ITEM: Final = re.compile(
    r"(?!00)\d{1,2}[.)] (?=[\d(+])|(?!00)(?:\d{1,4}[.)]?(?: -)? ){1,3}(?=0)"
)  # 1) 030 1234567, until 18 030 1234567
_CODE_BEHIND: Final = re.compile(r"(\.? | - |\.? ?-? ?\( ?)(\d{1,5})$")  # 030 1234567 112, 030 1234567 - (10117 …
_ONE_DASH: Final = re.compile(r"([^-]{9,}?) ?- ?([^-]{9,})")
_EMERGENCIES: Final = frozenset(("112", "911", "999"))  # known everywhere
_COUNTRY: Final = re.compile(r"^(?:\+|00) ?48[ .\-]*")
_AREA_FIRST: Final = re.compile(r"\D*(\d\d)\D")
# 48 22 551 03, 48 601 510 3: of Radom, or digits are missing.
_CUT_OFF: Final = re.compile(r"[( ]*48\D+(?:\d\d\D+\d{3}\D+\d\d|\d{3}\D+\d{3}\D+\d)")
_OF_RADOM: Final = re.compile(r"[( ]*48\D*([2-9][\d .\-]*?)([ .\-]+)\d\d")
_OF_MOBILES: Final = (3, 2, 2)  # 48 601 03 55 57
_PLACEHOLDER: Final = "123456789"
_KINDS: Final = (  # in the order in which the library asks
    *("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan", "voicemail"),
    *("fixed_line", "mobile"),
)
_POLISH_LENGTH: Final = 9  # digits of every Polish number but those of services within one town
_UNIVERSAL_LENGTH: Final = 7
_OTHER_EMERGENCIES: Final = {
    "GB": ("111", "101"),
    "US": ("988", "211", "311"),
    "AT": ("141", "147"),
    "PL": (
        *("981", "984", "985", "986", "987", "989", "991", "992", "993", "994", "995", "996"),
        *("19115", "116000", "116111", "116117", "116123"),
    ),
}


@dataclass(frozen=True)
class Number:
    """One telephone number.

    Attributes:
        e164: `+`, country code, number.
        extension: the digits to dial after the call is connected, or "".
        kind: "fax" where labelled fax alone; else the numbering plan's word: fixed_line, mobile, toll_free, …
    """

    e164: str
    extension: str = ""
    kind: str = ""


@dataclass(frozen=True)
class NumberingPlan:
    """The numbering plan in which numbers without a country code are read.

    Attributes:
        region: the country, two capital letters.
        area_code: what goes before numbers without an area code, or "".
        zeros: whether 00 stands for + there.
        trunk: the digits dialled before an area code within the country, or "".
        longest: how many digits a subscriber's whole number may have.
    """

    region: str
    area_code: str
    zeros: bool
    trunk: str
    longest: int

    @classmethod
    @cache
    def of(cls, region: str, area_code: str | None) -> NumberingPlan:
        """Return the plan of a region; of an unknown one, a plan that reads only numbers with a country code."""
        metadata = PhoneMetadata.metadata_for_region(region, None)
        if metadata is None:
            return cls(region, "", zeros=True, trunk="", longest=0)
        lengths = metadata.fixed_line.possible_length if metadata.fixed_line else ()
        zeros = metadata.international_prefix == "00"
        return cls(region, area_code or "", zeros, metadata.national_prefix or "", max(lengths, default=0))


def digits_of(run: str) -> str:
    """Return the digits alone."""
    return _NOT_DIGITS.sub("", run)


def read_run(run: str, plan: NumberingPlan) -> tuple[Number, ...] | str:
    """Read a run of digits and separators as one number, or as several that only spaces set apart."""
    whole = read_one(run, plan)
    if "-" in run and isinstance(whole, str) and whole != AMBIGUOUS and (dashed := _dashed(run, plan)):
        return AMBIGUOUS if _may_be_range(dashed) else dashed
    several = _several(run, plan) if len(digits_of(run)) >= 2 * SHORTEST_PIECE else []
    if len(several) + isinstance(whole, Number) > 1:
        return AMBIGUOUS
    if several:
        return several[0]
    return (whole,) if isinstance(whole, Number) else whole


def _dashed(run: str, plan: NumberingPlan) -> tuple[Number, ...]:
    """Read whole numbers between which a dash stands with room around it, or the only one there is."""
    apart = _ONE_DASH.fullmatch(run) if plan.region == "PL" else None
    parts = apart.groups() if apart else run.split(" - ")
    if any(len(digits_of(part)) < SHORTEST_PIECE for part in parts):
        return ()
    numbers = tuple(read for part in parts if isinstance(read := read_one(part, plan), Number))
    return numbers if len(numbers) == len(parts) else ()


def _may_be_range(numbers: tuple[Number, ...]) -> bool:
    """Tell whether a dash may mean those between as well: 22 552 00 01 - 22 552 00 04."""
    values = [int(number.e164) for number in numbers]
    return any(1 < last - first < LONGEST_RANGE for first, last in pairwise(values))


def _several(run: str, plan: NumberingPlan) -> list[tuple[Number, ...]]:
    """Return the ways to cut the run at its spaces into two or more numbers, two at most: more change nothing."""
    plan = replace(plan, area_code="")  # numbers without an area code are set apart by more than a space
    groups = re.sub(r"(?<=\d)\(", " (", run).split(" ")
    # ways[i]: how groups[i:] can be read
    ways: list[list[tuple[Number, ...]]] = [[] for _ in groups] + [[()]]
    for start in reversed(range(len(groups))):
        for end in range(start + 1, len(groups) + 1):
            piece = " ".join(groups[start:end])
            if not ways[end] or end - start == len(groups) or len(digits_of(piece)) < SHORTEST_PIECE:
                continue
            if end - start > 1 and "+" not in piece and len(digits_of(groups[start])) >= SHORTEST_PIECE:
                continue  # 22 5520355 5520356 12: what begins with a local number is not somebody else's
            number = read_one(piece, plan)
            if isinstance(number, Number):
                ways[start] += [(number, *rest) for rest in ways[end]]
        ways[start] = ways[start][:2]
    return ways[0]


def read_one(run: str, plan: NumberingPlan) -> Number | str:
    """Read a run of digits and separators as exactly one number."""
    digits = digits_of(run)
    behind = _BEHIND.search(run) if run.endswith(")") else None
    cut_off = plan.region == "PL" and (_CUT_OFF.fullmatch(run) is not None or _may_be_of_radom(run))
    varies = plan.region != "PL" or "+" in run or run.startswith("00")
    if cut_off or (behind and len(digits) - len(behind[1]) >= SHORTEST_PIECE) or (varies and _has_more(run, plan)):
        return AMBIGUOUS
    if (abroad := _after_plus(digits, plus="+" in run, plan=plan)) is not None:
        if len(abroad) == 2 + _UNIVERSAL_LENGTH and abroad.startswith("48") and not _UNIVERSAL.search(run):
            read: Number | str = LOCAL  # +48 851 91 23
        else:
            read = read_international(abroad)
        return _local(_COUNTRY.sub("", run), abroad[2:], plan) if read == LOCAL and plan.region == "PL" else read
    if plan.region == "PL" and digits in run and _is_pesel(digits):
        return PESEL
    trunk = plan.trunk != "" and digits.startswith(plan.trunk)
    if len(digits) < SHORTEST_PIECE - trunk:
        return SHORT if len(digits) > 1 else TOO_SHORT
    # Where nothing is dialled before an area code, its own zero shows that it stands there: 06 49911 in Rome.
    with_area = plan.trunk == "" and plan.region != "PL" and digits.startswith("0")
    if len(digits) <= LONGEST_LOCAL and len(digits) < plan.longest and not (trunk or with_area):
        return _local(run, digits, plan)
    return read_national(digits, plan.region)


def _may_be_of_radom(run: str) -> bool:
    """Tell whether 48 may be the area code of what two more digits follow: (48) 601 03 55-57, 48 6010355 57."""
    match = _OF_RADOM.fullmatch(run)
    if match is None or not may_lack_area(match[1], "PL"):
        return False
    groups = tuple(map(len, re.findall(r"\d+", match[1])))
    return groups != _OF_MOBILES or {match[2]} != {*re.findall(r"\D+", match[1])}


def _has_more(run: str, plan: NumberingPlan) -> bool:
    """Tell whether a number whose length varies may have hours, an emergency code or the like before or behind it."""
    hours, item, code = _HOURS_BEHIND.search(run), _ITEM.match(run), _CODE_BEHIND.search(run)
    rests = []
    if hours:
        rests.append(run[: hours.start()])
    if item:
        rests.append(run[item.end() :])
    if code and ("(" in code[1] or is_emergency(code[2], plan.region)):
        rests.append(run[: code.start()])
    read = [read_one(rest, plan) for rest in rests]
    return any(isinstance(each, Number) or each == AMBIGUOUS for each in read)


def _after_plus(digits: str, *, plus: bool, plan: NumberingPlan) -> str | None:
    """Return what would stand after a +, or None where the number is a national one."""
    if plus:
        return digits
    if plan.zeros and digits.startswith("00"):
        return digits[2:]
    if plan.region == "PL":
        if re.fullmatch(r"0[1-9]\d{6,8}", digits):
            return "48" + digits[1:]  # the trunk 0 of before 2009, still on many doors
        if re.fullmatch(r"480[1-9]\d{8}", digits):
            return digits
    return None


def _local(run: str, digits: str, plan: NumberingPlan) -> Number | str:
    """Read a number without its area code: only where the area code is set and nothing else can be meant."""
    if not plan.area_code or not may_lack_area(run, plan.region):
        return LOCAL
    alone = read_national(digits, plan.region)
    completed = read_national(plan.trunk + plan.area_code + digits, plan.region)
    if isinstance(alone, Number) and isinstance(completed, Number):
        return AMBIGUOUS
    return completed if isinstance(completed, Number) else LOCAL


def may_lack_area(run: str, region: str) -> bool:
    """Tell whether digits are written as a number without its area code is."""
    if region != "PL":
        return True
    groups = tuple(map(len, re.findall(r"\d+", run)))
    return groups in _LOCAL_GROUPS and _LOCAL.fullmatch(run) is not None


def lacks_digits(run: str, plan: NumberingPlan) -> bool:
    """Tell of digits that are too few for a whole number whether more is missing than the area code.

    In Poland a number has seven digits without it, and nine with it: 22 999 00 0 has lost one, 22 999 00 two.
    """
    if plan.region != "PL":
        return False
    bare = _COUNTRY.sub("", run)
    area = _AREA_FIRST.match(bare)
    known = area is not None and area[1] in {plan.area_code, *TOWNS.values()}
    short = known and not may_lack_area(bare, plan.region) and not _UNIVERSAL.search(bare)
    return short or len(digits_of(bare)) > _UNIVERSAL_LENGTH


def read_international(digits: str) -> Number | str:
    """Read digits that begin with a country code."""
    if digits.startswith("48"):
        national = digits[2:]
        # +48 (0) 22: the old trunk 0 has no place behind a country code
        read = _polish(national.removeprefix("0"))
        return LOCAL if read == INVALID and len(national) == _UNIVERSAL_LENGTH else read
    return _abroad(digits)


@lru_cache(maxsize=4096)
def _abroad(digits: str) -> Number | str:
    found = parsed("+" + digits, None)
    if found is None or not digits.startswith(str(found.country_code)):
        return INVALID
    return _checked(found)


def read_national(digits: str, region: str) -> Number | str:
    """Read digits that are dialled within a country, its trunk prefix included."""
    if region == "PL" and len(digits) == _POLISH_LENGTH:
        return _polish(digits)
    if region == "PL" and len(digits) == 2 + _POLISH_LENGTH and digits.startswith("48"):
        return _polish(digits[2:])
    return _at_home(digits, region)


@lru_cache(maxsize=4096)
def _at_home(digits: str, region: str) -> Number | str:
    return _checked(parsed(digits, region))


@cache
def _polish_plan() -> re.Pattern[str]:
    metadata = PhoneMetadata.metadata_for_region("PL", None)
    kinds = ((kind, getattr(metadata, kind)) for kind in _KINDS)
    return re.compile("|".join(f"(?P<{kind}>{known.national_number_pattern})" for kind, known in kinds if known))


def _polish(national: str) -> Number | str:
    """Read the digits behind Poland's country code, as the library does, in a tenth of the time."""
    if len(national) not in {_POLISH_LENGTH, _UNIVERSAL_LENGTH} or national == _PLACEHOLDER:
        return TOO_LONG if len(national) > _POLISH_LENGTH + 1 else INVALID
    known = _polish_plan().fullmatch(national)
    if known is None or (known.lastgroup == "pager" and len(national) < SHORTEST_PAGER):
        return INVALID
    return Number(f"+48{national}", kind=known.lastgroup or "")


def parsed(digits: str, region: str | None) -> PhoneNumber | None:
    """Parse digits, with or without a + before them, or return None."""
    try:
        return phonenumbers.parse(digits, region)
    except NumberParseException:
        return None


@cache
def is_emergency(digits: str, region: str) -> bool:
    """Tell whether digits are dialled in an emergency there, such as 112 or 999."""
    known = digits in _EMERGENCIES or digits in _OTHER_EMERGENCIES.get(region, ())
    return known or phonenumbers.is_emergency_number(digits, region)


def begins_with_emergency(run: str, region: str) -> bool:
    """Tell whether an emergency code stands before more digits: 112 2023."""
    if run.isdecimal():
        return False
    groups = re.findall(r"\d+", run)
    local = tuple(map(len, groups)) == (3, 2, 2)  # 999 00 01
    return len(groups) > 1 and not local and is_emergency(groups[0], region)


def kind_of(number: PhoneNumber) -> str:
    """Return the numbering plan's word for a number, in lower case."""
    return str(PhoneNumberType.to_string(phonenumbers.number_type(number))).lower()


def _checked(number: PhoneNumber | None) -> Number | str:
    """Accept a number that its numbering plan knows."""
    if number is None:
        return INVALID
    if not phonenumbers.is_valid_number(number):
        possible = phonenumbers.is_possible_number_with_reason(number)
        return TOO_LONG if possible == phonenumbers.ValidationResult.TOO_LONG else INVALID
    read = Number(phonenumbers.format_number(number, PhoneNumberFormat.E164), kind=kind_of(number))
    digits = len(read.e164) - 1
    if digits > LONGEST_E164:
        return TOO_LONG
    if number.country_code == POLAND:
        return _polish(read.e164[3:])
    national = digits - len(str(number.country_code))
    return INVALID if read.kind == "pager" and national < SHORTEST_PAGER else read


def _is_pesel(digits: str) -> bool:
    """Tell whether these are eleven digits with a PESEL's check digit and a date of birth from 1900 to 2039."""
    if len(digits) != 11:
        return False
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
    check = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 10
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    return check == 0 and (1 <= month <= 12 or (21 <= month <= 32 and year < 40)) and 1 <= day <= 31
