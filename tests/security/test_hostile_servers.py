"""Whatever a server does, a call ends in bounded time and memory, with a typed error. All data is invented."""

from __future__ import annotations

import gzip
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from conftest import answer, serving

from connectors.apio.client import PhoneList
from schemas.errors import ServiceError, UnknownOutcome, Unreachable

HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def drip(pieces: Iterator[bytes], pause: float = 0.02) -> Callable[[socket.socket], None]:
    def play(talking: socket.socket) -> None:
        for piece in pieces:
            talking.sendall(piece)
            time.sleep(pause)

    return play


def endless(piece: bytes) -> Iterator[bytes]:
    return (piece for _ in count())


def after(head: bytes, pieces: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from pieces


# Each sends something now and then, so that no time-out for one piece ever ends it.
DRIPS: dict[str, Callable[[], Iterator[bytes]]] = {
    "a status line": lambda: after(b"HTTP/1.1 200 ", endless(b"x")),
    "a header": lambda: after(HEAD + b"X: ", endless(b"x")),
    "interim answers": lambda: endless(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body with a length": lambda: after(HEAD + b"Content-Length: 1000000\r\n\r\n", endless(b"[")),
    "a body without a length": lambda: after(HEAD + b"\r\n", endless(b" ")),
    "chunks": lambda: after(CHUNKED, endless(b"1\r\n \r\n")),
    "the size of a chunk": lambda: after(CHUNKED, endless(b"0")),
    "what follows the last chunk": lambda: after(CHUNKED + b"1\r\n1\r\n0\r\n", endless(b"X: y\r\n")),
}


@pytest.mark.parametrize("case", DRIPS)
def test_the_whole_answer_has_one_deadline(case: str, make_usos: Any) -> None:
    with serving(drip(DRIPS[case]())) as server:
        usos = make_usos(f"http://127.0.0.1:{server.port}", total_seconds=0.6, timeout_seconds=5)
        began = time.monotonic()
        with pytest.raises(UnknownOutcome, match="no answer in time"):
            usos.replace("user", "1", [])
        with pytest.raises(Unreachable):
            usos.select("user", ["1"])
        assert time.monotonic() - began < 4


def flood(head: bytes, piece: bytes, sent: list[int]) -> Callable[[socket.socket], None]:
    def play(talking: socket.socket) -> None:
        talking.sendall(head)
        while True:
            talking.sendall(piece)
            sent.append(len(piece))

    return play


FLOODS = {
    "a status line": (b"HTTP/1.1 200 ", b"x" * 65536),
    "a header": (HEAD + b"X: ", b"x" * 65536),
    "headers": (HEAD, b"X-Some: y\r\n" * 1000),
    "cookies": (HEAD, b"Set-Cookie: a=b\r\n" * 1000),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "the size of a chunk": (CHUNKED, b"0" * 65536),
    "an extension of a chunk": (CHUNKED + b"1;", b"x" * 65536),
    "what follows the last chunk": (CHUNKED + b"0\r\n", b"X: y\r\n" * 1000),
}


@pytest.mark.parametrize("case", FLOODS)
def test_what_surrounds_a_body_fills_no_memory(case: str, make_apio: Any) -> None:
    head, piece = FLOODS[case]
    sent: list[int] = []
    with serving(flood(head, piece, sent)) as server:
        apio = make_apio(f"http://127.0.0.1:{server.port}", attempts=1)
        tracemalloc.start()
        try:
            with pytest.raises(ServiceError):
                apio.login()
            assert tracemalloc.get_traced_memory()[1] < 24 * 1024 * 1024
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize("head", [HEAD + b"\r\n", HEAD + b"Content-Length: 99999999999999\r\n\r\n"])
def test_an_endless_body_is_cut(head: bytes, make_usos: Any) -> None:
    sent: list[int] = []
    with serving(flood(head, b"[" * 1_048_576, sent)) as server:
        usos = make_usos(f"http://127.0.0.1:{server.port}", attempts=1, total_seconds=60)
        with pytest.raises(Unreachable, match="too long for a directory"):
            usos.select("user", ["1"])
    assert sum(sent) < 160 * 1024 * 1024


@pytest.mark.parametrize("layers", [1, 3])
def test_a_body_that_grows_when_unpacked_is_cut(layers: int, make_usos: Any) -> None:
    """A few kilobytes that become 160 MiB, packed once or several times over."""
    body = b'{"1": "' + b"x" * 160 * 1024 * 1024
    for _ in range(layers):
        body = gzip.compress(body, 1)
    encoding = ", ".join(["gzip"] * layers)
    with serving(lambda talking: talking.sendall(answer(body, f"Content-Encoding: {encoding}"))) as server:
        usos = make_usos(f"http://127.0.0.1:{server.port}", attempts=1, total_seconds=60)
        tracemalloc.start()
        try:
            with pytest.raises(Unreachable, match="too long for a directory"):
                usos.select("user", ["1"])
            assert tracemalloc.get_traced_memory()[1] < 200 * 1024 * 1024
        finally:
            tracemalloc.stop()


BODIES = {
    "deep": b"[" * 1_000_000,
    "deep and closed": b"[" * 5_000 + b"]" * 5_000,
    "as deep as the parser goes": b'{"details":' * 480 + b"1" + b"}" * 480,
    "wide": b"[" + b"[]," * 6_000_000 + b"[]]",
    "a number of many digits": b"9" * 1_000_000,
    "half a character": b'{"1": [{"number": "\\ud800"}], "entries": [{"name": "\\udfff", "phoneNumber": "1"}]}',
    "bytes that are no text": bytes(range(256)) * 100,
    "open tags": b"<" * 1_000_000,
    "open comments": b"<!--" * 100_000,
    "scripts": b"<script" * 100_000,
    "titles": b"<title>" * 100_000,
    "one long sentence": b'{"message": "' + b"x" * 5_000_000 + b'"}',
}


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "401 Unauthorized", "500 Internal Server Error"])
@pytest.mark.parametrize("case", BODIES)
def test_no_body_takes_long_to_understand(case: str, status: str, make_usos: Any, make_apio: Any) -> None:
    with serving(lambda talking: talking.sendall(answer(BODIES[case], status=status))) as server:
        url = f"http://127.0.0.1:{server.port}"
        began = time.monotonic()
        for ask in (
            lambda: make_usos(url, attempts=1, total_seconds=20).replace("user", "1", []),
            lambda: make_apio(url, attempts=1, total_seconds=20).entries(PhoneList("chopin")),
        ):
            with pytest.raises(ServiceError) as caught:
                ask()
            assert len(caught.value.details) <= 300
            assert len(str(caught.value)) < 400
        assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    "broken",
    [
        HEAD + b'Content-Length: 500\r\nConnection: close\r\n\r\n{"success": true}',
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: many\r\n\r\n",
        HEAD + b'Content-Length: 4\r\nContent-Length: 17\r\nConnection: close\r\n\r\n{"success": true}',
        CHUNKED + b"-1\r\n{}\r\n0\r\n\r\n",
        CHUNKED + b'ffff\r\n{"success": true}\r\n',
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
        b"",
        HEAD + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\nnot packed",
    ],
)
def test_an_answer_that_contradicts_itself_confirms_nothing(broken: bytes, make_usos: Any) -> None:
    def play(talking: socket.socket) -> None:
        talking.sendall(broken)

    with serving(play) as server, pytest.raises(UnknownOutcome):
        make_usos(f"http://127.0.0.1:{server.port}").replace("user", "1", [])
    assert sum(b"replace" in request for request in server.requests) == 1


def test_many_redirects_are_none(make_usos: Any) -> None:
    def around(talking: socket.socket) -> None:
        talking.sendall(answer(b"", "Location: /services/phones/select", status="302 Found"))

    with serving(around) as server, pytest.raises(ServiceError):
        make_usos(f"http://127.0.0.1:{server.port}").select("user", ["1"])
    assert len(server.requests) == 1
