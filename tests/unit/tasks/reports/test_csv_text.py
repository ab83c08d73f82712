"""CSV as Python's own reader and writer understand it, and a spreadsheet cannot be made to run."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tasks.plain_text import plain
from tasks.reports.csv_text import as_csv, harmless

COLUMNS = ["owner", "number", "message"]
# Mostly what is special to CSV or to a spreadsheet; `csv` reads no text with a lone "\r" back as it was written.
cells = st.one_of(
    st.sampled_from(
        [
            "",
            "a",
            "=1+1",
            "@x",
            "-",
            "+48 22",
            "-12",
            "+A1",
            "\tx",
            'say "x"',
            ",",
            "a\nb",
            "'=1",
            "Łódź",
            "x;=1+1",
            "22; +48 1",
            "a\x1b[2A",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=6),
)
lines = st.lists(st.tuples(*[cells] * len(COLUMNS)), max_size=8)


def runs(text: str) -> bool:
    """Whether a spreadsheet would run a cell: told here sign by sign."""
    bare = text.lstrip(" '\"")
    number = bare[:1] in {"+", "-"} and all(sign in "0123456789 ()./,;|•-" for sign in bare[1:])
    return bare[:1] != "" and bare[0] in "=@+-＝＠＋－" and not number


def marked(text: str) -> str:
    """The text with an apostrophe before what would be run, in each part that a spreadsheet may take for a cell."""
    whole = plain(text)
    parts = whole.split(";")
    found = ((part, len(part) - len(part.lstrip(" '\""))) for part in parts)
    run = [runs(whole), *map(runs, parts[1:])]
    marks = zip(found, run, strict=True)
    return ";".join(f"{part[:at]}'{part[at:]}" if yes and at < len(part) else part for (part, at), yes in marks)


@given(lines | st.tuples(lines, st.integers(1, 4)).map(lambda drawn: drawn[0][:1] * drawn[1]))
@example([("", "", "")])
@example([("=1", "+48", ",")])
@example([("+48 22 999 00 01", "-12", "+1")] * 3)
def test_a_reader_of_csv_gets_every_cell_back(rows: list[tuple[str, ...]]) -> None:
    """Constant columns, which are written another way, and single rows among them."""
    table = pd.DataFrame(rows, columns=COLUMNS, dtype="str")
    read = list(csv.reader(io.StringIO(as_csv(table).decode(), newline=""), strict=True))
    assert read == [COLUMNS, *[[marked(cell) for cell in row] for row in rows]]


@given(lines.filter(bool))
def test_what_a_column_holds_does_not_depend_on_the_other_rows(rows: list[tuple[str, ...]]) -> None:
    whole = as_csv(pd.DataFrame(rows, columns=COLUMNS, dtype="str"))
    parts = [as_csv(pd.DataFrame([row], columns=COLUMNS, dtype="str")).split(b"\n", 1)[1] for row in rows]
    assert whole.split(b"\n", 1)[1] == b"".join(parts)


@pytest.mark.parametrize(
    ("cell", "written"),
    [("a", b"a"), ("a,b", b'"a,b"'), ('"', b'""""'), ("a\rb", "a␍b".encode()), ("+48 22", b"+48 22"), ("+A", b"'+A")],
)
def test_quotes_stand_only_where_they_are_needed(cell: str, written: bytes) -> None:
    assert as_csv(pd.DataFrame({"x": [cell]}, dtype="str")) == b"x\n" + written + b"\n"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("x;=1+1", "x;'=1+1"),
        ("x; =cmd|' /C calc'!A0", "x; '=cmd|' /C calc'!A0"),
        ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
        ('";=1', "\";'=1"),
        ("＝1+1", "'＝1+1"),
        ("+48229990201;ext=12", "'+48229990201;ext=12"),
        ("22 999 00 01; +48 22 999 00 02", "22 999 00 01; +48 22 999 00 02"),
        ("a\u202eb", "a<U+202E>b"),
        ("a\x1b]0;x\x07", "a␛]0;x␇"),
    ],
)
def test_a_cell_runs_in_no_spreadsheet(cell: str, written: str) -> None:
    assert harmless(cell) == written
    ((read,),) = list(csv.reader(io.StringIO(as_csv(pd.DataFrame({"x": [cell]}, dtype="str")).decode())))[1:]
    assert read == written
