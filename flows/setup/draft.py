"""A configuration that is being made: nothing of it is on the disk, and yet it can be tried."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.ledger.store import Ledger
from flows.config import settings_of
from flows.context import RunContext, current_person
from flows.offline import OfflineContext
from schemas import limits
from schemas.errors import UsageError
from schemas.settings import Language, Settings
from tasks.messages.catalogue import render

SECRETS = "secrets"  # the folder beside the configuration


@dataclass
class Draft:
    """The tables as they stand so far.

    Attributes:
        path: where the file is to be.
        top: keys that stand above the tables.
        connections: the services.
        syncs: the syncs.
        typed: secrets that somebody has typed, by the names of the files that they will be kept in.
    """

    path: Path
    top: dict[str, Any] = field(default_factory=dict)
    connections: dict[str, dict[str, Any]] = field(default_factory=dict)
    syncs: dict[str, dict[str, Any]] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict, repr=False)

    def tables(self) -> dict[str, Any]:
        """Return the configuration."""
        return {**self.top, "connections": self.connections, "syncs": self.syncs}

    @contextmanager
    def tried(self, **syncs: Mapping[str, Any]) -> Iterator[RunContext]:
        """Open what the configuration names, with these syncs for its own, and a ledger that nobody keeps.

        Services are asked less patiently than at night: a person waits, and may have mistyped the address.

        Raises:
            ConfigurationError: it says something that cannot be meant.
        """
        environ = {**os.environ, **self.typed}
        settings = self._settings(syncs)
        with RunContext(settings, Ledger.open("sqlite://"), environ, current_person(environ)) as context:
            yield context

    def offline(self, **syncs: Mapping[str, Any]) -> OfflineContext:
        """Return what is enough to read files, with these syncs.

        Raises:
            ConfigurationError: it says something that cannot be meant.
        """
        return OfflineContext(self._settings(syncs))

    def _settings(self, syncs: Mapping[str, Mapping[str, Any]]) -> Settings:
        patience = {"attempts": 1, "total_seconds": limits.TRIAL_SECONDS, "timeout_seconds": limits.TRIAL_SECONDS}
        connections = {name: {**patience, **self._unkept(table)} for name, table in self.connections.items()}
        tables = {**self.top, "connections": connections, "syncs": dict(syncs)}
        return settings_of(self.path, tables, datetime.now(UTC))

    def keep_secret(self, connection: str, key: str, value: str) -> dict[str, str]:
        """Take a secret that somebody has typed, and return where the configuration says that it is."""
        place = f"{SECRETS}/{connection}.{key}"
        self.typed[place] = value
        return {"file": place}

    def _unkept(self, table: Mapping[str, Any]) -> dict[str, Any]:
        """Return a table in which secrets that are in no file yet are taken from what was typed."""
        return {
            key: {"env": value["file"]} if isinstance(value, Mapping) and value.get("file") in self.typed else value
            for key, value in table.items()
        }


def kept_elsewhere(key: str, said: str, lang: Language) -> dict[str, str]:
    """Return where an option says that a secret is: `env:NAME`, `file:PATH` or `block:NAME`.

    Raises:
        UsageError: it says the secret itself, which every account of this machine could read.
    """
    kind, _, place = said.partition(":")
    if kind not in {"env", "file", "block"} or not place:
        raise UsageError(
            render("init.secret_option", lang, key=key), remedy=render("init.secret_remedy", lang, key=key)
        )
    return {kind: place}


def toml_value(said: str) -> Any:
    """Return what an option says as TOML has it where it is a truth, a list or a table; else as a text."""
    if said in {"true", "false"} or said.startswith(("[", "{", '"')):
        try:
            return tomllib.loads(f"value = {said}")["value"]
        except tomllib.TOMLDecodeError:
            return said
    return said
