"""Give the verdict on one change: what was said about it, against what is seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from schemas.answer import WriteAnswer
from schemas.plan import Outcome

SHOWN_OTHERWISE: Final = "the service confirmed it, but shows something else"
CUT_SHORT: Final = "stopped before all of it was done; phonesync resume does the rest"
NOT_KEPT: Final = "it does not stand there any more as it stood"


@dataclass(frozen=True)
class Seen:
    """What reading after writing showed of the place where a change belongs.

    Attributes:
        read: it could be read at all.
        untouched: everything there is exactly as it was before.
    """

    read: bool
    untouched: bool


def worth_another_try(answer: WriteAnswer | None, seen: Seen) -> bool:
    """Tell whether sending once more is safe and sensible: nobody knows what happened, and reading says: nothing."""
    return answer is not None and answer.kind == "uncertain" and seen.untouched and seen.read


def classify(answer: WriteAnswer | None, seen: Seen, *, in_place: bool) -> tuple[Outcome, str]:
    """Return the outcome and the words for it. Only what was seen in place is applied, whatever was said.

    Args:
        answer: what the service said; None where nothing was sent.
        seen: what reading showed.
        in_place: whether the change itself was seen in place.
    """
    if answer is None:
        return Outcome.SKIPPED, "not sent: writing ended before its turn came"
    if in_place and seen.read:
        return Outcome.APPLIED, answer.message if answer.kind == "confirmed" else "no clear answer, but seen in place"
    if not seen.read:
        return Outcome.UNKNOWN, "sent, but what came of it could not be read"
    if answer.kind == "confirmed":
        return Outcome.FAILED, SHOWN_OTHERWISE
    if answer.kind != "uncertain" or seen.untouched:
        return Outcome.FAILED, answer.message
    return Outcome.CONFLICT, "after an unclear answer neither the old entries stand there nor the new ones"
