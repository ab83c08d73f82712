"""How a run ends in Prefect: a sentence that says what happened, and a state that does not look better than it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from prefect.client.schemas.objects import State, StateType
from prefect.states import Completed, Failed

from flows.console import word_of
from flows.errors import unexpected
from flows.sync_run import RunResult
from schemas.errors import PhonesyncError
from schemas.exit_codes import ExitCode
from schemas.plan import WRITES, Action, Outcome
from schemas.settings import Language
from tasks.messages.catalogue import counted, render, text
from tasks.messages.errors import told, told_again, told_whole
from tasks.reports.headline import Tally, headline, waits_for_yes
from tasks.reports.status_changes import QUIET, SyncStatus, name_lines, sync_status


class NotInPlace(Exception):  # noqa: N818 - named by how things stand
    """A run ended and not all that is wanted is in place; `summary` is what `--json` prints."""

    def __init__(self, message: str, summary: dict[str, Any]) -> None:
        super().__init__(message)
        self.summary = summary


def loggable(error: Exception, lang: Language = "en") -> str:
    """Say what went wrong in words that may be kept anywhere: only errors of ours never quote a row."""
    return told_whole(error, lang) if isinstance(error, PhonesyncError) else told(unexpected(error), lang)[0]


def say(run_result: RunResult, lang: Language = "en") -> str:
    """Return the run in a few sentences, the worst first, for people who look at a list of runs."""
    syncs = run_result.summary["syncs"]
    reports = {reported.summary["sync"]: reported.lines for reported in run_result.reported}
    fine = [sync for sync in syncs if "error" not in sync]
    naming = {error.sync for error in run_result.errors}
    parts = [told_waiting(syncs, lang)] if len(syncs) > 1 and waiting(syncs) else []
    parts += [_stopped(sync, reports, lang, named=sync["sync"] in naming) for sync in syncs if "error" in sync]
    if fine:
        whole = {
            "verified": all(sync["verified"] for sync in fine),
            "guards": [guard for sync in fine if waits_for_yes(sync) for guard in sync["guards"]],
        }
        named = f"{', '.join(sync['sync'] for sync in fine)}: " if parts else ""
        parts.append(f"{named}{_figures(fine, whole, reports, lang)}")
    return " · ".join(parts)


def waiting(syncs: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the syncs whose plan waits for a yes: a guard has stopped it, and nothing of it is written."""
    return [sync for sync in syncs if sync.get("plan") and sync_status(sync) == SyncStatus.BLOCKED]


def told_waiting(syncs: Sequence[Mapping[str, Any]], lang: Language) -> str:
    """Say which syncs wait for a yes, what they would change, and which guard has stopped each."""
    said = [f"{sync['sync']} ({planned_changes(sync, lang)}; {stopped_by(sync)})" for sync in waiting(syncs)]
    return render("prefect.wait_for_yes", lang, n=len(said), of=len(syncs), syncs=", ".join(said))


def planned_changes(sync: Mapping[str, Any], lang: Language) -> str:
    """Return how much of what the plan of a sync would do."""
    counts = [(sync["actions"][word], word_of(str(word.value), lang)) for word in WRITES]
    return ", ".join(render("say.trouble", lang, n=n, word=word) for n, word in counts if n) or text(
        "say.no_change", lang
    )


def stopped_by(sync: Mapping[str, Any]) -> str:
    """Return the guards that have stopped the plan of a sync."""
    return ", ".join(guard["guard"] for guard in sync["guards"])


def _stopped(sync: Mapping[str, Any], reports: Mapping[str, pd.DataFrame], lang: Language, *, named: bool) -> str:
    """Say of a sync that ended early why, and how far it had come; there is nothing proven then."""
    said = told_again(sync, lang) if named else f"{sync['sync']}: {told_again(sync, lang)}"
    # Where a guard stopped it, every change was skipped: their lines would say nothing.
    shown = {} if waits_for_yes(sync) else reports
    return f"{said} ({_figures([sync], {}, shown, lang)})" if any(sync["outcomes"].values()) else said


def _figures(
    syncs: Sequence[Mapping[str, Any]], facts: Mapping[str, Any], reports: Mapping[str, pd.DataFrame], lang: Language
) -> str:
    actions = {str(word.value): sum(sync["actions"][word] for sync in syncs) for word in Action}
    outcomes = {str(word.value): sum(sync["outcomes"][word] for sync in syncs) for word in Outcome}
    rejected = sum(sync["rejected"] for sync in syncs)
    tally = Tally(max(sum(actions.values()), sum(outcomes.values())), actions, outcomes)
    whole = headline(facts, tally, lang)
    where = name_lines({sync["sync"]: reports[sync["sync"]] for sync in syncs if sync["sync"] in reports}, lang)
    title = f"{whole.title}: {where}." if where and not tally.is_plan else f"{whole.title}."
    held = render("report.state_held", lang, where=where) if where and tally.is_plan else ""
    lines = counted(lang, "report.state_rejected", rejected) if rejected else ""
    return " ".join(filter(None, [title, whole.detail, held, lines]))


def state(run_result: RunResult, sentence: str) -> State[Any]:
    """Return the run's final state."""
    if run_result.exit_code == ExitCode.DONE:
        return Completed(message=sentence, data=run_result.summary)
    ended = NotInPlace(sentence, run_result.summary)
    if run_result.exit_code == ExitCode.APPROVAL_NEEDED:
        # A guard did its work, and a person has to decide: that is no failure, and it is not done either. Of Prefect's
        # types only CANCELLED is final and neither red nor green, and its meaning is right: this plan was called off
        # before any of it was written. PAUSED would promise that the same run goes on, and keep it open for ever; the
        # plan waits in the ledger instead. The name is what lists, filters and automations see.
        return State(type=StateType.CANCELLED, name="Blocked", message=sentence, data=ended)
    stand = {sync_status(sync) for sync in run_result.summary["syncs"]}
    if SyncStatus.SKIPPED in stand and stand <= {SyncStatus.SKIPPED, *QUIET}:
        # Another run was at work there and does what this one would have done: nobody has to come.
        return State(type=StateType.CANCELLED, name="Skipped", message=sentence, data=ended)
    return Failed(message=sentence, data=ended)
