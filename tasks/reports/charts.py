"""Draw the charts of a page as SVG, from Vega-Lite specifications, before anybody opens it.

The drawings need no script in the browser and load nothing. Their colours are names of the page's stylesheet, so that
they follow light, dark and paper. A screen reader gets the table beside a chart; the drawing is hidden from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import vl_convert
from markupsafe import Markup

_WIDTH = 340
_INK, _QUIET, _HAIR, _SURFACE = "var(--ink)", "var(--quiet)", "var(--hair)", "var(--surface)"
_PART: Mapping[str, Any] = {"field": "part", "type": "nominal", "legend": None}
_FONT = re.compile(r' font-family="[^"]*"')
_SIZE = re.compile(r'^<svg [^>]*viewBox="([^"]*)"[^>]*>')
_CONFIG: Mapping[str, Any] = {
    "font": "Liberation Sans, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": _QUIET,
        "labelFontSize": 13,
        "titleColor": _QUIET,
        "gridColor": _HAIR,
        "domain": False,
        "ticks": False,
        "labelPadding": 8,
        "labelLimit": 118,
    },
    "text": {"color": _INK, "fontSize": 13},
}


def bars(rows: Sequence[tuple[str, str, int, str]]) -> Markup:
    """Return horizontal bars from zero: `(label, colour's class, length, words at its end)`, in their order."""
    values = [{"label": label, "colour": f"var(--{kind})", "n": n, "says": says} for label, kind, n, says in rows]
    longest = max((n for _, _, n, _ in rows), default=0)
    bar = {"type": "bar", "height": 16, "cornerRadiusEnd": 3}
    # The words at the end of the longest bar need room too.
    scale = {"domain": [0, longest * 1.9 or 1]}
    x = {"field": "n", "type": "quantitative", "axis": None, "scale": scale}
    colour = {"field": "colour", "type": "nominal", "scale": None, "legend": None}
    text = {"mark": {"type": "text", "align": "left", "dx": 7}, "encoding": {"text": {"field": "says"}}}
    layer = [{"mark": bar, "encoding": {"color": colour}}, text]
    y = {"field": "label", "type": "nominal", "sort": None, "title": None, "axis": {"labelColor": _INK, **_extent(118)}}
    return _drawn({"height": {"step": 30}, "layer": layer, "encoding": {"x": x, "y": y}}, values)


def shares(rows: Sequence[tuple[str, str, Sequence[int]]], parts: Sequence[tuple[str, str]]) -> Markup:
    """Return bars of one length, each divided into parts: `(words above, words at the right, the counts of the parts)`.

    Args:
        rows: from top to bottom.
        parts: `(label, colour)` of each part, from left to right.
    """
    values = [
        {"row": row, "left": left, "right": right, "part": label, "order": at, "n": n}
        for row, (left, right, counts) in enumerate(rows)
        for at, ((label, _), n) in enumerate(zip(parts, counts, strict=True))
    ]
    domain, colours = [label for label, _ in parts], [f"var(--{colour})" for _, colour in parts]
    colour = {**_PART, "scale": {"domain": domain, "range": colours}}
    bar = {"type": "bar", "height": 12, "stroke": _SURFACE, "strokeWidth": 1.5, "yOffset": 10}
    x = {"field": "n", "type": "quantitative", "stack": "normalize", "axis": None}
    first = [{"filter": "datum.order === 0"}]
    words: list[dict[str, Any]] = [
        {
            "transform": first,
            "mark": {"type": "text", "align": side, "dy": -7, "color": tint, "limit": limit},
            "encoding": {"x": {"value": at}, "text": {"field": side}},
        }
        for side, at, tint, limit in (("left", 0, _INK, 260), ("right", _WIDTH - 10, _QUIET, 120))
    ]
    layer = [{"mark": bar, "encoding": {"x": x, "color": colour, "order": {"field": "order"}}}, *words]
    y = {"field": "row", "type": "ordinal", "axis": None}
    return _drawn({"height": {"step": 44}, "layer": layer, "encoding": {"y": y}}, values)


def columns(rows: Sequence[tuple[str, Mapping[str, int]]], parts: Sequence[tuple[str, str, str]]) -> Markup:
    """Return stacked columns over time: `(label, counts by part)`, oldest first, each sum above its column.

    Args:
        rows: from left to right; no two labels are the same.
        parts: `(part, label, colour)`, from the bottom upwards.
    """
    values = [
        {"at": at, "part": label, "order": place, "n": counts.get(part, 0)}
        for at, counts in rows
        for place, (part, label, _) in enumerate(parts)
    ]
    domain, colours = [label for _, label, _ in parts], [f"var(--{colour})" for _, _, colour in parts]
    colour = {**_PART, "scale": {"domain": domain, "range": colours}}
    bar = {"type": "bar", "stroke": _SURFACE, "strokeWidth": 1, "width": {"band": 0.66}}
    axis = {**_extent(62 if len(rows) > 5 else 30), "labelAngle": -45 if len(rows) > 5 else 0, "labelOverlap": False}
    x = {"field": "at", "type": "ordinal", "sort": None, "title": None, "axis": axis}
    y = {
        "field": "n",
        "type": "quantitative",
        "title": None,
        "axis": {**_extent(44), "tickCount": 4, "format": "d", "tickMinStep": 1},
    }
    total = {
        "mark": {"type": "text", "dy": -8, "fontWeight": 600},
        "encoding": {
            "y": {"field": "n", "type": "quantitative", "aggregate": "sum"},
            "text": {"field": "n", "aggregate": "sum"},
        },
    }
    layer = [{"mark": bar, "encoding": {"y": y, "color": colour, "order": {"field": "order"}}}, total]
    return _drawn({"height": 170, "layer": layer, "encoding": {"x": x}}, values)


def _extent(width: int) -> dict[str, int]:
    """Keep room for labels without measuring letters, whose width differs from machine to machine."""
    return {"minExtent": width, "maxExtent": width}


def _drawn(spec: Mapping[str, Any], values: Sequence[Mapping[str, Any]]) -> Markup:
    """Return the drawing as an element of the page: the page's own letters, no fixed size, nothing read aloud."""
    whole = {
        "data": {"values": values},
        "width": _WIDTH,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "background": None,
        "padding": 2,
        "config": _CONFIG,
        **spec,
    }
    drawing = vl_convert.vegalite_to_svg(whole, vl_version="6.4")
    drawing = _SIZE.sub(r'<svg class="chart" viewBox="\1" aria-hidden="true" focusable="false">', drawing)
    return Markup(_FONT.sub("", drawing))  # noqa: S704 - the library escapes what it writes
