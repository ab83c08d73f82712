"""The directory in memory for the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from connectors.http.rate_limit import Tools
from connectors.memory.spec import SPEC, MemoryConnection, shelf_of
from connectors.service import Check, Service
from schemas.execution import NumberingDefaults
from schemas.syncs import Sync

if TYPE_CHECKING:
    from connectors.memory.target import Directory, MemoryTarget


def _connect(_name: str, connection: MemoryConnection, _secrets: Mapping[str, str], _tools: Tools) -> Directory:
    from connectors.memory.target import directory_at

    return directory_at(connection.address)


def _target(
    directory: Directory, connection: MemoryConnection, sync: Sync, numbering: NumberingDefaults
) -> MemoryTarget:
    from connectors.memory.target import MemoryTarget

    return MemoryTarget(directory, f"{connection.address} {shelf_of(sync)}", numbering)


def _checks(directory: Directory, _syncs: Mapping[str, Sync], _now: Callable[[], datetime]) -> Sequence[Check]:
    return [Check("service", lambda: f"{len(directory.entries)} owners in memory")]


SERVICE: Final = Service(
    SPEC, _connect, _target, _checks, lambda directory: f"{len(directory.entries)} owners in memory"
)
