"""How long Prefect keeps what runs have left, as `phonesync serve` tells its server."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prefect.settings import Settings

from flows.orchestration.home import retention

_RUN = ("Scheduled", "Pending", "Running", "Completed")


@pytest.mark.parametrize(("days", "runs", "events"), [(30, 30, 7), (3, 3, 3), (None, 90, 7)])
def test_prefect_reads_what_it_is_told(
    days: int | None, runs: int, events: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in retention(days).items():
        monkeypatch.setenv(name, value)
    server = Settings().server
    vacuum = server.services.db_vacuum
    assert vacuum.enabled_vacuum_types == {"events", "flow_runs", "orphans"}
    assert vacuum.retention_period == timedelta(days=runs)
    assert server.events.retention_period == timedelta(days=events)
    sooner = vacuum.event_retention_overrides
    assert {sooner[f"prefect.task-run.{state}"] for state in _RUN[1:]} == {timedelta(hours=1)}
    assert {sooner[f"prefect.flow-run.{state}"] for state in _RUN} == {timedelta(days=1)}
    # Whether somebody was told, and that a run has failed, stays as long as all events.
    assert not [name for name in sooner if name.startswith("phonesync.") or name.endswith("flow-run.Failed")]
