"""Write a table as CSV that programs read as it is and spreadsheets open without running anything."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tasks.text_columns import on_all_cores, text_bytes

_MAY_RUN = r"^[=@\t\r+\-]"
_IS_NUMBER = r"^[+\-][0-9 ()./,;|•-]*$"
# The same by bytes, for columns that hold numbers in no other signs than these.
_OF_NUMBERS = np.isin(np.arange(256), np.frombuffer("+-0123456789 ()./,;|•".encode(), np.uint8))
_FIRST_TO_RUN = np.isin(np.arange(256), np.frombuffer(b"=@\t\r+-", np.uint8))
_SPECIAL = np.isin(np.arange(256), np.frombuffer(b'",\r\n', np.uint8))


def as_csv(table: pd.DataFrame) -> bytes:
    r"""Return the table as CSV: UTF-8 without a byte order mark, commas, "\n", quotes only where needed.

    Numbers are never altered. A text that a spreadsheet would run as a formula (it begins with `=`, `@`, a tab, or with
    a sign that begins no number) gets an apostrophe in front, which is how spreadsheets themselves mark a text.
    """
    columns = [str(column) for column in table.columns]
    head = (",".join(columns) + "\n").encode()
    if table.empty:
        return head
    cells = on_all_cores(_quoted, (table[column].astype("str") for column in columns), rows=len(table))
    cells[-1] = _joined(cells[-1], pa.repeat(_text("\n"), len(table)))
    return b"".join((head, _joined(*cells, between=",").buffers()[2]))


def _quoted(texts: pd.Series) -> pa.Array | pa.Scalar:
    """Quote what a reader of CSV could not tell from structure; on columns, as a million rows are not rare."""
    column = pa.chunked_array(pa.array(texts, type=pa.large_string())).combine_chunks()
    if pc.all(pc.equal(column, column[0])).as_py():
        column = column[:1]
    values = _harmless(column)
    if _SPECIAL[text_bytes(values)[0]].any():
        special = pc.match_substring_regex(values, pattern='[",\r\n]')
        doubled = pc.replace_substring(values, pattern='"', replacement='""')
        values = pc.if_else(special, _joined(_text('"'), doubled, _text('"')), values)
    return values[0] if len(values) < len(texts) else values


def _harmless(values: pa.Array) -> pa.Array:
    """Put an apostrophe before what a spreadsheet would run; a number such as `+48…` or `-12` is none of it."""
    characters, starts = text_bytes(values)
    first = characters[starts[:-1][starts[:-1] < starts[1:]]]
    if not _FIRST_TO_RUN[first].any() or _OF_NUMBERS[characters].all():
        return values
    runs = pc.and_not(
        pc.match_substring_regex(values, pattern=_MAY_RUN), pc.match_substring_regex(values, pattern=_IS_NUMBER)
    )
    return pc.if_else(runs, _joined(_text("'"), values), values)


def _joined(*parts: pa.Array | pa.Scalar, between: str = "") -> pa.Array:
    return pc.binary_join_element_wise(*parts, _text(between))


def _text(text: str) -> pa.Scalar:
    return pa.scalar(text, pa.large_string())
