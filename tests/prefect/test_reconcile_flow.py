"""The reconciliation as Prefect runs and shows it, on a server of the tests' own; all data is invented."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.flows import load_flow_from_entrypoint
from waiting import eventually

from connectors.sandbox.server import Sandbox, serve
from flows.sandbox import SAMPLES, credentials, read_state
from schemas.errors import LedgerError
from tests.prefect.serving import of_runs

ENTRY = f"{Path(__file__).parent.parent.parent}/flows/reconcile.py:reconcile"
REPORT, FINDINGS, TREND = "Reconciliation report", "Findings", "Recent reconciliations"
SHOWN = {REPORT, FINDINGS, TREND}


@pytest.fixture(scope="module")
def flow() -> Any:
    """Load the flow as a worker does; a placeholder would hide a module that cannot be imported."""
    return load_flow_from_entrypoint(ENTRY, use_placeholder_flow=False)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with serve(read_state(None)) as running:
        yield running


@pytest.fixture
def reconcile(
    prefect_home: Path, flow: Any, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Return the flow on two of the samples, one of them of people; it returns its final state."""
    for name, value in credentials(read_state(None)).items():
        monkeypatch.setenv(name, value)
    shutil.copytree(SAMPLES, tmp_path / "samples")
    config = tmp_path / "samples" / "phonesync.toml"
    text = config.read_text(encoding="utf-8")
    text = text.replace("http://127.0.0.1:8701", sandbox.usos_url).replace("http://127.0.0.1:8702", sandbox.apio_url)
    text = f'{text}\n[prefect]\nreports_url = "https://intranet.example.edu.pl/phonesync"\n'
    config.write_text(text, encoding="utf-8")
    return lambda since="": flow(config=str(config), since=since, return_state=True)


def artifacts(state: Any) -> dict[str, Any]:
    """Return the artifacts of a run by what their descriptions begin with, once the server has them all."""
    run = state.state_details.flow_run_id
    with get_client(sync_client=True) as client:

        def found() -> dict[str, Any]:
            mine = client.read_artifacts(flow_run_filter=of_runs(run))
            named = {
                name: one for name in (FINDINGS, TREND, REPORT) for one in mine if one.description.startswith(name)
            }
            return named if len(named) == 3 else {}

        return eventually(found, pause=0.1)


def rows(artifact: Any) -> list[dict[str, str]]:
    table: list[dict[str, str]] = json.loads(artifact.data) if isinstance(artifact.data, str) else artifact.data
    return table


def test_findings_fail_the_run_with_a_sentence_and_stand_in_artifacts(
    reconcile: Callable[..., Any], sandbox: Sandbox
) -> None:
    state = reconcile()
    summary = state.result(raise_on_failure=False).summary
    counts = summary["findings"]
    assert (state.type, state.name) == ("FAILED", "Failed")
    assert state.message.endswith(f"; {counts['agree']} match")
    assert f"{counts['missing']} missing" in state.message
    assert not any(call.changed for call in sandbox.calls)

    seen = artifacts(state)
    assert {row["finding"]: int(row["count"]) for row in rows(seen[FINDINGS])} == counts
    assert len(rows(seen[TREND])) == 1
    page = seen[REPORT].data
    address = f"https://intranet.example.edu.pl/phonesync/{summary['run']}/reconciliation.html"
    assert f"[Open the page]({address})" in page
    assert Path(summary["reports"]["html"]).is_file()

    assert {name: one.key for name, one in seen.items()} == {
        FINDINGS: None,
        TREND: "phonesync-findings-trend",
        REPORT: None,
    }

    # A second run shows how things moved, the newest first.
    again = reconcile(summary["run"])
    assert again.result(raise_on_failure=False).summary["trend"] == {
        "new": 0,
        "persisting": sum(counts.values()) - counts["agree"],
        "resolved": 0,
    }
    shown = artifacts(again)
    trend = rows(shown[TREND])
    assert [{kind: int(row[kind]) for kind in row if kind != "when"} for row in trend] == [
        {kind: count for kind, count in counts.items() if count}
    ] * 2

    everything = "\n".join(one.model_dump_json() for one in (*seen.values(), *shown.values()))
    digits = "".join(character for character in everything if character not in " ()-")
    assert not re.search("229997[0-2]", digits), "nobody's number gets into Prefect"


def test_an_earlier_run_that_never_was_is_refused_in_words(reconcile: Callable[..., Any], sandbox: Sandbox) -> None:
    state = reconcile("2020-01-01")
    assert state.name == "Failed"
    assert "2020-01-01" in state.message
    with pytest.raises(LedgerError):
        state.result()
    assert not sandbox.calls


def test_a_service_that_refuses_is_named_and_the_rest_is_compared(
    reconcile: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APIO_PASSWORD", "another")
    state = reconcile()
    assert state.name == "Failed"
    assert "telephony tenant chopin: telephony: " in state.message
    assert state.message.endswith(" match")


def test_every_field_of_the_form_is_described(flow: Any) -> None:
    fields = flow.parameters.properties
    assert list(fields) == ["config", "since"]
    assert all(len(field["description"]) > 20 for field in fields.values())
    assert not flow.parameters.required
