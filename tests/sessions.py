"""What documents show being typed: sessions are played again on a fresh copy of the samples, commands are listed."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from connectors.sandbox.server import serve
from flows.cli import main
from flows.sandbox import credentials, read_state

ROOT = Path(__file__).parent.parent
# What stands in the documents for run ids, which are different each time, in the order in which they appear.
_SHOWN = tuple(f"20260314T02{minute:02}00Z-3fa2c{minute + 1}" for minute in range(9))
_RUN = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")
_SESSION = re.compile(r"```console\n(.*?)```", re.DOTALL)


def sessions(text: str) -> list[str]:
    """Return the sessions that a document shows, without their fences."""
    return _SESSION.findall(text)


def commands(text: str) -> Iterator[list[str]]:
    """Yield the words of every command of phonesync that a document tells to type."""
    for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("phonesync "):
                yield shlex.split(line, comments=True)


def replay(text: str) -> str:
    """Return the document with what its sessions say now, played in order on a fresh copy of the samples."""
    with workspace() as seen:
        return _SESSION.sub(lambda found: f"```console\n{_replayed(found[1], seen)}```", text)


def _replayed(session: str, seen: list[str]) -> str:
    said = []
    for line in session.splitlines():
        if line.startswith("$ "):
            output = _carry_out(line[2:], seen)
            said.append("\n".join([line, *(part.rstrip() for part in output.splitlines())]).rstrip())
    return "\n\n".join(said) + "\n"


def _carry_out(command: str, seen: list[str]) -> str:
    """Run a command here, and return all that it says, with ids and times as the documents have them."""
    for shown, real in zip(_SHOWN, seen, strict=False):
        command = command.replace(shown, real)
    name, *arguments = shlex.split(command)
    if name != "phonesync":
        subprocess.run(["/bin/sh", "-c", command], check=True)  # noqa: S603 - a command of the README
        return ""
    screen = io.StringIO()
    with contextlib.redirect_stdout(screen), contextlib.redirect_stderr(screen):
        main(arguments)
    said = screen.getvalue()
    seen += [run for run in dict.fromkeys(_RUN.findall(said)) if run not in seen]
    for shown, real in zip(_SHOWN, seen, strict=False):
        said = said.replace(real, shown)
    said = re.sub(r"\bid [0-9a-f]{12}\b", "id 3fa2c19b00d4", said)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d CES?T", "2026-03-14 03:00 CET", said)


@contextlib.contextmanager
def workspace() -> Iterator[list[str]]:
    """Stand in a folder with the samples, both services beside it; yield the list of run ids seen so far."""
    state = read_state(None)
    with tempfile.TemporaryDirectory() as folder, serve(state) as sandbox, contextlib.chdir(folder):
        samples = Path("data", "samples")
        shutil.copytree(ROOT / samples, samples, ignore=shutil.ignore_patterns("reports", "*.db*"))
        configuration = samples / "phonesync.toml"
        text = configuration.read_text(encoding="utf-8")
        text = text.replace("http://127.0.0.1:8701", sandbox.usos_url).replace(
            "http://127.0.0.1:8702", sandbox.apio_url
        )
        configuration.write_text(text, encoding="utf-8")
        with _environment({**credentials(state), "COLUMNS": "80", "PHONESYNC_PERSON": "anna"}):
            yield []


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
