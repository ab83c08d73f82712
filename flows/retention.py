"""Keep house: forget old runs, erase a person from everything that is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from connectors.files.reading import remove_folder
from connectors.registry import specs
from flows.context import RunContext
from flows.known import with_known
from flows.ledger_age import adopt, unknown_run
from flows.reporting import Heading, report
from tasks.execution.results import account, announce


def purge(context: RunContext, older_than: timedelta, *, dry_run: bool = False) -> dict[str, Any]:
    """Forget runs that began longer ago than that, and remove their reports; the ledger notes it.

    A dry run only lists them.
    """
    before = (context.clock() - older_than).isoformat(timespec="seconds")
    if dry_run:
        return {"purged": context.ledger.archive.purgeable(before), "before": before, "report_folders": 0}
    known = not unknown_run(context)
    runs = context.ledger.archive.purge(before, person=context.person, at=context.now())
    if known and unknown_run(context):
        adopt(context)  # the last run that wrote is among what was forgotten
    folders = [remove_folder(context.settings.reports / run) for run in runs]
    return {"purged": runs, "before": before, "report_folders": sum(folders)}


def erase(context: RunContext, user: str) -> dict[str, Any]:
    """Erase a USOS user from plans, outcomes and reports; the ledger notes that it was done, not whose data it was.

    What stands in USOS itself and in the CSV files is not touched. Reports of runs that name the user are written anew,
    those of reconciliations are removed: the next one writes its own.
    """
    plans: list[str] = []
    compared: list[str] = []
    for owner in [spec.person(user) for spec in specs().values() if spec.person]:
        plans += context.ledger.archive.erase(owner, person=context.person, at=context.now())
        compared += context.ledger.findings.erase(owner)
    rewritten = sum(_report_anew(context, identity) for identity in plans)
    for run in compared:
        remove_folder(context.settings.reports / run)
    return {"plans": len(plans), "reports": rewritten, "reconciliations": len(compared)}


def _report_anew(context: RunContext, identity: str) -> int:
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
            report(context, sync, Heading(run, kept.target), summary, result)
        count += 1
    return count


def _syncs(context: RunContext, run: str) -> list[dict[str, Any]]:
    return list((context.ledger.run(run)["summary"] or {}).get("syncs", []))
