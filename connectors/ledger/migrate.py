"""Bring a ledger of any release to the form that this one needs."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DatabaseError

from schemas.errors import LedgerError
from tasks.messages.errors import error_of

# The newest script in `migrations/versions`; a test holds the two together.
NEWEST = "0010"
_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(engine: Engine) -> None:
    """Upgrade the ledger where it is older, in one transaction; a ledger of this form costs one look.

    Raises:
        LedgerError: it was made by a newer release, or by something else.
    """
    found = version_of(engine)
    if found == NEWEST:
        return
    if found is not None and found > NEWEST:
        raise error_of(LedgerError, "ledger_newer", {"form": found, "newest": NEWEST})
    # Only here: importing Alembic takes longer than a whole `phonesync runs`.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                # Python's driver begins none before `create table`: a failure would leave half of the tables behind.
                connection.exec_driver_sql("begin immediate")
            config = Config()
            config.set_main_option("script_location", str(_SCRIPTS))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError:
        if version_of(engine) != NEWEST:  # another run has just made the same tables
            raise
    except CommandError:
        raise error_of(LedgerError, "ledger_foreign", {"form": found}) from None


def version_of(engine: Engine) -> str | None:
    """Return the form of a ledger's tables, None where it has none yet."""
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        found = connection.scalar(text("select version_num from alembic_version"))
    return None if found is None else str(found)
