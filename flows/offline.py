"""What the configuration alone says: enough to read and judge files, with neither credentials nor a ledger."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Protocol

from connectors.registry import specs
from schemas.errors import UsageError
from schemas.execution import NumberingDefaults
from schemas.phrases import Phrase
from schemas.quirks import FOLDS_NAMES
from schemas.settings import Settings
from schemas.syncs import Sync
from schemas.target import TargetSpec
from tasks.messages.errors import error_of

if TYPE_CHECKING:
    from connectors.ledger.store import Ledger


class Configured(Protocol):
    """Whoever knows the configuration: alone, or with everything that a run touches."""

    @property
    def settings(self) -> Settings:
        """What `phonesync.toml` says, with absolute paths."""

    @property
    def environ(self) -> Mapping[str, str]:
        """The environment that `{ env = … }` means."""

    def sync(self, name: str) -> Sync:
        """Return the sync of that name."""

    def reading(self, sync: Sync) -> NumberingDefaults:
        """Return how the sync's numbers are read."""

    def spec(self, sync: Sync) -> TargetSpec:
        """Return what the service is that the sync is for."""


@dataclass(frozen=True)
class Before:
    """What is known of syncs from earlier runs, each by the sync's name.

    Attributes:
        managed: the owners that it was in step with.
        called: what the service calls owners, in all languages.
        folding: syncs whose place has been seen to ignore the case of names.
    """

    managed: Mapping[str, set[str]] = field(default_factory=dict)
    called: Mapping[str, Mapping[str, list[str]]] = field(default_factory=dict)
    folding: frozenset[str] = frozenset()


def before(settings: Settings) -> Before:
    """Return what is known from earlier runs, where the ledger is a file that can be read as it is."""
    if settings.ledger_file is None or not settings.ledger_file.is_file():
        return Before()  # its database takes longer to import than a file to read
    from sqlalchemy.exc import SQLAlchemyError

    from connectors.ledger.store import Ledger

    ledger = Ledger.look(settings.ledger)
    if ledger is None:
        return Before()
    ledger.renamed = {name: sync.renamed_from for name, sync in settings.syncs.items()}
    try:
        return remembered(ledger, settings)
    except SQLAlchemyError:
        return Before()
    finally:
        ledger.close()


def remembered(ledger: Ledger, settings: Settings) -> Before:
    """Return what a ledger knows from earlier runs."""
    memory, names = ledger.memory, settings.syncs
    targets = {name: memory.targets(name) for name in names}
    folding = (name for name, known in targets.items() if any(FOLDS_NAMES in memory.traits(one) for one in known))
    return Before(
        {name: memory.owners(name) for name in names},
        {name: ledger.names.called(known) for name, known in targets.items()},
        frozenset(folding),
    )


def unknown_sync(name: str, known: Iterable[str]) -> UsageError:
    """Return the error that there is no sync of a name, with the one that was probably meant."""
    names = [*known]
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    said = {"sync": repr(name), "known": ", ".join(names) or Phrase("say.no_syncs")}
    return error_of(UsageError, "no_sync_meant" if near else "no_sync", {**said, **({"near": near[0]} if near else {})})


@dataclass(frozen=True)
class OfflineContext:
    """The configuration and nothing else."""

    settings: Settings
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    def sync(self, name: str) -> Sync:
        """Return the sync of that name.

        Raises:
            UsageError: there is none.
        """
        if name not in self.settings.syncs:
            raise unknown_sync(name, self.settings.syncs)
        return self.settings.syncs[name]

    def reading(self, sync: Sync) -> NumberingDefaults:
        """Return how the sync's numbers are read."""
        return NumberingDefaults(
            sync.region or self.settings.region,
            sync.area_code or self.settings.area_code,
            sync.switchboard or self.settings.switchboard,
        )

    def spec(self, sync: Sync) -> TargetSpec:
        """Return what the service is that the sync is for."""
        return specs()[self.settings.connections[sync.connection].kind]
