from __future__ import annotations

import sys

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tasks.text_columns import casefolded, filled, is_in, looked_up, stable_order

WORDS = st.lists(st.text(max_size=3), max_size=8)


@given(texts=WORDS, values=WORDS)
def test_law_a_text_is_among_values_where_it_equals_one_of_them(texts: list[str], values: list[str]) -> None:
    column = pd.Series(texts, dtype="str", index=range(7, 7 + len(texts)))
    expected = [text in values for text in texts]
    for given_ in (pd.Series(values, dtype="str"), set(values)):
        found = is_in(column, given_)
        assert found.tolist() == expected
        assert found.index.equals(column.index)


@given(texts=WORDS)
def test_law_a_text_is_filled_where_it_is_not_empty(texts: list[str]) -> None:
    assert filled(pd.Series(texts, dtype="str")).tolist() == [text != "" for text in texts]


@given(
    rows=st.lists(st.tuples(st.integers(-2, 2), st.text(max_size=2), st.sampled_from(["", "a", "ą", "B"])), max_size=9)
)
def test_law_rows_are_in_the_order_of_python_and_equal_ones_stay_in_theirs(rows: list[tuple[int, str, str]]) -> None:
    table = pd.DataFrame(rows, columns=["line", "owner", "name"]).astype({"owner": "str", "name": "str"})
    table = table.astype({"line": "int64"}).set_axis(range(5, 5 + len(rows)))
    assert stable_order(table).tolist() == sorted(range(len(rows)), key=rows.__getitem__)


def test_what_is_missing_is_among_nothing() -> None:
    assert is_in(pd.Series(["a", None], dtype="str"), pd.Series(["a", None], dtype="str")).tolist() == [True, False]


@given(texts=WORDS, known=st.dictionaries(st.text(max_size=2), st.text(max_size=3), max_size=5))
def test_law_a_text_is_told_by_what_is_known_of_it_else_by_the_other(texts: list[str], known: dict[str, str]) -> None:
    column = pd.Series([*texts, None], dtype="str", index=range(7, 8 + len(texts)), name="here")
    for kind in ("str", "object"):
        keys = column.astype(kind)
        told = looked_up(keys, known, "?")
        assert told.tolist() == [*(known.get(text, "?") for text in texts), "?"]
        beside = pd.Series([f"{text}!" for text in [*texts, ""]], dtype="str", index=column.index)
        assert looked_up(keys, known, beside).tolist() == [*(known.get(text, f"{text}!") for text in texts), "!"]
        assert (told.index.equals(keys.index), told.name, told.dtype) == (True, "here", "str")


def test_law_each_letter_there_is_folds_as_python_folds_it() -> None:
    letters = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    # Alone, and beside a letter that is folded on columns.
    for texts in (letters, [f"{letter}Ż" for letter in letters]):
        assert casefolded(pd.Series(texts, dtype="str")).tolist() == [text.casefold() for text in texts]


@given(texts=WORDS)
def test_law_a_column_folds_as_its_texts_do_and_what_is_missing_stays_missing(texts: list[str]) -> None:
    column = pd.Series([*texts, None], dtype="str", index=range(7, 8 + len(texts)), name="here")
    folded = casefolded(column)
    assert folded[:-1].tolist() == [text.casefold() for text in texts]
    assert folded.isna().tolist() == column.isna().tolist()
    assert (folded.index.equals(column.index), folded.name, folded.dtype) == (True, "here", "str")
