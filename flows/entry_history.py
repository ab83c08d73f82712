"""What has happened to a number, a name or an owner: every change that the ledger knows, ours and other people's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pandas as pd

from connectors.files.reading import write_private
from connectors.ledger.store import KeptPlan
from flows.approvals import yeses_of_plan
from flows.context import RunContext
from schemas.errors import UsageError
from schemas.plan import TROUBLE, WRITES
from schemas.problems import DRIFT
from schemas.settings import Language
from schemas.target import identifier_of
from tasks.execution.results import account
from tasks.messages.errors import error_of
from tasks.reconcile.search import SearchTerm, matches, search
from tasks.reports.line_report import line_report, with_names

_KEYS: Final = ("line", "owner", "action", "outcome", "name_before", "number_before", "name_after", "number_after")


def events_of(context: RunContext, text: str, lang: Language = "en") -> list[dict[str, Any]]:
    """Return what has happened to whatever the text names, the oldest first; numbers of users are masked.

    Raises:
        UsageError: there is nothing to look for.
    """
    if not text.strip():
        raise error_of(UsageError, "history_of_nothing")
    found: list[dict[str, Any]] = []
    for kept, run in context.ledger.applied():
        found += _events(context, kept, run, text, lang)
    return sorted(found, key=lambda event: (event["at"], event["plan"], event["line"]))


def _events(context: RunContext, kept: KeptPlan, run: str, text: str, lang: Language) -> list[dict[str, Any]]:
    sync = context.settings.syncs.get(kept.sync)
    numbering = context.reading(sync) if sync else context.settings
    term = search(text, region=numbering.region, area_code=numbering.area_code)
    rows = kept.entries[_about(kept.entries, term, text)]
    unplanned = context.ledger.unplanned(kept.id)
    if rows.empty and not unplanned:
        return []
    extra = [item for item in unplanned if _is_meant(pd.DataFrame([item]).assign(key=""), term, text).any()]
    return [event for _, event in events_of_rows(context, kept, run, rows, extra=extra, lang=lang)]


def events_of_rows(  # noqa: PLR0913 - what a past is made of
    context: RunContext,
    kept: KeptPlan,
    run: str,
    rows: pd.DataFrame,
    *,
    extra: Sequence[Mapping[str, str]] = (),
    lang: Language = "en",
) -> list[tuple[int, dict[str, Any]]]:
    """Return what a run has done to rows of a plan, or has seen others do, each with the row; numbers of users masked.

    Args:
        context: whose ledger knows it.
        kept: the plan.
        run: the run that has written it.
        rows: some of its rows.
        extra: what the service has done beside the plan; it belongs to row -1.
        lang: the language of the messages.
    """
    sync = context.settings.syncs.get(kept.sync)
    # Rows get new places here, and so does what became of them.
    place = {row: at for at, row in enumerate(rows.index)}
    known = [replace(item, row=place[item.row]) for item in context.ledger.outcomes(kept.id) if item.row in place]
    result = account(kept.sync, rows.reset_index(drop=True), known, extra, at=kept.created_at)
    told = result["action"].isin(WRITES) | result["outcome"].isin(TROUBLE) | result["code"].isin(DRIFT)
    masked = sync is None or context.spec(sync).private(sync)
    approvals = yeses_of_plan(context, kept) if kept.guards else []
    yes = {"approved_by": approvals[0].person, "reason": approvals[0].reason} if approvals else {}
    result = with_names(result[told], context.ledger.names.of(kept.target, lang))
    lines = line_report(result, masked=masked, lang=lang).to_dict("records")
    of = [int(rows.index[at]) if at < len(rows) else -1 for at in result.index]
    events = [
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
    return list(zip(of, events, strict=True))


def write_page(context: RunContext, text: str, events: Sequence[Mapping[str, Any]], lang: Language, path: Path) -> None:
    """Write what has happened as a page, readable by its owner alone.

    Raises:
        ConfigurationError: it cannot be written there.
    """
    from tasks.reports.history_page import history_page  # it brings a template engine along

    write_private(path, history_page(text, events, lang, made_at=context.clock()))


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
