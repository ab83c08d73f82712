"""The law of files: a number that stands in one is kept in the service, or stands in a finding."""

from __future__ import annotations

import re
from random import Random

import pytest
from clerks_files import Kind, read_file
from damaged_files import damaged
from drawing import share
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import SourceError


@pytest.mark.parametrize("kind", ["usos", "apio"])
@share(2)
@given(seed=st.integers(0, 2**32))
def test_law_no_number_of_a_file_vanishes_unsaid(kind: Kind, seed: int) -> None:
    drawn = damaged(kind, Random(seed))  # noqa: S311 - it draws examples
    try:
        found = read_file(kind, drawn.raw, drawn.standing)
    except SourceError:  # refused as a whole: nothing is touched
        return
    stays = {number for _, _, number in found.after}
    said = {line for line, _ in (*found.rejected, *found.remarks)}
    lines = re.split("\r\n|[\r\n\x85\u2028]", drawn.raw.decode())
    silent = "".join(text for at, text in enumerate(lines, start=1) if at not in said)
    assert [number for number in found.lost if number in silent and number not in stays] == []
