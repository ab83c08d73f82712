"""The ledger's locks: one run per target at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from schemas import ledger as tables


@dataclass(frozen=True)
class Lock:
    """Who holds a target: the run, its machine and process, and when it was last known to live (seconds)."""

    run: str
    holder: str
    beat: float


class Locks:
    """Who holds which target; every method but `session_lock` is one committed transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, target: str, lock: Lock, *, is_dead: Callable[[Lock], bool]) -> Lock | None:
        """Take the one lock of a target; return None, or the lock of who has it.

        A holder that `is_dead` says is gone loses it.
        """
        with self._engine.begin() as connection:
            row = connection.execute(select(tables.locks).where(tables.locks.c.target == target)).first()
            if row is not None:
                held = Lock(row.run, row.holder, row.beat)
                if not is_dead(held):
                    return held
                # Only the very lock that was looked at: somebody else may be taking it over right now.
                mine = (tables.locks.c.target == target) & (tables.locks.c.run == held.run)
                same = mine & (tables.locks.c.beat == held.beat)
                taken = connection.execute(update(tables.locks).where(same).values(**vars(lock)))
                return None if taken.rowcount == 1 else held
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(tables.locks).values(target=target, **vars(lock)))
        except IntegrityError:  # somebody was faster by a moment
            return self.take(target, lock, is_dead=is_dead)
        return None

    def next_fence(self, target: str) -> int:
        """Return the number of the target's new holder, higher than that of every holder before."""
        columns = tables.fences.c
        mine = columns.target == target
        with self._engine.begin() as connection:
            raised = connection.execute(update(tables.fences).where(mine).values(number=columns.number + 1))
            if raised.rowcount == 0:
                connection.execute(insert(tables.fences).values(target=target, number=1))
            return int(connection.scalar(select(columns.number).where(mine)) or 0)

    def keep(self, target: str, run: str, beat: float) -> bool:
        """Say that the holder is alive; False where the lock is not this run's any more."""
        mine = (tables.locks.c.target == target) & (tables.locks.c.run == run)
        with self._engine.begin() as connection:
            return connection.execute(update(tables.locks).where(mine).values(beat=beat)).rowcount == 1

    def held(self, beginning: str) -> dict[str, Lock]:
        """Return the locks whose targets begin so."""
        columns = tables.locks.c
        begins = func.substr(columns.target, 1, len(beginning)) == beginning
        with self._engine.connect() as connection:
            rows = connection.execute(select(tables.locks).where(begins))
            return {str(row.target): Lock(row.run, row.holder, row.beat) for row in rows}

    def give_back(self, target: str, run: str) -> None:
        """Let others have the target."""
        mine = (tables.locks.c.target == target) & (tables.locks.c.run == run)
        with self._engine.begin() as connection:
            connection.execute(delete(tables.locks).where(mine))

    @contextmanager
    def session(self, target: str) -> Iterator[bool]:
        """Hold PostgreSQL's own lock for the target, which its server frees when the holder dies; yield if it is ours.

        On other databases there is none to hold, and the table of locks has to do.
        """
        if self._engine.dialect.name != "postgresql":
            yield True
            return
        key = int.from_bytes(hashlib.sha256(target.encode()).digest()[:8], "big", signed=True)
        with self._engine.connect() as connection:
            held = bool(connection.scalar(select(func.pg_try_advisory_lock(key))))
            connection.rollback()  # the lock is the session's, not the transaction's
            try:
                yield held
            finally:
                if held:
                    connection.scalar(select(func.pg_advisory_unlock(key)))
