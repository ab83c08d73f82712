"""Look back: the runs in the ledger, and one of them line by line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.console import say, show_lines, show_rows
from flows.context import RunContext
from schemas.errors import LedgerError
from schemas.exit_codes import ExitCode
from schemas.plan import Action, Outcome
from schemas.tables import Result, validated
from tasks.execution.results import account, announce
from tasks.reports.line_report import line_report

_PLANS = ("plan", "revert")  # runs that write nothing


def history(context: RunContext, limit: int) -> list[dict[str, Any]]:
    """Return the newest runs first."""
    return [
        {
            "run": row["id"],
            "mode": row["mode"],
            "person": row["person"],
            "started_at": row["started_at"],
            "finished_at": row["finished_at"],
            "exit_code": row["exit_code"],
            "syncs": [sync["sync"] for sync in (row["summary"] or {}).get("syncs", [])],
        }
        for row in context.ledger.runs(limit)
    ]


def show_history(rows: Sequence[dict[str, Any]]) -> None:
    """Show runs so that 80 columns are enough."""
    if not rows:
        say("There is no run yet. Try: phonesync plan")
        return
    told = [
        {
            "run": row["run"],
            "what": row["mode"],
            "who": row["person"],
            "exit": "-" if row["exit_code"] is None else row["exit_code"],
            "syncs": ", ".join(row["syncs"]),
        }
        for row in rows
    ]
    show_rows("", told, ["run", "what", "who", "exit", "syncs"])


def one_run(context: RunContext, reference: str) -> dict[str, Any]:
    """Return one run with every line of its plans; numbers of users are masked.

    Raises:
        LedgerError: there is no such run.
    """
    if reference == "last":
        newest = context.ledger.runs(1)
        if not newest:
            raise LedgerError("There is no run yet.", remedy="Try: phonesync plan.")
        reference = newest[0]["id"]
    row = context.ledger.run(reference)
    plans = [_lines_of(context, identity, row["mode"]) for identity in context.ledger.plans_of(row["id"])]
    keys = ("mode", "person", "started_at", "finished_at", "exit_code")
    failed = [sync for sync in (row["summary"] or {}).get("syncs", []) if sync.get("error")]
    errors = [{"sync": sync["sync"], "error": sync["error"]} for sync in failed]
    return {"run": row["id"], **{key: row[key] for key in keys}, "errors": errors, "plans": plans}


def _lines_of(context: RunContext, identity: str, mode: str) -> dict[str, Any]:
    kept = context.ledger.plan(identity)
    if mode in _PLANS:
        result = announce(kept.sync, kept.entries)
    else:
        known, unplanned = context.ledger.outcomes(identity), context.ledger.unplanned(identity)
        result = account(kept.sync, kept.entries, known, unplanned, at=kept.created_at)
    sync = context.settings.syncs.get(kept.sync)
    masked = sync is None or context.spec(sync).private(sync)
    lines = line_report(validated(Result, result), masked=masked).to_dict("records")
    return {
        "plan": identity,
        "sync": kept.sync,
        "fingerprint": kept.fingerprint,
        "guards": kept.guards,
        "lines": lines,
    }


def show_one_run(run: dict[str, Any], *, every: bool) -> None:
    """Show one run: how it ended, what stopped it, and its lines; those that needed nothing only where asked for."""
    when = run["started_at"][:16].replace("T", " ")
    say(f"{run['run']}: {run['mode']} by {run['person']}, {when} UTC", "bold")
    say(_ended(run["mode"], run["exit_code"]))
    say("")
    for plan in run["plans"]:
        lines = [line for line in plan["lines"] if every or _needed_something(line)]
        if lines:
            show_lines(f"{plan['sync']}: {len(lines)} of {len(plan['lines'])} lines", lines)
        else:
            say(f"{plan['sync']}: none of {len(plan['lines'])} lines needed anything (--all shows them)")
        for guard in plan["guards"]:
            say(f"{plan['sync']}: guard {guard['guard']}: {guard['message']}", "yellow")
    for error in dict.fromkeys(item["error"] for item in run["errors"]):
        syncs = ", ".join(item["sync"] for item in run["errors"] if item["error"] == error)
        say(f"{syncs}: {error}", "red")


def _ended(mode: str, code: int | None) -> str:
    if code is None:
        return "It has not ended, or it was killed."
    if mode in _PLANS and code == ExitCode.DONE:
        return "Exit code 0: the plan was made, nothing was written."
    return f"Exit code {code}: {ExitCode(code).meaning}."


def _needed_something(line: dict[str, str]) -> bool:
    return line["action"] not in {Action.KEEP, Action.FOREIGN} or line["outcome"] not in {"", Outcome.UNCHANGED}
