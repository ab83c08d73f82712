"""What a client takes from the world besides the network, and how many requests it sends how fast."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from schemas.phrases import Phrase

if TYPE_CHECKING:
    from requests.adapters import BaseAdapter


Purpose = Literal["read", "write"]


def fresh_nonce() -> str:
    """A value that no other request carries."""
    return secrets.token_hex(16)


def _in_silence(_why: Phrase, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Tools:
    """Time, randomness, waiting, and the network where it is not the usual one: all a client takes from the world.

    `waiting` is told why another attempt is waited for, how many were made, and of how many; and when it begins.
    """

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    random: Callable[[], float] = random.random
    nonce: Callable[[], str] = fresh_nonce
    network: BaseAdapter | None = None
    waiting: Callable[[Phrase, int, int], None] = _in_silence


class Counter:
    """How many HTTP requests were sent; exact under threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent = {"read": 0, "write": 0}

    @property
    def read(self) -> int:
        """Requests that cannot change anything, logins included."""
        return self._sent["read"]

    @property
    def write(self) -> int:
        """Requests that may have changed something."""
        return self._sent["write"]

    def add(self, purpose: Purpose) -> None:
        """One more was sent."""
        with self._lock:
            self._sent[purpose] += 1


class Pacer:
    """Never lets requests start closer together than the limit allows, nor while the service wants a pause.

    That counts for all threads: what was said to one of them was said to the client.
    """

    def __init__(self, per_second: float | None, tools: Tools) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        self._tools = tools
        self._lock = threading.Lock()
        self._next = float("-inf")
        self._pause = float("-inf")

    def pause(self, seconds: float) -> None:
        """Let nothing start for so long; a longer pause that is under way already stays."""
        with self._lock:
            self._pause = max(self._pause, self._tools.monotonic() + seconds)

    def pause_left(self) -> float:
        """Return for how many seconds the service still wants nothing to start."""
        with self._lock:
            return max(0.0, self._pause - self._tools.monotonic())

    def wait(self, longest: float) -> bool:
        """Take the next free moment and wait for it; return False at once where a pause lasts longer than that."""
        with self._lock:
            now = self._tools.monotonic()
            if self._pause - now > longest:
                return False
            moment = max(now, self._next, self._pause)
            self._next = moment + self._interval
        if moment > now:
            self._tools.sleep(moment - now)
        return True
