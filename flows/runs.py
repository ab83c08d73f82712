"""The runs in the ledger, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.console import say, show_rows
from flows.context import RunContext


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
