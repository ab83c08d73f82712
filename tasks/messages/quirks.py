"""The sentences that people read of what a place has been seen to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schemas.quirks import Quirk, QuirkCode
from schemas.target import Wording

# `{names}` are comments where the service has those.
_ENGLISH: Final[Mapping[QuirkCode, str]] = {
    QuirkCode.IGNORES_CASE: "ignores the case of {names}",
    QuirkCode.CHANGES_CASE: "changes the case of {names}",
    QuirkCode.CUTS_NAMES: "cuts {names} to {length}",
    QuirkCode.DROPS_ACCENTS: "drops accents from {names}",
    QuirkCode.DROPS_TYPES: "does not keep the types it is given",
    QuirkCode.REPLACES_BEYOND_ASCII: "writes ? for letters outside ASCII",
    QuirkCode.REPLACES_BEYOND_LATIN_1: "writes ? for letters outside Latin-1",
    QuirkCode.REWRITES_NUMBERS: "writes numbers in a form of its own",
}


def quirk_sentence(quirk: Quirk, wording: Wording) -> str:
    """Return a quirk as a sentence about the service that has it, without a full stop."""
    does = _ENGLISH[quirk.code].format(names=f"{wording.name}s", length=quirk.length)
    return f"{wording.subject} {does}"
