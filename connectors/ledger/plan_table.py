"""How a plan's table lies in one cell of the ledger."""

from __future__ import annotations

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

_SAMPLE = 4096  # rows that tell whether a column repeats its values
BATCH = 500  # bound parameters in one statement: every database takes that many


def packed(frame: pd.DataFrame) -> bytes:
    """Return a table as compressed Parquet."""
    buffer = io.BytesIO()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    # A dictionary of numbers that hardly repeat is given up after half of the work.
    sample = frame.head(_SAMPLE)
    repeating = [name for name in frame if 2 * sample[name].nunique() < len(sample)]
    pq.write_table(table, buffer, compression="zstd", use_dictionary=repeating, write_statistics=False)
    return buffer.getvalue()


def unpacked(data: bytes) -> pd.DataFrame:
    """Return the table that was packed."""
    frame: pd.DataFrame = pq.read_table(io.BytesIO(data)).to_pandas()
    return frame
