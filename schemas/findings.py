"""The words of a reconciliation: kinds of findings, the systems compared, and all that its page shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd


class FindingKind(StrEnum):
    """What was found of one line or one remote entry."""

    AGREE = "agree"
    MISSING = "missing"
    FOREIGN = "foreign"
    DIFFERS = "differs"
    ELSEWHERE = "elsewhere"
    DUPLICATE = "duplicate"
    UNREADABLE = "unreadable"
    STALE = "stale"
    UNMANAGED = "unmanaged"
    REPLICA_LATE = "replica_late"


OF_LISTS: Final = frozenset({FindingKind.UNMANAGED, FindingKind.REPLICA_LATE})
"""What is looked for on request only, in the lists that services have of their owners."""


@dataclass(frozen=True)
class System:
    """One file or one place in a service, as far as it could be read.

    Attributes:
        name: the sync's name, or connection and place: `usos faculty`, `telephony tenant chopin`.
        kind: csv, or the kind of its service.
        entries: lines of the file, or entries of the place.
        numbers: distinct canonical numbers among them.
        problems: lines that were rejected, entries without a number, owners that could not be read.
        note: why it could not be read, or not wholly; "" where it was.
    """

    name: str
    kind: str
    entries: int
    numbers: int
    problems: int
    note: str = ""


@dataclass(frozen=True)
class ReconciliationView:
    """All that a reconciliation's page, workbook and tables show; numbers of users are masked in it already.

    Attributes:
        run: the run's id.
        at: when it was made.
        systems: files before places, in the order of the configuration.
        overlap: columns `a, b, shared`: for each pair of systems, how many canonical numbers stand in both.
        findings: `Finding`.
        resolved: `Finding` rows of the earlier reconciliation that are found no more.
        history: the last reconciliations, oldest first: `{"at": …, "run": …, "findings": {kind: count}}`.
        since: the run it is compared with, "" where there is none.
        labels: what each kind of service is called, by language.
        meanwhile: runs that wrote while files and places were read.
    """

    run: str
    at: str
    systems: list[System]
    overlap: pd.DataFrame
    findings: pd.DataFrame
    resolved: pd.DataFrame
    history: list[dict[str, Any]] = field(default_factory=list)
    since: str = ""
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    meanwhile: tuple[str, ...] = ()

    def shared(self) -> dict[tuple[str, str], int]:
        """Return by two systems, in either order, how many canonical numbers stand in both."""
        pairs = zip(self.overlap["a"], self.overlap["b"], self.overlap["shared"].astype(int), strict=True)
        return {both: n for a, b, n in pairs for both in ((a, b), (b, a))}


def tally(findings: pd.DataFrame) -> dict[str, int]:
    """Count every kind, those that do not occur as 0; accepted findings are counted like all others.

    What is looked for on request only is not counted where there is none: nobody may have looked.
    """
    counts = findings["kind"].value_counts()
    kinds = [kind for kind in FindingKind if kind not in OF_LISTS or counts.get(kind.value, 0)]
    return {str(kind.value): int(counts.get(kind.value, 0)) for kind in kinds}
