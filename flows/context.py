"""The world of a run: connectors made from the settings, the ledger, the clock. Made here and nowhere else."""

from __future__ import annotations

import getpass
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from connectors.apio.client import Apio, PhoneList
from connectors.apio.target import ApioTarget
from connectors.http.credentials import Credentials
from connectors.http.rate_limit import Tools
from connectors.ledger.store import Ledger
from connectors.target import NumberingDefaults, Progress, Target
from connectors.usos.client import Usos
from connectors.usos.target import UsosTarget
from flows.offline import OfflineContext
from schemas.connections import ApioConnection, Secret, UsosConnection
from schemas.errors import ConfigurationError
from schemas.settings import Settings
from schemas.syncs import Sync


def silence(_what: str, _done: int, _total: int) -> None:
    """Show no progress."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _suffix() -> str:
    return secrets.token_hex(3)


@dataclass
class RunContext:
    """Everything a run touches. Close it; it is a context manager.

    Attributes:
        settings: what `phonesync.toml` says, with absolute paths.
        ledger: where runs are kept.
        environ: the environment that `{ env = … }` means.
        person: who is at work, for runs and approvals.
        clock: the time now, with its zone.
        sleep: how a run waits.
        suffix: what keeps two runs of one second apart.
        progress: is told what is being done, how much is done, and of how much.
        stopping: set when somebody wants the run to end: what is in flight is finished, nothing more is sent.
    """

    settings: Settings
    ledger: Ledger
    environ: Mapping[str, str] = field(repr=False)  # it holds the secrets
    person: str
    clock: Callable[[], datetime] = _utc_now
    sleep: Callable[[float], None] = time.sleep
    suffix: Callable[[], str] = _suffix
    progress: Progress = silence
    stopping: threading.Event = field(default_factory=threading.Event)
    _clients: dict[str, Usos | Apio] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give all connections back."""
        for client in self._clients.values():
            client.close()
        self.ledger.close()

    def now(self) -> str:
        """Return the time as the ledger and the reports keep it."""
        return self.clock().isoformat(timespec="milliseconds")

    def sync(self, name: str) -> Sync:
        """Return the sync of that name.

        Raises:
            UsageError: there is none.
        """
        return OfflineContext(self.settings).sync(name)

    def reading(self, sync: Sync) -> NumberingDefaults:
        """Return how the sync's numbers are read."""
        return OfflineContext(self.settings).reading(sync)

    def target(self, sync: Sync) -> Target:
        """Return the place that the sync keeps in step."""
        connection = self.settings.connections[sync.connection]
        client = self.client(sync.connection)
        if isinstance(connection, UsosConnection) and isinstance(client, Usos) and sync.entity_class:
            return UsosTarget(client, connection, sync.entity_class, self.reading(sync))
        if isinstance(connection, ApioConnection) and isinstance(client, Apio) and sync.tenant:
            where = PhoneList(sync.tenant, sync.group)
            return ApioTarget(client, connection, where, self.reading(sync), sync.write)
        raise ConfigurationError("A sync and its connection do not fit together.", remedy="Try: phonesync check.")

    def client(self, name: str) -> Usos | Apio:
        """Return the client of a connection, one for the whole run."""
        if name not in self._clients:
            connection = self.settings.connections[name]
            tools = Tools(sleep=self.sleep)
            if isinstance(connection, UsosConnection):
                pair = {"consumer_key": connection.consumer_key, "consumer_secret": connection.consumer_secret}
                self._clients[name] = Usos(name, connection, self._credentials(name, pair), tools=tools)
            else:
                pair = {"username": connection.username, "password": connection.password}
                self._clients[name] = Apio(name, connection, self._credentials(name, pair), tools=tools)
        return self._clients[name]

    def _credentials(self, connection: str, pair: Mapping[str, Secret]) -> Credentials:
        """Return both halves; what is wrong with either is said at once."""
        found, wrong = [], []
        for key, where in pair.items():
            try:
                found.append(self.secret(f"connections.{connection}.{key}", where))
            except ConfigurationError as error:
                wrong.append(error)
        if wrong:
            said = " ".join(error.message for error in wrong)
            raise ConfigurationError(said, remedy=wrong[0].remedy)
        return Credentials(*found)

    def secret(self, place: str, where: Secret) -> str:
        """Return a secret from where it is kept; it is never in a message."""
        if where.env is not None:
            value, kept = self.environ.get(where.env, ""), f"the environment variable {where.env}"
        elif where.file is not None:
            value, kept = _from_file(place, where.file), f"the file {where.file}"
        else:
            from flows.orchestration.blocks import secret_from_block

            value, kept = secret_from_block(place, str(where.block)), f"the Prefect block {where.block}"
        if not value:
            raise ConfigurationError(f"{place}: {kept} is empty or not set.", remedy="Set it and try again.")
        return value


def _from_file(place: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a text"
        raise ConfigurationError(f"{place}: {path} cannot be read ({reason}).", remedy="Check the path.") from None


def current_person(environ: Mapping[str, str]) -> str:
    """Return who is at work: `PHONESYNC_PERSON`, else the name the system knows."""
    try:
        return environ.get("PHONESYNC_PERSON") or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
