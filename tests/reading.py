"""Tables read from bytes, as tests look at them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connectors.files.dialect import Given
from connectors.files.header import Wanted
from connectors.files.reading import Table, read_table

PLAIN = "entity_id;number;comment\nF1;22 999 00 01;Dziekanat\nF2;22 999 00 02;Portiernia\n"
EXPECTED = ("entity_id", "number", "comment", "type_id")
FILE = Path("phones.csv")
ROWS = [["F1", "22 999 00 01", "Dziekanat"], ["F2", "22 999 00 02", "Portiernia"]]


def read(raw: bytes | str, **given: Any) -> Table:
    """Return a table from bytes, or from text in UTF-8; `also` are names that are known to mean the same."""
    also = given.pop("also", ())
    return read_table(FILE, raw if isinstance(raw, bytes) else raw.encode(), Wanted(EXPECTED, also), Given(**given))


def rows_of(table: Table) -> list[list[str]]:
    return [list(row) for row in table.frame.itertuples(index=False)]


def why(table: Table) -> list[tuple[int, str]]:
    return [(skip.line, skip.why) for skip in table.skipped]
