"""What a place has been seen to do to what is written to it, as the ledger remembers it: a code, never a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class QuirkCode(StrEnum):
    """What a place can do; a code never changes its meaning."""

    IGNORES_CASE = "ignores_case"
    CHANGES_CASE = "changes_case"
    CUTS_NAMES = "cuts_names"
    DELETES_MISSING = "deletes_missing"
    DROPS_ACCENTS = "drops_accents"
    DROPS_TYPES = "drops_types"
    ESCAPES_NAMES = "escapes_names"
    KEEPS_MISSING = "keeps_missing"
    KEEPS_ONE_OF_EQUAL = "keeps_one_of_equal"
    READ_LAG = "read_lag"
    REPLACES_BEYOND_ASCII = "replaces_beyond_ascii"
    REPLACES_BEYOND_LATIN_1 = "replaces_beyond_latin_1"
    REWRITES_NUMBERS = "rewrites_numbers"
    REWRITES_SIGNS = "rewrites_signs"


@dataclass(frozen=True)
class Quirk:
    """One habit of a place.

    Attributes:
        code: what it does.
        length: how many letters of a name are left where it cuts names; by how many seconds its readings lag behind
            what it confirms; a mark of the settings under which it was seen what becomes of entries that a file leaves
            out, which is asked anew where they change; else 0.
    """

    code: QuirkCode
    length: int = 0

    def __str__(self) -> str:
        """Return the quirk as the ledger keeps it: `drops_accents`, `cuts_names:40`."""
        return f"{self.code.value}:{self.length}" if self.length else str(self.code.value)

    def displaces(self, other: Quirk) -> bool:
        """Tell whether the other one cannot be true any more now that this one has been seen."""
        return self != other and self.code in _ONE_OF and other.code in _ONE_OF

    @classmethod
    def read(cls, text: str) -> Quirk | None:
        """Return the quirk that is kept as this text, None where no release has known one of that name."""
        code, _, length = text.partition(":")
        known = code in {*QuirkCode} and (not length or length.isdecimal())
        return cls(QuirkCode(code), int(length or 0)) if known else None


_ONE_OF: Final = frozenset({QuirkCode.DELETES_MISSING, QuirkCode.KEEPS_MISSING})
FOLDS_NAMES: Final = Quirk(QuirkCode.IGNORES_CASE)
ESCAPES_NAMES: Final = Quirk(QuirkCode.ESCAPES_NAMES)


def read_lag(known: Iterable[Quirk]) -> float:
    """Return how many seconds the readings of a place have been behind at most, 0 where they never were."""
    return float(max((quirk.length for quirk in known if quirk.code is QuirkCode.READ_LAG), default=0))


READS_AT_ONCE: Final = Quirk(QuirkCode.READ_LAG)
"""A reading right after a write has shown it."""
