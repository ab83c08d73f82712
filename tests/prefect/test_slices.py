"""A plan in slices, written by processes of their own, one of which is killed; on PostgreSQL; all data is invented."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.flow_engine import run_flow
from prefect.flows import load_flow_from_entrypoint
from prefect.settings import PREFECT_API_URL
from waiting import PATIENCE

from connectors.ledger.store import Ledger
from connectors.sandbox.options import Fault
from connectors.sandbox.server import Sandbox, serve
from flows.slice_writing import has_ended

ROOT = Path(__file__).parent.parent.parent
FACULTIES = 60
LOOK_SECONDS = 0.5  # between two looks of the pool for work
STATE = {
    "usos": {
        "consumers": [
            {
                "key": "demo-consumer",
                "secret": "demo-secret",
                "administrative_methods": ["services/phones/select", "services/phones/replace"],
            }
        ],
        "entities": {"faculty": {f"{each:03}": [] for each in range(FACULTIES)}},
    }
}
TEXT = """\
ledger = "{ledger}"

[connections.usos]
kind = "usos"
base_url = "{usos}"
consumer_key = {{ env = "USOS_CONSUMER_KEY" }}
consumer_secret = {{ env = "USOS_CONSUMER_SECRET" }}
ids_per_select = 5

[syncs.faculties]
connection = "usos"
entity_class = "faculty"
source = "faculties.csv"
slices = 3
"""


@pytest.fixture(scope="module")
def prefect_server(prefect_home: Path) -> Iterator[dict[str, str]]:
    """Return the environment in which another process finds the server, and the secrets."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("USOS_CONSUMER_KEY", "demo-consumer")
        patch.setenv("USOS_CONSUMER_SECRET", "demo-secret")
        yield os.environ | {
            "PREFECT_HOME": str(prefect_home),
            "PREFECT_API_URL": str(PREFECT_API_URL.value()),
            "PREFECT_LOGGING_LEVEL": "ERROR",
            "PYTHONPATH": str(ROOT),
        }


def of_deployment(deployment: UUID) -> DeploymentFilter:
    return DeploymentFilter(id=DeploymentFilterId(any_=[deployment]))


@dataclass
class Pool:
    """Takes slices that are scheduled and runs each in a process, as a worker does, as many at a time as it may."""

    environ: dict[str, str]
    most: int
    started: dict[UUID, subprocess.Popen[bytes]] = field(default_factory=dict)

    def look(self, deployment: UUID) -> None:
        """Begin what is scheduled."""
        scheduled = FlowRunFilterStateType(any_=[StateType.SCHEDULED])
        with get_client(sync_client=True) as client:
            for run in client.read_flow_runs(
                flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=scheduled)),
                deployment_filter=of_deployment(deployment),
            ):
                free = sum(process.poll() is None for process in self.started.values()) < self.most
                if free and run.id not in self.started:
                    command = [sys.executable, "-m", "prefect", "flow-run", "execute", str(run.id)]
                    options: dict[str, Any] = {"env": self.environ, "cwd": ROOT, "start_new_session": True}
                    self.started[run.id] = subprocess.Popen(command, **options)  # noqa: S603 - our own


@dataclass
class University:
    """Faculties without numbers, a file that gives each of them two, and the deployments."""

    sandbox: Sandbox
    config: Path
    ledger: str
    flow: Any
    deployment: UUID
    slices: UUID
    killed: list[int] = field(default_factory=list)

    def run(self, pool: Pool) -> Any:
        """Return the final state of a sync whose slices the pool runs."""
        parameters = {"config": str(self.config), "syncs": ["faculties"]}
        with get_client(sync_client=True) as client, ThreadPoolExecutor(1) as thread:
            made = client.create_flow_run_from_deployment(self.deployment, parameters=parameters)
            run = client.read_flow_run(made.id)
            ended = thread.submit(run_flow, self.flow, flow_run=run, parameters=parameters, return_type="state")
            while not ended.done():
                pool.look(self.slices)
                wait([ended], LOOK_SECONDS)
            for process in pool.started.values():
                process.wait()
            return ended.result()

    def kill_at(self, write: int) -> None:
        """Kill the process of a slice that is being written, while the service is at its so manieth write."""
        fault = Fault("replace", "another_writer", nth=write, mutation=lambda _: self._kill_a_writer())
        self.sandbox.usos.faults.insert(0, fault)

    def _kill_a_writer(self) -> None:
        """Kill one of those that write, as the ledger knows them."""
        ledger = Ledger.open(self.ledger)
        claims = ledger.locks.held("slices of ").values()
        writer = next(claim.holder for claim in claims if not has_ended(claim))
        ledger.close()
        process = int(writer.rpartition(":")[2])
        if process != os.getpid():  # the run itself writes where no worker comes
            os.kill(process, signal.SIGKILL)
            self.killed.append(process)

    @property
    def writes(self) -> int:
        """How many owners were sent."""
        return sum(call.method == "replace" for call in self.sandbox.calls)


@contextmanager
def university(folder: Path, ledger: str) -> Iterator[University]:
    lines = [f"{each:03},22 999 {each:02} {kind:02},p{kind}" for each in range(FACULTIES) for kind in (1, 2)]
    (folder / "faculties.csv").write_text("\n".join(["entity_id,number,comment", *lines, ""]), encoding="utf-8")
    config = folder / "phonesync.toml"
    flows = {
        name: load_flow_from_entrypoint(f"{ROOT}/{path}", use_placeholder_flow=False)
        for name, path in (("sync", "flows/sync.py:sync"), ("slice", "flows/orchestration/slices.py:write_one_slice"))
    }
    with serve(STATE) as sandbox, get_client(sync_client=True) as client:
        config.write_text(TEXT.format(ledger=ledger, usos=sandbox.usos_url), encoding="utf-8")
        deployment = client.create_deployment(flow_id=client.create_flow(flows["sync"]), name="faculties")
        slices = client.create_deployment(
            flow_id=client.create_flow(flows["slice"]),
            name="write-slice",
            entrypoint="flows.orchestration.slices.write_one_slice",
            # As `phonesync serve` deploys it. A path of a file would be copied first, with all that stands beside it.
            pull_steps=[{"prefect.deployments.steps.set_working_directory": {"directory": str(ROOT)}}],
        )
        yield University(sandbox, config, ledger, flows["sync"], deployment, slices)


def everything_is_there(there: University) -> None:
    for each in range(FACULTIES):
        rows = there.sandbox.usos.numbers("faculty", f"{each:03}")
        assert sorted(row.comment_pl for row in rows) == ["p1", "p2"], each


def test_a_killed_slice_costs_time_and_loses_nothing(
    prefect_server: dict[str, str], postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schemas.limits.WORKER_COMES_SECONDS", PATIENCE)
    with university(tmp_path, postgres) as there:
        there.kill_at(write=5)
        state = there.run(Pool(prefect_server, most=2))
        assert there.killed, "nobody was killed"
        assert (state.type, state.name) == ("COMPLETED", "Completed"), state.message
        (sync,) = state.result()["syncs"]
        assert (sync["outcomes"]["applied"], sync["verified"]) == (2 * FACULTIES, True)
        everything_is_there(there)
        assert there.writes == FACULTIES, "no owner was sent twice"
        ledger = Ledger.open(postgres)
        assert ledger.locks.held("") == {}
        assert {item.outcome for item in ledger.outcomes(sync["plan"])} == {"applied"}
        assert not ledger.unfinished()
        ledger.close()


def test_where_no_worker_comes_the_run_writes_by_itself(
    prefect_server: dict[str, str], postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schemas.limits.WORKER_COMES_SECONDS", 1.0)
    with university(tmp_path, f"sqlite:///{tmp_path / 'ledger.db'}") as there:
        state = there.run(Pool(prefect_server, most=0))
        assert state.name == "Completed", state.message
        assert state.result()["syncs"][0]["requests"]["write"] == FACULTIES
        everything_is_there(there)
        with get_client(sync_client=True) as client:
            runs = client.read_flow_runs(deployment_filter=of_deployment(there.slices))
        assert {run.state.name for run in runs if run.parameters["config"] == str(there.config)} == {"Not needed"}
