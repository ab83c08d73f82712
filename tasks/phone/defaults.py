"""What completes numbers that are written short: a region, an area code, a switchboard; tell which texts may be one."""

from __future__ import annotations

import re
from typing import Final

import phonenumbers
from phonenumbers import PhoneMetadata

from tasks.phone.parser import read_number

_POLISH_LOCAL: Final = 7  # digits behind an area code; elsewhere they are fewer or more
_SHORTEST_LOCAL: Final = 3
_SOME_DIGITS: Final = (
    "31415926535897932384626433832795028841971693993751058209749445923078164062862089986280348253421170679"
)


def is_region(text: str) -> bool:
    """Tell whether numbers of that region can be read."""
    return text in phonenumbers.SUPPORTED_REGIONS


def as_area_code(text: str, region: str) -> str:
    """Return the area code that somebody means, which completes numbers of that region; "" where it completes none.

    A 0 that is dialled before it, or was in Poland until 2009, is no part of it. Where it is one (Italy) it stays.
    """
    if re.fullmatch("[0-9]{1,5}", text) is None:
        return ""
    bare = text.removeprefix("0")
    return next((code for code in (text, bare) if code and _completes(code, region)), "")


def _completes(code: str, region: str) -> bool:
    """Tell whether some number of the region begins so; of each length, some are tried."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    if metadata is None or metadata.fixed_line is None:
        return False
    lengths = (_POLISH_LOCAL + len(code),) if region == "PL" else metadata.fixed_line.possible_length
    for rest in (length - len(code) for length in lengths):
        some = [_SOME_DIGITS[at : at + rest] for at in range(len(_SOME_DIGITS) - rest)]
        tried = [*(digit * rest for digit in "0123456789"), *some] if rest >= _SHORTEST_LOCAL else []
        if any(_is_of(f"{metadata.national_prefix or ''}{code}{digits}", region) for digits in tried):
            return True
    return False


def _is_of(text: str, region: str) -> bool:
    """Tell whether that is a number of the region, not one of abroad that begins with the digits of 00."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return False
    abroad = number.country_code != phonenumbers.country_code_for_region(region)
    return not abroad and phonenumbers.is_valid_number(number)


def is_switchboard(text: str, region: str, area_code: str | None) -> bool:
    """Tell whether that is one number, which extensions may belong to."""
    numbers = read_number(text, region=region, area_code=area_code).numbers
    return len(numbers) == 1 and not numbers[0].extension
