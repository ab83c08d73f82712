"""A service that takes its time over its answers, played by the sandbox in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from benchmarks.race import ROOT
from connectors.sandbox.options import Fault
from connectors.sandbox.server import serve

SECRETS: Final[Mapping[str, str]] = {"USOS_CONSUMER_KEY": "demo-consumer", "USOS_CONSUMER_SECRET": "demo-secret"}
CONNECTION: Final = """\
[connections.usos]
kind = "usos"
base_url = "{usos}"
consumer_key = {{ env = "USOS_CONSUMER_KEY" }}
consumer_secret = {{ env = "USOS_CONSUMER_SECRET" }}
concurrency = {concurrency}
"""
_METHODS = ["services/phones/select", "services/phones/replace"]


@contextmanager
def playing(entity_class: str, entities: int, *, slow: str, seconds: float) -> Iterator[str]:
    """Play USOS with empty entities, and yield its address.

    Args:
        entity_class: the class of the entities.
        entities: how many; their ids are numbers of six digits from 000000 on.
        slow: the method whose answers take their time, `*` for all.
        seconds: how much time.
    """
    command = [sys.executable, "-m", "benchmarks.slow_service", entity_class, str(entities), slow, str(seconds)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip() if process.stdout else ""
    finally:
        process.terminate()
        process.wait()


def play(entity_class: str, entities: int, slow: str, seconds: float) -> None:
    """Play USOS in this process until it is stopped; the first line printed is the address."""
    key, secret = SECRETS.values()
    consumer = {"key": key, "secret": secret, "administrative_methods": _METHODS}
    there = {entity_class: {f"{each:06}": [] for each in range(entities)}}
    with serve({"usos": {"consumers": [consumer], "entities": there}}) as sandbox:
        sandbox.usos.faults.append(Fault(slow, "slow_after_commit", times=10**9, seconds=seconds))
        print(sandbox.usos_url, flush=True)
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    play(sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4]))
