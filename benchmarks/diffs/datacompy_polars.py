"""DataComPy on polars: `PolarsCompare` by a key, and its unique and mismatching rows."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
from datacompy import PolarsCompare

_COLUMNS = ["id", "owner", "number", "comment"]


def main(old: Path, new: Path, out: Path) -> None:
    """Write a line for each row that is added, deleted or changed."""
    before, after = (pl.read_csv(path, infer_schema=False) for path in (old, new))
    found = PolarsCompare(before, after, join_columns=["id"])
    changed = found.intersect_rows.filter(
        ~pl.all_horizontal(pl.col(f"{name}_match") for name in ("owner", "number", "comment"))
    )
    rows = {
        "modify": after.join(changed.select("id"), on="id", how="semi"),
        "add": found.df2_unq_rows,
        "delete": found.df1_unq_rows,
    }
    table = pl.concat(
        frame.select(_COLUMNS).with_columns(pl.lit(action).alias("action")) for action, frame in rows.items()
    )
    table.select("action", *_COLUMNS).write_csv(out / "diff.csv")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
