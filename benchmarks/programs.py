"""The programs that are measured side by side, by the names they have in the tables."""

from __future__ import annotations

from typing import Final

OURS: Final = "phonesync"
# From two files to a plan and its report.
USUAL: Final = "pandas, `phonenumbers` row by row"
RULED: Final = "pandas, our rules for columns"
POLARS: Final = "polars, such rules as expressions"
DUCKDB: Final = "duckdb, such rules in SQL"
# The difference of two files.
MERGE: Final = "pandas merge"
CSV_DIFF: Final = "csv-diff"
DATACOMPY: Final = "DataComPy on polars"
SHELL: Final = "sort and comm"
DAFF: Final = "daff"
DIFFSYNC: Final = "diffsync"
