"""How long a clerk waits for `phonesync check`, beside what reading the same file with pandas takes.

Whole cold processes take turns. What the machine does besides hits both; of the processor's seconds it takes little.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.command import configuration
from benchmarks.generate import institution
from benchmarks.race import PHONESYNC
from benchmarks.starts import median_of, seconds_of

TIMES: Final = 1.2
MORE: Final = 0.8  # seconds
_READ: Final = "import sys, pandas; pandas.read_csv(sys.argv[1], dtype=str)"
_NOBODY: Final = "http://127.0.0.1:1"  # a check asks no service


def measure(rows: int, repeats: int) -> dict[str, Any]:
    """Return medians of seconds, and of seconds of the processor, of both."""
    busy = os.getloadavg()[0]
    with TemporaryDirectory() as name:
        folder = Path(name)
        source, _ = institution(folder, rows)
        settings = folder / "phonesync.toml"
        settings.write_text(configuration("usos", source.stem, {"usos": _NOBODY, "apio": _NOBODY}), encoding="utf-8")
        works: dict[str, list[str | Path]] = {
            "check": [PHONESYNC, "--config", settings, "check"],
            "pandas": [sys.executable, "-c", _READ, source],
        }
        taken = [{what: seconds_of(command) for what, command in works.items()} for _ in range(repeats)]
    seen = {what: median_of([one[what] for one in taken]) for what in works}
    return {"rows": rows, "load": round(busy, 1), **seen}


def allowed(measured: dict[str, Any], kind: str) -> float:
    """Return how long a check may take, going by what pandas took in the same minutes."""
    seconds: float = measured["pandas"][kind]
    return round(TIMES * seconds + MORE, 2)
