"""Write a table as CSV that programs read as it is and spreadsheets open without running anything."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tasks.plain_text import UNSEEN_RE2, plain
from tasks.text_columns import on_all_cores, one_text, text_bytes

# What a spreadsheet runs: at the beginning of a cell, and where one that splits at `;` sees another cell begin.
_RUNS = "=@+\\-＝＠＋－"
_MAY_RUN = f"(?:^|;)[ '\"]*[{_RUNS}]"
_IS_NUMBER = r"^[+\-][0-9 ()./,;|•-]*$"
_BEGINS = re.compile(f"^([ '\"]*)(?=[{_RUNS}])")
_OF_SIGNS = re.compile(r"[ '\"]*[+\-][0-9 ()./,;|•-]*")
# The same by bytes, for columns that hold numbers in no other signs than these.
_OF_NUMBERS = np.isin(np.arange(256), np.frombuffer("+-0123456789 ()./,;|•".encode(), np.uint8))
_TO_LOOK_AT = np.isin(np.arange(256), np.frombuffer(b";=@+-\x7f\xc2\xd8\xe1\xe2\xef\xf3", np.uint8))
_TO_LOOK_AT[:32] = True
_AT_ONCE = 1 << 17  # rows: all columns of a part stand in memory several times while it is put together
_SPECIAL = np.isin(np.arange(256), np.frombuffer(b'",\r\n', np.uint8))


def as_csv(table: pd.DataFrame) -> bytes:
    r"""Return the table as CSV: UTF-8 without a byte order mark, commas, "\n", quotes only where needed.

    Numbers are never altered. A text that a spreadsheet would run as a formula (it begins with `=`, `@`, or with a sign
    that begins no number) gets an apostrophe in front, which is how spreadsheets themselves mark a text; likewise what
    stands after a `;`, for spreadsheets that split lines there. Control characters are visible signs.
    """
    columns = [str(column) for column in table.columns]
    head = (",".join(columns) + "\n").encode()
    parts = (table[at : at + _AT_ONCE] for at in range(0, len(table), _AT_ONCE))
    return b"".join((head, *map(_lines, parts)))


def _lines(table: pd.DataFrame) -> pa.Buffer:
    """Return some rows as CSV."""
    cells = on_all_cores(_quoted, (_text(table[column]) for column in table.columns), rows=len(table))
    cells[-1] = _joined(cells[-1], pa.repeat(one_text("\n"), len(table)))
    return _joined(*cells, between=",").buffers()[2]


def _text(cells: pd.Series) -> pd.Series:
    return cells if cells.dtype == "str" else cells.astype("str")


def _quoted(texts: pd.Series) -> pa.Array | pa.Scalar:
    """Quote what a reader of CSV could not tell from structure; on columns, as a million rows are not rare."""
    column = pa.chunked_array(pa.array(texts, type=pa.large_string())).combine_chunks()
    if pc.all(pc.equal(column, column[0])).as_py():
        column = column[:1]
    values = _harmless(column)
    if _SPECIAL[text_bytes(values)[0]].any():
        special = pc.match_substring_regex(values, pattern='[",\r\n]')
        doubled = pc.replace_substring(values, pattern='"', replacement='""')
        values = pc.if_else(special, _joined(one_text('"'), doubled, one_text('"')), values)
    return values[0] if len(values) < len(texts) else values


def _harmless(values: pa.Array) -> pa.Array:
    """Take the sting out of what a spreadsheet would run or a terminal obey; a number such as `+48…` is none of it."""
    characters, _ = text_bytes(values)
    if _OF_NUMBERS[characters].all() or not _TO_LOOK_AT[characters].any():
        return values
    runs = pc.and_not(
        pc.match_substring_regex(values, pattern=_MAY_RUN), pc.match_substring_regex(values, pattern=_IS_NUMBER)
    )
    touched = pc.or_(runs, pc.match_substring_regex(values, pattern=f"[{UNSEEN_RE2}]"))
    if not pc.any(touched).as_py():
        return values
    made = {text: harmless(text) for text in pc.unique(pc.filter(values, touched)).to_pylist()}
    return pa.array([made.get(text, text) for text in values.to_pylist()], type=pa.large_string())


def harmless(text: str) -> str:
    """Return a cell as a spreadsheet may have it, whether it splits lines at `,` or at `;`."""
    shown = plain(text)
    first, *rest = shown.split(";")
    first = first if _OF_SIGNS.fullmatch(shown) else _BEGINS.sub(r"\1'", first)
    return ";".join([first, *(part if _OF_SIGNS.fullmatch(part) else _BEGINS.sub(r"\1'", part) for part in rest)])


def _joined(*parts: pa.Array | pa.Scalar, between: str = "") -> pa.Array:
    return pc.binary_join_element_wise(*parts, one_text(between))
