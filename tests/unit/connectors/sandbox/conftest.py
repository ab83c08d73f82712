"""One sandbox in process and one on sockets; every test starts from the same invented state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sandbox_peer import NOW, STATE, Peer

from connectors.sandbox.server import Sandbox, Setup, serve


@pytest.fixture(scope="session")
def served() -> Iterator[Sandbox]:
    with serve(STATE, clock=lambda: float(NOW)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def in_process() -> Iterator[Sandbox]:
    sandbox = Sandbox(Setup(clock=lambda: float(NOW)))
    yield sandbox
    sandbox.close()


@pytest.fixture(params=["process", "socket"])
def peer(request: pytest.FixtureRequest, served: Sandbox, in_process: Sandbox) -> Peer:
    """The contract suite runs over both."""
    sandbox = served if request.param == "socket" else in_process
    sandbox.reset(STATE)
    return Peer(sandbox, over_socket=request.param == "socket")


@pytest.fixture
def near(in_process: Sandbox) -> Peer:
    """In process alone: for the many settings, which do not depend on the socket."""
    in_process.reset(STATE)
    return Peer(in_process, over_socket=False)


@pytest.fixture
def signed_in(near: Peer) -> Peer:
    near.login()
    return near
