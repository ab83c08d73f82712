"""What both services share on the wire: a request in, an answer out, faults and the record of calls around them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connectors.sandbox.options import ANY_METHOD, Fault

JSON_TYPE: Final = "application/json; charset=utf-8"
HTML_TYPE: Final = "text/html; charset=utf-8"
SLOW_SECONDS: Final = 0.5


@dataclass(frozen=True)
class Asked:
    """A whole request. `path` is decoded once; header names are lower case."""

    verb: str
    scheme: str
    host: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    client: str


@dataclass(frozen=True)
class Reply:
    """A whole answer, and whether the stored truth is another one now."""

    status: int
    body: bytes
    media_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = ()
    changed: bool = False


@dataclass(frozen=True)
class Call:
    """One request as the service saw it.

    Attributes:
        service: "usos" or "apio".
        method: "select", "batch", …; "" where the path or the verb meant nothing.
        status: what was answered or would have been; 0 where the call never got that far.
        changed: the stored truth is another one than before.
        answered: the caller was sent a whole answer.
    """

    service: str
    method: str
    status: int
    changed: bool
    answered: bool


class Service(Protocol):
    """One of the two services: no socket, no waiting."""

    name: str
    faults: list[Fault]

    def method_of(self, asked: Asked) -> str:
        """The method that a request means, "" where it means none."""

    def answer(self, asked: Asked, fault: Fault | None) -> Reply:
        """What the service does and says."""


class HangUp(Protocol):
    """Closes the connection of a request without another byte, by a reset where asked."""

    def __call__(self, scope: Scope, receive: Receive, *, reset: bool) -> Awaitable[None]:
        """Returns when the connection is gone."""


async def hang_up_in_process(scope: Scope, receive: Receive, *, reset: bool) -> None:  # noqa: ARG001 - no socket
    """Without a socket, a lost connection is this exception."""
    raise ConnectionResetError("the sandbox closed the connection")


class Frontend:
    """An ASGI application around one service: takes the fault that is due, records the call, answers or hangs up."""

    def __init__(self, service: Service, record: Callable[[Call], None]) -> None:
        self._service = service
        self._record = record
        self.hang_up: HangUp = hang_up_in_process

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, recorded before its answer leaves."""
        try:
            asked = await _asked(Request(scope, receive))
        except ClientDisconnect:
            return  # whoever asked is gone in the middle of asking: nothing was asked
        method = self._service.method_of(asked)
        fault = take(self._service.faults, method)
        kind = fault.kind if fault else None
        seconds = SLOW_SECONDS if fault is None or fault.seconds is None else fault.seconds
        if kind == "slow_before_commit":
            await asyncio.sleep(seconds)
        if kind == "reset_before_commit":
            self._record(Call(self._service.name, method, 0, changed=False, answered=False))
            await self.hang_up(scope, receive, reset=True)
            return
        answer = (fault and in_front(fault)) or self._service.answer(asked, fault)
        if fault:
            answer = distorted(fault, answer)
        if kind == "slow_after_commit":
            await asyncio.sleep(seconds)
        lost = kind in {"lost_after_commit", "cut_off_after_commit"}
        self._record(Call(self._service.name, method, answer.status, answer.changed, answered=not lost))
        if not lost:
            await _response(answer)(scope, receive, send)
            return
        if kind == "cut_off_after_commit":
            await _begin(answer, send)
        await self.hang_up(scope, receive, reset=False)


def take(faults: list[Fault], method: str) -> Fault | None:
    """The first fault in the list that is due at this call, used up by one; those before it come one call nearer."""
    for index, fault in enumerate(faults):
        if fault.method not in {method, ANY_METHOD}:
            continue
        if fault.nth > 1:
            faults[index] = replace(fault, nth=fault.nth - 1)
            continue
        if fault.times > 1:
            faults[index] = replace(fault, times=fault.times - 1)
        else:
            del faults[index]
        return fault
    return None


def in_front(fault: Fault) -> Reply | None:
    """What a front end answers without asking the service, or None."""
    match fault.kind:
        case "too_many_requests":
            wait = () if fault.retry_after is None else (("Retry-After", str(fault.retry_after)),)
            return replace(page(429, "Too Many Requests"), headers=wait)
        case "server_error_before_commit":
            return page(fault.status, "Service Unavailable")
        case "html_before_commit":
            return page(200, "Maintenance")
        case "null_before_commit":
            return answer_json(200, None)
        case "redirect":
            return replace(page(302, "Found"), headers=(("Location", fault.location),))
        case _:
            return None


def distorted(fault: Fault, answer: Reply) -> Reply:
    """The answer as it arrives after the work was done."""
    match fault.kind:
        case "server_error_after_commit":
            return replace(page(fault.status, "Bad Gateway"), changed=answer.changed)
        case "html_after_commit":
            return replace(page(200, "Maintenance"), changed=answer.changed)
        case "null_after_commit":
            return replace(answer_json(200, None), changed=answer.changed)
        case "truncated_json":
            return replace(answer, body=answer.body[: len(answer.body) // 2])
        case _:
            return answer


def answer_json(status: int, value: Any, *, changed: bool = False) -> Reply:
    """An answer of JSON, in UTF-8 and without escapes."""
    return Reply(status, dump(value), changed=changed)


def dump(value: Any) -> bytes:
    """JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def is_unicode(value: Any) -> bool:
    """Whether a parsed JSON value can be stored and answered: JSON's escapes can spell half a character."""
    try:
        dump(value)
    except UnicodeEncodeError:
        return False
    return True


def page(status: int, title: str) -> Reply:
    """An HTML page, as front ends and frameworks give them."""
    html = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    return Reply(status, html.encode(), HTML_TYPE)


def with_extra_keys(value: Any) -> Any:
    """The same answer with a key in every object that no page knows."""
    if isinstance(value, dict):
        return {key: with_extra_keys(inner) for key, inner in value.items()} | {"x_unknown": {"since": "7.1"}}
    if isinstance(value, list):
        return [with_extra_keys(inner) for inner in value]
    return value


async def _asked(request: Request) -> Asked:
    return Asked(
        verb=request.method,
        scheme=request.url.scheme,
        host=request.headers.get("host", ""),
        path=request.scope["path"],
        query=request.scope["query_string"].decode("latin-1"),
        headers=request.headers,
        body=await request.body(),
        client=request.client.host if request.client else "",
    )


def _response(answer: Reply) -> Response:
    response = Response(answer.body, answer.status, media_type=answer.media_type)
    for key, value in answer.headers:
        response.headers.append(key, value)
    return response


async def _begin(answer: Reply, send: Send) -> None:
    """The head and the first half of the answer."""
    headers = [(b"content-type", answer.media_type.encode()), (b"content-length", str(len(answer.body)).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    half = answer.body[: len(answer.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
