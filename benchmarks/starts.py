"""How long a person waits: the help, and a plan of the samples against the sandbox, as whole cold processes."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.race import PHONESYNC, ROOT

_FINE = {0, 1, 3}  # the samples have bad lines on purpose
SECRETS = {
    "USOS_CONSUMER_KEY": "demo-consumer",
    "USOS_CONSUMER_SECRET": "demo-secret",
    "APIO_USERNAME": "demo-admin",
    "APIO_PASSWORD": "demo-password",
}


def measure(repeats: int) -> dict[str, Any]:
    """Return medians in seconds."""
    with TemporaryDirectory() as name, _sandbox():
        samples = Path(name) / "samples"
        copytree(ROOT / "data" / "samples", samples)
        planned = _median(["plan", "--config", str(samples / "phonesync.toml")], repeats)
    return {"help": _median(["--help"], repeats), "plan_of_the_samples": planned}


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


def _median(arguments: list[str], repeats: int) -> float:
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        environ = {**os.environ, **SECRETS}
        done = subprocess.run([str(PHONESYNC), *arguments], cwd=ROOT, env=environ, capture_output=True, check=False)
        seconds.append(time.perf_counter() - began)
        if done.returncode not in _FINE:
            raise SystemExit(f"{arguments} ended with {done.returncode}: {done.stderr.decode()[-1000:]}")
    return round(statistics.median(seconds), 2)
