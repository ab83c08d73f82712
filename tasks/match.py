"""Pair rows of two tables by columns, exactly, on whole columns: duplicates count, ambiguity is never resolved."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Pairs = tuple[Ints, Ints]


def codes(left: pd.DataFrame, right: pd.DataFrame, columns: Sequence[str]) -> Pairs:
    """Number the rows of both tables so that two rows have one number exactly where all columns are equal.

    No hashing: the numbers come from the values themselves, so two different rows never meet.
    """
    combined = np.zeros(len(left) + len(right), dtype=np.int64)
    for column in columns:
        values = pd.concat([left[column], right[column]], ignore_index=True)
        numbers, distinct = pd.factorize(values)
        # Numbered anew after each column, so the product of two counts of rows never overflows.
        combined = pd.factorize(combined * max(len(distinct), 1) + numbers)[0].astype(np.int64)
    return combined[: len(left)], combined[len(left) :]


def _ranks(values: Ints) -> Ints:
    """Count, for each row, the equal rows before it."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    sizes = np.diff(np.r_[starts, len(ordered)])
    ranks = np.empty(len(values), dtype=np.int64)
    ranks[order] = np.arange(len(values)) - np.repeat(starts, sizes)
    return ranks


def pair_equal(left: Ints, right: Ints) -> Pairs:
    """Pair rows of equal number as multisets: the first with the first, the second with the second.

    Returns positions in `left` and in `right`, in the order of `left`.
    """
    if not len(left) or not len(right):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    left_ranks, right_ranks = _ranks(left), _ranks(right)
    width = int(max(left_ranks.max(), right_ranks.max())) + 1
    # Codes are smaller than the count of rows and so are ranks: the product fits.
    _, in_left, in_right = np.intersect1d(left * width + left_ranks, right * width + right_ranks, True, True)  # noqa: FBT003 - numpy's positional flags
    order = np.argsort(in_left, kind="stable")
    return in_left[order].astype(np.int64), in_right[order].astype(np.int64)


def pair_unique(left: Ints, right: Ints) -> Pairs:
    """Pair rows whose number occurs once on each side; whatever occurs more often stays unpaired."""
    left_once, right_once = np.flatnonzero(_once(left)), np.flatnonzero(_once(right))
    in_left, in_right = pair_equal(left[left_once], right[right_once])
    return left_once[in_left], right_once[in_right]


def _once(values: Ints) -> npt.NDArray[np.bool_]:
    if not len(values):
        return np.empty(0, dtype=np.bool_)
    single: npt.NDArray[np.bool_] = (np.bincount(values) == 1)[values]
    return single
