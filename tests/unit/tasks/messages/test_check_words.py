"""The words of `check`: every sentence has a code and both languages, and the pages list them all."""

from __future__ import annotations

import re

import pytest
from documents import CODES, DOCS, with_codes

from connectors.apio.spec import SPEC as APIO
from connectors.files import cells
from schemas.errors import ConfigurationError, SourceError
from schemas.problems import Problem, packed_values
from schemas.reasons import FileCode, LineCode
from tasks.messages import catalogue
from tasks.messages.failures import told_of_file
from tasks.messages.rendering import file_error, sentence, told_of_line, weight, whole
from tasks.phone import meaning as number_meaning
from tasks.phone import numbering_plan as numbering
from tasks.phone import parser as read_number
from tasks.phone import pieces as number_pieces
from tasks.source import footers
from tasks.source import name_checks as names
from tasks.source import spreadsheet_damage as spoilt
from tasks.source.annotation import FilePosition, annotation, column_of, remark, remarked, sheet_remarked


def test_every_reason_why_a_text_is_no_number_is_a_code() -> None:
    for module in (read_number, number_meaning, numbering, number_pieces, spoilt, footers, names, cells):
        found = [value for name, value in vars(module).items() if name.isupper() and isinstance(value, LineCode)]
        assert found
        written = [value for name, value in vars(module).items() if re.fullmatch(r"[A-Z][A-Z_]+", name)]
        assert not [text for text in written if isinstance(text, str) and " " in text], "a sentence in the code"


@pytest.mark.parametrize("code", [*FileCode, *LineCode])
def test_every_code_is_said_in_both_languages(code: FileCode | LineCode) -> None:
    values = dict.fromkeys(re.findall(r"{(\w+)}", catalogue.text(code, "en")), "7")
    problem = Problem(code, {name: value for name, value in values.items() if name != "place"}, place=7)
    said = {lang: sentence(problem, lang) for lang in catalogue.LANGUAGES}
    assert said["en"] != said["pl"]
    assert not re.search(r"[{}]", "".join(said.values()))


def test_what_has_no_code_is_given_as_it_stands() -> None:
    told = told_of_file(SourceError("phones.csv: something new.", remedy="Do it."), "pl")
    assert (told.code, told.sentence, told.advice) == ("other", "phones.csv: something new.", "Do it.")
    assert weight("other") > weight("letters-unseen") > weight("id-missing") > weight("file-missing")


def test_what_differs_from_case_to_case_is_said_in_both_languages() -> None:
    told = told_of_line("line-fields", packed_values({"n": "5", "m": "4"}), "pl")
    assert told.sentence == "liczba pól w wierszu to 5, a w nagłówku 4"
    missing = Problem(FileCode.HEADER_COLUMN, {"missing": "'x'", "found": "'y'"}, 7)
    error = file_error("a b.csv", missing, "header-column")
    assert error.message == "a b.csv, line 7: the header has no column 'x'; it has: 'y'."
    assert error.remedy == "Correct the header, or name the file's own headers under columns in phonesync.toml."
    assert told_of_file(error, "pl").sentence == "wiersz 7: w nagłówku brakuje kolumny 'x'; są: 'y'."
    page = file_error("a.csv", Problem(FileCode.FILE_OTHER, {"what": "html"}), "sign-in")
    assert page.message == "a.csv: this is a web page, not a table."
    assert told_of_file(page, "pl").sentence == "to nie jest tabela, tylko strona internetowa."


def test_a_key_of_the_configuration_keeps_its_name() -> None:
    """In the sentence it is explained in the reader's language; in the remedy it is what has to be typed."""
    wrong = file_error(
        "a.csv", Problem(FileCode.SETTING_MARK, {"key": "delimiter"}), "setting-mark", ConfigurationError
    )
    assert str(wrong) == (
        "a.csv: the delimiter in the configuration is invalid. "
        "Set `delimiter` to a character that is used in the file, or remove it."
    )
    told = told_of_file(wrong, "pl")
    assert told.sentence == "nieprawidłowa wartość ustawienia: separator."
    assert told.advice == "Ustaw w `delimiter` znak, który jest w pliku, albo usuń to ustawienie."


def test_a_list_says_that_it_is_one() -> None:
    values = packed_values({"entry": APIO.wording.entry})
    assert told_of_line("number-inner", values, "en").sentence == "a phone list entry cannot hold an extension"
    assert told_of_line("number-inner", values, "pl").sentence.startswith("wpis na liście telefonów")


def test_codes_are_unique_and_of_one_form() -> None:
    every = [str(code) for code in (*FileCode, *LineCode)]
    assert len({*every}) == len(every)
    assert all(re.fullmatch(r"[a-z]+-[a-z]+", code) for code in every)


@pytest.mark.parametrize("page", CODES)
def test_the_pages_list_every_code(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    assert with_codes(text, CODES[page]) == text, "write it anew: python -m tests.documents"


def test_a_reason_becomes_a_sentence() -> None:
    assert [whole(text) for text in ("brakuje nazwy", "Did you?", "")] == ["Brakuje nazwy.", "Did you?", "."]


# Annotations ----------------------------------------------------------------------------------------------------------


def test_a_workflow_command_is_escaped() -> None:
    spot = FilePosition("a,b:c%.csv", 3, 5)
    assert annotation("error", spot, "id-form", "50 %\r\nof: a, b") == (
        "::error file=a%2Cb%3Ac%25.csv,line=3,col=5,title=id-form::50 %25%0D%0Aof: a, b"
    )
    assert annotation("warning", FilePosition("x.csv"), "t", "m") == "::warning file=x.csv,title=t::m"


@pytest.mark.parametrize(
    ("line", "index", "column"), [("a;b;c", 0, 1), ("a;b;c", 2, 5), ('"a;""b";c', 1, 9), ("a", 1, 0)]
)
def test_a_field_is_found_in_its_line(line: str, index: int, column: int) -> None:
    assert column_of(line, index, ";", '"') == column


@pytest.mark.parametrize(
    ("text", "field"),
    [("a b", "a b"), ("a;b", '"a;b"'), ('a "b"', '"a ""b"""'), ("=1+1", "'=1+1"), ("@x\ny", "'@x y"), ("", "")],
)
def test_a_remark_is_one_field_that_nothing_runs(text: str, field: str) -> None:
    assert remark(text, ";", '"') == field


def test_remarks_stand_in_front_and_change_nothing_else() -> None:
    text = 'sep=;\r\nTytuł\r\n\r\nid;n\rF1;"a\r\nb"\r\n\nF2\n'
    assert remarked(text, {4: "uwagi", 5: "źle", 8: ""}, ";", '"') == (
        'sep=;\r\nTytuł\r\n\r\nuwagi;id;n\rźle;F1;"a\r\nb"\r\n\n;F2\n'
    )


def test_a_sheet_with_remarks_runs_no_formula() -> None:
    rows = [(1, ["id", "n"]), (2, []), (3, ["=x()", "+48 22"])]
    assert sheet_remarked(rows, {1: "uwagi", 3: "źle"}) == 'uwagi;id;n\r\n""\r\nźle;\'=x();+48 22\r\n'
