"""Cut a plan into slices that touch nothing of each other."""

from __future__ import annotations

import pandas as pd

from tasks.execution.compare import writes


def owners_to_write(rows: pd.DataFrame) -> list[str]:
    """Return the owners for whom a plan changes something, in their order."""
    return sorted(rows.loc[writes(rows), "owner"].unique())


def cut(rows: pd.DataFrame, number: int, of: int) -> pd.DataFrame:
    """Return one slice of `Plan` rows: every `of`-th changed owner, whole; all slices together are all of them.

    Args:
        rows: `Plan`, whole: on every machine the same, so that the slices are.
        number: which slice, from 1 on.
        of: how many there are.
    """
    return rows[rows["owner"].isin(owners_to_write(rows)[number - 1 :: of])]
