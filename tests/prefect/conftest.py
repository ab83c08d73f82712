"""A Prefect server of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from prefect import settings
from prefect.settings import PREFECT_HOME, temporary_settings

HERE = Path(__file__).parent
# What nobody here waits for, and what looks into the database every few seconds.
IDLE = (
    settings.PREFECT_SERVER_ANALYTICS_ENABLED,
    settings.PREFECT_SERVER_SERVICES_CLEANUP_RECONCILER_ENABLED,
    settings.PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED,
    settings.PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED,
    settings.PREFECT_SERVER_SERVICES_FOREMAN_ENABLED,
    settings.PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED,
    settings.PREFECT_SERVER_SERVICES_REPOSSESSOR_ENABLED,
    settings.PREFECT_SERVER_SERVICES_SCHEDULER_ENABLED,
    settings.PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED,
)
_server = pytest.StashKey[ExitStack]()


@pytest.fixture(scope="session")  # half a minute to start: one for all
def prefect_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Run a server that keeps its data in a temporary folder, which this returns, and tells nobody."""
    # With all of Prefect's server: two seconds for each process that merely collects.
    from prefect.testing.utilities import prefect_test_harness  # noqa: PLC0415 - see above

    home = tmp_path_factory.mktemp("prefect")
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("DO_NOT_TRACK", "1")
        stack.enter_context(temporary_settings({PREFECT_HOME: home, **dict.fromkeys(IDLE, False)}))
        stack.enter_context(prefect_test_harness(server_startup_timeout=180))
        request.config.stash[_server] = stack
        yield home


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """End the server after the last test that wants it: one that has nothing to do takes a tenth of a processor."""
    if nextitem is None or HERE not in nextitem.path.parents:
        item.config.stash.get(_server, ExitStack()).close()
