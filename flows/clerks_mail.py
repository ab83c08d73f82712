"""Mail a sync's people what waits for them: new lines once, in their language, with the annotated copy of their file.

A mail is put into the outbox before it is sent, and stays there until somebody has taken it.
"""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from hashlib import sha256
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from connectors.messages.outbox import Outbox, Told, WaitingMail
from connectors.messages.sending import InDoubt, hand_to_mailer, mail, send_by_smtp
from flows.attached_copy import attached_copy
from flows.check import CheckedFile, check_sources
from flows.context import RunContext
from flows.known import first_name, salt_of
from flows.offline import remembered
from flows.run_history import lines_of_plan
from flows.sync_run import Mode, RunResult
from schemas.errors import ConfigurationError
from schemas.settings import Language
from tasks.messages.catalogue import moment, render
from tasks.messages.errors import told_whole
from tasks.messages.failures import why_of, with_remedy
from tasks.messages.language import language
from tasks.reports.clerks_mail import MailFacts, clerks_mail, waiting_rows

_WRITING: Final[tuple[Mode, ...]] = ("sync", "apply", "resume")


@dataclass(frozen=True)
class ComposedMail:
    """A mail as it would be sent, and what it tells, by ids; `new` are those that nobody has been told of."""

    sync: str
    message: EmailMessage
    waiting: tuple[str, ...]
    new: tuple[str, ...]


def lang_of(context: RunContext, sync: str) -> Language:
    """Return the language of a sync's people."""
    section = context.section(sync)
    return language(section.lang if section else None, context.settings.lang, context.environ)


def tell_clerks(context: RunContext, run_result: RunResult, mode: Mode) -> list[str]:
    """Tell the people of each sync of a run what is new for them; return notes of what could not be told.

    It never fails: what was done to somebody's directory is not made a failure by a mailer.
    """
    if mode not in _WRITING or not any(sync.contact for sync in context.settings.syncs.values()):
        return []
    notes = []
    try:
        with outbox_of(context).held():
            for summary in run_result.summary["syncs"]:
                notes += queue_mail(context, summary.get("run", run_result.summary["run"]), summary["sync"])
            notes += [note for _, note, good in deliver(context) if not good]
    except Exception as error:  # noqa: BLE001 - see above
        notes.append(render("note.untold", context.lang, why=why_of(error, context.lang)))
    return notes


def queue_mail(context: RunContext, run: str, sync: str, *, again: bool = False) -> list[str]:
    """Put the mail of a run into the outbox where it tells something new; return a note where it could not be made.

    What is told and no longer waits is forgotten: where it comes back, it is new. A mail that waits already gives way
    to the newer one, which tells the same and more.
    """
    if not contacts(context, sync):
        return []
    try:
        composed = compose(context, run, sync, again=again)
    except Exception as error:  # noqa: BLE001 - one file must not keep the others' people from being told
        return [render("mail.not_made", lang_of(context, sync), sync=sync, why=why_of(error, lang_of(context, sync)))]
    outbox = outbox_of(context)
    if composed is None:
        return []
    told = outbox.of(sync)
    still = tuple(line for line in told.lines if line in composed.waiting)
    waits = told.mail if told.mail and told.mail.state == "given" else None
    if composed.new:
        still = tuple(line for line in told.known if line in composed.waiting)
        text = composed.message.as_bytes(policy=email.policy.SMTP).decode("ascii", "surrogateescape")
        waits = WaitingMail(run, composed.waiting, text)
    outbox.keep(Told(sync, still, waits))
    return []


def contacts(context: RunContext, sync: str) -> Sequence[str]:
    """Return who is told of a sync."""
    section = context.section(sync)
    return section.contact if section else ()


def deliver(context: RunContext, run: str = "") -> Iterator[tuple[str, str, bool]]:
    """Send what waits, of one run or all; yield the sync of each, what is to be said, and whether it was sent.

    A mail that was given away and that nobody has confirmed is not sent again by itself.
    """
    outbox = outbox_of(context)
    for sync in outbox.syncs():
        lang = lang_of(context, sync)
        try:
            told = outbox.of(sync)
        except ConfigurationError as error:  # of one sync; the others' people are told
            yield sync, told_whole(error, lang), False
            continue
        waits = told.mail
        if waits is None or (run and waits.run != run):
            continue
        if waits.state == "given":
            yield told.sync, render("mail.in_doubt", lang, sync=told.sync, run=waits.run), False
            continue
        message = message_of(waits)
        given = replace(told, mail=replace(waits, state="given"))
        try:
            _send(context, message, partial(outbox.keep, given))
        except InDoubt:
            yield told.sync, render("mail.in_doubt", lang, sync=told.sync, run=waits.run), False
            continue
        except Exception as error:  # noqa: BLE001 - whatever a mailer does, the mail stays
            outbox.keep(told)
            unsent = render("mail.not_sent", lang, sync=told.sync, why=why_of(error, lang))
            yield told.sync, with_remedy(unsent, error, lang), False
            continue
        outbox.keep(Told(told.sync, waits.lines))
        yield told.sync, render("mail.sent", lang, sync=told.sync, to=message["To"]), True


def message_of(waiting: WaitingMail) -> EmailMessage:
    """Return the mail that waits."""
    raw = waiting.message.encode("ascii", "surrogateescape")
    return email.message_from_bytes(raw, policy=email.policy.SMTP)


def _send(context: RunContext, message: EmailMessage, giving: Callable[[], None]) -> None:
    notify = context.settings.notify
    if notify.smtp is None:
        hand_to_mailer(message, notify.sendmail, giving=giving)
        return
    kept = notify.smtp.password
    password = context.secret("notify.smtp.password", kept) if kept else ""
    send_by_smtp(message, notify.smtp, password, giving=giving)


def outbox_of(context: RunContext) -> Outbox:
    """Return where mails wait."""
    return Outbox(context.settings.notify.outbox, context.ledger.renamed)


def compose(context: RunContext, run: str, sync: str, *, again: bool = False) -> ComposedMail | None:
    """Return the mail of a run to the people of a sync; None where the run has not come to the sync.

    The file is read once more for the copy and for what is said of its lines; it may be newer than the run.

    Args:
        context: what a run touches.
        run: the run's id.
        sync: the sync.
        again: as if they had been told nothing before.
    """
    row = context.ledger.run(run)
    told_by = (row["summary"] or {}).get("syncs", ())
    summary = next((one for one in told_by if context.ledger.present_name(one["sync"]) == sync), None)
    if summary is None or summary.get("skipped_for"):
        return None
    section, lang = context.sync(sync), lang_of(context, sync)
    known = remembered(context.ledger, context.settings)
    (file,) = check_sources(context, [sync], lang=lang, known=known).files
    masked = context.spec(section).private(section) and not section.full_numbers
    lines = pd.DataFrame(columns=["outcome", "action", "accepted"], dtype="str")
    if summary.get("plan"):
        lines = lines_of_plan(context, context.ledger.plan(summary["plan"]), row, lang, masked=masked)
    rows = waiting_rows(lines)
    ids = _ids(context, sync, rows)
    refused, why = _refused(file, lang) if not summary.get("plan") else ("", "")
    if not summary.get("plan") and not refused:
        return None  # the service or the ledger, say: nothing that they could do about
    told = () if again else outbox_of(context).of(sync).known
    file_id = (_hashed(context, first_name(context, sync), why),) if refused else ()
    waiting = (*dict.fromkeys(ids), *file_id)
    new = tuple(one for one in waiting if one not in told)
    is_new = pd.Series(ids, index=rows.index, dtype="str").isin(new)
    copy = attached_copy(context, file, sync, lang)
    at = datetime.fromisoformat(row["finished_at"] or row["started_at"]).astimezone(ZoneInfo(section.timezone))
    facts = MailFacts(
        sync=sync,
        file=section.source.name,
        run=run,
        when=f"{moment(lang, at.replace(tzinfo=None).isoformat())} {at.tzname()}",
        summary=summary,
        refused=refused,
        attached=copy[0] if copy else "",
    )
    subject, text = clerks_mail(facts, rows[is_new], rows[~is_new], lang)
    message = mail(section.contact, context.settings.notify.mail_from, subject, text, dict([copy] if copy else []))
    return ComposedMail(sync, message, waiting, new)


def _refused(file: CheckedFile, lang: Language) -> tuple[str, str]:
    """Return why a whole file cannot be used, with what to do, and its code; "" where it can."""
    problem = next((one for one in file.item["problems"] if one["level"] == "file"), None)
    if problem is None:
        return "", ""
    said = " ".join(filter(None, (problem["reason"], problem["advice"])))
    return render("mail.reason", lang, said=said), str(problem["code"])


def _ids(context: RunContext, sync: str, rows: pd.DataFrame) -> list[str]:
    """Return what each row is known by: the id that `accept` takes, else one made of what it says."""
    made = []
    for row in rows.to_dict("records"):
        said = (row["owner"], row["action"], row["outcome"], row["code"], row["entry_name"], row["number_after"])
        made.append(str(row["id"]) or _hashed(context, first_name(context, sync), *map(str, said)))
    return made


def _hashed(context: RunContext, *said: str) -> str:
    return sha256("\0".join((salt_of(context), *said)).encode()).hexdigest()[:16]
