"""Write a table as CSV that programs read as it is and spreadsheets open without running anything."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

_MAY_RUN = r"^[=@\t\r+\-]"
_IS_NUMBER = r"^[+\-][0-9 ()./,;|•-]*$"
_SPECIAL = (b'"', b",", b"\r", b"\n")


def as_csv(table: pd.DataFrame) -> bytes:
    r"""Return the table as CSV: UTF-8 without a byte order mark, commas, "\n", quotes only where needed.

    Numbers are never altered. A text that a spreadsheet would run as a formula (it begins with `=`, `@`, a tab, or with
    a sign that begins no number) gets an apostrophe in front, which is how spreadsheets themselves mark a text.
    """
    columns = [str(column) for column in table.columns]
    rows = pc.binary_join_element_wise(*(_quoted(table[column].astype("str")) for column in columns), ",")
    whole = pa.ListArray.from_arrays([0, len(rows)], rows)
    body: str = pc.binary_join(whole, pa.scalar("\n", pa.string()))[0].as_py()
    return "\n".join([",".join(columns), *([body] if len(rows) else []), ""]).encode()


def _quoted(texts: pd.Series) -> pa.Array:
    """Quote what a reader of CSV could not tell from structure; on columns, as a million rows are not rare."""
    values = _harmless(pa.chunked_array(pa.array(texts, type=pa.string())).combine_chunks())
    data = values.buffers()[2]
    text = data.to_pybytes() if data else b""
    if not any(sign in text for sign in _SPECIAL):
        return values
    special = pc.match_substring_regex(values, pattern='[",\r\n]')
    doubled = pc.replace_substring(values, pattern='"', replacement='""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), values)


def _harmless(values: pa.Array) -> pa.Array:
    """Put an apostrophe before what a spreadsheet would run; a number such as `+48…` or `-12` is none of it."""
    suspect = pc.match_substring_regex(values, pattern=_MAY_RUN)
    if not pc.any(suspect).as_py():
        return values
    runs = pc.and_not(suspect, pc.match_substring_regex(values, pattern=_IS_NUMBER))
    return pc.if_else(runs, pc.binary_join_element_wise("'", values, ""), values)
