"""The whole sandbox: both services on one store, each on a loopback port of its own."""

from __future__ import annotations

import asyncio
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import uvicorn
from starlette.types import Receive, Scope

from connectors.sandbox.apio import ApioService
from connectors.sandbox.options import ApioOptions, UsosOptions
from connectors.sandbox.store import Store
from connectors.sandbox.usos import UsosService
from connectors.sandbox.wire import Call, Frontend

LOOPBACK = "127.0.0.1"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Setup:
    """What a sandbox is made of, and what every reset goes back to."""

    usos: UsosOptions = field(default_factory=UsosOptions)
    apio: ApioOptions = field(default_factory=ApioOptions)
    seed: int = 0
    database: str = "sqlite://"
    clock: Callable[[], float] = time.time


class Sandbox:
    """Both services, what they store and what was asked of them; `usos_app` and `apio_app` are ASGI applications.

    Attributes:
        usos: the USOS side: `options`, `faults`, `numbers`, `set_numbers`.
        apio: the APIO side: `options`, `faults`, `entries`, `set_entries`.
        calls: every call since the last reset, in the order they were answered.
        usos_url: where USOS listens, "" in process.
        apio_url: where APIO listens, "" in process.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._store = Store(setup.database)
        self.usos = UsosService(self._store, setup.usos, setup.clock)
        self.apio = ApioService(self._store, setup.apio)
        self.calls: list[Call] = []
        self.usos_url = ""
        self.apio_url = ""
        self.usos_app = Frontend(self.usos, self._record)
        self.apio_app = Frontend(self.apio, self._record)

    def reset(self, state: Mapping[str, Any]) -> None:
        """As freshly started with that state: no calls, no faults, no sessions, the given options."""
        self._store.load(state)
        self.usos.reset(self._setup.usos, self._setup.seed)
        self.apio.reset(self._setup.apio, self._setup.seed)
        self.calls.clear()

    def close(self) -> None:
        """The store lets go of its database."""
        self._store.close()

    def _record(self, call: Call) -> None:
        self.calls.append(call)


@contextmanager
def serve(  # noqa: PLR0913 - all but the state are keywords
    state: Mapping[str, Any],
    *,
    usos: UsosOptions | None = None,
    apio: ApioOptions | None = None,
    seed: int = 0,
    ports: tuple[int, int] = (0, 0),
    database: str = "sqlite://",
    clock: Callable[[], float] = time.time,
) -> Iterator[Sandbox]:
    """Both services answer on loopback for as long as the block runs; port 0 takes a free one.

    Args:
        state: what is stored at the start; whatever the database held before is replaced.
        usos: how USOS reads what its pages leave open.
        apio: how APIO does.
        seed: decides every random order.
        ports: where USOS and APIO listen.
        database: any SQLAlchemy URL; in memory unless said otherwise.
        clock: seconds since 1970.

    Raises:
        OSError: a port is taken.
    """
    sandbox = Sandbox(Setup(usos or UsosOptions(), apio or ApioOptions(), seed, database, clock))
    try:
        sandbox.reset(state)
        with _listening(ports) as sockets, _running((sandbox.usos_app, sandbox.apio_app), sockets):
            sandbox.usos_url, sandbox.apio_url = (f"http://{LOOPBACK}:{s.getsockname()[1]}" for s in sockets)
            yield sandbox
    finally:
        sandbox.close()


@contextmanager
def _listening(ports: tuple[int, int]) -> Iterator[list[socket.socket]]:
    sockets: list[socket.socket] = []
    try:
        for port in ports:
            # Named as TCP, or asyncio leaves Nagle's algorithm on and each answer waits 40 ms for an acknowledgement.
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            sockets.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((LOOPBACK, port))
        yield sockets
    finally:
        for listener in sockets:
            listener.close()


@contextmanager
def _running(apps: tuple[Frontend, Frontend], sockets: list[socket.socket]) -> Iterator[None]:
    """One thread and one event loop for both servers: they share the store, so two would only wait for each other."""
    servers = [_server(app) for app in apps]

    async def run() -> None:
        await asyncio.gather(*(server.serve([listener]) for server, listener in zip(servers, sockets, strict=True)))

    thread = Thread(target=asyncio.run, args=(run(),), name="phonesync-sandbox", daemon=True)
    thread.start()
    try:
        while not all(server.started for server in servers):
            if not thread.is_alive():
                raise RuntimeError("the sandbox did not start")
            time.sleep(0.002)
        yield
    finally:
        for server in servers:
            server.should_exit = True
        thread.join()


def _server(app: Frontend) -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,  # the scheme is the connection's own
        server_header=False,
        timeout_keep_alive=600,  # an idle client never meets a connection that has just been closed
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)

    async def hang_up(scope: Scope, receive: Receive, *, reset: bool) -> None:
        for protocol in list(server.server_state.connections):
            if getattr(protocol, "client", None) == scope["client"]:
                connection = protocol.transport.get_extra_info("socket")
                if reset and connection is not None:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                protocol.transport.abort()
        while (await receive())["type"] != "http.disconnect":
            pass

    app.hang_up = hang_up
    return server
