"""What the system refuses is told in the reader's language."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from connectors.files.writing import write_private
from schemas.errors import ConfigurationError
from tasks.messages.errors import spoken, told
from tasks.messages.system_errors import WORDS, cause_of


@pytest.mark.parametrize("number", sorted(WORDS))
def test_what_the_system_says_is_told_in_each_language(number: int) -> None:
    said = cause_of(OSError(number, "as the system says"))
    english, polish = (spoken(said, lang) for lang in ("en", "pl"))
    assert len({english, polish, "as the system says"}) == 3


def test_what_has_no_words_is_what_the_system_says_or_its_kind() -> None:
    assert cause_of(OSError(errno.ELOOP, "Too many levels of symbolic links")) == "Too many levels of symbolic links"
    assert cause_of(RuntimeError("somebody's name")) == "RuntimeError"


def test_damaged_content_is_not_called_by_a_class() -> None:
    assert spoken(cause_of(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no")), "pl") == "nieprawidłowa zawartość"


def test_a_clerk_reads_why_a_file_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError) as refused:
        write_private(tmp_path / "file" / "report.csv", "")
    assert "(File exists)" in told(refused.value, "en")[0]
    assert "(w tym miejscu jest już inny plik)" in told(refused.value, "pl")[0]
