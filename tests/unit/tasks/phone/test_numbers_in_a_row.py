"""Several numbers in one cell are all of them, or none: no one is left out in silence. All numbers are invented."""

from __future__ import annotations

import pytest

from schemas.reasons import LineCode
from tasks.phone.parser import read_number, says_outdated
from tasks.phone.suggestions import explain


@pytest.mark.parametrize(
    "text",
    [
        # endings that happen to be dialled in an emergency
        "22 99 90 111, 112, 113",
        "22 99 90 995, 996",
        "22 99 90 111 i 112",
        "22 99 90 110 lub 112",
        "229990150, 153, 112",
        "22 99 90 150, 112",
        # an extension, or the area code of what follows
        "22 999 05 10 wew. 22 999 05 11",
        "22 999 05 10 w. 22 9990511",
        "22 999 05 10 wew. 12 - 999 05 11",
        # those between as well
        "22 999 00 01 wew. 12 do 15",
        "22 999 00 01 wew. 101 do 105",
        "22 999 00 01 wew. 12, 13 do 15",
        "22 999 00 01 - 22 999 00 04",
        # an extension, or what a telephone is dialled by in the house
        "22 999 00 01 *12",
    ],
)
def test_what_may_be_more_numbers_is_none(text: str) -> None:
    read = read_number(text)
    assert (read.numbers, read.reason) == ((), LineCode.NUMBER_AMBIGUOUS)
    (explained,) = explain([text], region="PL", area_code=None)
    assert explained["suggestion"] == ""


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("601 389 134 lub 112", ["+48601389134"]),
        ("22 999 00 01, 997", ["+48229990001"]),
        ("22 999 05 10 wew. 12, 22 999 05 11", ["+48229990510 12", "+48229990511"]),
        ("22 999 05 10 wew. 12 601 234 567", ["+48229990510 12", "+48601234567"]),
        ("22 999 00 01 wew. 12 lub 15", ["+48229990001 12", "+48229990001 15"]),
        ("22 999 00 01 - 22 999 00 02", ["+48229990001", "+48229990002"]),
        ("22 999 00 01 - 22 999 07 02", ["+48229990001", "+48229990702"]),
        ("22 999 00 01 * 22 999 00 02", ["+48229990001", "+48229990002"]),
    ],
)
def test_what_can_mean_one_thing_alone_is_read(text: str, numbers: list[str]) -> None:
    assert [f"{number.e164} {number.extension}".strip() for number in read_number(text).numbers] == numbers


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("22 999 00 01 -> 22 999 00 02", "->"),
        ("(22) 999 00 01→(22) 999 00 02", "→"),
        ("zamiast 22 999 00 01 teraz 22 999 00 02", "zamiast"),
        ("poprzednio 22 999 00 01", "poprzednio"),
        ("22 999 00 01 zmiana na 22 999 00 02", "zmiana na"),
        ("22 999 00 01 (błędny)", "błędny"),
        ("22 999 00 01 do 2027 r.", "do 2027 r."),
        ("22 999 00 01 od 2027 roku", "od 2027 roku"),
        ("22 999 20 01 do 2005", ""),
        ("22 999 00 01 - sekretariat", ""),
    ],
)
def test_a_number_that_another_one_takes_the_place_of_is_told(text: str, word: str) -> None:
    assert says_outdated(text) == word


def test_no_other_way_is_offered_where_those_between_would_be_lost() -> None:
    told = explain(["22 999 00 01 w. 12-15", "22 999 00 01 w. 12-13"], region="PL", area_code=None)
    assert [one["suggestion"] for one in told] == ["", "22 999 00 01 w. 12/13"]
