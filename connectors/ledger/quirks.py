"""What runs have taught about targets, and who was written: the ledger's memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import Engine, delete, insert, select, update

from schemas import ledger as tables
from schemas.quirks import Quirk


class Memory:
    """What is remembered of targets; every method is one committed transaction."""

    def __init__(self, engine: Engine, names: Callable[[str], Sequence[str]]) -> None:
        self._engine = engine
        self._names = names  # all names of a sync, those that it had before too

    def remember_owners(self, sync: str, target: str, written: Iterable[str]) -> None:
        """Remember owners that a sync manages."""
        known = self.owners(sync, target)
        rows = [{"sync": sync, "target": target, "owner": owner} for owner in sorted(set(written) - known)]
        if rows:
            with self._engine.begin() as connection:
                connection.execute(insert(tables.owners), rows)

    def forget_owners(self, sync: str, target: str, settled: Iterable[str]) -> None:
        """Forget owners that a sync has nothing to do with any more."""
        columns = tables.owners.c
        mine = columns.sync.in_(self._names(sync)) & (columns.target == target)
        with self._engine.begin() as connection:
            for owner in sorted(settled):
                connection.execute(delete(tables.owners).where(mine & (columns.owner == owner)))

    def release(self, owner: str, *, person: str, reason: str, at: str) -> list[str]:
        """Forget an owner that has left every file, for a reason that is kept; return the syncs that managed it."""
        columns = tables.owners.c
        with self._engine.begin() as connection:
            rows = connection.execute(select(columns.sync).where(columns.owner == owner).order_by(columns.sync))
            syncs = [str(row.sync) for row in rows]
            if syncs:
                connection.execute(delete(tables.owners).where(columns.owner == owner))
                note = insert(tables.housekeeping).values(deed="release", person=person, at=at)
                connection.execute(note.values(detail=f"{', '.join(syncs)}: {reason}", about=owner))
        return syncs

    def owners(self, sync: str, target: str = "") -> set[str]:
        """Return the owners that a sync manages on this target, with those that have left its file unsettled.

        Without a target, on any.
        """
        columns = tables.owners.c
        query = select(columns.owner).where(columns.sync.in_(self._names(sync)))
        query = query.where(columns.target == target) if target else query
        with self._engine.connect() as connection:
            rows = connection.execute(query)
            return {str(row.owner) for row in rows}

    def targets(self, sync: str) -> set[str]:
        """Return the targets on which a sync manages owners."""
        columns = tables.owners.c
        query = select(columns.target).where(columns.sync.in_(self._names(sync)))
        with self._engine.connect() as connection:
            return {str(target) for target in connection.scalars(query.distinct())}

    def everybody(self, target: str) -> set[str]:
        """Return the owners that any sync manages on this target."""
        columns = tables.owners.c
        with self._engine.connect() as connection:
            return {str(owner) for owner in connection.scalars(select(columns.owner).where(columns.target == target))}

    def learn_types(self, target: str, seen: Mapping[tuple[str, str], bool]) -> None:
        """Remember of which entries (owner, key) a target kept the type it was given."""
        columns = tables.kept_types.c
        with self._engine.begin() as connection:
            for (owner, key), kept in sorted(seen.items()):
                where = (columns.target == target) & (columns.owner == owner) & (columns.key == key)
                if connection.execute(update(tables.kept_types).where(where).values(kept=kept)).rowcount == 0:
                    connection.execute(insert(tables.kept_types).values(target=target, owner=owner, key=key, kept=kept))

    def kept_types(self, target: str) -> frozenset[tuple[str, str]]:
        """Return the entries whose type the target has been seen to keep."""
        columns = tables.kept_types.c
        with self._engine.connect() as connection:
            rows = connection.execute(select(columns.owner, columns.key).where(columns.target == target, columns.kept))
            return frozenset((str(row.owner), str(row.key)) for row in rows)

    def learn_trait(self, target: str, quirk: Quirk, at: str) -> None:
        """Remember a habit of a target that has been seen."""
        known = self.traits(target)
        if quirk not in known:
            displaced = [str(other) for other in known if quirk.displaces(other)]
            columns = tables.traits.c
            with self._engine.begin() as connection:
                connection.execute(delete(tables.traits).where(columns.target == target, columns.trait.in_(displaced)))
                connection.execute(insert(tables.traits).values(target=target, trait=str(quirk), at=at))

    def traits(self, target: str) -> set[Quirk]:
        """Return the habits of a target that have been seen."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.traits.c.trait).where(tables.traits.c.target == target))
            return {quirk for row in rows if (quirk := Quirk.read(row.trait))}
