"""What has happened to a number, a name or an owner: every change that the ledger knows, ours and other people's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pandas as pd

from connectors.files.writing import write_private
from connectors.ledger.store import KeptPlan
from flows.approvals import yeses_of_plan
from flows.context import RunContext
from schemas.errors import UsageError
from schemas.plan import TROUBLE, WRITES
from schemas.problems import DRIFT
from schemas.settings import Language
from schemas.target import identifier_of
from tasks.execution.results import account
from tasks.messages.catalogue import render
from tasks.messages.errors import error_of
from tasks.messages.owners import owner_of
from tasks.reconcile.search import SearchTerm, matches, search
from tasks.reports.line_report import line_report, with_names
from tasks.text_columns import casefolded

_KEYS: Final = ("line", "owner", "action", "outcome", "name_before", "number_before", "name_after", "number_after")


def events_of(context: RunContext, text: str, lang: Language = "en") -> list[dict[str, Any]]:
    """Return what has happened to whatever the text names, the oldest first; numbers of users are masked.

    Raises:
        UsageError: there is nothing to look for.
    """
    if not text.strip():
        raise error_of(UsageError, "history_of_nothing")
    accounts = filter(None, (_about_text(context, kept, run, text) for kept, run in context.ledger.applied()))
    found = [event for events in events_of_accounts(context, [*accounts], lang) for _, event in events]
    found += _releases(context, text, lang)
    return sorted(found, key=lambda event: (event["at"], event["plan"], event["line"]))


def _releases(context: RunContext, text: str, lang: Language) -> Iterator[dict[str, Any]]:
    """Yield when an owner was let go, by whom and why: no run has done it."""
    wanted = owner_of(text.strip()).casefold()
    for noted in context.ledger.archive.housekeeping():
        owner = noted["about"]
        if noted["deed"] != "release" or wanted not in {owner.casefold(), identifier_of(owner).casefold()}:
            continue
        syncs, _, reason = noted["detail"].partition(": ")
        said = render("history.released", lang, person=noted["person"], reason=reason)
        empty = dict.fromkeys(("run", "plan", *_KEYS, "code", "owner_name"), "")
        yield {**empty, "at": noted["at"], "sync": syncs, "owner": owner, "action": "release", "message": said}


def _about_text(context: RunContext, kept: KeptPlan, run: str, text: str) -> Account | None:
    sync = context.section(kept.sync)
    numbering = context.reading(sync) if sync else context.settings
    term = search(text, region=numbering.region, area_code=numbering.area_code)
    rows = kept.entries[_about(kept.entries, term, text)]
    unplanned = context.ledger.unplanned(kept.id)
    if rows.empty and not unplanned:
        return None
    extra = [item for item in unplanned if _is_meant(pd.DataFrame([item]).assign(key=""), term, text).any()]
    return account_of_rows(context, kept, run, rows, extra)


@dataclass(frozen=True)
class Account:
    """What a run has done to rows of a plan, or has seen others do, before it is put into words.

    Attributes:
        event: what all of it shares: when and by which run, for which plan and sync.
        yes: whose yes it had, and why, if it needed one.
        target: the place.
        masked: whether numbers may not be shown.
        result: `Result`.
        rows: the plan's row of each, -1 where it was not planned.
    """

    event: Mapping[str, str]
    yes: Mapping[str, str]
    target: str
    masked: bool
    result: pd.DataFrame
    rows: Sequence[int]


def account_of_rows(
    context: RunContext, kept: KeptPlan, run: str, rows: pd.DataFrame, extra: Sequence[Mapping[str, str]] = ()
) -> Account:
    """Return what a run has done to rows of a plan, or has seen others do.

    Args:
        context: whose ledger knows it.
        kept: the plan.
        run: the run that has written it.
        rows: some of its rows.
        extra: what the service has done beside the plan; it belongs to row -1.
    """
    sync = context.section(kept.sync)
    # Rows get new places here, and so does what became of them.
    place = {row: at for at, row in enumerate(rows.index)}
    known = [replace(item, row=place[item.row]) for item in context.ledger.outcomes(kept.id) if item.row in place]
    result = account(kept.sync, rows.reset_index(drop=True), known, extra, at=kept.created_at)
    told = result["action"].isin(WRITES) | result["outcome"].isin(TROUBLE) | result["code"].isin(DRIFT)
    masked = sync is None or context.spec(sync).private(sync)
    approvals = yeses_of_plan(context, kept) if kept.guards else []
    yes = {"approved_by": approvals[0].person, "reason": approvals[0].reason} if approvals else {}
    result = result[told]
    of = [int(rows.index[at]) if at < len(rows) else -1 for at in result.index]
    event = {"at": kept.created_at, "run": run, "plan": kept.id, "sync": kept.sync}
    return Account(event, yes, kept.target, masked, result, of)


def events_of_accounts(
    context: RunContext, accounts: Sequence[Account], lang: Language = "en"
) -> Iterator[list[tuple[int, dict[str, Any]]]]:
    """Yield the events of each account, each with its row of the plan; numbers of users are masked.

    Accounts that follow one another are put into words together where they are of one place and masked alike.
    """
    for (target, masked), some in groupby(accounts, lambda each: (each.target, each.masked)):
        together = [*some]
        result = pd.concat([each.result for each in together], ignore_index=True)
        names = context.ledger.names.of(target, lang)
        lines = iter(line_report(with_names(result, names), masked=masked, lang=lang).to_dict("records"))
        for each in together:
            yield [(row, _event(each, line)) for row, line in zip(each.rows, lines, strict=False)]


def _event(of: Account, line: Mapping[Any, Any]) -> dict[str, Any]:
    said = {key: line[key] for key in (*_KEYS, "code", "message", "owner_name")}
    return {**of.event, "at": line["at"] or of.event["at"], **said, **of.yes}


def write_page(context: RunContext, text: str, events: Sequence[Mapping[str, Any]], lang: Language, path: Path) -> None:
    """Write what has happened as a page, readable by its owner alone.

    Raises:
        ConfigurationError: it cannot be written there.
    """
    from tasks.reports.history_page import history_page  # it brings a template engine along

    write_private(path, history_page(text, events, lang, made_at=context.local_time()))


def _about(entries: pd.DataFrame, term: SearchTerm, text: str) -> pd.Series:
    found = pd.Series(data=False, index=entries.index)
    for image in ("before", "after"):
        columns = {f"name_{image}": "name", f"number_{image}": "number", f"key_{image}": "key"}
        found |= _is_meant(entries[["owner", *columns]].rename(columns=columns), term, text)
    return found


def _is_meant(entries: pd.DataFrame, term: SearchTerm, text: str) -> pd.Series:
    wanted = owner_of(text.strip()).casefold()
    owners = casefolded(entries["owner"])
    return (owners == wanted) | (owners.map(identifier_of) == wanted) | matches(entries, term)
