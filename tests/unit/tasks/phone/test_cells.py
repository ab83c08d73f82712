"""Cells as people keep them, by what stands beside the number. Everything here is invented."""

from __future__ import annotations

import pytest

from tasks.phone.parser import read_number

ONE = "+48225510355"


def numbers(text: str, region: str = "PL", area_code: str | None = None) -> list[str]:
    read = read_number(text, region=region, area_code=area_code).numbers
    return [number.e164 + (f"x{number.extension}" if number.extension else "") for number in read]


BESIDE = {
    "hours": (
        *("22 551 03 55 (8.00-15.00)", "22 551 03 55 pn-pt 8-16", "22 551 03 55 (9-17)", "22 551 03 55 / 24 h"),
        *("telefon od 9,00 do 17,00 22 551 03 55", "22 551 03 55 od 0800 - 1600", "22 551 03 55 czynne do 15"),
        *("22 551 03 55 24/7", "pn, śr 9.00-13.00; tel. 22 551 03 55", "22 551 03 55 [24h]", "22 551 03 55 po 16"),
        *("22 551 03 55 24h/7", "22 551 03 55 (9 a.m. - 5 p.m.)", "22 551 03 55 od 8 do 15"),
    ),
    "dates": ("22 551 03 55 od 2024", "22 551 03 55 czynny w 2024", "stan na 12.03.2024: 22 551 03 55"),
    "places": (
        *("pok. 12 22 551 03 55", "pokój nr 210, 22 551 03 55", "22 551 03 55 / 1 piętro", "bud. C-7, 22 551 03 55"),
        *("22 551 03 55 lub okienko 12", "22 551 03 55, pok. 3.14, II p.", "SP nr 12 tel. 22 551 03 55"),
        *(
            "COVID-19: 22 551 03 55",
            "lok. 18/20, 22 551 03 55",
            "22 551 03 55; pok.: 12",
            "22 551 03 55 Piętro: 2",
            "22 551 03 55, pok. 12, 14",
            "A1-04, tel. 22 551 03 55",
            "pok. 5 i 6, 22 551 03 55",
            *("m. 3, 22 551 03 55", "(pok. 5, 6, 7) 22 551 03 55", "SP3 22 551 03 55", "DS-3 22 551 03 55"),
            *("SP 12: 22 551 03 55", "magazyn 3: 22 551 03 55", "II piętro 22 551 03 55", "0-22 551 03 55 p. Anna"),
        ),
    ),
    "figures before the word that announces the number": (
        *("SP 12, tel. 22 551 03 55", "Katedra K-12 tel. 22 551 03 55", "pokoje 12 i 14, tel. 22 551 03 55"),
        *("Krakowskie Przedmieście 26/28, tel. 22 551 03 55", "skrytka pocztowa 45; tel. 22 551 03 55"),
        *("D-1/214, tel. 22 551 03 55", "nr 12, tel. 22 551 03 55", "biurko 3; telefon: 22 551 03 55"),
    ),
    "area codes as they were dialled once": (
        *(
            "kierunkowy 22, tel. 551 03 55",
            "nr kier. 22 551 03 55",
            "551 03 55 (kier. 22)",
            "5510355, nr kierunkowy: 22",
        ),
        *("(0-prefix-22) 551 03 55", "(0 prefix 22) 551-03-55", "0-xx-22 551 03 55", "(0*22) 551 03 55"),
    ),
    "more addresses on the net": (
        "22 551 03 55e-mail: biuro@example.pl",
        "→ 22 551 03 55 biuro@example.pl",
    ),
    "addresses": (
        *("ul. Polna 12, 00-950 Warszawa, tel. 22 551 03 55", "ul. Polna 12 00-950 Warszawa tel. 22 551 03 55"),
        *("22 551 03 55, Polna 26/28 00-950 Warszawa", "al. 3 Maja 5/12, 22 551 03 55"),
        *("Warszawa 02-097, tel. 22 551 03 55", "Wola 12A, 22 551 03 55", "Wola 12b tel. 22 551 03 55"),
    ),
    "amounts": (
        "22 551 03 55, kapitał 1 000 000,00 zł",
        "22 551 03 55 (0,35 zł/min)",
        "22 551 03 55, rabat do 12%",
        "22 551 03 55 - 2 linie",
    ),
    "other numbers": (
        *(
            "22 551 03 55, NIP 123-456-32-18",
            "NIP nr: 123-456-32-18, 22 551 03 55",
            "REGON: 123456785, tel. 22 551 03 55",
            "22 551 03 55, GG 1234567",
        ),
        *("Wydział KRS tel. 22 551 03 55", "KRS: tel. 22 551 03 55", "POZ: 22 551 03 55", "Rezerwacja: 22 551 03 55"),
        *("nr albumu 387456, 22 551 03 55", "22 551 03 55 konto 12 1234 5678 9012 3456 7890 1234"),
    ),
    "addresses on the net": (
        *("22 551 03 55biuro@example.pl", "48 22 551 03 55biuro@example.pl", "22 551 03 55, 24biuro@example.pl"),
        *("22 551 03 55www.example.pl", "http://10.20.30.40/ 22 551 03 55"),
    ),
    "codes of emergencies": (
        *("22 551 03 55 lub 112", "22 551 03 55 / 997", "tel. 991, 22 551 03 55", "116 123 lub 22 551 03 55"),
    ),
    "signs and lists": (
        *(
            "☎ 22 551 03 55",
            "`22 551 03 55",
            "22 551 03 55 *)",
            "22 551 03 55*",
            "22 551 03 55¹",
            "22_551_03_55",
            "1) 22 551 03 55",
            "Tel. 2: 22 551 03 55",
        ),
        *(
            "[22] 551 03 55",
            "/22/ 551 03 55",
            "+ 48 /22/ 551 03 55",
            "(+48) /22/ 551 03 55",
            "+48 +22 551 03 55",
            "+48 (prefix) 22 551 03 55",
        ),
        *(
            "22&nbsp;551&nbsp;03&nbsp;55",
            "zmiana numeru na 22 551 03 55",
            "dzwonić na nr 22 551 03 55",
            "*22 551 03 55",
            "*22-551-03-55",
        ),
        *("℡ 22 551 03 55", "<22 551 03 55>", "linia 1: 22 551 03 55", "+48+48 22 551 03 55"),
    ),
}


@pytest.mark.parametrize(
    "text",
    [pytest.param(text, id=f"{kind}-{place}") for kind, texts in BESIDE.items() for place, text in enumerate(texts)],
)
def test_what_stands_beside_a_number_is_none_of_its_digits(text: str) -> None:
    assert numbers(text) == [ONE]


NONE = {
    "hours": ("8.00-15.30", "pon.-pt. 8.00-15.00", "10.00 - 14.00", "pn 9.00-13.00; wt 12.00-16.00", "0800-1600"),
    "postal codes": ("00-950 Warszawa", "ul. Polna 22/10 24-100 Puławy", "Pl. Nowy 12/16 00-104 Warszawa"),
    "amounts": ("1 234 567 zł", "551 03 55 zł", "cena 5510355", "5510355 km"),
    "other numbers": (
        *("legitymacja nr 5510355", "nr albumu 225510355", "GG 5510355", "umowa 5510355", "nr klienta 22 551 03 55"),
        *("ISSN 1234-567", "kod 225510355", "indeks 5510355", "IP: 85.128.20.30"),
    ),
    "versions and addresses": ("10.20.30.4", "wersja 1.23.45.67", "http://85.128.20.30/", "www.225510355.example.pl"),
    "rooms": ("bud. C, pok. 12 34567", "pok. 12 551 03 55", "pok. 5510355"),
    "doubts": ("22 551 03 55?", "tel. 22 551 03 55 ?", "22 551 03 55 (?)", "22 551 03 55 [?]"),
    "files and years": (
        *("nr 551/03/55", "5510355/2024", "sygn. akt 225510355", "sprawa 225510355", "FV/5510355", "pkt 551 03 55"),
        *("22 551 03 55/2024", "BR-0551-03/2023", "UID 225510355"),
    ),
    "extensions of nobody knows what": ("tel. 22 551 03 55 fax w. 12", "22 551 03 55 / 12 wew."),
    "endings of another form": ("22 551 03 55/1", "22 551 03 51/1", "22 551 03 55 lub 1234"),
    "endings, or those of the next ten": ("22 551 03 99/00", "22 551 03 98 lub 01", "22 55 10 999/000"),
    "endings, or something else behind words": ("22 551 03 55 sekretariat, -4", "22 551 03 55 (boks), -1"),
    "endings, or hours": (
        "22 551 03 01 (01-05)",
        "22 551 03 11 (11-15)",
        "22 551 03 01 (od 02 do 05)",
        "22 551 03 01 (1-5)",
    ),
    "endings, or an area code": ("22 551 03 11/12/551 03 13", "22 551 03 11 / 12/551 03 13", "22/5510355/12/5510355"),
    "dialled in the house, or beside the number": (
        *("tel. 1234 tel. 22 551 03 55", "centrala 1234, tel. 22 551 03 55", "1234, tel. 22 551 03 55"),
        *("VoIP: 1234, tel. 22 551 03 55", "22 551 03 55 wew. 4, SP 2", "22 551 03 55 wew. 12, 3/4"),
    ),
    "rooms as long as numbers": ("p. 22-551-03-55, 601 389 134", "p. 551-03-55, 601 389 134"),
    "other kinds, or departments": ("VAT 22/5510355, 601 389 134", "KRS 0-22 551-03-55, 601 389 134"),
    "other numbers in English": ("ID number 225510355", "serial number: 225510355", "account number 22 551 03 55"),
    "numbers of registers": ("TERYT 5510355", "RSPO 5510355"),
    "digits lost": (
        *("48 22 551 03", "+48+48 22 551 03", "48 601 389 1", "48 5510355 12", "485510355 12", "(48) 551-03-55 12"),
        "12, tel. 551 03 55",
        "22 551 03",
        "(22) 551 03",
        "(22) 551 03 55, 22 551 03",
        "12 345 67",
    ),
    "spoilt": ("tel. 225510355.0", "22,551 03 55", "123 456 789", "800 123 4567"),
    "extensions too long": ("22 551 03 55 w. 5510356", "22 551 03 55 wew. 5510356"),
    "other networks": ("tel. 22 551 03 56, resortowy 551 03 55", "kolejowy 551 03 55"),
    "other towns": ("filia w Krakowie: 551 03 55", "Gdańsk 551 03 55", "w Pcimiu 551 03 55"),
    "an area code behind a word that may have a figure": tuple(
        f"12 551 03 56, {word}22{sign}5510355" for word in ("wewn. ", "W: ", "int. nr ") for sign in "/."
    ),
    "beside another town's": (
        *("(12) 551 03 55, 551 03 56 (Warszawa)", "(12) 551 03 55, warszawa 551 03 56"),
        "22 551 03 11 do 15",  # the last of a row, or the hour at which they close?
        "22 55 10 110 lub 112",
    ),
}


@pytest.mark.parametrize("area_code", [None, "22"])
@pytest.mark.parametrize(
    "text",
    [pytest.param(text, id=f"{kind}-{place}") for kind, texts in NONE.items() for place, text in enumerate(texts)],
)
def test_digits_that_are_something_else_are_no_number(text: str, area_code: str | None) -> None:
    assert numbers(text, area_code=area_code) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("22 551 03 55, -56, -57", [ONE, "+48225510356", "+48225510357"]),
        ("22 551 03 50-52, 59", ["+48225510350", "+48225510351", "+48225510352", "+48225510359"]),
        ("22 551 03 55 względnie 56", [ONE, "+48225510356"]),
        ("od 22 551 03 10 do 12", ["+48225510310", "+48225510311", "+48225510312"]),
        ("22 551 03 55 + 22 551 03 56", [ONE, "+48225510356"]),
        ("T. 22 551 03 55, M. 601 389 134", [ONE, "+48601389134"]),
        ("linia 1: 22 551 03 55, linia 2: 22 551 03 56", [ONE, "+48225510356"]),
        ("22 551 03 55 tonowo 12", [f"{ONE}x12"]),
        ("1) 22 551 03 55\n2) 22 551 03 56", [ONE, "+48225510356"]),
        (
            "tel. (22) 551 03 55, 551 03 56, fax: (22) 551 03 57, 551 03 58",
            [ONE, *(f"+4822551035{n}" for n in (6, 7, 8))],
        ),
        ("tel. 22 551 03 55, faks 22 551 03 55", [ONE]),
        ("tel. 22 551 03 55, faks 22 551 03 55 wew. 31", [ONE, f"{ONE}x31"]),
        ("(22) 551 03 55 (22 551 03 56 fax)", [ONE, "+48225510356"]),
        ("Kraków (12) 551 03 55, Warszawa (22) 551 03 55", ["+48125510355", ONE]),
        ("22 551 03 55 w.12 Anna Nowak, w.14 Jan Kot", [f"{ONE}x12", f"{ONE}x14"]),
        ("22 551 03 55 w 2 budynkach", [ONE]),
        ("22 551 03 55, 56", [ONE, "+48225510356"]),
        ("22 55 10 355, 356, 357", [ONE, "+48225510356", "+48225510357"]),
        ("22 551 03 01 (do 03)", [f"+4822551030{n}" for n in (1, 2, 3)]),
        ("22-551-03-55 - 56", [ONE, "+48225510356"]),
        ("(22) 5510355 i 56", [ONE, "+48225510356"]),
        ("22 551 03 55 (sekr.), -56 (dyr.)", [ONE, "+48225510356"]),
        ("22 551 03 55, DS-4", [ONE]),
        ("22 551 03 55, 601 389 134 100 zł", [ONE, "+48601389134"]),
        ("II p.: 22.551.03.55 / 601 389 134", [ONE, "+48601389134"]),
        ("225510355-601389134", [ONE, "+48601389134"]),
        ("22/5510355 / 12/5510356", [ONE, "+48125510356"]),
        ("tel. 601-389-134 / tel. 022/551 03 55", ["+48601389134", ONE]),
        ("601 389 134 /22/ 551 03 55", ["+48601389134", ONE]),
        ("12 551 03 56 wew. 60 / 22/5510355", ["+48125510356x60", ONE]),
        ("22 551 03 11 / 12 / 551 03 13", [f"+4822551031{n}" for n in (1, 2, 3)]),
        ("(48) 551 03 55-57", [f"+4848551035{n}" for n in (5, 6, 7)]),
        ("48 551 03 55 57", ["+48551035557"]),
        ("22 551 03 55, 66", []),  # the extension 66, or another number?
        ("22 551 03 55÷57", [ONE, "+48225510356", "+48225510357"]),
        ("22 551 03 55 wew. nr 12", [f"{ONE}x12"]),
        ("22 551 03 55 wew. -12", [f"{ONE}x12"]),
    ],
)
def test_several_numbers_with_what_stands_beside_them(text: str, wanted: list[str]) -> None:
    assert numbers(text) == wanted


ENDINGS = [
    *(("212 555 0150, 911", "US"), ("(212) 555-0150, 112", "US"), ("416 555 0150, 911", "CA")),
    *(
        ("030 1234567, 112", "DE"),
        ("020 7946 0150, 999", "GB"),
        ("22 55 10 150, 112", "PL"),
        ("800 190 590, 112", "PL"),
    ),
]


@pytest.mark.parametrize(
    ("text", "region", "wanted"),
    [
        ("030 1234567 8-16 Uhr", "DE", ["+49301234567"]),
        ("030 1234567 (8-16 Uhr), 10117 Berlin", "DE", ["+49301234567"]),
        ("030 1234567 8-16", "DE", []),  # hours, or digits?
        ("/ 24/7 030 1234567", "DE", ["+49301234567"]),
        ("030 1234567 112", "DE", []),
        # an emergency code, or the ending of another line: where lines and mobile numbers look alike, too
        *((text, region, []) for text, region in ENDINGS),
        ("601 389 134, 112", "PL", ["+48601389134"]),
        ("(212) 555-0150 or 911", "US", ["+12125550150"]),
        ("01 58801 1040 Wien", "AT", ["+43158801"]),
        ("+43 662 8044 - 7481 Salzburg", "AT", []),  # a direct line, or a postal code?
        ("01 58801, int. 0316/380123", "AT", []),
        ("01 58801, Abteilung nr 0316/380123", "AT", []),
        ("030 2093 7033 Berlin", "DE", ["+493020937033"]),
        ("+49 30 209370 7033 Berlin", "PL", ["+49302093707033"]),
        ("030 2093 10117 Berlin", "DE", ["+49302093"]),
        ("030 1234567 1010 Wien", "DE", ["+49301234567"]),
        ("(2024-03-12) / 0711/1234567 3. Stock", "DE", ["+497111234567"]),
        ("01 58801 Kl. 12", "AT", ["+43158801x12"]),
        ("(212) 555-0123, New York, NY 10003", "US", ["+12125550123"]),
        ("01 49 51 55 27 ou le 15", "FR", ["+33149515527"]),
        ("03 80 60 97 70 - 06 38 96 94 83", "FR", ["+33380609770", "+33638969483"]),
        ("8 (495) 123-45-67 доб. 12", "RU", ["+74951234567x12"]),
        ("+49-30-2012-345", "DE", ["+49302012345"]),  # no date
        ("+420 601 510 355 112 CZK", "CZ", []),
        ("01/4277 DW 12", "AT", ["+4314277x12"]),
        ("030 1234567 App. 12", "DE", ["+49301234567x12"]),
        ("02 9010 1111, klapka 12", "SK", ["+421290101111x12"]),
        ("020-5259111, toestel 12", "NL", ["+31205259111x12"]),
        ("91 394 10 00, extensión 12; despacho 3", "ES", ["+34913941000x12"]),
        ("(044) 239-33-33 (внутр. 12)", "UA", ["+380442393333x12"]),
        ("08-16 20 00, anknytning 12", "SE", ["+468162000x12"]),
        ("06 49911", "IT", ["+390649911"]),
        ("051 5510355 / tel. 02/5510356", "IT", ["+390515510355", "+39025510356"]),
        ("+48 551 03 55", "PL", []),
    ],
)
def test_plans_whose_numbers_vary_in_length(text: str, region: str, wanted: list[str]) -> None:
    assert numbers(text, region=region) == wanted


def test_a_local_number_is_read_where_the_town_is_that_of_the_area_code() -> None:
    text = "20-950 Lublin, ul. Polna 38 tel. 551-03-55, fax 551-03-56"
    assert numbers(text, area_code="81") == ["+48815510355", "+48815510356"]
    assert numbers(text, area_code="22") == numbers(text) == []
