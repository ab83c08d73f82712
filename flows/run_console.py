"""Show a person what a run has come to: the counts, the lines that matter, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.table import Table

from flows.console import narrow_table, near, say, show_lines, show_titled
from flows.errors import show_errors
from flows.reporting import Reported
from flows.run import RunResult
from schemas.exit_codes import ExitCode
from schemas.plan import TROUBLE, WRITES, Action, Outcome
from tasks.execution.status_changes import QUIET, sync_status

if TYPE_CHECKING:
    import pandas as pd

_SHOWN: Final = 20  # lines of one sync on the terminal; the report has them all


def show_run(run_result: RunResult, *, planned: bool, command: str = "phonesync") -> None:
    """Show every sync that got anywhere: the counts, the lines that matter, the guards, and what to do next.

    Args:
        run_result: the run.
        planned: it only made plans.
        command: how this phonesync is called, for the commands that are suggested.
    """
    summaries = run_result.summary["syncs"]
    if summaries:
        show_titled("Plan: nothing was written" if planned else "Outcomes", _counts(summaries, planned=planned))
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
    if same := reported.summary.get("same_as"):
        say(f"{reported.summary['sync']}: nothing has changed since run {same}, whose report shows the same")
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


def _counts(syncs: Sequence[Mapping[str, Any]], *, planned: bool) -> Table:
    words: Sequence[Action | Outcome] = list(Action) if planned else list(Outcome)
    kind = "actions" if planned else "outcomes"
    table = narrow_table()
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
