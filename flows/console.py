"""Show a person what happened: tables and sentences on the terminal, colours off where nobody sees them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from flows.errors import show_error, show_errors
from flows.reporting import Reported
from flows.run import RunResult
from schemas.execution import Progress as Report
from schemas.exit_codes import ExitCode
from schemas.plan import TROUBLE, WRITES, Action, Outcome
from tasks.execution.status_changes import QUIET, sync_status
from tasks.plain_text import plain

__all__ = [
    "err",
    "near",
    "out",
    "progress_bar",
    "say",
    "show_error",
    "show_lines",
    "show_numbers",
    "show_rows",
    "show_run",
]

_SHOWN = 20  # lines of one sync on the terminal; the report has them all
_STYLES = {"failed": "red", "conflict": "red", "unknown": "red", "unplanned": "red", "held": "yellow"}
_MARKS = {"add": "+ ", "delete": "- "}


def out() -> Console:
    """Return the console for results."""
    return Console(highlight=False, soft_wrap=False)


def err() -> Console:
    """Return the console for everything that is not a result."""
    return Console(stderr=True, highlight=False)


@contextmanager
def progress_bar() -> Iterator[Report]:
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


def near(path: str | Path) -> str:
    """Return a path as short as it can be typed from here."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def shown(text: str) -> Text:
    """Return a text that does nothing to the terminal, whoever has written it."""
    return Text(plain(text, lines=True))


def say(text: str, style: str = "") -> None:
    """Print one line of words, never cut: it may be a command or a path to copy."""
    out().print(Text(plain(text), style=style), soft_wrap=True)


def show_run(run_result: RunResult, *, planned: bool, command: str = "phonesync") -> None:
    """Show every sync that got anywhere: the counts, the lines that matter, the guards, and what to do next.

    Args:
        run_result: the run.
        planned: it only made plans.
        command: how this phonesync is called, for the commands that are suggested.
    """
    summaries = run_result.summary["syncs"]
    if summaries:
        _show_titled("Plan: nothing was written" if planned else "Outcomes", _counts(summaries, planned=planned))
    for reported in run_result.reported:
        _show_reported(reported, planned=planned)
    _tell_the_end(summaries, planned=planned, command=command)
    if not run_result.summary["syncs"]:
        say("There was nothing to do.")
    reports = [summary["reports"]["html"] for summary in summaries if summary["reports"]]
    if reports:
        say(f"Reports: {near(Path(reports[0]).parent)}")
    if run_result.exit_code == ExitCode.LINES_FAILED and all(sync_status(summary) in QUIET for summary in summaries):
        say("Exit code 1: nothing but known and accepted problems; --exit-known 0 makes it 0.", "yellow")
    elif run_result.exit_code == ExitCode.LINES_FAILED:
        say(f"Exit code 1: {_troubles(summaries)}.", "yellow")
    show_errors(run_result.errors, summaries)


def _show_reported(reported: Reported, *, planned: bool) -> None:
    """Show what was reported of one sync: the lines that matter, notes, who said yes, and guards."""
    wanted = reported.lines[_matter(reported.lines, planned=planned)]
    if len(wanted):
        title = "what would change" if planned else "lines that need somebody"
        shown = [{str(name): str(cell) for name, cell in row.items()} for row in wanted[:_SHOWN].to_dict("records")]
        show_lines(f"{reported.summary['sync']}: {title}", shown)
    if len(wanted) > _SHOWN:
        say(f"and {len(wanted) - _SHOWN} more, in the report")
    if known := reported.summary["known"]:
        held = "1 held row is" if known == 1 else f"{known} held rows are"
        say(f"{reported.summary['sync']}: {held} known and accepted, see the report")
    for note in (*reported.summary.get("source_notes", ()), *reported.summary.get("notes", ())):
        say(f"{reported.summary['sync']}: {note}")
    yes = reported.summary.get("approval")
    if yes:
        say(f"{reported.summary['sync']}: approved by {yes['person']}: {yes['reason']}")
    for guard in reported.summary["guards"] if planned else ():
        say(f"{reported.summary['sync']}: guard {guard['guard']}: {guard['message']}", "yellow")


def _troubles(summaries: Sequence[Mapping[str, Any]]) -> str:
    """Say what kept a run from being clean."""
    rejected = sum(summary["rejected"] for summary in summaries)
    counts = {outcome: sum(summary["outcomes"][outcome] for summary in summaries) for outcome in TROUBLE}
    parts = [f"{number} {outcome.value}" for outcome, number in counts.items() if number]
    parts += ["1 line rejected" if rejected == 1 else f"{rejected} lines rejected"] if rejected else []
    unproved = [summary["sync"] for summary in summaries if not summary["verified"] and not summary.get("error")]
    return ", ".join(parts) or f"{', '.join(unproved)} could not be verified"


def _matter(lines: pd.DataFrame, *, planned: bool) -> pd.Series[bool]:
    """Tell which lines of a report a person has to see."""
    at_rest = lines["action"].isin([Action.KEEP, Action.FOREIGN])
    return (~at_rest if planned else lines["outcome"].isin(TROUBLE)) & (lines["accepted"] == "")


def _tell_the_end(summaries: Sequence[Mapping[str, Any]], *, planned: bool, command: str) -> None:
    """Say whether anything is left to do, and which command does it."""
    if not planned:
        writes = sum(summary["requests"]["write"] for summary in summaries)
        troubled = any(summary["rejected"] or summary["outcomes"][word] for summary in summaries for word in TROUBLE)
        if summaries and not writes and not troubled and all(summary["verified"] for summary in summaries):
            say("Nothing was left to do: read and compared, nothing written.")
        return
    waiting = [summary for summary in summaries if any(summary["actions"][action] for action in WRITES)]
    if waiting:
        say("To do exactly this:")
    elif summaries and not any(summary["guards"] or summary.get("error") for summary in summaries):
        held = sum(summary["actions"][Action.HOLD] for summary in summaries)
        say(f"Nothing to do now: {held} held." if held else "Nothing to do: no line wants a change.")
    for summary in waiting:
        approval = ' --approve "REASON"' if summary["guards"] else ""
        say(f"  {command} apply {summary['plan']}{approval}")


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))


def _show_titled(title: str, table: Table) -> None:
    out().print(Text(plain(title), style="bold"), soft_wrap=True)
    out().print(table)
    say("")


def _counts(syncs: Sequence[Mapping[str, Any]], *, planned: bool) -> Table:
    words: Sequence[Action | Outcome] = list(Action) if planned else list(Outcome)
    kind = "actions" if planned else "outcomes"
    table = _table()
    table.add_column("sync", overflow="fold")
    used = [word for word in words if any(sync[kind][word] for sync in syncs)]
    rejected = any(sync["rejected"] for sync in syncs)
    told = [word for word in ("left", "drift", "came_back", "known") if any(sync.get(word) for sync in syncs)]
    failed = any(_failed(sync) for sync in syncs)
    more = [
        *(["failed"] if failed else []),
        *told,
        *(["rejected"] if rejected else []),
        *([] if planned else ["writes", "verified"]),
    ]
    for word in (*(word.value for word in used), *more):
        table.add_column(str(word).replace("_", " "), justify="right")
    for sync in syncs:
        cells = [str(sync[kind][word] or "") for word in used]
        cells += [_failed(sync)] if failed else []
        cells += [str(sync.get(word) or "") for word in told]
        cells += [str(sync["rejected"] or "")] if rejected else []
        if not planned:
            cells += [str(sync["requests"]["write"]), "yes" if sync["verified"] else "no"]
        table.add_row(sync["sync"], *cells)
    return table


def _failed(sync: Mapping[str, Any]) -> str:
    """Tell whether a sync ended before its lines were seen to; a plan that a guard has stopped has not failed."""
    return "yes" if sync.get("error") and not sync["plan"] else ""


def show_lines(title: str, lines: Sequence[Mapping[str, str]]) -> None:
    """Show lines of a line report so that 80 columns do: where, what, and the entry before and after."""
    owners = {line["owner"] for line in lines if line["owner"]}
    several = len(owners) > 1
    table = _table()
    table.add_column("line", justify="right", no_wrap=True)
    table.add_column("what", no_wrap=True)
    if several:
        table.add_column("owner", overflow="fold")
    table.add_column("entry", overflow="fold", ratio=1)
    for line in lines:
        name = "\n".join(filter(None, (plain(line["owner"]), plain(line.get("owner_name", "")))))
        owner = [Text(name)] if several else []
        table.add_row(Text(line["line"]), Text(_what(line)), *owner, _entry(line), style=_STYLES.get(line["outcome"]))
    _show_titled(f"{title} ({', '.join(owners)})" if owners and not several else title, table)


def _what(line: Mapping[str, str]) -> str:
    """Return the action, or what became of it: both where a change was wanted and something else came of it."""
    if not line["outcome"]:
        return line["action"]
    return f"{line['action']}: {line['outcome']}" if line["action"] in WRITES else line["outcome"]


def _entry(line: Mapping[str, str]) -> Text:
    # Line by line: a line break in a name is somebody else's, those between the lines are ours.
    before = plain("  ".join(filter(None, (line["name_before"], line["number_before"]))))
    after = plain("  ".join(filter(None, (line["name_after"], line["number_after"]))))
    if before == after:
        parts = [before or plain(line.get("entry_name", ""))]
    elif before and after:
        parts = [before, f"→ {after}"]
    else:
        parts = [_MARKS.get(line["action"], "") + (before or after)]
    accepted = plain(f"accepted {line['accepted']}") if line["accepted"] else ""
    return Text("\n".join(filter(None, (*parts, plain(line["message"]), accepted, _reference(line)))))


def _reference(line: Mapping[str, str]) -> str:
    """Return what `accept` takes, where a line of the past still waits for somebody."""
    return f"id {line['id']}" if line["id"] and not line["accepted"] else ""


def show_rows(title: str, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Show a plain table."""
    table = _table()
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(shown("" if row.get(column) is None else str(row[column])) for column in columns))
    if title:
        _show_titled(title, table)
    else:
        out().print(table)


def show_numbers(read: Sequence[Mapping[str, Any]]) -> None:
    """Show how texts were read, each with its numbers, the words around them, or the reason why there is none."""
    rows = [
        {
            "text": plain(item["text"]),
            "read as": "\n".join(_spoken(part) for part in item["numbers"]) or _not_read(item),
            "note": item["note"],
        }
        for item in read
    ]
    show_rows("", rows, ["text", "read as", *(["note"] if any(row["note"] for row in rows) else [])])


def _not_read(item: Mapping[str, Any]) -> str:
    return f"{item['reason']}\nDo you mean: {item['suggestion']}" if item["suggestion"] else str(item["reason"])


def _spoken(part: Mapping[str, str]) -> str:
    extension = f" ext. {part['extension']}" if part["extension"] else ""
    return f"{part['e164']}{extension} ({part['kind'].replace('_', ' ')})"
