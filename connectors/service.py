"""What a service's package offers to the rest: its specification, and how to reach it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from connectors.http.rate_limit import Tools
from schemas.execution import NumberingDefaults, Target
from schemas.syncs import Sync
from schemas.target import TargetSpec


@dataclass(frozen=True)
class Check:
    """One thing to examine: what, of which sync ("" of the connection itself), and a look that says what was found."""

    what: str
    look: Callable[[], str]
    sync: str = ""


class Client(Protocol):
    """A connection to a service, shared by all its targets."""

    def close(self) -> None:
        """Let go of the kept connections."""


@dataclass(frozen=True)
class Service:
    """A service.

    Attributes:
        spec: what it is.
        connect: makes a client from the connection's name, its settings, its secrets by their keys, and the world
            outside; nothing is sent yet.
        target: makes the target of a sync.
        checks: what to examine of a connection and of the places of its syncs; a look raises a `PhonesyncError` where
            something is wrong. Where the first fails, the others are left out. Nothing is written.
        greet: tries the credentials without writing anything, and says what they are good for.
    """

    spec: TargetSpec
    connect: Callable[[str, Any, Mapping[str, str], Tools], Any]
    target: Callable[[Any, Any, Sync, NumberingDefaults], Target]
    checks: Callable[[Any, Mapping[str, Sync], Callable[[], datetime]], Sequence[Check]]
    greet: Callable[[Any], str]
