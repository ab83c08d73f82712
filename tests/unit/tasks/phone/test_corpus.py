"""The corpus: cells as institutions have written them, each with a reader's label. See benchmarks/README.md."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import phonenumbers
import pytest

from tasks.phone.canonical_keys import key_of
from tasks.phone.parser import read_number

CORPUS = Path(__file__).parents[3] / "data" / "corpus.csv"
HEADER = ["shape", "region", "area_code", "reading", "institution", "note", "part"]


def cells() -> list[dict[str, str]]:
    with CORPUS.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        assert reader.fieldnames == HEADER
    return rows


def labelled(cell: dict[str, str]) -> list[str]:
    return cell["reading"].split("|") if cell["reading"] else []


def read(cell: dict[str, str]) -> list[str]:
    reading = read_number(cell["shape"], region=cell["region"], area_code=cell["area_code"] or None)
    return key_of(reading).split("|") if reading.numbers else []


def test_no_number_of_the_corpus_is_read_wrong() -> None:
    """A cell is read as a person reads it, or not at all."""
    found = [(cell["shape"], read(cell), labelled(cell)) for cell in cells()]
    assert [each for each in found if each[1] not in ([], each[2])] == []


@pytest.mark.parametrize("part", ["tune", "check"])
def test_nearly_every_number_of_the_corpus_is_read(part: str) -> None:
    chosen = [cell for cell in cells() if cell["part"] == part]
    right = sum((Counter(read(cell)) & Counter(labelled(cell))).total() for cell in chosen)
    assert right / sum(len(labelled(cell)) for cell in chosen) >= 0.98


def test_the_corpus_is_what_it_says() -> None:
    """Large, from many places, split by institution, with labels that the numbering plans know."""
    rows = cells()
    parts = {cell["institution"]: cell["part"] for cell in rows}
    assert len(rows) >= 400
    assert len(parts) > 60
    assert all(cell["part"] == parts[cell["institution"]] for cell in rows if cell["institution"])
    assert sum(cell["region"] == "PL" for cell in rows) / len(rows) >= 0.6
    assert len({(cell["shape"], cell["region"], cell["area_code"]) for cell in rows}) == len(rows)
    for key in (key for cell in rows for key in labelled(cell)):
        e164, _, extension = key.partition(";ext=")
        assert phonenumbers.is_valid_number(phonenumbers.parse(e164, None))
        assert re.fullmatch(r"\d*", extension)
