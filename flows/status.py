"""How every sync stands: from the ledger alone, for people, for monitoring, and for a page on a screen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from connectors.ledger.store import Ledger
from flows.context import RunContext
from flows.locking import is_dead
from schemas import limits
from schemas.errors import PhonesyncError
from schemas.plan import TROUBLE
from schemas.schedule import last_start, next_start
from schemas.settings import Language
from schemas.syncs import Sync
from tasks.reports.standing import BLOCKED, GONE, REFUSED, STOPPED, Standing, is_stale, prometheus, status_page
from tasks.reports.status_changes import sync_status

PAGE: Final = "status.html"
_LastRuns = tuple[str, Mapping[str, Any], Mapping[str, Any]]
_WRITING: Final = frozenset({"sync", "apply", "resume"})
_NOTHING_TO_APPLY: Final = frozenset({"plan_applied", "plan_erased"})


def standings(context: RunContext) -> list[Standing]:
    """Return how each sync stands, in the order of the configuration."""
    runs = context.ledger.runs(limits.RUNS_LOOKED_BACK)
    last, refused = _last_runs(context.ledger, runs), context.ledger.refused()
    plans = Counter(sync for plan, sync in context.ledger.waiting_syncs().items() if plan not in refused)
    since = runs[-1]["started_at"] if 0 < len(runs) < limits.RUNS_LOOKED_BACK else ""
    good, syncs = context.ledger.last_good(), context.settings.syncs
    found = (_standing(context, name, sync, last.get(name), good.get(name, "")) for name, sync in syncs.items())
    no_to = {name for name, (_, newest, _) in last.items() if newest.get("plan") in refused}
    found = (replace(one, state=REFUSED) if one.state == BLOCKED and one.sync in no_to else one for one in found)
    cut_off = _interrupted(context)
    found = (replace(one, state=STOPPED, unfinished=True) if one.sync in cut_off else one for one in found)
    here = [
        replace(one, plans=plans[one.sync], stale=one.stale and not _before_the_first_run(one, since)) for one in found
    ]
    return [*here, *_gone(context, last, good)]


def _interrupted(context: RunContext) -> set[str]:
    """Return the syncs of which a run was interrupted while it wrote, and that no run is at work on."""
    now, held = context.clock().timestamp(), context.ledger.locks.held("")
    plans = context.ledger.open_plans()
    return {sync for sync, target in plans if target not in held or is_dead(held[target], now)}


def _gone(context: RunContext, last: Mapping[str, _LastRuns], good: Mapping[str, str]) -> list[Standing]:
    """Return the syncs that have run these days and are in no configuration any more: half of it may be lost."""
    known = context.settings.syncs
    since = (context.clock() - timedelta(days=limits.GONE_SYNC_DAYS)).isoformat()
    gone = {name: at for name, (at, *_) in last.items() if name not in known and at >= since}
    return [Standing(name, GONE, at, good.get(name, "")) for name, at in gone.items()]


def _before_the_first_run(one: Standing, since: str) -> bool:
    """Tell whether all that a sync should have done was due before phonesync had run here at all."""
    if one.last_good or not one.due or not since:
        return False
    return datetime.fromisoformat(one.due) < datetime.fromisoformat(since)


def _last_runs(ledger: Ledger, runs: Sequence[Mapping[str, Any]]) -> dict[str, _LastRuns]:
    """Return when the last run of each sync began that might write, its summary, and that of the last that compared."""
    newest: dict[str, tuple[str, Mapping[str, Any]]] = {}
    compared: dict[str, Mapping[str, Any]] = {}
    for row in runs:
        for summary in (row["summary"] or {}).get("syncs", []) if row["mode"] in _WRITING else ():
            # The run that was at work there says how it stands, and so does the one that has applied the plan.
            if summary.get("skipped_for") or summary.get("error_code") in _NOTHING_TO_APPLY:
                continue
            name = ledger.present_name(summary["sync"])
            newest.setdefault(name, (row["started_at"], summary))
            if not summary.get("error"):  # one that failed counts nothing, and what waits waits all the same
                compared.setdefault(name, summary)
    return {name: (at, summary, compared.get(name, {})) for name, (at, summary) in newest.items()}


def _standing(context: RunContext, name: str, sync: Sync, last: _LastRuns | None, last_good: str) -> Standing:
    now = context.clock()
    latest = now - timedelta(seconds=limits.STALE_GRACE_SECONDS)
    due = last_start(sync.schedule, latest, sync.timezone) if sync.schedule and sync.stale_after is None else None
    start = next_start(sync.schedule, now, sync.timezone) if sync.schedule else None
    at, newest, summary = last or ("", {}, {})
    outcomes, known = summary.get("outcomes", {}), int(summary.get("known", 0))
    return Standing(
        sync=name,
        state=str(sync_status(newest).value) if newest else "",
        last_run=at,
        last_good=last_good,
        stale_after=sync.stale_after,
        due=due.isoformat() if due else "",
        stale=is_stale(last_good, sync.stale_after, due.isoformat() if due else "", now),
        waiting=sum(int(outcomes.get(word, 0)) for word in TROUBLE) - known if summary else 0,
        known=known,
        left=int(summary.get("left", 0)),
        drift=int(summary.get("drift", 0)),
        plans=0,
        next_run=start.isoformat() if start else "",
        good_until=_good_until(sync, last_good, now),
    )


def _good_until(sync: Sync, last_good: str, now: datetime) -> str:
    """Return when a sync of which nothing more is heard has been without a good run for too long, "" where never."""
    if sync.stale_after is not None:
        until = datetime.fromisoformat(last_good) + timedelta(hours=sync.stale_after) if last_good else None
    else:
        begun = last_start(sync.schedule, now, sync.timezone) if sync.schedule else None
        missed = begun is not None and bool(last_good) and datetime.fromisoformat(last_good) < begun
        due = begun if missed else next_start(sync.schedule, now, sync.timezone) if sync.schedule else None
        until = due + timedelta(seconds=limits.STALE_GRACE_SECONDS) if due else None
    return until.isoformat() if until else ""


def as_json(found: Sequence[Standing]) -> dict[str, Any]:
    """Return what `--json` prints."""
    return {"syncs": [asdict(one) for one in found], "stale": [one.sync for one in found if one.stale]}


def write_page(context: RunContext, found: Sequence[Standing], lang: Language, path: Path) -> None:
    """Write the page of all syncs, readable by its owner alone.

    Raises:
        ConfigurationError: it cannot be written there.
    """
    from connectors.files.writing import write_private

    write_private(path, status_page(found, lang, now=context.clock(), zone=context.zone.key, command=context.command))


def write_metrics(found: Sequence[Standing], path: Path) -> None:
    """Write the figures for Prometheus, readable by its collector; they name syncs and nobody's entry.

    Raises:
        ConfigurationError: they cannot be written there.
    """
    from connectors.files.writing import write_private

    write_private(path, prometheus(found), shared=True)


def renew_page(context: RunContext, lang: Language) -> None:
    """Write the page beside the reports; what a run has done is not made a failure by it."""
    try:
        write_page(context, standings(context), lang, context.settings.reports / PAGE)
    except PhonesyncError:  # a full disk, a ledger that is gone: the run has told that already
        return
