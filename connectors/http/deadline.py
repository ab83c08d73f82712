"""A connection on which no answer takes longer than its call may, however slowly its bytes drip in.

The usual time-out is for one piece of an answer. A server that sends a byte now and then, or one interim answer after
the other, would keep its caller for ever.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from http.client import HTTPResponse
from socket import socket
from typing import Any

from requests.adapters import HTTPAdapter


class DeadlineAdapter(HTTPAdapter):
    """The usual adapter, whose connections stop reading when nothing is `left` of the time (seconds)."""

    def __init__(self, connections: int, left: Callable[[], float]) -> None:
        self._left = left
        super().__init__(pool_connections=1, pool_maxsize=connections, max_retries=0)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The pool for a request; through a proxy, too."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = partial(_connection, type(pool).ConnectionCls, self._left)
        return pool


def _connection(kind: Callable[..., Any], left: Callable[[], float], **given: Any) -> Any:
    connection = kind(**given)
    connection.response_class = partial(_response, left)
    return connection


def _response(left: Callable[[], float], sock: socket, *args: Any, **kwargs: Any) -> HTTPResponse:
    return HTTPResponse(_Readable(sock, left), *args, **kwargs)  # type: ignore[arg-type] # all that it asks of a socket


class _Readable:
    """A socket as an answer reads it."""

    def __init__(self, sock: socket, left: Callable[[], float]) -> None:
        self._sock = sock
        self._left = left

    def makefile(self, _mode: str) -> io.BufferedReader:
        """The bytes that come in."""
        return io.BufferedReader(_Bytes(self._sock, self._left))


class _Bytes(io.RawIOBase):
    """The bytes of a socket, until the time is up."""

    def __init__(self, sock: socket, left: Callable[[], float]) -> None:
        self._sock = sock
        self._left = left
        self._inner = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Fill the buffer as far as bytes are there; `TimeoutError` when the time is up."""
        left, patience = self._left(), self._sock.gettimeout()
        if left <= 0:
            raise TimeoutError("the time is up")
        self._sock.settimeout(left if patience is None else min(patience, left))
        try:
            return self._inner.readinto(buffer)
        finally:
            self._sock.settimeout(patience)  # the next request on this connection has a time of its own

    def close(self) -> None:
        """Let go of the socket."""
        self._inner.close()
        super().close()
