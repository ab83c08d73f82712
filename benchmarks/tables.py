"""What checking the tables of the road takes: each of them, as often as one reconciliation and one run check it."""

from __future__ import annotations

import time
from typing import Any, Final

import numpy as np
import pandas as pd
import pandera.pandas as pa

from schemas.tables import Current, Desired, Finding, Plan, Rejected, Result, Source, empty, validated

MODELS: Final = (Source, Desired, Rejected, Current, Plan, Result, Finding)
_WORDS: Final = {"action": "keep", "outcome": "unchanged", "kind": "agree", "trend": "new"}


def measure(rows: int, repeats: int) -> dict[str, Any]:
    """Return the best of some times for each table of that many rows, and for one of a single row, in seconds."""
    seconds = {}
    for model in MODELS:
        frame = _table(model, rows)
        seconds[model.__name__] = [_best(model, some, repeats) for some in (frame, frame.head(1))]
    return {"rows": rows, "seconds": seconds}


def _best(model: type[pa.DataFrameModel], frame: pd.DataFrame, repeats: int) -> float:
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        validated(model, frame)
        times.append(time.perf_counter() - began)
    return round(min(times), 4)


def _table(model: type[pa.DataFrameModel], rows: int) -> pd.DataFrame:
    """Return a table that is right, no two of its texts alike where they need not be."""
    numbers = np.arange(1, rows + 1)
    texts = pd.Series([f"{number:012x}" for number in numbers], dtype="str")
    columns = {
        name: numbers
        if dtype == "int64"
        else pd.Series(_WORDS[name], index=texts.index, dtype="str")
        if name in _WORDS
        else texts
        for name, dtype in empty(model).dtypes.items()
    }
    return pd.DataFrame(columns)
