"""Clients with a clock that only moves when somebody waits; all data is invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors.apio.client import Apio
from connectors.apio.spec import ApioConnection
from connectors.http.rate_limit import Tools
from connectors.http.request import Credentials
from connectors.usos.client import Usos
from connectors.usos.spec import UsosConnection
from schemas.connections import Secret


@dataclass
class FakeTime:
    """Time that passes only in `sleep`; every wait is kept."""

    now: float = 1_718_000_000.0
    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass at once."""
        self.waits.append(seconds)
        self.now += seconds

    def tools(self) -> Tools:
        """Tools on this clock, with no chance in them."""
        return Tools(sleep=self.sleep, clock=lambda: self.now, monotonic=lambda: self.now, random=lambda: 1.0)


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def make_usos(fake_time: FakeTime) -> Iterator[Callable[..., Usos]]:
    secret = Secret(env="INVENTED")
    with ExitStack() as stack:

        def make(url: str, tools: Tools | None = None, **settings: Any) -> Usos:
            connection = UsosConnection(
                kind="usos", base_url=url, consumer_key=secret, consumer_secret=secret, **settings
            )
            client = Usos("usos", connection, Credentials("testkey", "testsecret"), tools=tools or fake_time.tools())
            return stack.enter_context(client)

        yield make


@pytest.fixture
def make_apio(fake_time: FakeTime) -> Iterator[Callable[..., Apio]]:
    secret = Secret(env="INVENTED")
    with ExitStack() as stack:

        def make(url: str, tools: Tools | None = None, **settings: Any) -> Apio:
            connection = ApioConnection(kind="apio", base_url=url, username=secret, password=secret, **settings)
            client = Apio("telephony", connection, Credentials("admin", "pass-word"), tools=tools or fake_time.tools())
            return stack.enter_context(client)

        yield make
