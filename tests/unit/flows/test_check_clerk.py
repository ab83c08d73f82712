"""`check` as the clerk's friend: a bad file is put right from its words alone, in Polish. All data is invented."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from flows.annotating import annotate
from flows.check import check_sources
from flows.check_console import show_checked
from flows.cli import main
from flows.config import load
from flows.offline import OfflineContext
from schemas.errors import UsageError
from schemas.reasons import LineCode
from tasks.messages.rendering import advice
from tasks.source.hints import hint_number, hints_of
from tasks.source.name_checks import as_meant

BOOKS = Path(__file__).parents[2] / "data" / "books"
CONFIGURATION = """
[connections.usos]
kind = "usos"
base_url = "https://usosapps.example.edu.pl"
consumer_key = { env = "NOBODY_HAS_SET_THIS" }
consumer_secret = { file = "there-is-no-such-file" }
[connections.lists]
kind = "apio"
base_url = "https://apio.example.com"
username = { env = "NOBODY_HAS_SET_THIS" }
password = { env = "NOBODY_HAS_SET_THIS" }
[syncs.offices]
connection = "usos"
entity_class = "faculty"
source = "offices.csv"
[syncs.people]
connection = "usos"
entity_class = "user"
source = "people.csv"
[syncs.desks]
connection = "lists"
tenant = "chopin"
source = "desks.csv"
"""
BAD = """\
Spis numerów;;
stan na 1.10.2025;;

Kod jednostki;Nr tel.;Uwagi
F1;22 999 00 01;Dziekanat
F1;22 99O 00 02;Portiernia
;22 999 00 03;Szatnia
F2;999-05-00;Pracownia
F3;22 999 00 05;Lut;nik
F4;wew. 12;M\u0430gazyn
F4;22 999 00 06;M\u0430gazyn
# tu kończą się numery
Kod jednostki;Nr tel.;Uwagi
Sporządziła: Anna
Wydrukowano: 1.10.2025 12:00
"""
GOOD = """\
Spis numerów;;
stan na 1.10.2025;;

Kod jednostki;Nr tel.;Uwagi
F1;22 999 00 01;Dziekanat
F1;22 990 00 02;Portiernia
F1;22 999 00 03;Szatnia
F2;22 999-05-00;Pracownia
F3;22 999 00 05;Lutnik
F4;22 999 00 07 wew. 12;Magazyn
F4;22 999 00 06;Magazyn
# tu kończą się numery
Wydrukowano: 1.10.2025 12:00
"""


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OfflineContext:
    """A configuration whose secrets nobody has, and one bad file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LC_ALL", "C")
    (tmp_path / "phonesync.toml").write_text(CONFIGURATION, encoding="utf-8")
    (tmp_path / "offices.csv").write_text(BAD, encoding="windows-1250", errors="xmlcharrefreplace")
    (tmp_path / "offices.csv").write_text(BAD, encoding="utf-8")
    (tmp_path / "people.csv").write_text("id,telefon\n900001,22 999 7O 33\n", encoding="utf-8")
    (tmp_path / "desks.csv").write_text("Nazwa;Telefon\nŁódź;22 999 00 01\n", encoding="utf-8")
    return OfflineContext(load(tmp_path / "phonesync.toml"))


def only(context: OfflineContext, name: str, **how: Any) -> dict[str, Any]:
    """Return what `check` says of one sync."""
    (item,) = check_sources(context, [name], **how).summary["syncs"]
    return dict(item)


def test_everything_is_said_at_once_with_codes_and_hints(context: OfflineContext) -> None:
    found = [(p["line"], p["column"], p["code"], p["suggestion"]) for p in only(context, "offices")["problems"]]
    assert found == [
        (6, "Nr tel.", "number-letters", "22 990 00 02"),
        (7, "Kod jednostki", "id-missing", "F1"),
        (8, "Nr tel.", "number-local", ""),
        (9, "", "line-fields", ""),
        (10, "Nr tel.", "number-extension", ""),
        (10, "Uwagi", "letters-mixed", "Magazyn"),
        (11, "Uwagi", "letters-mixed", "Magazyn"),
        (13, "", "line-header", ""),
        (14, "", "line-footer", ""),
    ]


def test_nothing_is_found_out_in_silence(context: OfflineContext) -> None:
    item = only(context, "offices")
    assert item["notes"] == [
        "The header was found in line 4.",
        "Skipped above the header: 1, 2.",
        "Skipped as comments: 12.",
        "Skipped below the table: 15.",
        'The column "Kod jednostki" is used as entity_id.',
        'The column "Nr tel." is used as number.',
        'The column "Uwagi" is used as comment.',
    ]
    assert item["skipped"] == [
        {"line": 1, "why": "title"},
        {"line": 2, "why": "title"},
        {"line": 12, "why": "comment"},
        {"line": 15, "why": "footer"},
    ]
    assert (item["lines"], item["good"], item["rejected"], item["warnings"]) == (9, 2, 7, 2)
    assert any("Latin-1 (ŁŹ" in note or "Latin-1 (ź" in note or "Ł" in note for note in only(context, "desks")["notes"])


def test_a_clerk_puts_a_file_right_from_what_is_said_in_polish(
    context: OfflineContext, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "offices", "--lang", "pl"]) == 1
    shown = capsys.readouterr()
    for said in (
        "Między cyframi są litery. (1 wiersz)",
        "22 990 00 02",
        "Brakuje identyfikatora. (1 wiersz)",
        "Wpisz identyfikator; komórka scalona z komórką powyżej liczy się tylko",
        "Brakuje numeru kierunkowego. (1 wiersz)",
        "Liczba pól w wierszu to 4, a w nagłówku 3. (1 wiersz)",
        "To sam numer wewnętrzny: brakuje numeru, do którego należy. (1 wiersz)",
        "W jednym tekście są podobne do siebie litery z dwóch alfabetów. (2 wiersze)",
        "Ten wiersz powtarza nagłówek. (1 wiersz)",
        "To wygląda na wiersz pod tabelą (suma, data, podpis), a nie na wpis. (1 wiersz)",
        "Nagłówek jest w wierszu 4.",
        "offices: wiersze: 9, odrzucone: 7, do sprawdzenia: 2",
        "Synchronizacja nie rusza tego, czego może dotyczyć odrzucony wiersz",
    ):
        assert said in shown.out, said
    assert shown.out.index("Liczba pól") < shown.out.index("Brakuje identyfikatora") < shown.out.index("Między cyframi")
    assert shown.out.index("Między cyframi") < shown.out.index("dwóch alfabetów")
    (tmp_path / "offices.csv").write_text(GOOD, encoding="utf-8")
    assert main(["check", "offices", "--lang", "pl", "--strict"]) == 0
    assert "odrzucone: 0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("raw", "sentence", "advice"),
    [
        (b"%PDF-1.7", "to nie jest tabela, tylko dokument PDF.", "Wyeksportuj samą tabelę"),
        (b"", "plik jest pusty, nie ma nawet nagłówka.", "Wyeksportuj go jeszcze raz."),
        (b'id;telefon\nF1;"22\n', "wiersz 2: tu zaczyna się pole, które się nie kończy.", "Zamknij znak"),
        (b"id;telefon\nF1;4.8E+10\nF1;4.9E+10\n", "arkusz zniekształcił numery w kolumnie 'telefon'", "format Tekst"),
        (b"a;b\n1;2\n", "w nagłówku nie ma oczekiwanych kolumn", "Podaj nagłówki z pliku"),
    ],
)
def test_a_file_that_is_refused_is_refused_in_polish(  # noqa: PLR0917 - a table of cases
    context: OfflineContext, tmp_path: Path, capsys: pytest.CaptureFixture[str], raw: bytes, sentence: str, advice: str
) -> None:
    (tmp_path / "offices.csv").write_bytes(raw)
    assert main(["check", "--lang", "pl"]) == 2
    shown = capsys.readouterr().err
    assert sentence in shown
    assert advice in shown
    assert "Dotyczy: offices." in shown


def test_a_refused_file_still_shows_every_bad_line(context: OfflineContext, tmp_path: Path) -> None:
    (tmp_path / "offices.csv").write_text("id;telefon\nF1;4.8E+10\nF1;x\nF1;4.9E+10\n", encoding="utf-8")
    checked = check_sources(context, ["offices"])
    assert checked.exit_code == 2
    codes = [(problem["line"], problem["code"]) for problem in checked.summary["syncs"][0]["problems"]]
    assert codes == [(None, "sheet-spoilt"), (2, "sheet-exponent"), (3, "number-words"), (4, "sheet-exponent")]


def test_the_language_is_that_of_the_environment(
    context: OfflineContext, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LC_ALL")
    monkeypatch.setenv("LANG", "pl_PL.UTF-8")
    main(["check", "desks"])
    assert "wiersze: 1, odrzucone: 0" in capsys.readouterr().out


def test_the_configuration_comes_before_the_environment(
    context: OfflineContext, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configuration = tmp_path / "phonesync.toml"
    configuration.write_text('lang = "pl"\n' + configuration.read_text(encoding="utf-8"), encoding="utf-8")
    main(["check", "desks"])
    assert "wiersze: 1, odrzucone: 0" in capsys.readouterr().out
    main(["check", "desks", "--lang", "en"])
    assert "lines: 1, rejected: 0" in capsys.readouterr().out


def test_warnings_count_where_somebody_is_strict(context: OfflineContext, tmp_path: Path) -> None:
    (tmp_path / "offices.csv").write_text("id;telefon;opis\nF1;22 999 00 01;Ka\u200bsa\n", encoding="utf-8")
    assert check_sources(context, ["offices"]).exit_code == 0
    assert check_sources(context, ["offices"], strict=True).exit_code == 1


def test_neither_credentials_nor_a_ledger_are_needed(context: OfflineContext, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    assert main(["check", "desks"]) == 0
    assert sorted(tmp_path.iterdir()) == before


def test_numbers_of_users_are_masked_in_hints_too(context: OfflineContext, capsys: pytest.CaptureFixture[str]) -> None:
    item = only(context, "people")
    assert [(p["code"], p["suggestion"]) for p in item["problems"]] == [("number-letters", "••• ••• •33")]
    main(["check", "people", "--github"])
    show_checked(check_sources(context, ["people"]))
    assert "999 70 33" not in capsys.readouterr().out


def test_lines_that_a_quote_swallows_are_shown_both_ways(context: OfflineContext, tmp_path: Path) -> None:
    lines = 'id;telefon;opis\nF1;22 999 00 01;"Dziekanat\nF2;22 999 00 02;Portiernia"\nF3;22 999 00 03;x\n'
    (tmp_path / "offices.csv").write_text(lines, encoding="utf-8")
    found = [(p["line"], p["code"], p["value"]) for p in only(context, "offices")["problems"]]
    quoted = '"Dziekanat ⏎ F2;22 999 00 02;Portiernia" / '
    assert found == [
        (2, "line-swallowed", quoted + "F1;22 999 00 01;Dziekanat"),
        (3, "line-swallowed", quoted + "F2;22 999 00 02;Portiernia"),
    ]


# Annotated copies -----------------------------------------------------------------------------------------------------


def without_remarks(raw: bytes, encoding: str, start: int) -> bytes:
    """Return an annotated copy without its first column, from the header's line on."""
    lines = raw.decode(encoding).splitlines(keepends=True)
    kept = [
        line.partition(";")[2] if at >= start and line[:1] not in "#\r\n" else line for at, line in enumerate(lines, 1)
    ]
    return "".join(kept).encode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1250", "iso-8859-2"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_annotated_copy_without_its_column_is_the_file(
    context: OfflineContext, tmp_path: Path, encoding: str, end: str
) -> None:
    raw = BAD.replace("\u0430", "ą").replace("\n", end).encode(encoding)
    (tmp_path / "offices.csv").write_bytes(raw)
    (path,) = annotate(check_sources(context, ["offices"], lang="pl"))
    assert path.name == "offices.checked.csv"
    copy = path.read_bytes()
    assert without_remarks(copy, encoding, 4) == raw
    rows = list(csv.reader(copy.decode(encoding).splitlines()[3:], delimiter=";"))
    assert rows[0][0] == "phonesync: uwagi"
    assert rows[1][0] == ""
    assert rows[2][0] == "Nr tel.: Między cyframi są litery. Może chodziło o: 22 990 00 02?"
    assert (tmp_path / "offices.csv").read_bytes() == raw
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_of_plain_letters_gets_a_mark_for_the_polish_remarks(context: OfflineContext, tmp_path: Path) -> None:
    (tmp_path / "offices.csv").write_bytes(b"id;telefon\nF1;22 999 00 01\n")
    (path,) = annotate(check_sources(context, ["offices"], lang="en"))
    assert path.read_bytes() == b"phonesync: remarks;id;telefon\n;F1;22 999 00 01\n"
    (tmp_path / "offices.csv").write_bytes(b"id;telefon\nF1;x\n")
    (path,) = annotate(check_sources(context, ["offices"], lang="pl"), force=True)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_nothing_is_overwritten_unless_somebody_says_so(context: OfflineContext, tmp_path: Path) -> None:
    (tmp_path / "offices.checked.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="already exists"):
        annotate(check_sources(context, []))
    assert (tmp_path / "offices.checked.csv").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "people.checked.csv").exists()
    assert main(["check", "--annotate", "--force"]) == 1
    assert "mine" not in (tmp_path / "offices.checked.csv").read_text(encoding="utf-8")


def test_a_workbook_keeps_its_formats_and_has_marks_and_a_sheet_of_remarks(
    context: OfflineContext, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for row in (["Spis"], [], ["id", "telefon", "opis"], ["F1", "x", "=1"], ["F2", 229990001, "y"]):
        book.active.append(row)
    book.active["C4"].data_type = "s"
    book.active["B5"].number_format = "000000000"
    book.active["A3"].font = Font(bold=True)
    book.active.column_dimensions["C"].width = 33
    book.save(tmp_path / "offices.csv")
    (path,) = annotate(check_sources(context, ["offices"], lang="pl"))
    assert (path.name, path.stat().st_mode & 0o777) == ("offices.checked.xlsx", 0o600)
    remarks, sheet = openpyxl.load_workbook(path).worksheets
    assert remarks.title == "Uwagi phonesync"
    assert remarks["A1"].value == "Wiersz 4: telefon: W tym tekście nie ma numeru."
    assert sheet["B4"].comment.text == "telefon: W tym tekście nie ma numeru."
    assert sheet["B4"].fill.fgColor.rgb == "FFFFC7CE"
    assert sheet["B5"].comment is None
    assert (sheet["B5"].value, sheet["B5"].number_format) == (229990001, "000000000")
    assert sheet["A3"].font.bold
    assert sheet.column_dimensions["C"].width == 33
    assert [cell.value for cell in sheet[4]] == ["F1", "x", "=1"]


def test_a_workbook_of_another_kind_is_annotated_as_csv_row_by_row(context: OfflineContext, tmp_path: Path) -> None:
    (tmp_path / "offices.csv").write_bytes((BOOKS / "phones.ods").read_bytes())
    (path,) = annotate(check_sources(context, ["offices"], lang="pl"))
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines[2] == "phonesync: uwagi;entity_id;number;comment"
    assert lines[3] == ";F1;22 999 00 01;Dziekanat Główny"
    assert lines[5].startswith("number: W komórce jest liczba z częścią ułamkową.;F3;")


@pytest.mark.parametrize(
    ("raw", "first", "rest"),
    [
        (b"a;b\n1;2\n", "nagłówku nie ma oczekiwanych kolumn", "a;b\n1;2\n"),
        (b"id;telefon\nF1;4.8E+10\nF1;4.9E+10\n", "Arkusz zniekształcił numery", ";id;telefon\n"),
        (b"%PDF-1.7", "To nie jest tabela, tylko dokument PDF.", ""),
        (b"id;telefon\nF1;\xc4\x85\xb9\n", "w innym kodowaniu", ""),
    ],
)
def test_a_refused_file_has_the_reason_on_top_of_its_copy(
    context: OfflineContext, tmp_path: Path, raw: bytes, first: str, rest: str
) -> None:
    (tmp_path / "offices.csv").write_bytes(raw)
    (path,) = annotate(check_sources(context, ["offices"], lang="pl"))
    lines = path.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    assert first in lines[0]
    assert "".join(lines[1:]).startswith(rest) or rest in "".join(lines[1:])
    assert bool(lines[1:]) == bool(rest)


def test_the_preview_shows_what_will_be_published(context: OfflineContext, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "offices", "desks", "--preview", "2"])
    shown = capsys.readouterr().out
    assert "Kod jednostki → entity_id, Nr tel. → number, Uwagi → comment" in shown
    assert "Łódź" in shown
    assert "+48-229990001" in shown  # as APIO writes it
    main(["check", "people", "desks", "--preview", "2", "--json"])
    people, desks = json.loads(capsys.readouterr().out)["syncs"]
    assert people["preview"]["rows"] == []
    assert [row["name"] for row in desks["preview"]["rows"]] == ["Łódź"]


def test_every_code_says_what_to_do_and_stands_in_the_text(
    context: OfflineContext, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["check", "offices"])
    assert "[number-letters]" in capsys.readouterr().out
    (tmp_path / "offices.csv").write_bytes(b"%PDF-1.7")
    main(["check", "offices"])
    assert "[file-other]" in capsys.readouterr().err
    for code in LineCode:
        assert advice(str(code.value), "pl"), code


# For programs ---------------------------------------------------------------------------------------------------------


def test_json_is_one_object_in_the_language_asked_for(
    context: OfflineContext, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "offices", "--json", "--lang", "pl"]) == 1
    (item,) = json.loads(capsys.readouterr().out)["syncs"]
    assert item["problems"][1] == {
        "line": 7,
        "column": "Kod jednostki",
        "value": "",
        "code": "id-missing",
        "level": "error",
        "reason": "brakuje identyfikatora",
        "advice": "Wpisz identyfikator; komórka scalona z komórką powyżej liczy się tylko w pierwszym wierszu.",
        "suggestion": "F1",
    }


def test_annotations_name_the_character(context: OfflineContext, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "offices", "--github"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "::error file=offices.csv,line=6,col=4,title=number-letters::There are letters between the digits. "
        "Did you mean: 22 990 00 02? Ask the office for the right number and correct it."
    )
    assert lines[5].startswith("::warning file=offices.csv,line=10,col=12,title=letters-mixed::")
    assert all(line.startswith("::") for line in lines)


def test_a_number_in_the_column_beside_is_told(context: OfflineContext, tmp_path: Path) -> None:
    rows = "F1;Dziekanat;22 999 00 01\nF2;brak;22 999 00 02\nF3;Kasa;parter\n"
    (tmp_path / "offices.csv").write_text(f"id;telefon;opis\n{rows}", encoding="utf-8")
    (item,) = check_sources(context, ["offices"]).summary["syncs"]
    assert [(problem["line"], problem["code"]) for problem in item["problems"]] == [
        (2, "line-shifted"),
        (3, "number-clears"),
        (4, "number-words"),
    ]


def test_a_column_whose_name_is_misspelt_is_told(context: OfflineContext, tmp_path: Path) -> None:
    (tmp_path / "offices.csv").write_text("id;telefon;komentarzz;pokój\nF1;22 999 00 01;x;1\n", encoding="utf-8")
    (item,) = check_sources(context, ["offices"]).summary["syncs"]
    assert [note for note in item["notes"] if "not used" in note] == [
        'The column "komentarzz" is not used. If it is meant to be comment, correct its name.'
    ]


def test_a_line_in_another_encoding_is_told(context: OfflineContext, tmp_path: Path) -> None:
    rows = [f"id;telefon\n{name};22 999 00 01\n".encode(form) for name, form in (("Ł1", "utf-8"), ("ś2", "cp1250"))]
    (tmp_path / "offices.csv").write_bytes(b"".join(rows))
    (item,) = check_sources(context, ["offices"]).summary["syncs"]
    assert [(problem["line"], problem["code"]) for problem in item["problems"]] == [(4, "encoding-mixed")]


def test_two_forms_at_once_are_refused(context: OfflineContext, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--json", "--github"]) == 2
    assert "either" in capsys.readouterr().out


# Hints ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("22 55 2O 355", "22 55 20 355"),
        ("22 552 00 0\u0417", "22 552 00 03"),
        ("225520001225520002", "225520001, 225520002"),
        ("22 55 2o 3SS", "22 55 20 355"),
        ("4.8225520000E+10", "48225520000"),
        ("4.8225E+10", ""),
        ("225520000.0", "225520000"),
        ('="22 552 00 00"', "22 552 00 00"),
        ("493012345678", "+493012345678"),
        ("22 552 00 00 ♥", "22 552 00 00"),
        ("Nutowska", ""),
        ("999-05-00", ""),
    ],
)
def test_a_hint_is_given_only_where_one_way_stands_out(context: OfflineContext, text: str, hint: str) -> None:
    checked = check_sources(context, ["desks"]).files[0].source
    assert checked is not None
    hints = hints_of(checked.arranged.source.assign(key="").head(0), region="PL", area_code=None, switchboard=None)
    assert hint_number(text, hints) == hint


def test_a_number_that_can_be_read_needs_no_hint(context: OfflineContext, tmp_path: Path) -> None:
    (tmp_path / "desks.csv").write_text("Name;Phone Number\nKasa;22 999 00 03, 22 999 00 04\n", encoding="utf-8")
    (item,) = check_sources(context, ["desks"]).summary["syncs"]
    assert [(problem["code"], problem["suggestion"]) for problem in item["problems"]] == [("number-several", "")]


def test_the_area_code_of_most_numbers_is_a_hint(context: OfflineContext, tmp_path: Path) -> None:
    rows = "".join(f"F1;22 999 00 0{at}\n" for at in range(4))
    (tmp_path / "offices.csv").write_text(f"id;telefon\n{rows}F2;999-05-00\n", encoding="utf-8")
    assert [problem["suggestion"] for problem in only(context, "offices")["problems"]] == ["22 999-05-00"]


def test_letters_of_another_alphabet_are_put_right_only_where_all_look_latin() -> None:
    assert as_meant("M\u0430gazyn \u200b12") == "Magazyn 12"
    assert as_meant("Dom Русский") == "Dom Русский"
