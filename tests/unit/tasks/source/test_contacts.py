"""Contacts as programs export them, as entries of a phone list; all of them are invented."""

from __future__ import annotations

from typing import Any

import pytest
from clerks_files import read_file

VCARD = """\
BEGIN:VCARD
VERSION:3.0
N:Kot;Jan;;dr;
FN:dr Jan Kot
ORG:Dziekanat;Sekretariat
TEL;TYPE=WORK,VOICE:22 999 00 01
item1.TEL;TYPE=CELL:+48 600 100
  200
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C5=81=C4=85cka;Ewa;;;
TEL;WORK;FAX:22 999 00 03
TEL;HOME:22 999 00 04
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Portiernia\\, parter
TEL;VALUE=uri;TYPE="voice,work":tel:+48-22-999-00-05
TEL;TYPE=work:22 999 00 06
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:Bez numeru
EMAIL:kot@example.edu.pl
END:VCARD
"""
PEOPLE = [
    ("Portiernia, parter", "+48-229990005"),
    ("Portiernia, parter 2", "+48-229990006"),
    ("dr Jan Kot", "+48-229990001"),
    ("dr Jan Kot kom.", "+48-600100200"),
    ("Ewa Łącka dom", "+48-229990004"),
    ("Ewa Łącka faks", "+48-229990003"),
]


def entries(raw: str | bytes, **contacts: Any) -> list[tuple[str, str]]:
    found = read_file("apio", raw, contacts=contacts)
    assert found.rejected == []
    return [(name, number) for _, name, number in found.after]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_vcards_are_entries_one_a_number(end: str, encoding: str) -> None:
    assert entries(VCARD.replace("\n", end).encode(encoding)) == sorted(PEOPLE)


def test_names_kinds_and_suffixes_are_as_the_configuration_says() -> None:
    named = entries(VCARD, name="{family} {given}, {department}", kinds=["work"], suffixes={"work": "sł."})
    assert ("Kot Jan, Sekretariat sł.", "+48-229990001") in named
    assert all("kom" not in name and "faks" not in name for name, _ in named)


def test_a_card_that_is_cut_off_is_rejected_and_holds_deletions() -> None:
    standing = [("", "Portiernia, parter", "22 999 00 05")]
    cut = VCARD[: VCARD.index("TEL;VALUE=uri") + 40]
    found = read_file("apio", cut, standing, contacts={})
    assert [code for _, code in found.rejected] == ["card-cut"]
    assert found.lost == []


GOOGLE = """\
First Name,Last Name,Organization Name,Labels,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value
Jan,Kot,Dziekanat,* myContacts,Work,22 999 00 01,Mobile,600 100 200
Ewa,Łącka,,,Work Fax,22 999 00 03,Home,22 999 00 04
,,Portiernia,,Work,22 999 00 05 ::: 22 999 00 06,,
Bez,Numeru,,,,,,
"""
OLD_GOOGLE = """\
Name,Given Name,Family Name,Organization 1 - Name,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value
Jan Kot,Jan,Kot,Dziekanat,Work,22 999 00 01,Mobile,600 100 200
"""
OUTLOOK = """\
"First Name","Last Name","Company","Business Fax","Business Phone","Business Phone 2","Home Phone","Mobile Phone"
"Jan","Kot","Dziekanat","","22 999 00 01","","","600 100 200"
"Ewa","Łącka","","22 999 00 03","","","22 999 00 04",""
"","","Portiernia","","22 999 00 05","22 999 00 06","",""
"""
POLISH_OUTLOOK = """\
"Imię";"Nazwisko";"Firma";"Telefon służbowy";"Telefon komórkowy";"Faks służbowy"
"Jan";"Kot";"Dziekanat";"22 999 00 01";"600 100 200";""
"Ewa";"Łącka";"";"";"";"22 999 00 03"
"""
JAN = [("Jan Kot", "+48-229990001"), ("Jan Kot kom.", "+48-600100200")]
EWA = [("Ewa Łącka dom", "+48-229990004"), ("Ewa Łącka faks", "+48-229990003")]
DOOR = [("Portiernia", "+48-229990005"), ("Portiernia 2", "+48-229990006")]


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (GOOGLE, [*JAN, *EWA, *DOOR]),
        (OLD_GOOGLE, JAN),
        (OUTLOOK, [*JAN, *EWA, *DOOR]),
        (POLISH_OUTLOOK.encode("windows-1250"), [*JAN, EWA[1]]),
    ],
    ids=["google", "old google", "outlook", "polish outlook"],
)
def test_exports_of_contacts_are_entries_one_a_number(raw: str | bytes, wanted: list[tuple[str, str]]) -> None:
    assert entries(raw) == sorted(wanted)


def test_a_bad_number_is_told_at_its_line_and_holds_its_name() -> None:
    standing = [("", "Jan Kot kom.", "600 100 200")]
    found = read_file("apio", GOOGLE.replace("600 100 200", "600 100"), standing, contacts={})
    assert [line for line, _ in found.rejected] == [2]
    assert found.lost == []


EVERY_COLUMN = """\
First Name,Last Name,Job Title,Assistant's Phone,Business Fax,Business Phone,Callback,Company Main Phone,Home Phone,\
ISDN,Mobile Phone,Other Phone,Pager,Primary Phone,TTY/TDD Phone,Telex,Notes
"""


def contact(name: str, **columns: str) -> str:
    cells = {"First Name": name, **{column.replace("_", " "): number for column, number in columns.items()}}
    cells = {"TTY/TDD Phone" if column == "TTY" else column: number for column, number in cells.items()}
    return ",".join(cells.get(column, "") for column in EVERY_COLUMN.strip().split(",")) + "\n"


@pytest.mark.parametrize("column", ["Pager", "Callback", "ISDN", "TTY"])
def test_somebody_who_has_only_a_pager_or_the_like_is_an_entry(column: str) -> None:
    raw = EVERY_COLUMN + contact("Ewa", **{column: "22 999 00 20"})
    assert entries(raw) == [("Ewa", "+48-229990020")]


@pytest.mark.parametrize("beside", ["Business_Phone", "Primary_Phone", "Pager"])
@pytest.mark.parametrize("aside", ["Assistant's Phone", "Company_Main_Phone", "Other_Phone"])
def test_a_contacts_own_number_comes_first_whatever_the_order_of_the_columns(beside: str, aside: str) -> None:
    raw = EVERY_COLUMN + contact("Ewa", **{aside: "22 999 00 21", beside: "22 999 00 20"})
    assert entries(raw) == [("Ewa", "+48-229990020"), ("Ewa 2", "+48-229990021")]
    card = "BEGIN:VCARD\nFN:Ewa\nTEL;TYPE=OTHER:22 999 00 21\nTEL;TYPE=WORK:22 999 00 20\nEND:VCARD\n"
    assert entries(card) == [("Ewa", "+48-229990020"), ("Ewa 2", "+48-229990021")]


NOTED = EVERY_COLUMN + contact("Ewa", Business_Phone="22 999 00 20", Notes="dawniej tel. 22 999 00 30")
NOTED_CARD = "BEGIN:VCARD\nFN:Ewa\nTEL:22 999 00 20\nNOTE:dawniej tel. 22 999 00 30\nEND:VCARD\n"


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (NOTED, 2),
        (EVERY_COLUMN + contact("Ewa", Business_Phone="22 999 00 20", Telex="22 999 00 30"), 2),
        (EVERY_COLUMN + contact("Ewa", Business_Phone="22 999 00 20", Job_Title="Portier 22 999 00 30"), 2),
        (NOTED_CARD, 4),
        (NOTED_CARD.replace("NOTE", "X-EVOLUTION-TELEX"), 4),
        (EVERY_COLUMN + contact("Jan", Business_Phone="22 999 00 20") + contact("Ewa", Notes="22 999 00 30"), 3),
        (NOTED_CARD + "BEGIN:VCARD\nFN:Jan\nNOTE:22 999 00 30\nEND:VCARD\n", 8),
    ],
    ids=["notes", "telex", "title", "card", "extension", "nothing else", "nothing else on a card"],
)
def test_a_number_in_what_is_not_read_is_told_and_stays(raw: str, line: int) -> None:
    standing = [("", "Stary wpis", "22 999 00 30"), ("", "Zbędny", "22 999 00 31")]
    found = read_file("apio", raw, standing, contacts={})
    assert (line, "text-number") in found.remarks
    assert found.lost == ["22 999 00 31"]


def test_what_the_configuration_ignores_is_not_told() -> None:
    found = read_file("apio", NOTED, [("", "Stary wpis", "22 999 00 30")], contacts={}, ignore={"columns": ["Notes"]})
    assert (found.remarks, found.lost) == ([], ["22 999 00 30"])


def test_what_no_entry_is_made_of_is_counted_as_left_out() -> None:
    raw = EVERY_COLUMN + contact("Jan", Business_Phone="22 999 00 20") + contact("Ewa", Notes="22 999 00 30")
    skipped = read_file("apio", raw, contacts={}).source.skipped
    assert [(skip.line, skip.why) for skip in skipped] == [(3, "contact")]
