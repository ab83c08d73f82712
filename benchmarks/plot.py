"""Draw lines by two logarithmic axes as an SVG file that needs no script: the plots of `benchmarks/README.md`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import jinja2

_LEFT, _TOP, _WIDTH, _HEIGHT = 60.0, 40.0, 460.0, 300.0
_COLOURS = ("#4c78a8", "#f58518", "#e45756", "#72b7b2", "#54a24b", "#b79a20", "#b279a2", "#9d755d")
_TEMPLATE = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{ width }} {{ height }}" width="{{ width }}" \
height="{{ height }}" font-family="sans-serif" font-size="12">
<title>{{ title }}</title>
<rect width="100%" height="100%" fill="white"/>
<text x="{{ left }}" y="22" font-size="14" font-weight="bold">{{ title }}</text>
{% for at, label in x_ticks -%}
<path d="M{{ at }} {{ top }}V{{ bottom }}" stroke="#ddd"/><text x="{{ at }}" y="{{ bottom + 18 }}" \
text-anchor="middle">{{ label }}</text>
{% endfor -%}
{% for at, label in y_ticks -%}
<path d="M{{ left }} {{ at }}H{{ right }}" stroke="#ddd"/><text x="{{ left - 8 }}" y="{{ at + 4 }}" \
text-anchor="end">{{ label }}</text>
{% endfor -%}
<text x="{{ (left + right) / 2 }}" y="{{ bottom + 38 }}" text-anchor="middle" font-weight="bold">lines</text>
<text transform="translate(16 {{ (top + bottom) / 2 }}) rotate(-90)" text-anchor="middle" \
font-weight="bold">seconds</text>
{% for name, colour, weight, points in curves -%}
<polyline fill="none" stroke="{{ colour }}" stroke-width="{{ weight }}" \
points="{% for x, y in points %}{{ x }},{{ y }} {% endfor %}"/>
{% for x, y in points %}<circle cx="{{ x }}" cy="{{ y }}" r="3" fill="{{ colour }}"/>{% endfor %}
<circle cx="{{ right + 24 }}" cy="{{ top + 6 + 20 * loop.index0 }}" r="5" fill="{{ colour }}"/>\
<text x="{{ right + 36 }}" y="{{ top + 10 + 20 * loop.index0 }}">{{ name }}</text>
{% endfor -%}
</svg>
"""


def draw(file: Path, title: str, curves: Mapping[str, Sequence[tuple[float, float]]], bold: str) -> None:
    """Write the plot of each program's seconds by lines.

    Args:
        file: where it goes.
        title: what stands above it.
        curves: by program, in the order of the key: `(lines, seconds)`, all above zero.
        bold: the program that is drawn thickest.
    """
    points = [point for curve in curves.values() for point in curve]
    x, x_ticks = _scale([lines for lines, _ in points], _LEFT, _LEFT + _WIDTH)
    y, y_ticks = _scale([seconds for _, seconds in points], _TOP + _HEIGHT, _TOP)
    drawn = [
        (name, _COLOURS[at % len(_COLOURS)], 4 if name == bold else 1.5, [(x(a), y(b)) for a, b in curve])
        for at, (name, curve) in enumerate(curves.items())
    ]
    template = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(_TEMPLATE)
    places = {"left": _LEFT, "right": _LEFT + _WIDTH, "top": _TOP, "bottom": _TOP + _HEIGHT}
    text = template.render(title=title, curves=drawn, x_ticks=x_ticks, y_ticks=y_ticks, width=800, height=400, **places)
    file.write_text(text, encoding="utf-8")


def _scale(
    values: Sequence[float], start: float, end: float
) -> tuple[Callable[[float], float], list[tuple[float, str]]]:
    """Return where a value stands on an axis, and the axis's labels: the powers of ten within it."""
    low, high = (math.log10(value) for value in (min(values) * 0.8, max(values) * 1.25))

    def place(value: float) -> float:
        return round(start + (end - start) * (math.log10(value) - low) / (high - low), 1)

    powers = range(math.ceil(low), math.floor(high) + 1)
    return place, [(place(10.0**power), f"{10.0**power:,.10g}") for power in powers]
