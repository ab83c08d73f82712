"""Write reports again that have more to tell than they did, or less.

More where the plan was applied since, or refused; less where a person was erased.
"""

from __future__ import annotations

from typing import Any

from connectors.files.writing import remove_folder
from connectors.ledger.store import KeptPlan
from flows.approvals import no_to
from flows.context import RunContext
from flows.reporting import Heading, report
from flows.run_results import carried_on_in, result_of, told_of
from flows.status import renew_page


def refuse(context: RunContext, reference: str, reason: str) -> dict[str, Any]:
    """Note a no to a plan, and let the reports that ask for a decision, and the page of all syncs, tell it.

    Raises:
        UsageError: it has no reason, or nobody's name.
        LedgerError: there is no such plan, or it does not wait any more.
    """
    kept = context.ledger.plan(reference)
    refusal = no_to(context, kept, reason)
    report_anew(context, kept)
    renew_page(context, context.lang)
    return {"plan": kept.id, "sync": kept.sync, **vars(refusal)}


def report_anew(context: RunContext, kept: KeptPlan, *, continued_in: str = "") -> int:
    """Write the reports of a plan again, in every run that has told of it, and return how many there were.

    Args:
        context: what a run touches.
        kept: the plan.
        continued_in: the run that applies or resumes it right now, and that the others are to name.
    """
    count = 0
    for row in context.ledger.runs_telling(kept):
        folder, summary = context.settings.reports / row["id"], told_of(row, kept)
        if summary is None or not (folder / f"{summary['sync']}.csv").exists():
            continue
        sync = context.section(str(summary["sync"]))
        if sync is None:  # nobody can say any more how its reports are to be masked
            remove_folder(folder)
        else:
            later = carried_on_in(context, kept, row, at_work=continued_in)
            told = {**summary, "continued_in": later} if later else summary
            report(context, sync, Heading(row["id"], kept.target, kept), told, result_of(context, kept, row))
        count += 1
    return count
