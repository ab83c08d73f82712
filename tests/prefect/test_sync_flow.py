"""The flow as Prefect runs and shows it, on a server of the tests' own; all data is invented."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from prefect import flow as prefect_flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.flows import load_flow_from_entrypoint
from waiting import eventually

from connectors.sandbox.options import Fault
from connectors.sandbox.server import Sandbox, serve
from flows.orchestration.artifacts import ProgressArtifact, escape, problem_rows
from flows.orchestration.final_states import loggable
from flows.orchestration.steps import carry_out
from flows.sandbox import SAMPLES, credentials, read_state
from schemas.errors import AccessRefused, Unreachable, UsageError
from tasks.reports.line_report import COLUMNS
from tests.prefect.serving import of_runs

REPORT, COUNTS, PROBLEMS = "Report and result", "Counts", "Rows that need attention"
ENTRY = f"{Path(__file__).parent.parent.parent}/flows/sync.py:sync"
TASKS = ["extract target", "write"]  # of a sync that writes
STEPS = ["extract source", "validate", "extract target", "plan", "guard", "write", "verify", "report"]


@pytest.fixture(scope="module")
def flow() -> Any:
    """Load the flow as a worker does; a placeholder would hide a module that cannot be imported."""
    return load_flow_from_entrypoint(ENTRY, use_placeholder_flow=False)


@dataclass
class Institution:
    """Both services with the sample numbers, the sample files, and the flow on them."""

    flow: Any
    sandbox: Sandbox
    config: Path

    def run(self, *syncs: str, **parameters: Any) -> Any:
        """Return the final state of a flow run."""
        return self.flow(config=str(self.config), syncs=list(syncs), **parameters, return_state=True)

    def change(self, old: str, new: str) -> None:
        """Change a line of the configuration."""
        text = self.config.read_text(encoding="utf-8")
        assert old in text
        self.config.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def institution(
    prefect_home: Path, flow: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Institution]:
    shutil.copytree(SAMPLES, tmp_path / "samples")
    state = read_state(None)
    for name, value in credentials(state).items():
        monkeypatch.setenv(name, value)
    with serve(state) as sandbox:
        made = Institution(flow, sandbox, tmp_path / "samples" / "phonesync.toml")
        made.change("http://127.0.0.1:8701", sandbox.usos_url)
        made.change("http://127.0.0.1:8702", sandbox.apio_url)
        yield made


@dataclass
class Recorded:
    """All that Prefect's server has of one flow run."""

    flow_run: Any
    task_runs: list[Any]
    artifacts: list[Any]
    logs: list[Any]

    def artifact(self, told: str) -> Any:
        """Return the run's artifact whose description begins so."""
        return next(artifact for artifact in self.artifacts if artifact.description.startswith(told))

    def table(self, told: str) -> list[dict[str, str]]:
        """Return the rows of a table artifact."""
        data = self.artifact(told).data
        rows: list[dict[str, str]] = json.loads(data) if isinstance(data, str) else data
        return rows

    def steps_timed(self, sync: str) -> list[str]:
        """Return the steps of a sync of which the log says how long they took."""
        (took,) = [log.message for log in self.logs if log.message.startswith(f"{sync}: ")]
        return re.findall(r"([a-z]+(?: [a-z]+)?) [0-9.]+ s", took.partition(": ")[2])

    def text(self) -> str:
        """Return everything as one text."""
        items = [self.flow_run, *self.task_runs, *self.artifacts, *self.logs]
        return "\n".join(item.model_dump_json() for item in items)


def recorded(state: Any, tasks: int) -> Recorded:
    """Return what the server has of a run, once its client has delivered what it sends in the background."""
    run = state.state_details.flow_run_id
    logs = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run]))
    with get_client(sync_client=True) as client:

        def delivered() -> Recorded | None:
            seen = Recorded(
                client.read_flow_run(run),
                [item for item in client.read_task_runs(flow_run_filter=of_runs(run)) if item.end_time],
                client.read_artifacts(flow_run_filter=of_runs(run)),
                client.read_logs(logs, limit=200),
            )
            of_the_run = [log.message for log in seen.logs if log.task_run_id is None]
            ended = any(message.startswith("Finished in state") for message in of_the_run)  # said last, and sent last
            return seen if ended and len(seen.task_runs) == tasks else None

        seen = eventually(delivered, pause=0.1)
    assert seen is not None
    return seen


def test_a_run_completes_and_shows_what_it_did(institution: Institution) -> None:
    state = institution.run("buildings", "strings-phones")
    assert (state.type, state.name) == ("COMPLETED", "Completed")
    assert state.message.startswith("All 5 changes were applied.")
    summary = state.result()
    assert [sync["sync"] for sync in summary["syncs"]] == ["buildings", "strings-phones"]
    assert all(sync["verified"] for sync in summary["syncs"])

    seen = recorded(state, tasks=2 * len(TASKS))
    assert seen.flow_run.name == "2 syncs · 2 added · 2 changed · 1 deleted"
    assert {item.name for item in seen.task_runs} == {f"{s}: {step}" for s in summary_names(summary) for step in TASKS}
    # The one that deletes was planned, let the other one go first, and was planned again on what it had read.
    at = STEPS.index("plan")
    assert seen.steps_timed("buildings") == [*STEPS[:at], "plan", *STEPS[at:]]
    assert seen.steps_timed("strings-phones") == STEPS
    assert all(
        not item.task_inputs and not item.empirical_policy.retries for item in seen.task_runs if "write" in item.name
    )
    writes = {item.id for item in seen.task_runs if "write" in item.name}
    bars = [item for item in seen.artifacts if item.type == "progress"]
    assert {bar.task_run_id for bar in bars} == writes
    assert all(float(bar.data) == 100 for bar in bars)
    counts = seen.table(COUNTS)
    assert [(row["sync"], row["outcome applied"], row["verified"]) for row in counts] == [
        ("buildings", "3", "yes"),
        ("strings-phones", "2", "yes"),
    ]
    assert seen.table(PROBLEMS) == []
    assert {artifact.key for artifact in seen.artifacts} == {None}, "a key leads away from the run"
    assert Path(summary["syncs"][0]["reports"]["html"]).as_uri() in seen.artifact(REPORT).data


def summary_names(summary: dict[str, Any]) -> list[str]:
    return [sync["sync"] for sync in summary["syncs"]]


def test_held_lines_fail_the_run_and_nobodys_number_gets_into_prefect(institution: Institution) -> None:
    state = institution.run("users")
    assert (state.type, state.name) == ("FAILED", "Failed")
    assert state.message.startswith("1 of 29 rows is held: line 17. 5 changes made.")
    ended = state.result(raise_on_failure=False)
    assert ended.summary["syncs"][0]["outcomes"]["held"] == 1

    seen = recorded(state, tasks=len(TASKS))
    assert seen.flow_run.name.startswith("users · ")
    assert seen.flow_run.name.endswith(" · 1 held · 1 line rejected")
    (row,) = seen.table(PROBLEMS)
    assert (row["line"], row["owner"], row["outcome"]) == ("17", "user 900015", "held")
    assert row["before"] == "pracownia ••• ••• •40"
    digits = "".join(character for character in seen.text() if character not in " ()-")
    assert not re.search("229997[0-2]", digits)


def test_a_refusal_of_the_service_fails_the_run_with_its_sentence(
    institution: Institution, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USOS_CONSUMER_SECRET", "another")
    state = institution.run("faculties", "strings-phones")
    assert state.name == "Failed"
    error, _, rest = state.message.partition(" · ")
    assert error.startswith("faculties: usos: services/phones/select: access denied (HTTP 401).")
    assert rest == "strings-phones: Both changes were applied. Verified: the target matches the plan."
    seen = recorded(state, tasks=1 + len(TASKS))
    assert [item.name for item in seen.task_runs if item.state.is_failed()] == ["faculties: extract target"]
    assert seen.steps_timed("strings-phones") == STEPS, "nothing of the sync that failed before its report"


def test_a_step_that_is_no_task_is_told_in_the_log_where_it_fails(institution: Institution) -> None:
    (institution.config.parent / "dormitories.csv").unlink()
    logs = [log.message for log in recorded(institution.run("dormitories"), tasks=0).logs]
    assert [line for line in logs if line.startswith("dormitories: extract source: ") and "dormitories.csv" in line]


def test_a_guard_blocks_the_run_and_nothing_is_written(institution: Institution) -> None:
    institution.change("delete_missing = true", "delete_missing = true\nguard = { max_deletes = 2 }")
    state = institution.run("desk-phones")
    assert (state.type, state.name) == ("CANCELLED", "Blocked")
    assert "3 entries would be deleted, limit 2" in state.message
    assert "--approve" in state.message
    assert not any(call.changed for call in institution.sandbox.calls)
    assert recorded(state, tasks=len(TASKS) - 1).flow_run.state_name == "Blocked"


@pytest.mark.parametrize("mode", ["sync", "plan only"])
def test_a_run_of_several_names_which_a_guard_stopped_and_what_waits(institution: Institution, mode: str) -> None:
    institution.change("delete_missing = true", "delete_missing = true\nguard = { max_deletes = 2 }")
    institution.change('entity_class = "building"', 'entity_class = "building"\nask = "always"')
    state = institution.run("desk-phones", "buildings", "dormitories", mode=mode)
    assert state.message.startswith(
        "2 of 3 syncs are waiting for approval: desk-phones (3 add, 3 modify, 2 rename, 3 delete; max_deletes), "
        "buildings (1 add, 1 modify, 1 delete; ask)."
    )
    with get_client(sync_client=True) as client:
        made = client.read_artifacts(flow_run_filter=of_runs(state.state_details.flow_run_id))
    rows = Recorded(None, [], made, []).table("Plans waiting for approval: 2")
    assert [row["sync"] for row in rows] == ["desk-phones", "buildings"]
    assert "3 entries would be deleted, limit 2" in rows[0]["blocked by"]
    assert rows[1]["plan"].replace("\\", "").endswith("-buildings")


def test_a_cancelled_run_finishes_what_is_in_flight_and_sends_nothing_more(institution: Institution) -> None:
    def cancel(_service: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    institution.sandbox.usos.faults.append(Fault("replace", "another_writer", mutation=cancel))
    state = institution.run("desk-phones", "buildings")  # the first one lets the other one go first: both delete
    desk, buildings = (sync["outcomes"] for sync in state.result(raise_on_failure=False).summary["syncs"])
    # Two changes of one building and one of another: whether the second was in flight is the machine's business.
    replaced = sum(call.method == "replace" and call.changed for call in institution.sandbox.calls)
    applied, skipped = buildings["applied"], buildings["skipped"]
    assert (applied, skipped) in ({(3, 0)} if replaced == 2 else {(2, 1), (1, 2)})
    assert (state.name, buildings["unknown"], desk["applied"]) == ("Failed", 0, 0)
    assert {"batch", "put", "create"}.isdisjoint(call.method for call in institution.sandbox.calls)


def test_plan_only_writes_nothing(institution: Institution) -> None:
    state = institution.run("faculties", mode="plan only")
    assert state.name == "Completed"
    assert state.message.startswith("Plan (nothing written): 5 changes.")
    assert {call.method for call in institution.sandbox.calls} == {"select", "faculties", "method", "installation"}


def test_wrong_parameters_are_refused_in_words(institution: Institution) -> None:
    state = institution.run("nobody")
    assert state.name == "Failed"
    assert state.message.startswith("The sync 'nobody' does not exist. The configuration has: faculties, users,")
    with pytest.raises(UsageError):
        state.result()
    state = institution.run("faculties", mode="everything")
    assert "mode: Input should be 'plan only' or 'sync'" in state.message
    assert not institution.sandbox.calls


def test_every_field_of_the_form_is_described(flow: Any) -> None:
    fields = flow.parameters.properties
    assert list(fields) == ["config", "syncs", "mode", "ask"]
    assert all(len(field["description"]) > 20 for field in fields.values())
    assert fields["mode"]["enum"] == ["plan only", "sync"]
    assert fields["syncs"]["items"] == {"type": "string"}
    assert not flow.parameters.required


def test_reading_is_tried_again_and_an_error_of_another_kind_is_not(prefect_home: Path) -> None:
    tried: list[str] = []

    def read() -> str:
        tried.append("read")
        if len(tried) < 3:
            raise Unreachable("The service is away.")
        return "found"

    def refused() -> str:
        tried.append("refused")
        raise AccessRefused("The service refused the credentials.")

    def steps() -> None:
        assert carry_out("extract target", "a {sync}", read, told=str, delays=(0.0, 0.0)) == "found"
        with pytest.raises(AccessRefused):
            carry_out("extract target", "users", refused, told=str, delays=(0.0, 0.0))
        assert tried == ["read"] * 3 + ["refused"]
        tried.clear()
        with pytest.raises(Unreachable):
            carry_out("write", "users", read, told=str)
        assert tried == ["read"]

    prefect_flow(name="steps")(steps)()


def test_the_text_of_an_unexpected_error_stays_out_of_prefect(
    prefect_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def work() -> None:
        raise KeyError("+48 22 999 70 00")

    def steps() -> None:
        with pytest.raises(KeyError):
            carry_out("plan", "users", work, told=loggable)

    prefect_flow(name="steps")(steps)()
    assert "KeyError" in caplog.text
    assert "999 70" not in caplog.text


def test_writing_goes_on_where_prefect_cannot_show_it() -> None:
    """Outside of a run Prefect refuses to make a bar, which stands here for a server that is away."""
    progress = ProgressArtifact()

    def write(answer: str) -> str:
        progress.told("writing", 1, 2)
        return answer

    assert progress.around("users", write)("written") == "written"


@given(st.text(st.sampled_from(" \n\\`*_~<>[]()&@:/.-+#=|!1aw;\"'") | st.characters(exclude_categories=["C"])))
@example("<img src=x onerror=alert(1)>")
@example("[here](http://www.example.com)")
@example("www.example.com a@example.com")
@example("12) a")
@example("- - -")
def test_whatever_stands_in_a_csv_file_is_text_in_prefects_pages(text: str) -> None:
    """No tag, no link, no emphasis, no list: what a reader sees are the characters of the cell."""
    shown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(escape(text))
    words = " ".join(text.split())
    assert html.unescape(shown) == (f"<p>{words}</p>\n" if words else "")


@pytest.mark.parametrize("text", ["https://example.com", "www.example.com", "a@example.com"])
def test_nothing_becomes_a_link_by_itself(text: str) -> None:
    assert escape(text) != text


def test_ordinary_cells_stay_readable() -> None:
    for text in (
        "+48-229990400",
        "(22) 999-00-01",
        'rejected: Telefon "Nutowska": no number',
        "Reżyseria dźwięku",
        "17",
    ):
        assert escape(text) == text


def test_a_table_has_at_most_500_problem_lines_and_says_how_many_there_are() -> None:
    one = dict.fromkeys(COLUMNS, "") | {"sync": "users", "outcome": "failed", "name_before": "<b>x</b>"}
    lines = pd.DataFrame([one] * 400, columns=COLUMNS)
    rows, count = problem_rows([lines, lines], planned=False)
    assert (len(rows), count) == (500, 800)
    assert rows[0]["before"] == r"\<b\>x\</b\>"


def test_failed_lines_are_counted_in_the_state(institution: Institution) -> None:
    institution.sandbox.usos.faults.append(Fault("replace", "server_error_before_commit", times=99, status=400))
    state = institution.run("buildings")
    assert state.name == "Failed"
    assert "of 10 rows failed" in state.message
