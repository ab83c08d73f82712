"""Who is signed in at a proxy with a sign-in of its own: the proxy says it in a header, and approvals go by that name.

Prefect knows one password and nobody by name, so that whoever fills in a form types one. Behind such a proxy the server
puts the name in that the proxy vouches for, wherever a request says who a `person` is; a request that did not come
through the proxy keeps what was typed, marked as such.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.named import FROM_PREFECT, LONGEST_NAME, by_name

_PERSON: Final = "person"
_KIND: Final = "__prefect_kind"
_MADE_LATER: Final = {"jinja", "json", "workspace_variable"}  # Prefect makes a value of these when the run begins
_CHANGES: Final = {"POST", "PUT", "PATCH"}
# What runs report of themselves: it may be large, and starts or answers nothing.
_REPORTS: Final = ("/api/artifacts", "/api/logs", "/api/events")
_LARGEST: Final = 1 << 20  # bytes of what somebody fills in


class Named:
    """An application in which people go by the name under which a proxy knows them.

    Args:
        app: the application, which asks for its password itself: who knows it is the proxy, or phonesync.
        header: in which the proxy says the name, whatever the browser has sent in it.
    """

    def __init__(self, app: ASGIApp, header: str) -> None:
        self._app = app
        self._header = header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does to the request with the name put in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        names = [_as_text(name) for name in Headers(scope=scope).getlist(self._header)]
        if len(names) > 1 or any(not 0 < len(name) <= LONGEST_NAME for name in names):
            await _refuse(400, "Who is it? The proxy has to give one name.", scope, receive, send)
        elif names and scope["path"].endswith("/ui-settings"):
            await self._without_question(scope, receive, send)
        elif scope["method"] in _CHANGES and not scope["path"].startswith(_REPORTS):
            await self._said_by((lambda _: names[0]) if names else _typed, scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _said_by(self, said: Callable[[str], str], scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on in which everybody who is named has the right name."""
        try:
            body = await _whole(receive)
            if body:
                body = json.dumps(_renamed(json.loads(body), said)).encode()
        except _TooLarge:
            await _refuse(413, "That is larger than any form.", scope, receive, send)
            return
        except _MadeLater:
            await _refuse(400, "Behind a sign-in of one's own, forms take plain values only.", scope, receive, send)
            return
        except (ValueError, RecursionError):
            await _refuse(400, "That is no JSON.", scope, receive, send)
            return
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def read() -> Message:
            return waiting.pop() if waiting else await receive()

        changed = dict(scope)
        headers = MutableHeaders(raw=list(scope["headers"]))
        headers["Content-Length"] = str(len(body))
        changed["headers"] = headers.raw
        await self._app(changed, read, send)

    async def _without_question(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell the pages that they need not ask for a password: the proxy gives it with each request."""
        answer = Response()
        plainly = {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}

        async def kept(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer.status_code = message["status"]
            answer.body += message.get("body", b"")

        await self._app(plainly, receive, kept)
        if answer.status_code == HTTPStatus.OK:
            answer = JSONResponse({**json.loads(bytes(answer.body)), "auth": None})
        await answer(scope, receive, send)


class _TooLarge(Exception):  # noqa: N818 - what is the matter
    """More than anybody fills in."""


class _MadeLater(Exception):  # noqa: N818 - what is the matter
    """A value that is made only when the run begins, and might be a name then."""


async def _refuse(status: int, why: str, *asked: Any) -> None:
    await JSONResponse({"exception_message": why}, status)(*asked)


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > _LARGEST:
            raise _TooLarge
    return body


def _renamed(value: Any, said: Callable[[str], str]) -> Any:
    """Return what was sent with each `person` in it as they are called."""
    if isinstance(value, list):
        return [_renamed(item, said) for item in value]
    if isinstance(value, dict):
        if value.get(_KIND) in _MADE_LATER:
            raise _MadeLater
        return {
            key: said(item) if key == _PERSON and isinstance(item, str) else _renamed(item, said)
            for key, item in value.items()
        }
    if isinstance(value, str) and value.lstrip().startswith("{"):
        # The answer to a form is JSON in a text.
        try:
            inner = json.loads(value)
        except ValueError:
            return value
        return json.dumps(_renamed(inner, said))
    return value


def _typed(person: str) -> str:
    """Return a name that somebody has typed past the proxy: it is marked, once, as often as it passes."""
    return by_name(person.removesuffix(FROM_PREFECT), {}) if person.strip() else person


def _as_text(name: str) -> str:
    """Return a header's text: proxies send UTF-8, and headers are read as Latin-1."""
    with contextlib.suppress(ValueError):
        name = name.encode("latin-1").decode("utf-8")
    return " ".join(name.split())
