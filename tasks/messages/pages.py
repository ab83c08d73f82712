"""The words of the pages: kinds and states of findings, and the sentences of a long list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from schemas.findings import FindingKind
from schemas.settings import Language
from tasks.messages.catalogue import forms, keys, text

# In the order in which somebody should look at them.
_KINDS: Final = (
    FindingKind.MISSING,
    FindingKind.DIFFERS,
    FindingKind.ELSEWHERE,
    FindingKind.DUPLICATE,
    FindingKind.UNREADABLE,
    FindingKind.FOREIGN,
    FindingKind.UNMANAGED,
    FindingKind.REPLICA_LATE,
    FindingKind.STALE,
    FindingKind.AGREE,
)
_STATES: Final = ("new", "open", "accepted", "agree", "resolved")
_COUNTED: Final = ("all", "some", "paper", "unfold")  # sentences of a list with forms for their numbers


def kind_words(lang: Language) -> Mapping[FindingKind, tuple[str, str]]:
    """Return each kind's label and what it means, the most pressing first."""
    return {kind: _word(f"finding.{kind}", lang) for kind in _KINDS}


def state_words(lang: Language) -> Mapping[str, tuple[str, str]]:
    """Return what stands with a finding, and what that means: whether it is news, and whether it may stay."""
    return {state: _word(f"state.{state}", lang) for state in _STATES}


def phrases(lang: Language) -> dict[str, str]:
    """Return every phrase of the reconciliation's page and workbook by its name."""
    return {key.removeprefix("reconciliation."): text(key, lang) for key in keys("reconciliation.")}


def listing_words(lang: Language, noun: str = "") -> dict[str, Any]:
    """Return the sentences of a long list; `noun` is what English calls its rows."""
    said: dict[str, Any] = {}
    for key in keys("listing."):
        name = key.removeprefix("listing.")
        if name in _COUNTED:
            said[name] = {form: sentence.replace("{noun}", noun) for form, sentence in forms(key, lang).items()}
        else:
            said[name] = text(key, lang).replace("{noun}", noun)
    return said


def _word(key: str, lang: Language) -> tuple[str, str]:
    return text(key, lang), text(f"{key}.meaning", lang)
