"""What signals mean: Ctrl-C, a machine that shuts down, a terminal that is closed, and the end of our own processes."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from schemas.settings import Language

# What ends a process of ours in order, and what ends it at once.
END = signal.SIGTERM
KILL = signal.SIGKILL
_ASKED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def ending_in_order(
    stopping: threading.Event, *, writes: bool, writing: threading.Event | None = None, lang: Language = "en"
) -> Iterator[None]:
    """Set `stopping` at the first signal, so that nothing more is sent; the second one ends the program at once.

    Where nothing is written, a run may end anywhere, and signals stay as they were. So they do in other threads than
    the main one, which no signal reaches. Where `writing` is given and not set, the run only reads at the moment: then
    the first signal ends it.
    """
    if not writes or threading.current_thread() is not threading.main_thread():
        yield
        return

    def first() -> None:
        if writing is None or writing.is_set():
            _say_stopping(lang)
        else:
            _end_at_once()

    with _heeded(stopping, first=first, again=_end_at_once):
        yield


@dataclass
class StopRequest:
    """Whether somebody wants an end, and whether in a hurry."""

    stopping: threading.Event = field(default_factory=threading.Event)
    hurried: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Note signals while the block runs: the first one is a wish for an end, the second one for one at once."""
        with _heeded(self.stopping, first=lambda: None, again=self.hurried.set):
            yield


@contextmanager
def ended_by_ctrl_c() -> Iterator[None]:
    """Let Ctrl-C end the block, which has nothing to finish."""
    try:
        yield
    except KeyboardInterrupt:
        from flows.spoken import language_of
        from tasks.messages.catalogue import render

        click.echo(render("say.stopped", language_of((), os.environ)), err=True)


@contextmanager
def _heeded(stopping: threading.Event, first: Callable[[], None], again: Callable[[], None]) -> Iterator[None]:
    """Set `stopping` at the first signal and call `first`; call `again` at each further one.

    A closed terminal says so twice, its shell and the system: that is never the second one. Signals that whoever
    started the program has told it to ignore (`nohup`) stay ignored.
    """

    def wanted(number: int, _frame: object) -> None:
        if stopping.is_set() and number != signal.SIGHUP:
            again()
        else:
            stopping.set()
            first()

    listening = [number for number in _ASKED if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, wanted) for number in listening}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say_stopping(lang: Language) -> None:
    from tasks.messages.catalogue import render

    with suppress(OSError):  # nobody reads it in a terminal that is gone
        click.echo(render("say.stopping", lang), err=True)


def _end_at_once() -> None:
    raise KeyboardInterrupt
