"""One run per target at a time, and none while somebody is erased: locks with a heartbeat, taken over from the dead."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from connectors.ledger.locks import Lock
from connectors.ledger.store import Ledger
from schemas import limits
from schemas.errors import LedgerError, TargetBusy
from tasks.messages.errors import error_of

# Locks that are no target's: no target is called so.
_OF_NO_TARGET: Final = "("
_RUN: Final = f"{_OF_NO_TARGET}run) "
_ERASING: Final = f"{_OF_NO_TARGET}erasing)"


@dataclass
class Hold:
    """A target as its holder sees it: called before each send, it tells whether the target is still ours.

    Attributes:
        ask: looks whether it is.
        clock: the time.
        fence: higher than the number of every holder before; 0 for a part of what another one holds.
        looked: when it was asked last.
        stood_still: the longest time between two looks: what was sent in between may have come after another holder.
    """

    ask: Callable[[], bool]
    clock: Callable[[], float]
    fence: int = 0
    looked: float | None = None
    stood_still: float = 0.0

    def __call__(self) -> bool:
        """Tell whether the target is still ours."""
        now = self.clock()
        self.stood_still = max(self.stood_still, now - self.looked if self.looked is not None else 0.0)
        self.looked = now
        return self.ask()


@contextmanager
def locked(
    ledger: Ledger, target: str, run: str, clock: Callable[[], float], sleep: Callable[[float], None]
) -> Iterator[Hold]:
    """Hold the target while the block runs; yields what tells whether it is still ours.

    Raises:
        TargetBusy: another run holds it.
    """
    mine = Lock(run, this_process(), clock())
    with ledger.locks.session(target) as ours:
        held = ledger.locks.take(target, mine, is_dead=lambda lock: is_dead(lock, clock())) if ours else None
        if held and held.beat > clock() + limits.LOCK_BEAT_SECONDS and _is_silent(ledger, target, held, sleep):
            held = ledger.locks.take(target, mine, is_dead=lambda lock: lock == held)
        if held or not ours:
            by = {"by": f"{held.run} ({held.holder})"} if held else {}
            name = "target_busy" if held else "target_busy_now"
            raise error_of(TargetBusy, name, {"target": target, **by}, run=held.run if held else "another")
        try:
            with heartbeat(ledger, target, run, clock, ledger.locks.next_fence(target)) as still_mine:
                yield still_mine
        finally:
            with suppress(LedgerError):  # without its heart the lock gives way by itself
                ledger.locks.give_back(target, run)


@contextmanager
def at_work(ledger: Ledger, run: str, clock: Callable[[], float]) -> Iterator[None]:
    """Be known to be at work while the block runs, also where nothing is written: what was read goes into reports.

    Raises:
        TargetBusy: somebody is being erased: this run would write them anew.
    """
    name = f"{_RUN}{run}"
    ledger.locks.take(name, Lock(run, this_process(), clock()), is_dead=lambda _: True)
    try:
        others = ledger.locks.held(_OF_NO_TARGET)
        for other, lock in others.items():
            if is_dead(lock, clock()) and other != name:  # it was killed: nobody else takes its place
                ledger.locks.give_back(other, lock.run)
        if _ERASING in others and not is_dead(others[_ERASING], clock()):
            raise error_of(TargetBusy, "being_erased")
        with heartbeat(ledger, name, run, clock):
            yield
    finally:
        with suppress(LedgerError):
            ledger.locks.give_back(name, run)


@contextmanager
def alone(ledger: Ledger, name: str, clock: Callable[[], float], sleep: Callable[[float], None]) -> Iterator[None]:
    """Be the only one at work on the ledger while the block runs: no run is, and none begins.

    Raises:
        TargetBusy: a run is at work, or somebody else is alone.
    """
    with locked(ledger, _ERASING, name, clock, sleep):
        others = [lock for lock in ledger.locks.held("").values() if lock.run != name]
        busy = [lock.run for lock in others if not is_dead(lock, clock())]
        if busy:
            raise error_of(TargetBusy, "run_at_work", {"run": busy[0]})
        yield


@contextmanager
def heartbeat(ledger: Ledger, target: str, run: str, clock: Callable[[], float], fence: int = 0) -> Iterator[Hold]:
    """Keep a lock alive while the block runs; yields what tells whether it is still ours."""
    heart = _Heart(ledger, target, run, clock)
    thread = threading.Thread(target=heart.beat, daemon=True)
    thread.start()
    try:
        yield Hold(heart.is_ours, clock, fence)
    finally:
        heart.ended.set()
        thread.join()


def this_process() -> str:
    """Return the name under which this process holds locks."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(lock: Lock, now: float) -> bool:
    """Tell whether whoever holds a lock has died."""
    return now - lock.beat > limits.LOCK_STALE_SECONDS or _gone(lock.holder)


class _Heart:
    """The signs of life of one holder."""

    def __init__(self, ledger: Ledger, target: str, run: str, clock: Callable[[], float]) -> None:
        self.ended = threading.Event()
        self._lost = threading.Event()
        self._ledger, self._target, self._run, self._clock = ledger, target, run, clock
        self._last = clock()

    def beat(self) -> None:
        """Give a sign of life every now and then, until the end or until the lock is somebody else's."""
        while not self.ended.wait(limits.LOCK_BEAT_SECONDS) and not self._lost.is_set():
            self._give_sign()

    def is_ours(self) -> bool:
        """Tell whether the lock is still ours; who has given no sign for a while has stood still, and looks again."""
        if self._clock() - self._last > 2 * limits.LOCK_BEAT_SECONDS:
            self._give_sign()
        return not self._lost.is_set()

    def _give_sign(self) -> None:
        now = self._clock()
        try:
            ours = self._ledger.locks.keep(self._target, self._run, now)
        except LedgerError:  # it may come back; but long before others may take the lock over, it is not ours any more
            ours = now - self._last < limits.LOCK_STALE_SECONDS / 2
        else:
            self._last = now
        if not ours:
            self._lost.set()


def _is_silent(ledger: Ledger, target: str, lock: Lock, sleep: Callable[[float], None]) -> bool:
    """Tell whether a holder whose clock is ahead of ours gives no sign of life: its last one would be new for long."""
    for _ in range(int(limits.LOCK_STALE_SECONDS / limits.LOCK_BEAT_SECONDS) + 1):
        sleep(limits.LOCK_BEAT_SECONDS)
        if ledger.locks.held(target).get(target) != lock:
            return False
    return True


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
