"""The drawings of a page: lengths as the counts are, nothing outside, words that fit and stay words."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.reports.charts import WIDTH, Bar, Drawing, bars, columns, shares

COUNTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=7)
# A drawing's lengths are rounded to two places.
NEAR: dict[str, Any] = {"abs": 0.02, "rel": 1e-3}


def inside(drawing: Drawing) -> bool:
    fits = all(bar.x >= 0 and bar.x + bar.width <= WIDTH + 0.02 for bar in drawing.bars)
    return fits and all(bar.y >= 0 and bar.y + bar.height <= drawing.height for bar in drawing.bars)


@given(COUNTS)
def test_bars_are_as_long_as_their_counts(counts: list[int]) -> None:
    drawing = bars([(f"kind {n}", "missing", n, str(n)) for n in counts])
    longest = max(counts) or 1
    longest_bar = max(bar.width for bar in drawing.bars)
    assert [bar.width for bar in drawing.bars] == pytest.approx([longest_bar * n / longest for n in counts], **NEAR)
    assert [text.words for text in drawing.texts if text.anchor == "start"] == [str(n) for n in counts]
    assert inside(drawing)


@given(st.lists(st.tuples(*[st.integers(0, 10**6)] * 3).filter(any), max_size=6))
def test_shares_fill_the_width_and_nothing_has_no_bar(rows: list[tuple[int, int, int]]) -> None:
    colours = ("first", "both", "second")
    drawing = shares([("a – b", "1 · 2 · 3", counts) for counts in rows], colours)
    by_row: dict[float, list[Bar]] = {}
    for bar in drawing.bars:
        by_row.setdefault(bar.y, []).append(bar)
    assert len(by_row) == len(rows)
    for counts, row in zip(rows, by_row.values(), strict=True):
        assert [bar.colour for bar in row] == [colour for colour, n in zip(colours, counts, strict=True) if n]
        assert [bar.width for bar in row] == pytest.approx([WIDTH * n / sum(counts) for n in counts if n], **NEAR)
        assert all(left.x + left.width == pytest.approx(right.x, abs=0.03) for left, right in pairwise(row))
    assert inside(drawing)


@given(st.lists(st.fixed_dictionaries({"a": st.integers(0, 10**6), "b": st.integers(0, 10**6)}), max_size=12))
def test_columns_stand_on_zero_below_the_axis_highest_number(rows: list[dict[str, int]]) -> None:
    drawing = columns([(f"{at} Nov", row) for at, row in enumerate(rows)], ["a", "b"])
    levels = [int(text.words) for text in drawing.texts if text.x < drawing.grid_start]
    highest = max((sum(row.values()) for row in rows), default=0)
    step = levels[1]
    assert levels == list(range(0, levels[-1] + 1, step))
    assert levels[-1] - step < max(highest, 1) <= levels[-1]
    assert len(levels) <= 6
    unit = (drawing.grid[0] - drawing.grid[-1]) / levels[-1]
    drawn = [n for row in rows for n in (row["a"], row["b"]) if n * unit]
    assert [bar.height for bar in drawing.bars] == pytest.approx([n * unit for n in drawn], **NEAR)
    assert [text.words for text in drawing.texts if text.tone == "strong"] == [str(sum(row.values())) for row in rows]
    assert inside(drawing)


def test_words_that_are_too_long_end_in_dots() -> None:
    drawing = shares([("a very long name of a system – another very long name", "1 · 2 · 3", (1, 2, 3))], "xyz")
    assert drawing.texts[0].words.endswith("…")
    assert drawing.texts[1].words == "1 · 2 · 3"


def test_labels_of_many_columns_are_turned() -> None:
    few, many = (columns([(f"{at} Nov", {}) for at in range(count)], ["a"]) for count in (5, 6))
    assert {text.turned for text in few.texts} == {0}
    assert {text.turned for text in many.texts if text.words.endswith("Nov")} == {-45}
    assert many.height > few.height
