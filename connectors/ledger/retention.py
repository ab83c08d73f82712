"""The ledger's past: what is forgotten after a time, and what is erased on demand."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from connectors.ledger.records import BATCH, LONGEST_REFERENCE, packed, referred, unpacked
from connectors.ledger.sweeping import sweep
from schemas import ledger as tables
from schemas.phrases import Phrase

if TYPE_CHECKING:
    import pandas as pd

_OF_PLANS = (tables.outcomes, tables.earlier_outcomes, tables.intents, tables.unplanned, tables.refusals)
_DIGITS = 9  # of a number without its country: enough to tell it from any other


class Archive:
    """Purging and erasing, both noted; every method is one committed transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def purge(self, before: str, *, person: str, at: str) -> list[str]:
        """Forget runs that began before then, with their plans and outcomes; return their ids.

        Kept whatever their age: runs with an unfinished plan, the last good one of every sync, which tells how large
        its source was, the last reconciliation, which knows since when things are as they are, and those whose plan or
        report a later one refers to.
        """
        plans, runs, looks = tables.plans.c, tables.runs.c, tables.reconciliations.c
        with self._engine.begin() as connection:
            gone = _old(connection, before)
            for run in gone:
                # A plan made then and applied later belongs to the later run.
                mine = (plans.run == run) & (plans.applied_by.is_(None) | plans.applied_by.in_(gone))
                identities = [row.id for row in connection.execute(select(plans.id).where(mine))]
                for table in _OF_PLANS:
                    connection.execute(delete(table).where(table.c.plan.in_(identities)))
                connection.execute(delete(tables.plans).where(plans.id.in_(identities)))
            connection.execute(delete(tables.reconciliations).where(looks.run.in_(gone)))
            connection.execute(delete(tables.acceptances).where(tables.acceptances.c.until < before[:10]))
            still = select(plans.run).union(select(plans.applied_by).where(plans.applied_by.is_not(None)))
            named = {str(row[0]) for row in connection.execute(still)}
            gone = [run for run in gone if run not in named]
            connection.execute(delete(tables.runs).where(runs.id.in_(gone)))
            self._note(connection, "purge", person=person, at=at, detail=f"{len(gone)} runs", about=before)
        return gone

    def forgotten_before(self) -> str:
        """Return from before when runs were forgotten, the latest such moment, "" where none ever were."""
        columns = tables.housekeeping.c
        with self._engine.connect() as connection:
            return str(connection.scalar(select(func.max(columns.about)).where(columns.deed == "purge")) or "")

    def purgeable(self, before: str) -> list[str]:
        """Return the runs that purging would forget; one whose plan a later run has applied is among them."""
        with self._engine.connect() as connection:
            return _old(connection, before)

    def erase(self, owner: str, *, person: str, at: str) -> list[str]:
        """Blank everything that is kept about one owner; return the ids of the plans that held something.

        A plan that was not applied yet cannot be any more. The deed is noted without the owner's name.
        """
        import pandas as pd

        plans = tables.plans.c
        kind, _, name = owner.partition(" ")
        changed = []
        with self._engine.begin() as connection:
            rows_of = connection.execute(select(plans.id, plans.entries).order_by(plans.id)).all()
            before = {row.id: row.entries for row in rows_of}
            for row in rows_of:
                same = referred(row.entries)  # as another plan, which is blanked itself
                entries = unpacked(before[same] if same else row.entries)
                rows = entries["owner"] == owner
                # A number that moved is told at the other owner's row too, with the name of this one; an id that may be
                # mistyped, with that of its neighbour. Plans from before there were codes say nothing of the kind.
                said = entries.get("problems", pd.Series("", index=entries.index, dtype="str"))
                alike = entries["owner"].str.startswith(f"{kind} ") & said.str.contains(f'"id":"{name}"', regex=False)
                named = ~rows & (alike | said.str.contains(rf"\b{re.escape(owner)}\b", regex=True))
                if named.any():
                    entries.loc[named, "problems"] = ""
                if not (rows | named).any():
                    continue
                changed.append(str(row.id))
                texts = [name for name in entries.columns if name not in {"line", "action"}]
                entries.loc[rows, texts] = ""
                mine = plans.id == row.id
                if not same:
                    connection.execute(update(tables.plans).where(mine).values(entries=packed(entries)))
                connection.execute(update(tables.plans).where(mine, plans.state == "planned").values(state="erased"))
                places = [int(place) for place in entries.index[rows]]
                for table, start in product((tables.outcomes, tables.earlier_outcomes), range(0, len(places), BATCH)):
                    these = (table.c.plan == row.id) & table.c.row.in_(places[start : start + BATCH])
                    connection.execute(update(table).where(these).values(message="", problems=""))
                self._forget_intents(connection, str(row.id), owner)
            for table in (tables.unplanned, tables.owners, tables.kept_types, tables.owner_names, tables.service_names):
                connection.execute(delete(table).where(table.c.owner == owner))
            released = tables.housekeeping.c
            mine = (released.deed == "release") & (released.about == owner)
            connection.execute(update(tables.housekeeping).where(mine).values(detail="one owner", about=""))
            self._note(connection, "erase", person=person, at=at, detail=f"one owner, in {len(changed)} plans")
        return changed

    @staticmethod
    def _forget_intents(connection: Connection, plan: str, owner: str) -> None:
        columns = tables.intents.c
        for row in connection.execute(select(columns.id, columns.owners).where(columns.plan == plan)).all():
            if owner in row.owners:
                rest = [name for name in row.owners if name != owner]
                connection.execute(update(tables.intents).where(columns.id == row.id).values(owners=rest))

    @staticmethod
    def _note(connection: Connection, deed: str, **noted: str) -> None:
        connection.execute(insert(tables.housekeeping).values(deed=deed, **noted))

    def note_age(self, evidence: str, *, person: str, at: str) -> None:
        """Note what speaks for it that the ledger is older than what stands in the services; "" takes it as it is."""
        with self._engine.begin() as connection:
            self._note(connection, "doubt" if evidence else "adopt", person=person, at=at, detail=evidence)

    def age(self) -> tuple[str, str]:
        """Return what was noted last of the ledger's age, and when; "" twice where nothing was."""
        columns = tables.housekeeping.c
        noted = select(columns.detail, columns["at"]).where(columns.deed.in_(["doubt", "adopt"]))
        with self._engine.connect() as connection:
            row = connection.execute(noted.order_by(columns.id.desc()).limit(1)).first()
        return (str(row.detail), str(row.at)) if row else ("", "")

    def sweep(self) -> Phrase | str:
        """Leave nothing of what was deleted in the database's files; return why that was not possible, else ""."""
        return sweep(self._engine)

    def words_of(self, owner: str) -> tuple[set[str], set[str]]:
        """Return what is known of an owner before it is erased: names that are a person's, and numbers as digits."""
        plans, names, services = tables.plans.c, tables.owner_names.c, tables.service_names.c
        numbers: set[str] = set()
        others: set[str] = set()  # a number that somebody else has as well is no trace of this person
        with self._engine.connect() as connection:
            called = {str(name) for name in connection.scalars(select(names.name).where(names.owner == owner))}
            for said in connection.scalars(select(services.names).where(services.owner == owner)):
                called |= {str(name) for name in said.values()}
            for entries in connection.scalars(select(plans.entries)):
                if referred(entries):
                    continue
                rows = unpacked(entries)
                mine = rows["owner"] == owner
                for column in ("number_before", "number_after"):
                    numbers |= _digits_of(rows.loc[mine, column])
                    others |= _digits_of(rows.loc[~mine, column])
        return called, numbers - others

    def summaries_without(self, owner: str, hidden: str) -> int:
        """Take an owner out of the summaries of runs; return how many named it."""
        runs, found = tables.runs.c, 0
        named = re.compile(rf"(?<!\w){re.escape(owner)}(?!\w)")
        with self._engine.begin() as connection:
            for row in connection.execute(select(runs.id, runs.summary).where(runs.summary.is_not(None))).all():
                text = json.dumps(row.summary, ensure_ascii=False)
                changed = named.sub(hidden, text)
                if changed != text:
                    found += 1
                    this = update(tables.runs).where(runs.id == row.id)
                    connection.execute(this.values(summary=json.loads(changed)))
        return found

    def reasons_without(self, word: str, hidden: str) -> int:
        """Take a name out of the reasons that people have given for what they did; return how many had it."""
        named, found = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)"), 0
        said = (
            *((table, "reason") for table in (tables.approvals, tables.refusals, tables.acceptances)),
            (tables.housekeeping, "detail"),
        )
        with self._engine.begin() as connection:
            for table, column in said:
                for row in connection.execute(select(table.c.id, table.c[column].label("text"))).all():
                    changed = named.sub(hidden, row.text)
                    if changed != row.text:
                        found += 1
                        connection.execute(update(table).where(table.c.id == row.id).values({column: changed}))
        return found

    def housekeeping(self) -> list[dict[str, Any]]:
        """Return what was purged and erased, newest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.housekeeping).order_by(tables.housekeeping.c.id.desc()))
            return [dict(row) for row in rows.mappings()]


def _digits_of(numbers: pd.Series) -> set[str]:
    digits = numbers.str.replace(r"[^0-9]", "", regex=True)
    return set(digits[digits.str.len() >= _DIGITS].str[-_DIGITS:])


def _old(connection: Connection, before: str) -> list[str]:
    """Return the runs from before then that nothing needs any more."""
    plans, runs, looks = tables.plans.c, tables.runs.c, tables.reconciliations.c
    newest = select(func.max(plans.created_at)).where(plans.verified_at.is_not(None))
    newest = newest.group_by(plans.sync, plans.target)
    needed = (plans.state == "writing") | (plans.verified_at.is_not(None) & plans.created_at.in_(newest))
    keep = {run for row in connection.execute(select(plans.run, plans.applied_by).where(needed)) for run in row}
    keep.add(connection.scalar(select(looks.run).order_by(looks["at"].desc(), looks.run.desc()).limit(1)))
    old = connection.execute(select(runs.id).where(runs.started_at < before).order_by(runs.id))
    old_ids = [str(row.id) for row in old]
    keep |= _referred_to(connection, {*old_ids} - keep)
    return [run for run in old_ids if run not in keep]


def _referred_to(connection: Connection, gone: set[str]) -> set[str]:
    """Return the runs among those to be forgotten that have the plan or the report of one that stays."""
    plans, runs, needed = tables.plans.c, tables.runs.c, set[str]()
    made = {
        row.id: {row.run, row.applied_by} for row in connection.execute(select(plans.id, plans.run, plans.applied_by))
    }
    short = select(plans.id, plans.entries).where(func.length(plans.entries) <= LONGEST_REFERENCE)
    links = [(made[row.id], made[referred(row.entries)]) for row in connection.execute(short) if referred(row.entries)]
    for row in connection.execute(select(runs.id, runs.summary).where(runs.summary.is_not(None))):
        links += [({row.id}, {sync["same_as"]}) for sync in row.summary.get("syncs", ()) if "same_as" in sync]
    while found := {
        run for mine, theirs in links if not mine - {None} <= gone - needed for run in theirs & (gone - needed)
    }:
        needed |= found
    return needed
