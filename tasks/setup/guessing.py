"""Guess what the columns of a file are for where their names say nothing: a person looks at it before it counts."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

import pandas as pd

from schemas.target import TargetSpec
from tasks.phone.parser import read_number
from tasks.source.column_synonyms import header_key

_MOST: Final = 0.5  # of the cells of a column have to be numbers for it to be one of numbers
_LIKE: Final = 0.75


def guessed_columns(
    header: Sequence[str], rows: Sequence[Sequence[str]], spec: TargetSpec, region: str
) -> dict[str, str]:
    """Return headers for the columns that a service cannot do without, by their keys; those that can be guessed.

    The numbers stand where most cells can be read as numbers. Every other column is the one with the most similar
    name, else the first one that is filled in every row and is not taken yet.
    """
    cells = {name: [row[at] if at < len(row) else "" for row in rows] for at, name in enumerate(header) if name}
    found: dict[str, str] = {}
    numbers = {name: _numbers(texts, region) for name, texts in cells.items()}
    best = max(numbers, key=lambda name: numbers[name], default="")
    if best and numbers[best] >= _MOST:
        found["number"] = best
    for ours, column in spec.columns.items():
        if ours == "number" or not column.required:
            continue
        free = {name: texts for name, texts in cells.items() if name not in found.values() and numbers[name] < _MOST}
        named = max(free, key=lambda name: _likeness(name, (column.header, *column.synonyms)), default="")
        if named and _likeness(named, (column.header, *column.synonyms)) >= _LIKE:
            found[column.key] = named
            continue
        filled = (name for name, texts in free.items() if any(texts) and _may_be(ours, texts, spec))
        if first := next(filled, ""):
            found[column.key] = first
    return found


def value_in_name(stem: str, words: Mapping[str, Sequence[str]]) -> str:
    """Return the value whose words occur in a file's name, "" where those of none do, or of several."""
    name = _plainly(stem)
    found = [value for value, spoken in words.items() if any(word and _plainly(word) in name for word in spoken)]
    return found[0] if len(found) == 1 else ""


def _plainly(text: str) -> str:
    """Return a text without the marks of its letters, as files are often named."""
    parts = unicodedata.normalize("NFKD", header_key(text).replace("ł", "l"))
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _numbers(texts: Sequence[str], region: str) -> float:
    """Return the share of the cells that hold something like a number; a short one counts, as extensions are."""
    filled = [text for text in texts if text]
    whole = sum(bool(read_number(text, region=region, area_code="22").numbers) for text in filled)
    return whole / len(filled) if filled else 0.0


def _likeness(name: str, known: Sequence[str]) -> float:
    return max(SequenceMatcher(None, header_key(name), header_key(one)).ratio() for one in known)


def _may_be(ours: str, texts: Sequence[str], spec: TargetSpec) -> bool:
    if ours == "owner" and spec.lines.is_id is not None:
        filled = pd.Series([text for text in texts if text], dtype="str")
        return bool(spec.lines.is_id(filled).all())
    return all(texts)
