"""Reconcile: every file and every place side by side, nothing written but reports. What Prefect and commands share."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, get_args

import pandas as pd

from connectors.files.writing import make_private_folder
from connectors.ledger.findings import Reconciliation
from flows.context import RunContext
from flows.known import first_name, salt_of, until
from flows.locking import at_work, is_dead
from flows.reconciliation.corrections import suggest_copies
from flows.reconciliation.discovering import Listed, listed_owners
from flows.reconciliation.office_links import Links, links
from flows.reconciliation.official import OfficialNumbers, official_numbers
from flows.reconciliation.reading import (
    SyncReading,
    done_without,
    owner_names,
    places_of,
    read_syncs,
    side_of,
    type_words,
)
from flows.reconciliation.reporting import numbers_of, report, systems_of
from flows.telling import WRITING
from schemas import limits
from schemas.errors import PhonesyncError, code_of_unread
from schemas.exit_codes import ExitCode, worst
from schemas.findings import OF_LISTS, FindingKind, ReconciliationView, tally
from schemas.problems import DRIFT, Code
from schemas.settings import Language
from schemas.tables import Finding, validated
from tasks.messages.catalogue import text
from tasks.messages.owners import place_in
from tasks.reconcile.align import COLUMNS, deduplicate
from tasks.reconcile.classify import classify_findings
from tasks.reconcile.cross_references import find_cross_references, number_locations, overlap
from tasks.reconcile.history import Earlier, accepted, date_findings, identify, remember, resolved
from tasks.reconcile.official import OFFICIAL
from tasks.reconcile.remedies import Names, add_remedies
from tasks.reports.masking import mask_findings
from tasks.text_columns import looked_up

_SHOWN_RUNS = 12


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
    exit_code: ExitCode
    view: ReconciliationView
    errors: list[PhonesyncError] = field(default_factory=list)


@dataclass(frozen=True)
class _ReconciliationRun:
    """One reconciliation among others: its run, what is remembered, and which one it is compared with."""

    run: str
    at: str
    memory: Reconciliation | None
    before: Reconciliation | None


def reconcile_all(context: RunContext, asked: Asked) -> Reconciled:
    """Compare every configured file and place, and keep what was found; no service is written to.

    Raises:
        LedgerError: there is no earlier reconciliation of that name.
        ConfigurationError: reports cannot be written.
    """
    memory = context.ledger.findings.last()
    before = context.ledger.findings.find(asked.since) if asked.since else memory
    make_private_folder(context.settings.reports)
    this_run = _ReconciliationRun(f"{context.clock():%Y%m%dT%H%M%SZ}-{context.suffix()}", context.now(), memory, before)
    with at_work(context.ledger, this_run.run, lambda: context.clock().timestamp()):
        return _kept(context, asked, this_run)


def _kept(context: RunContext, asked: Asked, this_run: _ReconciliationRun) -> Reconciled:
    """Reconcile, and keep how it ended."""
    context.ledger.start_run(this_run.run, mode="reconcile", person=context.person, at=this_run.at)
    summary: dict[str, Any] = {"run": this_run.run}
    code = ExitCode.UNSETTLED
    try:
        done = _carried_out(context, asked, this_run)
        summary, code = done.summary, done.exit_code
    finally:
        context.ledger.finish_run(this_run.run, exit_code=code, summary=summary, at=context.now())
    return done


def _carried_out(context: RunContext, asked: Asked, this_run: _ReconciliationRun) -> Reconciled:
    """Read, compare, report, and keep what was found."""
    readings = read_syncs(context)
    linked = links(context, readings)
    listed = listed_owners(context, readings)
    errors = [error for one in readings for error in (one.wrong_source, one.wrong_place) if error]
    official = official_numbers(context, readings)
    errors += [*linked.errors, *listed.errors, *official.errors]
    memory, before = (_as_called_now(context, one) if one else None for one in (this_run.memory, this_run.before))
    every = [*readings, *official.readings]
    earlier = Earlier(memory, before, [*_not_compared(every), *_unlisted(memory, before, listed)])
    rows = _rows(context, readings, (linked.linked.rows, listed.rows, official.rows), earlier)
    rows = add_remedies(
        rows, {one.name: _names(context, one, asked.lang) for one in every}, asked.lang, context.command
    )
    findings = _findings(context, every, rows, asked)
    hidden = _hidden(readings, findings, [one.name for one in every if one.private])
    view = _view(context, (readings, official), hidden, earlier, this_run)
    summary = _summary(view, linked)
    notes = done_without(readings, asked.lang)
    summary |= {"notes": notes} if notes else {}
    summary["meanwhile"] = _writing_meanwhile(context, this_run)
    view = replace(view, meanwhile=tuple(summary["meanwhile"]))
    if asked.suggest:
        summary["suggestions"] = suggest_copies(readings, rows, view.run)
    summary["reports"] = report(context, view, summary, asked.lang)
    counts = tally(hidden)
    context.ledger.findings.keep(Reconciliation(view.run, view.at, view.since, counts, remember(hidden, earlier)))
    users = [one.name for one in every if one.spec.private(one.sync)]
    screen = replace(view, findings=_hidden(readings, findings, users))
    return Reconciled(summary, _exit_code(view, errors), screen, errors)


def _as_called_now(context: RunContext, earlier: Reconciliation) -> pd.DataFrame:
    """Return what an earlier reconciliation has found, under the present names of the syncs."""
    names = {name: context.ledger.present_name(name) for name in earlier.findings["sync"].unique()}
    return earlier.findings.assign(sync=looked_up(earlier.findings["sync"], names))


def _view(
    context: RunContext,
    read: tuple[list[SyncReading], OfficialNumbers],
    findings: pd.DataFrame,
    earlier: Earlier,
    this_run: _ReconciliationRun,
) -> ReconciliationView:
    """Return all that the reports show of these findings, which are masked already."""
    readings, official = read
    this = {"run": this_run.run, "at": this_run.at, "findings": tally(findings)}
    return ReconciliationView(
        run=this_run.run,
        at=this_run.at,
        systems=[*systems_of(readings), *official.systems],
        overlap=overlap(numbers_of(readings) | numbers_of(official.readings)),
        findings=findings,
        resolved=validated(Finding, resolved(findings, earlier)),
        history=[*context.ledger.findings.history(_SHOWN_RUNS - 1), this],
        since=this_run.before.run if this_run.before else "",
        labels={one.spec.kind: one.spec.wording.label for one in readings}
        | {OFFICIAL: {lang: text("say.official", lang) for lang in get_args(Language)}},
    )


def _names(context: RunContext, one: SyncReading, lang: Language) -> Names:
    """Return what is called how in what a sync's findings are to be done about."""
    keeps, unnamed = one.sync.on_drift == "keep", frozenset[str]()
    if not one.spec.private(one.sync):  # of most people a service says no name
        kept = context.ledger.names.kept(one.target)
        said = any(known.names for known in kept.values())  # else it may name nobody
        unnamed = frozenset(owner for owner, known in kept.items() if said and not known.names and not known.in_vain)
    return Names(one.name, one.sync.source.name, place_in(one.place, lang), keeps, unnamed)


def _rows(
    context: RunContext,
    readings: list[SyncReading],
    further: tuple[pd.DataFrame, ...],
    earlier: Earlier,
) -> pd.DataFrame:
    """Return all rows with their ids, dates and acceptances; nothing is hidden yet.

    Args:
        context: what is remembered.
        readings: the syncs.
        further: rows of what is found beside the comparison of each sync.
        earlier: what is remembered of earlier reconciliations.
    """
    today = context.clock().date()
    blank = pd.DataFrame("", index=[], columns=[*COLUMNS], dtype="str").astype({"line": "int64"})
    compared = [classify_findings(side) for one in readings if (side := side_of(context, one))]
    rows = pd.concat([blank, *compared], ignore_index=True)
    place_of = {one.name: one.place for one in readings}
    rows = find_cross_references(deduplicate(rows, place_of), place_of, number_locations(places_of(readings)))
    rows = pd.concat([rows, *further], ignore_index=True)
    first_names = {one.name: first_name(context, one.name) for one in readings}
    rows = identify(rows, salt_of(context), first_names)
    rows = date_findings(rows, earlier, today, context.settings.reconcile.stale_days)
    said = context.ledger.findings.accepted(today.isoformat())
    return accepted(rows, {key: until(one) for key, one in said.items()})


def _findings(context: RunContext, readings: list[SyncReading], rows: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    """Return `Finding`, types with their words, sorted by sync and line."""
    words = type_words(context, readings, asked.lang)
    connections = {one.name: one.sync.connection for one in readings}
    connection = rows["sync"].map(connections)
    for column in ("type_csv", "type_there"):
        pairs = pd.Series(list(zip(connection, rows[column], strict=True)), index=rows.index, dtype=object)
        rows = rows.assign(**{column: looked_up(pairs, words, rows[column])})
    names = {one.name: owner_names(context, one, asked.lang) for one in readings}
    called = [looked_up(rows.loc[rows["sync"] == one.name, "owner"], names[one.name]) for one in readings]
    rows = rows.assign(owner_name=pd.concat(called).reindex(rows.index, fill_value="") if called else "")
    order = {name: at for at, name in enumerate(connections)}
    ranked = rows.assign(order=rows["sync"].map(order), last=rows["line"] == 0)
    ranked = ranked.sort_values(["order", "last", "line", "owner", "key", "id"], kind="stable", ignore_index=True)
    findings = ranked[[*Finding.to_schema().columns]]
    # A text that is no number is no canonical one.
    key = findings["key"].mask(findings["key"].str.startswith("text:"), "")
    return validated(Finding, findings.assign(key=key))


def _hidden(readings: list[SyncReading], findings: pd.DataFrame, private: list[str]) -> pd.DataFrame:
    starts = {one.place + (": " if one.spec.names_are_keys else " "): one.place for one in readings}
    return mask_findings(findings, private, starts, {one.sync.source.name for one in readings})


def _not_compared(readings: list[SyncReading]) -> list[tuple[str, str]]:
    whole = [(one.name, "") for one in readings if one.checked is None or one.found is None]
    return whole + [(one.name, owner) for one in readings if one.found for owner in one.found.unread]


def _unlisted(memory: pd.DataFrame | None, before: pd.DataFrame | None, listed: Listed) -> list[tuple[str, str]]:
    """Return what was found in lists before, of places that could not be listed this time."""
    found = [
        one[one["kind"].isin(OF_LISTS) & one["sync"].isin(listed.unlisted)]
        for one in (memory, before)
        if one is not None
    ]
    return [(str(sync), str(owner)) for one in found for sync, owner in zip(one["sync"], one["owner"], strict=True)]


def _summary(view: ReconciliationView, linked: Links) -> dict[str, Any]:
    findings = view.findings
    waiting = findings[(findings["accepted"] != "") & (findings["kind"] != FindingKind.AGREE)]
    trend = {word: int((findings["trend"] == word).sum()) for word in ("new", "persisting")}
    return {
        "run": view.run,
        "systems": [vars(system) for system in view.systems],
        "findings": tally(findings),
        "accepted": {kind: count for kind, count in tally(waiting).items() if count},
        "since": view.since,
        "drift": int(findings["drift"].isin(DRIFT).sum()),
        "came_back": int((findings["drift"] == Code.CAME_BACK).sum()),
        "trend": {**trend, "resolved": len(view.resolved)},
        "links": {
            "known": linked.linked.links,
            "loose": len(linked.linked.loose),
            "loose_at": [{"file": said["file"], "line": int(said["line"])} for said in linked.linked.loose],
        },
        "reports": {},
    }


def _writing_meanwhile(context: RunContext, this_run: _ReconciliationRun) -> list[str]:
    """Return the runs that may have written while files and places were read: what they changed is half seen."""
    locks, now = context.ledger.locks.held("").values(), context.clock().timestamp()
    writing = {lock.run for lock in locks if not is_dead(lock, now)}
    found = []
    for row in context.ledger.runs(limits.RUNS_LOOKED_BACK):
        if row["mode"] in WRITING and row["id"] != this_run.run:
            ended, syncs = row["finished_at"], (row["summary"] or {}).get("syncs", ())
            wrote = any(sync["requests"]["write"] for sync in syncs)
            if row["id"] in writing if ended is None else wrote and ended > this_run.at:
                found.append(str(row["id"]))
    return sorted(found)


def _exit_code(view: ReconciliationView, errors: list[PhonesyncError]) -> ExitCode:
    """Return `DONE` where all agree or somebody has accepted that it does not; what could not be read weighs more."""
    findings = view.findings
    open_ = ((findings["kind"] != FindingKind.AGREE) & (findings["accepted"] == "")).any()
    unread = any(system.kind not in {"csv", OFFICIAL} and system.note for system in view.systems)
    codes = [code_of_unread(error) for error in errors]
    codes += [ExitCode.LINES_FAILED] if open_ else []
    codes += [ExitCode.UNAVAILABLE] if unread else []
    return worst(codes)
