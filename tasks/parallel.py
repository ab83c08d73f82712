"""Work on parts of a column or on several columns at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_WORTHWHILE: Final = 1 << 16  # rows; below that, starting threads takes longer than they save


def on_all_cores(work: Callable[[Item], Result], items: Iterable[Item], *, rows: int) -> list[Result]:
    """Return the work done on each item, in their order: on all cores where the items have many `rows` together.

    It is for work of Arrow, which does not hold the interpreter's lock.
    """
    if rows < _WORTHWHILE:
        return [work(item) for item in items]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(work, items))
