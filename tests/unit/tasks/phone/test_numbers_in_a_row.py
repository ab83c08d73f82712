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
        # others that are not written
        "22 999 00 01 i kolejne",
        "22 999 00 01 oraz cztery następne",
        "22 999 00 01 and the following",
        "22 999 00 01 itd.",
        "22 999 00 01 i dalej",
        "22 999 00 01 and the next ones",
        "22 999 00 01 i kolejne do 22 999 00 50",
        "22 999 00 01 i kolejne do sekretariatu",
        "22 999 00 01 i kolejne do godz. 15",
        "22 999 00 01 (i kolejne) 22 999 00 09",
        "22 999 00 01 i kolejne, fax 22 999 00 09",
        "22 999 00 01 wew. 12 i kolejne do 15",
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
        ("22 999 00 01 i kolejne do 03", [f"+4822999000{last}" for last in (1, 2, 3)]),
        ("22 999 00 01 and following to 03", [f"+4822999000{last}" for last in (1, 2, 3)]),
        ("22 999 00 01 i kolejne numery do 22 999 00 03", [f"+4822999000{last}" for last in (1, 2, 3)]),
        ("22 999 00 01 aż do 03", [f"+4822999000{last}" for last in (1, 2, 3)]),
        ("22 999 00 01 thru 22 999 00 03", [f"+4822999000{last}" for last in (1, 2, 3)]),
        ("kolejne: 22 999 00 01", ["+48229990001"]),
        ("22 999 00 01, kolejny 22 999 00 02", ["+48229990001", "+48229990002"]),
        ("22 999 00 01 (next door)", ["+48229990001"]),
        ("22 999 00 01 czynne aż do 15", ["+48229990001"]),
    ],
)
def test_what_can_mean_one_thing_alone_is_read(text: str, numbers: list[str]) -> None:
    assert [f"{number.e164} {number.extension}".strip() for number in read_number(text).numbers] == numbers


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("22 999 00 01 -> 22 999 00 02", "->"),
        ("22 999 00 01 > 22 999 00 02", ">"),
        ("<s>22 999 00 01</s> 22 999 00 02", "<s>"),
        ("(22) 999 00 01→(22) 999 00 02", "→"),
        ("zamiast 22 999 00 01 teraz 22 999 00 02", "zamiast"),
        ("poprzednio 22 999 00 01", "poprzednio"),
        ("22 999 00 01 zmiana na 22 999 00 02", "zmiana na"),
        ("22 999 00 01 (błędny)", "błędny"),
        ("22 999 00 01 do 2027 r.", "do 2027 r."),
        ("22 999 00 01 od 2027 roku", "od 2027 roku"),
        ("22 999 00 02 <- 22 999 00 01", "<-"),
        ("22 999 00 01 → tel. 22 999 00 02", "→ tel."),
        ("ex 22 999 00 01", "ex"),
        ("22 999 00 02 (EX 22 999 00 01)", "EX"),
        ("22 999 00 01 (ex)", "ex"),
        ("nie 22 999 00 01 tylko 22 999 00 02", "nie"),
        ("22 999 00 02, nie pod nr 22 999 00 01", "nie"),
        ("not (22) 999 00 01 but 22 999 00 02", "not"),
        ("były numer 22 999 00 01", "były"),
        ("dawniej Tel. 22 999 00 01", "dawniej"),
        ("formerly 22 999 00 01", "formerly"),
        ("old: 22 999 00 01", "old"),
        ("wcześniej 22 999 00 01", "wcześniej"),
        ("22 999 00 01 zmienił się na 22 999 00 02", "zmienił się na"),
        ("22 999 00 01, nowy 22 999 00 02", "nowy"),
        ("Nowy numer 22 999 00 02 (22 999 00 01)", "Nowy"),
        ("22 999 00 01 now 22 999 00 02", "now"),
        # what is no word about the number
        ("nowy 22 999 00 02", ""),
        ("ul. Nowa 5, 22 999 00 01, 22 999 00 02", ""),
        ("Old Library 22 999 00 01", ""),
        ("22 999 00 01 (nie w weekendy)", ""),
        ("22 999 00 01 nie 24 h", ""),
        ("22 999 00 01 po uprzednim umówieniu", ""),
        ("osoba zastępująca 22 999 00 01", ""),
        ("22 999 20 01 do 2005", ""),
        ("22 999 00 01 - sekretariat", ""),
    ],
)
def test_a_number_that_another_one_takes_the_place_of_is_told(text: str, word: str) -> None:
    assert says_outdated(text) == word


def test_no_other_way_is_offered_where_those_between_would_be_lost() -> None:
    told = explain(["22 999 00 01 w. 12-15", "22 999 00 01 w. 12-13"], region="PL", area_code=None)
    assert [one["suggestion"] for one in told] == ["", "22 999 00 01 w. 12/13"]
