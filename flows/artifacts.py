"""What a run shows in Prefect's pages: counts, problem lines, links to the reports, progress of writing.

Showing is a courtesy: where Prefect cannot be reached, the run goes on without it, and the ledger knows all the same.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)

from flows.run import Ran
from schemas.plan import TROUBLE, Action, Outcome

T = TypeVar("T")

_LOG = logging.getLogger("phonesync.artifacts")
# More rows make the page wait, ten thousand for more than a minute; the report has them all.
_MOST_ROWS = 500
_COLUMNS = ("sync", "line", "owner", "action", "outcome", "before", "after", "message")
# What could begin markup anywhere in a cell, and what only at its beginning: a list, a heading, a rule.
_MARKUP = re.compile(r"[\\`*_~<>\[\]&@]|:(?=//)|(?<=www)\.|^(?:[-+](?=[-+\s]|$)|#)", re.IGNORECASE)
_NUMBERED = re.compile(r"^(\d+)([.)])")


def escape(text: object) -> str:
    """Return the text so that Prefect's pages, which read cells as markdown, show exactly its characters.

    A backslash stands before what would be read as markup, and before nothing else: the newer pages show cells as they
    are. Line breaks and other white space become single spaces.
    """
    words = " ".join(str(text).split())
    return _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(lambda found: f"\\{found[0]}", words))


def show(ran: Ran, sentence: str, *, planned: bool) -> None:
    """Show how a run ended: the sentence with the reports, the counts of every sync, the lines that need somebody."""
    syncs = ran.summary["syncs"]
    _courteously(create_markdown_artifact, markdown=reports_page(ran, sentence), key="phonesync-reports")
    _courteously(
        create_table_artifact,
        table=counts_table(syncs),
        key="phonesync-counts",
        description=f"Run {escape(ran.summary['run'])}: " + ("what would change" if planned else "what was done"),
    )
    rows, lines = problem_rows([reported.lines for reported in ran.reported], planned=planned)
    more = f"; the first {len(rows)} are here, all of them in the reports" if lines > len(rows) else ""
    said = (
        f"{lines:,} {'line needs' if lines == 1 else 'lines need'} somebody{more}" if lines else "No line needs anybody"
    )
    _courteously(create_table_artifact, table=rows, key="phonesync-problem-lines", description=f"{said}.")


def counts_table(syncs: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return one row a sync; words that occur nowhere have no column."""
    words = [
        (kind, str(word.value))
        for kind, vocabulary in (("actions", Action), ("outcomes", Outcome))
        for word in vocabulary
        if any(sync[kind][word] for sync in syncs)
    ]
    return [
        {
            "sync": escape(sync["sync"]),
            **{f"{kind[:-1]} {word}": str(sync[kind][word]) for kind, word in words},
            "rejected lines": str(sync["rejected"]),
            "reads": str(sync["requests"]["read"]),
            "writes": str(sync["requests"]["write"]),
            "verified": "yes" if sync["verified"] else "no",
        }
        for sync in syncs
    ]


def problem_rows(reports: Sequence[pd.DataFrame], *, planned: bool) -> tuple[list[dict[str, str]], int]:
    """Return the rows to show, and how many lines need somebody in all.

    Args:
        reports: line reports as people may see them: numbers of users are masked in them.
        planned: nothing was applied, so that held lines are known by their action.
    """
    words = {str(Action.HOLD.value)} if planned else {str(word.value) for word in TROUBLE}
    column = "action" if planned else "outcome"
    troubled = [lines[lines[column].isin(words)] for lines in reports]
    rows: list[dict[str, str]] = []
    for lines in troubled:
        for row in lines.head(_MOST_ROWS - len(rows)).astype(object).to_dict("records"):
            sides = {side: f"{row[f'name_{side}']} {row[f'number_{side}']}" for side in ("before", "after")}
            cells: dict[Any, Any] = {**row, **sides}
            rows.append({name: escape(cells[name]) for name in _COLUMNS})
    return rows, sum(map(len, troubled))


def reports_page(ran: Ran, sentence: str) -> str:
    """Return the run's sentence, and for every sync its report, its guards and its error."""
    parts = [f"# Run {escape(ran.summary['run'])}", escape(sentence)]
    for sync in ran.summary["syncs"]:
        parts.append(f"## {escape(sync['sync'])}")
        if "html" in sync["reports"]:
            path = Path(sync["reports"]["html"])
            # A browser follows a link to a file only from a page that is a file itself: the path is there to be copied.
            parts.append(f"[Report]({path.as_uri()}) on the machine that ran it: {escape(path)}")
        guards = [f"guard {guard['guard']}: {guard['message']}" for guard in sync["guards"]]
        parts += [escape(text) for text in ([sync["error"]] if "error" in sync else guards)]
    return "\n\n".join(parts)


class Progress:
    """A bar in Prefect's pages while a sync writes."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._shown = 0

    def around(self, sync: str, write: Callable[..., T]) -> Callable[..., T]:
        """Return the same writing with a bar around it; to be called inside its task, so that the bar is the task's."""

        def watched(*args: Any) -> T:
            self._shown = 0
            self._bar = _courteously(create_progress_artifact, progress=0.0, description=f"Writing {escape(sync)}")
            try:
                return write(*args)
            finally:
                self._bar = None

        return watched

    def told(self, _what: str, done: int, total: int) -> None:
        """Move the bar, where there is one, by whole percents; reading has none."""
        percent = 100 * done // total if total else 100
        if self._bar is not None and percent > self._shown:
            self._shown = percent
            self._bar = _courteously(update_progress_artifact, self._bar, progress=float(percent))


def _courteously(shown: Callable[..., T], *args: Any, **details: Any) -> T | None:
    """Show something, or go on without: what is being written to somebody's directory is never cut short for it."""
    try:
        return shown(*args, **details)
    except Exception as error:  # noqa: BLE001 - whatever Prefect's client raises
        _LOG.warning("Prefect does not show this: %s", type(error).__name__)
        return None
