"""Numbers that a cell which cannot be read may stand for: a letter for a digit, a digit too many or too few.

A number that moves to another owner and is mistyped there stands in no line any more, and would be deleted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import product
from typing import Final

import pandas as pd

from schemas import limits
from tasks.text_columns import matching

# Letters that are typed, or read from paper, in the place of digits; any other single letter may be any digit.
_LIKE_DIGITS: Final = str.maketrans("IilOoSsBZz", "1110055822")
_ANY: Final = "?"
_NUMBER: Final = re.compile(r"(?<![^\W\d_])[\dIilOo](?:\W{0,3}(?:[\dIilOoSsBZz]|[^\W\d_](?![^\W\d_])))*")
_SOME_DIGITS: Final = r"(?:\d\D{0,3}){5}"
_LEAST: Final = 7  # digits: fewer are an extension or a room
_DIGITS: Final = "0123456789"
_MOST_UNSURE: Final = 2


def unread_numbers(rejected: pd.DataFrame) -> pd.DataFrame:
    """Return `line, value`: the cells of `Rejected` lines that may hold a number and of which none could be read."""
    unread = rejected.loc[rejected["key"] == "", ["line", "value"]]
    return unread[matching(unread["value"], _SOME_DIGITS)]


def resembling(unread: pd.DataFrame, keys: Collection[str]) -> dict[str, int]:
    """Return those of the keys that a cell may stand for which could not be read, each with the first line of one.

    Where more cells cannot be read than anybody looks through, each of the keys may be among them.

    Args:
        unread: see `unread_numbers`.
        keys: canonical keys.
    """
    found: dict[str, int] = {}
    if unread.empty or not keys:
        return found
    if len(unread) > limits.UNREAD_CELLS:
        return dict.fromkeys(keys, int(unread["line"].min()))
    ends: dict[int, dict[str, list[str]]] = {}
    for line, value in sorted(zip(unread["line"].tolist(), unread["value"].tolist(), strict=True)):
        for number in {number for cell in _NUMBER.findall(value) for number in _perhaps(cell)}:
            if len(number) not in ends:
                ends[len(number)] = _ends(keys, len(number))
            for key in ends[len(number)].get(number, ()):
                found.setdefault(key, line)
    return found


def _ends(keys: Collection[str], length: int) -> dict[str, list[str]]:
    """Return the keys by so many of their last digits: how many stand before them in a file is nobody's mistake."""
    ends: dict[str, list[str]] = {}
    for key in keys:
        digits = "".join(filter(str.isdigit, key.partition(";")[0]))
        ends.setdefault(digits[-length:], []).append(key)
    return ends


def _perhaps(cell: str) -> Iterator[str]:
    """Yield what may be meant, as digits."""
    typed = "".join(filter(str.isalnum, cell)).translate(_LIKE_DIGITS)
    typed = "".join(sign if sign.isdecimal() else _ANY for sign in typed).lstrip("0")
    unsure = typed.count(_ANY)
    if unsure > _MOST_UNSURE:
        return
    shapes = {typed}
    if not unsure:
        shapes |= {typed[:at] + typed[at + 1 :] for at in range(len(typed))}
        shapes |= {typed[:at] + _ANY + typed[at:] for at in range(len(typed) + 1)}
    for shape in shapes:
        if len(shape) >= _LEAST:
            yield from map("".join, product(*(_DIGITS if sign == _ANY else sign for sign in shape)))
