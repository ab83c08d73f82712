"""What our columns are called in files: the default header, and what offices call the same thing, Polish and English.

A name stands under one column of a service only, so that a header can mean one thing.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from schemas.target import TargetSpec

NUMBER_SYNONYMS: Final = (
    *("number", "phone", "phone number", "phone no", "telephone", "telephone number", "tel", "tel no"),
    *("telefon", "numer", "numer telefonu", "nr telefonu", "nr tel", "numer tel", "telefon numer", "numery telefonów"),
    *("numer telefoniczny", "telefony", "telefon służbowy", "numer służbowy"),
)


def expected_headers(spec: TargetSpec, columns: Mapping[str, str]) -> dict[str, str]:
    """Return our columns with the headers to look for: the configured ones, else the default ones."""
    return {ours: columns.get(ours, header) for ours, header in spec.headers.items()}


def known_synonyms(spec: TargetSpec, columns: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return the other names of our columns, as headers are compared; of a configured column there are none."""
    return {
        ours: frozenset(map(header_key, column.synonyms))
        for ours, column in spec.columns.items()
        if ours not in columns
    }


def misspelt(
    header: Sequence[str], used: Mapping[str, str], lacking: Collection[str], spec: TargetSpec
) -> list[tuple[str, str]]:
    """Return headers that nobody uses and that look like a column which is not there, each with that column's name.

    Args:
        header: all names.
        used: our columns with the names they have.
        lacking: our columns that are not there.
        spec: which service the file is for.
    """
    found = []
    for ours, column in spec.columns.items():
        if ours in lacking:
            known = [header_key(name) for name in (column.header, *column.synonyms)]
            unused = (name for name in header if name not in used.values())
            found += [(name, column.header) for name in unused if get_close_matches(header_key(name), known, 1, 0.75)]
    return found


@lru_cache(maxsize=4096)  # every sync asks about the same names, of the columns and of all that may be meant by them
def header_key(name: str) -> str:
    """Return what two headers share that mean the same column: no case, no punctuation, single spaces.

    `Nr_telefonu`, `nr telefonu:` and a header broken over two lines are one.
    """
    return " ".join(re.sub(r"[\W_]+", " ", name).split()).casefold()
