"""Recognise what was read from a target: the same canonical forms as the lines of a file get."""

from __future__ import annotations

import pandas as pd

from schemas.tables import Current
from tasks.phone.canonical_keys import canonical_keys, tidy_text

RAW = ["owner", "name", "number", "type_id", "name_en"]


def with_canonical_numbers(
    read: pd.DataFrame, *, region: str, area_code: str | None, switchboard: str | None = None
) -> pd.DataFrame:
    """Return `Current`: the stored texts as they are, with `tidy` and `key` to compare them by.

    Args:
        read: columns `owner, name, number, type_id, name_en`, as the service answered.
        region: whose numbers are written without a country code.
        area_code: what completes a seven-digit number, if anything.
        switchboard: the number that extensions standing alone belong to, if any.
    """
    current = read.reset_index(drop=True)
    current = current.assign(
        tidy=tidy_text(current["name"]),
        key=canonical_keys(current["number"], region=region, area_code=area_code, switchboard=switchboard),
    )
    # An entry without a number is an entry all the same: it stands there, and it can be lost.
    current["key"] = current["key"].mask(current["key"] == "", "text:")
    return current[[*Current.to_schema().columns]]
