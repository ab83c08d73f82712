"""APIO for the registry: how a client and a target are made, and what is examined before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from connectors.apio.spec import SPEC, ApioConnection, list_of
from connectors.http.rate_limit import Tools
from connectors.service import Check, Found, Service
from schemas.errors import AccessRefused
from schemas.execution import NumberingDefaults
from schemas.phrases import Phrase
from schemas.syncs import Sync
from tasks.messages.errors import error_of

if TYPE_CHECKING:
    from connectors.apio.client import Apio
    from connectors.apio.target import ApioTarget

_TENANT_ADMIN: Final = 12


def _connect(name: str, connection: ApioConnection, secrets: Mapping[str, str], tools: Tools) -> Apio:
    from connectors.apio.client import Apio
    from connectors.http.request import Credentials

    return Apio(name, connection, Credentials(secrets["username"], secrets["password"]), tools=tools)


def _target(client: Apio, connection: ApioConnection, sync: Sync, numbering: NumberingDefaults) -> ApioTarget:
    from connectors.apio.client import PhoneList
    from connectors.apio.common_list import CommonList
    from connectors.apio.target import ApioTarget

    return ApioTarget(CommonList(client, connection, PhoneList(*list_of(sync)), numbering, sync.write))


def _checks(client: Apio, syncs: Mapping[str, Sync], _now: Callable[[], datetime]) -> Sequence[Check]:
    def sign_in() -> Found:
        client.login()
        level = client.user_level
        if level is not None and level < _TENANT_ADMIN:
            raise error_of(AccessRefused, "level_low", {"level": level, "needed": _TENANT_ADMIN})
        return Phrase("doctor.level", {"level": "?" if level is None else level})

    def entries(sync: Sync) -> Found:
        from connectors.apio.client import PhoneList

        return Phrase("doctor.entries", {"n": len(client.entries(PhoneList(*list_of(sync))))})

    lists = [Check("phone list", partial(entries, sync), name) for name, sync in syncs.items()]
    return [Check("sign-in", sign_in), *lists]


def _greet(client: Apio) -> Found:
    client.login()
    level = client.user_level
    return Phrase("doctor.greet_apio", {"level": "?" if level is None else level, "needed": _TENANT_ADMIN})


SERVICE: Final = Service(SPEC, _connect, _target, _checks, _greet)
