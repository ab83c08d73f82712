"""USOS for the registry: how a client and a target are made, and what is examined before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from connectors.http.rate_limit import Tools
from connectors.service import Check, Directory, Found, Service
from connectors.usos.spec import SPEC, UsosConnection, entity_class_of
from schemas import limits
from schemas.errors import AccessRefused
from schemas.execution import NumberingDefaults
from schemas.phrases import Phrase
from schemas.syncs import Sync
from tasks.messages.errors import error_of

if TYPE_CHECKING:
    from connectors.usos.client import Usos
    from connectors.usos.target import UsosTarget

_METHODS: Final = ("services/phones/select", "services/phones/replace")


def _connect(name: str, connection: UsosConnection, secrets: Mapping[str, str], tools: Tools) -> Usos:
    from connectors.http.request import Credentials
    from connectors.usos.client import Usos

    credentials = Credentials(secrets["consumer_key"], secrets["consumer_secret"])
    return Usos(name, connection, credentials, tools=tools)


def _target(client: Usos, connection: UsosConnection, sync: Sync, numbering: NumberingDefaults) -> UsosTarget:
    from connectors.usos.target import UsosTarget

    return UsosTarget(client, connection, entity_class_of(sync), numbering)


def _checks(client: Usos, _syncs: Mapping[str, Sync], now: Callable[[], datetime]) -> Sequence[Check]:
    def version() -> Found:
        return Phrase("doctor.version", {"version": client.installation().get("version", "?")})

    def clock() -> Found:
        # The server gives its local time without a zone: whole hours and half hours of difference are the zone.
        apart = (client.now() - now().replace(tzinfo=None)).total_seconds()
        skew = (apart + 900) % 1800 - 900
        if abs(skew) > limits.CLOCKS_APART_SECONDS:
            raise error_of(AccessRefused, "clocks_apart", {"seconds": f"{abs(skew):.0f}"})
        return Phrase("doctor.apart", {"seconds": f"{abs(skew):.0f}"})

    def rights() -> Found:
        granted = client.consumer()["administrative_methods"]
        missing = [method for method in _METHODS if method not in granted]
        if missing:
            raise error_of(AccessRefused, "methods_missing", {"methods": ", ".join(missing)})
        return Phrase("doctor.granted")

    return [Check("service", version), Check("clock", clock), Check("rights", rights)]


def _greet(client: Usos) -> Found:
    granted = client.consumer()["administrative_methods"]
    return Phrase("doctor.greet_usos", {"methods": ", ".join(sorted(granted)) or "–"})


def _directories(connection: UsosConnection) -> Mapping[str, Directory]:
    from connectors.usos.directory import directories_of

    return directories_of(connection)


SERVICE: Final = Service(SPEC, _connect, _target, _checks, _greet, _directories)
