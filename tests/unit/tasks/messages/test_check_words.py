"""The words of `check`: every sentence has a code and both languages, and the pages list them all."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest
from documents import CODES, DOCS, with_codes

from connectors.files import cells, container, dialect, encoding, header, table, workbook
from connectors.files import reading as files
from connectors.usos import spec as usos
from schemas.reasons import FileCode, LineCode
from tasks.messages import catalogue
from tasks.messages.rendering import OTHER, told_of_file, told_of_line, weight, whole
from tasks.phone import numbering_plan as numbering
from tasks.phone import parser as read_number
from tasks.phone import tokenizer as number_pieces
from tasks.source import columns as arrange
from tasks.source import footers
from tasks.source import name_checks as names
from tasks.source import spreadsheet_damage as spoilt
from tasks.source import validation as validate
from tasks.source.annotation import FilePosition, annotation, column_of, remark, remarked, sheet_remarked

REASONS = re.compile(r"[A-Z][A-Z_]+")
NUMBERS = (read_number, numbering, number_pieces)
CELLS = (spoilt, footers, names, cells)


def sentences(module: ModuleType) -> list[str]:
    """Return the sentences that a module has among its constants."""
    found = [value for name, value in vars(module).items() if REASONS.fullmatch(name) and isinstance(value, str)]
    return [value for value in found if value.endswith(".") and " " in value and value != spoilt.REMEDY]


@pytest.mark.parametrize("module", [*NUMBERS, *CELLS], ids=lambda module: module.__name__)
def test_every_reason_has_a_code_and_is_said_in_polish(module: ModuleType) -> None:
    found = sentences(module)
    assert found
    for reason in found:
        told = told_of_line(reason, "pl")
        assert told.code != OTHER, reason
        assert told.sentence != reason


def written_in(module: ModuleType) -> str:
    return Path(str(module.__file__)).read_text(encoding="utf-8")


@pytest.mark.parametrize("module", [validate, usos, arrange, table], ids=lambda module: module.__name__)
def test_every_reason_that_is_written_in_place_has_a_code(module: ModuleType) -> None:
    """Reasons are small sentences beside the check; this finds them in the text of the module."""
    known = [re.escape(catalogue.text(code, "en").split("{", 1)[0]) for code in LineCode]
    places = re.findall(
        r'(?:error=|mask\([^\n]*?, |return |reason\w*", )f?"((?:an?|the|no|other|another|only|text|lines?) [^"]{8,})"',
        written_in(module),
    )
    for reason in places:
        assert any(re.match(start, reason) for start in known if start), reason


@pytest.mark.parametrize(
    "module",
    [container, dialect, encoding, files, header, table, workbook, arrange, spoilt],
    ids=lambda module: module.__name__,
)
def test_every_refusal_of_a_file_is_said_in_polish(module: ModuleType) -> None:
    text = re.sub(r'"\s*\n\s*f?"', "", written_in(module))
    messages = re.findall(r'(?:Source|Configuration)Error\(\s*f"\{[\w.]+\}(?:,? ?:? ?)([^"]+)"', text)
    assert messages or module in {files, encoding}
    for message in messages:
        if "reports cannot" in message or "cannot be written" in message:
            continue
        filled = re.sub(r"\{[^{}]*\}", "7", message)
        told = told_of_file(f"x: {filled}", "", "x", "pl")
        assert told.code != OTHER, filled


def test_remedies_are_said_in_polish() -> None:
    for key in catalogue.keys("remedy."):
        filled = re.sub(r"\{\w+\}", "7", catalogue.text(key, "en"))
        assert told_of_file("x: this is not a file.", filled, "x", "pl").advice != filled


def test_what_nobody_has_put_into_words_is_given_as_it_stands() -> None:
    assert told_of_line("something new", "pl").sentence == "something new"
    told = told_of_file("phones.csv: something new.", "Do it.", "phones.csv", "pl")
    assert (told.code, told.sentence, told.advice) == (OTHER, "something new.", "Do it.")
    assert weight(OTHER) > weight("letters-unseen") > weight("id-missing") > weight("file-missing")


def test_what_differs_from_case_to_case_is_said_in_both_languages() -> None:
    assert told_of_line("5 fields where the header has 4", "pl").sentence == "liczba pól w wierszu to 5, a w nagłówku 4"
    told = told_of_file("a b.csv, line 7: the header has no column 'x'; it has 'y'.", "", "a b.csv", "pl")
    assert told.sentence == "wiersz 7: w nagłówku brakuje kolumny 'x'; są: 'y'."
    told = told_of_file("a.csv: this is a web page, not a table.", "", "a.csv", "pl")
    assert told.sentence == "to nie jest tabela, tylko strona internetowa."


def test_a_key_of_the_configuration_keeps_its_name() -> None:
    """In the sentence it is explained in the reader's language; in the remedy it is what has to be typed."""
    remedy = "Set `delimiter` to the character that the file has, or leave it out."
    told = told_of_file("a.csv: the delimiter that is set cannot be one.", remedy, "a.csv", "pl")
    assert told.sentence == "ustawiony separator nie może nim być."
    assert told.advice == "Ustaw w `delimiter` znak, który jest w pliku, albo usuń to ustawienie."


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
