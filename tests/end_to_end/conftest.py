"""The sandbox is served once; every trip starts from a state, a folder and a ledger of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from directory_nights import SERVICES, A, B, Nights
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


@pytest.fixture(params=SERVICES, ids=[service.__name__ for service in SERVICES])
def nights(request: pytest.FixtureRequest, road: Road) -> Nights:
    """Two owners that have one number each."""
    nights = Nights(road, request.param())
    nights.hold(o1=[("Dean", A)], o2=[("Office", B)], o3=[])
    return nights
