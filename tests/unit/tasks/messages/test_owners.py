"""An owner is called by a word of each language where people read, and is found again by it."""

from __future__ import annotations

import pytest

from tasks.messages.catalogue import LANGUAGES
from tasks.messages.owners import every_form, genitive_in, owner_in, owner_of


@pytest.mark.parametrize(
    ("owner", "polish"),
    [
        ("faculty 10040000", "jednostka 10040000"),
        ("building B 02", "budynek B 02"),
        ("group chopin/strings", "grupa chopin/strings"),
        ("shelf a", "shelf a"),
        ("", ""),
    ],
)
def test_an_owner_is_called_by_a_polish_word(owner: str, polish: str) -> None:
    assert (owner_in(owner, "pl"), owner_in(owner, "en")) == (polish, owner)
    assert {owner_of(owner_in(owner, lang)) for lang in LANGUAGES} == {owner}


@pytest.mark.parametrize(
    ("owner", "polish"),
    [
        ("faculty 140", "jednostki 140"),
        ("user 7", "osoby 7"),
        ("building B 02", "budynku B 02"),
        ("dormitory D1", "akademika D1"),
        ("tenant chopin", "tenanta chopin"),
        ("group chopin/strings", "grupy chopin/strings"),
        ("shelf a", "shelf a"),
        ("faculty 120, user 7", "jednostki 120, osoby 7"),
    ],
)
def test_behind_from_and_to_polish_has_another_case(owner: str, polish: str) -> None:
    assert (genitive_in(owner, "pl"), genitive_in(owner, "en")) == (polish, owner)


def test_an_owner_is_found_again_in_whichever_case_it_was_copied() -> None:
    assert every_form("user 7") == {"user 7", "osoba 7", "osoby 7"}
    assert {owner_of(said) for said in every_form("user 7")} == {"user 7"}


def test_what_somebody_types_is_an_owner_however_it_begins() -> None:
    assert owner_of("Jednostka 10040000") == "faculty 10040000"
    assert owner_of("Dean") == "Dean"
