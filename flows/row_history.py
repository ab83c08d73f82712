"""What has happened before to the entries that a report is about: beside each row of its page, from the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain, islice
from typing import Any, Final, TypeVar

import pandas as pd

from connectors.ledger.store import KeptPlan
from flows.context import RunContext
from flows.entry_history import Account, account_of_rows, events_of_accounts
from schemas.plan import TROUBLE, WRITES
from schemas.settings import Language
from tasks.phone.canonical_keys import tidy_text
from tasks.text_columns import casefolded, is_in

Key = TypeVar("Key")
Value = TypeVar("Value")
Entry = tuple[str, str]  # an owner, and what one of its entries is known by
_MOST_ROWS: Final = 200  # of a report; `phonesync history` tells of each
_MOST_PLANS: Final = 12  # a plan is read whole, and a large one takes a tenth of a second


def histories(
    context: RunContext, kept: KeptPlan, result: pd.DataFrame, lang: Language = "en", *, by_name: bool
) -> dict[int, list[dict[str, Any]]]:
    """Return what the last runs have done to the entries of rows, by the row, the newest first.

    Rows that needed nothing have none; numbers of users are masked.

    Args:
        context: whose ledger knows it.
        kept: the plan.
        result: its `Result`, row by row, and what was not planned behind it.
        lang: the language of what was said.
        by_name: whether an entry is known by its name, as on a list, and not by its owner and number.
    """
    needed = result["action"].isin(WRITES) | result["outcome"].isin(TROUBLE) | (result["code"] != "")
    rows = [row for row in result.index[needed] if row < len(kept.entries)][:_MOST_ROWS]
    if not rows:
        return {}
    mine = _known_by(kept.entries.loc[rows], by_name=by_name)
    accounts: list[Account] = []
    concerned: list[dict[int, list[int]]] = []
    for old in islice(_before(context, kept), _MOST_PLANS):
        there = _known_by(old.entries, by_name=by_name, among={entry for _, entry in mine})
        places, entries = _listed((entry, place) for place, entry in there), _listed(there)
        pairs = [*dict.fromkeys((row, place) for row, entry in mine for place in places.get(entry, ()))]
        if not pairs:
            continue
        whose = _listed((place, row) for row, place in pairs)
        # What it was before is what it is looked for by in older plans.
        mine = [*dict.fromkeys([*mine, *((row, entry) for row, place in pairs for entry in entries[place])])]
        run = context.ledger.runs_of(old.id)[-1]
        accounts.append(account_of_rows(context, old, run, old.entries.loc[[*whose]]))
        concerned.append(whose)
    found: dict[int, list[dict[str, Any]]] = {}
    for whose, events in zip(concerned, events_of_accounts(context, accounts, lang), strict=True):
        for place, event in events:
            for row in whose[place]:
                found.setdefault(row, []).append(event)
    return found


def _before(context: RunContext, kept: KeptPlan) -> Any:
    plans = context.ledger.written(kept.sync, kept.target, only="changing")
    return (old for old, _ in plans if old.created_at < kept.created_at)


def _listed(pairs: Iterable[tuple[Key, Value]]) -> dict[Key, list[Value]]:
    """Return what stands beside each, in their order."""
    listed: dict[Key, list[Value]] = {}
    for key, value in pairs:
        listed.setdefault(key, []).append(value)
    return listed


def _known_by(rows: pd.DataFrame, *, by_name: bool, among: Collection[Entry] | None = None) -> list[tuple[int, Entry]]:
    """Return what each row is known by, before, and then after: its owner with its number, or on a list with its name.

    Args:
        rows: of a `Plan`.
        by_name: whether names tell.
        among: only rows that are known by one of these.
    """
    names = (rows["name_before"], rows["name_after"])
    known = [casefolded(tidy_text(name)) for name in names] if by_name else [rows["key_before"], rows["key_after"]]
    owners = rows["owner"]
    if among is not None:
        entries = {entry for _, entry in among}
        some = (is_in(known[0], entries) | is_in(known[1], entries)) & is_in(owners, {owner for owner, _ in among})
        owners, known = owners[some], [column[some] for column in known]
    places = owners.index.tolist()
    cells = [zip(places, zip(owners.tolist(), image.tolist(), strict=True), strict=True) for image in known]
    return [*dict.fromkeys((row, entry) for row, entry in chain(*cells) if entry[1])]
