"""Tell a person what a run is doing, step by step, on a terminal as in a log file."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import click

from schemas import limits

# By its name: importing `flows.orchestration.steps` would start Prefect before it is announced.
_STEPS = "phonesync.steps"


class ProgressLog(logging.Handler):
    """Writes the name of each sync and of each step as it begins; it listens from `with` on until its end."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._sync = ""
        self._begun = threading.Event()

    def __enter__(self) -> Self:
        logger = logging.getLogger(_STEPS)
        logger.setLevel(logging.INFO)
        logger.propagate = False  # Prefect shows what reaches the root
        logger.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logger = logging.getLogger(_STEPS)
        logger.removeHandler(self)
        logger.propagate = True
        logger.setLevel(logging.NOTSET)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a step's beginning, and its end where it did not go well; see `flows.orchestration.steps`."""
        if not isinstance(record.args, tuple):
            return
        sync, step, what = map(str, record.args)
        if not self._begun.is_set():
            self._begun.set()
            click.echo()
        if what == "begins":
            click.echo(f", {step}" if sync == self._sync else f"{self._end_of_line()}   {sync}\n      {step}", nl=False)
            self._sync = sync
        elif what == "fails":
            click.echo(" (failed)", nl=False)

    def _end_of_line(self) -> str:
        return "\n" if self._sync else ""

    @contextmanager
    def reporting_pass(self, announcement: str) -> Iterator[None]:
        """Tell one pass: why its first step takes a while, a sign of life every second until it begins, its steps."""
        self._sync = ""
        self._begun.clear()
        click.echo(f"   {announcement} ", nl=False)
        waiting = threading.Thread(target=self._count, daemon=True)
        waiting.start()
        try:
            yield
        finally:
            self._begun.set()
            waiting.join()
            click.echo()

    def _count(self) -> None:
        while not self._begun.wait(limits.SIGN_OF_LIFE_SECONDS):
            click.echo(".", nl=False)
