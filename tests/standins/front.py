"""What stands before both stand-ins: a request in, an answer out, and what may go wrong on the way.

The stand-ins were written from the services' own pages a second time, and share nothing with the sandbox: where the two
read a page differently, phonesync has to be right with both. Of the sandbox they know only which options and faults a
history has drawn. All data is invented.
"""

from __future__ import annotations

import gzip
import json
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from http.cookies import SimpleCookie
from random import Random
from typing import Any
from urllib.parse import parse_qsl

LIBRARY_SIZE = 400  # bytes from which a server bothers to pack an answer
PAGE = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1><p>Sorry.</p></body></html>"
# What answers instead of the service, and after it; the rest is a break of the connection or in the service itself.
_DRESSED = {"html": "200 page", "null": "200 null", "server_error": "error page"}


@dataclass(frozen=True)
class Asked:
    """A request: its path as it was sent, its parameters from address and form together."""

    verb: str
    url: str
    path: str
    form: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes

    @property
    def values(self) -> dict[str, str]:
        """The parameters, by name."""
        return dict(self.form)

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that came along."""
        return {name: morsel.value for name, morsel in SimpleCookie(self.headers.get("cookie", "")).items()}

    @property
    def document(self) -> Any:
        """The JSON that was sent, None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Answer:
    """A status with a JSON value, or with a page where the value is bytes."""

    status: int
    value: Any
    headers: tuple[tuple[str, str], ...] = ()


class Refused(Exception):  # noqa: N818 - it is an answer, not an error of ours
    """Ends the work on a request; nothing was changed."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(frozen=True)
class Seen:
    """A call as it is counted: what was asked, what was answered (0: nothing), whether anything was changed."""

    service: str
    method: str
    status: int
    changed: bool
    answered: bool


@dataclass
class StandIn(ABC):
    """A service without a socket: an ASGI application.

    Attributes:
        options: what a history has drawn for it.
        dice: decides what no page says, anew for each state.
        calls: what was asked.
        stale: for how many more readings which entries are shown as they were before.
        troubled: whether a history has armed faults: then a box on the way may deliver a writing request twice, too.
    """

    options: Any
    calls: list[Any]
    name = ""
    dice: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - repeatable on purpose
    stale: dict[Any, tuple[int, list[Any]]] = field(default_factory=dict)
    troubled: bool = False
    fault: Any = None
    _faults: list[Any] = field(default_factory=list)

    @property
    def faults(self) -> list[Any]:
        """What goes wrong from now on; a step of a history has ended, so that readers have caught up."""
        return self._faults

    @faults.setter
    def faults(self, faults: list[Any]) -> None:
        self._faults = list(faults)
        self.troubled = bool(faults)
        self.stale.clear()

    @abstractmethod
    def method_of(self, asked: Asked) -> str:
        """The short name of what is asked."""

    @abstractmethod
    def work(self, asked: Asked, method: str) -> Answer:
        """Do it, or raise `Refused`."""

    @abstractmethod
    def error(self, status: int, words: str, **more: Any) -> Answer:
        """How this service says that something was wrong."""

    @abstractmethod
    def fingerprint(self) -> Any:
        """What is compared to tell whether a call has changed anything."""

    async def __call__(self, scope: Any, receive: Callable[[], Any], send: Callable[[Any], Any]) -> None:
        """Answer one request; raises `ConnectionResetError` where the connection breaks."""
        asked = await _read(scope, receive)
        method = self.method_of(asked)
        self.fault = fault = self._due(method)
        kind = fault.kind if fault else ""
        before = self.fingerprint()
        if kind == "reset_before_commit":
            self._note(method, 0, before, answered=False)
            raise ConnectionResetError
        answer = self._in_front(fault) or self._worked(asked, method)
        if kind.endswith("_after_commit"):
            answer = self._behind(fault, answer)
        lost = kind in {"lost_after_commit", "cut_off_after_commit"}
        self._note(method, answer.status, before, answered=not lost)
        if kind == "lost_after_commit":
            raise ConnectionResetError
        body, headers = self._written(answer, asked)
        if kind == "truncated_json":
            body = body[: len(body) // 2]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        if kind == "cut_off_after_commit":
            raise ConnectionResetError

    def _worked(self, asked: Asked, method: str) -> Answer:
        writes = asked.verb != "GET" and method not in {"select", "login", ""}
        try:
            answer = self.work(asked, method)
            if writes and self.troubled and self.dice.random() < 0.04:
                answer = self.work(asked, method)
        except Refused as refused:
            return refused.answer
        return answer

    def _in_front(self, fault: Any) -> Answer | None:
        """What a box before the service says, so that the service hears nothing of it."""
        if fault is None:
            return None
        if fault.kind == "too_many_requests":
            wait = () if fault.retry_after is None else (("retry-after", str(fault.retry_after)),)
            return Answer(429, PAGE.format("Slow down").encode(), wait)
        if fault.kind == "redirect":
            return Answer(302, b"", (("location", fault.location),))
        return self._dressed(fault) if fault.kind.endswith("_before_commit") else None

    def _behind(self, fault: Any, answer: Answer) -> Answer:
        return self._dressed(fault) or answer

    @staticmethod
    def _dressed(fault: Any) -> Answer | None:
        as_what = next((dress for kind, dress in _DRESSED.items() if fault.kind.startswith(kind)), "")
        if as_what == "200 page":
            return Answer(200, PAGE.format("Maintenance").encode())
        if as_what == "200 null":
            return Answer(200, None)
        return Answer(fault.status, PAGE.format("Unavailable").encode()) if as_what else None

    def _due(self, method: str) -> Any:
        for place, fault in enumerate(self._faults):
            if fault.method not in ("*", method):
                continue
            if fault.nth > 1:
                self._faults[place] = replace(fault, nth=fault.nth - 1)
                continue
            self._faults[place : place + 1] = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
            return fault
        return None

    def _note(self, method: str, status: int, before: Any, *, answered: bool) -> None:
        self.calls.append(Seen(self.name, method, status, self.fingerprint() != before, answered))

    def _written(self, answer: Answer, asked: Asked) -> tuple[bytes, list[tuple[bytes, bytes]]]:
        """The bytes of an answer, as one server or another writes them."""
        headers = [(name.encode(), value.encode()) for name, value in answer.headers]
        if isinstance(answer.value, bytes):
            return answer.value, [*headers, (b"content-type", b"text/html")]
        spaces = self.dice.choice((None, None, 1))
        body = json.dumps(answer.value, ensure_ascii=self.dice.random() < 0.5, indent=spaces).encode()
        headers.append((b"Content-Type", self.dice.choice((b"application/json", b"application/json;charset=UTF-8"))))
        if len(body) > LIBRARY_SIZE and "gzip" in asked.headers.get("accept-encoding", ""):
            body = gzip.compress(body)
            headers.append((b"Content-Encoding", b"gzip"))
        return body, headers


async def _read(scope: Any, receive: Callable[[], Any]) -> Asked:
    body, more = b"", True
    while more:
        part = await receive()
        body, more = body + part["body"], part["more_body"]
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    form = parse_qsl(scope["query_string"].decode(), keep_blank_values=True)
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form += parse_qsl(body.decode(), keep_blank_values=True)
    path = scope["raw_path"].decode()
    return Asked(scope["method"], f"{scope['scheme']}://{headers['host']}{path}", path, form, headers, body)
