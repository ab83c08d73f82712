"""The difference of two files alone, whole cold processes: phonesync's reading and matching beside other programs."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import programs
from benchmarks.generate import tables
from benchmarks.race import PEERS, PEERS_DATACOMPY, PYTHON, ROOT, Runner, race

_MANY = 300_000  # rows from which on a slow program runs once


def measure(rows: int, repeats: int) -> dict[str, Any]:
    """Return the figures for so many rows; raises where two programs do not find the same."""
    slow = 1 if rows >= _MANY else repeats
    runners = [
        Runner(programs.OURS, [PYTHON, "-m", "benchmarks.diffs.ours"]),
        Runner(programs.MERGE, [PEERS, "-m", "benchmarks.diffs.pandas_merge"]),
        Runner(programs.CSV_DIFF, [PEERS, "-m", "benchmarks.diffs.csv_diff_load"]),
        Runner(programs.DATACOMPY, [PEERS_DATACOMPY, "-m", "benchmarks.diffs.datacompy_polars"]),
        Runner(programs.SHELL, [ROOT / "benchmarks" / "diffs" / "sort_comm.sh"]),
        Runner(programs.DAFF, [PEERS, "-m", "benchmarks.diffs.daff_tables"], slow),
        Runner(programs.DIFFSYNC, [PEERS, "-m", "benchmarks.diffs.diffsync_models"], slow),
    ]
    with TemporaryDirectory() as name:
        files = tables(Path(name), rows)
        told: dict[str, list[str]] = {}

        def judge(runner: str, out: Path) -> None:
            if runner != programs.SHELL:  # it finds the lines, not what became of them
                told[runner] = sorted((out / "diff.csv").read_text(encoding="utf-8").splitlines())
                if told[runner] != told[programs.OURS]:
                    raise SystemExit(f"{runner} does not find the same in {rows} rows.")

        seen = race(runners, files, repeats, judge)
    ours = seen[programs.OURS].median
    return {
        "rows": rows,
        "answers": f"equal, line by line ({programs.SHELL} apart)",
        "programs": {name: {**one.as_json(), "ratio": round(one.median / ours, 2)} for name, one in seen.items()},
    }
