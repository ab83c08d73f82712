"""Start the processes of `phonesync serve` and end them in order, with everything that they have started."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flows.signals import END, KILL
from schemas import limits

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Child:
    """A process of ours and what it starts: they share a group, so that one signal reaches them all."""

    process: subprocess.Popen[bytes]

    def exit_code(self) -> int | None:
        """Return with what the process itself has ended, None while it lives."""
        return self.process.poll()

    def signal_all(self, number: int) -> None:
        """Send a signal to the process and to everything that it has started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def is_gone(self) -> bool:
        """Tell whether nobody of the group is left."""
        self.process.poll()
        with suppress(ChildProcessError):  # in a container its orphans may have become children of ours
            while os.waitpid(-self.process.pid, os.WNOHANG)[0]:
                pass
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False


def start(command: Sequence[str], environ: Mapping[str, str], log: Path, folder: Path) -> Child:
    """Start a process in a group of its own, away from the terminal's Ctrl-C; what it says goes into a private file.

    Where the system can do so, the process is told to end when this program dies.
    """
    with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as output:
        process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
            list(command),
            env=dict(environ),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads here yet
        )
    return Child(process)


@dataclass(frozen=True)
class Asked:
    """A process of ours that says something and ends; its complaints go where ours go."""

    process: subprocess.Popen[bytes]
    said: IO[bytes]

    def answer(self) -> str:
        """Return what it has said."""
        self.said.seek(0)
        return self.said.read().decode("utf-8")


@contextmanager
def answering(command: Sequence[str], environ: Mapping[str, str], folder: Path) -> Iterator[Asked]:
    """Start a process whose answer is waited for; where the block is left before it has ended, it is killed."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 - our own commands, no shell
            list(command),
            env={**environ, "PYTHONUTF8": "1"},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509 - no threads here yet
        )
        try:
            yield Asked(process, said)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, END)


@dataclass(frozen=True)
class ShutdownTimer:
    """How long an end may take: a steady clock, a way to wait, and whether somebody is in a hurry."""

    seconds: Callable[[], float]
    sleep: Callable[[float], None]
    hurried: Callable[[], bool]

    def until(self, done: Callable[[], bool], limit: float) -> bool:
        """Wait until it is done; False where the time was up, or somebody would not wait."""
        end = self.seconds() + limit
        while not done():
            if self.hurried() or self.seconds() >= end:
                return False
            self.sleep(limits.END_LOOK_SECONDS)
        return True


def end_worker(worker: Child, patience: ShutdownTimer, grace: float) -> None:
    """End a worker so that its runs finish what is in flight; what takes longer than the grace period is killed.

    The worker itself would kill its runs at once, so it goes first, without a word: it starts nothing more, and its
    runs, which need nothing of it, are asked to stop. They tell the server themselves how they ended.
    """
    if worker.exit_code() is None:
        worker.process.kill()
        worker.process.wait()
    end_all(worker, patience, grace)


def end_all(child: Child, patience: ShutdownTimer, grace: float) -> None:
    """End a process with all that it has started; what takes longer than the grace period is killed."""
    child.signal_all(END)
    if not patience.until(child.is_gone, grace):
        child.signal_all(KILL)
        patience.until(child.is_gone, limits.KILLED_SECONDS)
