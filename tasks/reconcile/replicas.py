"""Tell where what a service shows beside a name lags behind what stands in its place; no write is judged by that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd


def lagging(owners: Iterable[str], shown: pd.DataFrame, there: pd.DataFrame, left: pd.DataFrame) -> list[str]:
    """Return the owners that are shown with other numbers than they have, and have what a sync has left there.

    Where somebody else has changed an owner since, nobody knows how old the numbers are that are shown.

    Args:
        owners: those that are shown.
        shown: `owner, key` of the numbers beside their names.
        there: likewise, of the numbers that stand in the place.
        left: likewise, of those that the sync has left there.
    """
    beside, now, before = (_keys(table) for table in (shown, there, left))
    none = frozenset[str]()
    return [owner for owner in owners if now.get(owner, none) == before.get(owner, none) != beside.get(owner, none)]


def _keys(table: pd.DataFrame) -> Mapping[str, frozenset[str]]:
    return {str(owner): frozenset(keys) for owner, keys in table.groupby("owner")["key"]}
