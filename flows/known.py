"""Problems that somebody knows of: which rows of a plan are accepted, until when, by whom and why."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import pandas as pd

from connectors.ledger.findings import Acceptance
from connectors.ledger.store import KeptPlan
from flows.context import RunContext
from schemas import limits
from schemas.plan import Action, Outcome
from schemas.problems import DRIFT, unpacked
from schemas.reasons import LineCode
from tasks.plan.known import Known, row_ids
from tasks.text_columns import looked_up


def salt_of(context: RunContext) -> str:
    """Return what ids of findings and of rows are made with in this ledger."""
    return context.ledger.findings.salt(lambda: secrets.token_hex(16))


def known_of(context: RunContext, sync: str) -> Known:
    """Return what makes the ids of a sync's rows, and the ids that are accepted today."""
    accepted = context.ledger.findings.accepted(context.clock().date().isoformat())
    return Known(first_name(context, sync), salt_of(context), frozenset(accepted))


def ids_of(context: RunContext, kept: KeptPlan) -> pd.Series:
    """Return the id of every row of a plan that somebody may accept, "" for the others."""
    return row_ids(kept.entries, Known(first_name(context, kept.sync), salt_of(context)))


def with_known(context: RunContext, kept: KeptPlan, result: pd.DataFrame, *, at: str = "") -> pd.DataFrame:
    """Return the `Result` with `id` and `accepted`: what may be accepted, and what is.

    Args:
        context: whose ledger knows the acceptances.
        kept: the plan that the result is of.
        result: `Result`, row by row that of the plan; what was not planned follows.
        at: the moment whose acceptances count, as the ledger writes it; "" is now.
    """
    moment = at or context.now()
    accepted = context.ledger.findings.accepted(moment[:10], at=moment)
    ids = ids_of(context, kept).reindex(result.index, fill_value="")
    return result.assign(id=ids, accepted=looked_up(ids, {key: until(one) for key, one in accepted.items()}))


def known_rows(result: pd.DataFrame) -> int:
    """Count the rows of a `Result` that are held, or would be, and that somebody has accepted."""
    held = (result["outcome"] == Outcome.HELD) | ((result["outcome"] == "") & (result["action"] == Action.HOLD))
    return int((held & (result["accepted"] != "")).sum())


@dataclass(frozen=True)
class OpenRow:
    """A row of a sync's newest plan that may be accepted; `kind` is `rejected`, `held` or `drift`.

    Attributes:
        id: its id.
        kind: what it is.
        sync: the sync.
        owner: whose entry it is about.
        line: the line of the file, 0 where it stands in none.
        because_of: lines that it is held because of.
    """

    id: str
    kind: str
    sync: str
    owner: str
    line: int
    because_of: frozenset[int]


def open_rows(context: RunContext) -> list[OpenRow]:
    """Return what may be accepted of the newest plan of every sync."""
    newest: dict[str, str] = {}
    for run in context.ledger.runs(limits.RUNS_LOOKED_BACK):
        for sync in (run["summary"] or {}).get("syncs", ()):
            name = context.ledger.present_name(sync["sync"])
            if sync.get("plan") and name in context.settings.syncs:
                newest.setdefault(name, sync["plan"])
    return [row for sync, plan in newest.items() for row in _rows_of(context, sync, plan)]


def _rows_of(context: RunContext, sync: str, plan: str) -> list[OpenRow]:
    kept = context.ledger.plan(plan)
    ids = ids_of(context, kept)
    rows = kept.entries[ids != ""]
    columns = (rows[name].tolist() for name in ("owner", "line", "code", "problems"))
    return [
        OpenRow(identity, _kind(code), sync, owner, line, frozenset(each.place for each in unpacked(problems)) - {0})
        for identity, owner, line, code, problems in zip(ids[rows.index].tolist(), *columns, strict=True)
    ]


def _kind(code: str) -> str:
    if code in DRIFT:
        return "drift"
    return "rejected" if code in {*LineCode} else "held"


def until(acceptance: Acceptance) -> str:
    """Return an acceptance as reports have it."""
    return f"until {acceptance.until}: {acceptance.reason} ({acceptance.person})"


def first_name(context: RunContext, sync: str) -> str:
    """Return the name that a sync had first: what was accepted under it stays so when the sync is renamed."""
    section = context.section(sync)
    return section.renamed_from[0] if section and section.renamed_from else sync
