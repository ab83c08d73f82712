"""The runs in the ledger, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.console import say, show_rows
from flows.context import RunContext
from schemas.errors import LedgerError
from schemas.settings import Language
from tasks.messages.catalogue import text


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


def named_run(context: RunContext, reference: str) -> dict[str, Any]:
    """Return the run of that id, the only one that begins so, or the newest for `last`.

    Raises:
        LedgerError: there is none, or there are several.
    """
    if reference != "last":
        return context.ledger.run(reference)
    newest = context.ledger.runs(1)
    if not newest:
        raise LedgerError("There is no run yet.", remedy="Try: phonesync plan.")
    return context.ledger.run(newest[0]["id"])


def show_history(rows: Sequence[dict[str, Any]], lang: Language = "en") -> None:
    """Show runs so that 80 columns are enough."""
    if not rows:
        say(text("say.no_run", lang))
        return
    columns = [text(f"say.{name}", lang) for name in ("run", "what", "who", "exit", "syncs")]
    told = [
        (row["run"], row["mode"], row["person"], "-" if row["exit_code"] is None else row["exit_code"], row["syncs"])
        for row in rows
    ]
    shown = [dict(zip(columns, (*cells, ", ".join(syncs)), strict=True)) for *cells, syncs in told]
    show_rows("", shown, columns)
