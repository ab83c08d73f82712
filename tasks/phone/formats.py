"""Writing telephone numbers: what is written reads back as the same numbers, or it is not written that way."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from schemas.syncs import WriteFormat
from tasks.phone.canonical_keys import canonical_keys, readings, tidy_text
from tasks.phone.column_formats import hyphenated, spaced
from tasks.text_columns import arrow, series


def written(
    texts: pd.Series[str],
    write_format: WriteFormat,
    *,
    region: str = "PL",
    area_code: str | None = None,
    switchboard: str | None = None,
) -> pd.Series[str]:
    """Return each text in a format, under its old canonical key, on the same index.

    A text without a number is tidied and otherwise left as it is, in every format. Several numbers are joined by
    ", ". What the telephony platform's form cannot hold (several numbers, an extension) is "" there: such lines are
    rejected before. A number of another country is written internationally instead of nationally, and numbers whose
    written form would not be read as themselves are written as E.164.
    """
    tidied = tidy_text(texts)
    if write_format == "source":
        return tidied
    table = readings(texts, region=region, area_code=area_code, switchboard=switchboard)
    readable = table["count"] > 0
    keys = table["key"].where(readable, "")
    if write_format == "apio":
        keys = keys.where((table["count"] == 1) & ~table["extension"], "")
        return _distinctly(keys, hyphenated).where(readable, tidied)
    shaped = _distinctly(keys, lambda distinct: _shaped(distinct, write_format, region))
    same = canonical_keys(shaped, region=region, area_code=area_code, switchboard=switchboard) == keys
    if not same.all():
        plain = _distinctly(keys.where(~same, ""), lambda distinct: _shaped(distinct, "e164", region))
        shaped = shaped.where(same, plain)
    return shaped.where(readable, tidied)


def _distinctly(keys: pd.Series[str], write: Callable[[pa.LargeStringArray], pa.LargeStringArray]) -> pd.Series[str]:
    """Write each distinct key once; an empty one stays empty."""
    distinct = arrow(keys).dictionary_encode()
    forms = write(distinct.dictionary).take(distinct.indices)
    return series(forms, keys)


def _shaped(keys: pa.LargeStringArray, write_format: WriteFormat, region: str) -> pa.LargeStringArray:
    """Write keys; those of several numbers or with an extension, of which there are few, one by one."""
    shaped = keys if write_format == "e164" else spaced(keys, home=region if write_format == "national" else None)
    composed = pc.match_substring_regex(keys, "[|;]")
    parts = [_parts(key) for key in keys.filter(composed).to_pylist()]
    numbers = pa.array([e164 for numbers in parts for e164, _ in numbers], pa.large_string())
    forms = iter(_shaped(numbers, write_format, region).to_pylist() if len(numbers) else ())
    mark = " wew. " if region == "PL" else " ext. "
    joined = (
        ", ".join(next(forms) + (mark + extension if extension else "") for _, extension in each) for each in parts
    )
    return pc.replace_with_mask(shaped, composed, pa.array([*joined], pa.large_string()))


def _parts(key: str) -> list[tuple[str, str]]:
    """Return the numbers of a key, each with its extension or ""."""
    return [(e164, extension) for e164, _, extension in (part.partition(";ext=") for part in key.split("|"))]
