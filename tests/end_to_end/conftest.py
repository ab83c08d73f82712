"""The sandbox is served once; every trip starts from a state, a folder and a ledger of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from road_trip import Road, empty_ledger

from connectors.sandbox.server import Sandbox, serve


@pytest.fixture(scope="session")
def served_services() -> Iterator[Sandbox]:
    with serve({}) as sandbox:
        yield sandbox


@pytest.fixture
def road(served_services: Sandbox, tmp_path: Path) -> Iterator[Road]:
    road = Road(served_services, tmp_path, empty_ledger())
    yield road
    road.close()
