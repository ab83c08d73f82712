"""Make a ledger, or bring one of any release to the form that this one needs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, inspect, text
from sqlalchemy.exc import DatabaseError

from schemas.errors import LedgerError
from schemas.ledger import metadata
from tasks.messages.errors import error_of

# The newest script in `migrations/versions`; a test holds the two together.
NEWEST = "0012"
_SCRIPTS = Path(__file__).parent / "migrations"
# As Alembic makes it, and asks for it.
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
_VERSION.primary_key.name = "alembic_version_pkc"


def migrate(engine: Engine) -> None:
    """Make the ledger, or upgrade it where it is older, in one transaction; a ledger of this form costs one look.

    Raises:
        LedgerError: it was made by a newer release, or by something else.
    """
    found = version_of(engine)
    if found == NEWEST:
        return
    if found is not None and found > NEWEST:
        raise error_of(LedgerError, "ledger_newer", {"form": found, "newest": NEWEST})
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                # Python's driver begins none before `create table`: a failure would leave half of the tables behind.
                connection.exec_driver_sql("begin immediate")
            if found is None:
                _make(connection)
            else:
                _upgrade(connection, found)
    except DatabaseError:
        if version_of(engine) != NEWEST:  # another run has just made the same tables
            raise


def _make(connection: Connection) -> None:
    """Make what the scripts together come to, without them: importing Alembic takes longer than all tables."""
    _VERSION.create(connection, checkfirst=True)
    metadata.create_all(connection, checkfirst=False)  # a table of that name is somebody else's
    connection.execute(_VERSION.insert().values(version_num=NEWEST))


def _upgrade(connection: Connection, found: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        raise error_of(LedgerError, "ledger_foreign", {"form": found}) from None


def version_of(engine: Engine) -> str | None:
    """Return the form of a ledger's tables, None where it has none yet."""
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        found = connection.scalar(text("select version_num from alembic_version"))
    return None if found is None else str(found)
