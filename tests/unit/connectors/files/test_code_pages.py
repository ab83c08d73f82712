"""The code page of Polish files, told by their letters alone; what is in doubt is shown both ways and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.files.encoding import decode
from schemas.errors import SourceError
from tasks.source.code_pages import MAZOVIA, encode_as

HEAD = "entity_id;number;comment\n"
NAMES = (
    *("Księgarnia", "Wydział Prawa", "Główna pływalnia", "Żłobek", "Łódź", "Źródło", "Ćwiczenia", "KSIĘGARNIA GŁÓWNA"),
    *("Tańce ludowe", "Dom „Łąka”", "ŚWIETLICA", "Ośrodek Badań", "Zażółć gęślą jaźń", "Koło", "Góra"),
)


@pytest.mark.parametrize("page", ["windows-1250", "iso-8859-2", "cp852", MAZOVIA])
@pytest.mark.parametrize("name", [*NAMES, ";".join(NAMES)])
def test_a_file_is_read_in_the_page_it_was_written_in_or_refused(name: str, page: str) -> None:
    text = f"{HEAD}10000000;22 999 00 01;{name}\n"
    try:
        raw = encode_as(text, page)
    except UnicodeEncodeError:
        return  # the page has no such quotes
    try:
        read = decode(Path("file.csv"), raw, None).text
    except SourceError as refused:
        values = dict(refused.problem.values) if refused.problem else {}
        read = text if page in {values.get("first"), values.get("second")} else ""
    assert read == text
    assert decode(Path("file.csv"), raw, page).text == text


@pytest.mark.parametrize("page", ["cp852", MAZOVIA, "windows-1250", "iso-8859-2"])
def test_a_file_of_some_names_is_read(page: str) -> None:
    text = HEAD + "".join(f"1000000{at};22 999 00 01;{name}\n" for at, name in enumerate(NAMES[:9]))
    assert decode(Path("file.csv"), encode_as(text, page), None).encoding == page


@pytest.mark.parametrize(
    "name",
    ["Müller", "Jäger", "Dvořák", "Kraków – dom „Żak”", "Kąt «Kot»", "Café Łódź", "Firma® Łąka", "Škoda i Góra"],
)
def test_foreign_letters_and_signs_are_no_doubt(name: str) -> None:
    raw = f"{HEAD}10000000;22 999 00 01;{name}\n".encode("windows-1250")
    assert decode(Path("file.csv"), raw, None).encoding == "windows-1250"


def test_what_is_in_doubt_is_shown_both_ways_and_never_as_a_whole_word() -> None:
    raw = f"{HEAD}10000000;22 999 00 01;Gda\x84sk Ksi©g\n".encode("latin-1")
    with pytest.raises(SourceError, match="encoding") as caught:
        decode(Path("file.csv"), raw, None)
    problem = caught.value.problem
    assert problem is not None
    assert "Gda" not in f"{problem.values['one']} {problem.values['other']}"
