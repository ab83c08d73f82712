"""Write reports again that tell less than they did, of a person who was erased, or more, of a plan that was refused."""

from __future__ import annotations

from typing import Any

from connectors.files.writing import remove_folder
from flows.approvals import no_to
from flows.context import RunContext
from flows.known import with_known
from flows.reporting import Heading, report
from tasks.execution.results import account, announce


def refuse(context: RunContext, reference: str, reason: str) -> dict[str, Any]:
    """Note a no to a plan, and let the reports that ask for a decision tell it.

    Raises:
        UsageError: it has no reason, or nobody's name.
        LedgerError: there is no such plan, or it does not wait any more.
    """
    kept = context.ledger.plan(reference)
    refusal = no_to(context, kept, reason)
    report_anew(context, kept.id)
    return {"plan": kept.id, "sync": kept.sync, **vars(refusal)}


def report_anew(context: RunContext, identity: str) -> int:
    """Write the reports of a plan again, in every run that reported it."""
    kept = context.ledger.plan(identity)
    sync = context.settings.syncs.get(kept.sync)
    count = 0
    for run in context.ledger.runs_of(identity):
        folder = context.settings.reports / run
        summary = next((item for item in _syncs(context, run) if item.get("plan") == identity), None)
        if summary is None or not (folder / f"{kept.sync}.csv").exists():
            continue
        if sync is None:  # nobody can say any more how its reports are to be masked
            remove_folder(folder)
        else:
            known, unplanned = context.ledger.outcomes(identity), context.ledger.unplanned(identity)
            planned = not any(summary["outcomes"].values())
            result = announce(kept.sync, kept.entries)
            if not planned:
                result = account(kept.sync, kept.entries, known, unplanned, at=kept.created_at)
            result = with_known(context, kept, result, at=context.ledger.run(run)["finished_at"] or "")
            report(context, sync, Heading(run, kept.target, kept), summary, result)
        count += 1
    return count


def _syncs(context: RunContext, run: str) -> list[dict[str, Any]]:
    return list((context.ledger.run(run)["summary"] or {}).get("syncs", []))
