"""Tell, from a service that is always there, that a sync has not ended well for too long: no run says so by itself.

What was told is noted beside Prefect's database, so that it is told once, also where the service is started anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from connectors.files.writing import write_private
from flows.context import RunContext
from flows.status import standings
from flows.telling import last_status
from schemas import limits
from schemas.settings import Change
from tasks.messages.catalogue import moment, render, text
from tasks.reports.standing import Standing
from tasks.reports.status_changes import QUIET, changed, sync_status

FILE: Final = "told-stale"
Tell = Callable[[str, Change, Mapping[str, Any]], None]


def tell_stale(context: RunContext, place: Path, since: datetime, tell: Tell) -> None:
    """Tell of each sync that has become stale since the last look, and of each that is in order again.

    One that has never ended well is given its time from when the service began: on the first evening all are such.

    Args:
        context: whose ledger knows how the syncs stand.
        place: the file that says which were told.
        since: when the service began.
        tell: says it to people; where it raises, it is told at the next look.
    """
    told = {context.ledger.present_name(name) for name in _told(place)}
    for one in standings(context):
        if one.stale and one.sync not in told and (one.last_good or _is_late(one, since, context.clock())):
            tell(one.sync, "stale", _payload(context, one, "stale"))
            told.add(one.sync)
        elif not one.stale and one.sync in told:
            if _is_news(context, one.sync):
                tell(one.sync, "recovered", _payload(context, one, "recovered"))
            told.discard(one.sync)
        else:
            continue
        write_private(place, "\n".join(sorted(told)))
    known = told & {*context.settings.syncs}
    if known != told:  # what the configuration has no more is of no interest when it comes back
        write_private(place, "\n".join(sorted(known)))


def _is_late(one: Standing, since: datetime, now: datetime) -> bool:
    """Tell whether a sync that never ended well has had its time since the service began."""
    if one.stale_after is not None:
        return now - since > timedelta(hours=one.stale_after)
    return datetime.fromisoformat(one.due) > since


def _told(place: Path) -> set[str]:
    try:
        return set(place.read_text(encoding="utf-8").split())
    except (OSError, UnicodeDecodeError):
        return set()


def _is_news(context: RunContext, sync: str) -> bool:
    """Tell whether a sync is in order, and its last run has not told that by itself."""
    for row in context.ledger.runs(limits.RUNS_LOOKED_BACK):
        syncs = (row["summary"] or {}).get("syncs", ())
        found = (summary for summary in syncs if context.ledger.present_name(summary["sync"]) == sync)
        summary = next(found, None) if row["mode"] in {"sync", "apply", "resume"} else None
        if summary is not None and not summary.get("skipped_for"):
            now = sync_status(summary)
            before = last_status(context.ledger, sync, before=row["id"])
            return now in QUIET and changed(before, now) != "recovered"
    return False


def _payload(context: RunContext, one: Standing, change: Change) -> dict[str, Any]:
    lang = context.lang
    since = "report.stale_since" if change == "stale" else "report.recovered_since"
    key = since if one.last_good else "report.stale_never"
    return {
        "subject": render(f"report.news_{change}", lang, sync=one.sync),
        "sentence": render(key, lang, at=moment(lang, one.last_good)),
        "next": text("report.news_status" if change == "stale" else "report.news_nothing", lang),
        "run": "",
        "outcomes": {},
        "rejected": 0,
    }
