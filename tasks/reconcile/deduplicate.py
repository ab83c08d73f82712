"""Tell of each entry of a place once, however many syncs the place has."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd


def deduplicate(rows: pd.DataFrame, place_of: Mapping[str, str]) -> pd.DataFrame:
    """Leave out an entry of a shared place that another sync's line is about, and show the rest with one sync only.

    Args:
        rows: what `compare` returned of all syncs, in their order.
        place_of: the place of each sync.
    """
    entry = pd.DataFrame(
        {
            "place": rows["sync"].map(place_of),
            "owner": rows["owner_there"],
            "name": rows["name_there"],
            "number": rows["number_there"],
            "sync": rows["sync"],
        }
    )
    shared = entry.groupby("place")["sync"].transform("nunique") > 1
    alone = rows["line"] == 0
    if not (shared & alone).any():
        return rows
    columns = ["place", "owner", "name", "number"]
    # Of one entry the row with a line comes first, then that of the first sync.
    ranked = entry[shared].assign(alone=alone[shared]).sort_values("alone", kind="stable")
    first = ranked.groupby(columns)["sync"].transform("first")
    extra = ranked.index[ranked["alone"] & (ranked["sync"] != first)]
    return rows.drop(index=extra).reset_index(drop=True)
