"""Further columns of numbers: what is said is about the cell, and a cell in doubt costs no entry of its line."""

from __future__ import annotations

import io
import warnings
from datetime import date

import openpyxl
import pytest
from clerks_files import Kind, Read, read_file

from schemas.errors import SourceError

FAX = {"also": [{"column": "Fax", "suffix": "faks"}]}
INNER = {"also": [{"column": "Wewn.", "extension": True}]}
LIST = "Name;Phone Number;Fax\n"
USOS = "entity_id;number;Fax;comment\n"
EXTENSIONS = "entity_id;number;Wewn.;comment\n"


def told(found: Read) -> set[tuple[int, str, str, str]]:
    """Return what rejects lines: line, column, value, code."""
    rows = found.checked.rejected
    return set(zip(rows["line"], rows["column"], rows["value"], rows["code"], strict=True))


@pytest.mark.parametrize(
    ("line", "cell"),
    [
        ("Kasa;22 999 00 01;22 999 00 1x", ("Fax", "22 999 00 1x", "number-letters")),
        ("Kasa;22 999 00 0x;22 999 00 11", ("Phone Number", "22 999 00 0x", "number-letters")),
        ("Kasa;22 999 00 01;j.w.", ("Fax", "j.w.", "cell-ditto")),
        ("Kasa;22 999 00 01;stary 22 999 00 11", ("Fax", "stary 22 999 00 11", "number-outdated")),
        ("Kasa;j.w.;22 999 00 11", ("Phone Number", "j.w.", "cell-ditto")),
    ],
)
def test_a_bad_cell_is_named_and_every_entry_of_its_line_stays(line: str, cell: tuple[str, str, str]) -> None:
    standing = [("", "Kasa", "22 999 00 01"), ("", "Kasa faks", "22 999 00 11"), ("", "Kasa 2", "22 999 00 02")]
    found = read_file("apio", f"{LIST}Kasa 2;22 999 00 02;\n{line}\n", standing, columns=FAX)
    assert told(found) == {(3, *cell)}
    assert (found.after, found.lost) == (sorted(standing), [])


@pytest.mark.parametrize("kind", ["usos", "apio"])
@pytest.mark.parametrize("none", ["brak", "-", "—", "nie ma", "n/d"])
def test_a_further_column_may_say_that_there_is_none(kind: Kind, none: str) -> None:
    text = f"{USOS}F1;22 999 00 01;{none};Kasa\n" if kind == "usos" else f"{LIST}Kasa;22 999 00 01;{none}\n"
    found = read_file(kind, text, columns=FAX)
    assert (found.rejected, len(found.after)) == ([], 1)


def test_a_line_whose_own_number_is_none_is_what_its_further_column_says() -> None:
    found = read_file("usos", f"{USOS}F1;brak;22 999 00 11;Kasa\n", columns=FAX)
    assert (found.rejected, found.after) == ([], [("F1", "Kasa faks", "22 999 00 11")])
    nothing = read_file("usos", f"{USOS}F1;;brak;Kasa\n", columns=FAX)
    assert told(nothing) == {(2, "number", "", "number-clears")}


def test_a_ditto_mark_names_the_line_above_whatever_stands_there() -> None:
    found = read_file("usos", f"{USOS}F1;22 999 00 01;;a\nF2;22 999 00 02;;b\nF3;22 999 00 03;j.w.;c\n", columns=FAX)
    assert told(found) == {(4, "Fax", "j.w.", "cell-ditto")}
    assert {*found.checked.rejected["values"]} == {'{"line":"3"}'}


@pytest.mark.parametrize("name", ["", "-", "j.w."])
def test_a_suffix_makes_no_name_of_what_is_none(name: str) -> None:
    found = read_file("apio", f"{LIST}{name};;22 999 00 11\n", columns=FAX)
    assert (found.after, [line for line, _ in found.rejected]) == ([], [2])
    kept = read_file("apio", "Name;Phone Number;Fax;New Name\nKasa;22 999 00 01;22 999 00 11;-\n", columns=FAX)
    assert [name for _, name, _ in kept.after] == ["Kasa", "Kasa faks"]


def test_what_is_said_of_a_name_is_said_once_and_as_it_stands_in_the_file() -> None:
    found = read_file("apio", f"{LIST}{'K' * 300};22 999 00 01;22 999 00 11\n", columns=FAX)
    assert told(found) == {(2, "Name", "K" * 300, "name-long")}
    found = read_file("apio", f"{LIST}K\u0430sa;22 999 00 01;22 999 00 11\n", columns=FAX)
    assert found.checked.remarks["value"].tolist() == ["K\u0430sa"]


def test_a_name_that_only_a_suffix_makes_too_long_or_another_s_is_shown_with_it() -> None:
    found = read_file("apio", f"{LIST}{'K' * 48};22 999 00 01;22 999 00 11\n", columns=FAX)
    assert told(found) == {(2, "Name", f"{'K' * 48} faks", "name-long")}
    found = read_file("apio", f"{LIST}Kasa;22 999 00 01;22 999 00 11\nKasa faks;22 999 00 12;\n", columns=FAX)
    assert told(found) == {(line, "Name", "Kasa faks", "name-twice") for line in (2, 3)}


@pytest.mark.parametrize("cells", ["12", "12, 13", "12/13", "12 i 13", "012;013", "1"])
def test_digits_alone_are_extensions(cells: str) -> None:
    found = read_file("usos", f'{EXTENSIONS}F1;22 999 00 01;"{cells}";Kasa\n', columns=INNER)
    assert (found.rejected, found.after) == ([], [("F1", "Kasa", f"22 999 00 01 wew. {cells}")])


@pytest.mark.parametrize("none", ["brak", "-", "nie ma"])
def test_an_extension_that_is_none_adds_nothing(none: str) -> None:
    found = read_file("usos", f"{EXTENSIONS}F1;22 999 00 01;{none};Kasa\n", columns=INNER)
    assert (found.rejected, found.after) == ([], [("F1", "Kasa", "22 999 00 01")])


@pytest.mark.parametrize("cell", ["?", "sala 12", "12a", "22 999 00 02", "12, 134", "12-15", "j.w.", "1234567", "12 ?"])
def test_what_is_no_extension_rejects_its_line_and_holds_what_it_may_be(cell: str) -> None:
    standing = [("F1", "Kasa", "22 999 00 01 wew. 7"), ("F2", "Szatnia", "22 999 00 02"), ("F2", "B", "22 999 00 03")]
    text = f"{EXTENSIONS}F1;22 999 00 01;{cell};Kasa\nF2;22 999 00 03;;B\n"
    found = read_file("usos", text, standing, columns=INNER)
    assert told(found) == {(2, "Wewn.", cell, "extension-unread")}
    assert standing[0] in found.after
    assert found.lost == ([] if cell == "22 999 00 02" else ["22 999 00 02"])


def test_an_extension_that_an_entry_cannot_hold_is_told_of_its_own_column() -> None:
    text = "Name;Phone Number;Wewn.\nA;22 999 00 01;12\nB;22 999 00 0x;12\n"
    found = read_file("apio", text, columns=INNER)
    assert told(found) == {
        (2, "Wewn.", "12", "number-inner"),
        (3, "Phone Number", "22 999 00 0x", "number-letters"),
    }


def test_an_extension_without_a_number_is_told_of_its_own_column() -> None:
    assert told(read_file("usos", f"{EXTENSIONS}F1;;12;Kasa\n", columns=INNER)) == {
        (2, "Wewn.", "12", "number-extension")
    }


def test_a_column_that_a_spreadsheet_has_spoilt_is_named() -> None:
    lines = "".join(f"F{at};22 999 00 0{at};4.822500{at}E+10;x\n" for at in range(1, 4))
    with pytest.raises(SourceError, match="'Fax'"):
        read_file("usos", USOS + lines, columns=FAX)


def test_a_cell_that_a_workbook_has_spoilt_is_named_whether_it_brings_an_entry_or_not() -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.create_sheet("Telefony", 0)
    for row in (
        ["entity_id", "number", "Fax", "Wewn.", "comment"],
        ["F1", "22 999 00 01", None, date(2026, 3, 1), "a"],
        ["F2", "22 999 00 02", "=1/0", 12, "b"],
        ["F3", None, True, None, "c"],
    ):
        sheet.append(row)
    raw = io.BytesIO()
    workbook.save(raw)
    columns = {"also": [*FAX["also"], *INNER["also"]]}
    assert {
        (line, column, code) for line, column, _, code in told(read_file("usos", raw.getvalue(), columns=columns))
    } == {
        (2, "Wewn.", "cell-date"),
        (3, "Fax", "cell-formula"),
        (4, "Fax", "cell-truth"),
    }


def test_a_blank_row_is_no_reason_for_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = read_file("usos", f"{USOS}F1;22 999 00 01;22 999 00 11;a\n;;;\nF2;22 999 00 02;;b\n", columns=FAX)
    assert (found.rejected, len(found.after)) == ([], 3)
