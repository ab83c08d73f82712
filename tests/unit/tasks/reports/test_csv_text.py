"""CSV as Python's own reader and writer understand it, and a spreadsheet cannot be made to run."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.reports.csv_text import as_csv

COLUMNS = ["owner", "number", "message"]
# Mostly what is special to CSV or to a spreadsheet; `csv` reads no text with a lone "\r" back as it was written.
cells = st.one_of(
    st.sampled_from(["", "a", "=1+1", "@x", "-", "+48 22", "-12", "+A1", "\tx", 'say "x"', ",", "a\nb", "'=1", "Łódź"]),
    st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=6),
)
lines = st.lists(st.tuples(*[cells] * len(COLUMNS)), max_size=8)


def runs(text: str) -> bool:
    """Whether a spreadsheet would run a cell: told here sign by sign."""
    number = text[:1] in {"+", "-"} and all(sign in "0123456789 ()./,;|•-" for sign in text[1:])
    return text[:1] in {"=", "@", "\t", "\r", "+", "-"} and text[:1] != "" and not number


@given(lines | st.tuples(lines, st.integers(1, 4)).map(lambda drawn: drawn[0][:1] * drawn[1]))
@example([("", "", "")])
@example([("=1", "+48", ",")])
@example([("+48 22 999 00 01", "-12", "+1")] * 3)
def test_a_reader_of_csv_gets_every_cell_back(rows: list[tuple[str, ...]]) -> None:
    """Constant columns, which are written another way, and single rows among them."""
    table = pd.DataFrame(rows, columns=COLUMNS, dtype="str")
    read = list(csv.reader(io.StringIO(as_csv(table).decode(), newline=""), strict=True))
    assert read == [COLUMNS, *[[f"'{cell}" if runs(cell) else cell for cell in row] for row in rows]]


@given(lines.filter(bool))
def test_what_a_column_holds_does_not_depend_on_the_other_rows(rows: list[tuple[str, ...]]) -> None:
    whole = as_csv(pd.DataFrame(rows, columns=COLUMNS, dtype="str"))
    parts = [as_csv(pd.DataFrame([row], columns=COLUMNS, dtype="str")).split(b"\n", 1)[1] for row in rows]
    assert whole.split(b"\n", 1)[1] == b"".join(parts)


@pytest.mark.parametrize(
    ("cell", "written"),
    [("a", b"a"), ("a,b", b'"a,b"'), ('"', b'""""'), ("a\rb", b'"a\rb"'), ("+48 22", b"+48 22"), ("+A", b"'+A")],
)
def test_quotes_stand_only_where_they_are_needed(cell: str, written: bytes) -> None:
    assert as_csv(pd.DataFrame({"x": [cell]}, dtype="str")) == b"x\n" + written + b"\n"
