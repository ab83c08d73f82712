"""What the ledger takes: outcomes as a run notes them, a plan of many changes, each in its own durable transaction."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.generate import institution
from benchmarks.roads.ours import road
from connectors.ledger.store import KeptPlan, Ledger
from schemas.execution import RowOutcome

_AT = "2026-01-01T00:00:00.000+00:00"
_OWNERS = 200  # read, sent and settled together, as the writing does with eight connections


def measure(outcomes: int, rows: int) -> dict[str, Any]:
    """Return outcomes a second, intents before them included, and the seconds that a plan takes to be kept."""
    with TemporaryDirectory() as name:
        ledger = Ledger.open(f"sqlite:///{Path(name) / 'ledger.db'}")
        ledger.start_run("run", mode="sync", person="benchmark", at=_AT)
        entries = road(*institution(Path(name), rows))
        changes = int((entries["action"] != "keep").sum())
        began = time.perf_counter()
        ledger.keep_plan(KeptPlan("plan", "run", "sync", "target", "sha256:0", _AT, rows, 0, [], entries))
        kept = time.perf_counter() - began
        began = time.perf_counter()
        for start in range(0, outcomes, _OWNERS):
            numbers = range(start, start + _OWNERS)
            intent = ledger.intend("plan", "run", "replace", [f"user {number}" for number in numbers], _AT)
            ledger.record_outcomes(
                "plan", [RowOutcome(n, "applied", "", 200, 1, _AT) for n in numbers], intents=[intent], at=_AT
            )
        settled = time.perf_counter() - began
        ledger.close()
    return {
        "outcomes": outcomes,
        "outcomes_a_second": round(outcomes / settled),
        "plan_rows": len(entries),
        "plan_changes": changes,
        "plan_seconds": round(kept, 2),
    }
