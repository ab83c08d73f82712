"""A plan that a guard has stopped is decided in Prefect's pages. All data is invented."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from httpx import HTTPStatusError
from prefect.client.orchestration import get_client
from prefect.flow_engine import run_flow
from prefect.flows import load_flow_from_entrypoint

from connectors.ledger.store import Ledger
from connectors.sandbox.server import Sandbox, serve
from flows.orchestration.approval import form_in
from flows.sandbox import SAMPLES, credentials, read_state
from tasks.messages.catalogue import LANGUAGES

ENTRY = f"{Path(__file__).parent.parent.parent}/flows/sync.py:sync"


def has_form(client: Any, run: Any) -> bool:
    """Tell whether the form of a run that waits is there: it comes a moment after the state."""
    keys = run.state.state_details.run_input_keyset or {}
    try:
        return all(client.read_flow_run_input(run.id, key) for name, key in keys.items() if name != "response")
    except HTTPStatusError:
        return False


@dataclass
class Office:
    """A sync whose plan a guard stops, its deployment, and somebody who decides."""

    flow: Any
    sandbox: Sandbox
    config: Path
    deployment: UUID

    def change(self, old: str, new: str) -> None:
        """Change a line of the configuration."""
        text = self.config.read_text(encoding="utf-8")
        assert old in text
        self.config.write_text(text.replace(old, new), encoding="utf-8")

    def run(self, decide: Callable[[Any, UUID], None], **more: str) -> tuple[Any, Any]:
        """Return the final state, and the flow run as it was while it waited."""
        parameters = {"config": str(self.config), "syncs": ["desk-phones"], **more}
        with get_client(sync_client=True) as client, ThreadPoolExecutor(1) as thread:
            run = client.create_flow_run_from_deployment(self.deployment, parameters=parameters)
            ended = thread.submit(
                run_flow, self.flow, flow_run=client.read_flow_run(run.id), parameters=parameters, return_type="state"
            )
            waiting = None
            while not ended.done():
                seen = client.read_flow_run(run.id)
                if waiting is None and seen.state.is_paused() and has_form(client, seen):
                    waiting = seen
                    decide(client, run.id)
                time.sleep(0.2)
            return ended.result(), waiting

    @property
    def written(self) -> bool:
        """Whether the service was asked to change anything."""
        return any(call.changed for call in self.sandbox.calls)


@pytest.fixture
def office(prefect_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    shutil.copytree(SAMPLES, tmp_path / "samples")
    state = read_state(None)
    for name, value in credentials(state).items():
        monkeypatch.setenv(name, value)
    flow = load_flow_from_entrypoint(ENTRY, use_placeholder_flow=False)
    with serve(state) as sandbox, get_client(sync_client=True) as client:
        deployment = client.create_deployment(flow_id=client.create_flow(flow), name=f"desk-phones-{tmp_path.name}")
        made = Office(flow, sandbox, tmp_path / "samples" / "phonesync.toml", deployment)
        made.change("http://127.0.0.1:8701", sandbox.usos_url)
        made.change("http://127.0.0.1:8702", sandbox.apio_url)
        made.change("delete_missing = true", "delete_missing = true\nguard = { max_deletes = 2 }")
        yield made


def answer(approve: str, reason: str, person: str = " Anna  Nowak") -> Callable[[Any, UUID], None]:
    """Return somebody who fills in the form so."""

    def decide(client: Any, run: UUID) -> None:
        result = client.resume_flow_run(run, run_input={"approve": approve, "reason": reason, "person": person})
        assert result.status.value == "ACCEPT", result

    return decide


def test_an_approved_plan_is_applied_exactly_and_the_yes_is_kept(office: Office) -> None:
    seen: dict[str, Any] = {}

    def look(client: Any, run: UUID) -> None:
        assert not office.written
        keys = client.read_flow_run(run).state.state_details.run_input_keyset
        seen["text"] = json.loads(client.read_flow_run_input(flow_run_id=run, key=keys["description"]))
        for incomplete in (
            {},
            {"approve": "approve", "reason": "x"},
            {"approve": "yes", "reason": "x", "person": "Anna"},
            {"approve": "approve", "reason": " ", "person": "Anna"},
            {"approve": "approve", "reason": "x", "person": " "},
        ):
            refused = client.resume_flow_run(run, run_input=incomplete)
            assert refused.status.value == "REJECT", incomplete
        answer("approve", "the porter's list was renewed")(client, run)

    state, waiting = office.run(look)
    assert (waiting.state.name, waiting.deployment_id) == ("Paused", office.deployment)
    assert waiting.state.message.startswith("desk-phones: a guard blocked this plan. Resume, in the menu")
    assert "3 entries would be deleted, limit 2" in seen["text"].replace("\\", "")
    assert seen["text"].index("- delete") < seen["text"].index("- modify")
    assert (state.type, state.name) == ("FAILED", "Failed"), "two lines of the file are held"
    assert "2 of 43 rows are held: lines" in state.message
    (sync,) = state.result(raise_on_failure=False).summary["syncs"]
    assert (sync["outcomes"]["applied"], sync["outcomes"]["held"], sync["verified"]) == (11, 2, True)
    ledger = Ledger.open(f"sqlite:///{office.config.parent / 'phonesync.db'}")
    approval = next(iter(ledger.approvals(sync["fingerprint"])), None)
    ledger.close()
    assert approval is not None
    assert (approval.person, approval.reason) == ("Anna Nowak (Prefect)", "the porter's list was renewed")


def test_a_refused_plan_is_kept_and_the_run_says_who_and_why(office: Office) -> None:
    state, _ = office.run(answer("refuse", "the file was cut off; call 22 999 00 01"))
    assert (state.type, state.name) == ("CANCELLED", "Blocked")
    assert "declined by Anna Nowak (Prefect): the file was cut off; call ••• ••• •01." in state.message
    assert "apply/apply" in state.message
    assert not office.written
    plan = state.result(raise_on_failure=False).summary["syncs"][0]["plan"]
    assert plan in state.message
    ledger = Ledger.open(f"sqlite:///{office.config.parent / 'phonesync.db'}")
    assert ledger.plan(plan).state == "planned"
    (no,) = ledger.refusals(plan)
    assert (no.person, no.reason) == ("Anna Nowak (Prefect)", "the file was cut off; call 22 999 00 01")
    ledger.close()
    told = state.result(raise_on_failure=False).summary["syncs"][0]["refusals"]
    assert [(one["person"], one["reason"]) for one in told] == [
        ("Anna Nowak (Prefect)", "the file was cut off; call ••• ••• •01")
    ]


@pytest.mark.parametrize("by", ["form", "configuration"])
def test_a_plan_that_no_guard_stops_is_asked_about_where_that_is_wanted(office: Office, by: str) -> None:
    office.change("guard = { max_deletes = 2 }", 'ask = "always"' if by == "configuration" else "")
    seen: dict[str, str] = {}

    def look(client: Any, run: UUID) -> None:
        assert not office.written
        keys = client.read_flow_run(run).state.state_details.run_input_keyset
        seen["text"] = json.loads(client.read_flow_run_input(flow_run_id=run, key=keys["description"]))
        answer("approve", "looked at line by line")(client, run)

    state, waiting = office.run(look, **({"ask": "always"} if by == "form" else {}))
    assert waiting is not None
    assert "ask requires approval of every plan" in seen["text"]
    (sync,) = state.result(raise_on_failure=False).summary["syncs"]
    assert (sync["outcomes"]["applied"], sync["verified"]) == (11, True)


def test_nobody_answers_and_the_plan_waits_in_the_ledger(office: Office) -> None:
    office.change("[connections.usos]", "[prefect]\nwait_for_approval_minutes = 0.1\n\n[connections.usos]")
    state, waiting = office.run(lambda _client, _run: None)
    assert waiting is not None
    assert (state.type, state.name) == ("CANCELLED", "Blocked")
    assert "no decision within 0.1 minutes" in state.message
    assert not office.written
    with get_client(sync_client=True) as client:
        assert client.read_flow_run(state.state_details.flow_run_id).state.name == "Blocked"


def test_the_form_asks_in_polish_for_the_same_answers() -> None:
    asked = {lang: form_in(lang).model_json_schema()["properties"] for lang in LANGUAGES}
    told = {lang: [field.pop("description") for field in fields.values()] for lang, fields in asked.items()}
    titles = {lang: [field.pop("title") for field in fields.values()] for lang, fields in asked.items()}
    assert titles == {"en": ["Decision", "Reason", "Your name"], "pl": ["Decyzja", "Powód", "Imię i nazwisko"]}
    assert not set(told["pl"]) & set(told["en"])
    assert asked["pl"] == asked["en"]
