"""What came of plans: intents before something is sent, outcomes as they become known, and who said yes.

Every method is one committed transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Engine, Row, delete, insert, select, update

from connectors.ledger.records import BATCH, Approval, Refusal, said_of
from schemas import ledger as tables
from schemas.errors import LedgerError
from schemas.execution import RowOutcome
from tasks.messages.errors import error_of


class PlanJournal:
    """The intents, outcomes and approvals of plans."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    # Intents and outcomes -----------------------------------------------------------------------------------------

    def intend(  # noqa: PLR0913, PLR0917 - what an intent is made of
        self, plan: str, run: str, call: str, owners: Sequence[str], at: str, fence: int = 0
    ) -> int:
        """Note what is about to be sent, by which holder of the target; returns the intent's id."""
        values = {"plan": plan, "run": run, "call": call, "owners": list(owners), "sent_at": at, "fence": fence}
        with self._engine.begin() as connection:
            key = connection.execute(insert(tables.intents).values(**values)).inserted_primary_key
        if key is None:
            raise error_of(LedgerError, "ledger_numbers")
        return int(key[0])

    def record_outcomes(
        self, plan: str, known: Iterable[RowOutcome], *, intents: Sequence[int] = (), at: str = ""
    ) -> None:
        """Note outcomes; where a row had one already, the newer one counts, and the other one is kept beside.

        `intents` are settled with them.
        """
        rows = [{"plan": plan, **vars(item), "message": ""} for item in known]
        with self._engine.begin() as connection:
            old = delete(tables.outcomes).where(tables.outcomes.c.plan == plan).returning(*tables.outcomes.c)
            for start in range(0, len(rows), BATCH):
                batch = rows[start : start + BATCH]
                replaced = connection.execute(old.where(tables.outcomes.c.row.in_([item["row"] for item in batch])))
                if earlier := [dict(row) for row in replaced.mappings()]:
                    connection.execute(insert(tables.earlier_outcomes), earlier)
                connection.execute(insert(tables.outcomes), batch)
            if intents:
                connection.execute(update(tables.intents).where(tables.intents.c.id.in_(intents)).values(settled_at=at))

    def record_all_outcomes(self, plan: str, known: Iterable[RowOutcome], *, at: str) -> None:
        """Note outcomes of an interrupted plan, and that none of its intents is open any more."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(tables.intents.c.id).where(tables.intents.c.plan == plan, tables.intents.c.settled_at.is_(None))
            )
            intents = [int(row.id) for row in rows]
        self.record_outcomes(plan, known, intents=intents, at=at)

    def intended(self, plan: str) -> set[str]:
        """Return the owners about which something may have been sent."""
        columns = tables.intents.c
        with self._engine.connect() as connection:
            rows = connection.execute(select(columns.owners).where(columns.plan == plan))
            return {str(owner) for row in rows for owner in row.owners}

    def last_sent(self, target: str) -> dict[str, str]:
        """Return when something was last sent about each owner of a target."""
        columns = tables.intents.c
        query = select(columns.owners, columns.sent_at).join(tables.plans, tables.plans.c.id == columns.plan)
        query = query.where(tables.plans.c.target == target).order_by(columns.sent_at)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {str(owner): str(row.sent_at) for row in rows for owner in row.owners}

    def calls(self, plan: str) -> frozenset[str]:
        """Return the calls by which something may have been sent for a plan."""
        columns = tables.intents.c
        with self._engine.connect() as connection:
            rows = connection.execute(select(columns.call).where(columns.plan == plan).distinct())
            return frozenset(str(row.call) for row in rows)

    def outcomes(self, plan: str) -> list[RowOutcome]:
        """Return what is known of a plan's rows, in their order."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(tables.outcomes).where(tables.outcomes.c.plan == plan).order_by(tables.outcomes.c.row)
            )
            return [_outcome(row) for row in rows]

    def outcomes_between(self, plan: str, begin: str, end: str) -> list[RowOutcome]:
        """Return what was known of a plan's rows at the end of a time, as far as it was found out then, in their order.

        Args:
            plan: the plan.
            begin: when the time begins, ISO 8601; "" is before everything.
            end: when it ends, "" before it has begun; "9" is never.
        """
        found: dict[int, RowOutcome] = {}
        with self._engine.connect() as connection:
            for table, order in ((tables.earlier_outcomes, "id"), (tables.outcomes, "row")):
                columns = table.c
                wanted = select(table).where(columns.plan == plan, columns["at"] >= begin, columns["at"] <= end)
                for row in connection.execute(wanted.order_by(columns[order])):
                    found[row.row] = _outcome(row)
        return [found[row] for row in sorted(found)]

    def add_unplanned(self, plan: str, rows: Sequence[Mapping[str, str]]) -> None:
        """Note what a target did that nobody had planned: `owner, name, number, problems, code, at`."""
        if rows:
            with self._engine.begin() as connection:
                connection.execute(insert(tables.unplanned), [{"plan": plan, **row, "message": ""} for row in rows])

    def unplanned(self, plan: str) -> list[dict[str, str]]:
        """Return what a target did beside the plan."""
        columns = tables.unplanned.c
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.unplanned).where(columns.plan == plan).order_by(columns.id))
            texts = ("owner", "name", "number", "code", "at")
            return [{"problems": said_of(row), **{name: getattr(row, name) for name in texts}} for row in rows]

    # Approvals ----------------------------------------------------------------------------------------------------

    def approve(self, fingerprint: str, approval: Approval) -> None:
        """Note somebody's yes to one plan."""
        with self._engine.begin() as connection:
            connection.execute(insert(tables.approvals).values(fingerprint=fingerprint, **vars(approval)))

    def refuse(self, plan: str, refusal: Refusal) -> None:
        """Note somebody's no to one plan."""
        with self._engine.begin() as connection:
            connection.execute(insert(tables.refusals).values(plan=plan, **vars(refusal)))

    def refusals(self, plan: str) -> list[Refusal]:
        """Return who has said no to a plan, the newest first."""
        return self.refusals_of([plan])[plan]

    def refusals_of(self, plans: Collection[str]) -> dict[str, list[Refusal]]:
        """Return who has said no to each of these plans, the newest first."""
        columns, found = tables.refusals.c, {plan: list[Refusal]() for plan in plans}
        wanted = select(columns.plan, columns.person, columns.reason, columns["at"]).where(columns.plan.in_(plans))
        with self._engine.connect() as connection:
            for row in connection.execute(wanted.order_by(columns.id.desc())):
                found[str(row.plan)].append(Refusal(row.person, row.reason, row.at))
        return found

    def approvals(self, fingerprint: str) -> list[Approval]:
        """Return every approval of this very fingerprint, the newest first."""
        columns = tables.approvals.c
        wanted = select(columns.person, columns.reason, columns["at"], columns.expires, columns.used_by)
        with self._engine.connect() as connection:
            rows = connection.execute(
                wanted.where(columns.fingerprint == fingerprint).order_by(columns.id.desc())
            ).all()
        return [Approval(row.person, row.reason, row.at, row.expires, row.used_by) for row in rows]


def _outcome(row: Row[Any]) -> RowOutcome:
    return RowOutcome(row.row, row.outcome, said_of(row), row.http_status, row.attempts, row.at, row.code)
