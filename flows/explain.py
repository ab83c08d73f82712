"""Explain how numbers are read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tasks.read_number import read_number


def explain(texts: Sequence[str], *, region: str, area_code: str | None) -> list[dict[str, Any]]:
    """Return, for each text, the numbers in it, the words around them, or why there is none."""
    read = [read_number(text, region=region, area_code=area_code) for text in texts]
    return [
        {
            "text": reading.text,
            "numbers": [vars(number) for number in reading.numbers],
            "note": reading.note,
            "reason": reading.reason,
        }
        for reading in read
    ]
