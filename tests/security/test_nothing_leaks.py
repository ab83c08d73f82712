"""No output of a failing run holds a secret or a user's number, whatever the services say. All data is invented."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import stat
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from conftest import KEY, SECRET, Server, answer, serving

from connectors.http.request import Credentials
from connectors.ledger.records import unpacked
from flows.context import open_context
from flows.run import run
from flows.sync_run import RunRequest
from schemas.errors import PhonesyncError

NUMBERS = ("22 999 71 01", "22 999 71 02", "22 999 71 03")
STORED = "+48 22 999 72 04"
PERSONAL = re.compile("2299971|2299972")
CONFIG = """\
reports = "reports"
ledger = "sqlite:///phonesync.db"
[connections.usos]
kind = "usos"
base_url = "{url}"
consumer_key = {{ env = "A_KEY" }}
consumer_secret = {{ file = "secret" }}
attempts = 2
timeout_seconds = 0.3
total_seconds = 1
[connections.lists]
kind = "apio"
base_url = "{url}"
username = {{ env = "A_KEY" }}
password = {{ file = "secret" }}
attempts = 2
timeout_seconds = 0.3
total_seconds = 1
[syncs.users]
connection = "usos"
entity_class = "user"
source = "users.csv"
[syncs.desks]
connection = "lists"
tenant = "chopin"
source = "desks.csv"
"""
COMMANDS = [
    ["check"],
    ["sync"],
    ["show", "last"],
    ["show", "last", "--json"],
    ["plan", "--json"],
    ["doctor"],
]
# Root's loggers are open here: what a library says at DEBUG is an output, too.
SCRIPT = """
import json, logging, sys
from flows.cli import main
logging.basicConfig(level=logging.DEBUG)
for command in json.loads(sys.argv[1]):
    print(command, main(command, sleep=lambda _: None))
"""


def echo(request: bytes, status: str, kind: str) -> bytes:
    """A refusal that repeats everything it was sent, its credentials and everybody's numbers."""
    # A phone list is nobody's private matter: what is said about one stands in the report.
    numbers = f"{STORED} {' '.join(NUMBERS)}" if b"services/phones" in request else ""
    said = f"{KEY} {SECRET} {numbers} {request.decode('latin-1')}"
    said += str(parse_qsl(request.partition(b"\r\n\r\n")[2].decode("latin-1")))
    if kind == "html":
        return answer(f"<html><title>{said}</title><body>{said}</body></html>".encode(), status=status)
    messages = {"generic_message": {"pl": said, "en": said}, "fields": {"data": {"pl": said, "en": said}}}
    body = {"message": said, "user_messages": messages, "details": {"name": [said]}, "results": said}
    return answer(json.dumps(body).encode(), f"X-Echo: {SECRET}", status=status)


def hold(talking: socket.socket) -> None:
    """Say nothing until the caller goes."""
    talking.recv(1)


FAULTS: dict[str, Callable[[bytes, socket.socket], None]] = {
    "credentials refused": lambda request, talking: talking.sendall(echo(request, "401 Unauthorized", "json")),
    "rights refused": lambda request, talking: talking.sendall(echo(request, "403 Forbidden", "html")),
    "refused": lambda request, talking: talking.sendall(echo(request, "400 Bad Request", "json")),
    "an error page": lambda request, talking: talking.sendall(echo(request, "500 Internal Server Error", "html")),
    "garbage": lambda request, talking: talking.sendall(echo(request, "200 OK", "html")),
    "another object": lambda request, talking: talking.sendall(echo(request, "200 OK", "json")),
    "a cut answer": lambda request, talking: talking.sendall(echo(request, "200 OK", "json")[:300]),
    "no answer": lambda _request, talking: hold(talking),
}


def right(request: bytes) -> bytes | None:
    """What a service that works answers to all that only reads."""
    line = request.split(b"\r\n")[0]
    if b"select" in line:
        ids = dict(parse_qsl(request.partition(b"\r\n\r\n")[2].decode()))["user_ids"].split("|")
        stored = [{"number": STORED, "comment": {"pl": "dom", "en": None}, "type_id": None}]
        return answer(json.dumps(dict.fromkeys(ids, stored)).encode())
    if b"login" in line:
        return answer(b'{"profile": {"user_level": 3}}', f"Set-Cookie: session={SECRET}-session")
    if line.startswith(b"GET"):
        return answer(b'{"entries": []}')
    return None


@pytest.fixture(params=["when reading", "when writing"])
def moment(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=FAULTS)
def faulty(request: pytest.FixtureRequest, moment: str) -> Iterator[Server]:
    """Both services in one, with a fault at every call or at every writing call."""
    playing: list[Server] = []

    def play(talking: socket.socket) -> None:
        received = playing[0].requests[-1]
        good = right(received) if moment == "when writing" else None
        if good:
            talking.sendall(good)
        else:
            FAULTS[request.param](received, talking)

    with serving(play) as server:
        playing.append(server)
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = "".join(f"90000{n};{number};dom\n" for n, number in enumerate(NUMBERS))
    (tmp_path / "users.csv").write_text(f"entity_id;number;comment\n{rows}", encoding="utf-8")
    (tmp_path / "desks.csv").write_text("Name;Phone Number\nPortiernia;+48-229990001\n", encoding="utf-8")
    (tmp_path / "secret").write_text(SECRET, encoding="utf-8")
    return tmp_path


def configure(folder: Path, server: Server) -> None:
    text = CONFIG.format(url=f"http://127.0.0.1:{server.port}")
    (folder / "phonesync.toml").write_text(text, encoding="utf-8")


def bare(text: str) -> str:
    """A text without what people put between digits."""
    return re.sub(r"[\s()+\-./]", "", text)


def kept_by_the_ledger(path: Path) -> str:
    """Every cell of every table, packed ones unpacked."""
    texts = []
    with sqlite3.connect(path) as connection:
        tables = [row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")]
        for table in tables:
            for row in connection.execute(f"select * from {table}"):  # noqa: S608 - the database's own names
                texts += [unpacked(cell).to_csv() if isinstance(cell, bytes) else str(cell) for cell in row]
    connection.close()
    return "\n".join(texts)


def assert_nothing_leaks(folder: Path, outputs: dict[str, str]) -> None:
    """Neither the outputs nor the reports nor the ledger hold a secret; a user's number is in the ledger alone."""
    reports = {path.name: path.read_text(encoding="utf-8") for path in (folder / "reports").rglob("*.*")}
    private = outputs | {name: text for name, text in reports.items() if name.startswith("users")}
    for name, text in private.items():
        assert not PERSONAL.search(bare(text)), name
    ledger = folder / "phonesync.db"
    kept = {"the ledger's file": ledger.read_bytes().decode("latin-1"), "the ledger": kept_by_the_ledger(ledger)}
    for name, text in (private | reports | kept).items():
        assert SECRET not in text, name
        assert KEY not in text, name


def test_no_output_of_a_failing_run_tells_a_secret_or_a_users_number(
    faulty: Server, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Settings, the world, clients, credentials, errors with all that led to them, logs, reports, the ledger."""
    configure(folder, faulty)
    caplog.set_level("INFO")
    with open_context(str(folder / "phonesync.toml"), {"A_KEY": KEY}) as context:
        context.sleep = lambda _: None
        run_result = run(context, RunRequest("sync"))
        things = [
            context,
            context.settings,
            run_result.summary,
            *map(context.client, ("usos", "lists")),
            Credentials(KEY, SECRET),
        ]
        shown = "\n".join(f"{thing!r} {thing!s}" for thing in things)
    assert run_result.exit_code
    assert all(isinstance(error, PhonesyncError) for error in run_result.errors)
    traced = "".join("".join(traceback.format_exception(error)) for error in run_result.errors)
    assert_nothing_leaks(folder, {"objects": shown, "errors": traced, "logs": caplog.text})


@pytest.mark.parametrize("faulty", ["credentials refused", "an error page"], indirect=True)
@pytest.mark.parametrize("moment", ["when writing"], indirect=True)
def test_no_command_tells_a_secret_or_a_users_number(faulty: Server, folder: Path) -> None:
    configure(folder, faulty)
    environ = {**os.environ, "A_KEY": KEY, "COLUMNS": "200", "PHONESYNC_PERSON": "anna"}
    command = [sys.executable, "-c", SCRIPT, json.dumps(COMMANDS)]
    said = subprocess.run(  # noqa: S603 - our own command
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=True
    )
    assert "['sync'] 0" not in said.stdout
    assert "['sync'] " in said.stdout
    assert_nothing_leaks(folder, {"standard output": said.stdout, "standard error": said.stderr})


def test_a_crash_names_its_kind_and_place_alone(folder: Path) -> None:
    """A database that refuses quotes everything it was given; nothing of that is shown."""

    def play(talking: socket.socket) -> None:
        received = playing[0].requests[-1]
        talking.sendall(right(received) or echo(received, "400 Bad Request", "json"))

    playing: list[Server] = []
    with serving(play) as server:
        playing.append(server)
        configure(folder, server)
        open_context(str(folder / "phonesync.toml"), {"A_KEY": KEY}).close()
        with sqlite3.connect(folder / "phonesync.db") as connection:
            refusal = "create trigger no before insert on outcomes begin select raise(abort, 'no'); end"
            connection.execute(refusal)
        connection.close()
        with open_context(str(folder / "phonesync.toml"), {"A_KEY": KEY}) as context:
            run_result = run(context, RunRequest("sync", ["users"]))
    (error,) = run_result.errors
    assert run_result.exit_code in {2, 5}
    assert not PERSONAL.search(bare(f"{error} {run_result.summary}"))


@pytest.mark.parametrize("faulty", ["refused"], indirect=True)
@pytest.mark.parametrize("moment", ["when writing"], indirect=True)
def test_every_file_that_is_written_is_its_owners_alone(faulty: Server, folder: Path) -> None:
    """Even where the system would let everybody in."""
    configure(folder, faulty)
    given = set(folder.rglob("*"))
    before = os.umask(0)
    try:
        with open_context(str(folder / "phonesync.toml"), {"A_KEY": KEY}) as context:
            context.sleep = lambda _: None
            run(context, RunRequest("sync"))
            made = {path: path.stat().st_mode for path in set(folder.rglob("*")) - given}
    finally:
        os.umask(before)
    assert {path.suffix for path in made} >= {".db", ".csv", ".json", ".html", ""}
    for path, mode in made.items():
        assert stat.S_IMODE(mode) == (0o700 if stat.S_ISDIR(mode) else 0o600), path
