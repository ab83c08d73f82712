"""Know a plan, or the entries of a place, again: the same content has the same digest, and what differs another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tasks.text_columns import arrow, text_bytes

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
# What else decides about what is sent, and in which order.
_FINGERPRINTED_TOO = ("en_before", "key_before", "key_after", "code")
# A guard's sentence says its figures in words that may change; before, the sentence counted, and not what is in it.
_SAID = frozenset({"message"})
_IN_SENTENCE = frozenset({"count", "total", "details", "changes"})


def fingerprint(
    sync: str, target: str, plan: pd.DataFrame, guards: Sequence[Mapping[str, Any]] | None, *, by_sentence: bool = False
) -> str:
    """Return the same `sha256:…` for the same plan of the same sync on the same target, and no other.

    The plan must be sorted as `tasks.plan.rules` leaves it: an approval names this value, so it may not depend on
    anything but what would be done, and on what asks for an approval.

    Args:
        sync: its name.
        target: likewise.
        plan: `Plan`.
        guards: those that the plan has tripped; None for the fingerprint that releases up to 0.1.0 made, of less.
        by_sentence: as plans have it that were made while the guards' sentences counted.
    """
    texts, columns = ["phonesync plan 1", sync, target, str(len(plan))], [*_FINGERPRINTED]
    if guards is not None:
        without = _IN_SENTENCE if by_sentence else _SAID
        said = [{key: value for key, value in guard.items() if key not in without} for guard in guards]
        tripped = json.dumps(said, sort_keys=True, ensure_ascii=False)
        texts, columns = ["phonesync plan 2", *texts[1:], tripped], [*_FINGERPRINTED, *_FINGERPRINTED_TOO]
    digest = hashlib.sha256()
    for text in texts:
        digest.update(text.encode() + b"\x1e")
    digest.update(plan["line"].to_numpy("<i8").tobytes())
    for column in columns:
        _add_texts(digest, plan[column])
    return f"sha256:{digest.hexdigest()}"


def entries_digest(entries: pd.DataFrame) -> str:
    """Return the same `sha256:…` for the same entries of a place in the same order, and no other.

    Args:
        entries: `Current`.
    """
    digest = hashlib.sha256()
    for column in ("owner", "name", "number", "type_id", "name_en"):
        _add_texts(digest, entries[column])
    return f"sha256:{digest.hexdigest()}"


def _add_texts(digest: hashlib._Hash, texts: pd.Series) -> None:
    """Add a column of texts: lengths first, so that no value can pretend to be two."""
    characters, starts = text_bytes(arrow(texts))
    digest.update(np.diff(starts).astype("<i8", copy=False).data)
    digest.update(characters.data)
