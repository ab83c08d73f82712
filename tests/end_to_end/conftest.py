"""The sandbox is served once; every trip starts from a state, a folder and a ledger of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from directory_nights import SERVICES, A, B, C, ListService, Nights, later
from road_trip import Road, empty_ledger

from connectors.sandbox.server import Sandbox, serve
from schemas.exit_codes import ExitCode


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


@pytest.fixture
def shared(road: Road) -> Nights:
    """A list that two files share, each with an entry of its own."""
    nights = Nights(road, ListService())
    nights.hold(o1=[])
    nights.file("east", [("", A, "Archive"), ("", B, "Library")])
    nights.file("north", [("", C, "Hall")])
    assert nights.night().exit_code == ExitCode.DONE
    later(road)
    return nights
