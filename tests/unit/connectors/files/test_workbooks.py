"""Workbooks, read as they are seen in a spreadsheet; what cannot be meant is refused or marked.

All names and numbers here are invented.
"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from datetime import datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.comments import Comment
from reading import PLAIN, ROWS, read, rows_of, why

from connectors.files.cells import DATE, ERROR, FORMULA, FRACTION, MERGED, ROUNDED, TRUTH
from schemas.errors import ConfigurationError, PhonesyncError, SourceError
from schemas.problems import Problem, packed
from schemas.reasons import LineCode


def workbook(fill: Callable[[Any], None], *others: str) -> bytes:
    """Return a workbook with one filled sheet, called Telefony, and others."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Telefony"
    fill(sheet)
    for name in others:
        book.create_sheet(name).append(["entity_id", "number", "comment"])
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


def table_of(*rows: list[Any]) -> Callable[[Any], None]:
    def fill(sheet: Any) -> None:
        for row in (["entity_id", "number", "comment"], *rows):
            sheet.append(row)

    return fill


def test_a_workbook_is_read_with_the_numbers_of_its_rows() -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"] = "Spis numerów"
        sheet["A3"], sheet["B3"], sheet["C3"] = "entity_id", "number", "comment"
        sheet["A4"], sheet["B4"], sheet["C4"] = "F1", "22 999 00 01", "Dziekanat"
        sheet["A6"], sheet["B6"], sheet["C6"] = "F2", "22 999 00 02", "Portiernia"

    table = read(workbook(fill))
    assert rows_of(table) == ROWS
    assert list(table.lines) == [4, 6]
    assert (table.at, table.dialect.encoding, table.dialect.sheet) == (3, "xlsx", "Telefony")
    assert why(table) == [(1, "title"), (2, "blank")]  # row 5 is not in the file at all


@pytest.mark.parametrize(
    ("value", "text", "flaw"),
    [
        (229990001, "229990001", None),
        (229990001.0, "229990001", None),
        (48229990001, "48229990001", None),
        (22999.5, "22999.5", FRACTION),
        (4822999000123456, "4822999000123456", ROUNDED),
        (datetime(1999, 5, 22), "1999-05-22 00:00:00", DATE),  # noqa: DTZ001 - a sheet knows no zones
        (True, "TRUE", TRUTH),
        ("#N/A", "#N/A", ERROR),
        ("=1+1", "", FORMULA),
        ("+48 22", "+48 22", None),
    ],
)
def test_a_cell_is_its_text_or_says_what_it_is(value: Any, text: str, flaw: str | None) -> None:
    table = read(workbook(table_of(["F1", value, "x"])))
    assert rows_of(table) == [["F1", text, "x"]]
    assert dict(table.cells) == ({(2, "number"): flaw} if flaw else {})


def test_a_number_is_read_as_it_is_shown() -> None:
    def fill(sheet: Any) -> None:
        table_of([12, 229990001, "x"])(sheet)
        sheet["A2"].number_format = "0000"

    assert rows_of(read(workbook(fill)))[0][0] == "0012"


@pytest.mark.parametrize("calculated", [False, True])
def test_a_number_that_is_shown_as_a_day_is_no_error_of_a_formula(*, calculated: bool) -> None:
    def fill(sheet: Any) -> None:
        table_of(["F1", 229990001, "x"])(sheet)
        sheet["B2"].number_format = "yyyy-mm-dd"

    raw = workbook(fill)
    if calculated:
        raw = repacked(raw, 't="n"><v>229990001</v>', 't="e"><f>A1+1</f><v>#VALUE!</v>')
    table = read(raw)
    said = ("#VALUE!", ERROR) if calculated else ("########", DATE)
    assert (rows_of(table)[0][1], table.cells[2, "number"]) == said


@pytest.mark.parametrize(
    ("value", "shown_as", "text"),
    [
        (9990001, '"22" 000 00 00', "22 999 00 01"),
        (9990001, r"\(\2\2\)\ ###\-##\-##", "(22) 999-00-01"),
        (9990001, "(22) ### ## ##", "(22) 999 00 01"),
        (1, '"22 999 00 "00', "22 999 00 01"),
        (493020937033, '"+"0', "+493020937033"),
        (48229990001, "+00 000 00 00", "+4822 999 00 01"),
        (9990001, '[<=9999999]"22 "###-##-##;###-###-###', '9990001 [[<=9999999]"22 "###-##-##;###-###-###]'),
        (229990001, "[<=9999999]###-##-##;(###) ###-##-##", "229990001"),
        (229990001, "0.00E+00", "229990001"),
    ],
)
def test_digits_that_a_format_shows_beside_a_number_are_part_of_it(value: int, shown_as: str, text: str) -> None:
    def fill(sheet: Any) -> None:
        table_of(["F1", value, "x"])(sheet)
        sheet["B2"].number_format = shown_as

    assert rows_of(read(workbook(fill)))[0][1] == text


def test_a_note_on_a_cell_is_known() -> None:
    def fill(sheet: Any) -> None:
        table_of(["F1", "22 999 00 01", "x"])(sheet)
        sheet["B2"].comment = Comment("teraz 22 999 00 19", "clerk")
        sheet["A2"].comment = Comment("po 15", "clerk")
        sheet["E3"].comment = Comment("albo\n22 999 00 20", "clerk")

    texts = read(workbook(fill)).texts
    assert texts == ((2, "entity_id", "po 15"), (2, "number", "teraz 22 999 00 19"), (3, "", "albo\n22 999 00 20"))


def test_a_row_without_height_is_hidden() -> None:
    flat = repacked(workbook(table_of(["F1", "22 999 00 01", "x"])), '<row r="2"', '<row r="2" ht="0" customHeight="1"')
    assert [*read(flat).hidden] == [2]


def test_the_cells_behind_a_merged_one_are_marked() -> None:
    def fill(sheet: Any) -> None:
        table_of(["F1", "22 999 00 01", "x"], [None, "22 999 00 02", "y"])(sheet)
        sheet.merge_cells("A2:A3")

    assert dict(read(workbook(fill)).cells) == {(3, "entity_id"): MERGED}


@pytest.mark.parametrize(
    ("sheet", "rows"),
    [
        ('<row r="1048576"><c r="A1048576"><v>1</v></c></row>', 1),  # a million rows that are not in the file
        ("".join(f'<row r="{at}"><c r="XFD{at}"><v>1</v></c></row>' for at in range(2, 500)), 498),
        ("<row/>" * 500_000, None),  # what packs that well is no directory
        ("<row><c><v>1</v></c></row>" * 3_000 + "</sheetData><mergeCells>" + '<mergeCell ref="A2:B3000"/>' * 900, None),
    ],
    ids=["far below", "far to the right", "dense", "merged all over"],
)
def test_a_small_workbook_takes_little_time_whatever_it_pretends(sheet: str, rows: int | None) -> None:
    raw = repacked(workbook(table_of()), "</sheetData>", f"{sheet}</sheetData>")
    began = time.process_time()
    try:
        assert len(read(raw).frame) == rows
    except SourceError:
        assert rows is None
    assert time.process_time() - began < 5  # a busy machine takes several times what an idle one does


def repacked(raw: bytes, old: str, new: str) -> bytes:
    """The workbook with one change in its sheets."""
    whole = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as before, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, content.replace(old.encode(), new.encode()) if "sheets/" in name else content)
    return whole.getvalue()


def test_the_sheet_is_the_one_with_the_header_or_the_one_named() -> None:
    raw = workbook(table_of(["F1", "1", "x"]), "Inne")
    with pytest.raises(SourceError, match="several sheets have this header: 'Telefony', 'Inne'"):
        read(raw)
    assert read(raw, sheet="telefony").dialect.sheet == "Telefony"
    assert len(read(raw, sheet="Inne").frame) == 0
    with pytest.raises(ConfigurationError, match="the sheet 'Nic' does not exist"):
        read(raw, sheet="Nic")
    with pytest.raises(ConfigurationError, match="not a workbook"):
        read(PLAIN, sheet="Inne")


def test_a_workbook_without_such_a_header_is_refused() -> None:
    with pytest.raises(SourceError, match="found: 'Jednostka', 'Telefon'"):
        read(workbook(lambda sheet: sheet.append(["Jednostka", "Telefon"])))
    with pytest.raises(SourceError, match="no sheet with data"):
        read(workbook(lambda _: None))


def test_a_field_beyond_the_header_is_told() -> None:
    table = read(workbook(table_of(["F1", "1", "x", None, "y"])))
    assert list(table.problems) == [packed(Problem(LineCode.LINE_FIELDS, {"n": "5", "m": "3"}))]


@given(st.integers(0, 6000), st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_is_a_typed_error(at: int, noise: bytes) -> None:
    raw = workbook(table_of(["F1", "1", "x"]))
    try:
        read(raw[:at] + noise + raw[at + len(noise) :])
    except Exception as error:  # noqa: BLE001 - a law: whatever comes, it is typed
        assert isinstance(error, PhonesyncError)  # noqa: PT017 - it may or may not raise
