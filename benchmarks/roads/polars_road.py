"""The same road on polars: its reader, its expressions for numbers, its joins; what those do not read, the library."""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

from benchmarks.roads.patterns import POLISH, e164

_COLUMNS = ["action", "entity_id", "number", "comment"]


def _read(path: Path) -> pl.DataFrame:
    frame = pl.read_csv(path, infer_schema=False, null_values=[]).with_columns(pl.all().fill_null(""))
    bad = ~pl.col("entity_id").str.contains(r"^[^|\s]{1,32}$") | (pl.col("number") == "")
    if frame.filter(bad).height:
        raise SystemExit("a line is bad")
    bare = pl.col("number").str.replace_all(r"[^0-9+]", "")
    nine = bare.str.extract(r"^(?:(?:\+|00)480?|480?|0?)([1-9][0-9]{8})$")
    plain = pl.col("number").str.contains(r"^[(]?[+]?[ (]?[0-9][0-9() -]*[0-9]$")
    key = pl.when(plain & nine.str.contains(POLISH)).then(pl.lit("+48") + nine)
    frame = frame.with_columns(key.alias("key"))
    other = frame.filter(pl.col("key").is_null()).get_column("number").unique()
    read = pl.DataFrame(
        {"number": other, "read": [e164(text) for text in other.to_list()]}, {"number": str, "read": str}
    )
    frame = frame.join(read, on="number", how="left", maintain_order="left")
    return frame.with_columns(pl.coalesce("key", "read").alias("key")).drop("read").with_row_index("row")


def _pair(left: pl.DataFrame, right: pl.DataFrame, on: list[str], *, once: bool) -> tuple[pl.DataFrame, ...]:
    """Pair rows equal on these columns one by one; returns the pairs and both rests."""
    if once:
        first, second = (side.filter(pl.struct(on).is_unique()) for side in (left, right))
        turn = []
    else:
        count = pl.int_range(pl.len(), dtype=pl.UInt32).over(on).alias("turn")
        first, second = left.with_columns(count), right.with_columns(count)
        turn = ["turn"]
    pairs = first.join(second.select(*on, *turn, pl.col("row").alias("other")), on=[*on, *turn])
    return (
        pairs.select(left.columns),
        left.join(pairs.select("row"), on="row", how="anti"),
        right.join(pairs.select(pl.col("other").alias("row")), on="row", how="anti"),
    )


def main(source: Path, current: Path, out: Path) -> None:
    """Read, judge, plan, store, report."""
    wanted, stands = _read(source), _read(current)
    rows = []
    for action, on, once in (
        ("keep", ["entity_id", "comment", "key"], False),
        ("modify", ["entity_id", "key"], False),
        ("modify", ["entity_id", "comment"], True),
    ):
        pairs, wanted, stands = _pair(wanted, stands, on, once=once)
        rows.append(pairs.with_columns(pl.lit(action).alias("action")))
    rows += [
        side.with_columns(pl.lit(action).alias("action")) for action, side in (("add", wanted), ("delete", stands))
    ]
    table = pl.concat(rows).select([*_COLUMNS, "key"])
    table.write_parquet(out / "plan.parquet", compression="zstd", compression_level=1)
    table.select(_COLUMNS).write_csv(out / "report.csv")
    table.select(_COLUMNS).write_json(out / "report.json")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
