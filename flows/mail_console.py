"""Send, show or try the mails to the people of syncs, and say how each stands."""

from __future__ import annotations

from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

from flows.clerks_mail import compose, contacts, deliver, lang_of, message_of, outbox_of, queue_mail
from flows.console import say
from flows.context import RunContext
from flows.runs import named_run
from tasks.messages.catalogue import render
from tasks.messages.command_lines import as_typed


def mails_of_run(context: RunContext, reference: str, *, dry_run: bool, again: bool) -> list[dict[str, Any]]:
    """Return the mails of a run, sent or, in a dry run, as they would be.

    Args:
        context: what a run touches.
        reference: the run's id, how it begins, or `last`.
        dry_run: nothing is sent or kept.
        again: also what they have been told before.

    Raises:
        LedgerError: there is no such run.
    """
    row = named_run(context, reference)
    told: list[dict[str, Any]] = []
    names = [context.ledger.present_name(one["sync"]) for one in (row["summary"] or {}).get("syncs", ())]
    if not dry_run:
        with outbox_of(context).held():
            notes = [note for name in names for note in queue_mail(context, row["id"], name, again=again)]
            told += [{"sync": "", "state": "not_sent", "said": note} for note in notes]
            return [*told, *_delivered(context, row["id"])]
    for name in names:
        lang = lang_of(context, name)
        if not contacts(context, name):
            told.append({"sync": name, "state": "no_contact", "said": render("mail.no_contact", lang, sync=name)})
            continue
        composed = compose(context, row["id"], name, again=again)
        if composed is None or not composed.new:
            told.append({"sync": name, "state": "nothing_new", "said": render("mail.nothing_new", lang, sync=name)})
        else:
            told.append({"sync": name, "state": "would_be_sent", **_shown(context, name, composed.message)})
    return told


def waiting_mails(context: RunContext, *, dry_run: bool) -> list[dict[str, Any]]:
    """Return the mails that wait, sent or, in a dry run, as they are."""
    outbox = outbox_of(context)
    if not dry_run:
        with outbox.held():
            return _delivered(context, "")
    found = []
    for told in outbox.all():
        if told.mail:
            shown = _shown(context, told.sync, message_of(told.mail))
            found.append({"sync": told.sync, "state": told.mail.state, "run": told.mail.run, **shown})
    return found


def show_mails(context: RunContext, told: Sequence[dict[str, Any]]) -> None:
    """Say how each mail stands; the whole of those that are only shown."""
    for one in told:
        for line in one["said"].splitlines() or [""]:
            say(as_typed(line, context.command))
    if not told:
        say(render("mail.none", context.lang))


def _delivered(context: RunContext, run: str) -> list[dict[str, Any]]:
    sent = deliver(context, run)
    return [{"sync": sync, "state": "sent" if good else "not_sent", "said": said} for sync, said, good in sent]


def _shown(context: RunContext, sync: str, message: EmailMessage) -> dict[str, Any]:
    """Return a mail as people and programs read it; of what is attached, the names."""
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    files = [str(part.get_filename()) for part in message.iter_attachments()]
    lang = lang_of(context, sync)
    listed = ", ".join(files) or render("mail.no_file", lang)
    head = {"to": str(message["To"]), "subject": str(message["Subject"])}
    return {**head, "attached": files, "text": text, "said": render("mail.dry", lang, **head, files=listed, text=text)}
