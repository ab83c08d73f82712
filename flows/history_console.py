"""Show on the terminal what has happened to an entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.console import say, show_rows


def show_events(events: Sequence[dict[str, Any]]) -> None:
    """Show what has happened, one line an event."""
    if not events:
        say("The ledger knows of nothing that has happened to it.")
        return
    rows = [
        {
            "when": event["at"][:16].replace("T", " "),
            "sync": event["sync"],
            "owner": "\n".join(filter(None, (event["owner"], event["owner_name"]))),
            "what": f"{event['action']}: {event['outcome']}" if event["outcome"] else event["action"],
            "entry": "\n".join(filter(None, [*_change(event), event["message"], _yes(event)])),
        }
        for event in events
    ]
    show_rows("", rows, ["when", "sync", "owner", "what", "entry"])


def _change(event: dict[str, Any]) -> list[str]:
    before, after = (f"{event[f'name_{image}']}  {event[f'number_{image}']}".strip() for image in ("before", "after"))
    return [before] if before == after else [before, f"→ {after}" if after else "→ nothing"]


def _yes(event: dict[str, Any]) -> str:
    return f"approved by {event['approved_by']}: {event['reason']}" if "approved_by" in event else ""
