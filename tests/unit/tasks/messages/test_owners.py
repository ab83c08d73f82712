"""An owner is called by a word of each language where people read, and is found again by it."""

from __future__ import annotations

import pytest

from tasks.messages.catalogue import LANGUAGES
from tasks.messages.owners import owner_in, owner_of


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


def test_what_somebody_types_is_an_owner_however_it_begins() -> None:
    assert owner_of("Jednostka 10040000") == "faculty 10040000"
    assert owner_of("Dean") == "Dean"
