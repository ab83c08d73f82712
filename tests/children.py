"""Processes of a test: they hear Ctrl-C wherever the suite was started, and none outlives its test."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


def hear_interrupts() -> None:
    """Let this process and its children hear SIGINT again: a script lets what it starts in the background ignore it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def started(command: Sequence[str | bytes], **how: Any) -> Iterator[subprocess.Popen[Any]]:
    """Start a process; if it has not ended when the block does, it is killed."""
    with subprocess.Popen(command, **how) as process:  # noqa: S603 - our own command
        try:
            yield process
        finally:
            process.kill()
