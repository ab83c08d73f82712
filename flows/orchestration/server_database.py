"""The database of Prefect's server: whoever may write in a transaction waits for its turn before it reads anything.

Prefect begins most of them so that others may write between its reading and its writing. SQLite then answers `database
is locked` at once, however long one is willing to wait, and the server says 503 to whoever has asked.
"""

# Prefect's own types, and none of them is slow where this is imported: in the server's process alone.
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from prefect.server.database import dependencies
from prefect.server.database.configurations import AioSqliteConfiguration
from prefect.server.utilities.database import get_dialect
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from sqlalchemy.ext.asyncio import AsyncSession, AsyncSessionTransaction


class InTurn(AioSqliteConfiguration):
    """SQLite, in whose transactions nobody else writes."""

    @asynccontextmanager
    async def begin_transaction(
        self,
        session: AsyncSession,
        with_for_update: bool = False,  # noqa: FBT001, FBT002 - Prefect's signature
    ) -> AsyncGenerator[AsyncSessionTransaction, None]:
        """Begin by waiting for whoever writes."""
        del with_for_update  # one of the few that ask for it by themselves
        async with super().begin_transaction(session, with_for_update=True) as transaction:
            yield transaction


def write_in_turn() -> None:
    """Have the server of this process use such a database, where it is one in SQLite."""
    url = PREFECT_API_DATABASE_CONNECTION_URL.value()
    if get_dialect(url).name == "sqlite":
        dependencies.MODELS_DEPENDENCIES["database_config"] = InTurn(connection_url=url)
