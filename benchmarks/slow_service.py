"""A service that takes its time over its answers and hardly any of the machine's, in a process of its own.

The sandbox checks everything that the real service checks, and takes longer for it than phonesync takes to ask. What is
measured here is phonesync, so this knows the few methods of a sync, keeps numbers as they come, and refuses nothing.
"""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from benchmarks.race import ROOT

SECRETS: Final[Mapping[str, str]] = {"USOS_CONSUMER_KEY": "demo-consumer", "USOS_CONSUMER_SECRET": "demo-secret"}
CONNECTION: Final = """\
[connections.usos]
kind = "usos"
base_url = "{usos}"
consumer_key = {{ env = "USOS_CONSUMER_KEY" }}
consumer_secret = {{ env = "USOS_CONSUMER_SECRET" }}
concurrency = {concurrency}
"""
_METHODS = ["services/phones/select", "services/phones/replace"]
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


@contextmanager
def playing(*, slow: str, seconds: float) -> Iterator[str]:
    """Play USOS, where every entity has no number at first, and yield its address.

    Args:
        slow: the method whose answers take their time, `*` for all.
        seconds: how much time.
    """
    command = [sys.executable, "-m", "benchmarks.slow_service", slow, str(seconds)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip() if process.stdout else ""
    finally:
        process.terminate()
        process.wait()


class _Usos:
    """The numbers, by entity, and the answer to each method."""

    def __init__(self) -> None:
        self._numbers: dict[str, list[dict[str, Any]]] = {}

    def answer(self, method: str, given: Mapping[str, str]) -> Any:
        """Do what is asked, and return the answer's JSON value."""
        named = {name.partition("_")[2]: value for name, value in given.items()}  # user_ids, fac_ids: ids
        if method == "select":
            return {each: self._numbers.get(each, []) for each in named["ids"].split("|")}
        if method == "replace":
            self._numbers[named["id"]] = [{"type_id": None, **item} for item in json.loads(given["data"])]
            return {"success": True}
        if method == "consumer":
            return {"administrative_methods": _METHODS}
        if method == "now":
            return datetime.now(ZoneInfo("Europe/Warsaw")).strftime("%Y-%m-%d %H:%M:%S.%f")
        return {"base_url": "", "version": "7"}


class _Connection(asyncio.Protocol):
    """One kept connection, on which a request begins when the one before it has its answer."""

    def __init__(self, usos: _Usos, slow: str, seconds: float) -> None:
        self._usos = usos
        self._slow = slow
        self._seconds = seconds
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, ended, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        if not ended or len(body) < size:
            return
        self._received = b""
        method = head.split(b" ", 2)[1].decode().rpartition("/")[2]
        answer = json.dumps(self._usos.answer(method, dict(parse_qsl(body.decode())))).encode()
        delay = self._seconds if self._slow in {"*", method} else 0
        asyncio.get_running_loop().call_later(delay, self._transport.write, _HEAD % len(answer) + answer)


async def play(slow: str, seconds: float) -> None:
    """Play the service in this process until it is stopped; the first line printed is the address."""
    usos, loop, stopped = _Usos(), asyncio.get_running_loop(), asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stopped.set)
    server = await loop.create_server(lambda: _Connection(usos, slow, seconds), "127.0.0.1")
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await stopped.wait()


if __name__ == "__main__":
    asyncio.run(play(sys.argv[1], float(sys.argv[2])))
