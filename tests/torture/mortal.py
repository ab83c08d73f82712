"""A process that ends at a chosen moment as `kill -9` ends it: from then on nothing of it reaches the world any more.

Blocks that clean up still run in Python, but whatever they touch, a service or the ledger, is cut off: what they would
have written stays unwritten, and their lock stays held by somebody who is gone.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPMessage
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import requests
import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter
from sqlalchemy import Engine, event

from connectors.sandbox.server import Sandbox
from connectors.sandbox.wire import Frontend

Moment = Literal["before a commit", "before a call", "after a call"]


class Killed(BaseException):
    """The process is gone; nobody in it can catch this."""


@dataclass
class Life:
    """How long a process lives.

    Attributes:
        moment: what it does not survive, "" where it lives on.
        nth: which of these moments, counted from 1.
        ends: what happens then: it is killed, or somebody asks it to stop.
        dead: it has been killed.
        over: the moment has come.
    """

    moment: Moment | Literal[""] = ""
    nth: int = 1
    ends: Callable[[], None] | None = None
    dead: bool = False
    over: bool = False

    def at(self, moment: Moment) -> None:
        """Come to a moment."""
        if self.dead:
            raise Killed
        if moment != self.moment or self.over:
            return
        self.nth -= 1
        if self.nth == 0:
            self.over = True
            if self.ends:
                self.ends()
                return
            self.dead = True
            raise Killed

    def bind(self, engine: Engine) -> None:
        """Let a ledger's engine live no longer than this."""
        event.listen(engine, "commit", lambda _: self.at("before a commit"))
        event.listen(engine, "before_cursor_execute", lambda *_: self._alive())

    def _alive(self) -> None:
        if self.dead:
            raise Killed


class _Head:
    """The head of an answer, as far as cookies need it."""

    def __init__(self, headers: list[tuple[bytes, bytes]]) -> None:
        self.msg = HTTPMessage()
        for name, value in headers:
            self.msg[name.decode("latin-1")] = value.decode("latin-1")

    def isclosed(self) -> bool:
        """Tell that nothing has to be given back."""
        return True

    def close(self) -> None:
        """Give nothing back."""


@dataclass
class Wire(BaseAdapter):
    """Both services without a socket; a connection that breaks is the same error that `requests` has for it."""

    sandbox: Sandbox
    life: Life
    calls: int = 0
    _answers: HTTPAdapter = field(default_factory=HTTPAdapter)

    def send(self, request: requests.PreparedRequest, *_: Any, **_kwargs: Any) -> requests.Response:
        """Ask the service whose address it is."""
        self.life.at("before a call")
        self.calls += 1
        url = str(request.url)
        app = self.sandbox.usos_app if url.startswith(self.sandbox.usos_url) else self.sandbox.apio_app
        try:
            messages = _ask(app, request, url)
        except ConnectionResetError:
            self.life.at("after a call")
            raise requests.ConnectionError from None
        self.life.at("after a call")
        head = _Head(messages[0]["headers"])
        raw = urllib3.HTTPResponse(
            body=io.BytesIO(b"".join(message["body"] for message in messages[1:])),
            headers=urllib3.HTTPHeaderDict(head.msg.items()),
            status=messages[0]["status"],
            preload_content=False,
            original_response=head,  # type: ignore[arg-type] # it is asked for these three only
        )
        return self._answers.build_response(request, raw)

    def close(self) -> None:
        """Close nothing."""


def _ask(app: Frontend, request: requests.PreparedRequest, url: str) -> list[dict[str, Any]]:
    """Ask an ASGI application that never waits; raises `ConnectionResetError` where it hangs up."""
    parts = urlsplit(url)
    body = request.body or b""
    sent: list[dict[str, Any]] = []
    headers: Mapping[str, str] = {"Host": parts.netloc, **request.headers}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body if isinstance(body, bytes) else body.encode(), "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": request.method,
        "scheme": parts.scheme,
        "path": unquote(parts.path),
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": [(_latin(name).lower(), _latin(value)) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": (parts.hostname, parts.port),
    }
    asking = app(scope, receive, send)  # type: ignore[arg-type] # ASGI's own types
    waiting = asking.__await__()
    try:
        while True:
            next(waiting)
    except StopIteration:
        return sent


def _latin(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")
