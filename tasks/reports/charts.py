"""Lay out the charts of a page; the template `chart.svg.j2` draws them.

A drawing is made before anybody opens the page: it needs no script and loads nothing. Its colours are names of the
page's stylesheet, so that they follow light, dark and paper. A screen reader gets the table beside a chart; the drawing
is hidden from it. Lengths are in units of the drawing, which is 340 wide and grows and shrinks with its card.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

WIDTH = 340
_LETTER = 6.5  # of the 13 units that a line of text is high: wide enough for most words
_LABELS, _BAR_STEP, _BAR_HEIGHT = 124, 30, 16
_SHARE_STEP, _SHARE_HEIGHT = 44, 12
_AXIS, _PLOT_TOP, _PLOT_HEIGHT = 44, 20, 170
_MOST_LEVEL_LABELS = 5


@dataclass(frozen=True)
class Text:
    """Words at a place: `anchor` says which end of them is there, `turned` by how many degrees they are turned."""

    words: str
    x: float
    y: float
    anchor: Literal["start", "middle", "end"] = "start"
    tone: Literal["ink", "faint", "strong"] = "ink"
    turned: int = 0


@dataclass(frozen=True)
class Bar:
    """A coloured rectangle; `colour` is a class of the stylesheet without its `is-`."""

    colour: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Drawing:
    """What a chart is made of; `shape` is the stylesheet's class for the edges of its bars."""

    shape: Literal["round", "divided"]
    height: float
    bars: Sequence[Bar]
    texts: Sequence[Text]
    grid: Sequence[float] = ()  # the heights of the lines behind the columns
    grid_start: float = _AXIS
    width: float = WIDTH


def bars(rows: Sequence[tuple[str, str, int, str]]) -> Drawing:
    """Return horizontal bars from zero: `(label, colour's class, length, words at its end)`, in their order."""
    longest = max((n for _, _, n, _ in rows), default=0)
    # The words at the end of the longest bar need room too.
    unit = (WIDTH - _LABELS) / (longest * 1.9 or 1)
    shapes: list[Bar] = []
    texts: list[Text] = []
    for at, (label, colour, n, words) in enumerate(rows):
        top = at * _BAR_STEP + 7
        base = top + 12.5
        shapes.append(Bar(colour, _LABELS, top, _rounded(n * unit), _BAR_HEIGHT))
        texts.append(Text(_fitting(label, _LABELS - 8), _LABELS - 8, base, "end"))
        texts.append(Text(words, _rounded(_LABELS + n * unit + 7), base))
    return Drawing("round", len(rows) * _BAR_STEP, shapes, texts)


def shares(rows: Sequence[tuple[str, str, Sequence[int]]], colours: Sequence[str]) -> Drawing:
    """Return bars of one length, each divided into parts: `(words above, words at the right, the counts of the parts)`.

    Args:
        rows: from top to bottom; each has a count above zero.
        colours: the class of each part, from left to right.
    """
    shapes: list[Bar] = []
    texts: list[Text] = []
    for at, (left, right, counts) in enumerate(rows):
        top = at * _SHARE_STEP
        room = WIDTH - len(right) * _LETTER - 8
        texts.append(Text(_fitting(left, room), 0, top + 16))
        texts.append(Text(right, WIDTH, top + 16, "end", "faint"))
        start, unit = 0.0, WIDTH / sum(counts)
        for colour, n in zip(colours, counts, strict=True):
            if n:
                shapes.append(Bar(colour, _rounded(start), top + 24, _rounded(n * unit), _SHARE_HEIGHT))
            start += n * unit
    return Drawing("divided", len(rows) * _SHARE_STEP, shapes, texts)


def columns(rows: Sequence[tuple[str, Mapping[str, int]]], parts: Sequence[str]) -> Drawing:
    """Return stacked columns over time: `(label, counts by part)`, oldest first, each sum above its column.

    Args:
        rows: from left to right.
        parts: the parts, each the class of its colour, from the bottom upwards.
    """
    sums = [sum(counts.get(part, 0) for part in parts) for _, counts in rows]
    ticks = _ticks(max(sums, default=0))
    unit = _PLOT_HEIGHT / (ticks[-1] or 1)
    bottom = _PLOT_TOP + _PLOT_HEIGHT
    heights = [_rounded(bottom - tick * unit) for tick in ticks]
    texts = [Text(str(tick), _AXIS - 8, y + 4.5, "end", "faint") for tick, y in zip(ticks, heights, strict=True)]
    slanted = len(rows) > _MOST_LEVEL_LABELS
    shapes: list[Bar] = []
    step = (WIDTH - _AXIS) / max(len(rows), 1)
    for at, ((label, counts), whole) in enumerate(zip(rows, sums, strict=True)):
        middle = _rounded(_AXIS + (at + 0.5) * step)
        shapes += _stack(counts, parts, middle - step * 0.33, step * 0.66, unit)
        texts.append(Text(str(whole), middle, _rounded(bottom - whole * unit - 6), "middle", "strong"))
        texts.append(
            Text(label, middle + 4, bottom + 16, "end", "faint", -45)
            if slanted
            else Text(label, middle, bottom + 20, "middle", "faint")
        )
    return Drawing("divided", bottom + (62 if slanted else 30), shapes, texts, heights)


def _stack(counts: Mapping[str, int], parts: Sequence[str], x: float, width: float, unit: float) -> Iterator[Bar]:
    """Yield the parts of one column, the first one at its foot."""
    top = float(_PLOT_TOP + _PLOT_HEIGHT)
    for part in parts:
        height = counts.get(part, 0) * unit
        top -= height
        if height:
            yield Bar(part, _rounded(x), _rounded(top), _rounded(width), _rounded(height))


def _ticks(highest: int) -> list[int]:
    """Return the whole numbers at an axis from 0 to at least `highest`, in steps of 1, 2 or 5 times a power of ten."""
    rough = max(highest / 5, 1)
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [step * level for level in range(max(math.ceil(highest / step), 1) + 1)]


def _fitting(words: str, room: float) -> str:
    """Return the words, cut short where they would probably be wider than their room: fonts differ."""
    letters = int(room / _LETTER)
    return words if len(words) <= letters else f"{words[: letters - 1].rstrip()}…"


def _rounded(length: float) -> float:
    return round(length, 2)
