"""`phonesync serve` from its start to its end, on a Prefect of the tests' own; all data is invented."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.exceptions import PrefectHTTPStatusError
from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings
from serving import Receiver, Served, eventually, free_port, make_served, processes_of, receiving

from connectors.sandbox.options import Fault
from connectors.sandbox.server import Sandbox
from connectors.sandbox.server import serve as serve_sandbox
from flows.front.blocks import ApioCredentials, UsosCredentials, secret_from_block
from flows.front.home import Address, Home, encryption_key, server_command, server_environment
from flows.sandbox import read_state
from schemas.errors import AccessRefused, ConfigurationError

EVERY_MINUTE = 'source = "buildings.csv"\nschedule = "* * * * *"'
NUMBER = re.compile(r"\d{3}[ -]?\d{2}[ -]?\d{2}")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with serve_sandbox(read_state(None)) as served:
        yield served


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with receiving() as listening:
        yield listening


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox, receiver: Receiver) -> Iterator[Served]:
    """Serve one configuration for all tests of this file; they stand in the order of a day's work."""
    made = make_served(tmp_path_factory.mktemp("served"), sandbox, receiver)
    made.change('source = "buildings.csv"', EVERY_MINUTE)
    made.change('kind = "usos"', 'kind = "usos"\nconcurrency = 1')
    made.start()
    try:
        yield made
    finally:
        if made.process and made.process.poll() is None:
            made.stop()


def test_an_active_schedule_makes_a_run_and_finishes_it(served: Served) -> None:
    """With a wrong SQLAlchemy the switch is green, and nothing is ever scheduled."""

    def done() -> list[Any]:
        return [run for run in served.runs() if run.auto_scheduled and run.state_name == "Completed"]

    (first, *_) = eventually(done)
    assert first.parameters["syncs"] == ["buildings"]
    switch_off(served)


def switch_off(served: Served) -> None:
    """Switch the schedule off in its page."""
    with served.client() as client:
        found = client.read_deployment_by_name("sync/buildings")
        client.update_deployment_schedule(found.id, found.schedules[0].id, active=False)


def test_a_run_that_is_started_by_its_form_succeeds(served: Served) -> None:
    run = served.run("doctor/doctor")
    assert (run.state_name, run.state.message) == ("Completed", f"All {run.state.message.split()[1]} checks passed.")
    planned = served.run("sync/all", syncs=["strings-phones"], mode="plan only")
    assert planned.state.message.startswith("Plan, nothing written: 2 changes wait.")


@pytest.mark.parametrize(
    ("deployment", "parameters", "said"),
    [
        ("sync/all", {"syncs": ["nobody"]}, "nobody"),
        ("sync/all", {"mode": "everything"}, "everything"),
        ("sync/all", {"config": "/etc/passwd"}, "passwd"),
        ("sync/all", {"force": True}, "force"),
        ("sync/faculties", {"syncs": ["users"]}, "users"),
        ("apply/apply", {"plan": "x", "person": "Anna"}, "reason"),
        ("apply/apply", {"plan": "x", "person": "Anna", "reason": ""}, "reason"),
        ("revert/revert", {}, "run"),
    ],
)
def test_wrong_values_are_refused_before_a_run_begins(
    served: Served, deployment: str, parameters: dict[str, Any], said: str
) -> None:
    with served.client() as client:
        found = client.read_deployment_by_name(deployment)
        with pytest.raises(PrefectHTTPStatusError) as refused:
            client.create_flow_run_from_deployment(found.id, parameters=parameters)
    assert refused.value.response.status_code in {409, 422}
    assert said in refused.value.response.text


def test_every_field_of_every_form_is_described_and_none_is_a_secret(served: Served) -> None:
    with served.client() as client:
        forms = {found.name: found.parameter_openapi_schema for found in client.read_deployments()}
    assert {"faculties", "all", "apply", "revert", "doctor"} <= set(forms)
    for name, form in forms.items():
        assert form["additionalProperties"] is False, name
        for field, told in form["properties"].items():
            assert len(told.get("description", "")) > 10, (name, field)
            assert not re.search("secret|password|key", field)
    assert forms["all"]["properties"]["syncs"]["items"]["enum"][:2] == ["faculties", "users"]


def test_people_are_told_of_a_change_and_of_nothing_else(served: Served, sandbox: Sandbox, receiver: Receiver) -> None:
    served.change("delete_missing = true", "delete_missing = true\nguard = { max_deletes = 2 }")
    blocked = served.plan("sync", "desk-phones")["syncs"][0]  # the ledger knows it; Prefect has not seen it
    assert blocked["guards"]
    run = served.run("apply/apply", plan=blocked["plan"], person="Anna", reason="the office was closed")
    assert run.state.message.startswith("2 of ")  # two lines are held: better than blocked, and not good

    def told(place: str) -> list[dict[str, Any]]:
        return [message for message in receiver.of(place) if "desk-phones" in json.dumps(message)]

    (hook,) = eventually(lambda: told("/hook"))
    (mail,) = eventually(lambda: told("/mail"))
    assert (hook["sync"], hook["change"], hook["outcomes"]["held"]) == ("desk-phones", "failed", 2)
    assert hook["subject"] == mail["title"] == "phonesync: desk-phones needs somebody"
    assert "phonesync check desk-phones" in hook["next"]
    assert "flow-run" in hook["link"]
    # The link holds the run's id, in which any digits may stand.
    assert not NUMBER.search(hook["sentence"] + hook["next"] + mail["message"].replace(hook["link"], ""))

    again = served.plan("plan", "desk-phones")["syncs"][0]
    assert served.run("apply/apply", plan=again["plan"], person="Anna", reason="again").state.is_final()
    assert served.run("doctor/doctor").state_name == "Completed"  # as long as that, nothing came
    assert len(told("/hook")) == len(told("/mail")) == 1


def test_the_pages_ask_nobody_else_and_nobody_else_asks_them(served: Served) -> None:
    page = f"http://127.0.0.1:{served.port}"
    settings = httpx.get(f"{page}/ui-settings")
    assert settings.json()["api_url"] == f"{page}/api"
    assert f"connect-src 'self' {page}" in settings.headers["Content-Security-Policy"]
    assert httpx.get(f"{page}/api/health", headers={"Host": "somewhere.example"}).status_code == 400
    assert httpx.post(f"{page}/api/flow_runs/filter", json={}).status_code == 403  # what a form on another page sends


def test_credentials_in_a_block_are_found_and_can_be_tried(served: Served, sandbox: Sandbox) -> None:
    place = "connections.usos.consumer_key"
    with temporary_settings({PREFECT_API_URL: served.api, PREFECT_HOME: served.folder / "asking"}):
        usos = UsosCredentials(consumer_key="demo-consumer", consumer_secret="demo-secret", base_url=sandbox.usos_url)
        usos.save("main", overwrite=True)
        ApioCredentials(username="demo-admin", password="wrong", base_url=sandbox.apio_url).save("main", overwrite=True)
        assert secret_from_block(place, "usos-credentials/main") == "demo-consumer"
        assert secret_from_block("connections.usos.consumer_secret", "main") == "demo-secret"
        assert "services/phones/replace" in UsosCredentials.load("main").test_connection()
        with pytest.raises(AccessRefused):
            ApioCredentials.load("main").test_connection()
        with pytest.raises(ConfigurationError, match="no block secret/nowhere and no block usos-credentials/nowhere"):
            secret_from_block(place, "nowhere")
        with pytest.raises(ConfigurationError, match="has no consumer_key"):
            secret_from_block(place, "apio-credentials/main")
    kept = b"".join(file.read_bytes() for file in (served.folder / ".phonesync" / "prefect").glob("prefect.db*"))
    assert b"usos-credentials" in kept
    assert b"demo-secret" not in kept


def test_another_configuration_cannot_take_the_names(served: Served, tmp_path: Path, sandbox: Sandbox) -> None:
    other = make_served(tmp_path, sandbox, Receiver("127.0.0.1:9"))
    done = other.command("serve", PREFECT_API_URL=served.api)
    assert done.returncode == 2
    assert "belong to another configuration" in done.stderr
    assert not processes_of(tmp_path)


def test_it_ends_in_order_and_continues_where_it_was(served: Served, sandbox: Sandbox) -> None:
    """A run that is writing finishes what is in flight, nothing is left behind, and the next start goes on."""
    switch_off(served)
    with served.client() as client:
        sandbox.usos.faults.append(Fault("replace", "slow_before_commit", seconds=8.0))
        run = client.create_flow_run_from_deployment(client.read_deployment_by_name("sync/faculties").id)
        eventually(lambda: not sandbox.usos.faults)
    assert served.stop() == 0
    assert not processes_of(served.folder)
    shown = served.plan("show", "last")
    assert shown["exit_code"] == 5
    outcomes = [line["outcome"] for line in shown["plans"][0]["lines"]]
    assert "applied" in outcomes
    assert "unknown" not in outcomes

    served.change("[syncs.dormitories]", "[syncs.halls]")
    served.start()
    assert "sync/dormitories" in served.said
    with served.client() as client:
        deployments = {one.name: one for one in client.read_deployments()}
        assert "halls" in deployments
        assert "dormitories" not in deployments
        assert [schedule.active for schedule in deployments["buildings"].schedules] == [False]
        ended = client.read_flow_run(run.id)
    assert ended.state.is_final()
    assert "skipped" in ended.state.message
    finished = served.run("sync/faculties")
    assert finished.state.is_final()
    assert served.plan("show", "last")["exit_code"] in {0, 1}


def test_a_second_one_in_the_same_place_is_refused(served: Served) -> None:
    done = served.command("serve", "--port", "0")
    assert done.returncode == 2
    assert "Another phonesync serve is at work" in done.stderr


def test_a_worker_that_dies_is_replaced_and_a_server_that_dies_is_an_error(served: Served) -> None:
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text(encoding="ascii")
    by_command = {Path(f"/proc/{pid}/cmdline").read_bytes(): int(pid) for pid in children.split()}
    worker = next(pid for command, pid in by_command.items() if b"worker" in command)
    server = next(pid for command, pid in by_command.items() if b"flows.front.server" in command)
    os.kill(worker, signal.SIGKILL)
    eventually(lambda: "a new one starts" in served.said)
    assert served.run("doctor/doctor").state_name == "Completed"
    os.kill(server, signal.SIGKILL)
    assert served.process.wait(60) == 4
    assert "Prefect's server has ended by itself" in served.said
    assert not processes_of(served.folder)


def test_it_works_for_a_server_that_runs_already(tmp_path: Path, sandbox: Sandbox) -> None:
    made = make_served(tmp_path / "served", sandbox, Receiver("127.0.0.1:9"))
    home, address = Home(tmp_path / "server"), Address("127.0.0.1", free_port())
    home.folder.mkdir()
    environ = server_environment(home, address, encryption_key(home), made.environ)
    command = server_command(Path(sys.executable), address)
    with subprocess.Popen(command, env=environ, cwd=home.folder) as server:  # noqa: S603 - our own command
        try:
            made.port = address.port
            eventually(lambda: _answers(made.api))
            made.start(PREFECT_API_URL=made.api)
            assert "none is started here" in made.said
            assert made.run("doctor/doctor").state_name == "Completed"
            assert made.stop() == 0
            assert _answers(made.api)
        finally:
            server.terminate()


def _answers(api: str) -> bool:
    try:
        return httpx.get(f"{api}/health").status_code == 200
    except httpx.HTTPError:
        return False
