"""A stage for stories: a folder with the samples, both services on loopback, and the command as it is installed.

Nothing of phonesync's inside is imported here but its sandbox: the command is found by the name it is installed under.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import openpyxl
from golden_page import embedded, visible
from golden_transcript import Plain, Transcript
from samples import only

from connectors.sandbox.options import Fault
from connectors.sandbox.server import Sandbox

SAMPLES = Path(__file__).parents[2] / "data" / "samples"
STATE: dict[str, Any] = json.loads((SAMPLES / "sandbox.json").read_text(encoding="utf-8"))
_FIGURES = re.compile(r"\[(?:\s*-?\d+,?)+\s*\]")
ENVIRONMENT = {
    "USOS_CONSUMER_KEY": "demo-consumer",
    "USOS_CONSUMER_SECRET": "demo-secret",
    "APIO_USERNAME": "demo-admin",
    "APIO_PASSWORD": "demo-password",
    "PHONESYNC_PERSON": "anna",
    "COLUMNS": "80",
    "LANG": "C",
    "LC_ALL": "",
    "LC_MESSAGES": "",
}


_SHOW_PROGRESS = {"check", "plan", "sync", "apply", "resume", "revert", "reconcile", "export", "find"}


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output."""
        return json.loads(self.out)

    def plan(self, sync: str) -> str:
        """The id of a sync's plan, where the command has printed JSON."""
        (found,) = [str(item["plan"]) for item in self.json["syncs"] if item["sync"] == sync]
        return found


@cache
def command() -> Callable[[list[str]], int]:
    """Return what the installed command `phonesync` runs."""
    (script,) = entry_points(group="console_scripts", name="phonesync")
    called: Callable[..., int] = script.load()
    return partial(called, sleep=lambda _: None)  # what a service does not show, it would not show in a minute, either


@dataclass
class Stage:
    """Where a story is played; it stands in `folder`, which is the current one.

    Attributes:
        sandbox: both services, with the sample institution until `configure` or the story says otherwise.
        story: what has been said so far.
    """

    folder: Path
    sandbox: Sandbox
    story: Transcript
    plain: Plain

    def samples(self) -> None:
        """Put the sample files and their configuration here."""
        for file in SAMPLES.glob("*.csv"):
            shutil.copy(file, self.folder)
        text = (SAMPLES / "phonesync.toml").read_text(encoding="utf-8")
        text = text.replace("http://127.0.0.1:8701", self.sandbox.usos_url)
        self.configuration(text.replace("http://127.0.0.1:8702", self.sandbox.apio_url))

    def only(self, *syncs: str) -> None:
        """Leave these syncs of the samples in the configuration: what a story is about, and fast."""
        self.configuration(only((self.folder / "phonesync.toml").read_text(encoding="utf-8"), *syncs))

    def configuration(self, text: str) -> None:
        """Write `phonesync.toml`."""
        (self.folder / "phonesync.toml").write_text(text, encoding="utf-8")

    def configure(
        self, syncs: Mapping[str, Mapping[str, Any]], *, attempts: int = 1, top: str = "", apart: bool = False
    ) -> None:
        """Write a configuration of both connections and these syncs; one with a tenant is a phone list's.

        Apart: each sync has a USOS of its own, so that files may be about the same owners.
        """
        text = top + _connections(self.sandbox, attempts)
        for name, keys in syncs.items():
            connection = "telephony" if "tenant" in keys else "usos"
            if apart:
                connection = f"usos-of-{name}"
                place = {"kind": "usos", "base_url": f"https://{name}.example.edu.pl"}
                secrets = {key: {"env": "NONE"} for key in ("consumer_key", "consumer_secret")}
                text += f"\n[connections.{connection}]\n" + _toml({**place, **secrets})
            text += f"\n[syncs.{name}]\n" + _toml({"connection": connection, **keys})
        self.configuration(text)

    def change(self, old: str, new: str, file: str = "phonesync.toml") -> None:
        """Replace a text that a file has, once."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def put(self, file: str, content: str | bytes) -> None:
        """Write a file as it is given."""
        raw = content.encode() if isinstance(content, str) else content
        (self.folder / file).write_bytes(raw)

    def drop_lines(self, file: str, first: int, last: int) -> None:
        """Lose some lines of a file."""
        path = self.folder / file
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[: first - 1] + lines[last:]))

    def fault(self, *faults: Fault) -> None:
        """Let these go wrong from now on, on both sides; without any, all is well again."""
        self.sandbox.usos.faults = list(faults)
        self.sandbox.apio.faults = list(faults)

    def options(self, service: str, **changed: Any) -> None:
        """Let a service read what its pages leave open in another way."""
        side = getattr(self.sandbox, service)
        side.options = replace(side.options, **changed)

    def quietly(self, *arguments: str) -> Said:
        """Call the command; what it says is no part of the story."""
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="", write_through=True) for _ in range(2))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = command()(_without_progress(arguments))
        said = Said(code, _written(out), _written(err))
        self.plain(said.out)  # runs are numbered in the order in which they were told of
        return said

    def run(self, *arguments: str, keep_json: bool = True) -> Said:
        """Call the command, and note all that it says."""
        said = self.quietly(*arguments)
        self.note(arguments, said, keep_json=keep_json)
        return said

    def process(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the command as a process of its own."""
        code = "import sys; from importlib.metadata import entry_points as e; "
        code += "(s,) = e(group='console_scripts', name='phonesync'); sys.exit(s.load()())"
        whole = [sys.executable, "-c", code, *arguments]
        return subprocess.Popen(whole, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603 - our command

    def note(self, arguments: Iterable[str], said: Said, *, keep_json: bool = True) -> None:
        """Note what a command has said."""
        out = said.out if keep_json else "(one JSON object)\n"
        self.story.add(f"$ phonesync {shlex.join(arguments)} → {said.code}", out)
        if said.err:
            self.story.add("on standard error", said.err)

    # Files ------------------------------------------------------------------------------------------------------------

    def text_of(self, pattern: str) -> None:
        """Note the text of each file that a pattern names."""
        for path in self.paths(pattern):
            self.story.add(self._title(path), path.read_bytes().decode("utf-8"))

    def rows_of(self, pattern: str, *, ordered: bool = False) -> None:
        """Note each row of CSV files, a column a line where it holds anything.

        `ordered`: without their ids and sorted, where several findings about one line come in the order of their ids.
        """
        for path in self.paths(pattern):
            with path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            if ordered:
                rows = sorted(({**row, "id": ""} for row in rows), key=lambda row: [*map(str, row.values())])
            parts = [
                f"[{at}]\n" + "".join(f"  {key}: {value}\n" for key, value in row.items() if value)
                for at, row in enumerate(rows, start=1)
            ]
            columns = path.read_text(encoding="utf-8").splitlines()[:1]
            self.story.add(self._title(path), "\n".join(columns) + "\n" + "".join(parts))

    def json_of(self, pattern: str) -> None:
        """Note JSON files, indented."""
        for path in self.paths(pattern):
            value = json.loads(path.read_text(encoding="utf-8"))
            self.story.add(self._title(path), json.dumps(value, ensure_ascii=False, indent=1) + "\n")

    def page_of(self, pattern: str) -> None:
        """Note what HTML pages show, and the data they hold."""
        for path in self.paths(pattern):
            page = path.read_text(encoding="utf-8")
            self.story.add(f"{self._title(path)}, what it shows", visible(page))
            for data in embedded(page):
                shown = json.dumps(data, ensure_ascii=False, indent=1)
                figures = _FIGURES.sub(lambda found: " ".join(found[0].split()), shown)
                self.story.add(f"{self._title(path)}, its data", figures + "\n")

    def cells_of(self, pattern: str) -> None:
        """Note the cells of workbooks, row by row."""
        for path in self.paths(pattern):
            book = openpyxl.load_workbook(path)
            for sheet in book.worksheets:
                rows = ["\t".join("" if cell is None else str(cell) for cell in row) for row in sheet.values]
                self.story.add(f"{self._title(path)}, sheet {sheet.title}", "".join(f"{row}\n" for row in rows))
            book.close()

    def paths(self, pattern: str) -> list[Path]:
        """Return the files that a pattern names, in the order of their runs; there is at least one."""
        found = sorted(self.folder.glob(pattern), key=lambda path: (self.plain(str(path)), path.name))
        assert found, pattern
        return found

    def learn_findings(self) -> None:
        """Know the findings of all reconciliations so far by their numbers."""
        for path in self.paths("reports/*/reconciliation.json"):
            report = json.loads(path.read_text(encoding="utf-8"))
            for row in (*report["lines"], *report["resolved"]):
                self.plain.name_finding(row["id"])

    def _title(self, path: Path) -> str:
        return str(path.relative_to(self.folder))


def _written(screen: io.TextIOWrapper) -> str:
    return screen.buffer.getvalue().decode("utf-8") if isinstance(screen.buffer, io.BytesIO) else ""


def _connections(sandbox: Sandbox, attempts: int) -> str:
    secrets = {"usos": ("consumer_key", "consumer_secret"), "apio": ("username", "password")}
    prefix = {"usos": "USOS_", "apio": "APIO_"}
    text = ""
    for name, kind, url in (("usos", "usos", sandbox.usos_url), ("telephony", "apio", sandbox.apio_url)):
        kept = {key: {"env": f"{prefix[kind]}{key.upper()}"} for key in secrets[kind]}
        text += f"\n[connections.{name}]\n"
        text += _toml({"kind": kind, "base_url": url, "attempts": attempts, "concurrency": 1, **kept})
    return text


def _toml(values: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in values.items())


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(inner)}" for key, inner in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def _without_progress(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with --quiet: whether a run takes long enough to tell of itself is the machine's matter."""
    words = [*arguments]
    at = next((place for place, word in enumerate(words) if word in _SHOW_PROGRESS), None)
    return words if at is None else [*words[: at + 1], "--quiet", *words[at + 1 :]]
