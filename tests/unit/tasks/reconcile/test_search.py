"""Entries are found by a name, a number in any spelling, or some of its digits; all data is invented."""

from __future__ import annotations

import pandas as pd
import pytest

from tasks.reconcile.search import SearchTerm, matches, search

ENTRIES = pd.DataFrame(
    [
        ("Dziekanat", "22 100 00 01", "+48221000001"),
        ("Kasa (parter)", "22 100 00 02 w. 5", "+48221000002;ext=5"),
        ("dziekan", "221000003/4", "+48221000003|+48221000004"),
        ("", "patrz 555", "text:patrz 555"),
        ("Reżyseria Dźwięku", "", ""),
    ],
    columns=["name", "number", "key"],
    dtype="str",
)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("DZIEKAN", [0, 2]),
        ("  kasa ", [1]),
        *(("rezyseria", [4]), ("REŻYSERIA dzwieku", [4]), ("dzwięku", [4]), ("kąsą", [1])),
        ("(parter)", [1]),
        ("+48 22 100-00-01", [0]),
        ("22 100 00 02", [1]),  # with its extension
        ("221000004", [2]),
        ("100 00 0", [0, 1, 2]),  # a part of a number
        ("555", [3]),  # only in the text of what is no number
        ("000003/4", [2]),
        ("55", []),  # too few digits to look for
        ("a555", []),
        ("", []),
    ],
)
def test_a_text_finds_the_names_and_the_numbers_that_hold_it(text: str, rows: list[int]) -> None:
    found = matches(ENTRIES, search(text, region="PL", area_code=None))
    assert list(found[found].index) == rows


@pytest.mark.parametrize(
    ("text", "sought", "is_name"),
    [
        ("Dział  IT", SearchTerm("dzial it", frozenset(), ""), True),
        ("12", SearchTerm("12", frozenset(), ""), True),
        ("123", SearchTerm("123", frozenset(), "123"), False),
        ("(12) 3", SearchTerm("(12) 3", frozenset(), "123"), False),
        ("22 100 00 01", SearchTerm("22 100 00 01", frozenset({"+48221000001"}), "221000001"), False),
    ],
)
def test_a_text_is_a_name_and_a_number_where_it_has_the_digits(text: str, sought: SearchTerm, is_name: bool) -> None:  # noqa: FBT001 - a column of the table
    assert search(text, region="PL", area_code=None) == sought
    assert sought.is_name == is_name


@pytest.mark.parametrize(("text", "part"), [("Rezyseria", "ri"), ("lutnik", "ut"), ("sala", ""), ("12 b", "12")])
def test_a_service_is_asked_for_letters_that_never_have_marks(text: str, part: str) -> None:
    assert search(text, region="PL", area_code=None).plain_part == part


@pytest.mark.parametrize("text", ["22 999 48 07", "+48 22 999 48 07", "0048229994807"])
def test_a_number_is_found_in_a_cell_that_cannot_be_read(text: str) -> None:
    cells = {
        "name": ["Kasa", "Hall", "Desk"],
        "number": ["22 999 48 07?", "22 999 48 0", "+48-229994806"],
        "key": ["", "text:22 999 48 0", "+48229994806"],
    }
    found = matches(pd.DataFrame(cells, dtype="str"), search(text, region="PL", area_code=None))
    assert found.tolist() == [True, False, False]
