"""Give the verdict on one change: what was said about it, against what is seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from schemas import limits
from schemas.errors import Paused, ServiceError, Unreachable
from schemas.execution import AnswerKind, RowOutcome, WriteAnswer
from schemas.plan import Action, Outcome
from schemas.problems import Code, Problem, packed
from tasks.execution.compare import halves, in_place, shown

_WITHOUT_EFFECT: Final[dict[AnswerKind, Code]] = {
    "refused": Code.REFUSED,
    "denied": Code.ACCESS_DENIED,
    "uncertain": Code.NO_EFFECT,
}


_TOO_MANY: Final = 429


@dataclass(frozen=True)
class ReadBack:
    """What reading after writing showed of the place where a change belongs.

    Attributes:
        read: it could be read at all.
        untouched: everything there is exactly as it was before.
        early: the run was stopped before readings could catch up with what was sent.
    """

    read: bool
    untouched: bool
    early: bool = False


def worth_another_try(answer: WriteAnswer | None, seen: ReadBack) -> bool:
    """Tell whether sending once more is safe and sensible: nobody knows what happened, and reading says: nothing.

    A service that wants a longer pause than a call may take is left alone: the next run comes later.
    """
    asked = answer.error.retry_after if answer and answer.error else None
    patient = (asked or 0.0) <= limits.CALL_SECONDS
    return answer is not None and answer.kind == "uncertain" and patient and seen.untouched and seen.read


def classify(answer: WriteAnswer | None, seen: ReadBack, *, in_place: bool) -> tuple[Outcome, Problem | None]:
    """Return the outcome and what is said of it, None where all is well and nothing was said.

    Only what was seen in place is applied, whatever was said.

    Args:
        answer: what the service said; None where nothing was sent.
        seen: what reading showed.
        in_place: whether the change itself was seen in place.
    """
    if answer is None:
        return Outcome.SKIPPED, Problem(Code.WRITING_ENDED)
    if in_place and seen.read:
        return Outcome.APPLIED, _confirmed(answer) if answer.kind == "confirmed" else Problem(Code.SEEN_IN_PLACE)
    return _not_in_place(answer, seen) if seen.read else (Outcome.UNKNOWN, Problem(Code.NOT_READ_BACK))


def _not_in_place(answer: WriteAnswer, seen: ReadBack) -> tuple[Outcome, Problem]:
    if answer.kind == "confirmed":
        # A reading that is behind the write is no evidence against what the service has said of it.
        behind = (Outcome.UNKNOWN, Problem(Code.NOT_SHOWN_YET))
        return behind if seen.untouched or seen.early else (Outcome.FAILED, Problem(Code.SHOWN_OTHERWISE))
    if answer.kind == "refused" and seen.untouched and seen.early:
        # Delivered twice, perhaps, and refused for being done.
        return Outcome.SKIPPED, Problem(Code.CUT_SHORT)
    if answer.kind == "uncertain" and not seen.untouched and not seen.early:
        return Outcome.CONFLICT, Problem(Code.NEITHER_OLD_NOR_NEW)
    # Looked at too early, perhaps: that it has failed could be untrue a minute later.
    soon = answer.late or (answer.kind == "uncertain" and seen.early)
    return (Outcome.UNKNOWN, Problem(Code.MAY_STILL_COME)) if soon else (Outcome.FAILED, without_effect(answer))


def classify_unread(answer: WriteAnswer | None, why: ServiceError) -> tuple[Outcome, Problem]:
    """Return the outcome of a change whose place cannot be read after writing, and what is said of it.

    Where the service itself keeps everybody from looking, by a pause longer than a call may take, its clear answers are
    what there is to go by; the next run looks.

    Args:
        answer: what the service said; None where nothing was sent.
        why: what reading came to.
    """
    if answer is None or isinstance(answer.error, Unreachable):
        return Outcome.SKIPPED, Problem(Code.NOT_SENT)
    if answer.kind == "denied" or (answer.kind == "refused" and isinstance(why, Paused)):
        return Outcome.FAILED, without_effect(answer)
    if isinstance(why, Paused):
        pause = {"seconds": f"{why.retry_after or 0:.0f}"}
        if answer.kind == "confirmed":
            return Outcome.APPLIED, Problem(Code.CONFIRMED_UNSEEN, pause)
        if answer.status == _TOO_MANY:  # refused before anything was done
            return Outcome.FAILED, Problem(Code.PAUSE_ASKED, pause)
    return Outcome.UNKNOWN, Problem(Code.NOT_READ_BACK)


def halfway(rows: pd.DataFrame, found: pd.DataFrame, *, fold_names: bool) -> dict[int, Code]:
    """Return the renames among `Plan` rows of which half is done, each with what is to be said of it.

    Both entries stand there, or the one entry has its new name and its old number.

    Args:
        rows: `Plan` rows that were sent.
        found: `Current` of their owners, just read.
        fold_names: the list has been seen to ignore the case of names.
    """
    renames = rows[rows["action"] == Action.RENAME]
    opened = renames[~in_place(renames, found, fold_names=fold_names)]
    both = shown(opened, "after", found, fold_names=fold_names)
    moved = shown(halves(opened), "after", found, fold_names=fold_names)
    moved &= ~shown(opened, "before", found, fold_names=fold_names) & ~both
    told = {Code.OLD_ENTRY_STANDS: both, Code.OLD_NUMBER_STANDS: moved}
    return {int(row): code for code, mask in told.items() for row in opened.index[mask]}


def half_done(code: Code, because: Problem | None) -> Problem:
    """Return what is said of a change of which half is done, with the reason why it is no more."""
    return Problem(code, dict(because.values) | {"because": str(because.code.value)} if because else {"said": ""})


def without_effect(answer: WriteAnswer) -> Problem:
    """Return what is said of a write that was not confirmed and has changed nothing: the service's own words."""
    return Problem(_WITHOUT_EFFECT[answer.kind], {"said": answer.message})


def row_outcome(
    row: int, outcome: Outcome, problem: Problem | None, *, at: str, answer: WriteAnswer | None = None
) -> RowOutcome:
    """Return what became of a row as the ledger keeps it."""
    status, attempts = (answer.status, answer.attempts) if answer else (0, 0)
    code, said = (str(problem.code.value), packed(problem)) if problem else ("", "")
    return RowOutcome(int(row), str(outcome.value), said, status, attempts, at, code)


def _confirmed(answer: WriteAnswer) -> Problem | None:
    return Problem(Code.SERVICE_SAID, {"said": answer.message}) if answer.message else None
