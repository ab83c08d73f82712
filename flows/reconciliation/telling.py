"""Tell people what a reconciliation has found that the one before has not, and what is gone since."""

from __future__ import annotations

from typing import Any, Final

from flows.context import RunContext
from flows.reconciliation.body import Asked, Reconciled
from flows.telling import send
from tasks.messages.catalogue import render

NAME: Final = "reconcile"


def news_of(done: Reconciled, asked: Asked) -> dict[str, Any] | None:
    """Return what is to be told of a reconciliation, None where all is as it was the last time.

    One that somebody compares with an earlier one on purpose tells the person who asks.
    """
    summary, lang = done.summary, asked.lang
    new, gone = summary["trend"]["new"], summary["trend"]["resolved"]
    if not summary["since"] or asked.since or not (new or gone):
        return None
    figures = {"new": new, "old": summary["trend"]["persisting"], "gone": gone}
    return {
        "subject": render("report.news_findings", lang, **figures),
        "sentence": render("report.findings_since", lang, run=summary["since"], **figures),
        "next": render("report.findings_next", lang, page=summary["reports"]["html"]),
        "run": summary["run"],
        "findings": figures,
        "command": "phonesync reconcile",
    }


def tell_findings(context: RunContext, done: Reconciled, asked: Asked) -> list[str]:
    """Mail and post it, as `[notify]` asks; return notes of what could not be told. It never fails."""
    said = news_of(done, asked)
    return send(context, NAME, "findings", said) if said and "findings" in context.settings.notify.on else []
