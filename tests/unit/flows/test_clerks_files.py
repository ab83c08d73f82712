"""Files as people keep them: what is undone, what is held, and that nothing goes unsaid, in tables by kind."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from clerks_files import Entry, Kind, read_file
from openpyxl.comments import Comment
from openpyxl.styles import Font

from schemas.errors import SourceError

USOS = "entity_id;number;comment\n"
LIST = "Name;Phone Number;New Name\n"
# What stands in the service: the last number of 10000000 is one that every file below has lost.
STANDING = [
    ("10000000", "Dziekanat", "22 999 00 01"),
    ("10000000", "Szatnia", "22 999 00 02"),
    ("B0", "Brama", "22 999 00 05"),
    ("B02", "Portiernia", "22 999 00 06"),
]


@pytest.mark.parametrize(
    "written", ["10000000.0", "10000000,00", "'10000000", '"=""10000000"""', "\u200b10000000", " 10000000 "]
)
def test_an_id_that_has_lost_nothing_is_read(written: str) -> None:
    found = read_file("usos", USOS + f"10000000;22 999 00 01;Dziekanat\n{written};22 999 00 02;Szatnia\n", STANDING)
    assert found.rejected == []
    assert found.after == [*STANDING[:2]]


@pytest.mark.parametrize("written", ["10000000_x000D_", "10000000&nbsp;"])
def test_an_id_with_signs_of_a_program_is_read_without_them(written: str) -> None:
    found = read_file("usos", USOS + f'"{written}";22 999 00 01;Dziekanat\n', STANDING[:1])
    assert (found.rejected, found.remarks, found.after) == ([], [(2, "text-undone")], STANDING[:1])


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1,00E+07", "sheet-exponent"),
        ("1.0000E+07", "sheet-exponent"),
        ('""""', "cell-ditto"),
        ("j.w.", "cell-ditto"),
        ("jw.", "cell-ditto"),
        ("jak wyżej", "cell-ditto"),
        ("〃", "cell-ditto"),
        ("-", "id-missing"),
        ("—", "id-missing"),
        ("#", "id-missing"),
        ("brak", "id-missing"),
        ("", "id-missing"),
        ("10 000 000", "id-form"),
        ("„10000000”", "id-form"),
        ('"""10000000"""', "id-form"),
        ("1000000O", "id-letters"),
        ("l0000000", "id-letters"),
        ("1000000\u041e", "id-letters"),
        ("#ADR!", "sheet-error"),
    ],
)
def test_what_is_no_id_is_nobodys_and_holds_deletions(written: str, code: str) -> None:
    """The number that stands there may be the one that the line gives its owner anew."""
    found = read_file("usos", USOS + f"10000000;22 999 00 01;Dziekanat\n{written};22 999 00 09;Szatnia\n", STANDING)
    assert found.rejected == [(3, code)]
    assert found.lost == []
    assert found.after == [*STANDING[:2]]


def test_a_letter_for_a_digit_is_told_by_the_other_ids() -> None:
    lines = "".join(f"{id_};22 999 00 0{at};x\n" for at, id_ in enumerate(["B01", "BO2", "B03", "C44"]))
    assert read_file("usos", USOS + lines).rejected == [(3, "id-letters")]
    plain = lines.replace("B01", "AX").replace("B03", "BA")
    assert read_file("usos", USOS + plain).rejected == []


def test_ids_of_a_form_that_is_set_are_ids_and_others_are_none() -> None:
    lines = USOS + "1.0;22 999 00 01;x\nO1;22 999 00 02;x\n'B.2;22 999 00 03;x\nXY;22 999 00 04;x\n"
    found = read_file("usos", lines, id_pattern="[A-Z0-9]{1,2}[.]?[0-9]?|jw")
    assert found.rejected == []
    assert found.remarks == [(4, "id-undone")]
    assert read_file("usos", lines, id_pattern="[0-9.]+").rejected == [(line, "id-pattern") for line in (3, 4, 5)]


def test_an_id_unlike_all_others_should_be_looked_at() -> None:
    lines = USOS + "".join(f"100{at}0000;22 999 00 0{at};x\n" for at in range(5))
    assert read_file("usos", lines + "WNE;22 999 00 09;x\n").remarks == [(7, "id-unlike")]
    assert read_file("usos", lines + "WNE;22 999 00 09;x\nWPiA;22 999 00 08;x\n").remarks == []


@pytest.mark.parametrize("cut", ["B0", "B0/", "faculty", "B"])
def test_a_line_that_is_cut_off_ties_to_nothing(cut: str) -> None:
    found = read_file("usos", USOS + f"B0;22 999 00 05;Brama\n10000000;22 999 00 01;Dziekanat\n{cut}\n", STANDING)
    assert found.rejected == [(4, "line-short")]
    assert found.lost == []


def test_a_line_that_is_cut_off_behind_its_id_holds_this_owner() -> None:
    lines = "10000000;22 999 00 01;Dziekanat\nB02;22 999 0\n"
    found = read_file("usos", USOS + lines, STANDING)
    assert (found.rejected, found.lost) == ([(3, "line-short")], ["22 999 00 02"])


def test_a_lost_delimiter_is_told_once_and_ties_to_nothing() -> None:
    found = read_file("usos", USOS + "10000000;22 999 00 01;Dziekanat\nB0222 999 00 02;Brama\n", STANDING)
    assert (found.rejected, found.remarks, found.lost) == ([(3, "line-short")], [], [])


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("B02;22 999 00 02Brama;FAX", "line-short"),
        ("B02;22 999 00 02;BramaFAX", "line-short"),
        ("B02;22 999 00 02;Brama", None),  # spreadsheets leave empty cells at the end of a line out
        ("B02;22 999 00 02;Brama FAX", None),
        ("B02;22 999 00 02;TELEFAX", None),
        ("B02;22 999 00 02wew12;Brama", None),
    ],
)
def test_a_delimiter_lost_behind_the_number_or_before_the_type_is_told(line: str, code: str | None) -> None:
    lines = f"entity_id;number;comment;type_id\n10000000;22 999 00 01;Dziekanat;STA\nB01;22 999 00 03;x;FAX\n{line}\n"
    assert read_file("usos", lines).rejected == ([(4, code)] if code else [])


def test_a_rejected_line_whose_id_nobody_knows_holds_deletions() -> None:
    lines = "10000000;22 999 00 01;Dziekanat\n1000000X;22 999;Szatnia\n"
    assert read_file("usos", USOS + lines, STANDING).lost == []
    tied = lines.replace("1000000X", "B02")
    assert read_file("usos", USOS + tied, STANDING).lost == ["22 999 00 02"]


def test_a_name_that_is_cut_off_ties_to_nothing() -> None:
    standing = [("", "Kasa", "22 999 00 01"), ("", "Kasa 2", "22 999 00 02")]
    assert read_file("apio", "Name;Phone Number\nKasa;22 999 00 01\nKasa\n", standing).lost == []


@pytest.mark.parametrize("nothing", ["-", "—", "brak", "bez zmian", "b.z.", "n/d", "bez zmiany"])
def test_a_new_name_that_says_nothing_renames_nothing(nothing: str) -> None:
    found = read_file("apio", LIST + f"Kasa;22 999 00 01;{nothing}\n", [("", "Kasa", "22 999 00 01")])
    assert (found.rejected, found.after) == ([], [("", "Kasa", "22 999 00 01")])


@pytest.mark.parametrize(("name", "code"), [("-", "name-missing"), ("brak", "name-missing"), ("j.w.", "cell-ditto")])
def test_a_name_that_says_nothing_is_none(name: str, code: str) -> None:
    standing = [("", "Kasa", "22 999 00 01"), ("", "Szatnia", "22 999 00 02")]
    found = read_file("apio", LIST + f"Kasa;22 999 00 01;\n{name};22 999 00 09;\n", standing)
    assert (found.rejected, found.lost, found.after) == ([(3, code)], [], standing)


@pytest.mark.parametrize("nothing", ["-", "–", "brak", "bez zmian", "?", "***"])
def test_a_comment_that_says_nothing_overwrites_none(nothing: str) -> None:
    lines = f"B02;22 999 00 06;{nothing}\nB02;22 999 00 07;{nothing}\n"
    found = read_file("usos", USOS + lines, STANDING)
    assert found.after == [("B02", "", "22 999 00 07"), ("B02", "Portiernia", "22 999 00 06")]


@pytest.mark.parametrize("line", ["B02;j.w.;Portiernia", 'B02;22 999 00 06;""""', "B02;22 999 00 06;jak wyżej"])
def test_a_ditto_mark_is_followed_nowhere(line: str) -> None:
    found = read_file(
        "usos", USOS + f"10000000;22 999 00 01;Dziekanat\n10000000;22 999 00 02;Szatnia\n{line}\n", STANDING
    )
    assert found.rejected == [(4, "cell-ditto")]
    assert ("B02", "Portiernia", "22 999 00 06") in found.after


@pytest.mark.parametrize("pattern", ["(", "[0-9"])
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="id_pattern"):
        read_file("usos", USOS, id_pattern=pattern)


FAX = ("F1", "Dziekanat faks", "22 999 00 19")
OFFICE = [("F1", "Dziekanat", "22 999 00 09"), FAX]


def unread(header: str, cell: str) -> str:
    return f"entity_id;number;comment;{header}\nF1;22 999 00 09;Dziekanat;{cell}\n"


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Fax", "22 999 00 19"),
        ("Faks", "999-00-19"),
        ("Tel. kom.", "22 999 00 19"),
        ("Telefon 2", "22 999 00 19"),
        ("Wewnętrzny", "123"),
        ("Telefon 2", "j.w."),
        ("Telefon", "j.w."),
        ("Nr wew.", "wew. 12"),
        ("Pokój", "wew. 123"),
        ("Inne", "22 999 00 19 (portiernia)"),
        ("Kod 2", "10000000"),
    ],
)
def test_a_number_in_a_column_that_is_not_read_is_told_and_holds_its_owner(header: str, cell: str) -> None:
    found = read_file("usos", unread(header, cell), OFFICE)
    assert (found.rejected, found.after) == ([(2, "column-unread")], OFFICE)
    listed = read_file(
        "apio",
        f"Name;Phone Number;{header}\nKasa;22 999 00 01;{cell}\n",
        [("", "Kasa", "22 999 00 07"), ("", "Y", "1")],
    )
    assert (listed.rejected, listed.lost) == ([(2, "column-unread")], ["1"])


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Pokój", "115"),
        ("Adres", "ul. Nutowa 2, 02-097 Warszawa"),
        ("Od kiedy", "1.10.2025"),
        ("E-mail", "dziekanat@example.edu.pl"),
        ("Kierownik", "dr Anna Nutowska"),
        ("PESEL", "44051401359"),
        ("Godziny", "8.00-15.30"),
        ("Fax", "brak"),
        ("Fax", ""),
    ],
)
def test_a_column_without_numbers_is_nobodys_business(header: str, cell: str) -> None:
    assert read_file("usos", unread(header, cell), OFFICE).rejected == []


@pytest.mark.parametrize(("header", "cell"), [("Kierunkowy", "58"), ("Nr kier.", "(0-58)"), ("Kod kraju", "49")])
def test_a_code_that_the_number_does_not_begin_with_is_told(header: str, cell: str) -> None:
    """Without it the number was read as another one's, of Poland or of the area code that is set."""
    found = read_file("usos", unread(header, cell), OFFICE, area_code="22")
    assert (found.rejected, found.after) == ([(2, "number-local")], OFFICE)
    listed = f"Name;Phone Number;{header}\nKasa;999 00 01;{cell}\n"
    assert read_file("apio", listed, [("", "Kasa", "22 999 00 07")], area_code="22").rejected == [(2, "number-local")]


@pytest.mark.parametrize(("header", "cell"), [("Kierunkowy", "022"), ("Kod kraju", "+48"), ("Kierunkowy", "-")])
def test_a_code_that_the_number_begins_with_is_nobodys_business(header: str, cell: str) -> None:
    assert read_file("usos", unread(header, cell), OFFICE).rejected == []


def test_the_id_of_another_line_in_a_column_that_is_not_read_holds_both_owners() -> None:
    lines = "entity_id;number;Jednostka nadrzędna\nF1;22 999 00 09;B0\nB0;22 999 00 04;\nF1;22 999 00 08;\n"
    found = read_file("usos", lines, [*OFFICE, *STANDING])
    assert (found.rejected, found.lost) == ([(2, "column-id")], [])
    assert {*OFFICE, *STANDING[2:3]} <= {*found.after}


def test_a_column_is_ignored_where_the_configuration_says_so() -> None:
    for named in ("Fax", "fa*", "fax:"):
        assert read_file("usos", unread("Fax", FAX[2]), OFFICE, ignore={"columns": [named]}).lost == [FAX[2]]


def test_a_further_column_brings_entries_of_its_own() -> None:
    columns = [{"column": "Fax", "suffix": "faks"}]
    found = read_file("usos", unread("Fax", FAX[2]), OFFICE, columns=columns)
    assert (found.rejected, found.after, found.lost) == ([], OFFICE, [])
    assert found.checked.rows == 1
    assert read_file("usos", unread("Fax", ""), OFFICE, columns=columns).lost == [FAX[2]]
    alone = "entity_id;number;comment;Fax\nF1;;Dziekanat;22 999 00 19\n"
    assert read_file("usos", alone, [FAX], columns=columns).after == [FAX]
    bad = read_file("usos", unread("Fax", "22 99"), OFFICE, columns=columns)
    assert (bad.rejected, bad.after) == ([(2, "number-short")], OFFICE)


def test_a_further_column_of_a_phone_list_gives_names_a_suffix() -> None:
    found = read_file(
        "apio",
        "Name;Phone Number;New Name;Kom\nKasa;22 999 00 01;Szatnia;601 234 567\n",
        [("", "Kasa", "22 999 00 01")],
        columns={"also": [{"column": "kom.", "suffix": "kom."}]},
    )
    assert found.rejected == []
    assert [name for _, name, _ in found.after] == ["Szatnia", "Szatnia kom."]


def test_a_further_column_has_a_type_and_so_has_the_first() -> None:
    columns = [{"column": "number", "type_id": "STA"}, {"column": "Fax", "type_id": "FAX"}]
    found = read_file("usos", unread("Fax", FAX[2]), columns=columns)
    assert [*found.checked.desired["type_id"]] == ["STA", "FAX"]


def test_a_further_column_may_hold_extensions() -> None:
    columns = [{"column": "Wew.", "extension": True}]
    found = read_file("usos", unread("Wew.", "12"), columns=columns)
    assert found.after == [("F1", "Dziekanat", "22 999 00 09 wew. 12")]


def test_a_further_column_that_is_not_there_is_refused() -> None:
    with pytest.raises(SourceError, match="'Fax'"):
        read_file("usos", USOS, columns=[{"column": "Fax"}])


def test_a_second_table_below_the_first_is_told_and_held() -> None:
    lines = "10000000;22 999 00 01;Dziekanat\n;;\nJednostka;Fax;Opis\nB02;22 999 00 77;Portiernia\n"
    found = read_file("usos", USOS + lines, STANDING)
    assert (found.rejected, found.lost) == ([(4, "line-header"), (5, "line-table")], [])


def test_a_second_table_beside_the_first_is_told_and_held() -> None:
    lines = "entity_id;number;comment;;kod;tel\nB02;22 999 00 06;Portiernia;;B0;22 999 00 04\nB0;22 999 00 03;x;;;\n"
    found = read_file("usos", lines, STANDING)
    assert (found.rejected, found.lost) == ([(2, "column-id"), (2, "column-unread")], [])


@pytest.mark.parametrize("heading", ["WYDZIAŁ PRAWA;;", "Dziekanaty:;;", ";;Administracja", "REKTORAT;;"])
def test_a_heading_between_the_lines_is_told_as_one(heading: str) -> None:
    lines = "10000000;22 999 00 01;Dziekanat\nB02;22 999 00 06;Portiernia\nB0;22 999 00 05;Brama\n"
    found = read_file("usos", USOS + f"{heading}\n{lines}", STANDING)
    assert (found.rejected, found.lost) == ([(2, "line-heading")], [])
    assert read_file("usos", USOS + f"{heading}\n{lines}", ignore={"rows": [heading.strip(";")]}).rejected == []


@pytest.mark.parametrize("sign", ["# ", "#", "//"])
def test_a_line_that_looks_commented_out_is_told_and_held(sign: str) -> None:
    """Its number would be published under a name that begins with the sign."""
    lines = f"Kasa 1;22 999 00 01\n{sign}Kasa 2;22 999 00 02\nKasa 3;22 999 00 03\n"
    assert read_file("apio", "Name;Phone Number\n" + lines).rejected == [(3, "line-comment")]
    assert read_file("apio", "Name;Phone Number\n" + lines, comment_prefix=sign.strip()).rejected == []
    spelled = lines.replace("Kasa", f"{sign}Kasa").replace(sign * 2, sign)
    assert read_file("apio", "Name;Phone Number\n" + spelled).rejected == []


@pytest.mark.parametrize(
    "below", [["Razem: 1;;", "Stan na dzień 1.10.2025;;"], ["Stan na dzień 1.10.2025;;", "Razem;1;"]]
)
def test_footers_stand_in_any_order(below: list[str]) -> None:
    found = read_file("usos", USOS + "\n".join(["F1;22 999 00 09;x", *below]))
    assert (found.rejected, [skip.why for skip in found.source.skipped]) == ([], ["footer", "footer"])


def test_a_total_that_is_none_is_told() -> None:
    assert read_file("usos", USOS + "F1;22 999 00 09;x\nRazem;3;\n").rejected == [(3, "line-footer")]


@pytest.mark.parametrize("end", ["\r", "\r\n", "\x85", "\u2028", "\u2029"])
def test_whatever_ends_a_line_ends_it(end: str) -> None:
    found = read_file("usos", (USOS + "B0;22 999 00 05;Brama\nB02;22 999 00 06;Portiernia\n").replace("\n", end))
    assert (found.rejected, found.after) == ([], STANDING[2:])


@pytest.mark.parametrize(
    "beside",
    [
        *(
            "stary {}",
            "{} (nieaktualny)",
            "{} do 31.12",
            "{} do 31.12.2025",
            "od 1.1.2026 {}",
            "był {}",
            "nieczynny {}",
        ),
        *("{} - zlikwidowany", "nie dzwonić: {}", "{} (wygasa)", "{} (stary), 22 999 00 10 (nowy)", "zastrzeżony {}"),
        *(
            "ex {}",
            "nie {} tylko 22 999 00 10",
            "not {} but 22 999 00 10",
            "były numer {}",
            "old: {}",
            "{} <- 22 999 00 10",
        ),
    ],
)
def test_a_word_that_takes_a_number_back_is_never_dropped(beside: str) -> None:
    number = beside.format("22 999 00 09")
    assert read_file("usos", USOS + f"F1;{number};Dziekanat\n", OFFICE).rejected == [(2, "number-outdated")]
    listed = read_file("apio", LIST + f"Kasa;{number};\n", [("", "Kasa", "22 999 00 08")])
    assert (listed.rejected, listed.lost) == ([(2, "number-outdated")], [])


@pytest.mark.parametrize(
    "number", ["Stare Miasto: 22 999 00 09", "22 999 00 09 w godz. 8.00 do 15.30", "tel. 22 999 00 09"]
)
def test_other_words_beside_a_number_take_nothing_back(number: str) -> None:
    assert read_file("usos", USOS + f"F1;{number};Dziekanat\n", OFFICE).rejected == []


@pytest.mark.parametrize(
    ("above", "below", "line"),
    [
        ("Szatnia 22 999 00 02\n", "", 1),
        ("Szatnia;tel. 22 999 00 02;\n", "", 1),
        ("", "# Szatnia 22 999 00 02\n", 3),
        ("", "# Szatnia 22 999 00 02 / 5\n", 3),
        ("", "B02;22 999 00 06;Portiernia (dawniej 22 999 00 02)\n", 3),
    ],
)
def test_a_number_that_only_a_text_speaks_of_stays(above: str, below: str, line: int) -> None:
    lines = f"{above}{USOS}10000000;22 999 00 01;Dziekanat\n{below}"
    found = read_file("usos", lines, STANDING)
    assert (found.rejected, found.lost) == ([], [])
    assert (line, "text-number") in found.remarks
    assert {*found.plan.loc[found.plan["number_before"] == "22 999 00 02", "action"]} == {"hold"}
    quiet = read_file("usos", lines, STANDING, ignore={"rows": ["Szatnia"], "columns": ["comment"]})
    assert (quiet.remarks, quiet.lost) == ([], ["22 999 00 02"])
    listed = lines + "10000000;22 999 00 02;Szatnia\n"
    assert "text-number" not in {code for _, code in read_file("usos", listed, STANDING).remarks}


def test_a_name_that_holds_a_whole_line_is_told_and_holds_it() -> None:
    standing = [("", "Kasa", "22 999 00 01"), ("", "Szatnia", "22 999 00 02"), ("", "Kadry", "22 999 00 03")]
    found = read_file("apio", LIST + "Kasa 22 999 00 01 Szatnia;22 999 00 02;\n", standing)
    assert (found.remarks, found.lost) == ([(2, "text-number")], ["22 999 00 03"])


def book(*sheets: tuple[str, list[list[str]]], **shown: Any) -> bytes:
    """Return a workbook; `hide` and `strike` are rows of its first sheet, `note` is a note on its A2."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets:
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    first = workbook.worksheets[0]
    for row in shown.get("hide", ()):
        first.row_dimensions[row].hidden = True
    for row in shown.get("strike", ()):
        first.cell(row, 2).font = Font(strike=True)
    if note := shown.get("note"):
        first["A2"].comment = Comment(note, "Nutowska")
    raw = io.BytesIO()
    workbook.save(raw)
    return raw.getvalue()


ROWS = [["entity_id", "number", "comment"], ["B0", "22 999 00 05", "Brama"], ["B02", "22 999 00 06", "Portiernia"]]


@pytest.mark.parametrize(
    ("kind", "rows", "standing"),
    [
        ("usos", ROWS, [*STANDING[2:], ("B0", "Faks", "22 999 00 19")]),
        ("apio", [["Name", "Phone Number"], ["Kasa", "22 999 00 01"]], [("", "Faks", "22 999 00 19")]),
    ],
)
def test_a_number_in_a_note_on_a_cell_is_told_and_stays(
    kind: Kind, rows: list[list[str]], standing: list[Entry]
) -> None:
    noted = read_file(kind, book(("Telefony", rows), note="faks\n22 999 00 19, po 15"), standing)
    assert (noted.rejected, noted.remarks, noted.lost) == ([], [(2, "text-number")], [])
    assert read_file(kind, book(("Telefony", rows), note="po 15"), standing).lost == ["22 999 00 19"]


@pytest.mark.parametrize(("how", "code"), [("hide", "line-hidden"), ("strike", "line-struck")])
def test_a_row_that_nobody_sees_is_held_skipped_or_read(how: str, code: str) -> None:
    raw = book(("Telefony", ROWS), **{how: [3]})
    held = read_file("usos", raw, STANDING)
    assert (held.rejected, held.lost) == ([(3, code)], [])
    assert read_file("usos", raw, STANDING, hidden_rows="read").rejected == []
    skipped = read_file("usos", raw, STANDING, hidden_rows="skip")
    assert (skipped.rejected, [(skip.line, skip.why) for skip in skipped.source.skipped]) == ([], [(3, "ignored")])


def test_a_sheet_that_is_not_read_is_told_and_holds_deletions() -> None:
    raw = book(("Telefony", [*ROWS[:2], ["10000000", "22 999 00 01", "x"]]), ("Faksy", [["F", "22 999 00 02"]]))
    found = read_file("usos", raw, STANDING)
    assert (found.rejected, found.lost) == ([(1, "sheet-unread")], [])
    assert read_file("usos", raw, STANDING, ignore={"sheets": ["fak*"]}).lost == ["22 999 00 02"]
    assert read_file("usos", book(("Telefony", ROWS), ("Uwagi", [["stan na 2025"]]))).rejected == []
    formula = book(("Telefony", ROWS), ("Faksy", [["F", '="22 999 00 02"']]))
    assert read_file("usos", formula).rejected == [(1, "sheet-unread")]


NEIGHBOURS = [
    ("F1", "A", "22 999 00 01"),
    ("F2", "B", "22 999 00 02"),
    ("F2", "C", "22 999 00 03"),
    ("F3", "D", "22 999 00 04"),
]


@pytest.mark.parametrize(
    "torn",
    [
        'F1;22 999 00 01;"A\nF2;22 999 00 02;B"\n',
        'F1;"22 999 00 01;A\nF2;22 999 00 02";B\n',
        '"F1;22 999 00 01;A\nF2";22 999 00 02;B\n',
        'F1;22 999 00 01;"A""\nF2;22 999 00 02;B"\n',
        'F1;22 999 00 01;"A\nF2;22 999 00 02;"B\n',
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_stray_quote_swallows_no_line(torn: str, end: str) -> None:
    """With the quotes the second line is a part of a cell, and its number would be deleted."""
    raw = (USOS + torn + "F2;22 999 00 03;C\nF3;22 999 00 04;D\n").replace("\n", end)
    found = read_file("usos", raw, NEIGHBOURS)
    assert (found.rejected, found.lost) == ([(2, "line-swallowed"), (3, "line-swallowed")], [])


def test_a_short_record_over_several_lines_may_be_about_anybody() -> None:
    torn = 'F1;"22 999 00 01;A\nF2 22 999 00 02 B"\n'
    found = read_file("usos", USOS + torn + "F2;22 999 00 03;C\nF3;22 999 00 04;D\n", NEIGHBOURS)
    assert (found.rejected, found.lost) == ([(2, "line-swallowed"), (3, "line-swallowed")], [])


@pytest.mark.parametrize(
    "comment", ['"Dziekanat\npokój 5"', '"Dziekanat; pokój 5\nparter"', '"A\n\nB"', '"A ""B""\nC"']
)
def test_a_comment_may_run_over_lines(comment: str) -> None:
    found = read_file("usos", USOS + f"F1;22 999 00 01;{comment}\nF2;22 999 00 02;B\n")
    assert (found.rejected, len(found.after)) == ([], 2)


WHOLE = USOS + "F1;22 999 00 01;A\nF2;22 999 00 02;B\nF2;22 999 00 03;C\n"


@pytest.mark.parametrize("cut", [4, 10, 16, 17])
def test_a_file_that_is_cut_off_loses_nothing(cut: int) -> None:
    found = read_file("usos", WHOLE[:-cut], NEIGHBOURS)
    assert ([line for line, _ in found.rejected], found.lost) == ([4], [])


def test_a_header_that_has_taken_in_the_first_line_is_refused() -> None:
    with pytest.raises(SourceError, match="header cannot be read"):
        read_file("usos", WHOLE.replace("\n", "", 1), NEIGHBOURS)


def test_what_programs_leave_in_a_file_is_right_or_told() -> None:
    assert read_file("usos", "sep=;\n" + WHOLE, NEIGHBOURS).rejected == []
    assert read_file("usos", WHOLE.replace("\n", "\r"), NEIGHBOURS).rejected == []
    assert read_file("usos", WHOLE.replace("03", "0\x003"), NEIGHBOURS).rejected == [(4, "line-nul")]
    assert read_file("usos", WHOLE + "\x1a", NEIGHBOURS).lost == []
    assert read_file("usos", WHOLE + "\ufeff" + USOS, NEIGHBOURS).rejected == [(5, "line-header")]
    assert read_file("usos", USOS, NEIGHBOURS).checked.rows == 0
