"""Let a run end in order when somebody wants it to: Ctrl-C, or a machine that shuts down."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def ending_in_order(stopping: threading.Event) -> Iterator[None]:
    """Set `stopping` at the first signal, so that nothing more is sent; the second one ends the program at once."""

    def wanted(_number: int, _frame: object) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()
        click.echo("Stopping: what is in flight is finished, nothing more is sent. Once more stops at once.", err=True)

    before = {number: signal.signal(number, wanted) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
