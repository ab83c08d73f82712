"""Run the measurements, keep what was seen in `benchmarks/results/`, and write it down in `benchmarks/README.md`."""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from benchmarks import book, books, checks, command, corpus, diff, nights, services, stages, starts, tables
from benchmarks.book import RESULTS
from benchmarks.race import ROOT

_SHORT = [10_000, 100_000]
_FULL = [10_000, 100_000, 1_000_000]
_COMMAND = {False: [1_000, 10_000, 100_000], True: [1_000, 10_000, 100_000, 300_000, 1_000_000]}


def _command(sizes: list[int]) -> Any:
    return [command.measure(rows, 5 if rows <= _SHORT[-1] else 3) for rows in _COMMAND[sizes == _FULL]]


def _diff(sizes: list[int]) -> Any:
    return [diff.measure(rows, 3) for rows in sizes]


def _services(sizes: list[int]) -> Any:
    entities = 5_000 if sizes == _FULL else 1_000
    return {"reading": services.reading(4 * entities), "writing": services.writing(entities)}


def _books(sizes: list[int]) -> Any:
    return books.measure(20_000, sizes[-1])


def _stages(sizes: list[int]) -> Any:
    return stages.measure(sizes[-1], 3)


def _starts(sizes: list[int]) -> Any:
    return starts.measure(2 * len(sizes) + 1)


def _checks(sizes: list[int]) -> Any:
    return checks.measure(20_000, 2 * len(sizes) + 3)


def _nights(sizes: list[int]) -> Any:
    return nights.measure(sizes[0])


def _tables(sizes: list[int]) -> Any:
    return tables.measure(sizes[-1], 20)


_MEASURED: Mapping[str, Callable[[list[int]], Any]] = {
    "command": _command,
    "diff": _diff,
    "services": _services,
    "ledger": _books,
    "starts": _starts,
    "checks": _checks,
    "nights": _nights,
    "stages": _stages,
    "tables": _tables,
}


def main() -> None:
    """Measure what was asked for, all of it by default."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*_MEASURED, "corpus", []], help="what to measure; all by default")
    parser.add_argument("--full", action="store_true", help="up to a million lines, for about an hour")
    given = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    for package in ("benchmarks", "connectors", "flows", "schemas", "tasks"):
        compileall.compile_dir(ROOT / package, quiet=1)  # as installing a package does
    for name in given.names or [*_MEASURED, "corpus"]:
        print(f"{name} ...", file=sys.stderr, flush=True)
        if name == "corpus":
            corpus.main(RESULTS)
            continue
        text = json.dumps({**_machine(), name: _MEASURED[name](_FULL if given.full else _SHORT)}, indent=2)
        (RESULTS / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    book.write()


def _machine() -> dict[str, Any]:
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in ("numpy", "pandas", "pandera", "phonenumberslite", "pyarrow")},
    }


if __name__ == "__main__":
    main()
