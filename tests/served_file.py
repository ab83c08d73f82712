"""A web server on loopback with one file, as tests look at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Web:
    """A web server with one file; `asked` are the methods in which it was asked."""

    raw: bytes = b""
    status: int = 200
    tag: str = '"1"'
    cut: int = 0
    secret: str = ""
    asked: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/offices/phones.csv"


@contextmanager
def served(raw: bytes) -> Iterator[Web]:
    """Serve a file until the end of the block; whatever is changed of the server counts from the next request on."""
    state = Web(raw)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(body=True)

        def do_HEAD(self) -> None:
            self.answer(body=False)

        def answer(self, *, body: bool) -> None:
            state.asked.append(self.command)
            allowed = not state.secret or self.headers.get("Authorization") == state.secret
            status = state.status if allowed else 401
            self.send_response(status)
            self.send_header("Content-Length", str(len(state.raw) if status == 200 else 0))
            if state.tag:
                self.send_header("ETag", state.tag)
            self.send_header("Accept-Ranges", "none")
            self.end_headers()
            if body and status == 200:
                self.wfile.write(state.raw[: len(state.raw) - state.cut])
            self.close_connection = bool(state.cut)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
