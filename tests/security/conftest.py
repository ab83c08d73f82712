"""Servers that mean no good, and clients that are patient with nobody. All data is invented."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trustme

from connectors.apio.client import Apio
from connectors.apio.spec import ApioConnection
from connectors.http.rate_limit import Tools
from connectors.http.request import Credentials
from connectors.usos.client import Usos
from connectors.usos.spec import UsosConnection
from schemas.connections import Secret

KEY, SECRET = "an-invented-key", "an-invented-secret"


@dataclass
class Server:
    """A server on loopback that does one thing with every connection, and what it has been sent."""

    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


@contextmanager
def serving(play: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """Serve until the block ends; once a request has arrived, `play` may do to the socket what it likes."""
    server, stopped = Server(), threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    server.port = listener.getsockname()[1]
    threads = []

    def attend(connection: socket.socket) -> None:
        try:
            with tls.wrap_socket(connection, server_side=True) if tls else connection as talking:
                talking.settimeout(10)
                if request := _request(talking):
                    server.requests.append(request)
                    play(talking)
        except OSError:
            pass  # a caller that has had enough

    def accept() -> None:
        while not stopped.is_set():
            connection, _ = listener.accept()
            if stopped.is_set():
                connection.close()
                return
            server.connections += 1
            threads.append(threading.Thread(target=attend, args=(connection,), daemon=True))
            threads[-1].start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    try:
        yield server
    finally:
        stopped.set()
        socket.create_connection(("127.0.0.1", server.port)).close()  # wakes it up
        accepting.join()
        for thread in threads:
            thread.join(10)
        listener.close()


def _request(talking: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = talking.recv(65536)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while lengths and len(body) < int(lengths[0]):
        body += talking.recv(65536)
    return head + b"\r\n\r\n" + body


def answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A whole answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


Make = Callable[..., Any]


@pytest.fixture
def make_usos() -> Iterator[Make]:
    """Make a client of USOS: `make(url, **settings)`; it waits for nobody between attempts."""
    secret = Secret(env="INVENTED")
    with ExitStack() as stack:

        def make(url: str, **settings: Any) -> Usos:
            settings = {"attempts": 3, "total_seconds": 1.0, **settings}
            given = {"kind": "usos", "base_url": url, "consumer_key": secret, "consumer_secret": secret, **settings}
            connection = UsosConnection.model_validate(given)
            tools = Tools(sleep=lambda _: None)
            return stack.enter_context(Usos("usos", connection, Credentials(KEY, SECRET), tools=tools))

        yield make


@pytest.fixture
def make_apio() -> Iterator[Make]:
    """Make a client of APIO: `make(url, **settings)`."""
    secret = Secret(env="INVENTED")
    with ExitStack() as stack:

        def make(url: str, **settings: Any) -> Apio:
            settings = {"attempts": 3, "total_seconds": 1.0, **settings}
            given = {"kind": "apio", "base_url": url, "username": secret, "password": secret, **settings}
            connection = ApioConnection.model_validate(given)
            tools = Tools(sleep=lambda _: None)
            return stack.enter_context(Apio("lists", connection, Credentials(KEY, SECRET), tools=tools))

        yield make


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """An authority that no system knows."""
    return trustme.CA()


@pytest.fixture(scope="session")
def bundle(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its certificate, as somebody would name it in `ca_bundle`."""
    path = tmp_path_factory.mktemp("authority") / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    return path
