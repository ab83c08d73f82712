"""With `lang = "pl"` commands and pages speak Polish: no sentence of the English catalogue is left in them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox, serve
from flows.cli import main
from flows.sandbox import copy_samples, credentials, read_state
from tasks.messages.catalogue import catalogue

_SHORTEST = 9  # a shorter piece of a sentence may be a word that both languages have
_PLACE = re.compile(r"\{\w*\}")
# What only an English sentence has; the samples' own names hold none of them.
_ENGLISH = re.compile(r"\b(?:the|was|were|would|is|are|has|have|nothing|line|lines|written|wanted|which|held|stays)\b")


def pieces(lang: str) -> set[str]:
    """Return what stands between the places of every sentence of a catalogue, where it is long enough to be known."""
    found: set[str] = set()
    for message in catalogue(lang):  # type: ignore[arg-type]
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        found |= {piece.strip(" .:;,()") for text in texts for piece in _PLACE.split(text)}
    return {piece for piece in found if len(piece) >= _SHORTEST and " " in piece}


ENGLISH = pieces("en") - pieces("pl")


@pytest.fixture(scope="module")
def services() -> Iterator[Sandbox]:
    with serve(read_state(None)) as sandbox:
        yield sandbox


@pytest.fixture
def folder(services: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    services.reset(read_state(None))
    configuration = copy_samples(tmp_path, services)
    text = configuration.read_text(encoding="utf-8")
    configuration.write_text(f'lang = "pl"\n{text}', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")  # no sentence is broken over two lines
    for name, value in credentials(read_state(None)).items():
        monkeypatch.setenv(name, value)
    return tmp_path


def english_in(text: str) -> list[str]:
    """Return what of a text is English: pieces of the catalogue's sentences, and words that Polish does not have."""
    plain = " ".join(text.split())
    return sorted(piece for piece in ENGLISH if piece in plain) + _ENGLISH.findall(plain)


def shown(page: str) -> str:
    """Return what a page shows, also to who hears it: no script, no style, no data, no mark-up."""
    bare = re.sub(r"(?s)<(script|style)\b.*?</\1>", " ", page)
    heard = re.findall(r'(?:aria-label|title|placeholder)="([^"]*)"', bare)
    return re.sub(r"<[^>]*>", " ", bare) + " ".join(heard)


def test_the_check_knows_english() -> None:
    assert english_in("Plan: nothing was written") != []
    assert english_in("Plan: nic nie zostało zapisane, wiersz 16") == []
    assert len(ENGLISH) > 300


COMMANDS = (
    (["plan", "faculties", "strings-phones"], 0),
    (["plans"], 0),
    (["sync", "faculties", "buildings", "strings-phones"], 1),
    (["sync", "buildings"], 0),
    (["show", "last"], 0),
    (["show", "last", "--all"], 0),
    (["runs"], 0),
    (["history", "22 999 02 05"], 0),
    (["history", "22 111 11 11"], 1),
    (["find", "22 999 00 01"], 0),
    (["find", "niczego takiego"], 1),
    (["reconcile"], 1),
    (["status"], 0),
    (["revert", "last"], 0),
    (["check", "faculties"], 1),
    (["mail"], 0),
)


def test_commands_and_pages_say_no_english(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = {}
    for command, code in COMMANDS:
        ended = main(command)
        said = capsys.readouterr()
        assert ended == code, (command, said)
        found[" ".join(command)] = english_in(said.out + said.err)
    pages = sorted(folder.glob("reports/**/*.html"))
    assert len(pages) > 5
    for page in pages:
        found[page.name] = english_in(shown(page.read_text(encoding="utf-8")))
    assert {what: english for what, english in found.items() if english} == {}


def test_a_plan_that_a_guard_stops_is_told_in_polish(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = (folder / "buildings.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "buildings.csv").write_text(f"{header}\nB01,22 999 50 00,Portiernia główna\n", encoding="utf-8")
    shutil.rmtree(folder / "reports", ignore_errors=True)
    configuration = folder / "phonesync.toml"
    text = configuration.read_text(encoding="utf-8")
    keys = '[syncs.buildings]\non_missing_owner = "clear"\nguard = { max_deletes = 0 }\n'
    configuration.write_text(text.replace("[syncs.buildings]\n", keys), encoding="utf-8")
    assert main(["plan", "buildings"]) == 0
    said = capsys.readouterr()
    assert "zabezpieczenie max_deletes: usunięć: 2, limit 0" in said.out
    assert english_in(said.out + said.err) == []
    (page,) = folder.glob("reports/*/buildings.html")
    assert "Zabezpieczenie zatrzymało ten plan" in page.read_text(encoding="utf-8")
    assert english_in(shown(page.read_text(encoding="utf-8"))) == []
