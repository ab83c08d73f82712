"""Numbers in texts: in names and comments, and in what is left out of a table as a title or a remark.

Nobody reads them as numbers. One that no line has may be one that stands in the service and would be deleted there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from schemas.reasons import LineCode
from tasks.phone.canonical_keys import readings, tidy_text
from tasks.text_columns import is_in, matching

_PERHAPS: Final = r"\d(?:\D{0,3}\d){6}"
# What may be a number among other things that leave the text unclear.
_WHOLE: Final = re.compile(r"(?<!\d)(?:\d\d[ -]?\d{3}[ -]?\d\d[ -]?\d\d|\d{3}[ -]?\d{3}[ -]?\d{3})(?!\d)")


def mentions(texts: pd.DataFrame, known: pd.Series, reading: Mapping[str, Any]) -> pd.DataFrame:
    """Return the texts that hold a whole number which no line has, each with the key of one, several for several.

    Args:
        texts: `line`, `column`, `value`.
        known: the keys of the numbers that lines have.
        reading: how numbers are read, as arguments.

    Returns:
        the rows of `texts` in question with `key` and `code`.
    """
    some = texts[matching(texts["value"], _PERHAPS)]
    if some.empty:
        return some.assign(key="", code="")
    tidied = tidy_text(some["value"])
    read = readings(tidied, **reading)
    keys = _numbers(read["key"].where(read["count"] > 0, ""))
    unclear = tidied[read["count"] == 0].map(_WHOLE.findall).explode().dropna().astype("str")
    apart = readings(unclear, **reading)
    found = apart.loc[apart["count"] == 1, "key"]
    some = some.join(pd.concat([keys.explode(), found]).rename("key"))
    some = some[(some["key"] != "") & ~is_in(some["key"].astype("str"), _numbers(known).explode().astype("str"))]
    return some.assign(code=str(LineCode.TEXT_NUMBER.value)).reset_index(drop=True)


def _numbers(keys: pd.Series) -> pd.Series:
    """Return the numbers of each key, without their extensions."""
    return keys.map(lambda key: [part.partition(";")[0] for part in key.split("|")]).astype(object)
