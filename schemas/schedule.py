"""When a sync runs by itself: five fields as cron has them, and the name of a time zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_DAYS = {name: number for number, name in enumerate(("sun", "mon", "tue", "wed", "thu", "fri", "sat"))}
_NO_NAMES: Mapping[str, int] = MappingProxyType({})
# Each field with its smallest and largest value, and the names that stand for numbers.
_FIELDS = (
    ("minute", 0, 59, _NO_NAMES),
    ("hour", 0, 23, _NO_NAMES),
    ("day of the month", 1, 31, _NO_NAMES),
    ("month", 1, 12, _MONTHS),
    ("day of the week", 0, 7, _DAYS),
)
_PART = re.compile(r"(?:\*|(?P<first>[0-9a-z]+)(?:-(?P<last>[0-9a-z]+))?)(?:/(?P<step>[0-9]+))?", re.ASCII)


def wrong_with_schedule(text: str) -> str:
    """Return what is wrong with a schedule, "" where it can be kept by every reading of cron.

    A minute, an hour, a day of the month, a month and a day of the week; each is `*`, a value, a range, a list of them,
    and `/` with a step after `*` or a range.
    """
    parts = text.split()
    if len(parts) != len(_FIELDS):
        return f"five fields are needed, and there are {len(parts)}: minute, hour, day, month, day of the week"
    for part, (name, least, most, names) in zip(parts, _FIELDS, strict=True):
        for piece in part.lower().split(","):
            if not _is_fine(piece, least, most, names):
                return f"{part!r} is no {name} ({least} to {most}, *, lists and ranges)"
    return ""


def _is_fine(piece: str, least: int, most: int, names: Mapping[str, int]) -> bool:
    found = _PART.fullmatch(piece)
    if found is None:
        return False
    first, last, step = found["first"], found["last"], found["step"]
    if step is not None and (not 1 <= int(step) <= most or (first and not last)):
        return False
    values = [names.get(value, int(value) if value.isdigit() else -1) for value in (first, last) if value]
    return all(least <= value <= most for value in values) and values == sorted(values)


def is_timezone(text: str) -> bool:
    """Tell whether the time zone is a known one, such as `Europe/Warsaw`."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        return False
    return True
