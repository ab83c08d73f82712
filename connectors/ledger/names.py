"""What owners are called: by the files, and by the services that know them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine, Table, case, delete, insert, select

from connectors.ledger.records import BATCH
from schemas import ledger as tables
from schemas import limits
from schemas.directory import name_in
from schemas.settings import Language


@dataclass(frozen=True)
class KeptNames:
    """What a service calls an owner.

    Attributes:
        names: by language; empty where it has said none.
        at: when it was said last, "" where it never was.
        asked: when it was asked for last, whatever the answer.
    """

    names: Mapping[str, str]
    at: str
    asked: str

    @property
    def in_vain(self) -> bool:
        """Whether the last question had no answer."""
        return self.at != self.asked


class Names:
    """What is remembered of owners' names; every method is one committed transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def learn(self, target: str, names: Mapping[str, str], at: str) -> None:
        """Remember what a file calls owners; one that is called otherwise than before is known by its newest name."""
        known = self.given(target)
        changed = [owner for owner, name in names.items() if known.get(owner) != name]
        rows = [{"target": target, "owner": owner, "name": names[owner], "at": at} for owner in sorted(changed)]
        self._keep(tables.owner_names, target, rows)

    def keep(self, target: str, said: Mapping[str, KeptNames]) -> None:
        """Remember what a service calls owners, in the place of what it has called them before."""
        rows = [
            {"target": target, "owner": owner, "names": dict(kept.names), "at": kept.at, "asked": kept.asked}
            for owner, kept in sorted(said.items())
        ]
        self._keep(tables.service_names, target, rows)

    def given(self, target: str) -> dict[str, str]:
        """Return what files call the owners of a target."""
        columns = tables.owner_names.c
        query = select(columns.owner, columns.name).where(columns.target == target)
        with self._engine.connect() as connection:
            return dict(connection.execute(query).tuples().all())

    def kept(self, target: str) -> dict[str, KeptNames]:
        """Return what the service calls the owners of a target, as far as it was asked."""
        columns = tables.service_names.c
        query = select(columns.owner, columns.names, columns["at"], columns.asked).where(columns.target == target)
        with self._engine.connect() as connection:
            return {owner: KeptNames(names, at, asked) for owner, names, at, asked in connection.execute(query)}

    def fresh(self, target: str, now: datetime) -> set[str]:
        """Return the owners whose names need not be asked for yet.

        After a question in vain they are asked for the next day, else seldom: hardly any name ever changes.
        """
        columns = tables.service_names.c
        since, since_in_vain = (
            (now - timedelta(seconds=seconds)).isoformat(timespec="milliseconds")
            for seconds in (limits.NAMES_SECONDS, limits.NAMES_AGAIN_SECONDS)
        )
        late_enough = case((columns["at"] == columns.asked, since), else_=since_in_vain)
        query = select(columns.owner).where(
            columns.target == target,
            columns.asked > late_enough,
            columns.asked <= now.isoformat(timespec="milliseconds"),
        )
        with self._engine.connect() as connection:
            return set(connection.execute(query).scalars())

    def called(self, targets: Iterable[str]) -> dict[str, list[str]]:
        """Return what services call the owners of these targets, in all languages."""
        said = (one for target in sorted(targets) for one in self._said(target).items())
        return {owner: [*names.values()] for owner, names in said if names}

    def of(self, target: str, lang: Language) -> dict[str, str]:
        """Return what the owners of a target are called in a language: as a file says it, else as the service does."""
        said = {owner: name for owner, names in self._said(target).items() if (name := name_in(lang, names))}
        return said | self.given(target)

    def _said(self, target: str) -> dict[str, Mapping[str, str]]:
        """Return the names of those that the service has ever said any of: of most people it says none."""
        columns = tables.service_names.c
        query = select(columns.owner, columns.names).where(columns.target == target, columns["at"] != "")
        with self._engine.connect() as connection:
            return dict(connection.execute(query).tuples().all())

    def _keep(self, table: Table, target: str, rows: Iterable[Mapping[str, object]]) -> None:
        rows = list(rows)
        if not rows:
            return
        with self._engine.begin() as connection:
            for start in range(0, len(rows), BATCH):
                part = rows[start : start + BATCH]
                owners = [row["owner"] for row in part]
                connection.execute(delete(table).where(table.c.target == target, table.c.owner.in_(owners)))
                connection.execute(insert(table), part)
