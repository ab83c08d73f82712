"""Show on the terminal what a reconciliation found, and where something was found that somebody looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.console import near, say, show_rows
from flows.errors import show_errors
from flows.reconciliation.body import Reconciled
from schemas.findings import FindingKind
from tasks.messages.rendering import told_what

_SHOWN = 20  # findings on the terminal; the page has them all


def show_reconciled(done: Reconciled) -> None:
    """Show the systems, the counts, the first findings with what to do about them, and where the rest is."""
    summary, findings = done.summary, done.view.findings
    show_rows("Side by side", summary["systems"], _columns(summary["systems"]))
    say("")
    _show_counts(summary)
    open_ = findings[(findings["kind"] != FindingKind.AGREE) & (findings["accepted"] == "")]
    shown = open_.head(_SHOWN)
    shown = shown.assign(what=told_what(shown["what"]))
    rows = [{str(key): value for key, value in row.items()} for row in shown.to_dict("records")]
    if rows:
        say("")
        show_rows("Findings", [_told(row) for row in rows], ["finding", "what"])
    if len(open_) > _SHOWN:
        say(f"and {len(open_) - _SHOWN} more, in the reports")
    for name, written in summary.get("suggestions", {}).items():
        many = "1 line is" if written["changes"] == 1 else f"{written['changes']} lines are"
        say(f"{name}: {many} corrected in {near(written['file'])}; what was changed: {near(written['list'])}")
    say(f"Reports: {near(Path(summary['reports']['html']).parent)}")
    show_errors(done.errors, [])


def _columns(systems: Sequence[Mapping[str, Any]]) -> list[str]:
    notes = ["note"] if any(system["note"] for system in systems) else []
    return ["name", "entries", "numbers", "problems", *notes]


def _show_counts(summary: Mapping[str, Any]) -> None:
    counts, accepted, trend = summary["findings"], summary["accepted"], summary["trend"]
    waiting = sum(count for kind, count in counts.items() if kind != FindingKind.AGREE) - sum(accepted.values())
    told = [f"{count} {kind}" for kind, count in counts.items() if count]
    say(", ".join(told) if told else "There is nothing to compare.")
    if accepted:
        say(f"{sum(accepted.values())} of them accepted for now: " + _listed(accepted))
    if summary["since"]:
        figures = f"{trend['new']} new, {trend['persisting']} persisting, {trend['resolved']} resolved"
        say(f"Since {summary['since']}: {figures}")
    if summary["links"]["loose"]:
        loose = summary["links"]["loose"]
        many = "1 link of the mapping leads" if loose == 1 else f"{loose} links of the mapping lead"
        say(f"{many} nowhere: no such owner, list or name")
    if told and not waiting:
        say("Everything agrees." if not accepted else "Everything else agrees.")


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.items())


def _told(row: Mapping[str, Any]) -> dict[str, str]:
    """Return a finding in two cells: its id and kind, and all that is to be said of it."""
    line = f"line {row['line']}" if row["line"] else ""
    head = ", ".join(filter(None, (str(row["sync"]), line, _owner(row))))
    ours = "  ".join(filter(None, (str(row["name_csv"]), str(row["number_csv"]))))
    there = "  ".join(filter(None, (str(row["name_there"]), str(row["number_there"]))))
    sides = [f"file: {ours}" if ours else "", f"there: {there}" if there else ""]
    what = str(row["what"]) if row["what"] else ""
    return {"finding": f"{row['kind']}\n{row['id']}", "what": "\n".join(filter(None, (head, *sides, what, row["fix"])))}


def _owner(row: Mapping[str, Any]) -> str:
    return f"{row['owner']} ({row['owner_name']})" if row["owner_name"] else str(row["owner"])


def show_found(found: Mapping[str, Any]) -> None:
    """Show where a number or a name stands."""
    rows = found["found"]
    if rows:
        columns = ["where", "line", "owner", "name", "number", "type"]
        show_rows("", rows, [column for column in columns if any(row[column] for row in rows)])
    else:
        say("It stands nowhere.")


def show_exported(made: Mapping[str, Any]) -> None:
    """Show what a file holds now, and what of it would be held as it stands."""
    say(f"{near(made['file'])}: {_entries(made['entries'])}. A plan with it changes nothing.")
    if made["rejected"]:
        lines = "1 line has" if made["rejected"] == 1 else f"{made['rejected']} lines have"
        say(f"{lines} no number that can be read, or cannot be trusted; what stands there stays. See: phonesync check")
    if made["left_out"]:
        say(f"{_entries(made['left_out'])} left out: a line without a number would clear the owner.")
    if made["owners_without_numbers"]:
        many = made["owners_without_numbers"]
        say("1 owner has no numbers." if many == 1 else f"{many} owners have no numbers.")
    if made["english_comments"]:
        say(f"{_entries(made['english_comments'])} with an English comment, which a file does not hold.")


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
