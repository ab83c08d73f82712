"""A phone list as a target: each change by the way that puts least at risk, then reading, then whatever is left."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import pandas as pd

from connectors.apio.client import Apio, Criteria, PhoneList, is_path_safe
from connectors.apio.list_update import ListUpdate
from connectors.apio.spec import ApioConnection, list_owner
from connectors.execution import as_current
from schemas.errors import ServiceError
from schemas.execution import ApplyResult, Job, NumberingDefaults, Progress, Snapshot, Target
from tasks.execution.ways import WaySetting
from tasks.text_columns import casefolded, is_in


class ApioTarget(Target):
    """The common phone list of a tenant or of one of its groups."""

    def __init__(
        self,
        client: Apio,
        connection: ApioConnection,
        where: PhoneList,
        reading: NumberingDefaults,
        setting: WaySetting,
    ) -> None:
        self.client = client
        self.where = where
        self.setting = setting
        self._connection = connection
        self.reading = reading

    @property
    def name(self) -> str:
        """Address and list."""
        return f"{self._connection.address} {self.owner}"

    @property
    def owner(self) -> str:
        """The one owner of all entries."""
        return list_owner(self.where.tenant, self.where.group)

    @property
    def mark(self) -> int:
        """A mark of the settings of files: what has been seen of files under others is asked anew."""
        connection = self._connection
        dialect = (connection.prefix, *connection.csv_header, connection.csv_delimiter, connection.csv_quotechar)
        return crc32("\n".join(dialect).encode())

    def requests(self) -> dict[str, int]:
        """Return how many requests were sent so far."""
        return {"read": self.client.requests.read, "write": self.client.requests.write}

    def read(self, owners: Sequence[str], progress: Progress) -> Snapshot:  # noqa: ARG002 - a list is its only owner
        """Return the whole list; a service may drop search criteria, so none are sent."""
        progress("reading the phone list", 0, 1)
        entries = self.client.entries(self.where)
        progress("reading the phone list", 1, 1)
        owner = self.owner
        return Snapshot(as_current([(owner, entry.name, entry.number, "", "") for entry in entries], self.reading))

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
                    return bool(self.client.get(self.where, other).name.casefold() == name.casefold())
                except ServiceError:
                    return False
        return False

    def search(self, words: str) -> Snapshot | None:
        """Return the entries whose names contain these words; the service looks for plain words itself."""
        entries = self.client.entries(self.where, Criteria(insensitive_name_contains=words))
        return Snapshot(as_current([(self.owner, entry.name, entry.number, "", "") for entry in entries], self.reading))

    def write(self, rows: pd.DataFrame, job: Job) -> ApplyResult:
        """Bring the list to what the plan wants, whether or not the server deletes what a file leaves out."""
        return ListUpdate(self, rows, job).run()
