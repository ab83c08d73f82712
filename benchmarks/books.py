"""What the ledger takes: outcomes as a run notes them, a plan of many changes, each in its own durable transaction."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.generate import institution
from connectors.files import read_csv
from connectors.ledger import KeptPlan, Known, Ledger
from tasks.numbers.recognise import recognise
from tasks.plans.board import Inputs
from tasks.plans.plan import Policy, plan

_AT = "2026-01-01T00:00:00.000+00:00"
_OWNERS = 200  # read, sent and settled together, as the writing does with eight connections


def measure(outcomes: int, rows: int) -> dict[str, Any]:
    """Return outcomes a second, intents before them included, and the seconds that a plan takes to be kept."""
    with TemporaryDirectory() as name:
        ledger = Ledger.open(f"sqlite:///{Path(name) / 'ledger.db'}")
        ledger.start_run("run", mode="sync", person="benchmark", at=_AT)
        entries = _plan(Path(name), rows)
        changes = int((entries["action"] != "keep").sum())
        began = time.perf_counter()
        ledger.keep_plan(KeptPlan("plan", "run", "sync", "target", "sha256:0", _AT, rows, 0, [], entries))
        kept = time.perf_counter() - began
        began = time.perf_counter()
        for start in range(0, outcomes, _OWNERS):
            numbers = range(start, start + _OWNERS)
            intent = ledger.intend("plan", "run", "replace", [f"user {number}" for number in numbers], _AT)
            ledger.settle("plan", [Known(n, "applied", "", 200, 1, _AT) for n in numbers], intents=[intent], at=_AT)
        settled = time.perf_counter() - began
        ledger.close()
    return {
        "outcomes": outcomes,
        "outcomes_a_second": round(outcomes / settled),
        "plan_rows": len(entries),
        "plan_changes": changes,
        "plan_seconds": round(kept, 2),
    }


def _plan(folder: Path, rows: int) -> pd.DataFrame:
    columns = ["entity_id", "number", "comment", "type_id"]
    wanted, stands = (read_csv(path, expected=columns).frame for path in institution(folder, rows))
    wanted, stands = (
        recognise(
            pd.DataFrame(
                {"owner": "user " + side["entity_id"], "name": side["comment"], "number": side["number"]}
            ).assign(type_id="", name_en=""),
            region="PL",
            area_code=None,
        )
        for side in (wanted, stands)
    )
    desired = wanted.assign(line=np.arange(len(wanted)) + 2, old_name="")
    none = {
        "rejected": ["line", "owner", "name", "new_name", "key", "column", "value", "reason"],
        "clears": ["line", "owner"],
        "repeats": ["line", "owner", "message"],
    }
    empty = {name: pd.DataFrame({column: pd.Series(dtype="str") for column in cols}) for name, cols in none.items()}
    return plan(Inputs(desired=desired, current=stands, **empty), Policy(names_are_keys=False, delete_missing=True))
