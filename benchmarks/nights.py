"""By how much the ledger and the reports grow in a night in which nothing has changed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.command import PLACES, configuration, files_of, sandbox
from benchmarks.race import PHONESYNC

_NIGHTS = 8  # a database grows by whole pages: one night alone would say nothing


def measure(rows: int) -> dict[str, Any]:
    """Return how many bytes the first night leaves, and each of the next ones, by service."""
    return {"rows": rows, "nights": _NIGHTS, "services": {name: _service(name, rows) for name in PLACES}}


def _service(name: str, rows: int) -> dict[str, int]:
    with TemporaryDirectory() as made:
        folder = Path(made)
        files_of(folder, name, rows)
        with sandbox(folder, name) as addresses:
            (folder / "phonesync.toml").write_text(configuration(name, "current", addresses), "utf-8")
            sizes = [_night(folder) for _ in range(1 + _NIGHTS)]
    return {"first": sizes[0], "next": round((sizes[-1] - sizes[0]) / _NIGHTS)}


def _night(folder: Path) -> int:
    """Run what a schedule runs, and return how many bytes are kept by then."""
    subprocess.run([PHONESYNC, "-c", folder / "phonesync.toml", "sync", "--quiet"], check=True, capture_output=True)
    kept = [*folder.glob("phonesync.db*"), *(folder / "reports").rglob("*")]
    return sum(path.stat().st_size for path in kept if path.is_file())
