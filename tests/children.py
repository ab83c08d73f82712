"""Processes of a test: they hear every signal wherever the suite was started, and none outlives its test."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any


def hear_signals() -> None:
    """Let this process and its children hear signals again that a script, or nohup, lets what it starts ignore."""
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


@contextmanager
def started(command: Sequence[str | bytes], **how: Any) -> Iterator[subprocess.Popen[Any]]:
    """Start a process; if it has not ended when the block does, it is killed."""
    with subprocess.Popen(command, **how) as process:  # noqa: S603 - our own command
        try:
            yield process
        finally:
            process.kill()
