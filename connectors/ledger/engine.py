"""Open the ledger's database, and say in a sentence what is wrong with it, now or in the middle of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, ProgrammingError, SQLAlchemyError

from connectors.ledger.causes import cause_of
from connectors.ledger.migrate import NEWEST, migrate, version_of
from schemas import limits
from schemas.errors import LedgerError
from tasks.messages.errors import error_of


def connect(url: str) -> Engine:
    """Return the database with its tables in this release's form.

    From then on a database that fails (a full disk, a server that went away) raises `LedgerError` as well; what only a
    mistake in a statement can cause stays what it is.

    Raises:
        LedgerError: the database cannot be opened.
    """
    engine: Engine | None = None
    try:
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _make_sqlite_durable)
            _make_private(engine.url.database)
        migrate(engine)
    except (SQLAlchemyError, ImportError, OSError, LedgerError) as error:
        if engine is not None:
            engine.dispose()
        if isinstance(error, LedgerError):
            raise
        cause = cause_of(error, opening=True)
        raise error_of(
            LedgerError, "ledger_closed", {"ledger": _shown(url), "reason": cause.reason, "remedy": cause.remedy}
        ) from error
    event.listen(engine, "handle_error", _tell)
    return engine


def look(url: str) -> Engine | None:
    """Return the ledger's file for reading alone, where there is one in this release's form; nothing is changed."""
    try:
        address = make_url(url)
        if address.get_backend_name() != "sqlite" or not address.database or not Path(address.database).is_file():
            return None
        engine = create_engine(f"sqlite:///{Path(address.database).absolute().as_uri()}?mode=ro&uri=true")
        if version_of(engine) == NEWEST:
            return engine
        engine.dispose()
    except SQLAlchemyError:
        pass  # busy, or no ledger at all: whoever only looks can do without it
    return None


def _tell(context: ExceptionContext) -> None:
    """Raise what a person can act on; the statement and its values are in no message."""
    error = context.sqlalchemy_exception
    if not isinstance(error, DBAPIError) or isinstance(error, (IntegrityError, ProgrammingError)):
        return
    url = context.engine.url.render_as_string(hide_password=True) if context.engine else "the address given"
    cause = cause_of(error, opening=False)
    raise error_of(LedgerError, "ledger_failed", {"ledger": url, "reason": cause.reason, "remedy": cause.remedy})


def _make_private(database: str | None) -> None:
    """Make the file before SQLite does: it holds numbers in full, so it is its owner's alone from the first byte on."""
    if database and database != ":memory:":
        Path(database).touch(mode=0o600)


def _make_sqlite_durable(connection: Any, _record: object) -> None:
    """Readers beside a writer, patience with a second writer, and an outcome that is on the disk when it is said."""
    cursor, busy = connection.cursor(), int(limits.DATABASE_BUSY_SECONDS * 1000)
    for pragma in (
        "journal_mode=WAL",
        f"busy_timeout={busy}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _shown(url: str) -> str:
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "the address given"  # not an address, so nobody knows where a password might stand in it
