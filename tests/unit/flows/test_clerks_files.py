"""Files as people keep them: what is undone, what is held, and that nothing goes unsaid, in tables by kind."""

from __future__ import annotations

import pytest
from clerks_files import read_file

USOS = "entity_id;number;comment\n"
LIST = "Name;Phone Number;New Name\n"
# What stands in the service: the last number of 10000000 is one that every file below has lost.
STANDING = [
    ("10000000", "Dziekanat", "22 999 00 01"),
    ("10000000", "Szatnia", "22 999 00 02"),
    ("B0", "Brama", "22 999 00 05"),
    ("B02", "Portiernia", "22 999 00 06"),
]


@pytest.mark.parametrize(
    "written", ["10000000.0", "10000000,00", "'10000000", '"=""10000000"""', "\u200b10000000", " 10000000 "]
)
def test_an_id_that_has_lost_nothing_is_read(written: str) -> None:
    found = read_file("usos", USOS + f"10000000;22 999 00 01;Dziekanat\n{written};22 999 00 02;Szatnia\n", STANDING)
    assert found.rejected == []
    assert found.after == [*STANDING[:2]]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("1,00E+07", "sheet-exponent"),
        ("1.0000E+07", "sheet-exponent"),
        ('""""', "cell-ditto"),
        ("j.w.", "cell-ditto"),
        ("jw.", "cell-ditto"),
        ("jak wyżej", "cell-ditto"),
        ("〃", "cell-ditto"),
        ("-", "id-missing"),
        ("—", "id-missing"),
        ("#", "id-missing"),
        ("brak", "id-missing"),
        ("", "id-missing"),
        ("10 000 000", "id-form"),
        ("„10000000”", "id-form"),
        ('"""10000000"""', "id-form"),
        ("1000000O", "id-letters"),
        ("l0000000", "id-letters"),
        ("1000000\u041e", "id-letters"),
        ("#ADR!", "sheet-error"),
    ],
)
def test_what_is_no_id_is_nobodys_and_holds_deletions(written: str, code: str) -> None:
    """The number that stands there may be the one that the line gives its owner anew."""
    found = read_file("usos", USOS + f"10000000;22 999 00 01;Dziekanat\n{written};22 999 00 09;Szatnia\n", STANDING)
    assert found.rejected == [(3, code)]
    assert found.lost == []
    assert found.after == [*STANDING[:2]]


def test_a_letter_for_a_digit_is_told_by_the_other_ids() -> None:
    lines = "".join(f"{id_};22 999 00 0{at};x\n" for at, id_ in enumerate(["B01", "BO2", "B03", "C44"]))
    assert read_file("usos", USOS + lines).rejected == [(3, "id-letters")]
    plain = lines.replace("B01", "AX").replace("B03", "BA")
    assert read_file("usos", USOS + plain).rejected == []


def test_ids_of_a_form_that_is_set_are_ids_and_others_are_none() -> None:
    lines = USOS + "1.0;22 999 00 01;x\nO1;22 999 00 02;x\n'B.2;22 999 00 03;x\nXY;22 999 00 04;x\n"
    found = read_file("usos", lines, id_pattern="[A-Z0-9]{1,2}[.]?[0-9]?|jw")
    assert found.rejected == []
    assert found.remarks == [(4, "id-undone")]
    assert read_file("usos", lines, id_pattern="[0-9.]+").rejected == [(line, "id-pattern") for line in (3, 4, 5)]


def test_an_id_unlike_all_others_should_be_looked_at() -> None:
    lines = USOS + "".join(f"100{at}0000;22 999 00 0{at};x\n" for at in range(5))
    assert read_file("usos", lines + "WNE;22 999 00 09;x\n").remarks == [(7, "id-unlike")]
    assert read_file("usos", lines + "WNE;22 999 00 09;x\nWPiA;22 999 00 08;x\n").remarks == []


@pytest.mark.parametrize("cut", ["B0", "B0/", "faculty", "B"])
def test_a_line_that_is_cut_off_ties_to_nothing(cut: str) -> None:
    found = read_file("usos", USOS + f"B0;22 999 00 05;Brama\n10000000;22 999 00 01;Dziekanat\n{cut}\n", STANDING)
    assert found.rejected == [(4, "line-short")]
    assert found.lost == []


def test_a_line_that_is_cut_off_behind_its_id_holds_this_owner() -> None:
    lines = "10000000;22 999 00 01;Dziekanat\nB02;22 999 0\n"
    found = read_file("usos", USOS + lines, STANDING)
    assert (found.rejected, found.lost) == ([(3, "line-short")], ["22 999 00 02"])


def test_a_rejected_line_whose_id_nobody_knows_holds_deletions() -> None:
    lines = "10000000;22 999 00 01;Dziekanat\n1000000X;22 999;Szatnia\n"
    assert read_file("usos", USOS + lines, STANDING).lost == []
    tied = lines.replace("1000000X", "B02")
    assert read_file("usos", USOS + tied, STANDING).lost == ["22 999 00 02"]


def test_a_name_that_is_cut_off_ties_to_nothing() -> None:
    standing = [("", "Kasa", "22 999 00 01"), ("", "Kasa 2", "22 999 00 02")]
    assert read_file("apio", "Name;Phone Number\nKasa;22 999 00 01\nKasa\n", standing).lost == []


@pytest.mark.parametrize("nothing", ["-", "—", "brak", "bez zmian", "b.z.", "n/d", "bez zmiany"])
def test_a_new_name_that_says_nothing_renames_nothing(nothing: str) -> None:
    found = read_file("apio", LIST + f"Kasa;22 999 00 01;{nothing}\n", [("", "Kasa", "22 999 00 01")])
    assert (found.rejected, found.after) == ([], [("", "Kasa", "22 999 00 01")])


@pytest.mark.parametrize(("name", "code"), [("-", "name-missing"), ("brak", "name-missing"), ("j.w.", "cell-ditto")])
def test_a_name_that_says_nothing_is_none(name: str, code: str) -> None:
    standing = [("", "Kasa", "22 999 00 01"), ("", "Szatnia", "22 999 00 02")]
    found = read_file("apio", LIST + f"Kasa;22 999 00 01;\n{name};22 999 00 09;\n", standing)
    assert (found.rejected, found.lost, found.after) == ([(3, code)], [], standing)


@pytest.mark.parametrize("nothing", ["-", "–", "brak", "bez zmian", "?", "***"])
def test_a_comment_that_says_nothing_overwrites_none(nothing: str) -> None:
    lines = f"B02;22 999 00 06;{nothing}\nB02;22 999 00 07;{nothing}\n"
    found = read_file("usos", USOS + lines, STANDING)
    assert found.after == [("B02", "", "22 999 00 07"), ("B02", "Portiernia", "22 999 00 06")]


@pytest.mark.parametrize("line", ["B02;j.w.;Portiernia", 'B02;22 999 00 06;""""', "B02;22 999 00 06;jak wyżej"])
def test_a_ditto_mark_is_followed_nowhere(line: str) -> None:
    found = read_file(
        "usos", USOS + f"10000000;22 999 00 01;Dziekanat\n10000000;22 999 00 02;Szatnia\n{line}\n", STANDING
    )
    assert found.rejected == [(4, "cell-ditto")]
    assert ("B02", "Portiernia", "22 999 00 06") in found.after


@pytest.mark.parametrize("pattern", ["(", "[0-9"])
def test_a_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="id_pattern"):
        read_file("usos", USOS, id_pattern=pattern)
