"""Write the reports of one sync of one run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from connectors.files.reading import write_private
from connectors.ledger.store import KeptPlan
from flows.context import RunContext
from flows.row_history import histories
from schemas.syncs import Sync
from schemas.tables import Result, validated
from tasks.reports.drift_rows import drift_rows
from tasks.reports.line_report import line_report, report_csv, report_html, report_json, with_names


@dataclass(frozen=True)
class Reported:
    """What was reported of a sync: its summary with the paths of the reports, and its lines as people may see them."""

    summary: dict[str, Any]
    lines: pd.DataFrame


@dataclass(frozen=True)
class Heading:
    """What a report is about: the run, the place that was to be kept in step, and the plan where there is one.

    Where the ledger fails, what it knows of the place beside is left out.
    """

    run: str
    target: str
    plan: KeptPlan | None = None
    known: bool = True


def report(
    context: RunContext, sync: Sync, heading: Heading, summary: dict[str, Any], result: pd.DataFrame
) -> Reported:
    """Write the line report as CSV and JSON and the page, each readable by its owner alone.

    Numbers of users are masked unless the sync says otherwise; on the terminal and in Prefect they are masked always.
    """
    private = context.spec(sync).private(sync)
    known = context.ledger.memory.owner_names(heading.target) if heading.known else {}
    result = with_names(validated(Result, result), known)
    shown = line_report(result, masked=private and not sync.full_numbers)
    past = histories(context, heading.plan, result) if heading.plan else {}
    changed = drift_rows(result, masked=private and not sync.full_numbers)
    folder = context.settings.reports / heading.run
    paths = {kind: folder / f"{summary['sync']}.{kind}" for kind in ("csv", "json", "html")}
    summary = {**summary, "reports": {kind: str(path) for kind, path in paths.items()}}
    page = {
        "title": summary["sync"],
        "source": sync.source.name,
        "run": heading.run,
        "target": heading.target,
        **summary,
    }
    write_private(paths["csv"], report_csv(shown))
    write_private(paths["json"], report_json(page, shown))
    write_private(paths["html"], report_html(page, shown, generated_at=context.clock(), drift=changed, past=past))
    return Reported(summary, line_report(result, masked=True) if private and sync.full_numbers else shown)
