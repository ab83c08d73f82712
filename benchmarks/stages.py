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

from benchmarks.generate import COLUMNS, institution, phone_list
from benchmarks.roads.ours import PHONE_LIST, USERS, Kind, road
from connectors.files.reading import read_csv
from connectors.files.writing import write_private
from connectors.ledger.records import packed
from tasks.execution.results import announce
from tasks.plan.fingerprints import fingerprint
from tasks.reports.line_report import report_csv

T = TypeVar("T")


def measure(rows: int, repeats: int) -> dict[str, Any]:
    """Return the best of some times for each stage and for each limit, in seconds."""

    def timed(into: dict[str, float], stage: str, do: Callable[[], T]) -> T:
        times = []
        for _ in range(repeats):
            began = time.perf_counter()
            result = do()
            times.append(time.perf_counter() - began)
        into[stage] = round(min(times), 3)
        return result

    stages: dict[str, dict[str, float]] = {"users": {}, "a phone list": {}}
    limits: dict[str, float] = {}
    with TemporaryDirectory() as name:
        files = institution(Path(name), rows)
        sizes = _sizes(files, USERS, partial(timed, stages["users"]))
        _measure_limits(files[0], partial(timed, limits))
        _sizes(phone_list(Path(name), rows), PHONE_LIST, partial(timed, stages["a phone list"]))
    return {"rows": rows, "bytes": sizes, "stages": stages, "limits": limits}


def _sizes(files: tuple[Path, Path], kind: Kind, do: Callable[[str, Callable[[], Any]], Any]) -> dict[str, int]:
    """Go all stages, and return how many bytes come in and go out."""
    made = road(*files, kind, do)
    do("fingerprint", lambda: fingerprint("sync", "target", made, ()))
    pack = do("pack the plan for the ledger", lambda: packed(made))
    report = do("write the report", lambda: report_csv(announce("sync", made)))
    do("put it on the disk", lambda: write_private(files[0].with_name("report.csv"), report))
    return {"source": files[0].stat().st_size, "plan in the ledger": len(pack), "report": len(report)}


def _measure_limits(source: Path, do: Callable[[str, Callable[[], Any]], Any]) -> None:
    raw = do("read the bytes of a file", source.read_bytes)
    numbers = pa.array(read_csv(source, expected=COLUMNS).frame["number"], type=pa.large_string())
    do("look at each number once (one RE2 pass)", lambda: pc.match_substring_regex(numbers, "^[0-9() +-]+$"))
    do("tell equal numbers (one hash table)", numbers.dictionary_encode)
    do("SHA-256 of as many bytes as a file", lambda: hashlib.sha256(raw).digest())
