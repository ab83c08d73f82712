"""A phone list as a target: each change by the way that puts least at risk, then reading, then whatever is left."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from connectors.apio.client import Criteria, is_path_safe
from connectors.apio.common_list import CommonList
from connectors.apio.list_update import ListUpdate
from schemas.errors import ServiceError
from schemas.execution import ApplyResult, Job, Progress, Snapshot, Target
from tasks.text_columns import casefolded, is_in


class ApioTarget(Target):
    """The common phone list of a tenant or of one of its groups."""

    def __init__(self, listed: CommonList) -> None:
        self._list = listed

    @property
    def name(self) -> str:
        """Address and list."""
        return f"{self._list.connection.address} {self._list.owner}"

    def requests(self) -> dict[str, int]:
        """Return how many requests were sent so far."""
        return {"read": self._list.client.requests.read, "write": self._list.client.requests.write}

    def read(self, owners: Sequence[str], progress: Progress) -> Snapshot:  # noqa: ARG002 - a list is its only owner
        """Return the whole list; a service may drop search criteria, so none are sent."""
        progress("reading the phone list", 0, 1)
        entries = self._list.read()
        progress("reading the phone list", 1, 1)
        return Snapshot(entries)

    def folds_names(self, wanted: pd.Series[str], standing: pd.DataFrame) -> bool:
        """Tell whether the list takes two names that differ only in case for one; asked only where it matters.

        Adding `dean` would overwrite `Dean` there. No page says which it is, so a standing entry is looked up under its
        name in another case; only an answer with that entry means yes.
        """
        names = standing["tidy"].drop_duplicates()
        folded = casefolded(names)
        others = wanted[~is_in(wanted, names)]
        if folded.duplicated().any() or not is_in(casefolded(others), folded).any():
            return False
        for name in sorted(names):
            other = name.swapcase()
            if other != name and other.casefold() == name.casefold() and is_path_safe(other):
                try:
                    return bool(self._list.client.get(self._list.where, other).name.casefold() == name.casefold())
                except ServiceError:
                    return False
        return False

    def search(self, words: str) -> Snapshot | None:
        """Return the entries whose names contain these words; the service looks for plain words itself."""
        return Snapshot(self._list.read(Criteria(insensitive_name_contains=words)))

    def write(self, rows: pd.DataFrame, job: Job) -> ApplyResult:
        """Bring the list to what the plan wants, whether or not the server deletes what a file leaves out."""
        return ListUpdate(self._list, rows, job).run()
