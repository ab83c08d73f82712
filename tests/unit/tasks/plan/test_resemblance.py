"""Which numbers a cell may stand for that cannot be read; all numbers are invented."""

from __future__ import annotations

import pandas as pd
import pytest

from tasks.plan.resemblance import resembling

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


def test_the_first_line_is_told() -> None:
    unread = pd.DataFrame({"line": [9, 4], "value": ["22 999 50 0I", "22 999 50 0l"]})
    assert resembling(unread, [KEY, "+48-229995002"]) == {KEY: 4}
