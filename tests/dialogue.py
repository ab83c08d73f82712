"""A conversation with a command on a terminal of its own: it is answered when it asks, and never before."""

from __future__ import annotations

import os
import pty
import select
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

_PATIENCE = 60.0  # a machine that is this slow is broken


class Dialogue:
    """A command at a terminal.

    Attributes:
        said: all that stood on the screen so far.
    """

    def __init__(self, command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> None:
        self.said = ""
        self._heard = 0
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            os.chdir(folder)
            os.execvpe(command[0], [*command], {**environ, "TERM": "dumb", "COLUMNS": "100"})  # noqa: S606 - our own command

    def answer(self, question: str, answer: str = "") -> None:
        """Wait until something is asked for, and give an answer."""
        end = monotonic() + _PATIENCE
        while question not in self.said[self._heard :] or not self.said.rstrip(" ").endswith(":"):
            assert self._listen(end), f"nobody asked {question!r}:\n{self.said[self._heard :]}"
        self._heard = len(self.said)
        os.write(self._terminal, f"{answer}\n".encode())

    def interrupt(self, question: str) -> None:
        """Wait until something is asked for, and press Ctrl-C."""
        end = monotonic() + _PATIENCE
        while question not in self.said[self._heard :]:
            assert self._listen(end), f"nobody asked {question!r}:\n{self.said[self._heard :]}"
        os.write(self._terminal, b"\x03")

    def end(self) -> int:
        """Hear the rest, and return the exit code."""
        end = monotonic() + _PATIENCE
        while self._listen(end):
            pass
        _, status = os.waitpid(self._process, 0)
        os.close(self._terminal)
        return os.waitstatus_to_exitcode(status)

    def _listen(self, end: float) -> bool:
        """Hear what is said; False where nothing will be said any more."""
        ready, _, _ = select.select([self._terminal], [], [], max(0.0, end - monotonic()))
        if not ready:
            os.kill(self._process, signal.SIGKILL)
            return False
        try:
            heard = os.read(self._terminal, 65536)
        except OSError:  # how Linux says that the other side is gone
            return False
        self.said += heard.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(heard)
