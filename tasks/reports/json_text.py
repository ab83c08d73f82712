"""Write a table as JSON, an object a row: on whole columns, as a million rows are not rare."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import groupby
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tasks.plain_text import UNSEEN_RE2, json_text
from tasks.text_columns import arrow, on_all_cores, one_text, text_bytes

_PIECE: Final = 100_000  # rows at a time: a million are half a gigabyte
_NEXT: Final = ", "
# Bytes that begin what JSON has to escape, or what a terminal obeys where a report is shown as it is.
_SPECIAL: Final = (*range(32), *b'"\\\x7f\xc2\xd8\xe1\xe2\xef\xf3')
_ESCAPED: Final = rf'"\\{UNSEEN_RE2}'


def rows_as_json(table: pd.DataFrame, *, numbers: Collection[str]) -> Iterator[bytes]:
    """Return the rows as a JSON array in UTF-8, each an object with the table's columns in their order, piece by piece.

    Args:
        table: text columns.
        numbers: columns of whole numbers, null where the text is empty.
    """
    yield b"["
    for start in range(0, len(table), _PIECE):
        piece = table.iloc[start : start + _PIECE]
        rows = _objects(piece, numbers)
        yield rows if start + len(piece) < len(table) else rows.slice(0, rows.size - len(_NEXT))
    yield b"]"


def _objects(table: pd.DataFrame, numbers: Collection[str]) -> pa.Buffer:
    """Write rows, each with what stands between it and the next one."""
    columns = [str(column) for column in table.columns]
    values = on_all_cores(
        lambda name: _numbers(table[name]) if name in numbers else _cells(table[name]), columns, rows=len(table)
    )
    parts: list[pa.LargeStringArray | str] = []
    for place, (name, cells) in enumerate(zip(columns, values, strict=True)):
        parts += [("{" if place == 0 else ", ") + json_text(name) + ": ", cells]
    parts.append("}" + _NEXT)
    # What is the same in all rows is joined before, once.
    joined: list[Any] = [pa.repeat(one_text(""), len(table))]
    for fixed, some in ((fixed, [*some]) for fixed, some in groupby(parts, key=lambda part: isinstance(part, str))):
        joined += [one_text("".join(map(str, some)))] if fixed else some
    return pc.binary_join_element_wise(*joined, one_text("")).buffers()[2]


def _cells(texts: pd.Series) -> pa.LargeStringArray | str:
    """Write JSON strings, a single one where all are the same."""
    column = arrow(texts)
    if pc.all(pc.equal(column, column[0])).as_py():
        return json_text(column[0].as_py())
    return pc.binary_join_element_wise(one_text('"'), escaped(column, json_text), one_text('"'), one_text(""))


def escaped(texts: pa.LargeStringArray, write: Callable[[str], str], signs: str = "") -> pa.LargeStringArray:
    """Return texts as they stand between the quotes of JSON.

    Only a text with a quote, a backslash, something unseen or one of the signs is looked at by itself.

    Args:
        texts: what is to be written.
        write: returns a text that is looked at as JSON, in quotes.
        signs: further ASCII signs that do not stay as they are.
    """
    if not np.isin(np.arange(256), [*_SPECIAL, *signs.encode()])[text_bytes(texts)[0]].any():
        return texts
    special = pc.match_substring_regex(texts, f"[{signs}{_ESCAPED}]")
    written = [write(text)[1:-1] for text in texts.filter(special).to_pylist()]
    return pc.replace_with_mask(texts, special, pa.array(written, pa.large_string()))


def _numbers(texts: pd.Series) -> pa.LargeStringArray | str:
    column = arrow(texts)
    if pc.all(pc.equal(column, column[0])).as_py():
        return column[0].as_py() or "null"
    return pc.if_else(pc.equal(column, ""), one_text("null"), column)
