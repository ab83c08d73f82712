"""With `lang = "pl"` commands and pages speak Polish: no sentence of the English catalogue is left in them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox, serve
from flows.cli import cli, main
from flows.sandbox import copy_samples, credentials, read_state
from tasks.messages.catalogue import catalogue

_SHORTEST = 9  # a shorter piece of a sentence may be a word that both languages have
_PLACE = re.compile(r"\{\w*\}")
# What only an English sentence has; the samples' own names hold none of them.
_ENGLISH = re.compile(r"\b(?:the|was|were|would|is|are|has|have|nothing|line|lines|written|wanted|which|held|stays)\b")


def pieces(lang: str) -> set[str]:
    """Return what stands between the places of every sentence of a catalogue, where it is long enough to be known."""
    found: set[str] = set()
    for texts in catalogue(lang).values():  # type: ignore[arg-type]
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
    (["mail", "last", "--dry-run"], 0),
    (["doctor"], 0),
    (["number", "--", "22 999 00 01 wew. 12", "999-05-00", "fax 22 999 00 02"], 0),
    (["resume"], 0),
    (["discover"], 0),
    (["export", "buildings", "-o", "exported.csv"], 0),
    (["release", "building B99", "--reason", "zamknięty"], 2),
    (["purge", "--older-than", "90d", "--dry-run"], 0),
    (["purge", "--older-than", "90d"], 0),
    (["erase", "--user", "900004"], 0),
    (["show", "last"], 0),
)

# What an administrator meets on the first evening.
ERRORS = (
    ["plan", "nosuch"],
    ["plan", "--nosuch"],
    ["show"],
    ["show", "nosuch"],
    ["apply", "nosuch"],
    ["revert", "nosuch"],
    ["accept", "3fa2", "--until", "2020-01-01", "--reason", "znane"],
    ["accept", "3fa2", "--until", "jutro", "--reason", "znane"],
    ["accept", "nosuch", "--until", "2999-01-01", "--reason", "znane"],
    ["accept", "3fa2", "--until", "2999-01-01", "--reason", " "],
    ["reconcile", "--since", "nosuch"],
    ["purge", "--older-than", "dawno"],
    ["number", "--region", "pl", "1"],
    ["number", "--area-code", "x", "1"],
    ["number", "--switchboard", "x", "1"],
    ["export", "buildings"],
    ["export", "buildings", "--ids", "nosuch.txt", "-o", "other.csv"],
    ["export", "strings-phones", "--discover", "-o", "other.csv"],
    ["find", " "],
    ["history", " "],
    ["-c", "nosuch.toml", "plan"],
)

# What replaces what in the configuration, and what the sentence has in it.
SETTINGS = (
    ("[syncs.buildings]", "[syncs.buildings]\nregoin = 'PL'", "może chodziło o region"),
    ("[syncs.buildings]", "[syncs.buildings]\nzzz = 1", "nieznany klucz"),
    ("[syncs.buildings]", "[syncs.buildings]\nschedule = '61 * * * *'", "minuta"),
    ("[syncs.buildings]", "[syncs.buildings]\nschedule = '0 2'", "potrzeba pięciu pól"),
    ("[syncs.buildings]", "[syncs.buildings]\ntimezone = 'Europe/Nowhere'", "nie ma takiej strefy"),
    ("[syncs.buildings]", "[syncs.buildings]\nshared = true", "jeden plik"),
    ("[syncs.buildings]", "[syncs.buildings]\nslices = 64", "concurrency"),
    ("[syncs.buildings]", "[syncs.buildings]\nheader_line = 0", "co najmniej 1"),
    ("[syncs.buildings]", "[syncs.buildings]\ndelete_missing = 'no'", "true albo false"),
    ("[syncs.buildings]", "[syncs.buildings]\nguard = { max_delete_share = 7 }", "najwyżej 1"),
    ("[syncs.buildings]", "[syncs.buildings]\ntenant = 'x'", "dotyczy usługi"),
    ('base_url = "http', 'base_url = "ftp', "podaj pełny adres"),
    ('kind = "usos"', 'kind = "uso"', "która to usługa"),
    ('entity_class = "building"', "", "czyje to numery"),
    ('ledger = "sqlite:///phonesync.db"', 'ledger = "postgresql://a:b@localhost/c"', "~/.pgpass"),
    ('region = "PL"', 'region = "pl"', "dwie wielkie litery"),
    ("[syncs.buildings]", "[syncs.buildings", "to nie jest TOML: wiersz"),
    ('lang = "pl"', 'lang = "pl"\nnotify = { smtp = { host = "localhost" } }', "mail_from"),
    ('ledger = "sqlite:///phonesync.db"', 'ledger = "sqlite:////nosuch/x.db"', "Nie można otworzyć rejestru"),
)


def ended(command: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Return the exit code of a command, and all that it has said."""
    code = main(command)
    said = capsys.readouterr()
    return code, said.out + said.err


def test_errors_and_what_to_do_about_them_are_polish(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "pl_PL.UTF-8")  # where no configuration can say it
    assert folder.is_dir()
    found = {}
    for command in ERRORS:
        code, said = ended(command, capsys)
        assert code != 0, (command, said)
        found[" ".join(command)] = english_in(said)
    assert {what: english for what, english in found.items() if english} == {}


@pytest.mark.parametrize(("old", "new", "part"), SETTINGS)
def test_a_configuration_that_cannot_be_meant_is_told_in_polish(
    old: str, new: str, part: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configuration = folder / "phonesync.toml"
    text = configuration.read_text(encoding="utf-8")
    assert old in text
    configuration.write_text(text.replace(old, new, 1), encoding="utf-8")
    code, said = ended(["plan", "buildings"], capsys)
    assert (code, english_in(said)) == (2, [])
    assert part in said


def test_services_that_cannot_be_used_are_told_in_polish(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {}
    with monkeypatch.context() as wrong:
        wrong.setenv("USOS_CONSUMER_SECRET", "wrong-secret")
        wrong.delenv("APIO_PASSWORD")
        for command in (["plan", "faculties"], ["plan", "strings-phones"], ["doctor"], ["show", "last"], ["runs"]):
            found[" ".join(command)] = english_in(ended(command, capsys)[1].replace("Incorrect", ""))
    configuration = folder / "phonesync.toml"
    text = configuration.read_text(encoding="utf-8")
    nobody = re.sub(r'base_url = "http://127.0.0.1:\d+"', 'base_url = "http://127.0.0.1:9"\nattempts = 1', text)
    configuration.write_text(nobody, encoding="utf-8")
    for command in (["plan", "faculties"], ["show", "last"]):
        found[f"{' '.join(command)} of nobody"] = english_in(ended(command, capsys)[1])
    configuration.write_text(text.replace('source = "buildings.csv"', 'source = "nosuch.csv"'), encoding="utf-8")
    for command in (["plan", "buildings"], ["show", "last"]):
        found[f"{' '.join(command)} of no file"] = english_in(ended(command, capsys)[1])
    for page in sorted(folder.glob("reports/**/*.html")):
        found[page.name] = english_in(shown(page.read_text(encoding="utf-8")))
    assert {what: english for what, english in found.items() if english} == {}


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


def test_every_command_that_tells_something_has_the_language_as_an_option(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    configuration = folder / "phonesync.toml"
    configuration.write_text(configuration.read_text(encoding="utf-8").replace('lang = "pl"', ""), encoding="utf-8")
    for name, command in cli.commands.items():
        options = {option for parameter in command.params for option in parameter.opts}
        assert ("--lang" in options) is (name not in {"serve", "sandbox", "demo"}), name
    found = {}
    for command_line, code in COMMANDS:
        name, *rest = command_line
        if name != "mail":  # each mail speaks as its file's people do
            ended_with, said = ended([name, "--lang", "pl", *rest], capsys)
            assert ended_with == code, (command_line, said)
            found[" ".join(command_line)] = english_in(said)
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
