"""What is said of a server that cannot be used: each cause has its own words, and something to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from connectors.ledger.causes import cause_of
from connectors.ledger.store import Ledger
from schemas.errors import LedgerError
from tasks.messages.errors import spoken

_TURNED_AWAY: list[tuple[dict[str, Any], str, str]] = [
    ({"database": "nosuch"}, "the database does not exist", "createdb"),
    ({"username": "nosuch"}, "the server denies access to this user", "PGPASSWORD"),
    ({"username": "visitor", "database": "closed"}, "a permission is missing", "GRANT"),
    ({"username": "visitor", "database": "readable"}, "a permission is missing", "GRANT"),
    ({"host": "127.0.0.1", "port": 1, "query": {}}, "no server is listening there", "Start the server"),
]


@pytest.fixture(scope="session")
def server(postgres_server: str) -> str:
    """A server with a user who may do nothing."""
    engine = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in (
            "create role visitor login",
            "create database closed",
            "revoke connect on database closed from public",
            "create database readable",
        ):
            connection.execute(text(statement))
    engine.dispose()
    return postgres_server


@pytest.mark.parametrize(("wrong", "reason", "remedy"), _TURNED_AWAY)
def test_each_cause_has_its_own_sentence(server: str, wrong: Mapping[str, Any], reason: str, remedy: str) -> None:
    address = make_url(server).set(**wrong)
    with pytest.raises(LedgerError) as caught:
        Ledger.open(address.render_as_string())
    assert f"({reason})" in caught.value.message
    assert remedy in caught.value.remedy
    assert "folder" not in caught.value.remedy


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("failed to resolve host 'nosuch.invalid': [Errno -2] Name or service not known", "the host does not exist"),
        ("connection timeout expired", "the server does not answer in time"),
        ("FATAL:  sorry, too many clients already", "the server has too many connections"),
        ('FATAL:  password authentication failed for user "x"', "the server denies access to this user"),
    ],
)
def test_words_that_no_server_here_says(said: str, reason: str) -> None:
    assert spoken(cause_of(OperationalError("", {}, Exception(said)), opening=True).reason) == reason


def test_a_driver_that_is_missing_is_named() -> None:
    with pytest.raises(LedgerError, match="its driver is not installed") as caught:
        Ledger.open("postgresql+nosuchdriver://x@localhost/y")
    assert "phonesync[postgres]" in caught.value.remedy
