"""A web server on loopback that answers as it is told, request by request, and breaks off where it is told to."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl

Break = Literal["", "drop", "reset", "cut", "drip", "hang"]


@dataclass(frozen=True)
class Reply:
    """One answer; `breaks` says how it ends instead."""

    status: int = 200
    body: object = None
    headers: tuple[tuple[str, str], ...] = ()
    breaks: Break = ""

    def content(self) -> bytes:
        """Text and bytes as they are, all else as JSON."""
        if isinstance(self.body, bytes):
            return self.body
        return (self.body if isinstance(self.body, str) else json.dumps(self.body)).encode()


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    verb: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> list[tuple[str, str]]:
        """The fields of a form, in order."""
        return parse_qsl(self.body.decode(), keep_blank_values=True)

    @property
    def json(self) -> Any:
        """The JSON body."""
        return json.loads(self.body)


@dataclass
class Script:
    """What to answer, and what was asked. The last reply stands for all that follow."""

    replies: list[Reply] = field(default_factory=list)
    answer: Callable[[Seen], Reply] | None = None
    seen: list[Seen] = field(default_factory=list)
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reply_to(self, seen: Seen) -> Reply:
        """The next reply."""
        with self.lock:
            self.seen.append(seen)
        if self.answer:
            return self.answer(seen)
        with self.lock:
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    script: Script

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        """Stay quiet."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        reply = self.script.reply_to(Seen(self.command, self.path, dict(self.headers.items()), body))
        if reply.breaks in {"drop", "reset", "hang"}:
            if reply.breaks == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if reply.breaks == "hang":
                self.connection.recv(1)  # nothing comes, until the client has lost its patience and hangs up
            self.close_connection = True
            return
        content = reply.content()
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if reply.breaks == "cut":
            self.wfile.write(content[: len(content) // 2])
            self.close_connection = True
            return
        if reply.breaks == "drip":
            self.close_connection = True
            for byte in content:
                try:
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.05)
            return
        self.wfile.write(content)


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, *_: object) -> None:
        """A client that hung up is part of the play."""


@contextmanager
def playing(*replies: Reply, answer: Callable[[Seen], Reply] | None = None) -> Iterator[Script]:
    """A server that plays the script until the block ends."""
    script = Script(list(replies), answer)
    handler = type("Handler", (_Handler,), {"script": script, "timeout": 5})
    server = _Server(("127.0.0.1", 0), handler)
    script.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.socket.close()


def closed_port() -> str:
    """An address on loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
