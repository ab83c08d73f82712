"""Write down what became of every line: as a table, as CSV, as JSON, and as a page that people read.

Each function returns text; a connector writes it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from markupsafe import Markup

from schemas.plan import TROUBLE, WRITES, Action, Outcome, count
from tasks.headline import ACTION_WORDS, OUTCOME_WORDS, Tally, headline, next_steps
from tasks.mask import HIDDEN, mask_numbers, mask_texts

COLUMNS = [
    "sync",
    "line",
    "owner",
    "action",
    "outcome",
    "name_before",
    "number_before",
    "name_after",
    "number_after",
    "message",
    "http_status",
    "attempts",
    "at",
]
_NUMBERS = ("number_before", "number_after")
_TEXTS = ("name_before", "name_after", "message")
_OPTIONAL = ("plan", "fingerprint", "rejected", "requests")
_REJECTED_CELL = r'(rejected: [^"]*|; [^";]*) ".*?": '
_MAY_RUN = r"^[=@\t\r+\-]"
_IS_NUMBER = r"^[+\-][0-9 ()./,;|•-]*$"
_SPECIAL = (b'"', b",", b"\r", b"\n")
_INTEGERS = ("line", "http_status", "attempts")
# An entry that stands in no line and a change that got no answer have no 0 to show.
_EMPTY_WHERE_0 = ("line", "http_status")


def line_report(lines: pd.DataFrame, *, masked: bool) -> pd.DataFrame:
    """Return the line report as text, in exactly `COLUMNS`, one row per row of `lines` in its order.

    Args:
        lines: a `Result`, or a line report.
        masked: hide numbers, also those that stand in names (columns are swapped by mistake) and in messages.

    Returns:
        Text columns; `line` and `http_status` are "" where they are 0.
    """
    report = lines[COLUMNS].astype("str").reset_index(drop=True)
    for column in _EMPTY_WHERE_0:
        report[column] = report[column].where(report[column] != "0", "")
    if masked:
        for column in _NUMBERS:
            report[column] = mask_numbers(report[column])
        for column in _TEXTS:
            report[column] = mask_texts(report[column])
        # A rejected cell may hold anything: somebody's name stands in the column of numbers sooner or later.
        report["message"] = report["message"].str.replace(_REJECTED_CELL, r'\1 "•••": ', regex=True)
    return report


def report_csv(lines: pd.DataFrame) -> bytes:
    r"""Return the line report as CSV: UTF-8 without a byte order mark, commas, "\n", quotes only where needed.

    Numbers are never altered. A text that a spreadsheet would run as a formula (it begins with `=`, `@`, a tab, or with
    a sign that begins no number) gets an apostrophe in front, which is how spreadsheets themselves mark a text.
    """
    report = line_report(lines, masked=False)
    rows = pc.binary_join_element_wise(*(_quoted(report[column]) for column in COLUMNS), ",")
    whole = pa.ListArray.from_arrays([0, len(rows)], rows)
    body: str = pc.binary_join(whole, pa.scalar("\n", pa.string()))[0].as_py()
    return "\n".join([",".join(COLUMNS), *([body] if len(rows) else []), ""]).encode()


def _quoted(texts: pd.Series) -> pa.Array:
    """Quote what a reader of CSV could not tell from structure; on columns, as a million rows are not rare."""
    values = _harmless(pa.chunked_array(pa.array(texts, type=pa.string())).combine_chunks())
    data = values.buffers()[2]
    text = data.to_pybytes() if data else b""
    if not any(sign in text for sign in _SPECIAL):
        return values
    special = pc.match_substring_regex(values, pattern='[",\r\n]')
    doubled = pc.replace_substring(values, pattern='"', replacement='""')
    return pc.if_else(special, pc.binary_join_element_wise('"', doubled, '"', ""), values)


def _harmless(values: pa.Array) -> pa.Array:
    """Put an apostrophe before what a spreadsheet would run; a number such as `+48…` or `-12` is none of it."""
    suspect = pc.match_substring_regex(values, pattern=_MAY_RUN)
    if not pc.any(suspect).as_py():
        return values
    runs = pc.and_not(suspect, pc.match_substring_regex(values, pattern=_IS_NUMBER))
    return pc.if_else(runs, pc.binary_join_element_wise("'", values, ""), values)


def report_json(summary: Mapping[str, Any], lines: pd.DataFrame) -> str:
    """Return `summary` with the line report under `lines`: one object a row, null where a number is missing."""
    report = line_report(lines, masked=False)
    columns = [[int(v) if v else None for v in report[c]] if c in _INTEGERS else report[c].tolist() for c in COLUMNS]
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]
    return json.dumps({**summary, "lines": rows}, ensure_ascii=False, default=str) + "\n"


def report_html(summary: Mapping[str, Any], lines: pd.DataFrame, *, generated_at: datetime) -> str:
    """Return one self-contained page: it loads nothing, runs only its own script, and shows text as text.

    Args:
        summary: one element of `syncs` as `--json` prints it, with `run`, `title`, `target`, `source`, and `error`
            where the run stopped.
        lines: a `Result`, or a line report; show people's numbers only after masking.
        generated_at: when the page was made, with its time zone.
    """
    report = line_report(lines, masked=False)
    tally = Tally(len(report), count(report["action"], Action), count(report["outcome"], Outcome))
    script = Markup(_part("report.js"))  # noqa: S704 - our own file
    page = {
        "summary": {**dict.fromkeys(_OPTIONAL), **summary},
        "headline": headline(summary, tally),
        "guards": [_guard(guard) for guard in summary.get("guards") or ()],
        "steps": next_steps(summary, tally),
        "tally": tally,
        "tiles": _tiles(tally),
        "bars": _bars(tally),
        "masked": any(bool(report[column].str.startswith(HIDDEN[:3]).any()) for column in _NUMBERS),
        "generated_at": generated_at,
        "style": Markup(_part("report.css")),  # noqa: S704 - our own file
        "script": script,
        # The browser runs the script with this digest and no other, whatever else might get into the page.
        "script_digest": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
        "data": _embedded(_page_data(report)),
    }
    return _template().render(page)


@cache
def _template() -> jinja2.Template:
    """Compile the page once: it takes longer than filling it for a small sync."""
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_part("report.html.j2"))


def _part(name: str) -> str:
    return files("tasks").joinpath("templates", name).read_text(encoding="utf-8")


def _embedded(value: object) -> Markup:
    """Return JSON that cannot end the element it stands in: no `<`, `>` or `&` is left in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - escaped above


def _page_data(report: pd.DataFrame) -> dict[str, Any]:
    """Return what the script needs; a column is its distinct values and where they stand, which is small and quick."""
    columns: dict[str, Any] = {}
    for column in COLUMNS[1:]:
        if column == "line":
            columns[column] = [int(value or 0) for value in report[column]]
            continue
        positions, values = pd.factorize(report[column])
        columns[column] = {"values": values.tolist(), "at": positions.tolist()}
    words = {
        "action": {action.value: words for action, words in ACTION_WORDS.items()},
        "outcome": {outcome.value: words for outcome, words in OUTCOME_WORDS.items()},
    }
    groups = {"changes": [action.value for action in WRITES], "attention": [outcome.value for outcome in TROUBLE]}
    return {"columns": columns, "words": words, "groups": groups}


@dataclass(frozen=True)
class Tile:
    """A count that stands large at the top; pressing it shows just its lines."""

    label: str
    count: int
    column: str = ""
    value: str = ""


@dataclass(frozen=True)
class Segment:
    """One word of a bar: how often it occurs, and how much of all lines that is."""

    column: str
    word: str
    label: str
    meaning: str
    count: int
    share: str


@dataclass(frozen=True)
class Bar:
    """One stacked bar; its lengths are the counts themselves, the small ones not made larger."""

    title: str
    description: str
    segments: Sequence[Segment]


def _guard(guard: Mapping[str, Any]) -> dict[str, str]:
    """Return a guard with its figures as people write them: shares as percentages, counts as they are."""
    name, value, limit = str(guard["guard"]), float(guard["value"]), float(guard["limit"])
    if name.endswith(("_share", "_drop")):
        value, limit, unit = 100 * value, 100 * limit, " %"
    else:
        unit = ""
    figures = {"value": f"{value:,.1f}", "limit": f"{limit:,.1f}"}
    return {"name": name, "message": str(guard["message"])} | {
        key: figure.removesuffix(".0") + unit for key, figure in figures.items()
    }


def _tiles(tally: Tally) -> list[Tile]:
    if tally.is_plan:
        return [
            Tile("Lines in this plan", tally.lines),
            Tile("Changes wanted", tally.changes, "action", "changes"),
            Tile("Already right", tally.actions[Action.KEEP], "action", Action.KEEP),
            Tile("Held", tally.actions[Action.HOLD], "action", Action.HOLD),
        ]
    return [
        Tile("Lines in this report", tally.lines),
        Tile("Applied", tally.outcomes[Outcome.APPLIED], "outcome", Outcome.APPLIED),
        Tile("Unchanged", tally.outcomes[Outcome.UNCHANGED], "outcome", Outcome.UNCHANGED),
        Tile("Need attention", tally.trouble, "outcome", "attention"),
    ]


def _bars(tally: Tally) -> list[Bar]:
    wanted = _segments("action", tally.actions, ACTION_WORDS.items(), tally.lines)
    happened = _segments("outcome", tally.outcomes, OUTCOME_WORDS.items(), tally.lines)
    bars = [Bar("What was wanted", _described(wanted), wanted)]
    return bars if tally.is_plan else [*bars, Bar("What happened", _described(happened), happened)]


def _segments(
    column: str, counts: Mapping[str, int], words: Iterable[tuple[Action | Outcome, tuple[str, str]]], lines: int
) -> list[Segment]:
    return [
        Segment(column, word.value, label, meaning, counts[word], _share(counts[word], lines))
        for word, (label, meaning) in words
    ]


def _described(segments: Sequence[Segment]) -> str:
    return ", ".join(f"{segment.label} {segment.count:,} ({segment.share})" for segment in segments if segment.count)


def _share(part: int, whole: int) -> str:
    """Return a percentage that never claims all or nothing where it is neither."""
    if not part or not whole:
        return "0 %"
    percent = 100 * part / whole
    if part < whole and percent > 99.9:
        return "> 99.9 %"
    return "< 0.1 %" if percent < 0.1 else f"{percent:.1f} %".replace(".0 %", " %")
