"""Write the reports of one sync of one run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pandas as pd

from connectors.files.writing import write_private
from connectors.ledger.store import KeptPlan
from flows.context import RunContext
from flows.names import names_of
from flows.row_history import histories
from flows.sync_run import Reported
from schemas import limits
from schemas.syncs import Sync
from schemas.tables import Result, validated
from tasks.messages.owners import place_in
from tasks.reports.drift_rows import drift_rows
from tasks.reports.line_report import (
    line_report,
    report_csv,
    report_html,
    report_json,
    shows_the_same,
    with_names,
)
from tasks.reports.page import PAGE_BEGINS, is_page_in

# What a summary says of its run alone: all else has to be the same where an earlier report stands for another.
_OF_ONE_RUN: Final = {"plan", "requests", "reports", "same_as", "read"}


@dataclass(frozen=True)
class Heading:
    """What a report is about: the run, the place that was to be kept in step, and the plan where there is one.

    Where the ledger fails, what it knows of the place beside is left out. Where nothing is to be done, `seen` has the
    digests of what was read, and an earlier report that shows the same may stand for this one.
    """

    run: str
    target: str
    plan: KeptPlan | None = None
    known: bool = True
    seen: Mapping[str, str] = field(default_factory=dict)


def report(
    context: RunContext, sync: Sync, heading: Heading, summary: dict[str, Any], result: pd.DataFrame
) -> Reported:
    """Write the line report as CSV and JSON and the page, each readable by its owner alone.

    A night like an earlier one, in which nothing was to be done, has the earlier one's report (`same_as`).

    Numbers of users are masked unless the sync says otherwise; on the terminal and in Prefect they are masked always.
    """
    if heading.plan and (refusals := context.ledger.refusals(heading.plan.id)):
        summary = {**summary, "refusals": [dict(vars(no)) for no in refusals]}
    private = context.spec(sync).private(sync)
    known = names_of(context, heading.target) if heading.known else {}
    result = with_names(validated(Result, result), known)
    lang = context.lang
    masked = private and not sync.full_numbers
    kept = line_report(result, masked=masked, command=context.command)
    shown = kept if lang == "en" else line_report(result, masked=masked, lang=lang, command=context.command)
    lines = (
        line_report(result, masked=True, lang=lang, command=context.command) if private and sync.full_numbers else shown
    )
    csv = report_csv(kept)
    earlier = _earlier(context, heading, summary, csv, kept) if heading.seen else None
    if earlier:
        same = {"same_as": earlier.get("same_as", earlier["run"]), "read": dict(heading.seen)}
        return Reported({**summary, "reports": earlier["reports"], **same}, lines, lang)
    folder = context.settings.reports / heading.run
    paths = {kind: folder / f"{summary['sync']}.{kind}" for kind in ("csv", "json", "html")}
    write_private(paths["csv"], csv)
    del csv  # of a large list a hundred megabytes, which a page takes too
    by_name = context.spec(sync).single_owner
    past = histories(context, heading.plan, result, lang, by_name=by_name) if heading.plan else {}
    changed = drift_rows(result, masked=masked, lang=lang)
    summary = {**summary, "reports": {kind: str(path) for kind, path in paths.items()}}
    page = {
        "title": summary["sync"],
        "source": sync.source.name,
        "run": heading.run,
        "target": heading.target,
        **summary,
    }
    place = place_in(f"{sync.connection} {context.spec(sync).place(sync)}", lang)
    html = report_html(
        {**page, "target": place},
        shown,
        generated_at=context.local_time(),
        drift=changed,
        past=past,
        lang=lang,
        command=context.command,
    )
    write_private(paths["json"], report_json(page, kept))
    write_private(paths["html"], html)
    return Reported(summary, lines, lang)


def _earlier(
    context: RunContext, heading: Heading, summary: Mapping[str, Any], csv: bytes, shown: pd.DataFrame
) -> dict[str, Any] | None:
    """Return what the last run of the sync has said, with its id, where its report shows the same in every line."""
    for row in context.ledger.runs(limits.REPORTS_LOOKED_BACK):
        found = (item for item in (row["summary"] or {}).get("syncs", ()) if item["sync"] == summary["sync"])
        before = next(found, None) if row["mode"] == "sync" and row["id"] != heading.run else None
        if before is None or not before["plan"]:  # a night in which the service could not be read tells nothing of it
            continue
        files = [Path(path) for path in before["reports"].values()]
        alike = all(before.get(key) == summary.get(key) for key in {*before, *summary} - _OF_ONE_RUN)
        if not alike or not files or not all(file.is_file() for file in files):
            return None
        with Path(before["reports"]["html"]).open("rb") as page:
            if not is_page_in(context.lang, page.read(PAGE_BEGINS)):  # its lines are the same, and its words are not
                return None
        moment = str(shown["at"].iloc[0]) if len(shown) else ""
        there = Path(before["reports"]["csv"]).read_bytes()
        return {**before, "run": row["id"]} if shows_the_same(csv, there, moment) else None
    return None
