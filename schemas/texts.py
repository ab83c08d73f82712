"""Texts as they are compared: a header without what people vary, and a column as its bytes."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pyarrow as pa


def text_bytes(texts: pa.LargeStringArray) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return the bytes of all texts in a row, and where each text begins among them, the last one's end included."""
    _, offsets, data = texts.buffers()
    if not len(texts) or data is None:
        return np.empty(0, dtype=np.uint8), np.zeros(len(texts) + 1, dtype=np.int64)
    starts = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data, dtype=np.uint8)[starts[0] : starts[-1]], starts - starts[0]


def header_key(name: str) -> str:
    """Return what two headers share that mean the same column: no case, no punctuation, single spaces.

    `Nr_telefonu`, `nr telefonu:` and a header broken over two lines are one.
    """
    return " ".join(re.sub(r"[\W_]+", " ", name).split()).casefold()
