"""Work on whole columns of texts: find by a pattern, among others or by their key, as bytes, and on all cores."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]

_STR: Final = pd.StringDtype(na_value=np.nan)  # what pandas calls "str"
# Letters whose small form is what they are folded to: ASCII and those of Europe's Latin alphabets, but for ß, İ, ŉ, ſ.
_SMALL_IS_FOLDED: Final = "^[ -~À-ÖØ-Þà-öø-įĲ-ňŊ-ž]*$"


def matching(texts: pd.Series[str], pattern: str) -> pd.Series[bool]:
    """Tell which texts hold the pattern; a text that is missing holds none.

    It is RE2's: its digits, letters and white space are ASCII's.
    """
    found = pc.fill_null(pc.match_substring_regex(arrow(texts), pattern), fill_value=False)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=texts.index)


def is_in(texts: pd.Series[str], values: Iterable[str]) -> pd.Series[bool]:
    """Tell which texts stand among the values; a text that is missing does not.

    pandas' own `isin` looks at each text one by one.
    """
    if isinstance(values, pd.Series | pd.Index):
        among = arrow(values if isinstance(values, pd.Series) else pd.Series(values, dtype="str"))
    else:
        among = pa.array([*values], pa.large_string())
    found = pc.is_in(arrow(texts), value_set=among, skip_nulls=True)
    return pd.Series(found.to_numpy(zero_copy_only=False), index=texts.index)


def filled(texts: pd.Series[str]) -> Mask:
    """Tell which texts are not empty, twenty times as fast as a comparison of pandas' where there are few."""
    mask: Mask = pc.not_equal(arrow(texts), "").to_numpy(zero_copy_only=False)
    return mask


def casefolded(texts: pd.Series[str]) -> pd.Series[str]:
    """Return the texts without regard to case, as `str.casefold` has them; pandas' own asks Python for each text."""
    column = arrow(texts)
    plain = pc.fill_null(pc.match_substring_regex(column, _SMALL_IS_FOLDED), fill_value=True)
    folded = pc.utf8_lower(column)
    if not pc.all(plain).as_py():
        others = pc.invert(plain)
        each = pa.array([text.casefold() for text in column.filter(others).to_pylist()], pa.large_string())
        folded = pc.replace_with_mask(folded, others, each)
    return series(folded, texts)


def looked_up(keys: pd.Series, known: Mapping[Any, str] | pd.Series, otherwise: str | pd.Series = "") -> pd.Series:
    """Return the text that is known of each key, on the index of `keys`, else the other; even where none is known."""
    if isinstance(known, pd.Series) or keys.dtype != "str":
        found = keys.map(known).astype(object)
        return found.where(found.notna(), otherwise).astype("str")
    encoded = arrow(keys).dictionary_encode()
    each = pa.array([known.get(key) for key in encoded.dictionary.to_pylist()], pa.large_string())
    beside = otherwise if isinstance(otherwise, str) else arrow(otherwise)
    told = pc.coalesce(each.take(encoded.indices), beside)
    return series(told, keys)


def series(texts: pa.LargeStringArray, like: pd.Series) -> pd.Series[str]:
    """Return a column of texts with the index and the name of another one."""
    return pd.Series(as_str(texts), index=like.index, name=like.name)


def as_str(texts: pa.LargeStringArray) -> pd.arrays.ArrowStringArray:
    """Return texts as pandas keeps them, not copied; it would parse its type's name each time."""
    return pd.arrays.ArrowStringArray(texts, dtype=_STR)  # type: ignore[call-arg] # not in the stubs


def one_text(text: str) -> pa.Scalar:
    """Return a text that stands beside every one of a column."""
    return pa.scalar(text, pa.large_string())


def arrow(texts: pd.Series[str]) -> pa.LargeStringArray:
    """Return a column as one array, as it stands in memory where pandas keeps its texts in Arrow."""
    column = pa.array((texts if texts.dtype == "str" else texts.astype("str")).array, from_pandas=True)
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return whole.cast(pa.large_string())


def stable_order(table: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return how rows are sorted by all columns, the first one first; what is equal stays in its order.

    Texts by their characters' codes, as Python compares them.
    """
    columns = pa.table({name: arrow(table[name]) if table[name].dtype == "str" else table[name] for name in table})
    order = pc.sort_indices(columns, sort_keys=[(name, "ascending") for name in columns.column_names])
    return order.to_numpy().astype(np.int64)  # type: ignore[no-any-return]


def keyed_ids(texts: pd.Series, salt: str) -> pd.Series:
    """Return 12 hexadecimal digits for each text: the same text has the same ones, as often as it occurs numbered.

    Salted: an id stands in reports where the number itself is hidden, and all numbers could be tried.
    """
    again = texts.groupby(texts).cumcount()
    texts = texts.where(again == 0, texts + "\x1e" + again.astype("str"))
    key = salt.encode()[:64]
    ids = [hashlib.blake2b(text.encode(), digest_size=6, key=key).hexdigest() for text in texts.tolist()]
    return pd.Series(ids, index=texts.index, dtype="str")


Item = TypeVar("Item")
Result = TypeVar("Result")

_WORTHWHILE: Final = 1 << 16  # rows; below that, starting threads takes longer than they save


def on_all_cores(work: Callable[[Item], Result], items: Iterable[Item], *, rows: int) -> list[Result]:
    """Return the work done on each item, in their order: on all cores where the items have many `rows` together.

    It is for work of Arrow, which does not hold the interpreter's lock.
    """
    if rows < _WORTHWHILE:
        return [work(item) for item in items]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(work, items))


def text_bytes(texts: pa.LargeStringArray) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]:
    """Return the bytes of all texts in a row, and where each text begins among them, the last one's end included."""
    _, offsets, data = texts.buffers()
    if not len(texts) or data is None:
        return np.empty(0, dtype=np.uint8), np.zeros(len(texts) + 1, dtype=np.int64)
    starts = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data, dtype=np.uint8)[starts[0] : starts[-1]], starts - starts[0]
