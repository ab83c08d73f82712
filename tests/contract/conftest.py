"""The contract suite takes the road of the end-to-end tests: the served sandbox, and a directory in memory."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path[:0] = [str(Path(__file__).parents[1] / "end_to_end"), str(Path(__file__).parent)]

from places import PLACES, Place  # noqa: E402 - they stand on the path from here on
from road_trip import Road, empty_ledger  # noqa: E402 - likewise

from connectors.sandbox.server import Sandbox, serve  # noqa: E402 - likewise


@pytest.fixture(scope="module")
def services() -> Iterator[Sandbox]:
    """Both services, for the tests of a file."""
    with serve({}) as sandbox:
        yield sandbox


@pytest.fixture(params=PLACES, ids=lambda kind: kind.__name__.lower())
def place(request: Any, services: Sandbox, tmp_path: Path) -> Iterator[Place]:
    """One place of each service, with a folder and a ledger of its own."""
    road = Road(services, tmp_path, empty_ledger())
    yield request.param(road)
    road.close()
