"""What services and files write does nothing at any door: no command, page or file obeys it. All data is invented."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.server import Sandbox, serve
from flows.cli import main
from flows.sandbox import copy_samples, credentials, read_state

# Clears a line, turns it around, runs in a page, runs in a spreadsheet; short, since names have a length.
ATTACK = "\x1b[2K\x9b1A\u202e<b onclick=x>;=1+1"
HARMFUL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
TEXTS = {"pl", "en", "comment", "name", "first_name", "last_name"}
KNOWN = {
    "faculty": {"10000000": {"name": {"pl": "Uczelnia", "en": "University"}}, "10990000": {"name": {"pl": "Nowa"}}},
    "building": {"B01": {"name": {"pl": "Gmach", "en": "Main"}}},
    "user": {"900001": {"first_name": "Żaneta", "last_name": "Niewidoczna"}},
}
COMMANDS: tuple[list[str], ...] = (
    ["check"],
    ["check", "--preview", "5", "--annotate"],
    ["plan"],
    ["sync"],
    ["sync"],
    ["show", "last", "--all"],
    ["runs"],
    ["plans"],
    ["history", "22 999 00 01"],
    ["find", "22 999 00 01"],
    ["find", "Uczelnia"],
    ["reconcile"],
    ["discover"],
    ["status"],
    ["doctor"],
    ["revert", "last"],
)


def spoilt(value: Any) -> Any:
    """Return a state in which every text for people ends with the attack; ids, numbers and credentials stay."""
    if isinstance(value, list):
        return [spoilt(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: f"{one}{ATTACK}" if key in TEXTS and isinstance(one, str) else spoilt(one) for key, one in value.items()
    }


@pytest.fixture(scope="module")
def services() -> Iterator[Sandbox]:
    with serve(read_state(None)) as sandbox:
        yield sandbox


@pytest.fixture
def folder(services: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    state = read_state(None)
    services.reset(spoilt({**state, "usos": {**state["usos"], "directory": KNOWN}}))
    copy_samples(tmp_path, services)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")
    for name, value in credentials(state).items():
        monkeypatch.setenv(name, value)
    return tmp_path


def test_no_command_and_no_file_obeys_what_others_have_written(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = {folder / f"{name}.csv" for name in ("buildings", "users", "desk_phones")}
    for source in sources:
        first, *lines = source.read_text(encoding="utf-8").splitlines()
        attacked = [f"{line}{ATTACK}" if place % 2 else line for place, line in enumerate(lines)]
        source.write_text("\n".join([first, *attacked, ""]), encoding="utf-8")
    before = set(folder.rglob("*"))
    for command in COMMANDS:
        main(command)
        said = capsys.readouterr()
        assert not HARMFUL.findall(said.out + said.err), command
    kinds = set()
    copies = set(folder.glob("*.checked.csv"))  # whose text is the file's own, to go on with
    for path in set(folder.rglob("*")) - before - copies:
        kinds.add(path.suffix)
        if path.suffix in {".html", ".csv", ".json"}:
            text = path.read_text(encoding="utf-8")
            assert not HARMFUL.findall(text), path
            assert path.suffix != ".html" or "<b onclick" not in text
            cells = [cell for row in csv.reader(text.splitlines()) for cell in row] if path.suffix == ".csv" else []
            assert not any(cell.startswith(("=", "+1", "@")) for cell in cells), path
    assert copies
    assert {".html", ".csv", ".json", ".xlsx"} <= kinds
