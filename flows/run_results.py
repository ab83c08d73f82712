"""What one run has left of a plan, as the ledger knows it: what came before or after is another run's story."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from connectors.ledger.store import KeptPlan
from flows.context import RunContext
from flows.known import with_known
from tasks.execution.results import account, announce, stopped_by_guard

PLANNING: Final = ("plan", "revert")  # the modes of runs that write nothing
STOPPED: Final = "guard_stopped"  # the error of a sync whose plan waits for a yes


def result_of(context: RunContext, kept: KeptPlan, row: Mapping[str, Any]) -> pd.DataFrame:
    """Return the `Result` of a plan as one run has left it.

    Args:
        context: whose ledger knows it.
        kept: the plan.
        row: the run, as the ledger has it.
    """
    ended, kept = row["finished_at"] or "", as_called_by(row, kept)
    if row["mode"] in PLANNING:
        result = announce(kept.sync, kept.entries)
    else:
        begin, end = row["started_at"], ended or "9"
        if row["mode"] == "resume":
            begin = ""  # it accounts for the whole plan, also for what the interrupted run has done
        elif context.ledger.runs_of(kept.id)[-1] != row["id"]:
            end = ""  # it stopped before the plan was written; another run has done that
        known = context.ledger.outcomes_between(kept.id, begin, end)
        unplanned = [item for item in context.ledger.unplanned(kept.id) if begin <= item["at"] <= end]
        result = account(kept.sync, kept.entries, known, unplanned, at=ended or kept.created_at)
        if (told_of(row, kept) or {}).get("error_code") == STOPPED:
            result = stopped_by_guard(result)
    return with_known(context, kept, result, at=ended)


def as_called_by(row: Mapping[str, Any], kept: KeptPlan) -> KeptPlan:
    """Return a plan under the name that its sync had in a run: it may have been made under an earlier one."""
    told = told_of(row, kept)
    return replace(kept, sync=str(told["sync"])) if told else kept


def told_of(row: Mapping[str, Any], kept: KeptPlan) -> dict[str, Any] | None:
    """Return what a run has told of a plan, None where it has told nothing."""
    syncs: list[dict[str, Any]] = (row["summary"] or {}).get("syncs", [])
    return next((item for item in syncs if item.get("plan") == kept.id), None)


def carried_on_in(context: RunContext, kept: KeptPlan, row: Mapping[str, Any], *, at_work: str = "") -> str:
    """Return the last run after another one that has applied a plan or gone on with it, "" where none has.

    Args:
        context: whose ledger knows it.
        kept: the plan.
        row: the other run, as the ledger has it.
        at_work: a run that does so right now, and has told of nothing yet.
    """
    ledger = context.ledger
    begun = {run["id"]: run["started_at"] for run in ledger.runs_telling(kept) if run["mode"] == "resume"}
    # A run that was killed has told of nothing, and has applied it all the same.
    named = (ledger.run(name) for name in (ledger.applied_by(kept.id), at_work) if name)
    begun |= {run["id"]: run["started_at"] for run in named}
    later = [name for name, at in begun.items() if at > row["started_at"]]
    return max(later, key=begun.__getitem__, default="")
