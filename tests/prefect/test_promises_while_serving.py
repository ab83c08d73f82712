"""What is promised while `phonesync serve` runs: erased is erased, and who may start what; all data is invented.

Attacks: what somebody without the password, and what somebody with it, cannot make it run.
"""

from __future__ import annotations

import os
import re
import signal
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolUpdate
from prefect.client.schemas.objects import FlowRun
from prefect.exceptions import PrefectHTTPStatusError
from waiting import eventually

from connectors.sandbox.server import serve as serve_sandbox
from flows.orchestration.deployments import POOL
from flows.sandbox import read_state
from tests.prefect.serving import Receiver, Served, make_served

DOCTOR = "doctor/doctor"
PERSON = re.compile(rb"user 900004(?!\d)")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve_sandbox(read_state(None)) as sandbox:
        made = make_served(tmp_path_factory.mktemp("served"), sandbox, Receiver("127.0.0.1:9"))
        made.start()
        try:
            yield made
        finally:
            made.stop()


@pytest.fixture
def stolen(tmp_path: Path) -> Path:
    """Return where a command of the attacker's would leave what it found."""
    return tmp_path / "stolen"


def ended(served: Served, run: UUID) -> FlowRun:
    with served.client() as client:

        def over() -> FlowRun | None:
            found = client.read_flow_run(run)
            return found if found.state and found.state.is_final() else None

        return eventually(over, pause=0.2)


def start(client: SyncPrefectClient, **more: Any) -> UUID:
    found = client.read_deployment_by_name(DOCTOR)
    return client.create_flow_run_from_deployment(found.id, **more).id


def process_of(run: UUID) -> int | None:
    """Return the process that carries a run out, None before there is one."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"PREFECT__FLOW_RUN_ID={run}".encode() in (process / "environ").read_bytes():
                return int(process.name)
    return None


def traces(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and PERSON.search(path.read_bytes())]


def test_nothing_of_an_erased_person_is_left_beside_a_running_server(served: Served) -> None:
    served.run("sync/users")
    assert traces(served.folder / "reports")
    assert traces(served.folder / ".phonesync")
    erased = served.command("erase", "--user", "900004")
    assert (erased.returncode, erased.stderr) == (0, "")
    assert traces(served.folder) == []
    assert served.run(DOCTOR).state_name == "Completed", "its server goes on"


def test_nobody_starts_a_run_without_the_password(served: Served) -> None:
    api = f"http://127.0.0.1:{served.port}/api"
    with served.client() as client:
        deployment = client.read_deployment_by_name(DOCTOR).id
    for place, body in (
        (f"deployments/{deployment}/create_flow_run", {"state": {"type": "SCHEDULED"}}),
        ("deployments/filter", {}),
        ("flow_runs/filter", {}),
        ("block_documents/filter", {"include_secrets": True}),
    ):
        for headers in ({}, {"Authorization": "Basic cGhvbmVzeW5jOg=="}):
            # 403: without a token from the server, which has none for strangers.
            assert httpx.post(f"{api}/{place}", json=body, headers=headers).status_code in {401, 403}, place
            assert httpx.get(f"{api}/csrf-token", params={"client": "me"}, headers=headers).status_code == 401


def test_the_password_is_its_owners_alone_and_told_nowhere_else(served: Served) -> None:
    kept = served.folder / ".phonesync" / "prefect" / "sign-in"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    user, _, password = kept.read_text(encoding="ascii").strip().partition(":")
    assert (user, len(password) >= 24) == ("phonesync", True)
    assert str(kept) in served.said
    holders = [
        str(file)
        for file in served.folder.rglob("*")
        if file.is_file() and file != kept and password.encode() in file.read_bytes()
    ]
    assert not holders, "neither logs nor databases"
    for process in Path("/proc").glob("[0-9]*"):
        try:
            argv, environ = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
        except OSError:
            continue
        assert password.encode() not in argv
        if b"reports_server" in argv and str(served.folder).encode() in argv:
            assert password.encode() not in environ
            assert b"demo-secret" not in environ
        if b"flows.orchestration.server" in argv and str(served.port).encode() in argv:
            assert password.encode() in environ
            assert b"demo-secret" not in environ, "Prefect's server needs no secret of a service"


@pytest.mark.parametrize("variable", ["command", "env", "working_dir", "image"])
def test_whoever_is_signed_in_chooses_no_command_and_no_environment(
    served: Served, stolen: Path, variable: str
) -> None:
    values = {"command": f"cp /proc/self/environ {stolen}", "env": {"PYTHONSTARTUP": str(stolen)}}
    with served.client() as client, pytest.raises(PrefectHTTPStatusError) as refused:
        start(client, job_variables={variable: values.get(variable, str(stolen.parent))})
    assert refused.value.response.status_code == 422
    assert not stolen.exists()


def test_a_changed_deployment_or_pool_is_not_run(served: Served, stolen: Path) -> None:
    """Prefect lets whoever is signed in change both; the worker knows from the configuration what they have to be."""
    shell = {"prefect.deployments.steps.run_shell_script": {"script": f"touch {stolen}"}}
    template = {
        "job_configuration": {"command": f"touch {stolen}", "working_dir": None, "stream_output": False, "env": {}},
        "variables": {"type": "object", "properties": {}},
    }
    with served.client() as client:
        doctor = client.read_deployment_by_name(DOCTOR)
        client.update_deployment(doctor.id, DeploymentUpdate(pull_steps=[shell]))
        changed_steps = ended(served, start(client))
        client.update_deployment(doctor.id, DeploymentUpdate(pull_steps=doctor.pull_steps))
        other = client.create_deployment(
            flow_id=doctor.flow_id, name="other", entrypoint="os.abort", work_pool_name=POOL, pull_steps=[shell]
        )
        of_other = ended(served, client.create_flow_run_from_deployment(other).id)
        client.delete_deployment(other)
        pool = client.read_work_pool(POOL)
        client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=template))
        changed_pool = ended(served, start(client))
        client.update_work_pool(POOL, WorkPoolUpdate(base_job_template=pool.base_job_template))
    assert not stolen.exists()
    assert {run.state_name for run in (changed_steps, of_other, changed_pool)} == {"Crashed"}
    for run in (changed_steps, of_other, changed_pool):
        assert "differs from the configuration" in str(run.state and run.state.message)


def test_what_is_changed_before_a_run_dies_is_not_run_by_the_worker(served: Served, stolen: Path) -> None:
    """For what follows a run that was cancelled or has died, Prefect's worker would load the flow once more."""
    shell = {"prefect.deployments.steps.run_shell_script": {"script": f"touch {stolen}"}}
    with served.client() as client:
        doctor = client.read_deployment_by_name(DOCTOR)
        run = start(client)
        process = eventually(lambda: process_of(run))
        client.update_deployment(doctor.id, DeploymentUpdate(pull_steps=[shell]))
        os.kill(process, signal.SIGKILL)
        assert ended(served, run).state_name == "Crashed"
        client.update_deployment(doctor.id, DeploymentUpdate(pull_steps=doctor.pull_steps))
    assert served.run(DOCTOR).state_name in {"Completed", "Failed"}, "the worker goes on"
    assert not stolen.exists()


def test_another_configuration_is_not_run(served: Served, tmp_path: Path) -> None:
    """The form offers one configuration; a form that somebody has opened wider does not help."""
    other = tmp_path / "phonesync.toml"
    other.write_text(served.config.read_text(encoding="utf-8"), encoding="utf-8")
    with served.client() as client:
        doctor = client.read_deployment_by_name(DOCTOR)
        client.update_deployment(doctor.id, DeploymentUpdate(enforce_parameter_schema=False))
        run = ended(served, start(client, parameters={"config": str(other)}))
        client.update_deployment(doctor.id, DeploymentUpdate(enforce_parameter_schema=True))
    assert run.state_name == "Failed"
    assert "another configuration" in str(run.state and run.state.message)
    assert not (tmp_path / "phonesync.db").exists()


def test_code_beside_the_configuration_is_not_run(served: Served, stolen: Path) -> None:
    """Whoever may put CSV files beside the configuration puts no program there."""
    (served.folder / "phonenumbers.py").write_text(f"open({str(stolen)!r}, 'w')", encoding="ascii")
    (served.folder / "flows.py").write_text(f"open({str(stolen)!r}, 'w')", encoding="ascii")
    assert served.run(DOCTOR).state_name in {"Completed", "Failed"}
    assert not stolen.exists()
