"""The law of files: a number that stands in one is kept in the service, or shown in a finding."""

from __future__ import annotations

from random import Random

import pytest
from clerks_files import Kind, read_file
from damaged_files import BOOKS, CELLS, ENDS, FILES, LINES, Drawn, damaged, damaged_book
from drawing import saw, sees, share
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import SourceError


def vanished(drawn: Drawn) -> list[str]:
    """Return the numbers that the plan takes away although they stand in the file, in no line that anything is said of.

    What a file that is refused, or that has no line, would do is not seen: nothing is touched.
    """
    try:
        found = read_file(drawn.kind, drawn.raw, drawn.standing)
    except SourceError:
        return []
    if not found.checked.rows:
        return []
    saw(*drawn.done)
    stays = {number for _, _, number in found.after}
    said = {line for line, _ in (*found.rejected, *found.remarks)}
    where = {number: drawn.where.get(number, set()) for number in found.lost if number not in stays}
    return [number for number, lines in where.items() if lines and not lines & said]


@pytest.mark.parametrize("kind", ["usos", "apio"])
@sees(*CELLS, *LINES, *FILES, *ENDS)
@share(2)
@given(seed=st.integers(0, 2**32))
def test_law_no_number_of_a_file_vanishes_unsaid(kind: Kind, seed: int) -> None:
    assert vanished(damaged(kind, Random(seed))) == []  # noqa: S311 - it draws examples


@pytest.mark.parametrize("kind", ["usos", "apio"])
@sees(*BOOKS)
@given(seed=st.integers(0, 2**32))
def test_law_no_number_of_a_workbook_vanishes_unsaid(kind: Kind, seed: int) -> None:
    assert vanished(damaged_book(kind, Random(seed))) == []  # noqa: S311 - it draws examples
