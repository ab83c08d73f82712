"""The context of a run: connectors made from the settings, the ledger, the clock. Made here and nowhere else."""

from __future__ import annotations

import getpass
import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self
from zoneinfo import ZoneInfo

from connectors.files.rights import refuse_writable
from connectors.http.rate_limit import Tools
from connectors.ledger.store import Ledger
from connectors.registry import services
from connectors.service import Client, Service
from flows.config import load
from flows.finding import find_configuration
from flows.offline import OfflineContext
from flows.secret_values import secret_value
from schemas.connections import Secret
from schemas.errors import ConfigurationError, Unreachable
from schemas.execution import NumberingDefaults, Progress, Target
from schemas.phrases import Phrase
from schemas.settings import Language, Settings
from schemas.syncs import Sync
from schemas.target import TargetSpec
from tasks.messages.command_lines import PLAIN, command_with
from tasks.messages.errors import error_of
from tasks.messages.language import language

if TYPE_CHECKING:
    from flows.sources import KnownFiles

# At DEBUG these write down consumer keys, addresses and what was sent, whatever the log is for.
_TALKATIVE = ("oauthlib", "requests_oauthlib", "urllib3")


def no_waiting(_why: Phrase, _made: int, _most: int) -> None:
    """Tell nobody of attempts."""


def no_progress(_what: str, _done: int, _total: int) -> None:
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
        waiting: is told, in any thread, why another attempt to reach a service is waited for.
        progress: is told what is being done, how much is done, and of how much.
        writing: set from the first write of a sync until it is reported.
        unreachable: the connections that a read has found to give no answer at all, each with its error.
        command: how phonesync is called with this configuration from anywhere, for the commands that people are told.
        stopping: set when somebody wants the run to end: what is in flight is finished, nothing more is sent.
    """

    settings: Settings
    ledger: Ledger
    environ: Mapping[str, str] = field(repr=False)  # it holds the secrets
    person: str
    clock: Callable[[], datetime] = _utc_now
    sleep: Callable[[float], None] = time.sleep
    suffix: Callable[[], str] = _suffix
    progress: Progress = no_progress
    waiting: Callable[[Phrase, int, int], None] = no_waiting
    command: str = PLAIN
    stopping: threading.Event = field(default_factory=threading.Event)
    writing: threading.Event = field(default_factory=threading.Event)
    unreachable: dict[str, Unreachable] = field(default_factory=dict)
    _clients: dict[str, Client] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let the ledger know which names the syncs had before."""
        self.ledger.renamed = {name: sync.renamed_from for name, sync in self.settings.syncs.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which people are told when something was: that of the first sync."""
        return ZoneInfo(next((sync.timezone for sync in self.settings.syncs.values()), "UTC"))

    def local_time(self) -> datetime:
        """Return the time now as the people of the syncs read it."""
        return self.clock().astimezone(self.zone)

    def close(self) -> None:
        """Give all connections back."""
        for client in self._clients.values():
            client.close()
        self.ledger.close()

    @cached_property
    def files(self) -> KnownFiles:
        """What was read of the files of other syncs in this run."""
        from flows.sources import KnownFiles

        return KnownFiles()

    @property
    def lang(self) -> Language:
        """The language of what people read."""
        return language(None, self.settings.lang, self.environ)

    def now(self) -> str:
        """Return the time as the ledger and the reports keep it."""
        return self.clock().isoformat(timespec="milliseconds")

    def sync(self, name: str) -> Sync:
        """Return the sync of that name.

        Raises:
            UsageError: there is none.
        """
        return OfflineContext(self.settings).sync(name)

    def section(self, name: str) -> Sync | None:
        """Return the configuration of a sync, also by a name that it had before; None where it has none any more."""
        return self.settings.syncs.get(self.ledger.present_name(name))

    def reading(self, sync: Sync) -> NumberingDefaults:
        """Return how the sync's numbers are read."""
        return OfflineContext(self.settings).reading(sync)

    def spec(self, sync: Sync) -> TargetSpec:
        """Return what the service is that the sync is for."""
        return self.service(sync.connection).spec

    def service(self, connection: str) -> Service:
        """Return the service of a connection."""
        return services()[self.settings.connections[connection].kind]

    def target(self, sync: Sync) -> Target:
        """Return the place that the sync keeps in step."""
        connection = self.settings.connections[sync.connection]
        client = self.client(sync.connection)
        return self.service(sync.connection).target(client, connection, sync, self.reading(sync))

    def client(self, name: str) -> Client:
        """Return the client of a connection, one for the whole run."""
        if name not in self._clients:
            service, connection = self.service(name), self.settings.connections[name]
            where = {key: getattr(connection, key) for key in service.spec.secrets}
            self._clients[name] = service.connect(
                name, connection, self._secrets(name, where), Tools(sleep=self.sleep, waiting=self.waiting)
            )
        return self._clients[name]

    def _secrets(self, connection: str, where: Mapping[str, Secret]) -> dict[str, str]:
        """Return the secrets of a connection; what is wrong with any of them is said at once."""
        found, wrong = {}, []
        for key, place in where.items():
            try:
                found[key] = self.secret(f"connections.{connection}.{key}", place)
            except ConfigurationError as error:
                wrong.append(error)
        if wrong:
            if len(wrong) == 1:
                raise wrong[0]
            said = tuple(part for error in wrong for part in (Phrase(f"error.{error.name}", error.values), " "))
            alike = all(error.name == "secret_missing" for error in wrong)
            remedy = Phrase("say.set_them") if alike else Phrase(f"error.{wrong[0].name}.remedy", wrong[0].values)
            raise error_of(ConfigurationError, "secrets_missing", {"said": said[:-1], "remedy": remedy})
        return found

    def secret(self, place: str, where: Secret) -> str:
        """Return a secret from where it is kept; it is never in a message."""
        return secret_value(place, where, self.environ)


def current_person(environ: Mapping[str, str]) -> str:
    """Return who is at work: `PHONESYNC_PERSON`, else the name the system knows."""
    try:
        return environ.get("PHONESYNC_PERSON") or getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def open_context(config: str | None, environ: Mapping[str, str], progress: Progress | None = None) -> RunContext:
    """Return the connected world of a configuration file; nothing is asked of any service yet.

    Raises:
        ConfigurationError: the file cannot be meant.
        LedgerError: the ledger cannot be opened.
    """
    for library in _TALKATIVE:
        logging.getLogger(library).setLevel(logging.WARNING)
    settings = load(find_configuration(config, environ))
    database = settings.ledger_file
    if database:
        refuse_writable(database, Phrase("say.the_ledger"))
    ledger = Ledger.open(settings.ledger)
    command = command_with(Path(config).absolute() if config else None)
    return RunContext(
        settings, ledger, environ, current_person(environ), progress=progress or no_progress, command=command
    )
