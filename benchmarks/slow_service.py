"""A service that takes its time over its answers and hardly any of the machine's, in a process of its own.

The sandbox checks everything that the real service checks, and takes longer for it than phonesync takes to ask. What is
measured here is phonesync, so this knows the few methods of a sync, keeps numbers as they come, and refuses nothing.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

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


def service(slow: str, seconds: float) -> ASGIApp:
    """Return the service; nothing stands between it and the server, as each layer takes its time of the machine."""
    usos = _Usos()

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        method = request.url.path.rpartition("/")[2]
        answer = usos.answer(method, dict(parse_qsl((await request.body()).decode())))
        if slow in {"*", method}:
            await asyncio.sleep(seconds)
        await JSONResponse(answer)(scope, receive, send)

    return app


def play(slow: str, seconds: float) -> None:
    """Play the service in this process until it is stopped; the first line printed is the address."""
    # Named as TCP, or asyncio leaves Nagle's algorithm on and each answer waits 40 ms for an acknowledgement.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
        listening.bind(("127.0.0.1", 0))
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
        config = uvicorn.Config(
            service(slow, seconds), log_config=None, lifespan="off", ws="none", timeout_keep_alive=60
        )
        uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    play(sys.argv[1], float(sys.argv[2]))
