"""One run of digits in its numbering plan: the number that it is, or the reason why it is none.

What is valid is the numbering plans' own data, as the `phonenumbers` library holds them; it is given digits alone,
because it would make digits of letters. `canonical_keys.py` has the same rules on whole columns: change both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneMetadata, PhoneNumber, PhoneNumberFormat, PhoneNumberType

from schemas.reasons import LineCode

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
SHORTEST_PAGER: Final = 9  # shorter ones have no service any more, and look like numbers that lost a digit

_BEHIND: Final = re.compile(r"\( ?(\d{1,5}) ?\)$")  # 551 03 55 (22): an area code, an extension, a floor?


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
    return re.sub(r"\D", "", run)


def read_run(run: str, plan: NumberingPlan) -> tuple[Number, ...] | str:
    """Read a run of digits and separators as one number, or as several that only spaces set apart."""
    whole = read_one(run, plan)
    several = _several(run, plan) if len(digits_of(run)) >= 2 * SHORTEST_PIECE else []
    if len(several) + isinstance(whole, Number) > 1:
        return AMBIGUOUS
    if several:
        return several[0]
    return (whole,) if isinstance(whole, Number) else whole


def _several(run: str, plan: NumberingPlan) -> list[tuple[Number, ...]]:
    """Return the ways to cut the run at its spaces into two or more numbers, two at most: more change nothing."""
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
    behind = _BEHIND.search(run)
    if behind and len(digits) - len(behind[1]) >= SHORTEST_PIECE:
        return AMBIGUOUS
    if (abroad := _after_plus(digits, plus="+" in run, plan=plan)) is not None:
        read = read_international(abroad)
        return _local(abroad[2:], plan) if read == LOCAL and plan.region == "PL" else read
    if plan.region == "PL" and digits in run and _is_pesel(digits):
        return PESEL
    trunk = plan.trunk != "" and digits.startswith(plan.trunk)
    if len(digits) < SHORTEST_PIECE:
        return SHORT if len(digits) > 1 else TOO_SHORT
    if len(digits) <= LONGEST_LOCAL and len(digits) < plan.longest and not trunk:
        return _local(digits, plan)
    return _checked(parsed(digits, plan.region))


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


def _local(digits: str, plan: NumberingPlan) -> Number | str:
    """Read a number without its area code: only where the area code is set and nothing else can be meant."""
    if not plan.area_code:
        return LOCAL
    alone = _checked(parsed(digits, plan.region))
    completed = _checked(parsed(plan.trunk + plan.area_code + digits, plan.region))
    if isinstance(alone, Number) and isinstance(completed, Number):
        return AMBIGUOUS
    return completed if isinstance(completed, Number) else LOCAL


def read_international(digits: str) -> Number | str:
    """Read digits that begin with a country code."""
    if digits.startswith("480"):
        digits = "48" + digits[3:]  # +48 (0) 22: the old trunk 0 has no place behind a country code
    found = parsed("+" + digits, None)
    if found is None or not digits.startswith(str(found.country_code)):
        return INVALID
    read = _checked(found)
    if not isinstance(read, Number) and found.country_code == POLAND and len(digits) == 2 + 7:
        return LOCAL
    return read


def parsed(digits: str, region: str | None) -> PhoneNumber | None:
    """Parse digits, with or without a + before them, or return None."""
    try:
        return phonenumbers.parse(digits, region)
    except NumberParseException:
        return None


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
