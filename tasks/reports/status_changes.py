"""Tell whether a sync does better or worse than in its last run, in which words, and which lines need somebody."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from schemas.plan import TROUBLE, Action, Outcome
from schemas.settings import Change, Language
from tasks.messages.catalogue import counted, figure, render, text
from tasks.reports.headline import Tally, headline, next_steps, waits_for_yes

if TYPE_CHECKING:
    import pandas as pd


class SyncStatus(StrEnum):
    """How a sync stands after a run."""

    GOOD = "good"
    KNOWN = "known"  # it ran, and all that needs somebody is accepted
    LINES = "lines"  # it ran, and some lines need somebody
    BLOCKED = "blocked"  # a guard stopped it before anything was written
    SKIPPED = "skipped"  # another run was at work there: nothing was begun, and nothing is wrong
    STOPPED = "stopped"  # an error ended it: a service, a file, the configuration


QUIET: Final = (SyncStatus.GOOD, SyncStatus.KNOWN)  # nobody has to come


def sync_status(summary: Mapping[str, Any]) -> SyncStatus:
    """Return how a sync stands after the run whose summary, one of `syncs` in `--json`, this is."""
    tally = _tally(summary)
    if waits_for_yes(summary) and not tally.wrote:
        return SyncStatus.BLOCKED
    if summary.get("skipped_for"):
        return SyncStatus.SKIPPED
    if summary.get("error"):
        return SyncStatus.STOPPED
    if only_known(summary):
        return SyncStatus.KNOWN
    troubled = any(tally.outcomes.get(word, 0) for word in TROUBLE)
    return SyncStatus.LINES if troubled or summary["rejected"] or not summary["verified"] else SyncStatus.GOOD


def only_known(summary: Mapping[str, Any]) -> bool:
    """Tell whether all that troubles a sync, verified otherwise, is held and accepted by somebody; not if nothing does.

    A rejected line is held, so it is counted among them.
    """
    troubled = sum(int(summary["outcomes"].get(word, 0)) for word in TROUBLE)
    return bool(summary["verified"] and not summary.get("error") and 0 < troubled == summary.get("known", 0))


def changed(previous: SyncStatus | None, now: SyncStatus) -> Change | None:
    """Return what people should be told: every change once, and a night like the last one never.

    A service that stops answering is told also where some lines needed somebody before, and the other way round: the
    next step is another one. What somebody has accepted alarms nobody, and that it was accepted is no news either.
    `previous` is None before the first run; that all went well then is no news, and neither is a run that found
    another one at work: that one tells.
    """
    if now is SyncStatus.SKIPPED:
        return None
    before = previous or SyncStatus.GOOD
    if now is before or {now, before} == {*QUIET} or (before, now) == (SyncStatus.LINES, SyncStatus.KNOWN):
        return None
    if now in QUIET:
        return "recovered"
    return "blocked" if now is SyncStatus.BLOCKED else "failed"


def news(summary: Mapping[str, Any], change: Change, lang: Language = "en") -> dict[str, str]:
    """Return the subject, the sentence and the next step of a message; there is no number of anybody in them.

    Args:
        summary: one of `syncs` in `--json`, with the `run` it belongs to.
        change: what is to be told.
        lang: the language.
    """
    tally = _tally(summary)
    said = headline(summary, tally, lang)
    first = next(iter(next_steps(summary, tally, lang)), None)
    if change == "blocked":  # whoever reads a message has no lines below it
        command = render("report.news_or_command", lang, command=first.command) if first else "."
        step = render("report.news_approve", lang, command=command)
    elif first:
        step = " ".join(filter(None, [first.text, first.command]))
    else:
        step = text("report.news_nothing" if change == "recovered" else "report.news_doctor", lang)
    return {
        "subject": render(f"report.news_{change}", lang, sync=summary["sync"]),
        "sentence": " ".join(filter(None, [f"{said.title.rstrip('.')}.", said.detail, figures(summary, lang)])),
        "next": step,
    }


def figures(summary: Mapping[str, Any], lang: Language = "en") -> str:
    """Return the counts of a run's outcomes, those that are not zero."""
    counts = {**summary["outcomes"], "rejected": summary["rejected"]}
    said = [render("say.trouble", lang, n=n, word=text(f"say.{word}", lang)) for word, n in counts.items() if n]
    return render("report.news_entries", lang, counts=", ".join(said)) if said else ""


def _tally(summary: Mapping[str, Any]) -> Tally:
    outcomes = {str(word.value): int(summary["outcomes"].get(word, 0)) for word in Outcome}
    actions = dict(summary["actions"])
    return Tally(max(sum(actions.values()), sum(outcomes.values())), actions, outcomes)


_MOST = 10


def name_lines(reports: Mapping[str, pd.DataFrame], lang: Language = "en") -> str:
    """Return where the trouble is: "lines 7, 19 and 214"; syncs and kinds are named where there are several.

    Args:
        reports: the line report of each sync.
        lang: the language.

    Returns:
        "" where no line needs anybody. Lines that a plan holds are held.
    """
    found = {sync: kinds for sync, report in reports.items() if (kinds := _kinds(report, lang))}
    several = len({kind for kinds in found.values() for kind in kinds}) > 1
    parts = []
    for sync, kinds in found.items():
        said = ", ".join(f"{kind} {where}" if several else where for kind, where in kinds.items())
        parts.append(f"{sync} {said}" if len(reports) > 1 else said)
    return "; ".join(parts)


def _kinds(report: pd.DataFrame, lang: Language) -> dict[str, str]:
    held_by_plan = (report["outcome"] == "") & (report["action"] == Action.HOLD)
    words = report["outcome"].mask(held_by_plan, "held")
    return {
        text(f"say.{word}", lang): _where(report.loc[words == word, "line"], lang)
        for word in TROUBLE
        if (words == word).any()
    }


def _where(lines: pd.Series, lang: Language) -> str:
    """Return the lines in their order, as far as a sentence can hold them, and how many entries stand in none."""
    numbers = sorted({int(line) for line in lines if line})
    nowhere = int((lines == "").sum())
    both = text("report.where_and", lang)
    shown = [str(number) for number in numbers[:_MOST]]
    if len(numbers) > _MOST:
        shown.append(render("report.where_more", lang, n=figure(lang, len(numbers) - _MOST)))
    listed = both.join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
    parts = [f"{text('report.where_line' if len(numbers) == 1 else 'report.where_lines', lang)} {listed}"]
    parts = parts if numbers else []
    if nowhere:
        parts.append(counted(lang, "report.where_nowhere", nowhere))
    return both.join(parts)
