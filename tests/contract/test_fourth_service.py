"""Somebody else's package brings a service: spec, target, one registration. Nothing of ours is edited for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from children import started

_PACKAGE = Path(__file__).parent / "fourth_service"
# One process for all commands of a test: starting takes longer than most of them.
_COMMANDS = """
import contextlib, io, json, sys
from flows.cli import main

for line in sys.stdin:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    with contextlib.redirect_stdout(out):
        code = main(json.loads(line))
    print(json.dumps([code, out.buffer.getvalue().decode()]), flush=True)
"""
_FORMS = """
import json, sys
from importlib import import_module
from pathlib import Path
from prefect.utilities.callables import parameter_schema
from flows.config import load
from flows.blocks import BLOCKS
from flows.orchestration.deployments import form, wanted_deployments

forms = {}
for one in wanted_deployments(load(Path(sys.argv[1])), Path(sys.argv[1])):
    module, _, function = one.entrypoint.rpartition(".")
    schema = parameter_schema(getattr(import_module(module), function).fn).model_dump_for_openapi()
    forms[one.full_name] = form(schema, one)
print(json.dumps({"forms": forms, "block": sorted(BLOCKS["kartoteka"].model_fields)}))
"""
_CONFIGURATION = """
[connections.archive]
kind = "kartoteka"
cards = "cards.json"
pin = { env = "KARTOTEKA_PIN" }

[syncs.cards]
connection = "archive"
cabinet = "archive"
source = "cards.csv"
columns = { drawer = "Gdzie" }
"""
_LINES = """Gdzie;Numer;Karta
A;22 999 00 01;Porter
A;22 999 00 02;Library
B;22 999 00 03;far too long for a card
"""
_STANDING = {"archive A": [["Porter", "22 999 00 01"], ["Old desk", "22 999 00 09"]], "archive B": [["Hall", "112"]]}


@dataclass(frozen=True)
class Installation:
    """A folder with a configuration, and an environment in which the package is installed."""

    folder: Path
    environ: dict[str, str]
    process: subprocess.Popen[str]

    def phonesync(self, *arguments: str, code: int) -> Any:
        """Run a command where the package is installed, and return its one JSON value."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([*arguments, "--json"]) + "\n")
        self.process.stdin.flush()
        ended, said = json.loads(self.process.stdout.readline())
        assert ended == code, said
        return json.loads(said)

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own command
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.environ,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    def cards(self) -> dict[str, list[list[str]]]:
        found: dict[str, list[list[str]]] = json.loads((self.folder / "cards.json").read_text(encoding="utf-8"))
        return found


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    site = tmp_path / "site" / "kartoteka-1.0.dist-info"
    site.mkdir(parents=True)
    (site / "METADATA").write_text("Metadata-Version: 2.1\nName: kartoteka\nVersion: 1.0\n", encoding="utf-8")
    (site / "entry_points.txt").write_text("[phonesync.services]\nkartoteka = kartoteka.service:SERVICE\n", "utf-8")
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "phonesync.toml").write_text(_CONFIGURATION, encoding="utf-8")
    (folder / "cards.csv").write_text(_LINES, encoding="utf-8")
    (folder / "cards.json").write_text(json.dumps(_STANDING), encoding="utf-8")
    own = {
        "PYTHONPATH": os.pathsep.join((str(site.parent), str(_PACKAGE))),
        "KARTOTEKA_PIN": "0000",
        "PREFECT_HOME": str(tmp_path / "prefect"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    ours = {name: value for name, value in os.environ.items() if name != "PHONESYNC_CONFIG"}
    environ = {**ours, **own}
    ways: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
    with started([sys.executable, "-c", _COMMANDS], cwd=folder, env=environ, **ways) as process:
        yield Installation(folder, environ, process)


def test_a_sync_of_another_service_takes_the_whole_road(installation: Installation) -> None:
    (file,) = installation.phonesync("check", code=1)["syncs"]
    (problem,) = file["problems"]
    assert (problem["line"], problem["column"]) == (4, "Karta")
    assert problem["reason"] == "a card has room for 12 characters"
    examined = installation.phonesync("doctor", code=0)
    assert "2 drawers" in json.dumps(examined)

    (planned,) = installation.phonesync("plan", code=0)["syncs"]
    wanted = {action: count for action, count in planned["actions"].items() if count}
    assert wanted == {"keep": 1, "add": 1, "delete": 1, "hold": 2}
    assert installation.cards() == _STANDING

    (done,) = installation.phonesync("sync", code=1)["syncs"]
    assert (done["outcomes"]["applied"], done["requests"]["write"], done["verified"]) == (2, 1, True)
    assert sorted(installation.cards()["archive A"]) == [["Library", "22 999 00 02"], ["Porter", "22 999 00 01"]]
    assert installation.cards()["archive B"] == _STANDING["archive B"]
    page = Path(done["reports"]["html"]).read_text(encoding="utf-8")
    assert "archive archive" in page, "its connection, and the place there"

    (again,) = installation.phonesync("sync", code=1)["syncs"]
    assert (again["outcomes"]["applied"], again["requests"]["write"], again["verified"]) == (0, 0, True)


def test_another_service_is_reconciled(installation: Installation) -> None:
    found = installation.phonesync("reconcile", code=1)
    kinds = {kind: count for kind, count in found["findings"].items() if count}
    assert kinds["agree"] == 1
    assert sum(kinds.values()) > 3
    page = Path(found["reports"]["html"]).read_text(encoding="utf-8")
    assert "card index" in page


def test_prefect_offers_a_form_for_another_service(installation: Installation) -> None:
    done = installation.python("-c", _FORMS, str(installation.folder / "phonesync.toml"))
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["block"] == ["base_url", "pin"]
    forms = told["forms"]
    assert forms["sync/cards"]["properties"]["syncs"]["items"]["enum"] == ["cards"]
    assert forms["sync/all"]["properties"]["syncs"]["items"]["enum"] == ["cards"]
    assert "reconcile/reconcile" in forms


def test_what_another_service_knows_alone_is_no_key_for_ours(installation: Installation) -> None:
    """Where a sync has a key, or a column, of a service that it is not for, it is told whose that is."""
    config = installation.folder / "phonesync.toml"
    text = config.read_text(encoding="utf-8").replace('cabinet = "archive"', 'cabinet = "archive"\ntenant = "chopin"')
    memory = '[connections.m]\nkind = "memory"\n[syncs.s]\nconnection = "m"\nshelf = "s"\nsource = "cards.csv"\n'
    config.write_text(text + memory + 'columns = { card = "Karta" }\n', encoding="utf-8")
    error = installation.phonesync("check", code=2)["error"]
    assert "syncs.cards.tenant: this key is for phone lists" in error
    assert "syncs.s.columns.card: this key is for card indexes" in error


def test_the_first_configuration_is_made_for_another_service_too(installation: Installation) -> None:
    (installation.folder / "phonesync.toml").unlink()
    (installation.folder / "cards.csv").write_text(_LINES.replace("Gdzie", "Szuflada"), encoding="utf-8")
    answers = ("connections.archive.kind=kartoteka", "connections.archive.pin=env:KARTOTEKA_PIN")
    answers += ("syncs.cards.source=cards.csv", "syncs.cards.cabinet=archive")
    options = [part for answer in answers for part in ("--set", answer)]
    done = installation.python(
        "-c", "import sys; from flows.cli import main; sys.exit(main())", "init", "--yes", *options
    )
    assert done.returncode == 0, done.stderr
    (file,) = installation.phonesync("check", code=1)["syncs"]
    assert (file["sync"], file["lines"]) == ("cards", 3)
    assert installation.cards() == _STANDING
