"""The words of a plan and of its results: actions, outcomes, the fingerprint, the summary that `--json` prints."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from schemas.texts import text_bytes


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


@dataclass(frozen=True)
class GuardHit:
    """One limit that a plan exceeds: its name in the configuration, the figures, and a sentence with both."""

    guard: str
    value: float
    limit: float
    message: str

    def as_json(self) -> dict[str, Any]:
        """Return the guard as `--json` shows it."""
        return {"guard": self.guard, "value": self.value, "limit": self.limit, "message": self.message}


_FINGERPRINTED = (
    "owner",
    "action",
    "name_before",
    "number_before",
    "type_before",
    "name_after",
    "number_after",
    "type_after",
)


def fingerprint(sync: str, target: str, plan: pd.DataFrame) -> str:
    """Return the same `sha256:…` for the same plan of the same sync on the same target, and no other.

    The plan must be sorted as `tasks.plan.rules` leaves it: an approval names this value, so it may not depend on
    anything but what would be done.
    """
    digest = hashlib.sha256()
    for text in ("phonesync plan 1", sync, target, str(len(plan))):
        digest.update(text.encode() + b"\x1e")
    digest.update(plan["line"].to_numpy("<i8").tobytes())
    for column in _FINGERPRINTED:
        values = pa.chunked_array(pa.array(plan[column], type=pa.large_string())).combine_chunks()
        # Lengths first, so that no value can pretend to be two.
        characters, starts = text_bytes(values)
        digest.update(np.diff(starts).astype("<i8", copy=False).data)
        digest.update(characters.data)
    return f"sha256:{digest.hexdigest()}"


def count(values: pd.Series, words: type[Action | Outcome]) -> dict[str, int]:
    """Count every word of the vocabulary, those that do not occur as 0."""
    counts = values.value_counts()
    return {str(word.value): int(counts.get(word.value, 0)) for word in words}
