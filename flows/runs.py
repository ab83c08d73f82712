"""The runs in the ledger, the newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flows.console import say, show_rows
from flows.context import RunContext
from schemas.errors import LedgerError
from schemas.settings import Language
from tasks.messages.catalogue import render, text
from tasks.messages.command_lines import PLAIN, as_typed
from tasks.messages.errors import error_of


def history(context: RunContext, limit: int) -> list[dict[str, Any]]:
    """Return the newest runs first."""
    rows = context.ledger.runs(limit)
    refusals = context.ledger.refusals_of([plan for row in rows for _, plan in _plans(row)])
    return [
        {
            "run": row["id"],
            "mode": row["mode"],
            "person": row["person"],
            "started_at": row["started_at"],
            "finished_at": row["finished_at"],
            "exit_code": row["exit_code"],
            "syncs": [sync["sync"] for sync in (row["summary"] or {}).get("syncs", [])],
            "refusals": [
                {"sync": sync, "plan": plan, **vars(no)} for sync, plan in _plans(row) for no in refusals[plan]
            ],
        }
        for row in rows
    ]


def _plans(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the syncs of a run that have a plan, each with its plan."""
    syncs = (row["summary"] or {}).get("syncs", ())
    return [(str(sync["sync"]), str(sync["plan"])) for sync in syncs if sync.get("plan")]


def named_run(context: RunContext, reference: str) -> dict[str, Any]:
    """Return the run of that id, the only one that begins so, or the newest for `last`.

    Raises:
        LedgerError: there is none, or there are several.
    """
    if reference != "last":
        return context.ledger.run(reference)
    newest = context.ledger.runs(1)
    if not newest:
        raise error_of(LedgerError, "no_run_yet")
    return context.ledger.run(newest[0]["id"])


def show_history(rows: Sequence[dict[str, Any]], lang: Language = "en", command: str = PLAIN) -> None:
    """Show runs so that 80 columns are enough."""
    if not rows:
        say(as_typed(text("say.no_run", lang), command))
        return
    columns = [text(f"say.{name}", lang) for name in ("run", "what", "who", "exit", "syncs")]
    told = [(row["run"], row["mode"], row["person"], _code(row), _syncs(row, lang)) for row in rows]
    show_rows("", [dict(zip(columns, cells, strict=True)) for cells in told], columns)


def _code(row: Mapping[str, Any]) -> str:
    return "-" if row["exit_code"] is None else str(row["exit_code"])


def _syncs(row: Mapping[str, Any], lang: Language) -> str:
    """Return the syncs of a run, each with who has refused its plan."""
    told = row["refusals"] if row["mode"] != "apply" else ()  # what was refused before is allowed since
    no = {refusal["sync"]: refusal["person"] for refusal in told}
    refused = {sync: render("say.refused_by", lang, sync=sync, person=person) for sync, person in no.items()}
    return ", ".join(refused.get(sync, sync) for sync in row["syncs"])
