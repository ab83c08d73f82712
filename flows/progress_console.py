"""Show how far a run has come: a line for each thing under way on a terminal, a plain one now and then in a log."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import click
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table

from flows.console import err, shown
from schemas import limits
from schemas.phrases import Phrase
from schemas.section import Language
from tasks.messages.catalogue import figure, known, render, text
from tasks.messages.errors import spoken
from tasks.plain_text import plain

T = TypeVar("T")
_MINUTE: Final = 60
_HOUR: Final = 3600
_LONG: Final = 100  # seconds or minutes from which on the next larger unit says enough


@dataclass(frozen=True)
class UnderWay:
    """Something that takes its time.

    Attributes:
        what: what it is.
        done: how much of it is done.
        total: of how much, 0 where nobody can tell.
        began: when it was first told of, in seconds.
        attempt: it is a wait before another attempt; `done` were made, and there will be `total` at most.
    """

    what: str
    done: int
    total: int
    began: float
    attempt: bool = False

    def said(self, now: float, lang: Language = "en") -> str:
        """Return it as people read it: done, of how many, at what rate, what is left; or for how long by now."""
        what, n, of = _called(self.what, lang), figure(lang, self.done), figure(lang, self.total)
        if self.attempt:
            return render("progress.attempt", lang, what=what, n=n, of=of)
        seconds = now - self.began
        if not self.total:
            return render("progress.for", lang, what=what, span=_span(seconds, lang)) if seconds >= 1 else what
        told = render("progress.of", lang, what=what, n=n, of=of)
        if not self.done or seconds <= 0:
            return told
        rate = self.done / seconds
        each, many = ("second", rate) if rate >= 1 else ("minute", rate * _MINUTE)
        pace = render(f"progress.a_{each}", lang, n=figure(lang, round(many)))
        left = _span((self.total - self.done) / rate, lang)
        return render("progress.left", lang, told=told, pace=pace, span=left)


class Watch:
    """What is under way in a run; any of its threads may tell.

    Attributes:
        lang: the language in which it is shown, as soon as somebody knows it.
    """

    lang: Language = "en"

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: dict[str, UnderWay] = {}

    def told(self, what: str, done: int, total: int) -> None:
        """Note how much of something is done; with all of it done it is over."""
        self._note(UnderWay(what, done, total, self._clock()), over=0 < total <= done)

    def waiting(self, why: Phrase, made: int, most: int) -> None:
        """Note that another attempt is waited for, and why; as soon as no more are left, it is over."""
        self._note(UnderWay(spoken(why, self.lang), made, most, self._clock(), attempt=True), over=made >= most)

    def step(self, name: str, sync: str, function: Callable[..., T], *args: Any) -> T:
        """Carry a step of a sync out here and now, and let it be seen meanwhile."""
        what = f"{sync}: {name}"
        self.told(what, 0, 0)
        try:
            return function(*args)
        finally:
            self.told(what, 1, 1)

    def seen(self) -> list[UnderWay]:
        """Return what is under way, in the order in which it began."""
        with self._lock:
            return sorted(self._under_way.values(), key=lambda one: one.began)

    def lines(self) -> list[str]:
        """Return it as people read it."""
        return [one.said(self._clock(), self.lang) for one in self.seen()]

    def table(self) -> Table:
        """Return it as a terminal shows it."""
        table = Table.grid(padding=(0, 1))
        for one in self.seen():
            total = float(one.total) if one.total and not one.attempt else None
            bar = ProgressBar(total=total, completed=one.done, width=12, pulse=total is None)
            table.add_row(bar, shown(one.said(self._clock(), self.lang)))
        return table

    def _note(self, told: UnderWay, *, over: bool) -> None:
        with self._lock:
            before = self._under_way.pop(told.what, told)
            if not over:
                self._under_way[told.what] = UnderWay(told.what, told.done, told.total, before.began, told.attempt)


@contextmanager
def progress_shown(
    *, quiet: bool = False, console: Console | None = None, every: float = limits.PROGRESS_SECONDS
) -> Iterator[Watch]:
    """Show on standard error what a run does meanwhile; a log gets plain lines.

    Args:
        quiet: show nothing.
        console: where to, standard error unless said otherwise.
        every: how many seconds apart the lines of a log are.
    """
    watch, console = Watch(), console or err()
    if quiet:
        yield watch
    elif console.is_terminal:
        with Live(console=console, transient=True, get_renderable=watch.table):
            yield watch
    else:
        ended = threading.Event()
        telling = threading.Thread(target=_tell, args=(watch, ended, every), daemon=True)
        telling.start()
        try:
            yield watch
        finally:
            ended.set()
            telling.join()


def _tell(watch: Watch, ended: threading.Event, every: float) -> None:
    while not ended.wait(every):
        for line in watch.lines():
            click.echo(plain(line), err=True)


def _called(what: str, lang: Language) -> str:
    """Return what is under way as people call it, with the name of its sync in front."""
    sync, between, step = what.rpartition(": ")
    key = f"progress.{step.replace(' ', '_').lower()}"
    return f"{sync}{between}{text(key, lang)}" if known(key) else what


def _span(seconds: float, lang: Language) -> str:
    if seconds < _LONG:
        return render("progress.seconds", lang, n=f"{seconds:.0f}")
    if seconds < _LONG * _MINUTE:
        return render("progress.minutes", lang, n=f"{seconds / _MINUTE:.0f}")
    return render("progress.hours", lang, n=f"{seconds / _HOUR:.0f}")
