"""Waiting for what is to come, and not a moment longer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 240.0  # a busy machine needs a minute to start a server


def eventually(look: Callable[[], T], seconds: float = PATIENCE, pause: float = 0.02) -> T:
    """Return what was looked for as soon as it is there."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"after {seconds} seconds there is still {found!r}"
        time.sleep(pause)
    return found
