"""Explain how numbers are read."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from tasks.phone.parser import read_number
from tasks.phone.suggestions import suggest


def explain(
    texts: Sequence[str], *, region: str, area_code: str | None, switchboard: str | None = None
) -> list[dict[str, Any]]:
    """Return, for each text, the numbers in it, the words around them, or why there is none and what may be meant."""
    read = partial(read_number, region=region, area_code=area_code, switchboard=switchboard)
    return [
        {
            "text": reading.text,
            "numbers": [vars(number) for number in reading.numbers],
            "note": reading.note,
            "reason": reading.reason,
            "suggestion": "" if reading.numbers else suggest(reading.text, read, region=region),
        }
        for reading in map(read, texts)
    ]
