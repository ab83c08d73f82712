"""What has happened to a number, a name or an owner: every change that the ledger knows, ours and other people's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import pandas as pd

from connectors.ledger.store import KeptPlan
from flows.approvals import yeses_of_plan
from flows.console import say, show_rows
from flows.context import RunContext
from schemas.errors import UsageError
from schemas.plan import TROUBLE, WRITES
from schemas.problems import DRIFT
from schemas.target import identifier_of
from tasks.execution.results import account
from tasks.reconcile.search import SearchTerm, matches, search
from tasks.reports.line_report import line_report, with_names

_KEYS: Final = ("line", "owner", "action", "outcome", "name_before", "number_before", "name_after", "number_after")


def events_of(context: RunContext, text: str) -> list[dict[str, Any]]:
    """Return what has happened to whatever the text names, the oldest first; numbers of users are masked.

    Raises:
        UsageError: there is nothing to look for.
    """
    if not text.strip():
        raise UsageError("There is nothing to look for.", remedy="Give a number, a name or an owner.")
    found: list[dict[str, Any]] = []
    for kept, run in context.ledger.applied():
        found += _events(context, kept, run, text)
    return sorted(found, key=lambda event: (event["at"], event["plan"], event["line"]))


def _events(context: RunContext, kept: KeptPlan, run: str, text: str) -> list[dict[str, Any]]:
    sync = context.settings.syncs.get(kept.sync)
    numbering = context.reading(sync) if sync else context.settings
    term = search(text, region=numbering.region, area_code=numbering.area_code)
    rows = kept.entries[_about(kept.entries, term, text)]
    unplanned = context.ledger.unplanned(kept.id)
    if rows.empty and not unplanned:
        return []
    extra = [item for item in unplanned if _is_meant(pd.DataFrame([item]).assign(key=""), term, text).any()]
    # Rows get new places here, and so does what became of them.
    place = {row: at for at, row in enumerate(rows.index)}
    known = [replace(item, row=place[item.row]) for item in context.ledger.outcomes(kept.id) if item.row in place]
    result = account(kept.sync, rows.reset_index(drop=True), known, extra, at=kept.created_at)
    told = result["action"].isin(WRITES) | result["outcome"].isin(TROUBLE) | result["code"].isin(DRIFT)
    masked = sync is None or context.spec(sync).private(sync)
    approvals = yeses_of_plan(context, kept) if kept.guards else []
    yes = {"approved_by": approvals[0].person, "reason": approvals[0].reason} if approvals else {}
    result = with_names(result[told], context.ledger.memory.owner_names(kept.target))
    lines = line_report(result, masked=masked).to_dict("records")
    return [
        {
            "at": line["at"] or kept.created_at,
            "run": run,
            "plan": kept.id,
            "sync": kept.sync,
            **{key: line[key] for key in _KEYS},
            "code": line["code"],
            "message": line["message"],
            "owner_name": line["owner_name"],
            **yes,
        }
        for line in lines
    ]


def _about(entries: pd.DataFrame, term: SearchTerm, text: str) -> pd.Series:
    found = pd.Series(data=False, index=entries.index)
    for image in ("before", "after"):
        columns = {f"name_{image}": "name", f"number_{image}": "number", f"key_{image}": "key"}
        found |= _is_meant(entries[["owner", *columns]].rename(columns=columns), term, text)
    return found


def _is_meant(entries: pd.DataFrame, term: SearchTerm, text: str) -> pd.Series:
    wanted = text.strip().casefold()
    owners = entries["owner"].str.casefold()
    return (owners == wanted) | (owners.map(identifier_of) == wanted) | matches(entries, term)


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
