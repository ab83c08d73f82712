"""Whole cold processes from two files to a stored plan and a line report: phonesync beside four other ways."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from benchmarks import programs
from benchmarks.generate import institution
from benchmarks.race import PEERS, PYTHON, Runner, race

_MANY = 300_000  # rows from which on the slowest program runs once
_USUAL = Runner(programs.USUAL, [PEERS, "-m", "benchmarks.roads.usual"])
_RUNNERS = [
    Runner(programs.OURS, [PYTHON, "-m", "benchmarks.roads.cold"]),
    _USUAL,
    Runner(programs.RULED, [PEERS, "-m", "benchmarks.roads.ruled"]),
    Runner(programs.POLARS, [PEERS, "-m", "benchmarks.roads.polars_road"]),
    Runner(programs.DUCKDB, [PEERS, "-m", "benchmarks.roads.duckdb_road"]),
]
_BUSY = ["add", "modify", "delete", "keep"]


def measure(rows: int, repeats: int) -> dict[str, Any]:
    """Return the figures for so many rows; raises where two programs do not say the same of every row."""
    with TemporaryDirectory() as name:
        files = institution(Path(name), rows)
        told: dict[str, np.ndarray] = {}

        def judge(runner: str, out: Path) -> None:
            told[runner] = _said(out / "report.csv", ours=runner == programs.OURS)
            if not np.array_equal(told[runner], told[programs.OURS]):
                raise SystemExit(f"{runner} does not say the same of {rows} rows.")

        runners = [replace(each, at_most=1) if each is _USUAL and rows >= _MANY else each for each in _RUNNERS]
        seen = race(runners, files, repeats, judge)
    ours = seen[programs.OURS].median
    return {
        "rows": rows,
        "answers": "equal, row by row",
        "programs": {name: {**one.as_json(), "ratio": round(one.median / ours, 2)} for name, one in seen.items()},
    }


def _said(report: Path, *, ours: bool) -> np.ndarray:
    """Return a number for what a report says of each row, sorted: the action, the entity, the digits, the comment."""
    table = pd.read_csv(report, dtype=str, keep_default_na=False)
    if ours:
        gone = table["action"] == "delete"
        table = pd.DataFrame(
            {
                "action": table["action"],
                "entity_id": table["owner"].str.removeprefix("user "),
                "number": table["number_after"].where(~gone, table["number_before"]),
                "comment": table["name_after"].where(~gone, table["name_before"]),
            }
        )
    # A row that is kept keeps the spelling that stands there; the number is the same.
    digits = table["number"].str.replace(r"\D", "", regex=True).str[-9:]
    # Of two lines with one number, either may be the one that takes the place of an entry: then only that counts.
    comment = table["comment"].where(table["action"] == "keep", "")
    key = table["action"] + "\x1f" + table["entity_id"] + "\x1f" + digits + "\x1f" + comment
    return np.sort(pd.util.hash_array(key.to_numpy(object)))
