"""What a file's author or a service writes moves no cursor, runs in no spreadsheet, hides nothing. All is invented."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from rich.console import Console

from flows.console import say, show_lines, show_rows
from flows.errors import print_json, show_error
from flows.orchestration.artifacts import escape
from flows.output import hide_from_now_on
from schemas.errors import UsageError
from tasks.reports.csv_text import as_csv
from tasks.reports.line_report import COLUMNS, report_html

# Goes up three lines, clears what stands there, writes something else; in every spelling that terminals obey.
ATTACKS = [
    "\x1b[3A\x1b[2K",
    "\x9b3A\x9b2K",
    "\x1b]0;title\x07",
    "\u202e",
    "\u2066",
    "\r",
    "\x08" * 40,
    "\x7f",
    "\u2028",
]
HARMFUL = set("\x1b\x9b\x07\x08\x7f\u202e\u2066\u2028\r")
LINE = {"line": "2", "owner": "1", "action": "delete", "outcome": "", "accepted": "", "id": "", "message": "why"}
SIDES = dict.fromkeys(["name_before", "number_before", "name_after", "number_after"], "")


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_comment_hides_no_deletion_from_the_terminal(attack: str, capsys: pytest.CaptureFixture[str]) -> None:
    line = {**LINE, **SIDES, "name_before": f"Dean{attack}", "number_before": "22 999 00 01", "message": attack}
    show_lines(f"plan {attack}", [line, {**line, "owner": attack}])
    show_rows(f"rows {attack}", [{"what": attack}], ["what"])
    say(f"note {attack}")
    show_error(UsageError(f"There is no plan {attack!s}?", remedy=attack))
    print_json({"name": f"{attack}"})
    shown = "".join(capsys.readouterr())
    assert not HARMFUL & set(shown), repr(shown)
    assert "delete" in shown
    assert "Dean" in shown
    assert len(shown.splitlines()) < 60


def test_json_says_the_same_with_its_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"name": "".join(ATTACKS)}
    print_json(value)
    assert json.loads(capsys.readouterr().out) == value


@pytest.mark.parametrize("attack", ATTACKS)
def test_artifacts_and_logs_show_it_as_signs(attack: str, caplog: pytest.LogCaptureFixture) -> None:
    assert not HARMFUL & set(escape(f"Dean{attack}"))
    hide_from_now_on([])
    with caplog.at_level(logging.INFO):
        logging.getLogger("anybody").info("Dean%s", attack)
    assert not HARMFUL & set(caplog.messages[0])


@pytest.mark.parametrize(
    "attack", [*ATTACKS, "x;=1+1", "=1+1", ";@SUM(1)", "x;\t=1+1", '";=1+1', "+1+cmd|' /C calc'!A0"]
)
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_report_runs_in_no_spreadsheet(attack: str, delimiter: str) -> None:
    text = as_csv(pd.DataFrame({"line": ["2"], "name": [attack], "x": ["y"]}, dtype="str")).decode()
    for row in csv.reader(io.StringIO(text), delimiter=delimiter):
        for cell in row:
            assert not cell.lstrip(" '\"").startswith(("=", "@")) or "'" in cell[: len(cell) - len(cell.lstrip(" '\""))]
            assert not HARMFUL & set(cell)


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from texts_of(item)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_page_shows_it_as_signs(attack: str) -> None:
    """In its tables, which a script fills from JSON, and in what stands there from the beginning."""
    rows = pd.DataFrame({column: [f"Dean{attack}"] for column in COLUMNS}, dtype="str").assign(
        line=2, http_status=0, attempts=0, action="delete", outcome="applied", problems=""
    )
    event = dict.fromkeys(["at", "action", "outcome", "message", "run"], attack)
    past = {0: [{**event, **dict.fromkeys(["name_before", "number_before", "name_after", "number_after"], attack)}]}
    guards = [{"guard": "max_deletes", "value": 1, "limit": 0, "message": f"why {attack}"}]
    summary = {
        **dict.fromkeys(["run", "sync", "title", "target", "source", "plan", "fingerprint"], f"x{attack}"),
        "rejected": 0,
        "guards": guards,
        "verified": True,
        "requests": {"read": 1, "write": 1},
    }
    page = report_html(summary, rows, generated_at=datetime(2026, 11, 21, tzinfo=UTC), past=past).decode()
    assert not HARMFUL & set(page)
    data = [
        json.loads(text) for text in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    ]
    shown = list(texts_of(data))
    assert any("Dean" in text for text in shown)
    assert not HARMFUL & set("".join(shown))


def test_the_console_is_what_the_tests_above_take_it_for() -> None:
    """Rich would pass the attack on: without the signs it would reach the terminal."""
    written = io.StringIO()
    Console(file=written).print("a\x1b[3Ab", markup=False)
    assert "\x1b[3A" in written.getvalue()
