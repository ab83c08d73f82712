"""Let a run end in order when somebody wants it to: Ctrl-C, a machine that shuts down, a terminal that is closed."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import click

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ending_in_order(stopping: threading.Event) -> Iterator[None]:
    """Set `stopping` at the first signal, so that nothing more is sent; the second one ends the program at once.

    A closed terminal says so twice, its shell and the system: that is never the second one. Signals that whoever
    started the program has told it to ignore (`nohup`) stay ignored.
    """

    def wanted(number: int, _frame: object) -> None:
        if stopping.is_set() and number != signal.SIGHUP:
            raise KeyboardInterrupt
        stopping.set()
        with suppress(OSError):  # nobody reads it in a terminal that is gone
            click.echo(
                "Stopping: what is in flight is finished, nothing more is sent. Once more stops at once.", err=True
            )

    heeded = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, wanted) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
