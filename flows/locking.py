"""One run per target at a time: a lock with a heartbeat, taken over from holders that have died."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from connectors.ledger.locks import Lock
from connectors.ledger.store import Ledger
from schemas import limits
from schemas.errors import LedgerError, TargetBusy


@contextmanager
def locked(ledger: Ledger, target: str, run: str, clock: Callable[[], float]) -> Iterator[Callable[[], bool]]:
    """Hold the target while the block runs; yields what tells whether it is still ours.

    Raises:
        TargetBusy: another run holds it.
    """
    mine = Lock(run, this_process(), clock())
    with ledger.locks.session(target) as ours:
        held = ledger.locks.take(target, mine, is_dead=lambda lock: is_dead(lock, clock())) if ours else None
        if held or not ours:
            by = f"run {held.run} ({held.holder})" if held else "another run"
            raise TargetBusy(
                f"{target} is being written by {by}.",
                remedy="Wait until it has ended and try again; a run that has died gives way within a minute.",
            )
        try:
            with heartbeat(ledger, target, run, clock) as still_mine:
                yield still_mine
        finally:
            with suppress(LedgerError):  # without its heart the lock gives way by itself
                ledger.locks.give_back(target, run)


@contextmanager
def heartbeat(ledger: Ledger, target: str, run: str, clock: Callable[[], float]) -> Iterator[Callable[[], bool]]:
    """Keep a lock alive while the block runs; yields what tells whether it is still ours."""
    ended, lost = threading.Event(), threading.Event()
    heart = threading.Thread(target=_beat, args=(ledger, target, run, clock, ended, lost), daemon=True)
    heart.start()
    try:
        yield lambda: not lost.is_set()
    finally:
        ended.set()
        heart.join()


def this_process() -> str:
    """Return the name under which this process holds locks."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(lock: Lock, now: float) -> bool:
    """Tell whether whoever holds a lock has died."""
    return now - lock.beat > limits.LOCK_STALE_SECONDS or _gone(lock.holder)


def _beat(  # noqa: PLR0913, PLR0917 - a thread's arguments
    ledger: Ledger,
    target: str,
    run: str,
    clock: Callable[[], float],
    ended: threading.Event,
    lost: threading.Event,
) -> None:
    beat = clock()
    while not ended.wait(limits.LOCK_BEAT_SECONDS):
        try:
            ours = ledger.locks.keep(target, run, clock())
        except LedgerError:  # it may come back; but long before others may take the lock over, it is not ours any more
            ours = clock() - beat < limits.LOCK_STALE_SECONDS / 2
        else:
            beat = clock()
        if not ours:
            lost.set()
            return


def _gone(holder: str) -> bool:
    """Tell whether the holder was a process of this machine that is not there any more."""
    machine, _, process = holder.rpartition(":")
    if machine != socket.gethostname() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
