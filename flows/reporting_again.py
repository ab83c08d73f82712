"""What one run has left of a plan, and its reports written again where they have more to tell, or less.

More where the plan was applied since, or refused; less where a person was erased.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from connectors.files.writing import remove_folder
from connectors.ledger.store import KeptPlan
from flows.approvals import no_to
from flows.context import RunContext
from flows.known import with_known
from flows.reporting import Heading, report
from tasks.execution.results import account, announce, stopped_by_guard

PLANNING: Final = ("plan", "revert")  # the modes of runs that write nothing
STOPPED: Final = "guard_stopped"  # the error of a sync whose plan waits for a yes


def refuse(context: RunContext, reference: str, reason: str) -> dict[str, Any]:
    """Note a no to a plan, and let the reports that ask for a decision tell it.

    Raises:
        UsageError: it has no reason, or nobody's name.
        LedgerError: there is no such plan, or it does not wait any more.
    """
    kept = context.ledger.plan(reference)
    refusal = no_to(context, kept, reason)
    report_anew(context, kept)
    return {"plan": kept.id, "sync": kept.sync, **vars(refusal)}


def left_by(context: RunContext, kept: KeptPlan, row: Mapping[str, Any]) -> pd.DataFrame:
    """Return the `Result` of a plan as one run has left it: what came before or after is another run's story.

    Args:
        context: whose ledger knows it.
        kept: the plan.
        row: the run, as the ledger has it.
    """
    ended = row["finished_at"] or ""
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
        if (_told(row, kept) or {}).get("error_code") == STOPPED:
            result = stopped_by_guard(result)
    return with_known(context, kept, result, at=ended)


def report_anew(context: RunContext, kept: KeptPlan, *, continued_in: str = "") -> int:
    """Write the reports of a plan again, in every run that has told of it, and return how many there were.

    Args:
        context: what a run touches.
        kept: the plan.
        continued_in: the run that applies or resumes it right now, and that the others are to name.
    """
    sync, count = context.settings.syncs.get(kept.sync), 0
    rows, applied = context.ledger.runs_telling(kept), context.ledger.applied_by(kept.id)
    carried_on = [row for row in rows if row["id"] == applied or row["mode"] == "resume"]
    carried_on += [context.ledger.run(continued_in)] if continued_in else []
    for row in rows:
        folder, summary = context.settings.reports / row["id"], _told(row, kept)
        if summary is None or not (folder / f"{kept.sync}.csv").exists():
            continue
        if sync is None:  # nobody can say any more how its reports are to be masked
            remove_folder(folder)
        else:
            later = [run["id"] for run in carried_on if run["started_at"] > row["started_at"]]
            told = {**summary, "continued_in": later[-1]} if later else summary
            report(context, sync, Heading(row["id"], kept.target, kept), told, left_by(context, kept, row))
        count += 1
    return count


def _told(row: Mapping[str, Any], kept: KeptPlan) -> dict[str, Any] | None:
    """Return what a run has told of a plan, None where it has told nothing."""
    syncs: list[dict[str, Any]] = (row["summary"] or {}).get("syncs", [])
    return next((item for item in syncs if item.get("plan") == kept.id), None)
