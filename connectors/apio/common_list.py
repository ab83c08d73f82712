"""The common phone list of a tenant or of a group, as it is read: one owner's entries, whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32

import pandas as pd
import pyarrow as pa

from connectors.apio.client import Apio, Criteria, PhoneList
from connectors.apio.spec import ApioConnection, list_owner
from connectors.execution import current_of
from schemas.execution import NumberingDefaults
from tasks.execution.ways import WaySetting
from tasks.text_columns import one_text


@dataclass(frozen=True)
class CommonList:
    """Where a list is, whom to ask for it, and how its numbers are understood.

    Attributes:
        client: asks for it and writes to it.
        connection: its section of the configuration.
        where: the tenant or group.
        reading: what numbers lack that are written short.
        setting: how changes are to be sent.
    """

    client: Apio
    connection: ApioConnection
    where: PhoneList
    reading: NumberingDefaults
    setting: WaySetting

    @property
    def owner(self) -> str:
        """The one owner of all entries."""
        return list_owner(self.where.tenant, self.where.group)

    @property
    def mark(self) -> int:
        """A mark of the settings of files: what has been seen of files under others is asked anew."""
        set_for = self.connection
        dialect = (set_for.prefix, *set_for.csv_header, set_for.csv_delimiter, set_for.csv_quotechar)
        return crc32("\n".join(dialect).encode())

    def read(self, criteria: Criteria | None = None) -> pd.DataFrame:
        """Return the entries, all of them unless some are asked for: rows of `Current`."""
        return self.entries_of(self.client.entries(self.where, criteria))

    def entries_of(self, pairs: Iterable[tuple[str, str]]) -> pd.DataFrame:
        """Return names with their numbers as rows of `Current`."""
        entries = [*pairs]
        owner, none = (pa.repeat(one_text(text), len(entries)) for text in (self.owner, ""))
        name, number = (pa.array([entry[at] for entry in entries], pa.large_string()) for at in (0, 1))
        columns = {"owner": owner, "name": name, "number": number, "type_id": none, "name_en": none}
        return current_of(columns, self.reading)
