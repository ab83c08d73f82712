"""Tables that have no rows, as most have that tell what is wrong: pandas takes as long for none as for many."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pandas as pd


def no_rows(*columns: str) -> pd.DataFrame:
    """Return a table without rows; `line` is a whole number, all else is text."""
    return _made_once(columns).copy(deep=False)


def stacked(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of all tables, which have the same columns, one table below the other, numbered anew."""
    some = [table for table in tables if len(table)]
    if len(some) > 1:
        return pd.concat(some, ignore_index=True)
    return (some or [*tables])[0].reset_index(drop=True)


@cache
def _made_once(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="int64" if name == "line" else "str") for name in columns})
