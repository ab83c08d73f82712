"""Reading from and writing to services that take their time over each answer, beside what the waiting alone costs."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine, text

from benchmarks.race import OURS, ROOT
from connectors.http import Credentials
from connectors.sandbox.options import Fault
from connectors.sandbox.server import serve
from connectors.usos import Usos
from schemas.connection import Secret, UsosConnection

_LATENCY = 0.05
_SECRETS = {"USOS_CONSUMER_KEY": "demo-consumer", "USOS_CONSUMER_SECRET": "demo-secret"}
_METHODS = ["services/phones/select", "services/phones/replace"]
_CONFIGURATION = """\
[connections.usos]
kind = "usos"
base_url = "{usos}"
consumer_key = {{ env = "USOS_CONSUMER_KEY" }}
consumer_secret = {{ env = "USOS_CONSUMER_SECRET" }}
concurrency = {concurrency}

[syncs.people]
connection = "usos"
entity_class = "user"
source = "people.csv"

[syncs.people.guard]
max_change_share = 1.0
"""


def reading(entities: int, concurrency: int = 8) -> dict[str, Any]:
    """Read entities by 100 a call with several calls in flight; the ideal is nothing but the services' waiting."""
    secret = Secret(env="USOS_CONSUMER_KEY")
    with _service(entities, "select") as address:
        connection = UsosConnection(
            kind="usos", base_url=address, consumer_key=secret, consumer_secret=secret, concurrency=concurrency
        )
        client = Usos("usos", connection, Credentials(*_SECRETS.values()))
        ids = [f"{each:06}" for each in range(entities)]
        client.select("user", ids[:1])
        began = time.perf_counter()
        found = client.select_all("user", ids)
        seconds = time.perf_counter() - began
        client.close()
    calls = math.ceil(entities / 100)
    ideal = calls * _LATENCY / concurrency
    return {
        "entities": len(found),
        "calls": calls,
        "concurrency": concurrency,
        "latency": _LATENCY,
        "seconds": round(seconds, 2),
        "ideal": round(ideal, 2),
        "share": round(ideal / seconds, 3),
    }


def writing(entities: int, concurrency: int = 16) -> dict[str, Any]:
    """Change entities by a whole `phonesync sync`, then run it again with nothing to change."""
    with TemporaryDirectory() as name, _service(entities, "*") as address:
        folder = Path(name)
        (folder / "phonesync.toml").write_text(_CONFIGURATION.format(usos=address, concurrency=concurrency), "utf-8")
        lines = ["entity_id,number,comment,type_id", *(f"{n:06},22 5{n:06},biuro," for n in range(entities))]
        (folder / "people.csv").write_text("\n".join(lines) + "\n", "utf-8")
        first, second = (_synced(folder) for _ in range(2))
        engine = create_engine(f"sqlite:///{folder / 'phonesync.db'}")
        with engine.connect() as connection:
            span = "select min(julianday(sent_at)), max(julianday(settled_at)) from intents"
            began, ended = connection.execute(text(span)).one()
        engine.dispose()
    per_select = 100
    reads = math.ceil(entities / per_select)
    # Each owner is read before it is replaced, and its proof is read after.
    calls = reads + entities + reads
    seconds, ideal = (ended - began) * 86_400, calls * _LATENCY / concurrency
    return {
        "entities": entities,
        "concurrency": concurrency,
        "latency": _LATENCY,
        "applied": first["outcomes"]["applied"],
        "requests": first["requests"],
        "seconds": round(seconds, 2),
        "ideal": round(ideal, 2),
        "share": round(ideal / seconds, 3),
        "again": {"requests": second["requests"], "unchanged": second["outcomes"]["unchanged"]},
    }


def _synced(folder: Path) -> dict[str, Any]:
    command = [OURS.with_name("phonesync"), "sync", "--config", folder / "phonesync.toml", "--json"]
    environ = {**os.environ, **_SECRETS}
    done = subprocess.run(list(map(str, command)), env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"sync ended with {done.returncode}: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout)["syncs"][0]
    return told


@contextmanager
def _service(entities: int, slow: str) -> Iterator[str]:
    """Play a service in a process of its own; yields its address."""
    command = [sys.executable, "-m", "benchmarks.services", str(entities), slow]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip() if process.stdout else ""
    finally:
        process.terminate()
        process.wait()


def play(entities: int, slow: str) -> None:
    """Play USOS until stopped; the answers of one method, or of all, take their time."""
    consumer = {"key": "demo-consumer", "secret": "demo-secret", "administrative_methods": _METHODS}
    users: dict[str, Any] = {f"{each:06}": [] for each in range(entities)}
    with serve({"usos": {"consumers": [consumer], "entities": {"user": users}}}) as sandbox:
        sandbox.usos.faults.append(Fault(slow, "slow_after_commit", times=10**9, seconds=_LATENCY))
        print(sandbox.usos_url, flush=True)
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    play(int(sys.argv[1]), sys.argv[2])
