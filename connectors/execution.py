"""What carrying a plan out has in common for every service: tables of entries, answers, waiting before another try."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from schemas.answer import WriteAnswer
from schemas.errors import ServiceError
from schemas.execution import NumberingDefaults
from tasks.phone.snapshot_keys import with_canonical_numbers

# How often a write whose answer was lost is sent once more, after reading has shown that it did nothing.
ROUNDS = 3


def as_current(rows: Sequence[tuple[str, str, str, str, str]], reading: NumberingDefaults) -> pd.DataFrame:
    """Return `Current` of entries given as (owner, name, number, type, English name)."""
    columns = ["owner", "name", "number", "type_id", "name_en"]
    frame = pd.DataFrame(list(rows), columns=columns, dtype="str")
    return with_canonical_numbers(
        frame, region=reading.region, area_code=reading.area_code, switchboard=reading.switchboard
    )


def answer_of(send: Callable[[], Any]) -> WriteAnswer:
    """Send one write and return what was said, whatever it was."""
    try:
        written = send()
    except ServiceError as error:
        return WriteAnswer.of(error)
    return WriteAnswer("confirmed", written.status, written.attempts, written.message)


def wait_before(round_number: int, answers: Sequence[WriteAnswer]) -> float:
    """Return how long to wait before sending once more: what the service asked for, and longer each time."""
    asked = [answer.error.retry_after or 0.0 for answer in answers if answer.error]
    return max([*asked, 0.5 * float(2**round_number)])
