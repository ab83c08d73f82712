"""Which numbers a cell may stand for that cannot be read; all numbers are invented."""

from __future__ import annotations

import pandas as pd
import pytest

from schemas import limits
from tasks.plan.resemblance import resembling, unread_numbers

KEY = "+48-229995001"


def resembles(cell: str, key: str = KEY) -> bool:
    return resembling(pd.DataFrame({"line": [3], "value": [cell]}), [key]) == {key: 3}


@pytest.mark.parametrize(
    "cell",
    [
        "22 999 50 0I",
        "22 999 50 0l",
        "22 999 5O 01",
        "22 999 S0 01",
        "22 999 50 0x",
        "22-999-50-0?1",
        "+48 22 999 50 0I",
        "0048 22 999 50 O1",
        "0 22 999 50 0I",
        "999 50 0I",
        "tel. 22 999 50 0I (portiernia)",
        "22 999 50 0",  # a digit too few, in any place
        "22 99 50 01",
        "22 999 50 011",  # a digit too many
        "22 9999 50 01",
        "22 999 50 0I wew. 12",
    ],
)
def test_what_may_be_a_number_resembles_it(cell: str) -> None:
    assert resembles(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "abc",
        "pokój 12",
        "22 999 50 2I",
        "22 999 50",  # two digits are missing
        "22 999 50 0111",
        "50 0I",
        "xx xxx xx x1",
        "9xx 50 0x",
    ],
)
def test_what_is_another_one_or_none_does_not(cell: str) -> None:
    assert not resembles(cell)


def test_an_extension_belongs_to_its_number() -> None:
    assert resembles("22 999 50 0I", f"{KEY};12")


def test_where_too_many_cells_cannot_be_read_any_may_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "UNREAD_CELLS", 2)
    unread = pd.DataFrame({"line": [9, 4, 7], "value": ["11 222 33 4Z"] * 3})
    assert resembling(unread, [KEY]) == {KEY: 4}
    assert resembling(unread[1:], [KEY]) == {}


def test_the_first_line_is_told() -> None:
    unread = pd.DataFrame({"line": [9, 4], "value": ["22 999 50 0I", "22 999 50 0l"]})
    assert resembling(unread, [KEY, "+48-229995002"]) == {KEY: 4}


def test_only_cells_with_some_digits_and_without_a_number_are_looked_at() -> None:
    cells = [("22 999 50 0I", ""), ("room 12", ""), ("22 999 50 01", KEY), ("", "")]
    rejected = pd.DataFrame(
        {"line": [2, 3, 4, 5], **dict(zip(("value", "key"), zip(*cells, strict=True), strict=True))}
    )
    assert unread_numbers(rejected.astype({"value": "str", "key": "str"}))["line"].tolist() == [2]
