"""Find texts on whole columns, by a pattern or among others, without making an object of each."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def matching(texts: pd.Series[str], pattern: str) -> pd.Series[bool]:
    """Tell which texts hold the pattern; a text that is missing holds none.

    It is RE2's: its digits, letters and white space are ASCII's.
    """
    found = pc.fill_null(pc.match_substring_regex(arrow(texts), pattern), fill_value=False)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=texts.index, dtype="bool")


def among(texts: pd.Series[str], values: pd.Series[str] | set[str]) -> pd.Series[bool]:
    """Tell which texts stand among the values; a text that is missing does not."""
    wanted = arrow(values) if isinstance(values, pd.Series) else pa.array([*values], pa.large_string())
    found = pc.is_in(arrow(texts), value_set=wanted, skip_nulls=True)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=texts.index, dtype="bool")


def arrow(texts: pd.Series[str]) -> pa.LargeStringArray:
    """Return a column as one array, as it stands in memory where pandas keeps its texts in Arrow."""
    column = pa.array(texts if texts.dtype == "str" else texts.astype("str"), from_pandas=True)
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return whole.cast(pa.large_string())
