"""Pair rows of two tables by columns, exactly, on whole columns: duplicates count, ambiguity is never resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from tasks.text_columns import Mask, arrow, on_all_cores

Ints = npt.NDArray[np.int64]
Pairs = tuple[Ints, Ints]
Table = pd.DataFrame | Mapping[str, pd.Series]

_MOST = 2**62  # a number beyond could overflow


def codes(left: Table, right: Table, columns: Sequence[str]) -> Pairs:
    """Number the rows of both tables so that two rows have one number exactly where all columns are equal."""
    return join([*number_all(left, right, columns).values()])


def number_all(left: Table, right: Table, columns: Sequence[str]) -> dict[str, Pairs]:
    """Number the values of each of these columns by itself."""
    rows = len(left[columns[0]]) + len(right[columns[0]])
    numbers = on_all_cores(lambda column: number(left[column], right[column]), columns, rows=rows)
    return dict(zip(columns, numbers, strict=True))


def number(left: pd.Series, right: pd.Series) -> Pairs:
    """Number the values of two columns so that two of them have one number exactly where they are equal.

    No hashing: the numbers come from the values themselves, so two different ones never meet.
    """
    if left.dtype == right.dtype == "str":
        numbers = pa.concat_arrays([arrow(left), arrow(right)]).dictionary_encode().indices.to_numpy().astype(np.int64)
    else:
        numbers = pd.factorize(pd.concat([left, right], ignore_index=True))[0].astype(np.int64)
    return numbers[: len(left)], numbers[len(left) :]


def join(columns: Sequence[Pairs]) -> Pairs:
    """Number the rows of several numbered columns so that two rows have one number where they agree in each."""
    (left, right), *others = columns
    whole = np.concatenate([left, right])
    for pair in others:
        numbers = np.concatenate(pair)
        width = _beyond(numbers)
        if _beyond(whole) > _MOST // width:
            whole = _renumbered(whole)  # fewer numbers than rows: now the product fits
        whole = whole * width + numbers
    return whole[: len(left)], whole[len(left) :]


def _beyond(values: Ints) -> int:
    return int(values.max()) + 1 if len(values) else 1


def _renumbered(values: Ints) -> Ints:
    return pd.factorize(values)[0].astype(np.int64)


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
    width = max(_beyond(left_ranks), _beyond(right_ranks))
    if max(_beyond(left), _beyond(right)) > _MOST // width:
        both = _renumbered(np.concatenate([left, right]))
        left, right = both[: len(left)], both[len(left) :]
    _, in_left, in_right = np.intersect1d(left * width + left_ranks, right * width + right_ranks, True, True)  # noqa: FBT003 - numpy's positional flags
    order = np.argsort(in_left, kind="stable")
    return in_left[order].astype(np.int64), in_right[order].astype(np.int64)


def pair_unique(left: Ints, right: Ints) -> Pairs:
    """Pair rows whose number occurs once on each side; whatever occurs more often stays unpaired."""
    left_once, right_once = np.flatnonzero(~repeated(left)), np.flatnonzero(~repeated(right))
    in_left, in_right = pair_equal(left[left_once], right[right_once])
    return left_once[in_left], right_once[in_right]


def repeated(values: Ints) -> Mask:
    """Tell which rows have a number that another row has too."""
    return pd.Series(values).duplicated(keep=False).to_numpy()
