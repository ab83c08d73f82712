"""What Prefect's server reads within a transaction stays so until it has written: others wait, and are not refused."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from prefect.server.database.configurations import AioSqliteConfiguration, BaseDatabaseConfiguration
from prefect.server.database.dependencies import provide_database_interface, temporary_database_config
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL, temporary_settings
from sqlalchemy.exc import OperationalError

from flows.orchestration.server_database import InTurn, write_in_turn


def read_then_write(config: BaseDatabaseConfiguration, path: Path, write_elsewhere: str) -> str:
    """Read in a transaction, have somebody else write or be kept from it, write, and return who came in between."""

    async def both() -> str:
        engine = await config.engine()
        session = await config.session(engine)
        with sqlite3.connect(path, timeout=0, isolation_level=None) as other:
            async with session, config.begin_transaction(session):
                (seen,) = (await session.execute(sa.text("select who from runs"))).one()
                with suppress(sqlite3.OperationalError):  # it would wait
                    other.execute(write_elsewhere)
                await session.execute(sa.text("update runs set who = who || ' first'"))
            ((written,),) = other.execute("select who from runs").fetchall()
        await engine.dispose()
        return f"{seen}: {written}"

    return asyncio.run(both())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "prefect.db") as made:
        made.execute("pragma journal_mode = wal")
        made.execute("create table runs (who)")
        made.execute("insert into runs values ('nobody')")
    return tmp_path / "prefect.db"


def test_nobody_writes_between_reading_and_writing(path: Path) -> None:
    config = InTurn(f"sqlite+aiosqlite:///{path}")
    assert read_then_write(config, path, "update runs set who = 'other'") == "nobody: nobody first"


def test_prefect_by_itself_refuses_whoever_reads_first(path: Path) -> None:
    """Once it does not, phonesync needs no database of its own."""
    with pytest.raises(OperationalError, match="database is locked"):
        read_then_write(AioSqliteConfiguration(f"sqlite+aiosqlite:///{path}"), path, "update runs set who = 'other'")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("sqlite+aiosqlite:///{path}", "InTurn"),
        ("postgresql+asyncpg://nobody@127.0.0.1/x", "AsyncPostgresConfiguration"),
    ],
)
def test_the_server_has_it_where_its_database_is_sqlite(url: str, kind: str, path: Path) -> None:
    with (
        temporary_settings({PREFECT_API_DATABASE_CONNECTION_URL: url.format(path=path)}),
        temporary_database_config(None),
    ):
        write_in_turn()
        assert type(provide_database_interface().database_config).__name__ == kind
