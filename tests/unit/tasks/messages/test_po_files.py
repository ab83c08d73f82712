"""The plain reader of catalogues gives what the library that reads every catalogue gives."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from catalogues import LOCALE, texts

from tasks.messages.po_files import messages_of

CATALOGUES = sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: f"{file.parent.parent.name} {file.stem}")
def test_a_catalogue_reads_as_the_library_reads_it_in_its_order(file: Path) -> None:
    lang = file.parent.parent.name
    with file.open("rb") as opened:
        whole = texts(read_po(opened, locale=lang))
    assert len(whole) > 30
    assert list(messages_of(lang, file.stem).items()) == list(whole.items())


def test_a_catalogue_that_is_not_there_says_nothing() -> None:
    assert messages_of("en", "help") == {}
