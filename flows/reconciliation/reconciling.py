"""Reconcile: every file and every place side by side, nothing written but reports. What Prefect and commands share."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from connectors.files import make_private_folder, write_private
from connectors.ledger_findings import Reconciliation
from flows.reconciliation.comparing import Look, look, places_of, side_of, type_words
from flows.reconciliation.linking import Links, links
from flows.reconciliation.suggesting import suggest_copies
from flows.world import World
from schemas.errors import PhonesyncError
from schemas.findings import Kind, System, View, tally
from schemas.frames import Finding
from tasks.among import looked_up
from tasks.findings.advise import Language, Names, advise
from tasks.findings.compare_findings import Earlier, accepted, date_findings, identify, remember, resolved
from tasks.findings.hide import hide
from tasks.findings.places import look_around, standing
from tasks.findings.reconcile import COLUMNS, compare, once
from tasks.findings.survey import numbers_in, overlap
from tasks.pages.as_csv import as_csv

_SHOWN_RUNS = 12
_BY_WEIGHT = (5, 4, 2, 3, 1)


@dataclass(frozen=True)
class Asked:
    """What is asked of a reconciliation.

    Attributes:
        since: the run, or the day, to compare it with; "" means the last one.
        suggest: write corrected copies of the files beside them.
        lang: the language of the reports.
    """

    since: str = ""
    suggest: bool = False
    lang: Language = "en"


@dataclass(frozen=True)
class Reconciled:
    """How a reconciliation ended: what `--json` prints, its exit code, what a screen may show, and the errors."""

    summary: dict[str, Any]
    exit_code: int
    view: View
    errors: list[PhonesyncError] = field(default_factory=list)


def reconcile_all(world: World, asked: Asked) -> Reconciled:
    """Compare every configured file and place, and keep what was found; no service is written to.

    Raises:
        LedgerError: there is no earlier reconciliation of that name.
        ConfigurationError: reports cannot be written.
    """
    kept = world.ledger.findings
    memory = kept.last()
    before = kept.find(asked.since) if asked.since else memory
    make_private_folder(world.settings.reports)
    run = f"{world.clock():%Y%m%dT%H%M%SZ}-{world.suffix()}"
    at = world.now()
    world.ledger.start_run(run, mode="reconcile", person=world.person, at=at)
    summary: dict[str, Any] = {"run": run}
    code = 5
    try:
        looks = look(world)
        linked = links(world, looks)
        earlier = Earlier(
            memory.findings if memory else None, before.findings if before else None, _not_compared(looks)
        )
        rows = _rows(world, looks, linked, earlier, asked)
        shown = _findings(world, looks, rows, asked)
        hidden = _hidden(looks, shown, [one.name for one in looks if one.private])
        view = View(
            run=run,
            at=at,
            systems=_systems(looks),
            overlap=overlap(_numbers(looks)),
            findings=hidden,
            resolved=resolved(hidden, earlier),
            history=[*kept.history(_SHOWN_RUNS - 1), {"run": run, "at": at, "findings": tally(hidden)}],
            since=before.run if before else "",
        )
        errors = [*(error for one in looks for error in (one.wrong_source, one.wrong_place) if error), *linked.errors]
        summary = _summary(view, linked)
        if asked.suggest:
            summary["suggestions"] = suggest_copies(looks, rows, run)
        summary["reports"] = _report(world, view, summary, asked.lang)
        code = _exit_code(view, errors)
        kept.keep(Reconciliation(run, at, view.since, tally(hidden), remember(hidden, earlier)))
    finally:
        world.ledger.finish_run(run, exit_code=code, summary=summary, at=world.now())
    users = [one.name for one in looks if one.sync.entity_class == "user"]
    screen = View(**{**vars(view), "findings": _hidden(looks, shown, users)})
    return Reconciled(summary, code, screen, errors)


def _rows(world: World, looks: list[Look], linked: Links, earlier: Earlier, asked: Asked) -> pd.DataFrame:
    """Return all rows with their ids, dates, acceptances and advice; nothing is hidden yet."""
    today = world.clock().date()
    blank = pd.DataFrame("", index=[], columns=[*COLUMNS], dtype="str").astype({"line": "int64"})
    compared = [compare(side) for one in looks if (side := side_of(world, one))]
    rows = pd.concat([blank, *compared], ignore_index=True)
    place_of = {one.name: one.place for one in looks}
    rows = look_around(once(rows, place_of), place_of, standing(places_of(looks)))
    rows = pd.concat([rows, linked.linked.rows], ignore_index=True)
    rows = identify(rows, world.ledger.findings.salt(lambda: secrets.token_hex(16)))
    rows = date_findings(rows, earlier, today, world.settings.reconcile.stale_days)
    said = world.ledger.findings.accepted(today.isoformat())
    rows = accepted(rows, {key: f"until {one.until}: {one.reason} ({one.person})" for key, one in said.items()})
    names = {one.name: Names(one.name, one.sync.source.name, one.place) for one in looks}
    return advise(rows, names, asked.lang)


def _findings(world: World, looks: list[Look], rows: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Return `Finding`, types with their words, sorted by sync and line."""
    words = type_words(world, looks, asked.lang)
    connections = {one.name: one.sync.connection for one in looks}
    connection = rows["sync"].map(connections)
    for column in ("type_csv", "type_there"):
        pairs = pd.Series(list(zip(connection, rows[column], strict=True)), index=rows.index, dtype=object)
        rows = rows.assign(**{column: looked_up(pairs, words, rows[column])})
    order = {name: at for at, name in enumerate(connections)}
    ranked = rows.assign(order=rows["sync"].map(order), last=rows["line"] == 0)
    ranked = ranked.sort_values(["order", "last", "line", "owner", "key", "id"], kind="stable", ignore_index=True)
    findings = ranked[[*Finding.to_schema().columns]]
    # A text that is no number is no canonical one.
    return findings.assign(key=findings["key"].mask(findings["key"].str.startswith("text:"), ""))


def _hidden(looks: list[Look], findings: pd.DataFrame, private: list[str]) -> pd.DataFrame:
    starts = {one.place + (": " if one.kind == "apio" else " "): one.place for one in looks}
    return hide(findings, private, starts)


def _not_compared(looks: list[Look]) -> list[tuple[str, str]]:
    whole = [(one.name, "") for one in looks if one.checked is None or one.found is None]
    return whole + [(one.name, owner) for one in looks if one.found for owner in one.found.unread]


def _systems(looks: list[Look]) -> list[System]:
    """Return the files, then the places, each with its figures and what kept it from being read."""
    systems = []
    for one in looks:
        checked, note = one.checked, one.wrong_source.message if one.wrong_source else ""
        lines = checked.rows if checked else 0
        numbers = len(numbers_in(checked.desired["key"])) if checked else 0
        problems = int(checked.rejected["line"].nunique()) if checked else 0
        systems.append(System(one.name, "csv", lines, numbers, problems, note))
    unread = {owner: one.place for one in looks if one.found for owner in one.found.unread}
    notes = {one.place: one.wrong_place.message for one in looks if one.wrong_place}
    read = {place.name: place.entries for place in places_of(looks)}
    kinds = {one.place: one.kind for one in looks}
    for place, kind in kinds.items():
        keys = read[place]["key"] if place in read else pd.Series(dtype="str")
        lost = sum(where == place for where in unread.values())
        wordy = int(keys.str.startswith("text:").sum())
        said = f"{lost} of its owners could not be read" if lost else ""
        numbers = len(numbers_in(keys))
        systems.append(System(place, kind, len(keys), numbers, wordy + lost, notes.get(place, said)))
    return systems


def _numbers(looks: list[Look]) -> dict[str, pd.Series]:
    files = {one.name: numbers_in(one.checked.desired["key"]) for one in looks if one.checked}
    places = {place.name: numbers_in(place.entries["key"]) for place in places_of(looks)}
    # A sync may bear the name of a place; nobody could tell the two apart.
    return {**files, **{name: numbers for name, numbers in places.items() if name not in files}}


def _summary(view: View, linked: Links) -> dict[str, Any]:
    findings = view.findings
    waiting = findings[(findings["accepted"] != "") & (findings["kind"] != Kind.AGREE)]
    trend = {word: int((findings["trend"] == word).sum()) for word in ("new", "persisting")}
    return {
        "run": view.run,
        "systems": [vars(system) for system in view.systems],
        "findings": tally(findings),
        "accepted": {kind: count for kind, count in tally(waiting).items() if count},
        "since": view.since,
        "trend": {**trend, "resolved": len(view.resolved)},
        "links": {"known": linked.linked.links, "loose": len(linked.linked.loose)},
        "reports": {},
    }


def _exit_code(view: View, errors: list[PhonesyncError]) -> int:
    """Return 0 where all agree or somebody has accepted that it does not; what could not be read weighs more."""
    findings = view.findings
    open_ = ((findings["kind"] != Kind.AGREE) & (findings["accepted"] == "")).any()
    unread = any(system.kind != "csv" and system.note for system in view.systems)
    codes = {error.exit_code if error.exit_code in {2, 4} else 4 for error in errors} | {int(bool(open_))}
    codes |= {4} if unread else set()
    return next((code for code in _BY_WEIGHT if code in codes), 0)


def _report(world: World, view: View, summary: dict[str, Any], lang: Language) -> dict[str, str]:
    """Write the reports, each readable by its owner alone, and return their paths by kind."""
    # They bring a template engine and a workbook writer along, which nothing else here needs.
    from tasks.pages.reconcile_page import page
    from tasks.pages.reconcile_workbook import workbook

    folder = world.settings.reports / view.run
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
