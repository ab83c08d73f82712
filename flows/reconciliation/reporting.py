"""Write the reports of a reconciliation: a page, a workbook, and two files for programs."""

from __future__ import annotations

import json
from typing import Any

from connectors.files.reading import write_private
from flows.context import RunContext
from schemas.findings import View
from schemas.settings import Language
from tasks.reports.csv_text import as_csv


def report(context: RunContext, view: View, summary: dict[str, Any], lang: Language) -> dict[str, str]:
    """Write the reports, each readable by its owner alone, and return their paths by kind."""
    # They bring a template engine and a workbook writer along, which nothing else here needs.
    from tasks.reports.reconciliation_page import page
    from tasks.reports.reconciliation_workbook import workbook

    folder = context.settings.reports / view.run
    paths = {kind: folder / f"reconciliation.{kind}" for kind in ("csv", "json", "html", "xlsx")}
    write_private(paths["csv"], as_csv(view.findings))
    write_private(paths["json"], _json(view, summary))
    write_private(paths["html"], page(view, lang))
    write_private(paths["xlsx"], workbook(view, lang))
    return {kind: str(path) for kind, path in paths.items()}


def _json(view: View, summary: dict[str, Any]) -> str:
    whole = {
        **summary,
        "at": view.at,
        "overlap": view.overlap.to_dict("records"),
        "history": view.history,
        "lines": view.findings.to_dict("records"),
        "resolved": view.resolved.to_dict("records"),
    }
    return json.dumps(whole, ensure_ascii=False, default=str) + "\n"
