"""Decide how the changes of a list go there: each on its own, in a file of the lines that change, or as the whole list.

A file puts at risk what others write between the reading that it was made from and its arrival; an entry that is read
and written by itself is at risk for the time of one request.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from schemas.quirks import Quirk, QuirkCode

if TYPE_CHECKING:
    from tasks.execution.changes import ListChange

WaySetting = Literal["auto", "batch", "entries"]
FEW_CHANGES: Final = 20
"""Changes that are sent one by one: twice as many requests as that take less time than reading a long list does."""
_PLAIN_NUMBER: Final = re.compile(r"\+?[0-9(][0-9 ()./-]*")
_FEWEST_DIGITS: Final = 3


class Way(StrEnum):
    """How changes are sent; the ledger keeps the word."""

    ENTRIES = "entries"
    LINES = "lines"
    LIST = "batch"


class Missing(StrEnum):
    """What the service has been seen to do to entries that a file leaves out."""

    UNKNOWN = "unknown"
    KEPT = "kept"
    DELETED = "deleted"


@dataclass(frozen=True)
class Situation:
    """What the way depends on.

    Attributes:
        setting: what the configuration says.
        changes: how many entries change.
        missing: what becomes of entries that a file leaves out, as far as it has been seen.
        taken_back: whether the service would take every entry of the list from a file, those at rest included.
        at_stake: whether a file can leave out something that nobody would miss: what the plan deletes, or has added.
        unsafe: whether an entry changes that no address can name, so that on its own it would be gone for a moment.
    """

    setting: WaySetting
    changes: int
    missing: Missing = Missing.UNKNOWN
    taken_back: bool = True
    at_stake: bool = False
    unsafe: bool = False


def way_of(situation: Situation) -> Way:
    """Return how the changes go: by what could cost somebody's entry only where it does not, or is asked for."""
    one_by_one = situation.setting == "entries" or (situation.setting == "auto" and situation.changes <= FEW_CHANGES)
    if one_by_one and not situation.unsafe:
        return Way.ENTRIES
    if situation.missing is Missing.KEPT:
        return Way.LIST if situation.setting == "batch" else Way.LINES
    if not situation.taken_back:
        return Way.ENTRIES
    if situation.setting == "auto" and situation.missing is Missing.UNKNOWN and not situation.unsafe:
        # One file teaches what the service does, where it can be seen from something that is to go anyway.
        return Way.LIST if situation.at_stake else Way.ENTRIES
    return Way.LIST


def seen_of_missing(known: Collection[Quirk], settings: int) -> Missing:
    """Return what becomes of entries that a file leaves out, as far as it has been seen under these settings."""
    if Quirk(QuirkCode.KEEPS_MISSING, settings) in known:
        return Missing.KEPT
    return Missing.DELETED if Quirk(QuirkCode.DELETES_MISSING, settings) in known else Missing.UNKNOWN


def may_be_refused(number: str) -> bool:
    """Tell whether a service that checks numbers might not take this one back: words, or too few digits."""
    return not _PLAIN_NUMBER.fullmatch(number) or sum(map(str.isdigit, number)) < _FEWEST_DIGITS


class Standing(StrEnum):
    """How an entry stands at the moment before it is changed."""

    AS_SEEN = "as_seen"
    DONE = "done"
    CHANGED = "changed"
    GONE = "gone"


def standing(step: ListChange, here: str | None, there: str | None) -> Standing:
    """Tell whether the entry of a step is still what the step was made for, or somebody has written it since.

    Args:
        step: an addition, a change, a rename or a deletion.
        here: the number that stands under the entry's name, None where nothing has the name.
        there: likewise under the name that an addition or a rename brings.
    """
    if there is not None:
        # A rename keeps the number, and the change of it is a step of its own.
        done = here is None and (_same(there, step.new_number) or (bool(step.name) and _same(there, step.number)))
        return Standing.DONE if done else Standing.CHANGED
    if not step.name:
        return Standing.AS_SEEN
    if here is None:
        return Standing.GONE if step.new_name else Standing.DONE
    if _same(here, step.number):
        return Standing.AS_SEEN
    done = step.new_name == step.name and _same(here, step.new_number)
    return Standing.DONE if done else Standing.CHANGED


def _same(one: str, other: str) -> bool:
    return _bare(one) == _bare(other)


def _bare(number: str) -> str:
    return re.sub(r"[\s()./-]", "", number)
