"""Show on the terminal what has happened to an entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from typing import Any

from flows.console import say, show_rows, word_of
from schemas.plan import Action, Outcome
from schemas.settings import Language
from tasks.messages.catalogue import minute, render, text
from tasks.messages.owners import owner_in


def show_events(events: Sequence[dict[str, Any]], lang: Language, zone: tzinfo) -> None:
    """Show what has happened, one line an event."""
    if not events:
        say(text("say.ledger_nothing", lang))
        return
    columns = [text(f"say.{name}", lang) for name in ("when", "sync", "owner", "what", "entry")]
    rows = [
        (
            minute(event["at"], zone),
            event["sync"],
            "\n".join(filter(None, (owner_in(event["owner"], lang), event["owner_name"]))),
            _what(event["action"], event["outcome"], lang),
            "\n".join(filter(None, [*_change(event), event["message"], _yes(event, lang)])),
        )
        for event in events
    ]
    show_rows("", [dict(zip(columns, row, strict=True)) for row in rows], columns)


def _what(action: str, outcome: str, lang: Language) -> str:
    """Return what was wanted, and what came of it; what was held and stayed so is said once."""
    words = [] if action == Action.HOLD and outcome == Outcome.HELD else [word_of(action, lang)]
    return ": ".join(filter(None, (*words, word_of(outcome, lang))))


def _change(event: dict[str, Any]) -> list[str]:
    before, after = (f"{event[f'name_{image}']}  {event[f'number_{image}']}".strip() for image in ("before", "after"))
    return [before, f"→ {after}"] if before and after and before != after else [before or after]


def _yes(event: dict[str, Any], lang: Language) -> str:
    return render("history.approved", lang, **event) if "approved_by" in event else ""
