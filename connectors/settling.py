"""Wait for readings that are behind: replicas and caches may show for a while what stood there before a write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from schemas import limits
from schemas.execution import ApplyResult, Job
from schemas.quirks import READS_AT_ONCE, read_lag

Reading = TypeVar("Reading")

LONGEST: Final = sum(limits.SETTLE_WAITS_SECONDS)


class Settling:
    """How long one writing of a plan has waited for readings to show what was confirmed.

    A wait that was in vain is not made again in full: what follows waits as long as readings have been known to lag.
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

    def read(self, read: Callable[[], Reading], patience: Callable[[Reading], float]) -> Reading:
        """Return a reading that shows what was written, or the last one there was time for.

        Args:
            read: reads the place.
            patience: how many seconds to wait for another reading than this one in all, 0 where it shows everything.
        """
        self.waited, self.cut = 0.0, False
        seen = read()
        for seconds in limits.SETTLE_WAITS_SECONDS:
            wanted = patience(seen)
            longest = self.known if self._result.waited_in_vain else wanted
            self.cut = self.waited < min(wanted, longest) and not self._job.go_on()
            if self.waited >= min(wanted, longest) or self.cut:
                break
            self._job.progress("waiting for the service to show what was written", int(self.waited), int(longest))
            self._job.sleep(seconds)
            self.waited += seconds
            seen = read()
        if self.waited and not patience(seen):
            self._result.read_lag = max(self._result.read_lag, self.waited)
        elif self.waited >= LONGEST:
            self._result.waited_in_vain = True
        return seen
