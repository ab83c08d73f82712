"""The words of a plan and of its results: actions, outcomes, the summary that `--json` prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from schemas.problems import Problem


class Action(StrEnum):
    """What a plan wants of one line or one remote entry."""

    ADD = "add"
    MODIFY = "modify"
    RENAME = "rename"
    DELETE = "delete"
    KEEP = "keep"
    HOLD = "hold"
    FOREIGN = "foreign"


WRITES = (Action.ADD, Action.MODIFY, Action.RENAME, Action.DELETE)


# What a row of a plan shows of an entry: as it stands, and as it is to be.
Image = Literal["before", "after"]


class Outcome(StrEnum):
    """What became of it."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    HELD = "held"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    UNPLANNED = "unplanned"


AT_REST = {Action.KEEP: Outcome.UNCHANGED, Action.FOREIGN: Outcome.UNCHANGED, Action.HOLD: Outcome.HELD}

TROUBLE = (Outcome.FAILED, Outcome.HELD, Outcome.CONFLICT, Outcome.UNKNOWN, Outcome.SKIPPED, Outcome.UNPLANNED)
# Outcomes of changes that may have reached the target.
SENT = (Outcome.APPLIED, Outcome.FAILED, Outcome.UNKNOWN, Outcome.UNPLANNED)


@dataclass(frozen=True)
class GuardHit:
    """One limit that a plan exceeds: its name in the configuration, the figures, and an English sentence of them.

    `handed_over` counts the lines of the file that are in files of other syncs now, and that `value` leaves out.
    `count` of `total` are what a share is of; where `total` is 0 it is of nothing. `details` are further figures by
    what they are of, as catalogues call it (`guard.`), and `changes` what a service says of itself otherwise than
    before: what the sentence says, in every language.
    """

    guard: str
    value: float
    limit: float
    message: str = ""
    handed_over: int = 0
    count: int = 0
    total: int = 0
    details: Mapping[str, int] = field(default_factory=dict)
    changes: tuple[Problem, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the guard as `--json` shows it."""
        told = {"guard": self.guard, "value": self.value, "limit": self.limit, "message": self.message}
        handed_over = {"handed_over": self.handed_over} if self.handed_over else {}
        of = {"count": self.count, "total": self.total} if self.total else {}
        details = {"details": dict(self.details)} if self.details else {}
        changes = [{"code": str(problem.code.value)} | dict(problem.values) for problem in self.changes]
        return told | handed_over | of | details | ({"changes": changes} if changes else {})


def count(values: pd.Series, words: type[Action | Outcome]) -> dict[str, int]:
    """Count every word of the vocabulary, those that do not occur as 0."""
    counts = values.value_counts()
    return {str(word.value): int(counts.get(word.value, 0)) for word in words}
