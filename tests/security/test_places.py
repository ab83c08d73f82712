"""No name from a file or from a service becomes a path, and the sandbox answers this machine alone."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from conftest import KEY, SECRET, Server, answer, serving

from connectors.sandbox import server as sandbox_server
from connectors.sandbox.server import serve
from flows.cli import main
from flows.context import open_context
from flows.run import run
from flows.sync_run import RunRequest
from schemas.errors import ConfigurationError

_OUTSIDE = "/tmp/phonesync-outside"  # noqa: S108 - where a hostile name points to
HOSTILE = ("../../../outside", _OUTSIDE, "..\\..\\outside", "a/../../b", "~/outside", "CON", "\u202egpj")
CONFIG = """\
[connections.usos]
kind = "usos"
base_url = "{url}"
consumer_key = {{ env = "A_KEY" }}
consumer_secret = {{ env = "A_SECRET" }}
[connections.lists]
kind = "apio"
base_url = "{url}"
username = {{ env = "A_KEY" }}
password = {{ env = "A_SECRET" }}
[syncs.users]
connection = "usos"
entity_class = "user"
source = "users.csv"
[syncs.desks]
connection = "lists"
tenant = "../../outside"
source = "desks.csv"
"""


def names_files(server: list[Server]) -> Any:
    """A service that answers what was asked, under the names of files, and asks to save its answers."""

    def play(talking: socket.socket) -> None:
        line, _, _rest = server[0].requests[-1].partition(b"\r\n")
        save = 'Content-Disposition: attachment; filename="../../outside.html"'
        listed = [{"name": name, "phoneNumber": "+48-229990009"} for name in HOSTILE]
        row = {"line": "-", "phone_number": "1", "status": "../../x", "message": "/etc"}
        rows = [{**row, "name": name} for name in HOSTILE]
        if b"select" in line:
            numbers = [{"number": "22 999 00 09", "comment": {"pl": name, "en": None}} for name in HOSTILE]
            body: Any = dict.fromkeys((*HOSTILE, "900001"), numbers)
        elif b"batch" in line:
            body = {"results": rows}
        elif b"login" in line:
            body = {"profile": {"user_level": 3}}
        else:
            body = {"entries": listed} if line.startswith(b"GET") else {"success": True}
        talking.sendall(answer(json.dumps(body).encode(), save))

    return play


def test_no_name_from_a_file_or_a_service_is_a_path(tmp_path: Path) -> None:
    """All that a run leaves behind: the ledger, reports under names of the configuration, and its own name."""
    home = tmp_path / "a" / "b" / "home"
    home.mkdir(parents=True)
    rows = "".join(f"{name};22 999 00 0{n};{name}\n" for n, name in enumerate(HOSTILE))
    (home / "users.csv").write_text(f"entity_id;number;comment\n900001;22 999 00 08;x\n{rows}", encoding="utf-8")
    rows = "".join(f"{name};22 999 00 0{n}\n" for n, name in enumerate(HOSTILE))
    (home / "desks.csv").write_text(f"Name;Phone Number\n{rows}", encoding="utf-8")
    playing: list[Server] = []
    with serving(names_files(playing)) as server:
        playing.append(server)
        config = home / "phonesync.toml"
        config.write_text(CONFIG.format(url=f"http://127.0.0.1:{server.port}"), encoding="utf-8")
        given = set(tmp_path.rglob("*"))
        with open_context(str(config), {"A_KEY": KEY, "A_SECRET": SECRET}) as context:
            context.sleep = lambda _: None
            run_result = run(context, RunRequest("sync"))
    made = {path for path in tmp_path.rglob("*") if path.is_file()} - given
    reports = home / "reports" / run_result.summary["run"]
    wanted = {reports / f"{sync}.{kind}" for sync in ("users", "desks") for kind in ("csv", "json", "html")}
    (last_run,) = (home / "reports").glob(".last-run-*")
    assert last_run.read_text(encoding="utf-8") == run_result.summary["run"]
    status = home / "reports" / "status.html"
    assert made - wanted - {last_run, status} <= {home / f"phonesync.db{end}" for end in ("", "-wal", "-shm")}
    assert reports / "users.csv" in made
    assert not Path(_OUTSIDE).exists()


@pytest.mark.parametrize("name", ["../x", "/x", "a/b", "a\\\\b", ".x", "..", "", "a\\u0000b", "a\\nb", "x" * 300])
def test_a_sync_whose_name_is_no_file_name_is_refused(name: str, tmp_path: Path) -> None:
    text = CONFIG.format(url="https://usosapps.example.edu.pl").replace("[syncs.users]", f'[syncs."{name}"]')
    (tmp_path / "phonesync.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="its reports have this name"):
        open_context(str(tmp_path / "phonesync.toml"), {})


@pytest.mark.parametrize(
    "line",
    [
        f'ledger = "postgresql://anna:{SECRET}@db.example.edu.pl/phonesync"',
        f'ledger = "postgresql://db.example.edu.pl/phonesync?password={SECRET}"',
    ],
)
def test_no_password_stands_in_the_configuration(line: str, tmp_path: Path) -> None:
    (tmp_path / "phonesync.toml").write_text(line + "\n" + CONFIG.format(url="https://a.example.edu"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="PGPASSWORD") as caught:
        open_context(str(tmp_path / "phonesync.toml"), {})
    assert SECRET not in str(caught.value)


def test_the_sandbox_listens_on_loopback_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """There is no option to listen elsewhere, and what it listens on is this machine's own address."""
    asked: list[str] = []
    with serve({}) as sandbox:
        for url in (sandbox.usos_url, sandbox.apio_url):
            host, _, port = url.removeprefix("http://").partition(":")
            asked.append(host)
            with socket.socket() as other:  # the port is free on every other address: nobody listens there
                other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                other.bind(("127.0.0.2", int(port)))
    assert asked == [sandbox_server.LOOPBACK] * 2 == ["127.0.0.1"] * 2
    assert main(["sandbox", "--host", "0.0.0.0"]) == 2  # noqa: S104 - what must be refused
    assert "No such option" in capsys.readouterr().err
