"""Run the measurements and write what was seen to `benchmarks/results/`."""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks import corpus
from benchmarks.generate import generate

_RESULTS = Path(__file__).parent / "results"
_ROWS = (10_000, 100_000)
_REPEATS = 3


def _timed(module: str, *arguments: Path) -> tuple[float, dict[str, int]]:
    began = time.perf_counter()
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return time.perf_counter() - began, json.loads(done.stdout)


def _compare(rows: int) -> dict[str, object]:
    """Time both programs in turn on the same files and check that they say the same."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source, current = generate(folder, rows)
        ours, usual = [], []
        for turn in range(_REPEATS):
            out = folder / str(turn)
            out.mkdir()
            seconds, counts = _timed("ours", source, current, out)
            ours.append(seconds)
            seconds, expected = _timed("usual", source, current, out)
            usual.append(seconds)
            if counts != expected:
                raise SystemExit(f"The two do not agree on {rows} rows: {counts} against {expected}.")
    mine, theirs = statistics.median(ours), statistics.median(usual)
    return {"rows": rows, "ours": round(mine, 2), "usual": round(theirs, 2), "ratio": round(theirs / mine, 1), **counts}


def main() -> None:
    """Measure both; the corpus alone where asked for "corpus", the plan alone for numbers of rows."""
    _RESULTS.mkdir(exist_ok=True)
    asked = sys.argv[1:]
    if asked != ["corpus"]:
        _measure_plan([int(rows) for rows in asked] or list(_ROWS))
    if asked in ([], ["corpus"]):
        corpus.main(_RESULTS)


def _measure_plan(sizes: list[int]) -> None:
    """Measure, print a table, keep the figures."""
    results = []
    print(f"{'rows':>9} {'phonesync':>10} {'usual':>8} {'ratio':>6}")
    for rows in sizes:
        row = _compare(rows)
        results.append(row)
        print(f"{row['rows']:>9} {row['ours']:>9}s {row['usual']:>7}s {row['ratio']:>6}", flush=True)
    machine = {
        "machine": platform.machine(),
        "python": platform.python_version(),
        "at": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    versions = {name: version(name) for name in ("pandas", "pyarrow", "pandera", "phonenumbers")}
    text = json.dumps({**machine, "versions": versions, "plan": results}, indent=2) + "\n"
    (_RESULTS / "plan.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
