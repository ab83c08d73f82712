"""The ledger's reconciliations: what was found, what of it somebody has accepted, and what is known of types."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from connectors.ledger.records import packed, unpacked
from schemas import ledger as tables
from schemas.errors import LedgerError
from tasks.messages.errors import error_of

if TYPE_CHECKING:
    import pandas as pd

_SALT = "findings"
_LATER = ("drift", "owner_name")  # columns that findings have not had from the start


@dataclass(frozen=True)
class Reconciliation:
    """One reconciliation: when, what it was compared with, its counts, and `Finding` with a column `carried`."""

    run: str
    at: str
    since: str
    counts: dict[str, Any]
    findings: pd.DataFrame


@dataclass(frozen=True)
class Acceptance:
    """Somebody's word that a finding may stand until the end of a day."""

    finding: str
    owner: str
    until: str
    reason: str
    person: str
    at: str


class Findings:
    """Reconciliations and acceptances; every method is one committed transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def salt(self, make: Callable[[], str]) -> str:
        """Return what findings' ids are made with: the same for ever in one ledger, unknown outside of it."""
        columns = tables.salts.c
        wanted = select(columns.value).where(columns.name == _SALT)
        with self._engine.connect() as connection:
            found = connection.scalar(wanted)
        if found is not None:
            return str(found)
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(tables.salts).values(name=_SALT, value=make()))
        except IntegrityError:  # another run was faster by a moment
            pass
        with self._engine.connect() as connection:
            return str(connection.scalar(wanted))

    def keep(self, made: Reconciliation) -> None:
        """Keep a reconciliation whole."""
        values = {**vars(made), "findings": packed(made.findings)}
        with self._engine.begin() as connection:
            connection.execute(insert(tables.reconciliations).values(**values))

    def last(self) -> Reconciliation | None:
        """Return the newest reconciliation, None where there is none yet."""
        columns = tables.reconciliations.c
        with self._engine.connect() as connection:
            newest = select(tables.reconciliations).order_by(columns["at"].desc(), columns.run.desc()).limit(1)
            row = connection.execute(newest).first()
        return None if row is None else _made(row)

    def find(self, reference: str) -> Reconciliation:
        """Return the reconciliation of that run, of the only run that begins so, or the last one up to that day.

        Raises:
            LedgerError: there is none, or there are several.
        """
        columns = tables.reconciliations.c
        begins = columns.run.startswith(reference, autoescape=True)
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.reconciliations).where(begins).limit(2)).all() if reference else []
            if not rows and _is_day(reference):
                query = select(tables.reconciliations).where(columns["at"] <= f"{reference}T99")
                rows = connection.execute(query.order_by(columns["at"].desc()).limit(1)).all()
        exact = [row for row in rows if row.run == reference] or rows
        if len(exact) != 1:
            name = "several_reconciliations" if exact else "no_reconciliation"
            raise error_of(LedgerError, name, {"reference": repr(reference)})
        return _made(exact[0])

    def history(self, limit: int) -> list[dict[str, Any]]:
        """Return the last reconciliations, oldest first: `run, at, findings` (counts by kind)."""
        columns = tables.reconciliations.c
        query = select(columns.run, columns["at"], columns.counts).order_by(columns["at"].desc(), columns.run.desc())
        with self._engine.connect() as connection:
            rows = connection.execute(query.limit(limit)).all()
        return [{"run": row.run, "at": row.at, "findings": dict(row.counts)} for row in reversed(rows)]

    def accept(self, acceptance: Acceptance) -> None:
        """Note an acceptance; a later one of the same finding takes its place."""
        with self._engine.begin() as connection:
            connection.execute(insert(tables.acceptances).values(**vars(acceptance)))

    def accepted(self, today: str, *, at: str = "9") -> dict[str, Acceptance]:
        """Return the newest acceptance of each finding or row given by then, where it still holds that day."""
        columns = tables.acceptances.c
        query = select(tables.acceptances).where(columns["at"] <= at).order_by(columns.id)
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings().all()
        newest = {
            str(row["finding"]): Acceptance(**{key: str(value) for key, value in row.items() if key != "id"})
            for row in rows
        }
        return {finding: acceptance for finding, acceptance in newest.items() if acceptance.until >= today}

    def untyped(self, target: str) -> frozenset[tuple[str, str]]:
        """Return the entries (owner, key) of which the target has been seen not to keep the type."""
        columns = tables.kept_types.c
        query = select(columns.owner, columns.key).where(columns.target == target, columns.kept.is_(False))
        with self._engine.connect() as connection:
            return frozenset((str(row.owner), str(row.key)) for row in connection.execute(query))

    def erase(self, owner: str) -> list[str]:
        """Take one owner out of every reconciliation; return the runs that held something."""
        columns = tables.reconciliations.c
        changed = []
        with self._engine.begin() as connection:
            for row in connection.execute(select(columns.run, columns.findings).order_by(columns.run)).all():
                findings = unpacked(row.findings)
                mine = findings["owner"] == owner
                named = findings["where"].str.contains(rf"\b{re.escape(owner)}(?:[:;]|$)", regex=True)
                if not (mine | named).any():
                    continue
                changed.append(str(row.run))
                rest = findings.assign(where=findings["where"].mask(named, ""))[~mine]
                this = update(tables.reconciliations).where(columns.run == row.run)
                connection.execute(this.values(findings=packed(rest.reset_index(drop=True))))
            connection.execute(delete(tables.acceptances).where(tables.acceptances.c.owner == owner))
        return changed


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _made(row: Row[Any]) -> Reconciliation:
    import pandas as pd

    findings = unpacked(row.findings)
    lacking = [name for name in _LATER if name not in findings]  # kept by a release that did not look for it
    findings[lacking] = pd.DataFrame("", index=findings.index, columns=lacking, dtype="str")
    return Reconciliation(row.run, row.at, row.since, dict(row.counts), findings)
