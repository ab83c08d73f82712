"""Wait for readings that are behind: replicas and caches may show for a while what stood there before a write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from schemas import limits
from schemas.execution import ApplyResult, Job
from schemas.quirks import READS_AT_ONCE, read_lag

Reading = TypeVar("Reading")

LONGEST: Final = sum(limits.SETTLE_WAITS_SECONDS)


@dataclass(frozen=True)
class Awaited:
    """What a reading does not show yet.

    Attributes:
        seconds: how long to wait in all for one that does; 0 where nothing is waited for.
        what: the rows of the plan, or the entries, that it does not show.
        kinds: the kinds of writes that it does not show.
    """

    seconds: float = 0.0
    what: frozenset[object] = frozenset()
    kinds: frozenset[str] = frozenset()


class Settling:
    """How long one writing of a plan has waited for readings to show what was confirmed.

    A wait that was in vain is not made again in full for the same kind of write, which the service may confirm without
    doing it: what follows waits as long as readings have been known to lag.
    """

    def __init__(self, job: Job, result: ApplyResult) -> None:
        self.waited = 0.0  # seconds, since the last write
        self.cut = False  # the run was stopped before the last reading had caught up
        self._job = job
        self._result = result

    @property
    def known(self) -> float:
        """Return how many seconds readings have been seen to be behind."""
        return max(read_lag(self._job.quirks), self._result.read_lag)

    @property
    def doubt(self) -> float:
        """Return how many seconds a reading may be behind what was refused, perhaps for being done already."""
        seen = self._result.prompt or READS_AT_ONCE in self._job.quirks
        return self.known or (0.0 if seen else limits.DOUBT_SECONDS)

    def read(self, read: Callable[[], Reading], patience: Callable[[Reading], Awaited]) -> Reading:
        """Return a reading that shows what was written, or the last one there was time for.

        Args:
            read: reads the place.
            patience: what is to be waited for after this reading.
        """
        self.waited, self.cut = 0.0, False
        seen = read()
        awaited = patience(seen)
        for seconds in limits.SETTLE_WAITS_SECONDS:
            in_vain = bool(awaited.kinds) and awaited.kinds <= self._result.in_vain
            longest = min(awaited.seconds, self.known) if in_vain else awaited.seconds
            self.cut = self.waited < longest and not self._job.go_on()
            if self.waited >= longest or self.cut:
                break
            self._job.progress("waiting for the service to show what was written", int(self.waited), int(longest))
            self._job.sleep(seconds)
            self.waited += seconds
            seen = read()
            before, awaited = awaited, patience(seen)
            if before.what - awaited.what:  # some of it has come, and is as late as this
                self._result.read_lag = max(self._result.read_lag, self.waited)
        if self.waited >= LONGEST:
            self._result.in_vain |= awaited.kinds
        return seen
