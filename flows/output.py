"""What is printed may not arrive, on a full disk or in a pipe that nobody reads: that never changes what was done."""

from __future__ import annotations

import io
import logging
import os
import shutil
import sys
from collections.abc import Iterable
from typing import Any, TextIO

from tasks.plain_text import plain, wrapped
from tasks.secret_text import hide, spellings


class _Net:
    """The last net under all that is shown: what hides secrets before it is nearer to where they come from."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._spelled: tuple[str, ...] = ()

    def learn(self, secrets: Iterable[str]) -> None:
        """Hide these from now on; short ones and common words would hide what people have to read."""
        new = {secret for secret in secrets if len(secret) >= _SHORTEST} - self._known
        if new:
            self._known |= new
            self._spelled = spellings(self._known)

    def hide(self, text: str) -> str:
        """Return a text without the secrets."""
        return hide(text, self._spelled)


def prose(text: str, stream: TextIO | None) -> str:
    """Return a text as somebody reads it there: on a terminal its lines end between words, in a file it has none.

    A stream that was closed before phonesync began is None.
    """
    return wrapped(text, shutil.get_terminal_size().columns) if stream and stream.isatty() else text


_SHORTEST = 8
_net = _Net()


def hide_from_now_on(secrets: Iterable[str]) -> None:
    """Let these show neither on the terminal nor in any log of this process, whoever says them."""
    _net.learn(secrets)
    if logging.getLogRecordFactory() is not _record:
        logging.setLogRecordFactory(_record)


def _record(*given: Any, **more: Any) -> logging.LogRecord:
    record = logging.LogRecord(*given, **more)
    try:
        said = record.getMessage()
    except (TypeError, ValueError):  # whoever logged it has given too few values: the handler will say so
        return record
    hidden = plain(_net.hide(said), lines=True)
    if hidden != said:
        record.msg, record.args = hidden, ()
    return record


class _Enduring(io.TextIOWrapper):
    """A stream of this process that remembers its first failure instead of raising it; from then on it goes nowhere."""

    failure: OSError | None = None

    def write(self, text: str) -> int:
        """Write as far as that is possible, and no secret."""
        try:
            return super().write(_net.hide(text))
        except OSError as error:
            self._give_up(error)
            return len(text)

    def flush(self) -> None:
        """Flush as far as that is possible."""
        try:
            super().flush()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self.failure = self.failure or error
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())  # what is left in the buffer has to go somewhere
        os.close(nowhere)


def endure() -> None:
    """Let nothing that is printed from now on fail; streams that somebody else has taken over stay as they are."""
    if sys.stdout is sys.__stdout__ and sys.stdout is not None:
        sys.stdout = _enduring(sys.stdout)
    if sys.stderr is sys.__stderr__ and sys.stderr is not None:
        sys.stderr = _enduring(sys.stderr)


def lost_output() -> str:
    """Return why standard output, or a part of it, has not arrived; "" where all of it has."""
    if sys.stdout is None:
        return "it is closed"
    if not isinstance(sys.stdout, _Enduring):
        return ""
    sys.stdout.flush()
    return str(sys.stdout.failure.strerror) if sys.stdout.failure else ""


def _enduring(stream: TextIO) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper):
        return stream
    encoding, errors, lines = stream.encoding, stream.errors, stream.line_buffering
    return _Enduring(stream.detach(), encoding=encoding, errors=errors, line_buffering=lines)
