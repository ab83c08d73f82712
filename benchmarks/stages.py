"""Where our road spends its time, stage by stage in one process, beside what no program could do without."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.generate import COLUMNS, institution
from benchmarks.roads.ours import road
from connectors.files import read_csv, write_private
from connectors.ledger_tables import packed
from schemas.plan import fingerprint
from tasks.outcomes.account import announce
from tasks.pages.report import report_csv

T = TypeVar("T")


def measure(rows: int, repeats: int) -> dict[str, Any]:
    """Return the best of some times for each stage and for each limit, in seconds."""
    with TemporaryDirectory() as name:
        return _measured(Path(name), rows, repeats)


def _measured(folder: Path, rows: int, repeats: int) -> dict[str, Any]:
    stages: dict[str, float] = {}
    limits: dict[str, float] = {}

    def timed(into: dict[str, float], stage: str, do: Callable[[], T]) -> T:
        times = []
        for _ in range(repeats):
            began = time.perf_counter()
            result = do()
            times.append(time.perf_counter() - began)
        into[stage] = round(min(times), 3)
        return result

    source, current = institution(folder, rows)
    raw = timed(limits, "read the bytes of a file", source.read_bytes)
    made = road(source, current, partial(timed, stages))
    timed(stages, "fingerprint", lambda: fingerprint("sync", "target", made))
    pack = timed(stages, "pack the plan for the ledger", lambda: packed(made))
    report = timed(stages, "write the report", lambda: report_csv(announce("sync", made)))
    timed(stages, "put it on the disk", lambda: write_private(folder / "report.csv", report))
    numbers = pa.array(read_csv(source, expected=COLUMNS).frame["number"], type=pa.large_string())
    timed(limits, "look at each number once (one RE2 pass)", lambda: pc.match_substring_regex(numbers, "^[0-9() +-]+$"))
    timed(limits, "tell equal numbers (one hash table)", numbers.dictionary_encode)
    timed(limits, "SHA-256 of as many bytes as a file", lambda: hashlib.sha256(raw).digest())
    return {
        "rows": rows,
        "bytes": {"source": len(raw), "plan in the ledger": len(pack), "report": len(report)},
        "stages": stages,
        "limits": limits,
    }
