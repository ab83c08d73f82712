"""A corrected copy differs from its file where a finding says so, and nowhere else; all data is invented."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from schemas.problems import Problem, packed
from schemas.reasons import LineCode
from tasks.reconcile.corrections import File, as_file, suggest

HEADERS = {"owner": "Wydział", "name": "Opis", "number": "Telefon"}
TEXT = 'Wydział;Opis;Telefon\n1;Biuro ; 22 100 00 01\n\n2;"Kasa;\nparter";patrz niżej\n1;Biuro;22 100 00 01\n'
FILE = File(TEXT, list(HEADERS.values()), HEADERS, [2, 4, 6], ";", '"')
OF_THE_FIRST = packed(Problem(LineCode.LINE_TWICE, {"lines": "2,6"}))
BLANK = {
    "line": 0,
    "kind": "agree",
    "what": "",
    "key": "",
    "owner": "faculty 1",
    "action": "keep",
    "id": "f1",
    "cell": "number",
}
TEXTS = ("key_there", "number_there", "name_there", "type_there")
READABLE = {"kind": "unreadable", "key_there": "+48221000002", "number_there": "22 100 00 02", "name_there": "Kasa"}
FOREIGN = {"kind": "foreign", "action": "foreign", "number_there": "22 100 00 09", "name_there": "Sala; 9"}


def findings(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([dict.fromkeys(TEXTS, "") | BLANK | row for row in rows])


@pytest.mark.parametrize(
    "row",
    [
        {"kind": "agree", "line": 2},
        {"kind": "differs", "line": 2, "number_there": "22 100 00 02"},  # a sync heals it
        {"kind": "foreign", "action": "delete", "number_there": "22 100 00 09"},  # likewise
        {"kind": "foreign", "action": "hold", "number_there": "22 100 00 09"},
        {"kind": "unreadable", "line": 4},  # nothing is there to take a number from
        {**READABLE, "line": 4, "key_there": "text:patrz"},  # what stands there is no number either
        {**READABLE, "line": 4, "what": OF_THE_FIRST.replace("2,6", "4,6")},  # the first of several stays
        {**READABLE, "line": 6, "what": packed(Problem(LineCode.LINE_TWICE, {"lines": "6,2"}))},
        {"kind": "duplicate", "line": 6, "number_there": "22 100 00 01"},  # it stands there twice as well
        {"kind": "duplicate", "line": 99},  # a line that the file has not
        {**READABLE, "line": 99},
    ],
)
def test_what_a_sync_heals_or_nobody_is_sure_of_stays(row: dict[str, Any]) -> None:
    assert suggest(FILE, findings(row), {}).text == TEXT
    assert suggest(FILE, findings(row), {}).changes == []


def test_a_line_that_says_again_what_another_says_goes_with_the_blank_lines_behind_it() -> None:
    found = suggest(FILE, findings({"kind": "duplicate", "line": 2}), {})
    assert found.text == TEXT.replace("1;Biuro ; 22 100 00 01\n\n", "")
    assert found.changes == [
        {"line": 2, "change": "removed", "column": "", "before": "1;Biuro ; 22 100 00 01", "after": "", "id": "f1"}
    ]


@pytest.mark.parametrize("kind", ["unreadable", "agree"])
def test_every_line_but_the_first_that_gives_an_owner_the_same_goes(kind: str) -> None:
    rows = findings({**READABLE, "kind": kind, "line": 6, "what": OF_THE_FIRST})
    found = suggest(FILE, rows, {})
    assert found.text == TEXT.removesuffix("1;Biuro;22 100 00 01\n")
    assert [change["change"] for change in found.changes] == ["removed"]


def test_a_line_with_more_wrong_than_that_is_corrected() -> None:
    several = packed(Problem(LineCode.LINE_TWICE, {"lines": "2,4"}), Problem(LineCode.NUMBER_WORDS))
    found = suggest(FILE, findings({**READABLE, "line": 4, "what": several}), {})
    assert {change["change"] for change in found.changes} == {"corrected"}


def test_an_unreadable_line_takes_the_number_and_the_name_that_stand_there() -> None:
    found = suggest(FILE, findings({**READABLE, "line": 4}), {})
    assert found.text == TEXT.replace('2;"Kasa;\nparter";patrz niżej\n', "2;Kasa;22 100 00 02\n")
    assert found.changes == [
        {
            "line": 4,
            "change": "corrected",
            "column": "Telefon",
            "before": "patrz niżej",
            "after": "22 100 00 02",
            "id": "f1",
        },
        {"line": 4, "change": "corrected", "column": "Opis", "before": "Kasa;\nparter", "after": "Kasa", "id": "f1"},
    ]


def test_a_cell_that_says_it_already_keeps_its_spaces() -> None:
    found = suggest(FILE, findings({**READABLE, "line": 2, "number_there": "22 100 00 02", "name_there": "Biuro"}), {})
    assert found.text == TEXT.replace("1;Biuro ; 22 100 00 01\n\n", "1;Biuro ;22 100 00 02\n")
    assert [change["column"] for change in found.changes] == ["Telefon"]


@pytest.mark.parametrize(
    ("record", "corrected"),
    [
        ("2;słowo;Kasa", ["22 100 00 02"]),
        ("2;słowo", ["22 100 00 02"]),  # the last cell may be left out
        ("słowo", []),
        ("1;2;słowo;4", []),
    ],
)
def test_a_record_that_lacks_cells_or_has_too_many_stays(record: str, corrected: list[str]) -> None:
    headers = {"owner": "Wydział", "number": "Telefon", "name": "Opis"}
    file = File("Wydział;Telefon;Opis\n" + record + "\n", list(headers.values()), headers, [2], ";", '"')
    found = suggest(file, findings({**READABLE, "line": 2}), {})
    assert [change["after"] for change in found.changes] == corrected


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("ends", [True, False])
def test_what_no_sync_would_delete_gets_a_line_at_the_end(newline: str, ends: bool) -> None:  # noqa: FBT001 - a case
    text = newline.join(["Wydział;Opis;Telefon", "1;Biuro;22 100 00 01"]) + newline * ends
    file = File(text, FILE.header, HEADERS, [2], ";", '"')
    found = suggest(file, findings(FOREIGN, {**FOREIGN, "id": "f2", "name_there": "Sala 8"}), {"faculty 1": "1"})
    added = ['1;"Sala; 9";22 100 00 09', "1;Sala 8;22 100 00 09"]
    assert found.text == text + newline * (not ends) + newline.join(added) + newline
    assert found.changes == [
        {"line": 0, "change": "added", "column": "", "before": "", "after": "1;Sala; 9;22 100 00 09", "id": "f1"},
        {"line": 0, "change": "added", "column": "", "before": "", "after": "1;Sala 8;22 100 00 09", "id": "f2"},
    ]


def test_changes_come_by_their_lines_and_what_is_added_last() -> None:
    rows = findings(FOREIGN, {**READABLE, "line": 6, "id": "f6"}, {"kind": "duplicate", "line": 2, "id": "f2"})
    found = suggest(FILE, rows, {})
    assert [change["line"] for change in found.changes] == [2, 6, 6, 0]


def test_an_owner_without_an_id_and_a_column_of_somebody_else_get_nothing() -> None:
    headers = {"number": "Telefon", "type_id": "Rodzaj"}
    file = File("Telefon;Uwagi;Rodzaj\n", ["Telefon", "Uwagi", "Rodzaj"], headers, [], ";", '"')
    found = suggest(file, findings({**FOREIGN, "type_there": "7"}), {})
    assert found.text == "Telefon;Uwagi;Rodzaj\n22 100 00 09;;7\n"


def test_what_stands_before_the_first_record_stays() -> None:
    file = File("\n\n" + TEXT, FILE.header, HEADERS, [4, 6, 8], ";", '"')
    found = suggest(file, findings({"kind": "duplicate", "line": 8}), {})
    assert found.text == "\n\n" + TEXT.removesuffix("1;Biuro;22 100 00 01\n")


def test_a_workbook_becomes_a_file_whose_records_begin_where_it_says() -> None:
    file = as_file(["a", "b"], {"name": "a"}, [["eins", "zwei\ndrei"], ["vier;", ""], ['"', "x"]])
    assert file.text == 'a;b\r\neins;"zwei\ndrei"\r\n"vier;";\r\n"""";x\r\n'
    assert (file.header, file.headers, file.lines) == (["a", "b"], {"name": "a"}, [2, 4, 5])
    assert (file.delimiter, file.quotechar) == (";", '"')


FAXES = File(
    "Opis;Telefon;Fax\nKasa;22 100 00 01;22 100 00 0x\nSala;;22 100 0\n",
    ["Opis", "Telefon", "Fax"],
    {"name": "Opis", "number": "Telefon"},
    [2, 3],
    ";",
    '"',
    ("faks",),
)
BESIDE = {**READABLE, "line": 2, "name_there": "Kasa faks", "cell": "Fax"}
MAIN = {**READABLE, "line": 2, "key": "+48221000001", "number_there": "22 100 00 07"}


def test_of_a_line_with_several_entries_only_the_cell_that_cannot_be_read_is_corrected() -> None:
    found = suggest(FAXES, findings(MAIN, BESIDE), {})
    assert found.text == FAXES.text.replace("22 100 00 0x", "22 100 00 02")
    assert [change["column"] for change in found.changes] == ["Fax"]


@pytest.mark.parametrize("cell", ["", "Nowhere"])
def test_a_number_that_is_not_one_cell_s_is_written_nowhere(cell: str) -> None:
    assert suggest(FAXES, findings({**BESIDE, "cell": cell}), {}).text == FAXES.text


def test_a_name_with_a_suffix_comes_into_no_file() -> None:
    alone = {**READABLE, "line": 3, "name_there": "Salon faks", "cell": "Fax"}
    assert suggest(FAXES, findings(alone), {}).text == FAXES.text.replace("22 100 0\n", "22 100 00 02\n")
    assert suggest(FAXES, findings({**FOREIGN, "name_there": "Rektorat faks"}), {}).text == FAXES.text
    assert suggest(FAXES, findings({**FOREIGN, "name_there": "Rektorat"}), {}).text.endswith("Rektorat;22 100 00 09;\n")


def test_a_line_with_several_entries_never_goes() -> None:
    twice = {"kind": "duplicate", "line": 2}
    assert suggest(FAXES, findings(twice, {**BESIDE, "kind": "agree"}), {}).text == FAXES.text
