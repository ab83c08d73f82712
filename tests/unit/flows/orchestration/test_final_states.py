"""What a run is called in Prefect when it has ended: never better than it is."""

from __future__ import annotations

from typing import Any

import pytest

from flows.orchestration.final_states import state
from flows.sync_run import RunResult
from schemas.exit_codes import ExitCode
from schemas.plan import Action, Outcome


def summary(**told: Any) -> dict[str, Any]:
    nothing = {str(word.value): 0 for word in Outcome}
    outcomes = nothing | told.pop("outcomes", {})
    actions = {str(word.value): 0 for word in Action}
    usual = {"sync": "one", "guards": [], "rejected": 0, "verified": True, "known": 0, "actions": actions}
    return {**usual, "outcomes": outcomes, **told}


SKIPPED = {"skipped_for": "x", "error": "being written by run x.", "verified": False}
GOOD: dict[str, Any] = {"outcomes": {"applied": 1}}
LINES: dict[str, Any] = {"outcomes": {"failed": 1}}
STOPPED: dict[str, Any] = {"error": "unreachable", "verified": False}


@pytest.mark.parametrize(
    ("others", "name"),
    [([], "Skipped"), ([GOOD], "Skipped"), ([LINES], "Failed"), ([STOPPED], "Failed"), ([GOOD, LINES], "Failed")],
)
def test_a_run_is_skipped_only_where_nothing_else_needs_anybody(others: list[dict[str, Any]], name: str) -> None:
    syncs = [summary(**SKIPPED), *(summary(**other) for other in others)]
    ended = state(RunResult({"run": "r", "syncs": syncs}, ExitCode.UNAVAILABLE), "said")
    assert ended.name == name
