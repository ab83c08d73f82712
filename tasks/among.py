"""Tell which texts of a column are among others, on whole columns: pandas' own `isin` looks at each text one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc


def among(texts: pd.Series, wanted: Iterable[str]) -> pd.Series:
    """Return True where a text is one of those wanted, on the index of `texts`."""
    values = wanted if isinstance(wanted, pd.Series | pd.Index) else list(wanted)
    known = pa.array(values, type=pa.large_string())
    found = pc.is_in(pa.array(texts, type=pa.large_string()), value_set=_whole(known).unique())
    return pd.Series(found.to_numpy(zero_copy_only=False), index=texts.index)


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def looked_up(keys: pd.Series, known: Mapping[Any, str] | pd.Series, otherwise: str | pd.Series = "") -> pd.Series:
    """Return the text that is known of each key, on the index of `keys`, else the other; even where none is known."""
    found = keys.map(known).astype(object)
    return found.where(found.notna(), otherwise).astype("str")
