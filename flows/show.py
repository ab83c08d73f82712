"""Show a person what happened: tables and sentences on the terminal, colours off where nobody sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from flows.run import Ran
from flows.target import Progress as Told
from schemas.errors import PhonesyncError
from schemas.plan import TROUBLE, Action, Outcome
from tasks.report import COLUMNS

_PROBLEM_LINES = 20
_STYLES = {"failed": "red", "conflict": "red", "unknown": "red", "unplanned": "red", "held": "yellow"}


def out() -> Console:
    """Return the console for results."""
    return Console(highlight=False, soft_wrap=False)


def err() -> Console:
    """Return the console for everything that is not a result."""
    return Console(stderr=True, highlight=False)


def show_error(error: PhonesyncError) -> None:
    """Say what went wrong and what to do next."""
    console = err()
    console.print(f"[bold red]{escape(error.message)}[/]", soft_wrap=True)
    if error.remedy:
        console.print(escape(error.remedy), soft_wrap=True)


@contextmanager
def progress_bar() -> Iterator[Told]:
    """Show progress on standard error while a person watches, nothing otherwise."""
    console = err()
    if not console.is_terminal:
        yield lambda *_: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total, visible=done < total)

        yield told


def show_run(ran: Ran, *, planned: bool) -> None:
    """Show every sync: the counts, the lines that need somebody, the guards, and what to do next."""
    console = out()
    console.print(_counts(ran.summary["syncs"], planned=planned))
    for reported in ran.reported:
        lines = reported.lines
        interesting = lines["outcome"].isin([str(word.value) for word in TROUBLE])
        if planned:
            interesting = ~lines["action"].isin([Action.KEEP, Action.FOREIGN])
        some = lines[interesting]
        if len(some):
            console.print(_lines(reported.summary["sync"], some, planned=planned))
        for guard in reported.summary["guards"]:
            console.print(f"[yellow]guard {guard['guard']}: {escape(guard['message'])}[/]", soft_wrap=True)
        if planned:
            console.print(f"Apply it: phonesync apply {escape(str(reported.summary['plan']))}", soft_wrap=True)
        console.print(f"Report: {escape(reported.summary['reports']['html'])}", soft_wrap=True)
    for error in ran.errors:
        show_error(error)


def _counts(syncs: Sequence[Mapping[str, Any]], *, planned: bool) -> Table:
    words: Sequence[Action | Outcome] = list(Action) if planned else list(Outcome)
    kind = "actions" if planned else "outcomes"
    table = Table(title="Plan: nothing was written" if planned else None, title_justify="left")
    table.add_column("sync")
    used = [word for word in words if any(sync[kind][word] for sync in syncs)]
    for word in used:
        table.add_column(str(word.value), justify="right")
    for column in ("rejected", "requests") if planned else ("rejected", "requests", "writes", "verified"):
        table.add_column(column, justify="right")
    for sync in syncs:
        cells = [str(sync[kind][word] or "") for word in used]
        requests = sync["requests"]
        cells += [str(sync["rejected"] or ""), str(requests["read"] + requests["write"])]
        if not planned:
            cells += [str(requests["write"]), "yes" if sync["verified"] else "no"]
        table.add_row(sync["sync"], *cells)
    return table


def _lines(sync: str, lines: Any, *, planned: bool) -> Table:
    title = f"{sync}: what would change" if planned else f"{sync}: lines that need somebody"
    table = Table(title=escape(title), title_justify="left")
    columns = ["line", "owner", "action" if planned else "outcome"]
    for column in (*columns, "before", "after", "message"):
        table.add_column(column, overflow="fold")
    for row in lines.head(_PROBLEM_LINES).to_dict("records"):
        before = " ".join(filter(None, (row["name_before"], row["number_before"])))
        after = " ".join(filter(None, (row["name_after"], row["number_after"])))
        cells = [escape(text) for text in (*(row[column] for column in columns), before, after, row["message"])]
        table.add_row(*cells, style=_STYLES.get(row["outcome"]))
    if len(lines) > _PROBLEM_LINES:
        table.caption = f"{len(lines) - _PROBLEM_LINES} more in the report"
    return table


def show_rows(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Show a plain table."""
    table = Table(title=title or None, title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape("" if row.get(column) is None else str(row[column])) for column in columns))
    out().print(table)


REPORT_COLUMNS = COLUMNS
