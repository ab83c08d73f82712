"""What a history has left in the ledger, as somebody else who opens its database sees it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import Engine, select

from connectors.ledger.store import Ledger
from schemas import ledger as tables
from schemas.plan import WRITES
from tasks.plan.fingerprints import fingerprint


def plans_of(engine: Engine) -> list[dict[str, Any]]:
    """Return the plans in the order in which they were made: `id`, `state`, `applied_by`."""
    columns = tables.plans.c
    with engine.connect() as connection:
        rows = connection.execute(select(columns.id, columns.state, columns.applied_by).order_by(columns.created_at))
        return [dict(row) for row in rows.mappings()]


def sendings_of(engine: Engine) -> Counter[str]:
    """Count how often something was about to be sent for each plan."""
    with engine.connect() as connection:
        return Counter(connection.execute(select(tables.intents.c.plan)).scalars())


def texts_changed_by(engine: Engine, plan: str) -> frozenset[str]:
    """Return the names and numbers that a plan changes."""
    entries = Ledger(engine).plan(plan).entries
    columns = ["name_before", "name_after", "number_before", "number_after"]
    return frozenset(entries.loc[entries["action"].isin(WRITES), columns].to_numpy().ravel()) - {""}


def books_are_in_order(engine: Engine, *, whole: bool = True) -> None:
    """No lock and no intent is left open, and each change of a plan that was written has an outcome somebody knows.

    A plan of which a person was erased is not whole any more, and its fingerprint says so; one that waited is written
    no more.
    """
    with engine.connect() as connection:
        assert connection.execute(select(tables.locks)).all() == [], "a lock is left"
        intents = connection.execute(select(tables.intents)).all()
        plans = [Ledger(engine).plan(row.id) for row in connection.execute(select(tables.plans))]
    written = {plan.id: plan for plan in plans if plan.state == "written"}
    ends = {"planned", "written"} if whole else {"planned", "written", "erased"}
    assert all(plan.state in ends for plan in plans), [plan.state for plan in plans]
    assert all(intent.settled_at for intent in intents), "an intent without an end"
    for plan in plans:
        now = fingerprint(plan.sync, plan.target, plan.entries, plan.guards)
        assert plan.fingerprint == now or not whole, "another fingerprint"
        outcomes = {known.row: known.outcome for known in Ledger(engine).outcomes(plan.id)}
        assert plan.id in written or not outcomes, "an outcome of a plan that was never written"
        changes = plan.entries.index[plan.entries["action"].isin(WRITES)]
        if plan.id in written:
            assert set(changes) <= set(outcomes), "a change without an outcome"
            assert "unknown" not in outcomes.values(), "an outcome that nobody has settled"
