"""`phonesync serve` from its start to its end, on a Prefect of the tests' own; all data is invented.

What people do in the pages is told in tests/browser/test_front_door.py; here is what administrators, crashes and other
pages do.
"""

from __future__ import annotations

import base64
import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from prefect.events.worker import EventsWorker
from prefect.exceptions import PrefectHTTPStatusError
from prefect.states import Cancelling, Scheduled
from waiting import PATIENCE, eventually

from connectors.sandbox.options import Fault
from connectors.sandbox.server import Sandbox
from connectors.sandbox.server import serve as serve_sandbox
from flows.blocks import ApioCredentials, UsosCredentials, secret_from_block
from flows.sandbox import read_state
from schemas.errors import AccessRefused, ConfigurationError
from tests.prefect.serving import Receiver, Served, make_served, processes_of, receiving

NEWS = ("desk-phones", "failed")


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
    made.change("delete_missing = true", "delete_missing = true\nguard = { max_deletes = 2 }")
    made.change('kind = "usos"', 'kind = "usos"\nconcurrency = 1')
    made.start()
    try:
        yield made
    finally:
        if made.process and made.process.poll() is None:
            made.stop()


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
        ("apply/apply", {"plan": "x", "person": "Anna", "reason": "x", "decision": "perhaps"}, "perhaps"),
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


def test_the_pages_ask_nobody_else_and_nobody_else_asks_them(served: Served) -> None:
    page = f"http://127.0.0.1:{served.port}"
    settings = httpx.get(f"{page}/ui-settings")
    assert settings.json()["api_url"] == "/api"
    assert f"connect-src 'self' {page}" in settings.headers["Content-Security-Policy"]
    assert httpx.get(f"{page}/api/health", headers={"Host": "somewhere.example"}).status_code == 400
    known = {"Authorization": "Basic " + base64.b64encode(served.sign_in.encode()).decode()}
    asked = httpx.post(f"{page}/api/flow_runs/filter", json={}, headers=known)
    assert asked.status_code == 403, "what a form on another page sends, in a browser that knows the password"


def test_who_asks_while_others_write_is_answered(served: Served) -> None:
    """Prefect's own client would try again and say nothing; whoever presses Run has a page that does not."""
    page = f"http://127.0.0.1:{served.port}/api"
    with served.client() as client:
        found = client.read_deployment_by_name("sync/users")
        far = Scheduled(scheduled_time=datetime.now(UTC) + timedelta(days=1))
        run = client.create_flow_run_from_deployment(found.id, state=far).id

    def ask(number: int) -> set[int]:
        given = {"Authorization": "Basic " + base64.b64encode(served.sign_in.encode()).decode()}
        with httpx.Client(base_url=page, headers=given, timeout=PATIENCE) as asking:
            token = asking.get("/csrf-token", params={"client": str(number)}).json()["token"]
            asking.headers.update({"Prefect-Csrf-Client": str(number), "Prefect-Csrf-Token": token})
            told = [asking.patch(f"/flow_runs/{run}/labels", json={f"of-{number}": "x"}) for _ in range(20)]
        return {answer.status_code for answer in told}

    with ThreadPoolExecutor(8) as threads:
        assert set().union(*threads.map(ask, range(8))) == {204}
    with served.client() as client:
        client.delete_flow_run(run)


def test_credentials_in_a_block_are_found_and_can_be_tried(served: Served, sandbox: Sandbox) -> None:
    place = "connections.usos.consumer_key"
    with served.asking():
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
        told: Any = EventsWorker.drain_all(at_exit=False)  # while its server lives: a later test would wait for it
        del told
    kept = b"".join(file.read_bytes() for file in (served.folder / ".phonesync" / "prefect").glob("prefect.db*"))
    assert b"usos-credentials" in kept
    assert b"demo-secret" not in kept


def test_another_configuration_cannot_take_the_names(served: Served, tmp_path: Path, sandbox: Sandbox) -> None:
    other = make_served(tmp_path, sandbox, Receiver("127.0.0.1:9"))
    done = other.command("serve", PREFECT_API_URL=served.api, PREFECT_API_AUTH_STRING=served.sign_in)
    assert done.returncode == 2
    assert "belong to another configuration" in done.stderr
    assert not processes_of(tmp_path)


def test_it_ends_in_order_and_continues_where_it_was(served: Served, sandbox: Sandbox) -> None:
    """A run that is writing finishes what is in flight, nothing is left behind, and the next start goes on."""
    with served.client() as client:
        found = client.read_deployment_by_name("sync/desk-phones")
        client.update_deployment_schedule(found.id, found.schedules[0].id, active=False)
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
        assert [schedule.active for schedule in deployments["desk-phones"].schedules] == [False]
        assert {one.global_concurrency_limit for one in deployments.values()} == {None}, "see deployments.py"
        ended = client.read_flow_run(run.id)
    assert ended.state.is_final()
    assert "skipped" in ended.state.message
    finished = served.run("sync/faculties")
    assert finished.state.is_final()
    assert served.plan("show", "last")["exit_code"] in {0, 1}


def test_a_run_that_is_cancelled_before_its_process_is_ready_has_an_end(served: Served, sandbox: Sandbox) -> None:
    calls = len(sandbox.calls)
    with served.client() as client:
        run = client.create_flow_run_from_deployment(client.read_deployment_by_name("sync/faculties").id).id
        eventually(lambda: client.read_flow_run(run).state_name == "Submitting")
        client.set_flow_run_state(run, Cancelling())
        ended = eventually(lambda: (found := client.read_flow_run(run)).state.is_final() and found)
    assert ended.state_name == "Cancelled"
    assert ended.start_time or ended.state.message == "Cancelled before it started: nothing was read or written."
    assert ended.start_time or len(sandbox.calls) == calls


def test_a_run_that_is_killed_while_it_writes_loses_nothing(served: Served, sandbox: Sandbox) -> None:
    """The write is done and nobody has heard of it: the next run reads, says so, and sends the rest alone."""
    with served.client() as client:
        sandbox.usos.faults.append(Fault("replace", "slow_after_commit", seconds=8.0))
        client.create_flow_run_from_deployment(client.read_deployment_by_name("sync/buildings").id)
        eventually(lambda: not sandbox.usos.faults)
    killed = served.plan("runs", "-n", "1")["runs"][0]["run"]
    os.killpg(child(served, b"worker"), signal.SIGKILL)
    eventually(lambda: "a new one starts" in served.said)
    assert served.run("sync/buildings").state_name == "Completed"
    (plan,) = served.plan("show", killed)["plans"]
    outcomes = {line["outcome"]: line["message"] for line in plan["lines"] if line["outcome"] != "unchanged"}
    assert outcomes["applied"] == "interrupted before the answer was saved; the change was verified by reading"
    assert set(outcomes) == {"applied", "skipped"}
    assert served.command("sync", "buildings").returncode == 0


def test_what_a_guard_has_stopped_is_applied_by_its_form_and_people_are_told(
    served: Served, receiver: Receiver
) -> None:
    blocked = served.plan("sync", "desk-phones")["syncs"][0]
    assert blocked["guards"]
    said = {"plan": blocked["plan"], "person": "Jan", "reason": "call 22 999 00 01 first"}
    refused = served.run("apply/apply", decision="refuse", **said)
    assert refused.state_name == "Completed"
    assert refused.state.message.startswith("desk-phones: declined by Jan (Prefect): call ••• ••• •01 first. ")
    (waits,) = [plan for plan in served.plan("plans")["plans"] if plan["plan"] == blocked["plan"]]
    assert [no["person"] for no in waits["refusals"]] == ["Jan (Prefect)"]
    run = served.run("apply/apply", plan=blocked["plan"], person="Anna", reason="the office was closed")
    assert run.state.message.startswith("2 of ")  # two lines are held: better than blocked, and not good
    assert served.plan("show", "last")["person"] == "Anna (Prefect)"
    eventually(lambda: [told for told in receiver.of("/hook") if (told["sync"], told["change"]) == NEWS])


def test_the_form_of_apply_offers_the_plans_that_wait_with_their_figures(served: Served) -> None:
    def offered() -> list[str]:
        with served.client() as client:
            plan = client.read_deployment_by_name("apply/apply").parameter_openapi_schema["properties"]["plan"]
        return [choice for kind in plan.get("anyOf", ()) for choice in kind.get("enum", ())]

    path = served.folder / "buildings.csv"
    kept = path.read_text(encoding="utf-8")
    path.write_text(kept.replace("Portiernia", "Portierzy", 1), encoding="utf-8")
    plan = served.plan("plan", "buildings")["syncs"][0]["plan"]
    (choice,) = eventually(lambda: [one for one in offered() if one.startswith(plan)], pause=0.5)
    assert " · buildings: 1 modify · " in choice
    assert served.run("apply/apply", plan=choice, person="Anna", reason="a better word").state_name == "Completed"
    eventually(lambda: choice not in offered(), pause=0.5)
    again = served.run("apply/apply", plan=choice, person="Anna", reason="a better word")
    assert again.state_name == "Failed"
    assert plan in again.state.message


def test_a_server_that_dies_is_an_error(served: Served) -> None:
    os.kill(child(served, b"flows.orchestration.server"), signal.SIGKILL)
    assert served.process.wait(60) == 4
    assert "The Prefect server stopped unexpectedly" in served.said
    assert not processes_of(served.folder)


def child(served: Served, command: bytes) -> int:
    """Return the process that serve has started with such a command."""
    children = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text(encoding="ascii")
    return next(int(pid) for pid in children.split() if command in Path(f"/proc/{pid}/cmdline").read_bytes())
