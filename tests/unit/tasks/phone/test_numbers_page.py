"""The page for clerks says what is true: every example of docs/numbers.md and docs/numery.md is read, or not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tasks.phone.parser import read_number

DOCS = Path(__file__).parents[4] / "docs"
PAGE, POLISH = ((DOCS / name).read_text(encoding="utf-8") for name in ("numbers.md", "numery.md"))


def examples(heading: str, column: int, page: str = PAGE) -> list[str]:
    """Return the texts in a column of the table under a heading."""
    section = page.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:-1] for line in section.splitlines() if line.startswith("|")][2:]
    return [text for row in rows for text in re.findall(r"`([^`]+)`", row[column])]


def digits(text: str) -> int:
    return sum(character.isdecimal() for character in text)


READ = [
    *examples("One number", 0),
    *examples("What can be written beside a number", 1),
    *examples("Several numbers in a cell", 0),
    *examples("What is not read", 2),
    *examples("Co jest czytane", 0, POLISH),
    *examples("Co nie jest czytane", 2, POLISH),
]
UNREAD = [*examples("What is not read", 0), *examples("Co nie jest czytane", 0, POLISH)]


@pytest.mark.parametrize("text", [text for text in READ if digits(text) >= 9])
def test_what_is_said_to_be_read_is_read(text: str) -> None:
    assert read_number(text).numbers


@pytest.mark.parametrize("text", examples("Extensions", 0))
def test_every_way_to_write_an_extension_is_read(text: str) -> None:
    whole = text if digits(text) >= 9 else f"22 999 00 01 {text}"
    alone = read_number(text, switchboard="22 999 00 00").numbers
    public = text in {"112", "19115", "116117"}
    assert bool(alone) != public
    if not text.isdecimal():
        assert all(number.extension in {"12", "13"} for number in read_number(whole).numbers)


@pytest.mark.parametrize("text", sorted({*UNREAD} - {"area_code", "switchboard"}))
def test_what_is_said_not_to_be_read_is_not_read(text: str) -> None:
    assert not read_number(text).numbers
