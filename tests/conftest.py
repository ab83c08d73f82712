"""What holds for every test: sockets reach loopback only, and a slow machine fails no law."""

from __future__ import annotations

import sys
from ipaddress import ip_address

import pytest
from hypothesis import settings


def pytest_configure(config: pytest.Config) -> None:
    """Guard the process before anything is collected."""
    sys.addaudithook(_refuse_the_network)
    # Time is measured in benchmarks, not in tests; a law is tried on fewer examples here than by hand.
    settings.register_profile("phonesync", deadline=None, max_examples=50)
    settings.load_profile("phonesync")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests on one core, and whatever starts a Prefect server on the same one.

    Several servers at a time, each with its workers and perhaps a browser, take so long that tests lose their patience.
    """
    for item in items:
        serves = item.path.parent.name == "prefect" or item.path.name == "test_front_door.py"
        item.add_marker(pytest.mark.xdist_group("prefect" if serves else item.nodeid.partition("::")[0]))


def _refuse_the_network(event: str, args: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"} and isinstance(args[1], tuple):  # a file's socket has a path
        host = args[1][0]
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    if not _is_loopback(host):
        raise RuntimeError(f"a test asked for {host!r}: only loopback is allowed")


def _is_loopback(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in {None, "", "localhost"}:
        return True
    try:
        return ip_address(str(name)).is_loopback
    except ValueError:
        return False
