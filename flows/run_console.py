"""Show a person what a run has come to: the counts, the lines that matter, and what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.cells import cell_len
from rich.table import Table

from flows.console import GAP, narrow_table, near, out, say, show_lines, show_titled, widths_in, word_of
from flows.errors import show_errors
from flows.sync_run import Reported, RunResult
from schemas.exit_codes import ExitCode
from schemas.plan import TROUBLE, WRITES, Action, Outcome
from schemas.problems import Code
from schemas.settings import Language
from tasks.messages.catalogue import counted, render, text
from tasks.messages.command_lines import as_typed
from tasks.messages.guards import guard_sentence
from tasks.messages.owners import owner_in
from tasks.reports.status_changes import QUIET, sync_status

if TYPE_CHECKING:
    import pandas as pd

_SHOWN: Final = 20  # lines of one sync on the terminal; the report has them all
_NAMED: Final = 5  # owners that have left its file, likewise


def show_run(run_result: RunResult, *, planned: bool, command: str = "phonesync", lang: Language = "en") -> None:
    """Show every sync that got anywhere: the counts, the lines that matter, the guards, and what to do next.

    Args:
        run_result: the run.
        planned: it only made plans.
        command: how this phonesync is called, for the commands that are suggested.
        lang: the language.
    """
    summaries = run_result.summary["syncs"]
    if summaries:
        title = text("say.title_plan" if planned else "say.title_outcomes", lang)
        show_titled(title, _counts(summaries, lang, planned=planned))
    noted = _noted(run_result.reported)
    for reported in run_result.reported:
        _show_reported(reported, noted, lang, command, planned=planned)
    _tell_the_end(summaries, lang, planned=planned, command=command)
    if not run_result.summary["syncs"]:
        say(text("say.nothing_to_do", lang))
    # A night without changes has the reports of an earlier one; the folders are called like their runs.
    folders = {Path(summary["reports"]["html"]).parent for summary in summaries if summary["reports"]}
    for folder in sorted(folders, reverse=True):
        say(render("say.reports", lang, folder=near(folder)))
    if run_result.exit_code == ExitCode.LINES_FAILED and all(sync_status(summary) in QUIET for summary in summaries):
        say(text("say.exit_known", lang), "yellow")
    elif run_result.exit_code == ExitCode.LINES_FAILED:
        say(render("say.exit_trouble", lang, troubles=_troubles(summaries, lang)), "yellow")
    elif run_result.exit_code == ExitCode.UNSETTLED and not run_result.errors:
        resume = as_typed(f"phonesync resume {run_result.summary['run']}", command)
        say(render("say.exit_unsettled", lang, command=resume), "yellow")
    show_errors(run_result.errors, summaries, lang, command)


def _left(lines: pd.DataFrame, lang: Language, command: str) -> str:
    """Say which owners have left the file, and how one of them is let go; "" where none has."""
    owners = lines.loc[lines["code"] == Code.OWNER_LEFT, "owner"].unique().tolist()
    if not owners:
        return ""
    named = ", ".join(owner_in(owner, lang) for owner in owners[:_NAMED]) + (", …" if len(owners) > _NAMED else "")
    release = as_typed(f'phonesync release {shlex.quote(owners[0])} --reason "{text("say.reason", lang)}"', command)
    return counted(lang, "say.many_left", len(owners)).replace("{owners}", named).replace("{command}", release)


def _noted(reported: Sequence[Reported]) -> dict[str, list[str]]:
    """Return what was noted, each with the syncs of which it was: what is said of several is said once."""
    noted: dict[str, list[str]] = {}
    for one in reported:
        for note in (*one.summary.get("source_notes", ()), *one.summary.get("notes", ())):
            noted.setdefault(note, []).append(one.summary["sync"])
    return noted


def _show_reported(
    reported: Reported, noted: Mapping[str, Sequence[str]], lang: Language, command: str, *, planned: bool
) -> None:
    """Show what was reported of one sync: the lines that matter, notes, who said yes, and guards."""
    wanted, sync = reported.lines[_matter(reported.lines, planned=planned)], reported.summary["sync"]
    if len(wanted):
        title = render("say.would_change" if planned else "say.need", lang, sync=sync)
        shown = [{str(name): str(cell) for name, cell in row.items()} for row in wanted[:_SHOWN].to_dict("records")]
        show_lines(title, shown, lang)
    if len(wanted) > _SHOWN:
        say(render("say.more", lang, n=len(wanted) - _SHOWN))
    if same := reported.summary.get("same_as"):
        say(render("say.same_as", lang, sync=sync, run=same))
    if known := reported.summary["known"]:
        say(counted(lang, "say.many_known", known).replace("{sync}", sync))
    if left := _left(reported.lines, lang, command):
        say(left.replace("{sync}", sync))
    for note, syncs in noted.items():
        if syncs[0] == sync:
            say(as_typed(f"{', '.join(syncs)}: {note}", command))
    yes = reported.summary.get("approval")
    if yes:
        say(render("say.approved", lang, sync=sync, person=yes["person"], reason=yes["reason"]))
    for guard in reported.summary["guards"] if planned else ():
        say(render("say.guard", lang, sync=sync, guard=guard["guard"], said=guard_sentence(guard, lang)), "yellow")


def _troubles(summaries: Sequence[Mapping[str, Any]], lang: Language) -> str:
    """Say what kept a run from being clean."""
    rejected = sum(summary["rejected"] for summary in summaries)
    counts = {outcome: sum(summary["outcomes"][outcome] for summary in summaries) for outcome in TROUBLE}
    parts = [
        render("say.trouble", lang, n=number, word=word_of(outcome, lang))
        for outcome, number in counts.items()
        if number
    ]
    parts += [counted(lang, "say.many_rejected", rejected)] if rejected else []
    unproved = [summary["sync"] for summary in summaries if not summary["verified"] and not summary.get("error")]
    said = ", ".join(parts) or render("say.unproved", lang, syncs=", ".join(unproved))
    known = sum(summary["known"] for summary in summaries)
    return render("say.trouble_accepted", lang, troubles=said, n=known) if known and parts else said


def _matter(lines: pd.DataFrame, *, planned: bool) -> pd.Series[bool]:
    """Tell which lines of a report a person has to see."""
    at_rest = lines["action"].isin([Action.KEEP, Action.FOREIGN])
    return (~at_rest if planned else lines["outcome"].isin(TROUBLE)) & (lines["accepted"] == "")


def _tell_the_end(summaries: Sequence[Mapping[str, Any]], lang: Language, *, planned: bool, command: str) -> None:
    """Say whether anything is left to do, and which command does it."""
    if not planned:
        writes = sum(summary["requests"]["write"] for summary in summaries)
        troubled = any(summary["rejected"] or summary["outcomes"][word] for summary in summaries for word in TROUBLE)
        if summaries and not writes and not troubled and all(summary["verified"] for summary in summaries):
            say(text("say.nothing_left", lang))
        return
    waiting = [summary for summary in summaries if any(summary["actions"][action] for action in WRITES)]
    if waiting:
        say(text("say.to_do", lang))
    elif summaries and not any(summary["guards"] or summary.get("error") for summary in summaries):
        held = sum(summary["actions"][Action.HOLD] for summary in summaries)
        say(render("say.nothing_now", lang, n=held) if held else text("say.nothing_wanted", lang))
    for summary in waiting:
        approval = f' --approve "{text("say.reason", lang)}"' if summary["guards"] else ""
        say(f"  {command} apply {summary['plan']}{approval}")


def _counts(syncs: Sequence[Mapping[str, Any]], lang: Language, *, planned: bool) -> Table:
    words: Sequence[Action | Outcome] = list(Action) if planned else list(Outcome)
    kind = "actions" if planned else "outcomes"
    used = [word for word in words if any(sync[kind][word] for sync in syncs)]
    rejected = any(sync["rejected"] for sync in syncs)
    told = [word for word in ("left", "drift", "came_back", "known") if any(sync.get(word) for sync in syncs)]
    ends = [(word, holds) for word, holds in (("ended", _failed), ("left_alone", _skipped)) if any(map(holds, syncs))]
    more = [
        *(word for word, _ in ends),
        *told,
        *(["rejected"] if rejected else []),
        *([] if planned else ["writes", "verified"]),
    ]
    heads = [text(f"say.{word}", lang) for word in ("name_of_sync", *(word.value for word in used), *more)]
    rows = []
    for sync in syncs:
        cells = [str(sync[kind][word] or "") for word in used]
        cells += [text("say.yes", lang) if holds(sync) else "" for _, holds in ends]
        cells += [str(sync.get(word) or "") for word in told]
        cells += [str(sync["rejected"] or "")] if rejected else []
        if not planned:
            cells += [str(sync["requests"]["write"]), text("say.yes" if sync["verified"] else "say.no", lang)]
        rows.append([str(sync["sync"]), *cells])
    return _counted(heads, rows, lang)


def _counted(heads: Sequence[str], rows: Sequence[Sequence[str]], lang: Language) -> Table:
    """Return counts with a column for each, or in words where the terminal is too narrow for them."""
    table, room = narrow_table(), out().width
    # A count is as wide as it is, whatever stands above it: one that is cut looks like a smaller one.
    needs = [max(_longest(head), *map(cell_len, column)) for head, *column in zip(heads, *rows, strict=True)]
    wants = [max(need, cell_len(head)) for need, head in zip(needs, heads, strict=True)]
    if widths := widths_in(room, wants, needs):
        table.add_column(heads[0], overflow="fold", width=widths[0])
        for head, width in zip(heads[1:], widths[1:], strict=True):
            table.add_column(head, justify="right", width=width)
        for row in rows:
            table.add_row(*row)
        return table
    told = [
        ", ".join(
            render("say.trouble", lang, word=head, n=cell)
            for head, cell in zip(heads[1:], row[1:], strict=True)
            if cell
        )
        for row in rows
    ]
    left = max(room - GAP - max(map(_longest, told)), 1)
    table.add_column(heads[0], overflow="fold", width=min(needs[0], left))
    table.add_column(text("say.what", lang), overflow="fold")
    for row, words in zip(rows, told, strict=True):
        table.add_row(row[0], words)
    return table


def _longest(words: str) -> int:
    """Return how wide the longest word is."""
    return max(map(cell_len, words.split()), default=0)


def _failed(sync: Mapping[str, Any]) -> bool:
    """Tell whether a sync ended before its lines were seen to; a plan that a guard has stopped has not failed."""
    return bool(sync.get("error") and not sync["plan"] and not _skipped(sync))


def _skipped(sync: Mapping[str, Any]) -> bool:
    """Tell whether nothing was begun since another run is at work there: how that one ends, it tells itself."""
    return bool(sync.get("skipped_for"))
