"""What is written of a table reads back as the table, whatever stands in it."""

from __future__ import annotations

import json

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from tasks.plain_text import json_text, plain
from tasks.reports.json_text import rows_as_json

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
ROWS = st.lists(st.tuples(TEXTS, st.sampled_from(["", "0", "12"]), TEXTS), max_size=12)


@given(rows=ROWS)
def test_rows_are_those_of_the_standard_library_and_a_terminal_obeys_nothing_in_them(
    rows: list[tuple[str, str, str]],
) -> None:
    table = pd.DataFrame(rows, columns=["a", "n", 'b"'], dtype="str")
    objects = [{"a": a, "n": int(n) if n else None, 'b"': b} for a, n, b in rows]
    written = b"".join(rows_as_json(table, numbers=["n"])).decode()
    assert json.loads(written) == objects
    assert written == json_text(objects)
    assert written == plain(written)


def test_rows_that_come_in_several_pieces_are_one_array() -> None:
    rows = 200_001
    table = pd.DataFrame({"a": pd.RangeIndex(rows).astype("str"), "n": "1"}, dtype="str")
    pieces = list(rows_as_json(table, numbers=["n"]))
    assert len(pieces) > 3
    assert json.loads(b"".join(pieces)) == [{"a": str(at), "n": 1} for at in range(rows)]


def test_no_rows_are_an_empty_array() -> None:
    assert b"".join(rows_as_json(pd.DataFrame({"a": []}, dtype="str"), numbers=[])) == b"[]"
