"""Survey the systems: how many numbers each pair of them has in common."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd


def numbers_in(keys: pd.Series) -> pd.Series:
    """Return the distinct canonical numbers of a column of keys, those of a list of numbers one by one."""
    readable = keys[(keys != "") & ~keys.str.startswith("text:")]
    several = readable.str.contains("|", regex=False)
    split = readable[several].str.split("|").explode()
    return pd.Series(pd.concat([readable[~several], split]).unique(), dtype="str")


def overlap(numbers: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Return `a, b, shared`: for each pair of systems, in their order, how many numbers stand in both."""
    names = list(numbers)
    systems = np.repeat(np.arange(len(names)), [len(numbers[name]) for name in names])
    columns = [numbers[name] for name in names]
    found = pd.factorize(pd.concat([pd.Series(dtype="str"), *columns], ignore_index=True))[0]
    has = np.zeros((int(found.max(initial=-1)) + 1, len(names)), dtype=np.int64)
    has[found, systems] = 1
    shared = has.T @ has
    pairs = [(a, b) for a in range(len(names)) for b in range(a + 1, len(names))]
    return pd.DataFrame(
        {
            "a": pd.Series([names[a] for a, _ in pairs], dtype="str"),
            "b": pd.Series([names[b] for _, b in pairs], dtype="str"),
            "shared": pd.Series([int(shared[a, b]) for a, b in pairs], dtype="int64"),
        }
    )
