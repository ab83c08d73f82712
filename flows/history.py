"""Look back: the runs in the ledger, and one of them line by line."""

from __future__ import annotations

from typing import Any

import pandas as pd

from flows.world import World
from schemas.errors import LedgerError
from tasks.account import account, announce
from tasks.report import line_report


def history(world: World, limit: int) -> list[dict[str, Any]]:
    """Return the newest runs first."""
    return [
        {
            "run": row["id"],
            "mode": row["mode"],
            "person": row["person"],
            "started_at": row["started_at"],
            "finished_at": row["finished_at"],
            "exit_code": row["exit_code"],
            "syncs": ", ".join(sync["sync"] for sync in (row["summary"] or {}).get("syncs", [])),
        }
        for row in world.ledger.runs(limit)
    ]


def one_run(world: World, reference: str) -> dict[str, Any]:
    """Return one run with every line of its plans; numbers of users are masked.

    Raises:
        LedgerError: there is no such run.
    """
    if reference == "last":
        newest = world.ledger.runs(1)
        if not newest:
            raise LedgerError("There is no run yet.", remedy="Try: phonesync plan.")
        reference = newest[0]["id"]
    row = world.ledger.run(reference)
    plans = [_lines_of(world, identity, row) for identity in world.ledger.plans_of(row["id"])]
    keys = ("mode", "person", "started_at", "finished_at", "exit_code")
    return {"run": row["id"], **{key: row[key] for key in keys}, "plans": plans}


def _lines_of(world: World, identity: str, run: dict[str, Any]) -> dict[str, Any]:
    kept = world.ledger.plan(identity)
    result: pd.DataFrame
    if kept.state == "planned" and run["mode"] == "plan":
        result = announce(kept.sync, kept.entries)
    else:
        known, unplanned = world.ledger.outcomes(identity), world.ledger.unplanned(identity)
        result = account(kept.sync, kept.entries, known, unplanned, at=kept.created_at)
    sync = world.settings.syncs.get(kept.sync)
    masked = sync is None or sync.entity_class == "user"
    lines = line_report(result, masked=masked).to_dict("records")
    return {"plan": identity, "sync": kept.sync, "fingerprint": kept.fingerprint, "lines": lines}
