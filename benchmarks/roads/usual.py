"""The usual pipeline: pandas, pandera, `phonenumbers` row by row, a merge that counts repeats, `to_csv`."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pandera.pandas as pa

from benchmarks.roads.patterns import e164

_ON = ["entity_id", "comment", "key"]
_LINE = pa.DataFrameSchema(
    {
        "entity_id": pa.Column(str, pa.Check.str_matches(r"^[^|\s]{1,32}$")),
        "number": pa.Column(str, pa.Check.str_length(min_value=1)),
    }
)


def canonical(texts: pd.Series) -> pd.Series:
    """Read each number by the library."""
    return texts.map(e164)


def _read(path: Path) -> pd.DataFrame:
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    return _LINE.validate(frame, lazy=True)


def _pair(left: pd.DataFrame, right: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    """Pair rows equal on these columns one by one; returns their positions."""
    left = left.assign(turn=left.groupby(on).cumcount())
    right = right.assign(turn=right.groupby(on).cumcount())
    merged = left.reset_index().merge(right.reset_index(), on=[*on, "turn"], suffixes=("_l", "_r"))
    return merged[["index_l", "index_r"]]


def _once(frame: pd.DataFrame, on: list[str]) -> pd.DataFrame:
    return frame[~frame.duplicated(on, keep=False)]


def plan(wanted: pd.DataFrame, stands: pd.DataFrame, out: Path) -> None:
    """Find the differences of two tables that have their `key`, and write a line for each row."""
    rows = []
    for action, on, once in (
        ("keep", _ON, False),
        ("modify", ["entity_id", "key"], False),
        ("modify", ["entity_id", "comment"], True),
    ):
        pairs = _pair(_once(wanted, on) if once else wanted, _once(stands, on) if once else stands, on)
        rows.append(wanted.loc[pairs["index_l"]].assign(action=action))
        wanted, stands = wanted.drop(index=pairs["index_l"].array), stands.drop(index=pairs["index_r"].array)
    rows += [wanted.assign(action="add"), stands.assign(action="delete")]
    told = pd.concat(rows)[["action", "entity_id", "number", "comment"]]
    told.to_csv(out / "report.csv", index=False)
    told.to_json(out / "report.json", orient="records", force_ascii=False)


def main(source: Path, current: Path, out: Path) -> None:
    """Read, judge, plan, report."""
    wanted, stands = _read(source), _read(current)
    plan(wanted.assign(key=canonical(wanted["number"])), stands.assign(key=canonical(stands["number"])), out)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
