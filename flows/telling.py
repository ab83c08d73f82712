"""Tell people when the state of a sync changes; a night like the last is told to nobody.

The ledger knows how each sync stood before. Under Prefect its automations carry the news, on the command line we do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from connectors.ledger.store import Ledger
from flows.context import RunContext
from flows.sync_run import Mode, RunResult
from schemas import limits
from schemas.settings import Change
from tasks.messages.catalogue import render, text
from tasks.messages.command_lines import as_typed
from tasks.messages.failures import why_of, with_remedy
from tasks.reports.status_changes import SyncStatus, changed, news, sync_status

WRITING: Final[tuple[Mode, ...]] = ("sync", "apply", "resume")


def changes_of(
    context: RunContext, run_result: RunResult, mode: Mode, *, decided: bool = False
) -> Iterator[tuple[str, Change, dict[str, Any]]]:
    """Yield each sync of the run that stands otherwise than after the run before, what has changed, and what to say.

    Args:
        context: whose ledger knows the runs before.
        run_result: the run.
        mode: what was asked of it; what writes nothing changes nothing.
        decided: only the syncs of the run that a person has decided about since its changes were told.
    """
    lang = context.lang
    for summary in run_result.summary["syncs"] if mode in WRITING else ():
        if decided and "run" not in summary:
            continue
        told = {"run": run_result.summary["run"], **summary}
        before = last_status(context.ledger, summary["sync"], before=told["run"])
        change = changed(before, sync_status(summary))
        if change:
            yield summary["sync"], change, {**_figures(summary), **news(told, change, lang), "run": told["run"]}


def last_status(ledger: Ledger, sync: str, *, before: str) -> SyncStatus | None:
    """Return how the sync stood after the last run before this one that might write; None where there was none."""
    rows = ledger.runs(limits.RUNS_LOOKED_BACK)
    ids = [row["id"] for row in rows]
    for row in rows[ids.index(before) + 1 :] if before in ids else rows:
        if row["mode"] in WRITING and row["summary"]:
            for summary in row["summary"]["syncs"]:
                if ledger.present_name(summary["sync"]) == sync and not summary.get("skipped_for"):
                    return sync_status(summary)
    return None


def _figures(summary: Mapping[str, Any]) -> dict[str, Any]:
    return {"outcomes": dict(summary["outcomes"]), "rejected": summary["rejected"]}


def tell_people(context: RunContext, run_result: RunResult, mode: Mode) -> list[str]:
    """Mail and post what has changed, as `[notify]` asks; return notes of what could not be told.

    It never fails: what was done to somebody's directory is not made a failure by a mailer.
    """
    notify = context.settings.notify
    if not notify.mail_to and not notify.webhook:
        return []
    notes = []
    try:
        found = [item for item in changes_of(context, run_result, mode) if item[1] in notify.on]
    except Exception as error:  # noqa: BLE001 - see above
        return [render("note.untold", context.lang, why=why_of(error, context.lang))]
    for sync, change, said in found:
        notes += send(context, sync, change, said)
    return notes


def send(context: RunContext, sync: str, change: Change, said: Mapping[str, Any]) -> list[str]:
    """Mail and post one change; return notes of what could not be told."""
    notify, notes = context.settings.notify, []
    said = with_commands(said, context.command)
    payload = {"sync": sync, "change": change, "link": "", **said}
    ways = {f"webhook {number + 1}": partial(_post, context, number, payload) for number in range(len(notify.webhook))}
    if notify.mail_to:
        ways[text("note.by_mail", context.lang)] = partial(_mail, context, said)
    for way, give in ways.items():
        try:
            give()
        except Exception as error:  # noqa: BLE001 - likewise
            untold = {"subject": said["subject"], "way": way, "why": why_of(error, context.lang)}
            said_of_it = render("note.untold_change", context.lang, **untold)
            notes.append(with_remedy(said_of_it, error, context.lang))
    return notes


def with_commands(said: Mapping[str, Any], command: str) -> dict[str, Any]:
    """Return what is to be said with its commands as they are typed there."""
    return {key: as_typed(value, command) if isinstance(value, str) else value for key, value in said.items()}


def _post(context: RunContext, number: int, payload: Mapping[str, Any]) -> None:
    from connectors.messages.sending import post

    place = f"notify.webhook.{number}"
    post(context.secret(place, context.settings.notify.webhook[number]), payload)


def _mail(context: RunContext, said: Mapping[str, Any]) -> None:
    from connectors.messages.sending import hand_to_mailer, mail, send_by_smtp

    notify = context.settings.notify
    lang = context.lang
    step = render("report.news_next", lang, step=said["next"])
    last = said.get("command", as_typed(f"phonesync show {said['run']}", context.command))
    letter = f"{said['sentence']}\n\n{step}\n\n{last}\n"
    message = mail(notify.mail_to, notify.mail_from, str(said["subject"]), letter)
    if notify.smtp is None:
        hand_to_mailer(message, notify.sendmail)
        return
    kept = notify.smtp.password
    send_by_smtp(message, notify.smtp, context.secret("notify.smtp.password", kept) if kept else "")
