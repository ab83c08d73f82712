"""What is deleted is overwritten: in the database's file, in what it writes ahead, and in pages that are free."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, sql
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from connectors.ledger.causes import cause_of
from schemas import limits
from schemas.errors import LedgerError
from schemas.phrases import Phrase

_DELETED: Final = frozenset({"artifact", "artifact_collection", "log", "events", "event_resources", "flow_run_input"})
_NO_TEXTS: Final = frozenset({"INTEGER", "FLOAT", "BOOLEAN", "BIGINT", "DATETIME", "CHAR(36)", "NUMERIC"})


def sweep(engine: Engine) -> Phrase | str:
    """Leave nothing of what was deleted in the database's files; return why that was not possible, "" where it was.

    In SQLite the file is written anew and the write-ahead log is emptied. PostgreSQL is told to take up the space; it
    overwrites it in its own time.
    """
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("vacuum")
            if engine.dialect.name == "sqlite":
                busy = connection.exec_driver_sql("pragma wal_checkpoint(truncate)").first()
                return Phrase("term.error-busy") if busy and busy[0] else ""
    except DBAPIError as error:
        return cause_of(error, opening=False).reason
    except LedgerError as error:
        reason = error.values.get("reason")
        return reason if isinstance(reason, Phrase) else error.message
    return ""


def erase_from_prefect(database: Path, wanted: re.Pattern[bytes]) -> int:
    """Take everything that holds what is wanted out of Prefect's SQLite, also while its server runs.

    Artifacts, logs and events are removed; of states and runs the texts are blanked.

    Returns:
        how many rows held something.

    Raises:
        sqlite3.Error: it cannot be opened, or is busy for too long.
    """
    with closing(sqlite3.connect(database, timeout=limits.DATABASE_BUSY_SECONDS, isolation_level=None)) as opened:
        opened.execute("pragma secure_delete=on")
        opened.execute("begin immediate")
        names = [row[0] for row in opened.execute("select name from sqlite_master where type='table'")]
        found = sum(_erase_rows(opened, table, wanted) for table in names if not table.startswith("sqlite_"))
        opened.execute("commit")
        opened.execute("vacuum")
        busy = opened.execute("pragma wal_checkpoint(truncate)").fetchone()
    if busy and busy[0]:
        raise sqlite3.OperationalError("another process reads it just now")
    return found


def _erase_rows(opened: sqlite3.Connection, table: str, wanted: re.Pattern[bytes]) -> int:
    """Remove or blank what holds it in one table; its names are the file's own."""
    told = opened.execute(f'pragma table_info("{table}")').fetchall()
    blanks = {name: None if not filled else "{}" if kind == "JSON" else "" for _, name, kind, filled, *_ in told}
    columns = [name for _, name, kind, *_ in told if kind.upper() not in _NO_TEXTS]
    rowid: sql.ColumnElement[int] = sql.column("rowid")
    of = sql.table(table, sql.column("rowid"), *(sql.column(name) for name in columns))
    found = 0
    for row, *values in opened.execute(_text(sql.select(of))).fetchall():
        held = [name for name, value in zip(columns, values, strict=True) if value and wanted.search(_bytes(value))]
        found += bool(held)
        if held and table in _DELETED:
            opened.execute(_text(sql.delete(of).where(rowid == sql.bindparam("row"))), [row])
            continue
        for name in held:
            blank = sql.update(of).values({name: sql.bindparam("blank")}).where(rowid == sql.bindparam("row"))
            opened.execute(_text(blank), [blanks[name], row])
    return found


def _text(statement: sql.ClauseElement) -> str:
    """Return a statement as SQLite reads it, names quoted where they have to be."""
    return str(statement.compile(dialect=sqlite.dialect()))


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
