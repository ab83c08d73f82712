"""Write the reports of a reconciliation: a page, a workbook, and two files for programs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from connectors.files.writing import write_private
from flows.context import RunContext
from flows.reconciliation.reading import SyncReading, places_of
from schemas.findings import ReconciliationView, System
from schemas.settings import Language
from tasks.messages.rendering import told_what
from tasks.plain_text import json_text
from tasks.reconcile.cross_references import numbers_in
from tasks.reports.csv_text import as_csv


def report(context: RunContext, view: ReconciliationView, summary: dict[str, Any], lang: Language) -> dict[str, str]:
    """Write the reports, each readable by its owner alone, and return their paths by kind."""
    # They bring a template engine and a workbook writer along, which nothing else here needs.
    from tasks.reports.reconciliation_page import page
    from tasks.reports.reconciliation_workbook import workbook

    folder = context.settings.reports / view.run
    paths = {kind: folder / f"reconciliation.{kind}" for kind in ("csv", "json", "html", "xlsx")}
    found, gone = (rows.assign(what=told_what(rows["what"])) for rows in (view.findings, view.resolved))
    write_private(paths["csv"], as_csv(found))
    write_private(paths["json"], _json(replace(view, findings=found, resolved=gone), summary))
    write_private(paths["html"], page(view, lang, context.zone, context.command))
    write_private(paths["xlsx"], workbook(view, lang, context.zone))
    return {kind: str(path) for kind, path in paths.items()}


def _json(view: ReconciliationView, summary: dict[str, Any]) -> str:
    whole = {
        **summary,
        "at": view.at,
        "overlap": view.overlap.to_dict("records"),
        "history": view.history,
        "lines": view.findings.to_dict("records"),
        "resolved": view.resolved.to_dict("records"),
    }
    return json_text(whole) + "\n"


def systems_of(readings: list[SyncReading]) -> list[System]:
    """Return the files, then the places, each with its figures and what kept it from being read."""
    systems: list[System] = []
    for one in readings:
        checked, note = one.checked, one.wrong_source.message if one.wrong_source else ""
        lines = checked.rows if checked else 0
        numbers = len(numbers_in(checked.desired["key"])) if checked else 0
        problems = checked.rejected_lines if checked else 0
        systems.append(System(one.name, "csv", lines, numbers, problems, note))
    unread = {owner: one.place for one in readings if one.found for owner in one.found.unread}
    notes = {one.place: one.wrong_place.message for one in readings if one.wrong_place}
    read = {place.name: place.entries for place in places_of(readings)}
    kinds = {one.place: one.spec.kind for one in readings}
    for place, kind in kinds.items():
        keys = read[place]["key"] if place in read else pd.Series(dtype="str")
        lost = sum(where == place for where in unread.values())
        wordy = int(keys.str.startswith("text:").sum())
        said = f"{lost} of its owners could not be read" if lost else ""
        numbers = len(numbers_in(keys))
        systems.append(System(place, kind, len(keys), numbers, wordy + lost, notes.get(place, said)))
    return systems


def numbers_of(readings: list[SyncReading]) -> dict[str, pd.Series]:
    """Return the distinct canonical numbers of each file and of each place, by their names."""
    files = {one.name: numbers_in(one.checked.desired["key"]) for one in readings if one.checked}
    places = {place.name: numbers_in(place.entries["key"]) for place in places_of(readings)}
    # A sync may bear the name of a place; nobody could tell the two apart.
    return {**files, **{name: numbers for name, numbers in places.items() if name not in files}}
