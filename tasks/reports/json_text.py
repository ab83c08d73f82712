"""Write a table as JSON, an object a row: on whole columns, as a million rows are not rare."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tasks.plain_text import UNSEEN_RE2, json_text
from tasks.text_columns import arrow, on_all_cores, text_bytes

# Bytes that begin what JSON has to escape, or what a terminal obeys where a report is shown as it is.
_SPECIAL = np.isin(np.arange(256), [*range(32), *b'"\\\x7f\xc2\xd8\xe1\xe2\xef\xf3'])
_ESCAPED = rf'["\\{UNSEEN_RE2}]'


def rows_as_json(table: pd.DataFrame, *, numbers: Collection[str]) -> bytes:
    """Return the rows as a JSON array in UTF-8, each an object with the table's columns in their order.

    Args:
        table: text columns.
        numbers: columns of whole numbers, null where the text is empty.
    """
    if table.empty:
        return b"[]"
    columns = [str(column) for column in table.columns]
    values = on_all_cores(
        lambda name: _number(table[name]) if name in numbers else _string(table[name]), columns, rows=len(table)
    )
    parts = []
    for place, (name, cells) in enumerate(zip(columns, values, strict=True)):
        parts += [_text(("{" if place == 0 else ", ") + json_text(name) + ": "), cells]
    rows = pc.binary_join_element_wise(*parts, _text("}, "), _text(""))
    written = rows.buffers()[2]
    return b"".join((b"[", written.slice(0, written.size - 2), b"]"))


def _string(texts: pd.Series) -> pa.LargeStringArray:
    """Write JSON strings; only a text with a quote, a backslash or something unseen is looked at by itself."""
    column = arrow(texts)
    quoted = pc.binary_join_element_wise(_text('"'), column, _text('"'), _text(""))
    if not _SPECIAL[text_bytes(column)[0]].any():
        return quoted
    special = pc.match_substring_regex(column, _ESCAPED)
    written = [json_text(text) for text in column.filter(special).to_pylist()]
    return pc.replace_with_mask(quoted, special, pa.array(written, pa.large_string()))


def _number(texts: pd.Series) -> pa.LargeStringArray:
    column = arrow(texts)
    return pc.if_else(pc.equal(column, ""), _text("null"), column)


def _text(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.large_string())
