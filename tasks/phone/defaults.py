"""What completes numbers that are written short: a region, an area code, a switchboard; tell which texts may be one."""

from __future__ import annotations

import re

import phonenumbers

from tasks.phone.parser import read_number


def is_region(text: str) -> bool:
    """Tell whether numbers of that region can be read."""
    return text in phonenumbers.SUPPORTED_REGIONS


def is_area_code(text: str) -> bool:
    """Tell whether that may complete a number."""
    return re.fullmatch("[0-9]{1,5}", text) is not None


def is_switchboard(text: str, region: str, area_code: str | None) -> bool:
    """Tell whether that is one number, which extensions may belong to."""
    numbers = read_number(text, region=region, area_code=area_code).numbers
    return len(numbers) == 1 and not numbers[0].extension
