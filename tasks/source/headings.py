"""Rows between the entries that are none: a heading, a header again, another table's rows, what is commented out."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd

from schemas.problems import Problem
from schemas.reasons import LineCode
from schemas.target import TargetSpec
from tasks.source.column_synonyms import header_key
from tasks.source.further_columns import known_kinds
from tasks.text_columns import Mask, matching

REPEATED: Final = LineCode.LINE_HEADER

_FEW: Final = 2  # lines that say nothing yet of what ids look like
_COMMENTED: Final = ("#", "//")  # what people put before a line that is not to count
_NAMES_OF_A_HEADER: Final = 2  # cells of a row that name columns, and no cell of it that names none


def no_entries(cells: pd.DataFrame, rows: pd.DataFrame, whole: Mask, spec: TargetSpec) -> dict[int, Problem]:
    """Return of the rows that are no entries what they look like, by their position.

    Args:
        cells: all columns of the file.
        rows: its rows under our names: `line`, `owner`, `number`.
        whole: which rows nothing is said of yet.
        spec: which service the file is for.
    """
    found: dict[int, Problem] = {}
    own = [header_key(name) for name in cells.columns]
    names = _known_names(spec) | {*own}
    # No number, and words: only then it may be a header or a heading.
    numberless = whole & ~matching(rows["number"], r"\d.*\d").to_numpy(dtype=np.bool_)
    texts = {int(at): [" ".join(text.split()) for text in cells.iloc[at]] for at in np.flatnonzero(numberless)}
    keyed = "owner" in spec.columns
    # Where every id has a digit, a word alone is none.
    owners = rows.loc[whole & ~numberless, "owner"]
    worded = len(owners) <= _FEW or not matching(owners, r"\d").all()
    others: set[int] = set()
    for at, texts_of_row in texts.items():
        keys = [header_key(text) for text in texts_of_row]
        filled = [text for text in texts_of_row if text]
        if keys == own:
            found[at] = Problem(REPEATED)
        elif len(filled) >= _NAMES_OF_A_HEADER and {key for key in keys if key} <= names:
            found[at] = Problem(REPEATED)
            others.add(at)
        elif keyed and len(filled) == 1 and _is_heading(filled[0], str(rows["owner"].iloc[at]).strip(), worded=worded):
            found[at] = Problem(LineCode.LINE_HEADING)
    below = ""
    for at in range(min(others, default=len(rows)), len(rows)):
        if at in others or (at in found and found[at].code == REPEATED):
            below = str(int(rows["line"].iloc[at])) if at in others else ""
        elif below and whole[at]:
            found[at] = Problem(LineCode.LINE_TABLE, {"line": below})
    return found | {at: Problem(LineCode.LINE_COMMENT) for at in _commented(cells, rows, whole) if at not in found}


def _commented(cells: pd.DataFrame, rows: pd.DataFrame, whole: Mask) -> list[int]:
    """Return the rows that somebody has probably taken out of a file: a sign before the first text of the line.

    Where half of the lines begin so, that is how the file spells its ids or names.
    """
    first = cells.iloc[:, 0].str.lstrip()
    marked = whole & first.str.startswith(_COMMENTED).to_numpy(dtype=np.bool_)
    if 2 * marked.sum() >= whole.sum():
        return []
    # A number may begin with such a sign on a telephone: `#31#`.
    return [int(at) for at in np.flatnonzero(marked) if first.iloc[at] != rows["number"].iloc[at].strip()]


def _is_heading(text: str, owner: str, *, worded: bool) -> bool:
    """Tell words that stand alone where ids have none, or beside no id at all."""
    if not owner:
        return True
    words = re.search(r"[^\W\d]", text) is not None
    alone = not worded and re.search(r"\d", text) is None
    return words and (alone or " " in text or text.endswith(":"))


def _known_names(spec: TargetSpec) -> set[str]:
    ours = {name for column in spec.columns.values() for name in (column.header, *column.synonyms)}
    return {*map(header_key, ours), *known_kinds()}
