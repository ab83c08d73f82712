"""Reading from and writing to services that take their time over each answer, beside what the waiting alone costs."""

from __future__ import annotations

import json
import math
import os
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import create_engine, text

from benchmarks.race import PHONESYNC
from benchmarks.slow_service import CONNECTION, SECRETS, playing
from connectors.http.request import Credentials
from connectors.usos.client import Usos
from connectors.usos.spec import UsosConnection
from schemas.connections import Secret

_LATENCY = 0.05
_CONFIGURATION = f"""\
{CONNECTION}
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
    with playing(slow="select", seconds=_LATENCY) as address:
        connection = UsosConnection(
            kind="usos", base_url=address, consumer_key=secret, consumer_secret=secret, concurrency=concurrency
        )
        client = Usos("usos", connection, Credentials(*SECRETS.values()))
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
    with TemporaryDirectory() as name, playing(slow="*", seconds=_LATENCY) as address:
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
    command = [PHONESYNC, "sync", "--config", folder / "phonesync.toml", "--json"]
    environ = {**os.environ, **SECRETS}
    done = subprocess.run(list(map(str, command)), env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"sync ended with {done.returncode}: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout)["syncs"][0]
    return told
