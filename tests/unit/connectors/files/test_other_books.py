"""Workbooks of other kinds than .xlsx, and files that are none: read, or named for what they are. All is invented."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from reading import EXPECTED, read, rows_of, why

from connectors.files.cells import DATE, ERROR, FRACTION, HIDDEN, MERGED, STRUCK, TRUTH
from connectors.files.dialect import Given
from connectors.files.header import Wanted
from connectors.files.reading import read_table
from schemas.errors import SourceError

BOOKS = Path(__file__).parents[3] / "data" / "books"
LINES = [
    ["F1", "22 999 00 01", "Dziekanat Główny"],
    ["F2", "229990002", "Portiernia"],
    ["F3", "48225.5", "Szatnia"],
    ["F4", "2024-03-12", "Łącznik"],
]


@pytest.mark.parametrize("form", ["xls", "xlsb", "ods"])
@pytest.mark.parametrize("sheet", [None, "telefony", "Tele*"])
def test_a_workbook_of_another_kind_is_read(form: str, sheet: str | None) -> None:
    table = read((BOOKS / f"phones.{form}").read_bytes(), sheet=sheet)
    assert rows_of(table) == LINES
    assert (list(table.lines), table.at) == ([4, 5, 6, 7], 3)
    assert (table.dialect.encoding, table.dialect.sheet) == (form, "Telefony")
    assert dict(table.cells) == {(6, "number"): FRACTION, (7, "number"): DATE}
    assert table.other_sheets == {"Inne": ["22 999 00 77"]}
    assert why(table) == [(1, "title"), (2, "blank")]


def test_strict_workbooks_are_read_with_all_that_is_seen_in_others() -> None:
    book = openpyxl.Workbook()
    book.active.append(["entity_id", "number", "comment"])
    book.active.append(["F1", "22 999 00 01", "Dziekanat"])
    book.active.append(["F2", "22 999 00 02", "Portiernia"])
    book.active.row_dimensions[3].hidden = True
    whole = io.BytesIO()
    book.save(whole)
    strict = io.BytesIO()
    with zipfile.ZipFile(whole) as usual, zipfile.ZipFile(strict, "w", zipfile.ZIP_DEFLATED) as written:
        for part in usual.infolist():
            content = usual.read(part)
            content = content.replace(
                b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                b"http://purl.oclc.org/ooxml/spreadsheetml/main",
            ).replace(
                b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
                b"http://purl.oclc.org/ooxml/officeDocument/relationships",
            )
            written.writestr(part, content)
    assert b"purl.oclc.org" in zipfile.ZipFile(strict).read("xl/workbook.xml")
    table = read(strict.getvalue())
    assert rows_of(table) == [["F1", "22 999 00 01", "Dziekanat"], ["F2", "22 999 00 02", "Portiernia"]]
    assert [*table.hidden] == [3]


def changed(name: str, part: str, *changes: tuple[bytes, bytes]) -> bytes:
    """Return a workbook of the test's data with one of its parts changed: the first place of each."""
    whole = io.BytesIO()
    with zipfile.ZipFile(BOOKS / name) as book, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as written:
        for known in book.infolist():
            content = book.read(known)
            for old, new in changes if known.filename == part else ():
                assert old in content
                content = content.replace(old, new, 1)
            written.writestr(known, content)
    return whole.getvalue()


def test_an_old_workbook_says_what_nobody_sees_in_it() -> None:
    table = read((BOOKS / "unseen.xls").read_bytes())
    assert (dict(table.hidden), table.hidden_columns) == ({3: HIDDEN, 4: STRUCK}, ("comment",))


F2_OF_ODS = b'<table:table-row><table:table-cell office:value-type="string"><text:p>F2'
NUMBER_OF_ODS = b'<table:table-cell office:value-type="string"><text:p>22 999 00 01'
STYLES_OF_ODS = (
    b'<style:style style:name="a" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0">'
    b'<style:text-properties style:text-line-through-style="solid"/></style:style>'
    b'<style:style xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    b'style:name="b" style:parent-style-name="a"/>'
)


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        (F2_OF_ODS, F2_OF_ODS.replace(b"row>", b'row table:visibility="collapse">', 1), {5: HIDDEN}),
        (F2_OF_ODS, F2_OF_ODS.replace(b"row>", b'row table:visibility="filter">', 1), {5: HIDDEN}),
        (F2_OF_ODS, b'<table:table-row-group table:display="false">' + F2_OF_ODS, {5: HIDDEN, 6: HIDDEN, 7: HIDDEN}),
        (NUMBER_OF_ODS, NUMBER_OF_ODS.replace(b"cell ", b'cell table:style-name="b" ', 1), {4: STRUCK}),
        (
            NUMBER_OF_ODS,
            NUMBER_OF_ODS.replace(b"p>22", b'p><text:span text:style-name="a">22</text:span>', 1),
            {4: STRUCK},
        ),
    ],
)
def test_an_open_document_says_what_nobody_sees_in_it(old: bytes, new: bytes, wanted: dict[int, str]) -> None:
    changes = [
        (b"<office:automatic-styles/>", b"<office:automatic-styles>" + STYLES_OF_ODS + b"</office:automatic-styles>")
    ]
    if b"group" in new:
        changes.append((b"</table:table>", b"</table:table-row-group></table:table>"))
    assert dict(read(changed("phones.ods", "content.xml", *changes, (old, new))).hidden) == wanted


def test_a_note_on_a_cell_of_an_open_document_is_known() -> None:
    note = (
        b'<office:annotation><dc:date xmlns:dc="http://purl.org/dc/elements/1.1/">2026-01-01</dc:date>'
        b"<text:p>teraz 22 999 00 19</text:p></office:annotation>"
    )
    noted = NUMBER_OF_ODS.replace(b"<text:p>", note + b"<text:p>")
    table = read(changed("phones.ods", "content.xml", (NUMBER_OF_ODS, noted)))
    assert rows_of(table) == LINES
    assert table.texts == ((4, "number", "teraz 22 999 00 19"),)


def test_hidden_columns_of_an_open_document_are_known() -> None:
    named = b'<table:table table:name="Telefony">'
    columns = named + b'<table:table-column/><table:table-column table:visibility="collapse"/>'
    assert read(changed("phones.ods", "content.xml", (named, columns))).hidden_columns == ("number",)


F1_OF_ODS = b'<table:table-row><table:table-cell office:value-type="string"><text:p>F1'


def test_a_cell_behind_a_merged_one_is_told_in_each_form() -> None:
    merged = F1_OF_ODS.replace(b"cell ", b'cell table:number-columns-spanned="1" table:number-rows-spanned="2" ', 1)
    covered = F2_OF_ODS.replace(b"table:table-cell", b"table:covered-table-cell")
    changes = (
        (F1_OF_ODS, merged),
        (F2_OF_ODS, covered),
        (b"F2</text:p></table:table-cell>", b"</text:p></table:covered-table-cell>"),
    )
    table = read(changed("phones.ods", "content.xml", *changes))
    assert ([row[0] for row in rows_of(table)], table.cells[5, "entity_id"]) == (["F1", "", "F3", "F4"], MERGED)
    part = "xl/worksheets/sheet1.bin"
    with zipfile.ZipFile(BOOKS / "phones.xlsb") as book:
        sheet = book.read(part)
    corners = b"".join(place.to_bytes(4, "little") for place in (3, 4, 0, 0))  # rows, columns
    assert (
        read(changed("phones.xlsb", part, (sheet, sheet + b"\xb0\x01\x10" + corners))).cells[5, "entity_id"] == MERGED
    )


def test_a_binary_workbook_says_what_nobody_sees_in_it() -> None:
    part = "xl/worksheets/sheet1.bin"
    with zipfile.ZipFile(BOOKS / "phones.xlsb") as book:
        sheet, styles = book.read(part), book.read("xl/styles.bin")
    at = sheet.index(b"\x00\x19\x04\x00\x00\x00")  # the header of the fifth row
    row = sheet[at : at + 2 + 0x19]
    hidden = row[:13] + bytes([row[13] | 0x10]) + row[14:]
    assert dict(read(changed("phones.xlsb", part, (row, hidden))).hidden) == {5: HIDDEN}
    font = styles[styles.index(b"\x2b") : styles.index(b"\x2b") + 6]
    struck = font[:4] + bytes([font[4] | 0x08]) + font[5:]
    all_rows = dict.fromkeys(range(4, 8), STRUCK)
    assert dict(read(changed("phones.xlsb", "xl/styles.bin", (font, struck))).hidden) == all_rows


def zipped(*names: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 50)
    return whole.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("name", "raw", "said", "do"),
    [
        ("a.docx", zipped("[Content_Types].xml", "word/document.xml"), "Word", "Open it"),
        ("a.doc", OLE + "WordDocument".encode("utf-16-le"), "Word", "Open it"),
        ("a.pptx", zipped("ppt/presentation.xml"), "presentation", "Open it"),
        ("a.numbers", zipped("Index/Document.iwa", "preview.jpg"), "Numbers", "Export To"),
        ("a.odt", zipped("mimetype"), "zip archive", "Unpack"),
        ("a.zip", zipped("phones.xlsx"), "zip archive", "Unpack"),
        ("a.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "password", "without a password"),
        ("a.pdf", b"%PDF-1.7\n", "PDF", "xport"),
        ("a.xls", b"<html><body><table><tr><td>number</td></tr></table>", "spreadsheet has saved", "Open it"),
        (
            "a.csv",
            b'<html xmlns:x="urn:schemas-microsoft-com:office:excel">',
            "spreadsheet has saved",
            "Open it",
        ),
        ("a.xls", b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>', "Excel 2003", "Open it"),
        (
            "a.xls",
            b'MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary="x"\r\n',
            "spreadsheet has saved",
            "Open it",
        ),
        ("a.csv", b"<!doctype html><html><body>Zaloguj</body></html>", "a web page", "sign in"),
        ("a.xls", OLE, "old Excel workbook", "Open it"),
    ],
)
def test_what_is_no_table_is_named_for_what_it_is(name: str, raw: bytes, said: str, do: str) -> None:
    with pytest.raises(SourceError) as refused:
        read_table(Path(name), raw, Wanted(EXPECTED), Given())
    assert said in str(refused.value)
    assert do in refused.value.remedy


@pytest.mark.parametrize(("rows", "columns"), [(1_000_000, 30), (1_000_000, 16_000)])
@pytest.mark.parametrize("filled", [True, False])
def test_a_sheet_that_repeats_its_cells_without_end_is_refused(*, rows: int, columns: int, filled: bool) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(BOOKS / "phones.ods") as book, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as written:
        for part in book.infolist():
            content = book.read(part)
            repeated = f'<table:table-row table:number-rows-repeated="{rows}">'.encode()
            cell = f'<table:table-cell table:number-columns-repeated="{columns}" '.encode()
            if filled:
                content = content.replace(b"<table:table-row>", repeated, 1).replace(b"<table:table-cell ", cell, 1)
            else:
                far = repeated[:-1] + b"/><table:table-row>" + cell + b"/><table:table-cell "
                content = content.replace(b"<table:table-row><table:table-cell ", far, 1)
            written.writestr(part, content)
    with pytest.raises(SourceError):
        read(whole.getvalue())


@pytest.mark.parametrize("form", ["xls", "xlsb", "ods"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_damaged_workbook_is_refused(form: str, share: float) -> None:
    raw = (BOOKS / f"phones.{form}").read_bytes()
    with pytest.raises(SourceError):
        read(raw[: int(len(raw) * share)])


def test_a_workbook_that_its_reader_gives_up_is_refused() -> None:
    part = "xl/worksheets/sheet1.bin"
    with zipfile.ZipFile(BOOKS / "phones.xlsb") as book:
        sheet = book.read(part)
    at = sheet.index(b"\x07\x0c")  # a cell, by the place of its text among those of the workbook
    cell = sheet[at : at + 14]
    with pytest.raises(SourceError, match="cannot be read"):
        read(changed("phones.xlsb", part, (cell, cell[:10] + b"\x7f\x00\x00\x00")))


def test_cells_of_an_old_workbook_say_what_they_are() -> None:
    table = read((BOOKS / "unseen.xls").read_bytes(), sheet="Komórki")
    assert rows_of(table) == [["0012", "#N/A", "TRUE"], ["F2", "2024-03-12 10:30:00", "1.5"]]
    flaws = [((2, "number"), ERROR), ((2, "comment"), TRUTH), ((3, "number"), DATE), ((3, "comment"), FRACTION)]
    assert sorted(table.cells.items()) == sorted(flaws)


def test_a_binary_sheet_whose_cells_lie_without_end_apart_is_refused() -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(BOOKS / "phones.xlsb") as book, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as written:
        for part in book.infolist():
            content = book.read(part)
            if part.filename.endswith("sheet1.bin"):
                last_row = content.rindex(b"\x00\x19\x06\x00\x00\x00")  # the header of the seventh row
                content = content[: last_row + 2] + (1_000_000).to_bytes(4, "little") + content[last_row + 6 :]
                cell = content.index(b"\x07\x0c\x02\x00\x00\x00") + 2  # a text in the third column
                content = content[:cell] + (16_000).to_bytes(4, "little") + content[cell + 4 :]
            written.writestr(part, content)
    with pytest.raises(SourceError, match="too many rows or columns"):
        read(whole.getvalue())
