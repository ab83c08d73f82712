"""Find texts on whole columns, by a pattern or among others, without making an object of each."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def matching(texts: pd.Series[str], pattern: str) -> pd.Series[bool]:
    """Tell which texts hold the pattern; a text that is missing holds none.

    It is RE2's: its digits, letters and white space are ASCII's.
    """
    column = pa.array(texts.astype("str"), from_pandas=True)
    found = pc.fill_null(pc.match_substring_regex(column, pattern), fill_value=False)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=texts.index, dtype="bool")


def among(texts: pd.Series[str], values: pd.Series[str] | set[str]) -> pd.Series[bool]:
    """Tell which texts stand among the values; a text that is missing does not."""
    given = values if isinstance(values, pd.Series) else pd.Series([*values], dtype="str")
    column, wanted = (pa.array(each.astype("str"), from_pandas=True) for each in (texts, given))
    found = pc.is_in(column, value_set=wanted, skip_nulls=True)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=texts.index, dtype="bool")
