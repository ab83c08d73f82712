"""What a sync shows in Prefect's pages: counts, lines, links to the reports, progress of writing.

None of it has a key: from a run's page a key leads to a list of all runs, and what has none leads to what this run did.
A card shows the first thirty characters of a description, so these say what it is.

Showing is a courtesy: where Prefect cannot be reached, the run goes on without it, and the ledger knows all the same.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote
from uuid import UUID

import pandas as pd
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.client.orchestration import get_client
from prefect.runtime import flow_run

from flows.console import word_of
from flows.context import RunContext
from flows.orchestration.final_states import planned_changes, waiting
from flows.run import RunResult
from schemas.plan import TROUBLE, WRITES, Action, Outcome
from schemas.settings import Language
from tasks.messages.catalogue import figure, render, text
from tasks.messages.command_lines import PLAIN, as_typed
from tasks.messages.errors import told_again
from tasks.messages.guards import guard_sentence
from tasks.messages.owners import owner_in
from tasks.plain_text import plain

T = TypeVar("T")

_LOG = logging.getLogger("phonesync.artifacts")
# More rows make the page wait, ten thousand for more than a minute; the report has them all.
_MOST_ROWS = 500
_COLUMNS = ("sync", "line", "outcome", "message", "action", "owner", "before", "after")
# What could begin markup anywhere in a cell, and what only at its beginning: a list, a heading, a rule.
_MARKUP = re.compile(r"[\\`*_~<>\[\]&@]|:(?=//)|(?<=www)\.|^(?:[-+](?=[-+\s]|$)|#)", re.IGNORECASE)
_NUMBERED = re.compile(r"^(\d+)([.)])")


def escape(text: object) -> str:
    """Return the text so that Prefect's pages, which read cells as markdown, show exactly its characters.

    A backslash stands before what would be read as markup, and before nothing else: the newer pages show cells as they
    are. Line breaks and other white space become single spaces.
    """
    words = plain(" ".join(str(text).split()))
    return _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(lambda found: f"\\{found[0]}", words))


@dataclass(frozen=True)
class Links:
    """Where the reports of a run can be opened.

    Attributes:
        folder: where they lie on the machine that made them.
        base: the address at which that folder is served, "" where it is not.
        command: how phonesync is called there.
    """

    folder: Path
    base: str = ""
    command: str = PLAIN

    @classmethod
    def of(cls, context: RunContext) -> Links:
        """Return what the configuration says, else what the process was told that serves the folder."""
        base = context.settings.prefect.reports_url or context.environ.get("PHONESYNC_REPORTS_URL", "")
        return cls(context.settings.reports, base.rstrip("/"), context.command)

    def address(self, report: str) -> str:
        """Return the address of a report, "" where it has none that a browser follows from Prefect's pages."""
        path = Path(report)
        if not self.base or not path.is_relative_to(self.folder):
            return ""
        return f"{self.base}/{quote(path.relative_to(self.folder).as_posix(), safe='/')}"

    def markdown(self, reports: Mapping[str, str], lang: Language = "en") -> str:
        """Return the sentence that leads to a sync's report, "" where there is none."""
        if "html" not in reports:
            return ""
        address, path = self.address(reports["html"]), Path(reports["html"])
        if address:
            # The page takes the line from its address, too.
            return render("prefect.open", lang, address=address)
        # A browser follows a link to a file only from a page that is a file itself: the path is there to be copied.
        return render("prefect.file", lang, address=path.as_uri(), path=escape(path))


def show(
    run_result: RunResult, sentence: str, *, planned: bool, links: Links | None = None, lang: Language = "en"
) -> None:
    """Show how a run ended: the sentence with the reports, the counts of every sync, and what became of the lines."""
    syncs = run_result.summary["syncs"]
    best_effort(
        create_markdown_artifact,
        markdown=reports_page(run_result, sentence, links or Links(Path()), lang),
        description=text("prefect.report", lang),
    )
    if waits := waiting_table(syncs, lang):
        said = render("prefect.waiting_plans", lang, n=len(waits))
        best_effort(create_table_artifact, table=waits, description=said)
    best_effort(
        create_table_artifact,
        table=counts_table(syncs, lang),
        description=text("prefect.counts_planned" if planned else "prefect.counts_done", lang),
    )
    reports = [reported.lines for reported in run_result.reported]
    rows, lines = problem_rows(reports, planned=planned, lang=lang)
    key = "prefect.first_problems" if lines > len(rows) else "prefect.problems"
    said = render(key, lang, n=figure(lang, lines), shown=len(rows))
    best_effort(create_table_artifact, table=headed(rows, lang), description=said)
    rows, told = line_rows(reports, lang)
    best_effort(create_table_artifact, table=headed(rows, lang), description=told)


def counts_table(syncs: Sequence[Mapping[str, Any]], lang: Language = "en") -> list[dict[str, str]]:
    """Return one row a sync; words that occur nowhere have no column."""
    words = [
        (kind, str(word.value))
        for kind, vocabulary in (("actions", Action), ("outcomes", Outcome))
        for word in vocabulary
        if any(sync[kind][word] for sync in syncs)
    ]
    return [
        {
            text("prefect.sync", lang): escape(sync["sync"]),
            **{
                render(f"prefect.{kind}", lang, word=text(f"say.{word}", lang)): str(sync[kind][word])
                for kind, word in words
            },
            text("prefect.rejected", lang): str(sync["rejected"]),
            text("prefect.reads", lang): str(sync["requests"]["read"]),
            text("prefect.writes", lang): str(sync["requests"]["write"]),
            text("prefect.verified", lang): text("say.yes" if sync["verified"] else "say.no", lang),
        }
        for sync in syncs
    ]


def waiting_table(syncs: Sequence[Mapping[str, Any]], lang: Language = "en") -> list[dict[str, str]]:
    """Return one row for each sync whose plan waits for a yes: what it would do, what stopped it, how it goes on."""
    return [
        {
            text("prefect.sync", lang): escape(sync["sync"]),
            text("prefect.would_do", lang): planned_changes(sync, lang),
            text("prefect.stopped_by", lang): escape(" ".join(guard_sentence(one, lang) for one in sync["guards"])),
            text("prefect.plan", lang): escape(sync["plan"]),
            text("prefect.goes_on", lang): text("prefect.by_apply", lang),
        }
        for sync in waiting(syncs)
    ]


def problem_rows(
    reports: Sequence[pd.DataFrame], *, planned: bool, lang: Language = "en"
) -> tuple[list[dict[str, str]], int]:
    """Return the rows to show, and how many lines need somebody in all.

    Args:
        reports: line reports as people may see them: numbers of users are masked in them.
        planned: nothing was applied, so that held lines are known by their action.
        lang: the language in which owners are called.
    """
    words = {str(Action.HOLD.value)} if planned else {str(word.value) for word in TROUBLE}
    column = "action" if planned else "outcome"
    troubled = [lines[lines[column].isin(words)] for lines in reports]
    together = pd.concat(troubled) if troubled else pd.DataFrame(columns=list(_COLUMNS))
    return _rows(together.head(_MOST_ROWS), lang), len(together)


def headed(rows: Sequence[Mapping[str, str]], lang: Language) -> list[dict[str, str]]:
    """Return rows with headings and words of a language; codes stand in files."""
    worded = {"action", "outcome"}
    return [
        {text(f"prefect.{name}", lang): word_of(cell, lang) if name in worded else cell for name, cell in row.items()}
        for row in rows
    ]


def line_rows(reports: Sequence[pd.DataFrame], lang: Language = "en") -> tuple[list[dict[str, str]], str]:
    """Return every line of the files, or of large ones what is not at rest, and a sentence on where the others are."""
    everything = pd.concat(reports, ignore_index=True) if reports else pd.DataFrame(columns=list(_COLUMNS))
    if len(everything) <= _MOST_ROWS:
        return _rows(everything, lang), text("prefect.lines_all", lang)
    moving = everything[~everything["action"].isin([Action.KEEP, Action.FOREIGN])]
    if len(moving) <= _MOST_ROWS:
        return _rows(moving, lang), render("prefect.lines_moving", lang, n=figure(lang, len(everything)))
    said = render("prefect.lines_first", lang, shown=_MOST_ROWS, n=figure(lang, len(moving)))
    return _rows(moving.head(_MOST_ROWS), lang), said


def plan_rows(lines: pd.DataFrame, lang: Language = "en") -> list[dict[str, str]]:
    """Return the changes that a plan wants, what is taken away first, as many as a page can show."""
    changes = lines[lines["action"].isin(WRITES)]
    gone = changes["action"] == Action.DELETE
    return _rows(pd.concat([changes[gone], changes[~gone]]).head(_MOST_ROWS), lang)


def _rows(lines: pd.DataFrame, lang: Language) -> list[dict[str, str]]:
    shown = []
    for row in lines.astype(object).to_dict("records"):
        sides = {side: f"{row[f'name_{side}']} {row[f'number_{side}']}".strip() for side in ("before", "after")}
        cells: dict[Any, Any] = {**row, **sides, "owner": owner_in(row["owner"], lang)}
        shown.append({name: escape(cells[name]) for name in _COLUMNS})
    return shown


def reports_page(run_result: RunResult, sentence: str, links: Links, lang: Language = "en") -> str:
    """Return the run's sentence, and for every sync its report, its guards and its error."""
    parts = [
        f"# {render('prefect.run', lang, run=escape(run_result.summary['run']))}",
        escape(as_typed(sentence, links.command)),
    ]
    for sync in run_result.summary["syncs"]:
        parts.append(f"## {escape(sync['sync'])}")
        parts += filter(None, [links.markdown(sync["reports"], lang)])
        guards = [
            render("prefect.guard", lang, guard=guard["guard"], said=guard_sentence(guard, lang))
            for guard in sync["guards"]
        ]
        parts += [
            escape(text) for text in ([as_typed(told_again(sync, lang), links.command)] if "error" in sync else guards)
        ]
    return "\n\n".join(parts)


def rename_run(title: str) -> None:
    """Give the flow run that is under way this name: a list of runs then says what each did."""
    run = flow_run.get_id()
    if run:
        with get_client(sync_client=True) as client:
            best_effort(client.update_flow_run, UUID(run), name=title)


class ProgressArtifact:
    """A bar in Prefect's pages while a sync writes.

    Attributes:
        lang: the language of what stands beside it.
    """

    lang: Language = "en"

    def __init__(self) -> None:
        self._bar: Any = None
        self._shown = 0

    def around(self, sync: str, write: Callable[..., T]) -> Callable[..., T]:
        """Return the same writing with a bar around it; to be called inside its task, so that the bar is the task's."""

        def watched(*args: Any) -> T:
            self._shown = 0
            self._bar = best_effort(
                create_progress_artifact,
                progress=0.0,
                description=render("prefect.writing", self.lang, sync=escape(sync)),
            )
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
            self._bar = best_effort(update_progress_artifact, self._bar, progress=float(percent))


def best_effort(shown: Callable[..., T], *args: Any, **details: Any) -> T | None:
    """Show something, or go on without: what is being written to somebody's directory is never cut short for it."""
    try:
        return shown(*args, **details)
    except Exception as error:  # noqa: BLE001 - whatever Prefect's client raises
        _LOG.warning("Prefect does not show this: %s", type(error).__name__)
        return None
