"""What stands beside a number never becomes a number, or a part of one. Everything here is invented."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from tasks.phone import vocabulary
from tasks.phone.parser import read_number

_AT_ONCE = 100  # texts an example: 100,000 in `make explore`

HOURS = (
    *("8:00-16:00", "8.00-15.30", "godz. 9-17", "w godz. 7.30 - 15.30", "pn-pt 8-16", "pon.-pt. 8.00-16.00"),
    *("od 8 do 16", "od 9.00 do 17.00", "do 15:00", "czynne do 15", "24h", "24/7", "sob. 9-13", "wt, czw 10.00-12.00"),
    *("8-16 Uhr", "Mo-Fr 9-17", "9am-5pm", "po 16", "codziennie do 18"),
)
DATES = (
    "12.03.2024",
    "2024-03-12",
    "od 1 września",
    "do 31.12.2024",
    "w 2024",
    "2024 r.",
    "2023/2024",
    "nieczynny w 2024",
)
PLACES = (
    *(
        "pok. 12",
        "pokój nr 214",
        "p. 3.14",
        "sala 101A",
        "II piętro",
        "2 piętro",
        "bud. C-7",
        "lok. 12/14",
        "okienko 4",
    ),
    *("ul. Polna 12", "al. Jana Pawła II 10", "ul. Polna 12/14", "os. Kolorowe 5/12", "pl. Wolności 3", "Rynek 1"),
    *("00-950 Warszawa", "31-120 Kraków", "ul. Polna 12, 00-950 Warszawa", "Polna 12/14 00-950 Warszawa", "SP nr 12"),
    *("Zimmer 12", "3. Stock", "10117 Berlin", "1010 Wien", "Hauptstrasse 12", "75005 Paris", "SW1A 1AA"),
)
AMOUNTS = ("12 zł", "1 234,56 zł", "0,35 zł/min", "15%", "10 EUR", "cena 1234", "opłata 1,29 zł")
OTHERS = (
    *("NIP 123-456-32-18", "NIP: 1234563218", "REGON 123456785", "KRS 0000123456", "PESEL 44051401359", "GG 4837916"),
    *("nr albumu 387456", "nr klienta 225510355", "umowa nr 123/2024", "legitymacja nr 1234567", "IP 10.20.30.40"),
    *("faktura 12/2024", "12 1234 5678 9012 3456 7890 1234", "wersja 1.23.45.67", "ISSN 1234-5678", "S/N 225-510"),
    *("biuro2@example.pl", "12biuro@example.pl", "www.firma24.example.pl", "http://10.20.30.40/55", "Skype: jan.kot22"),
)
WORDS = ("112", "lub 112", "999", "2 linie", "COVID-19", "*", "Kraków", "(sekretariat)", "w 2 budynkach")
BESIDE = (*HOURS, *DATES, *PLACES, *AMOUNTS, *OTHERS, *WORDS)
KNOWN_WORDS = (*vocabulary.WORDS, *vocabulary.TOWNS, *vocabulary.OTHER_NUMBERS)
BETWEEN = (" ", " ", ", ", "; ", "\n", " - ", " / ", ": ", ". ")
SPELLINGS = (
    "{0}{1}{2}{3}",
    "{0} {1} {2} {3}",
    "({0}) {1}-{2}-{3}",
    "{0}-{1}-{2}-{3}",
    "{0}/{1}{2}{3}",
    "{0} {1}{2}{3}",
    "{0}.{1}.{2}.{3}",
)
CODES = ("", "", "+48 ", "+48", "0048 ", "0-", "(0) ", "tel. ", "tel.: ", "fax ", "kom. ")
ABROAD = (
    *(
        ("DE", "030 1234567", "+49301234567"),
        ("DE", "+49 30 1234567", "+49301234567"),
        ("DE", "0711/1234567", "+497111234567"),
    ),
    *(("AT", "01 58801", "+43158801"), ("AT", "+43 1 4277-0", "+43142770"), ("GB", "020 7946 0958", "+442079460958")),
    *(("FR", "01 49 51 55 27", "+33149515527"), ("US", "(212) 555-0123", "+12125550123")),
)


def polish(chooser: random.Random) -> tuple[str, str, str]:
    """Return a region, a spelling of an invented number, and the number."""
    area = chooser.choice(("22", "12", "58", "71", "60", "50", "88", "32"))
    parts = (area, f"{chooser.randrange(200, 999)}", f"{chooser.randrange(100):02}", f"{chooser.randrange(100):02}")
    return "PL", chooser.choice(CODES) + chooser.choice(SPELLINGS).format(*parts), "+48" + "".join(parts)


def beside(chooser: random.Random, number: str) -> str:
    """Return the number with one or two other things before or behind it."""
    text = chooser.choice(("1) ", "1. ", "a) ")) + number if chooser.random() < 0.05 else number
    for _ in range(chooser.choice((1, 1, 2))):
        other, between = chooser.choice(BESIDE), chooser.choice(BETWEEN)
        if chooser.random() < 0.2:
            other = f"({other})"
        text = f"{text}{between}{other}" if chooser.random() < 0.6 else f"{other}{between}{text}"
    return text


@given(st.integers(0, 2**32), st.sampled_from((None, "22", "12")))
def test_what_stands_beside_a_number_is_no_part_of_it(seed: int, area_code: str | None) -> None:
    """The text says that number, or it is left to a person; never another one."""
    chooser = random.Random(seed)  # noqa: S311 - a hundred texts of a seed are one example
    for _ in range(_AT_ONCE):
        region, spelling, e164 = polish(chooser) if chooser.random() < 0.7 else chooser.choice(ABROAD)
        text = beside(chooser, spelling)
        read = read_number(text, region=region, area_code=area_code if region == "PL" else None)
        assert {number.e164 for number in read.numbers} <= {e164}, text


@given(st.integers(0, 2**32), st.sampled_from((None, "22", "12")))
def test_numbers_beside_each_other_are_all_of_them_or_none(seed: int, area_code: str | None) -> None:
    chooser = random.Random(seed)  # noqa: S311 - a hundred texts of a seed are one example
    for _ in range(_AT_ONCE):
        several = [polish(chooser) for _ in range(chooser.choice((2, 2, 3)))]
        text = several[0][1]
        for _, spelling, _ in several[1:]:
            text += chooser.choice((", ", "; ", " / ", "/", " lub ", " i ", "\n", " | ", " - ", ",")) + spelling
        read = [number.e164 for number in read_number(text, area_code=area_code).numbers]
        assert read in ([], [*dict.fromkeys(e164 for *_, e164 in several)]), text


@given(st.integers(0, 2**32), st.sampled_from((None, "22", "12")))
def test_no_word_takes_digits_of_the_number_behind_it(seed: int, area_code: str | None) -> None:
    chooser = random.Random(seed)  # noqa: S311 - a hundred texts of a seed are one example
    for _ in range(_AT_ONCE):
        (_, first, one), (_, second, other) = polish(chooser), polish(chooser)
        between, behind = (
            chooser.choice((", ", "; ", " / ", "\n")),
            chooser.choice((" ", ": ", ". ", ".", " - ", " nr ")),
        )
        word = chooser.choice((str.lower, str.capitalize, str.upper))(chooser.choice(KNOWN_WORDS))
        text = f"{first}{between}{word}{behind}{second}"
        assert {number.e164 for number in read_number(text, area_code=area_code).numbers} <= {one, other}, text


def test_what_stands_beside_a_number_does_not_hide_it() -> None:
    """Half of the rejections would be too many: a tool that reads nothing is never wrong."""
    chooser = random.Random(16)  # noqa: S311 - the same texts in every run
    texts = [(beside(chooser, spelling), e164) for _, spelling, e164 in (polish(chooser) for _ in range(2_000))]
    found = sum(bool(read_number(text).numbers) for text, _ in texts)
    assert found / len(texts) > 0.7
