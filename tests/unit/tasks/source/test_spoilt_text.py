"""Texts that a program has spoilt: what is undone, what rejects its line, what is let be; all of it is invented."""

from __future__ import annotations

import pytest
from clerks_files import read_file
from hypothesis import given
from hypothesis import strategies as st

from tasks.source.code_pages import POLISH
from tasks.source.spoilt_text import meant, undone, what_is_spoilt

WORDS = (
    *("Wydział Prawa", "Księgarnia", "Łódź", "Ćwiczeń", "Źródło", "Żyrafa", "Śląsk", "Świetlica", "Kuźnia", "Ośrodek"),
    *("Zażółć gęślą jaźń", "KSIĘGARNIA GŁÓWNA", "„Dom Nauki” – wejście", "Müller i Łącka", "Dvořák", "Zespół Pieśni"),
)


def misread(text: str, encoding: str) -> str:
    """Return UTF-8 as a program shows it that takes it for that encoding, and lets be what it does not know."""
    return "".join(bytes([byte]).decode(encoding, errors="ignore") or chr(byte) for byte in text.encode())


@pytest.mark.parametrize("encoding", ["windows-1250", "windows-1252", "latin-1"])
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("word", WORDS)
def test_utf8_that_was_read_as_something_else_is_undone(word: str, encoding: str, times: int) -> None:
    spoilt = word
    for _ in range(times):
        spoilt = misread(spoilt, encoding)
    assert undone(spoilt) == word
    assert what_is_spoilt(word) == ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Dziekanat_x000D_", "Dziekanat\r"),
        ("Dziekanat_x000D_\nparter", "Dziekanat\r\nparter"),
        ("Sala_x005F_A", "Sala_A"),
        ("Prawo &amp; Administracja", "Prawo & Administracja"),
        ("Prawo &amp;amp; Administracja", "Prawo & Administracja"),
        ("Wydzia&#322; G&oacute;rniczy", "Wydział Górniczy"),
        ("Dom&nbsp;Nauki", "Dom\u00a0Nauki"),
        ("&quot;Kot&quot;", '"Kot"'),
        ("Ĺšwietlica i Dom", "Świetlica i Dom"),
        ("Wydział KsiÄ™garni", "Wydział Księgarni"),
    ],
)
def test_what_programs_write_for_signs_is_undone(text: str, wanted: str) -> None:
    assert undone(text) == wanted


@pytest.mark.parametrize("text", ["22 999 00 0&#49;", "22 999 00 0_x0031_", "&#43;48", "R&D; dział", "A_xyz_"])
def test_no_digit_comes_from_a_sign(text: str) -> None:
    assert undone(text) == text


@given(st.text(alphabet=POLISH + "abcdeKLMäöüßéáčřšž -–.,()„”'’/&", max_size=30))
def test_what_is_written_well_stays(text: str) -> None:
    assert undone(text) == text


@pytest.mark.parametrize(
    ("text", "probably"),
    [
        ("Ksi©garnia", "Księgarnia"),  # CP852 as Windows-1250
        ("Wydzia\x88 Prawa", "Wydział Prawa"),
        ("Oddziaˆ", "Oddział"),
        ("Ksi‘garnia G’˘wna", "Księgarnia Główna"),  # Mazovia
        ("¦wietlica", "Świetlica"),  # ISO-8859-2 as Windows-1250 or Latin-1
        ("O¶rodek", "Ośrodek"),
        ("Wydzia³", "Wydział"),  # Windows-1250 as 1252
        ("Ksiêgarnia", "Księgarnia"),
        ("£ódŸ", "Łódź"),
        ("Wydzia\ufffd Prawa", "Wydział Prawa"),
        ("Ksi?garnia", "Księgarnia"),
        ("Wydzia? Prawa", "Wydział Prawa"),
        ("Wydzia?", "Wydział"),
        ("Nowi?ska", ""),
        ("???w", ""),
        ("Por\ufffdba", ""),
        ("KsiÄ garnia", ""),
    ],
)
def test_letters_that_are_lost_are_seen_and_said(text: str, probably: str) -> None:
    assert what_is_spoilt(text) != ""
    assert meant(text) == probably


@pytest.mark.parametrize(
    "text",
    [
        *("Müller", "Señor Café", "Ångström", "Dvořák", "ČSOB", "Łódź", "m³", "Dziekanat¹", "Biuro²", "Kraków–Łódź"),
        *(
            "O’Connor",
            "Sala 12°",
            "§ 12",
            "Dom «Kot»",
            "© Uczelnia",
            "A×B",
            "Kto tam?",
            "a?b#c",
            "Co? Gdzie",
            "Dział R&D",
            "Åbo",
        ),
        *("Sekretariat (czynny?)", "«Świt»", "Marka®", "†Jan Kot", "Firma™", "Αθήνα", "Київ", "d’Artagnan", "½ etatu"),
    ],
)
def test_what_people_write_is_let_be(text: str) -> None:
    assert undone(text) == text
    assert what_is_spoilt(text) == ""


@pytest.mark.parametrize("kind", ["usos", "apio"])
def test_a_line_with_lost_letters_is_held_and_one_that_is_undone_is_published(kind: str) -> None:
    standing = [("10000000", "Księgarnia", "22 999 00 01")]
    head = "entity_id;number;comment\n" if kind == "usos" else "Phone Number;Name;New Name\n"
    first = "10000000;" if kind == "usos" else ""
    last = "" if kind == "usos" else ";"
    lines = [f"{first}22 999 00 02;WydziaĹ‚ Prawa{last}", f"{first}22 999 00 01;Ksi?garnia{last}"]
    found = read_file(kind, head + "\n".join(lines) + "\n", standing)  # type: ignore[arg-type]
    assert found.rejected == [(3, "text-spoilt")]
    assert (2, "text-undone") in found.remarks
    assert found.lost == []
    if kind == "usos":
        assert [name for _, name, _ in found.after] == ["Księgarnia"]  # what is wrong holds its whole owner
    else:
        assert "Wydział Prawa" in [name for _, name, _ in found.after]
