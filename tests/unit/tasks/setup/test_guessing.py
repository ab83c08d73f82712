"""Columns whose names say nothing are guessed by what stands in them; a file's name may speak of a place."""

from __future__ import annotations

import pytest

from connectors.apio.spec import SPEC as APIO
from connectors.usos.spec import SPEC as USOS
from tasks.setup.guessing import guessed_columns, value_in_name

ROWS = [["10000000", "Kancelaria", "22 999 00 04"], ["10010000", "Biuro", "(22) 999-01-11"], ["10010000", "", "12"]]


def test_the_numbers_stand_where_most_cells_are_numbers() -> None:
    assert guessed_columns(["a", "b", "c"], ROWS, USOS, "PL") == {"number": "c", "entity_id": "a"}


def test_a_similar_name_comes_before_the_first_filled_column() -> None:
    rows = [["x", "Portiernia", "22 999 00 01"]]
    assert guessed_columns(["uwagi", "Nazwa wpisów", "c"], rows, APIO, "PL")["name"] == "Nazwa wpisów"
    assert guessed_columns(["uwagi", "cokolwiek", "c"], rows, APIO, "PL")["name"] == "uwagi"


def test_a_text_with_spaces_is_no_id() -> None:
    rows = [["Wydział Kompozycji", "10010000", "22 999 01 11"]]
    assert guessed_columns(["a", "b", "c"], rows, USOS, "PL")["entity_id"] == "b"


@pytest.mark.parametrize("rows", [[], [["", "", ""]], [["x", "y", "z"]]])
def test_where_there_are_no_numbers_none_are_guessed(rows: list[list[str]]) -> None:
    assert "number" not in guessed_columns(["a", "b", "c"], rows, USOS, "PL")


@pytest.mark.parametrize(
    ("stem", "found"), [("Wydzialy 2026", "0"), ("AKADEMIKI_nowe", "1"), ("telefony", ""), ("wydziały i akademiki", "")]
)
def test_a_files_name_speaks_of_one_place_or_of_none(stem: str, found: str) -> None:
    assert value_in_name(stem, {"0": ["faculty", "wydziały"], "1": ["dormitory", "akademiki"]}) == found
