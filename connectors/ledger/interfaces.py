"""What services have said of their methods: the ledger's memory of interfaces, by installation and version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from schemas import ledger as tables
from schemas.interface import Described, MethodDescription


@dataclass(frozen=True)
class KeptInterface:
    """What a service has said, and when it was asked."""

    described: Described
    at: str


class Interfaces:
    """What is remembered of services; every method is one committed transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, service: str, described: Described, at: str) -> None:
        """Remember what a service has just said, in the place of what it has said in this version before."""
        columns = tables.interfaces.c
        version = described.version if described.methods else ""
        methods: list[dict[str, Any]] = [method.as_json() for method in described.methods]
        with self._engine.begin() as connection:
            same = (columns.service == service) & (columns.version == version)
            connection.execute(delete(tables.interfaces).where(same))
            row = {"service": service, "version": version, "at": at, "methods": methods}
            connection.execute(insert(tables.interfaces), row)

    def of(self, service: str) -> list[KeptInterface]:
        """Return what a service has said of itself, the newest first; without methods where it has said nothing."""
        columns = tables.interfaces.c
        query = select(columns.version, columns.at, columns.methods).where(columns.service == service)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(columns.at.desc(), columns.version.desc())).all()
        return [KeptInterface(_described(str(row.version), row.methods), str(row.at)) for row in rows]


def _described(version: str, methods: list[dict[str, Any]]) -> Described:
    return Described(version, tuple(MethodDescription.of_json(method) for method in methods))
