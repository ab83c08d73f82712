"""Which services there are. A service is one package behind one specification, named here or by an installed package.

A package of somebody else's adds one by an entry point in the group `phonesync.services` that names its `Service`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final

from connectors.service import Service
from schemas.target import TargetSpec

_OURS: Final = ("connectors.usos.service", "connectors.apio.service", "connectors.memory.service")
_GROUP: Final = "phonesync.services"


@cache
def services() -> dict[str, Service]:
    """Return the services by their kind, our own first."""
    found = [import_module(name).SERVICE for name in _OURS]
    found += [point.load() for point in entry_points(group=_GROUP)]
    return {service.spec.kind: service for service in found}


def specs() -> dict[str, TargetSpec]:
    """Return the specifications of all services by their kind."""
    return {kind: service.spec for kind, service in services().items()}
