"""What has happened before to the entries that a report is about: beside each row of its page, from the ledger."""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

import pandas as pd

from connectors.ledger.store import KeptPlan
from flows.context import RunContext
from flows.entry_history import events_of_rows
from schemas.plan import TROUBLE, WRITES
from schemas.settings import Language
from tasks.phone.canonical_keys import tidy_text

_MOST_ROWS: Final = 200  # of a report; `phonesync history` tells of each
_MOST_PLANS: Final = 12  # a plan is read whole, and a large one takes a tenth of a second


def histories(
    context: RunContext, kept: KeptPlan, result: pd.DataFrame, lang: Language = "en"
) -> dict[int, list[dict[str, Any]]]:
    """Return what the last runs have done to the entries of rows, by the row, the newest first.

    Rows that needed nothing have none; numbers of users are masked.

    Args:
        context: whose ledger knows it.
        kept: the plan.
        result: its `Result`, row by row, and what was not planned behind it.
        lang: the language of what was said.
    """
    needed = result["action"].isin(WRITES) | result["outcome"].isin(TROUBLE) | (result["code"] != "")
    rows = [row for row in result.index[needed] if row < len(kept.entries)][:_MOST_ROWS]
    if not rows:
        return {}
    by_name = context.spec(context.sync(kept.sync)).single_owner
    mine = _entries(kept.entries.loc[rows], by_name=by_name)
    found: dict[int, list[dict[str, Any]]] = {}
    for old in islice(_before(context, kept), _MOST_PLANS):
        near = old.entries[old.entries["owner"].isin(mine["owner"])]
        there = _entries(near, by_name=by_name)
        pairs = mine.merge(there, on=["owner", "entry"], suffixes=("", "_then"))[["row", "row_then"]].drop_duplicates()
        # What it was before is what it is looked for by in older plans.
        earlier = pairs.merge(there, left_on="row_then", right_on="row", suffixes=("", "_there"))
        mine = pd.concat([mine, earlier[["row", "owner", "entry"]]], ignore_index=True).drop_duplicates()
        then = old.entries.loc[pairs["row_then"].unique()]
        run = context.ledger.runs_of(old.id)[-1]
        for at, event in events_of_rows(context, old, run, then, lang=lang):
            for row in pairs.loc[pairs["row_then"] == at, "row"].tolist():
                found.setdefault(row, []).append(event)
    return found


def _before(context: RunContext, kept: KeptPlan) -> Any:
    plans = context.ledger.written(kept.sync, kept.target, only="changing")
    return (old for old, _ in plans if old.created_at < kept.created_at)


def _entries(rows: pd.DataFrame, *, by_name: bool) -> pd.DataFrame:
    """Return what each row is known by, before and after: its number, or on a list its name."""
    parts = []
    for image in ("before", "after"):
        known = tidy_text(rows[f"name_{image}"]).str.casefold() if by_name else rows[f"key_{image}"]
        parts.append(pd.DataFrame({"row": rows.index, "owner": rows["owner"].array, "entry": known.array}))
    entries = pd.concat(parts, ignore_index=True)
    return entries[entries["entry"] != ""].drop_duplicates()
