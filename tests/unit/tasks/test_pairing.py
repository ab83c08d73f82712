"""Equal rows are paired in their order, the first with the first, however many there are."""

from __future__ import annotations

import numpy as np
import pytest

from tasks.pairing import pair_equal, pair_unique

MANY = np.arange(5_000, dtype=np.int64)


@pytest.mark.parametrize("values", [1, 3, 1_000])
def test_the_first_goes_with_the_first_and_the_last_with_the_last(values: int) -> None:
    left, right = MANY % values, MANY[::-1] % values
    ours, theirs = pair_equal(left, right)
    assert list(ours) == list(MANY)
    for value in range(min(values, 3)):
        mine = left[ours] == value
        assert list(theirs[mine]) == list(np.flatnonzero(right == value))


@pytest.mark.parametrize(
    ("left", "right", "equal", "unique"),
    [
        ([], [1], [], []),
        ([1], [], [], []),
        ([1, 2], [2, 1], [(0, 1), (1, 0)], [(0, 1), (1, 0)]),
        ([1, 1, 2], [1, 3, 2], [(0, 0), (2, 2)], [(2, 2)]),
        ([1, 2], [1, 1, 2], [(0, 0), (1, 2)], [(1, 2)]),
        ([1, 1], [1, 1], [(0, 0), (1, 1)], []),
        ([2**62, 1], [1, 2**62], [(0, 1), (1, 0)], [(0, 1), (1, 0)]),
        ([2**62, 2**62], [2**62, 2**62], [(0, 0), (1, 1)], []),
    ],
)
def test_rows_pair_as_often_as_they_stand_on_both_sides(
    left: list[int], right: list[int], equal: list[tuple[int, int]], unique: list[tuple[int, int]]
) -> None:
    both = np.array(left, dtype=np.int64), np.array(right, dtype=np.int64)
    assert [*zip(*pair_equal(*both), strict=True)] == equal
    assert [*zip(*pair_unique(*both), strict=True)] == unique
