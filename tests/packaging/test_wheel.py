"""What is installed from the built wheel runs on its own: no file of this checkout is read, and none is missing."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PathDistribution, version
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener
from zipfile import Path as ZipPath
from zipfile import ZipFile

import pytest
from children import started
from packaging.requirements import Requirement

from flows.demo import EXPECTED, FOLDER

STEPS = ["extract source", "validate", "extract target", "plan", "guard", "write", "verify", "report"]

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("connectors", "flows", "schemas", "tasks")
LIBRARIES = Path(sysconfig.get_path("purelib"))
# Python imports it first of all, in each process of that environment. Reading a file of the checkout is an error, and
# is noted as well, for code that catches errors. The libraries may lie in the checkout's folder and are no part of it.
WATCH = f"""
import os, sys
def watch(event, args):
    if event not in ("open", "os.listdir", "os.scandir") or not isinstance(args[0], str):
        return
    path = os.path.realpath(args[0])
    if path.startswith({str(ROOT) + os.sep!r}) and not path.startswith({str(LIBRARIES)!r}):
        os.write(os.open(NOTES, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600), (path + "\\n").encode())
        raise PermissionError("a file of the checkout was read: " + path)
sys.addaudithook(watch)
"""


@dataclass(frozen=True)
class Installed:
    """An environment with the wheel in it, an empty folder to work in, and what was read of the checkout."""

    programs: Path
    folder: Path
    notes: Path

    def command(self, *arguments: str) -> list[str]:
        return [str(self.programs / "phonesync"), *arguments]

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PREFECT"))}
        return {**kept, "COLUMNS": "80", **more}

    def run(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - our own command
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    @contextmanager
    def sandbox(self, *arguments: str) -> Iterator[Any]:
        """Run both services on free ports; yield what the command says of them."""
        command = self.command("sandbox", "--usos-port", "0", "--apio-port", "0", "--json", *arguments)
        with subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=self.folder, env=self.environment(), stdout=subprocess.PIPE, text=True
        ) as running:
            assert running.stdout
            yield json.loads(running.stdout.readline())
            running.send_signal(signal.SIGINT)
            assert running.wait(timeout=30) == 0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - our own command
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Install the wheel alone into an empty environment, which borrows the libraries of this one."""
    place = tmp_path_factory.mktemp("installed")
    venv.create(place / "venv")
    python = place / "venv" / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    install = [*pip, "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True)  # noqa: S603 - our own command
    (libraries,) = (place / "venv" / "lib").glob("python*/site-packages")
    (libraries / "borrowed.pth").write_text(f"{LIBRARIES}\n", encoding="utf-8")
    notes = place / "read-of-the-checkout"
    (libraries / "sitecustomize.py").write_text(f"NOTES = {str(notes)!r}\n{WATCH}", encoding="utf-8")
    (place / "work").mkdir()
    return Installed(python.parent, place / "work", notes)


def test_the_wheel_holds_the_product_whole_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as opened:
        held = {name for name in opened.namelist() if not name.partition("/")[0].endswith(".dist-info")}
    product = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    kept = {
        path.name for path in (ROOT / "data" / "samples").iterdir() if path.suffix in {".csv", ".json", ".md", ".toml"}
    }
    samples = {f"flows/samples/{name}" for name in kept}
    assert {name for name in held if not name.startswith("flows/samples/")} == {
        name for name in product if not name.startswith("flows/samples/")
    }
    assert {name for name in held if name.startswith("flows/samples/")} == samples


def test_the_libraries_here_are_what_the_wheel_asks_for(wheel: Path) -> None:
    """So the borrowed ones stand for those that pip would put beside it."""
    with ZipFile(wheel) as opened:
        (place,) = (item for item in ZipPath(opened).iterdir() if item.name.endswith(".dist-info"))
        asked = [Requirement(line) for line in PathDistribution(place).requires or ()]  # type: ignore[arg-type]  # a path of a ZIP file is one, too
    needed = [one for one in asked if one.marker is None]
    assert len(needed) > 20
    assert [str(one) for one in needed if not one.specifier.contains(version(one.name))] == []


def test_a_file_of_the_checkout_would_be_noticed(installed: Installed) -> None:
    program = f"open({str(ROOT / 'pyproject.toml')!r})"
    command = [str(installed.programs / "python"), "-c", program]
    ended = subprocess.run(command, cwd=installed.folder, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert "a file of the checkout was read" in ended.stderr
    assert installed.notes.read_text(encoding="utf-8").splitlines() == [str(ROOT / "pyproject.toml")]
    installed.notes.unlink()


def steps_of(told: str) -> dict[str, list[str]]:
    """Return what a pass of the demonstration says that it did for each sync."""
    done: dict[str, list[str]] = {}
    for line in map(str.strip, told.splitlines()):
        if line in EXPECTED:
            now = done.setdefault(line, [])
        elif line.startswith((STEPS[0], "plan,")):
            now += line.split(", ")
    return done


def test_the_demonstration_runs_without_the_checkout_and_leaves_one_folder_and_no_process(installed: Installed) -> None:
    """Its second pass has zero writes, its terminal no warning, and its reports are where it says."""
    settings = {"PYTHONWARNINGS": "always", "PREFECT_API_URL": "http://127.0.0.1:1/api"}
    with started(
        installed.command("demo"),
        cwd=installed.folder,
        env=installed.environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        told, warned = running.communicate(timeout=300)
    assert (running.returncode, warned) == (0, "")
    assert "No changes were needed." in told
    assert "and 0 writes" in told
    done = steps_of(told.partition("3. Second pass")[0])
    assert done.keys() == EXPECTED.keys()
    for steps in done.values():  # one that deletes is planned once more when its turn has come
        assert list(dict.fromkeys(steps)) == STEPS
    assert 'faculties.csv, line 16: rejected: Telefon "Nutowska"' in told
    reports = re.findall(r"\S+\.html", told)
    assert len(reports) == len(EXPECTED)
    assert all((installed.folder / report).stat().st_mode & 0o777 == 0o600 for report in reports)
    assert [path.name for path in installed.folder.iterdir()] == [str(FOLDER)]
    assert not installed.notes.exists()
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)


def test_the_sandbox_runs_without_the_checkout_and_gives_the_samples(installed: Installed) -> None:
    with installed.sandbox("--samples", "tried") as said:
        now = said["usos"] + "/services/apisrv/now"
        with build_opener(ProxyHandler({})).open(now, timeout=10) as answer:
            assert answer.status == 200
        ended = installed.run("-c", "tried/phonesync.toml", "plan", "faculties", "--json", **said["credentials"])
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["syncs"][0]["actions"]["add"] == 2
    assert not installed.notes.exists()


def test_the_samples_are_put_into_no_folder_that_holds_something(installed: Installed) -> None:
    (installed.folder / "full").mkdir()
    (installed.folder / "full" / "mine.csv").write_text("", encoding="utf-8")
    ended = installed.run("sandbox", "--usos-port", "0", "--apio-port", "0", "--samples", "full")
    assert (ended.returncode, "full is not empty." in ended.stderr) == (2, True)
