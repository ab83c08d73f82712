"""Show what has happened to a number, a name or an owner as one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from schemas.plan import Action, Outcome
from schemas.settings import Language
from tasks.messages.catalogue import moment, text
from tasks.messages.owners import owner_in, owner_of
from tasks.reports.masking import mask_text
from tasks.reports.page import render


def history_page(what: str, events: Sequence[Mapping[str, Any]], lang: Language, *, made_at: datetime) -> str:
    """Return the page: it loads nothing, runs no script, and shows text as text.

    Args:
        what: what was looked for; a number in it is masked, since it may be somebody's own.
        events: what has happened, the oldest first, numbers of users masked.
        lang: the language.
        made_at: when the page was made, with the time zone of all times in it.
    """
    page = {
        "lang": lang,
        "t": lambda name: said(name, lang),
        "what": what if any(owner_of(what) in event["owner"] for event in events) else mask_text(what),
        "at": moment(lang, made_at.isoformat(), made_at.tzinfo),
        "events": [_event(event, lang, made_at.tzinfo) for event in reversed(events)],
    }
    return render("history.html.j2", page, styles=["page.css", "report.css", "history.css"], scripts=[])


def _event(event: Mapping[str, Any], lang: Language, zone: tzinfo | None) -> dict[str, str]:
    before, after = ("  ".join(filter(None, (event[f"name_{i}"], event[f"number_{i}"]))) for i in ("before", "after"))
    said_once = event["action"] == Action.HOLD and event["outcome"] == Outcome.HELD
    done = said_once or event["outcome"] in {"", Outcome.APPLIED, Outcome.UNCHANGED}
    return {
        "at": moment(lang, event["at"], zone),
        "iso": event["at"],
        "kind": event["action"] if done else event["outcome"],
        "what": said(event["action"], lang) + ("" if done else f": {said(event['outcome'], lang)}"),
        "owner": " · ".join(filter(None, (owner_in(event["owner"], lang), event["owner_name"]))),
        "before": before,
        "after": after,
        "message": event["message"],
        "yes": said("approved", lang).format(**event) if "approved_by" in event else "",
        "sync": event["sync"],
        "run": event["run"],
    }


def said(name: str, lang: Language) -> str:
    """Return the words for what stands under a name of the catalogues' `history`."""
    return text(f"history.{name}", lang)
