"""Secrets kept in Prefect: found there, told to nobody, and asked for in words where they are missing. All invented."""

from __future__ import annotations

import sqlite3
import traceback
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prefect.blocks.system import Secret as SecretBlock
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.flows import load_flow_from_entrypoint
from prefect.settings import (
    PREFECT_API_URL,
    PREFECT_CLIENT_MAX_RETRIES,
    PREFECT_HOME,
    temporary_settings,
)

from connectors.sandbox.options import Fault
from connectors.sandbox.server import serve
from flows.context import open_context
from flows.sandbox import credentials, read_state
from schemas.errors import ConfigurationError
from tests.prefect.serving import of_runs

ENTRY = f"{Path(__file__).parent.parent.parent}/flows/sync.py:sync"
WRONG = "an-invented-secret-that-is-wrong"
CONFIG = """\
[connections.usos]
kind = "usos"
base_url = "{url}"
consumer_key = {{ block = "invented-key" }}
consumer_secret = {{ block = "invented-secret" }}
attempts = 1
[syncs.users]
connection = "usos"
entity_class = "user"
source = "users.csv"
guard = {{ max_delete_share = 1.0, max_change_share = 1.0 }}
"""
LINES = "entity_id;number;comment\n900004;22 999 71 01;dom\n900007;22 999 71 02;dom\n"


def configure(folder: Path, url: str) -> str:
    (folder / "users.csv").write_text(LINES, encoding="utf-8")
    path = folder / "phonesync.toml"
    path.write_text(CONFIG.format(url=url), encoding="utf-8")
    return str(path)


def keep(key: str, secret: str) -> None:
    SecretBlock(value=key).save("invented-key", overwrite=True)  # type: ignore[unused-coroutine] # no loop runs here
    SecretBlock(value=secret).save("invented-secret", overwrite=True)  # type: ignore[unused-coroutine] # likewise


def told_to_prefect(runs: list[UUID]) -> str:
    """All that Prefect's server tells of flow runs: they, their task runs, artifacts and logs."""
    with get_client(sync_client=True) as client:
        things = [
            *client.read_flow_runs(flow_run_filter=of_runs(*runs)),
            *client.read_task_runs(flow_run_filter=of_runs(*runs)),
            *client.read_artifacts(flow_run_filter=of_runs(*runs)),
            *client.read_logs(LogFilter(flow_run_id=LogFilterFlowRunId(any_=runs)), limit=200),
        ]
    assert len(things) > len(runs)
    return "\n".join(thing.model_dump_json() for thing in things)


def test_a_secret_of_a_block_signs_and_is_told_to_nobody(
    prefect_home: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A flow run that succeeds, one that a service refuses in part, and one whose secret is wrong."""
    flow: Any = load_flow_from_entrypoint(ENTRY, use_placeholder_flow=False)
    state = read_state(None)
    right, runs = credentials(state), []
    with serve(state) as sandbox:
        config = configure(tmp_path, sandbox.usos_url)
        for secret, fault in ((right["USOS_CONSUMER_SECRET"], 0), (right["USOS_CONSUMER_SECRET"], 400), (WRONG, 0)):
            keep(right["USOS_CONSUMER_KEY"], secret)
            if fault:
                (tmp_path / "users.csv").write_text(LINES.replace("71 0", "72 0"), encoding="utf-8")
                kind = "server_error_before_commit"
                sandbox.usos.faults.append(Fault("replace", kind, times=99, status=fault))
            ended = flow(config=config, syncs=["users"], return_state=True)
            runs.append(ended.state_details.flow_run_id)
            assert ended.name == ("Failed" if fault or secret == WRONG else "Completed"), ended.message
    for text in (told_to_prefect(runs), caplog.text):
        assert right["USOS_CONSUMER_SECRET"] not in text
        assert WRONG not in text
        assert "2299971" not in text.replace(" ", "")
        assert "2299972" not in text.replace(" ", "")


def test_no_such_block_is_a_matter_of_configuration(prefect_home: Path, tmp_path: Path) -> None:
    config = Path(configure(tmp_path, "https://usosapps.example.edu.pl"))
    config.write_text(config.read_text(encoding="utf-8").replace("invented-", "missing-"), encoding="utf-8")
    with open_context(str(config), {}) as context, pytest.raises(ConfigurationError) as caught:
        context.client("usos")
    assert "connections.usos.consumer_key: Prefect has no block secret/missing-key" in caught.value.message
    assert "connections.usos.consumer_secret" in caught.value.message
    assert "Blocks" in caught.value.remedy


def test_prefect_out_of_reach_is_a_matter_of_configuration(tmp_path: Path) -> None:
    config = configure(tmp_path, "https://usosapps.example.edu.pl")
    nowhere = {PREFECT_API_URL: "http://127.0.0.1:9/api", PREFECT_CLIENT_MAX_RETRIES: 0, PREFECT_HOME: tmp_path}
    with temporary_settings(nowhere), open_context(config, {}) as context, pytest.raises(ConfigurationError) as caught:
        context.client("usos")
    assert "could not be read from Prefect" in caught.value.message
    assert "PREFECT_API_URL" in caught.value.remedy
    assert WRONG not in "".join(traceback.format_exception(caught.value))


def test_what_a_block_holds_is_not_legible_in_prefects_database(prefect_home: Path) -> None:
    keep("another-invented-key", WRONG)
    databases = list(prefect_home.rglob("*.db")) or [Path(str(_database()))]
    assert databases
    for path in databases:
        assert WRONG.encode() not in path.read_bytes()
        with closing(sqlite3.connect(path)) as connection:
            kept = [str(row) for row in connection.execute("select data from block_document")]
        assert kept
        assert WRONG not in "".join(kept)


def _database() -> str:
    from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL  # noqa: PLC0415 - known only inside the harness

    return str(PREFECT_API_DATABASE_CONNECTION_URL.value()).rpartition(":///")[2]
