"""The command in a folder with the samples, beside both services."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import samples

from connectors.sandbox.server import Sandbox, serve
from flows.cli import main
from flows.sandbox import SAMPLES, credentials, read_state

STATE = read_state(None)


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

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The findings, as the JSON report has them."""
        path = Path(self.json["reports"]["json"])
        lines: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["lines"]
        return lines


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with serve(STATE) as running:
        yield running


@pytest.fixture
def phonesync(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """Return the command, in a folder with the samples and the services as they were at first."""
    sandbox.reset(STATE)
    for name, value in {**credentials(STATE), "COLUMNS": "80", "PHONESYNC_PERSON": "anna", "LANG": "C"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PHONESYNC_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    for file in SAMPLES.glob("*.csv"):
        shutil.copy(file, tmp_path)
    text = (SAMPLES / "phonesync.toml").read_text(encoding="utf-8")
    text = text.replace("http://127.0.0.1:8701", sandbox.usos_url).replace("http://127.0.0.1:8702", sandbox.apio_url)
    Path("phonesync.toml").write_text(text, encoding="utf-8")

    def called(*arguments: str) -> Said:
        capsys.readouterr()
        code = main(arguments, sleep=lambda _: None)
        shown = capsys.readouterr()
        return Said(code, shown.out, shown.err)

    return called


@pytest.fixture
def only(phonesync: object) -> Callable[..., None]:
    """Return what leaves some syncs of the samples alone, where a test is about no others."""

    def leave(*syncs: str) -> None:
        configuration = Path("phonesync.toml")
        configuration.write_text(samples.only(configuration.read_text(encoding="utf-8"), *syncs), encoding="utf-8")

    return leave
