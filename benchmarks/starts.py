"""How long a person waits for a small thing: each command as a whole cold process, with the samples and the sandbox."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any, Final

from benchmarks.race import PHONESYNC, ROOT

_FINE = {0, 1, 3}  # the samples have bad lines on purpose
SECRETS = {
    "USOS_CONSUMER_KEY": "demo-consumer",
    "USOS_CONSUMER_SECRET": "demo-secret",
    "APIO_USERNAME": "demo-admin",
    "APIO_PASSWORD": "demo-password",
}
# Each with the seconds that were wanted.
WANTED: Final = {
    "--help": 0.15,
    "number 22-999-00-01": 0.35,
    "runs": 0.35,
    "show last": 0.5,
    "check": 0.8,
    "plan": 1.5,
    "sync": 1.8,
}
QUIET: Final = 0.5  # of the machine's load, up to which it has nothing else to do
# What the libraries alone take that no such command can do without.
_LIBRARIES: Final = "pandas, pandera.pandas, sqlalchemy, pydantic, rich.console"


def measure(repeats: int) -> dict[str, Any]:
    """Return medians of seconds and of seconds of the processor, and how busy the machine was with other things."""
    busy = os.getloadavg()[0]
    with TemporaryDirectory() as name, _sandbox():
        samples = Path(name) / "samples"
        copytree(ROOT / "data" / "samples", samples)
        configured: list[str | Path] = [PHONESYNC, "--config", samples / "phonesync.toml"]
        seconds_of([*configured, "sync"])
        commands = {command: _median([*configured, *command.split()], repeats) for command in WANTED}
    libraries = _median([sys.executable, "-c", f"import {_LIBRARIES}"], repeats)
    return {"load": round(busy, 1), "commands": commands, "libraries": libraries}


@contextmanager
def _sandbox() -> Iterator[None]:
    """Run both services where the samples expect them."""
    command = [str(PHONESYNC), "sandbox", "--json"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        if not process.stdout or not process.stdout.readline():
            raise SystemExit("The sandbox did not start; are its ports taken?")
        yield
    finally:
        process.terminate()
        process.wait()


def _median(command: Sequence[str | Path], repeats: int) -> dict[str, float]:
    return median_of([seconds_of(command) for _ in range(repeats)])


def median_of(taken: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Return the medians of seconds and of seconds of the processor."""
    seconds, processor = zip(*taken, strict=True)
    return {"seconds": round(statistics.median(seconds), 2), "processor": round(statistics.median(processor), 2)}


def seconds_of(command: Sequence[str | Path]) -> tuple[float, float]:
    """Run a process to its end; return how long it took, and how long it had the processor."""
    before, began = _processor(), time.perf_counter()
    done = subprocess.run(
        [*map(str, command)], cwd=ROOT, env={**os.environ, **SECRETS}, capture_output=True, check=False
    )
    if done.returncode not in _FINE:
        raise SystemExit(f"{command} ended with {done.returncode}: {done.stderr.decode()[-1000:]}")
    return time.perf_counter() - began, _processor() - before


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
