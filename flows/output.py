"""What is printed may not arrive, on a full disk or in a pipe that nobody reads: that never changes what was done."""

from __future__ import annotations

import io
import os
import sys
from typing import TextIO


class _Enduring(io.TextIOWrapper):
    """A stream of this process that remembers its first failure instead of raising it; from then on it goes nowhere."""

    failure: OSError | None = None

    def write(self, text: str) -> int:
        """Write as far as that is possible."""
        try:
            return super().write(text)
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
