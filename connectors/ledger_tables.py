"""How a plan's table lies in one cell of the ledger."""

from __future__ import annotations

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

BATCH = 500  # bound parameters in one statement: every database takes that many


def packed(frame: pd.DataFrame) -> bytes:
    """Return a table as compressed Parquet."""
    buffer = io.BytesIO()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    pq.write_table(table, buffer, compression="zstd", write_statistics=False)  # nobody searches in it
    return buffer.getvalue()


def unpacked(data: bytes) -> pd.DataFrame:
    """Return the table that was packed."""
    frame: pd.DataFrame = pq.read_table(io.BytesIO(data)).to_pandas()
    return frame
