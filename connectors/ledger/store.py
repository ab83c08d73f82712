"""The ledger: what was planned, intended, done and learnt, in one database that survives every crash.

Every method is one committed transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any, Literal

from sqlalchemy import Connection, Engine, Select, String, Text, case, cast, exists, func, insert, select, update

from connectors.ledger.engine import connect, look
from connectors.ledger.findings import Findings
from connectors.ledger.interfaces import Interfaces
from connectors.ledger.journal import PlanJournal
from connectors.ledger.locks import Locks
from connectors.ledger.names import Names
from connectors.ledger.quirks import Memory
from connectors.ledger.records import (
    Approval,
    KeptPlan,
    Refusal,
    kept,
    packed,
    reference_to,
    referred,
    unique_row,
    whole,
)
from connectors.ledger.retention import Archive
from schemas import ledger as tables
from schemas.errors import LedgerError
from schemas.execution import RowOutcome
from tasks.messages.errors import error_of

__all__ = ["Approval", "KeptPlan", "Ledger", "Refusal", "RowOutcome"]

Changes = Literal["", "changing", "deleting"]


class Ledger(PlanJournal):
    """The database of runs, plans, intents, outcomes and approvals.

    Attributes:
        locks: who holds which target.
        memory: what runs have taught about targets.
        interfaces: what services have said of their methods.
        archive: purging and erasing.
        findings: reconciliations, and what of them somebody has accepted.
        renamed: syncs with the names that they had before; what was kept under these is theirs.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.locks = Locks(engine)
        self.renamed: dict[str, tuple[str, ...]] = {}
        self.memory = Memory(engine, self._names)
        self.interfaces = Interfaces(engine)
        self.names = Names(engine)
        self.archive = Archive(engine)
        self.findings = Findings(engine)

    @classmethod
    def open(cls, url: str) -> Ledger:
        """Open the ledger and bring its tables to this release's form.

        Raises:
            LedgerError: the database cannot be opened.
        """
        return cls(connect(url))

    @classmethod
    def look(cls, url: str) -> Ledger | None:
        """Return the ledger for reading alone where it is a file of this form, None where it is not."""
        engine = look(url)
        return cls(engine) if engine else None

    def close(self) -> None:
        """Give the database's connections back."""
        self._engine.dispose()

    def present_name(self, sync: str) -> str:
        """Return what a sync is called now, by this or an earlier name; one that nobody knows is called as before."""
        return next((name for name, before in self.renamed.items() if sync in before), sync)

    def _names(self, sync: str) -> tuple[str, ...]:
        name = self.present_name(sync)
        return (name, *self.renamed.get(name, ()))

    # Runs ---------------------------------------------------------------------------------------------------------

    def start_run(self, run: str, *, mode: str, person: str, at: str) -> None:
        """Note that a run has begun."""
        with self._engine.begin() as connection:
            connection.execute(insert(tables.runs).values(id=run, mode=mode, person=person, started_at=at))

    def finish_run(self, run: str, *, exit_code: int, summary: Mapping[str, Any], at: str) -> None:
        """Note how a run ended; `summary` is what `--json` printed."""
        with self._engine.begin() as connection:
            connection.execute(
                update(tables.runs)
                .where(tables.runs.c.id == run)
                .values(finished_at=at, exit_code=int(exit_code), summary=dict(summary))
            )

    def runs(self, limit: int) -> list[dict[str, Any]]:
        """Return the newest runs first, without plans."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.runs).order_by(tables.runs.c.started_at.desc()).limit(limit))
            return [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it

    def run(self, reference: str) -> dict[str, Any]:
        """Return the run of that id, or of the only id that begins so.

        Raises:
            LedgerError: there is none, or there are several.
        """
        with self._engine.connect() as connection:
            return unique_row(connection, tables.runs, {"id": reference}, "run")

    def knows_run(self, run: str) -> bool:
        """Tell whether there is a run of exactly this id."""
        with self._engine.connect() as connection:
            return connection.scalar(select(tables.runs.c.id).where(tables.runs.c.id == run)) is not None

    def plans_of(self, run: str) -> list[str]:
        """Return the ids of the plans that a run made or applied, in their order."""
        columns = tables.plans.c
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(columns.id).where((columns.run == run) | (columns.applied_by == run)).order_by(columns.id)
            )
            return [str(row.id) for row in rows]

    def last_written_run(self) -> str:
        """Return the newest run that has written a plan.

        Raises:
            LedgerError: there is none.
        """
        columns, plans = tables.runs.c, tables.plans.c
        query = select(columns.id).join(tables.plans, plans.applied_by == columns.id)
        query = query.where(plans.state == "written", plans.writes > 0).order_by(columns.started_at.desc()).limit(1)
        with self._engine.connect() as connection:
            found = connection.scalar(query)
        if found is None:
            raise error_of(LedgerError, "nothing_written_yet")
        return str(found)

    def waiting(self) -> list[KeptPlan]:
        """Return the plans that wait for somebody to apply them, each the newest of its sync, the newest first."""
        query = self._waiting(select(tables.plans))
        with self._engine.connect() as connection:
            return [kept(connection, row) for row in connection.execute(query).mappings().all()]

    def waiting_ids(self) -> list[str]:
        """Return the ids of the plans that wait, the newest first."""
        with self._engine.connect() as connection:
            return [str(row.id) for row in connection.execute(self._waiting(select(tables.plans.c.id)))]

    def waiting_syncs(self) -> dict[str, str]:
        """Return the plans that wait, each with its sync under its present name."""
        query = self._waiting(select(tables.plans.c.id, tables.plans.c.sync))
        with self._engine.connect() as connection:
            return {str(row.id): self.present_name(row.sync) for row in connection.execute(query)}

    def refused(self) -> set[str]:
        """Return the plans of which the last that somebody has said is no."""
        plans, yes, no = tables.plans.c, tables.approvals.c, tables.refusals.c
        # Where two people have to say yes, the first of them may do so after a no: then the second one is awaited.
        later = exists().where(yes.fingerprint == plans.fingerprint, yes["at"] > no["at"])
        query = select(no.plan).join(tables.plans, plans.id == no.plan).where(~later)
        with self._engine.connect() as connection:
            return {str(row.plan) for row in connection.execute(query)}

    def open_plans(self) -> list[tuple[str, str]]:
        """Return the plans that are written right now or were interrupted: the sync as it is called now, the target."""
        columns = tables.plans.c
        with self._engine.connect() as connection:
            rows = connection.execute(select(columns.sync, columns.target).where(columns.state == "writing"))
            return [(self.present_name(row.sync), str(row.target)) for row in rows]

    def _waiting(self, plans: Select[Any]) -> Select[Any]:
        """Return the query of those plans that nobody has applied, the newest of each sync, whatever it was called.

        They have changes, or a guard has stopped them: without a yes nothing is verified, either.
        """
        columns = tables.plans.c
        now = {old: name for name, before in self.renamed.items() for old in before}
        sync = case(now, value=columns.sync, else_=columns.sync) if now else columns.sync
        newest = select(sync.label("sync"), func.max(columns.created_at).label("at")).group_by(sync).subquery()
        query = plans.join(newest, (sync == newest.c.sync) & (columns.created_at == newest.c["at"]))
        stopped = cast(columns.guards, String) != "[]"
        something = (columns.writes > 0) | stopped
        return query.where(columns.state == "planned", something).order_by(columns.created_at.desc())

    def runs_of(self, plan: str) -> list[str]:
        """Return the runs that made and applied a plan."""
        columns = tables.plans.c
        with self._engine.connect() as connection:
            row = connection.execute(select(columns.run, columns.applied_by).where(columns.id == plan)).one()
            return [str(run) for run in dict.fromkeys(row) if run is not None]

    def applied_by(self, plan: str) -> str:
        """Return the run that has begun to write a plan, "" where none has."""
        with self._engine.connect() as connection:
            return connection.scalar(select(tables.plans.c.applied_by).where(tables.plans.c.id == plan)) or ""

    def runs_telling(self, plan: KeptPlan) -> list[dict[str, Any]]:
        """Return the runs that have ended and tell of a plan, also those that a guard stopped, oldest first."""
        columns = tables.runs.c
        begun = select(columns.started_at).where(columns.id == plan.run).scalar_subquery()
        told = cast(columns.summary, Text).contains(plan.id, autoescape=True)
        query = select(tables.runs).where(columns.started_at >= begun, told)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(columns.started_at))
            return [dict(row._mapping) for row in rows]  # noqa: SLF001 - SQLAlchemy's public name for it

    # Plans --------------------------------------------------------------------------------------------------------

    def keep_plan(self, plan: KeptPlan) -> None:
        """Keep a plan whole, or as a reference to an earlier one that is the same in every row and changes nothing."""
        values = {name: getattr(plan, name) for name in ("id", "run", "sync", "target", "fingerprint", "created_at")}
        entries = packed(plan.entries)
        with self._engine.begin() as connection:
            if not plan.changes:
                entries = _as_before(connection, plan, entries)
            connection.execute(
                insert(tables.plans).values(
                    **values,
                    source_rows=plan.source_rows,
                    rejected=plan.rejected,
                    guards=plan.guards,
                    writes=plan.changes,
                    deleted=0,
                    state=plan.state,
                    entries=entries,
                )
            )

    def plan(self, reference: str) -> KeptPlan:
        """Return the plan of that id or fingerprint, or of the only one that begins so.

        Raises:
            LedgerError: there is none, or there are several.
        """
        with self._engine.connect() as connection:
            columns = {"id": reference, "fingerprint": reference}
            row = unique_row(connection, tables.plans, columns, "plan")
            return kept(connection, row)

    def unfinished(self, *, sync: str = "", target: str = "", run: str | None = None) -> list[KeptPlan]:
        """Return the plans whose writing was interrupted, or has left something unknown, oldest first."""
        columns = tables.plans.c
        query = select(tables.plans).where(columns.state == "writing").order_by(columns.created_at, columns.id)
        if sync:
            query = query.where(columns.sync.in_(self._names(sync)), columns.target == target)
        if run is not None:
            query = query.where((columns.run == run) | (columns.applied_by == run))
        with self._engine.connect() as connection:
            return [kept(connection, row) for row in connection.execute(query).mappings().all()]

    def written(self, sync: str, target: str = "", *, only: Changes = "") -> Iterator[tuple[KeptPlan, bool]]:
        """Yield the plans that a sync has written, each with whether it says how the sync has left all of its place.

        The one that was written last comes first. Where it had waited while later ones were written, it does not say
        everything; otherwise a verified one of a whole file does. Each is read as it is asked for: most of what a sync
        has left stands in the first. `only` are those that change something, or have deleted something for certain.
        """
        columns, runs = tables.plans.c, tables.runs.c
        query = select(columns.id, columns.created_at, columns.verified_at, columns.source_rows)
        query = query.outerjoin_from(tables.plans, tables.runs, runs.id == columns.applied_by)
        query = query.where(columns.sync.in_(self._names(sync)), columns.state.in_(["written", "writing"]))
        query = query.where(columns.target == target) if target else query
        query = query.where({"changing": columns.writes, "deleting": columns.deleted}[only] > 0) if only else query
        with self._engine.connect() as connection:
            began = func.coalesce(runs.started_at, columns.created_at)
            order = (began.desc(), columns.created_at.desc(), columns.id.desc())
            rows = connection.execute(query.order_by(*order)).all()
        newest = [*accumulate((row.created_at for row in reversed(rows)), max)][::-1]
        for row, latest in zip(rows, newest, strict=True):
            whole = row.verified_at is not None and row.source_rows > 0 and row.created_at == latest
            yield self._plan(row.id), whole

    def written_since(self, target: str, at: str, *, without: str) -> list[KeptPlan]:
        """Return the plans with changes that other syncs than one have written into a target, in runs' order.

        Those are left out whose run had ended by then: since then it has written nothing.
        """
        columns, runs = tables.plans.c, tables.runs.c
        query = select(tables.plans).join(tables.runs, runs.id == columns.applied_by)
        query = query.where(columns.target == target, columns.writes > 0, columns.sync.not_in(self._names(without)))
        query = query.where(
            columns.state.in_(["written", "writing"]), runs.finished_at.is_(None) | (runs.finished_at >= at)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(runs.started_at, columns.created_at, columns.id)).mappings().all()
            return [kept(connection, row) for row in rows]

    def applied(self) -> Iterator[tuple[KeptPlan, str]]:
        """Yield every plan that a run has begun to write, the oldest first, each with that run."""
        columns = tables.plans.c
        query = select(columns.id, columns.applied_by).where(columns.applied_by.is_not(None))
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(columns.created_at, columns.id)).all()
        for row in rows:
            yield self._plan(row.id), str(row.applied_by)

    def _plan(self, identity: str) -> KeptPlan:
        with self._engine.connect() as connection:
            whose = select(tables.plans).where(tables.plans.c.id == identity)
            return kept(connection, connection.execute(whose).mappings().one())

    def begin_writing(self, plan: str, run: str) -> None:
        """Note that a run writes this plan, and use up every yes to it: another plan that looks the same needs its own.

        Raises:
            LedgerError: it was written before, or somebody was erased from it: it would have to be planned anew.
        """
        with self._engine.begin() as connection:
            changed = connection.execute(
                update(tables.plans)
                .where(tables.plans.c.id == plan, tables.plans.c.state == "planned")
                .values(state="writing", applied_by=run)
            )
            if changed.rowcount != 1:
                state = connection.scalar(select(tables.plans.c.state).where(tables.plans.c.id == plan))
                raise error_of(LedgerError, "plan_erased" if state == "erased" else "plan_applied", {"plan": plan})
            mine = select(tables.plans.c.fingerprint).where(tables.plans.c.id == plan).scalar_subquery()
            yes = tables.approvals.c
            connection.execute(
                update(tables.approvals).where(yes.fingerprint == mine, yes.used_by.is_(None)).values(used_by=run)
            )

    def finish_writing(
        self, plan: str, *, settled: bool, proof: Mapping[str, Any], verified_at: str | None, deleted: int
    ) -> None:
        """Note what reading the target again has shown.

        Args:
            plan: its id.
            settled: whether the outcome of every row is known; otherwise the plan stays unfinished.
            proof: what was left to do.
            verified_at: when nothing was, else None.
            deleted: how many entries are known to be deleted by the plan.
        """
        state = "written" if settled else "writing"
        with self._engine.begin() as connection:
            connection.execute(
                update(tables.plans)
                .where(tables.plans.c.id == plan)
                .values(state=state, proof=dict(proof), verified_at=verified_at, deleted=deleted)
            )

    def reopen_newer(self, plan: KeptPlan, fence: int) -> list[str]:
        """Take their proof from the plans of later holders of a target, since something was written after it.

        They are unfinished again: the next run looks what stands there. Returns the runs that had applied them.

        Args:
            plan: the plan that was written late.
            fence: the number of the holder that has written it.
        """
        columns, noted = tables.plans.c, tables.intents.c
        later = select(noted.plan).where(noted.fence > fence)
        newer = (columns.created_at > plan.created_at) | columns.id.in_(later)
        mine = (columns.target == plan.target) & (columns.state == "written") & newer & (columns.id != plan.id)
        with self._engine.begin() as connection:
            runs = connection.execute(select(columns.applied_by).where(mine).order_by(columns.created_at)).all()
            overtaken = {"left": {"written_after": 1}}
            connection.execute(
                update(tables.plans).where(mine).values(state="writing", verified_at=None, proof=overtaken)
            )
        return [str(row.applied_by) for row in runs]

    def last_verified(self, sync: str) -> str:
        """Return when a sync's place was last seen to be as wanted, "" where it never was."""
        columns = tables.plans.c
        with self._engine.connect() as connection:
            mine = columns.sync.in_(self._names(sync))
            return connection.scalar(select(func.max(columns.verified_at)).where(mine)) or ""

    def last_good(self) -> dict[str, str]:
        """Return when the place of each sync was last seen to be as its file wants it.

        The way back from a run leads elsewhere.
        """
        columns, runs = tables.plans.c, tables.runs.c
        wanted = columns.verified_at.is_not(None) & (runs.mode != "revert")
        proven = select(columns.sync, func.max(columns.verified_at)).where(wanted).group_by(columns.sync)
        found: dict[str, str] = {}
        with self._engine.connect() as connection:
            for sync, at in connection.execute(proven.join(tables.runs, runs.id == columns.run)):
                name = self.present_name(sync)
                found[name] = max(found.get(name, ""), at)
        return found

    def last_good_rows(self, sync: str, target: str) -> int | None:
        """Return how many lines the source had at the last verified run of the sync."""
        columns = tables.plans.c
        with self._engine.connect() as connection:
            found = connection.scalar(
                select(columns.source_rows)
                .where(
                    columns.sync.in_(self._names(sync)),
                    columns.target == target,
                    columns.verified_at.is_not(None),
                    columns.source_rows > 0,
                )
                .order_by(columns.created_at.desc())
                .limit(1)
            )
        return None if found is None else int(found)

    def deleted_since(self, sync: str, target: str, at: str) -> int:
        """Return how many entries a sync is known to have deleted since then."""
        columns = tables.plans.c
        with self._engine.connect() as connection:
            total = connection.scalar(
                select(func.sum(columns.deleted)).where(
                    columns.sync.in_(self._names(sync)), columns.target == target, columns.created_at >= at
                )
            )
        return int(total or 0)


def _as_before(connection: Connection, plan: KeptPlan, entries: bytes) -> bytes:
    """Return a reference to the newest plan with the same packed table, or the table itself where there is none."""
    columns = tables.plans.c
    alike = (columns.fingerprint == plan.fingerprint) & (columns.target == plan.target) & (columns.state != "erased")
    query = select(columns.id, columns.entries).where(alike).order_by(columns.created_at.desc(), columns.id.desc())
    row = connection.execute(query.limit(1)).first()
    if row is None or whole(connection, row.entries) != entries:
        return entries
    return reference_to(referred(row.entries) or row.id)
