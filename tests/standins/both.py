"""Both stand-ins side by side, where the histories expect the sandbox. All data is invented."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from random import Random
from typing import Any

from apio_standin import ApioStandIn
from usos_standin import UsosStandIn

from connectors.sandbox.options import ApioOptions, UsosOptions


@dataclass
class StandIns:
    """Two services in this process, each an ASGI application.

    Attributes:
        calls: what both were asked.
    """

    usos_url: str = "http://127.0.0.1:8701"
    apio_url: str = "http://127.0.0.1:8702"
    calls: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.usos = self.usos_app = UsosStandIn(UsosOptions(), self.calls)
        self.apio = self.apio_app = ApioStandIn(ApioOptions(), self.calls)

    def reset(self, state: dict[str, Any]) -> None:
        """Begin with a state, which also decides what no page says: a history is the same when it is lived again."""
        self.calls.clear()
        dice = Random(zlib.crc32(json.dumps(state, sort_keys=True).encode()))  # noqa: S311 - repeatable on purpose
        for service, name in ((self.usos, "usos"), (self.apio, "apio")):
            service.faults = []
            service.reset(state.get(name, {}), dice)

    def close(self) -> None:
        """Nothing is open."""
