"""Kartoteka for the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from connectors.http.rate_limit import Tools
from connectors.service import Check, Service
from kartoteka.spec import SPEC, KartotekaConnection, cabinet_of
from kartoteka.target import Cabinet, CabinetTarget
from schemas.execution import NumberingDefaults
from schemas.syncs import Sync


def _connect(_name: str, connection: KartotekaConnection, _secrets: Mapping[str, str], _tools: Tools) -> Cabinet:
    return Cabinet(connection.cards)


def _target(
    cabinet: Cabinet, connection: KartotekaConnection, sync: Sync, numbering: NumberingDefaults
) -> CabinetTarget:
    return CabinetTarget(cabinet, f"{connection.base_url} {cabinet_of(sync)}", numbering)


def _greet(cabinet: Cabinet) -> str:
    return f"{len(cabinet.drawers())} drawers"


def _checks(cabinet: Cabinet, _syncs: Mapping[str, Sync], _now: Callable[[], datetime]) -> Sequence[Check]:
    return [Check("service", lambda: _greet(cabinet))]


SERVICE = Service(SPEC, _connect, _target, _checks, _greet)
