"""Tell whether a sync has changed for better or worse since its last run, and in which words people are told."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from schemas.plan import TROUBLE, Outcome
from schemas.settings import Change
from tasks.reports.headline import Tally, headline, next_steps

_VERBS: Final[Mapping[Change, str]] = {
    "blocked": "waits for your yes or no",
    "failed": "needs somebody",
    "recovered": "is in order again",
}


class SyncStatus(StrEnum):
    """How a sync stands after a run."""

    GOOD = "good"
    LINES = "lines"  # it ran, and some lines need somebody
    BLOCKED = "blocked"  # a guard stopped it before anything was written
    STOPPED = "stopped"  # an error ended it: a service, a file, the configuration


def sync_status(summary: Mapping[str, Any]) -> SyncStatus:
    """Return how a sync stands after the run whose summary, one of `syncs` in `--json`, this is."""
    tally = _tally(summary)
    if summary["guards"] and not tally.wrote:
        return SyncStatus.BLOCKED
    if summary.get("error"):
        return SyncStatus.STOPPED
    troubled = any(tally.outcomes.get(word, 0) for word in TROUBLE)
    return SyncStatus.LINES if troubled or summary["rejected"] or not summary["verified"] else SyncStatus.GOOD


def changed(previous: SyncStatus | None, now: SyncStatus) -> Change | None:
    """Return what people should be told: every change once, and a night like the last one never.

    A service that stops answering is told also where some lines needed somebody before, and the other way round: the
    next step is another one. `previous` is None before the first run; that all went well then is no news.
    """
    if now is (previous or SyncStatus.GOOD):
        return None
    if now is SyncStatus.GOOD:
        return "recovered"
    return "blocked" if now is SyncStatus.BLOCKED else "failed"


def news(summary: Mapping[str, Any], change: Change) -> dict[str, str]:
    """Return the subject, the sentence and the next step of a message; there is no number of anybody in them.

    Args:
        summary: one of `syncs` in `--json`, with the `run` it belongs to.
        change: what is to be told.
    """
    tally = _tally(summary)
    said = headline(summary, tally)
    first = next(iter(next_steps(summary, tally)), None)
    if change == "blocked":  # whoever reads a message has no lines below it
        by_command = f", or: {first.command}" if first else "."
        step = f"Look at the report. If the plan is right, say so and why in the run's page{by_command}"
    elif first:
        step = " ".join(filter(None, [first.text, first.command]))
    else:
        step = "Nothing is to be done." if change == "recovered" else "phonesync doctor tells what is out of reach."
    return {
        "subject": f"phonesync: {summary['sync']} {_VERBS[change]}",
        "sentence": " ".join(filter(None, [f"{said.title.rstrip('.')}.", said.detail, figures(summary)])),
        "next": step,
    }


def figures(summary: Mapping[str, Any]) -> str:
    """Return the counts of a run's outcomes, those that are not zero."""
    counts = [f"{number} {word}" for word, number in summary["outcomes"].items() if number]
    rejected = [f"{summary['rejected']} rejected"] if summary["rejected"] else []
    told = ", ".join(counts + rejected)
    return f"Entries: {told}." if told else ""


def _tally(summary: Mapping[str, Any]) -> Tally:
    outcomes = {str(word.value): int(summary["outcomes"].get(word, 0)) for word in Outcome}
    actions = dict(summary["actions"])
    return Tally(max(sum(actions.values()), sum(outcomes.values())), actions, outcomes)
