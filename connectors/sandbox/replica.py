"""A reader that lags: for some readings after a write it shows what stood there before."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Sequence
from typing import Generic, TypeVar

Row = TypeVar("Row")


class Replica(Generic[Row]):
    """What readings are shown of each place that was written, the oldest state first, until they have caught up."""

    def __init__(self) -> None:
        self._behind: dict[Hashable, deque[tuple[int, list[Row]]]] = defaultdict(deque)

    def written(self, place: Hashable, before: Sequence[Row], read_lag: int) -> None:
        """A place was written: so many readings still show what stood there before."""
        if read_lag > 0:
            self._behind[place].append((read_lag, list(before)))

    def shown(self, place: Hashable, now: list[Row]) -> list[Row]:
        """What one reading of a place shows."""
        behind = self._behind.get(place)
        if not behind:
            return now
        seen = behind[0][1]
        left = [(readings - 1, rows) for readings, rows in behind if readings > 1]
        self._behind[place] = deque(left)
        return list(seen)

    def clear(self) -> None:
        """All readings have caught up."""
        self._behind.clear()
