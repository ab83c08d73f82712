"""The first evening: a folder with tables, two services, and a plan in the end. No service is written to."""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from dialogue import Dialogue

from connectors.sandbox.server import Sandbox, serve
from flows.cli import main
from flows.config import load
from flows.sandbox import SAMPLES, read_state

_COMMAND = [sys.executable, "-c", "import sys; from flows.cli import main; sys.exit(main())", "init"]


@pytest.fixture(scope="module")
def services() -> Iterator[Sandbox]:
    with serve(read_state(None)) as sandbox:
        yield sandbox


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for source in SAMPLES.glob("*.csv"):
        shutil.copy(source, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C")
    for name, value in (("KEY", "demo-consumer"), ("USER", "demo-admin"), ("PASSWORD", "demo-password")):
        monkeypatch.setenv(f"FIRST_{name}", value)
    secret = tmp_path / "held.txt"
    secret.write_text("demo-secret\n", encoding="utf-8")
    secret.chmod(0o600)
    return tmp_path


def given(services: Sandbox, **more: str) -> list[str]:
    """Return the answers as options."""
    answers = {
        "connections.usos.base_url": services.usos_url,
        "connections.usos.consumer_key": "env:FIRST_KEY",
        "connections.usos.consumer_secret": "file:held.txt",
        "connections.telephony.kind": "apio",
        "connections.telephony.base_url": services.apio_url,
        "connections.telephony.username": "env:FIRST_USER",
        "connections.telephony.password": "env:FIRST_PASSWORD",
        "syncs.desk.source": "desk_phones.csv",
        "syncs.desk.tenant": "chopin",
        **more,
    }
    return [part for key, value in answers.items() if value for part in ("--set", f"{key}={value}")]


def standing(services: Sandbox) -> Any:
    """Return all that the services hold."""
    state = read_state(None)
    numbers = {
        (entity, identifier): services.usos.numbers(entity, identifier)
        for entity in ("faculty", "user", "building", "dormitory")
        for identifier in state["usos"]["entities"].get(entity, {})
    }
    return numbers, services.apio.entries("chopin"), services.apio.entries("chopin", "strings")


def test_options_make_a_configuration_that_can_be_read_and_end_with_a_plan(
    services: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = standing(services)
    assert main(["init", "--yes", *given(services)]) == 0
    said = capsys.readouterr()
    assert "USOS: buildings: 4 of the first 4 ids are known." in said.out
    assert "To apply:" in said.out
    settings = load(folder / "phonesync.toml")
    places = {name: (sync.connection, sync.source.name) for name, sync in settings.syncs.items()}
    assert places == {
        "desk": ("telephony", "desk_phones.csv"),
        "buildings": ("usos", "buildings.csv"),
        "dormitories": ("usos", "dormitories.csv"),
        "faculties": ("usos", "faculties.csv"),
        "users": ("usos", "users.csv"),
    }
    assert "group_phones.csv\nSkipped" in said.out  # nobody has said whose list it is
    assert standing(services) == before
    text = (folder / "phonesync.toml").read_text(encoding="utf-8")
    assert "demo-" not in text
    assert "• 999 70" not in said.out  # numbers of users are masked in the preview, too
    assert "22 999 70" not in said.out


def test_a_person_at_a_terminal_is_asked_and_may_correct_an_answer(services: Sandbox, folder: Path) -> None:
    (folder / "held.txt").unlink()
    (folder / "Wydziały nowe.csv").write_text(
        "Kod jedn.;Co;Nr (biurko)\n10000000;Kancelaria;22 999 00 04\n", encoding="utf-8"
    )
    for name in ("dormitories.csv", "users.csv", "faculties.csv", "group_phones.csv"):
        (folder / name).unlink()
    before = standing(services)
    talk = Dialogue([*_COMMAND, "--lang", "pl"], folder, os.environ)
    talk.answer("USOS?")
    talk.answer("Adres", services.usos_url)
    talk.answer("consumer key", "demo-consumer")
    talk.answer("consumer secret", "mistyped-secret")
    talk.answer("Co teraz?", "1")
    talk.answer("Adres")  # what was said before goes without saying
    talk.answer("consumer key")
    talk.answer("consumer secret", "demo-secret")
    talk.answer("APIO?")
    talk.answer("Adres", services.apio_url)
    talk.answer("użytkownika", "demo-admin")
    talk.answer("Hasło", "demo-password")
    talk.answer("Do czego jest ten plik?")  # Wydziały nowe.csv: its ids are known
    talk.answer("jak trzeba?", "2")
    talk.answer("entity_id")
    talk.answer("number")
    talk.answer("owner_name")
    talk.answer("comment", "1")
    talk.answer("jak trzeba?")
    talk.answer("Do czego jest ten plik?")  # buildings.csv
    talk.answer("jak trzeba?")
    talk.answer("Do czego jest ten plik?")  # desk_phones.csv
    talk.answer("Tenant", "nobody")
    talk.answer("Grupa")
    talk.answer("jak trzeba?")  # there is no such list, so another place is proposed
    talk.answer("Do czego jest ten plik?")
    talk.answer("Tenant", "chopin")
    talk.answer("Grupa")
    talk.answer("jak trzeba?", "1")
    talk.answer("Zapisać?")
    assert talk.end() == 0, talk.said
    assert "demo-secret" not in talk.said
    assert "demo-password" not in talk.said
    assert standing(services) == before
    settings = load(folder / "phonesync.toml")
    assert settings.lang == "pl"
    assert list(settings.syncs) == ["wydziały-nowe", "buildings", "desk_phones"]
    columns = settings.syncs["wydziały-nowe"].columns
    assert (columns.entity_id, columns.number, columns.comment) == ("Kod jedn.", "Nr (biurko)", "Co")
    kept = {path.name: path for path in (folder / "secrets").iterdir()}
    assert sorted(kept) == ["apio.password", "apio.username", "usos.consumer_key", "usos.consumer_secret"]
    assert kept["usos.consumer_secret"].read_text(encoding="utf-8") == "demo-secret\n"
    for private in (folder / "phonesync.toml", *kept.values()):
        assert stat.S_IMODE(private.stat().st_mode) == 0o600, private
    assert stat.S_IMODE((folder / "secrets").stat().st_mode) == 0o700


_IN_ENGLISH = {
    "lang": "en",
    "address": "Address",
    "incomplete": "✗ Give a complete address, such as https://usosapps.example.edu.pl.",
    "key": "Consumer key",
    "secret": "Consumer secret",
    "apio": "APIO",
    "whose": "What is this file for?",
    "right": "Is the file read correctly?",
    "none": "USOS: units, faculties: none of the first 4 ids is known",
    "all": "USOS: buildings: 4 of the first 4 ids are known.",
    "left_out": "Skipped. To add it later, add [syncs.dormitories] to the file.",
    "column": "Which column is",
    "write": "Write it?",
}
_IN_POLISH = {
    "lang": "pl",
    "address": "Adres",
    "incomplete": "✗ Podaj pełny adres, na przykład https://usosapps.example.edu.pl.",
    "key": "consumer key",
    "secret": "consumer secret",
    "apio": "APIO",
    "whose": "Do czego jest ten plik?",
    "right": "Czy plik jest odczytany tak, jak trzeba?",
    "none": "USOS: jednostki, wydziały: z pierwszych 4 identyfikatorów nie jest znany żaden.",
    "all": "USOS: budynki: z pierwszych 4 identyfikatorów znane są 4.",
    "left_out": "Pominięty. Można go dodać później jako [syncs.dormitories] w pliku konfiguracji.",
    "column": "Która kolumna to",
    "write": "Zapisać?",
}
in_both_languages = pytest.mark.parametrize("words", [_IN_ENGLISH, _IN_POLISH], ids=["en", "pl"])


def let_into_usos(services: Sandbox, folder: Path, words: dict[str, str], *typed_before: str) -> Dialogue:
    """Return a conversation in which USOS alone has been set up, after addresses that were mistyped."""
    talk = Dialogue([*_COMMAND, "--lang", words["lang"]], folder, os.environ)
    talk.answer("USOS", "y")
    for address in (*typed_before, services.usos_url):
        talk.answer(words["address"], address)
    talk.answer(words["key"], "demo-consumer")
    talk.answer(words["secret"], "demo-secret")
    talk.answer(words["apio"], "n")
    return talk


def keep_only(folder: Path, *names: str) -> None:
    """Leave these tables in a folder, and no other."""
    for path in {*folder.glob("*.csv")} - {folder / name for name in names}:
        path.unlink()


@in_both_languages
def test_a_file_that_belongs_elsewhere_is_asked_for_again(
    services: Sandbox, folder: Path, words: dict[str, str]
) -> None:
    keep_only(folder, "buildings.csv", "dormitories.csv")
    talk = let_into_usos(services, folder, words)
    talk.answer(words["whose"], "1")  # buildings.csv as units
    talk.answer(words["right"])  # none of its ids is known there, so "elsewhere" goes without saying
    assert words["none"] in talk.said
    shown = len(talk.said)
    talk.answer(words["whose"])  # what its ids are known for is proposed once more
    talk.answer(words["right"])
    assert words["all"] in talk.said[shown:]
    talk.answer(words["whose"])  # dormitories.csv
    talk.answer(words["right"], "3")
    talk.answer(words["whose"])  # to leave it out goes without saying by now
    talk.answer(words["write"], "y")
    assert talk.end() == 0, talk.said
    assert words["left_out"] in talk.said
    settings = load(folder / "phonesync.toml")
    assert {name: getattr(sync, "entity_class", "") for name, sync in settings.syncs.items()} == {
        "buildings": "building"
    }


@in_both_languages
def test_where_every_line_is_rejected_yes_does_not_go_without_saying(
    services: Sandbox, folder: Path, words: dict[str, str]
) -> None:
    keep_only(folder)
    (folder / "dormitories.csv").write_text("entity_id,number\nDS1,gabinet\n", encoding="utf-8")
    talk = let_into_usos(services, folder, words)
    talk.answer(words["whose"])
    talk.answer(words["right"])
    talk.answer(words["column"])
    talk.answer(words["column"])
    talk.answer(words["right"], "4")
    assert talk.end() == 2, talk.said  # no file is left
    assert words["left_out"] in talk.said


@pytest.mark.parametrize(
    ("lang", "no", "explained", "hidden", "what_now", "counted"),
    [
        (
            "en",
            "n",
            "Please answer y for yes",
            "Consumer key (not shown)",
            "What would you like to do?",
            "a number from 1 to 3.",
        ),
        ("pl", "n", "Odpowiedz t (tak)", "consumer key, niewidoczny", "Co teraz?", "Podaj liczbę od 1 do 3."),
    ],
)
def test_an_answer_that_is_not_understood_is_explained_in_the_language_of_the_question(  # noqa: PLR0917 - words
    folder: Path, lang: str, no: str, explained: str, hidden: str, what_now: str, counted: str
) -> None:
    talk = Dialogue([*_COMMAND, "--lang", lang], folder, os.environ)
    talk.answer("USOS", "perhaps")
    talk.answer("USOS", "y")
    assert explained in talk.said
    talk.answer(":", "http://127.0.0.1:9")
    talk.answer(hidden, "demo-consumer")
    talk.answer("secret", "demo-secret")
    for odd in ("9", "x", "0"):
        talk.answer(what_now, odd)
    talk.answer(what_now, "3")
    assert talk.said.count(counted) == 3
    talk.answer("APIO", no)
    assert talk.end() == 2, talk.said  # no service is left
    assert "Error: " not in talk.said


@in_both_languages
def test_an_address_that_cannot_be_meant_is_asked_for_again_at_once(
    services: Sandbox, folder: Path, words: dict[str, str]
) -> None:
    keep_only(folder, "buildings.csv")
    talk = let_into_usos(services, folder, words, "127.0.0.1:40701")
    talk.answer(words["whose"], "5")
    assert talk.end() == 2, talk.said  # no file is left
    assert words["incomplete"] in talk.said
    assert "␊" not in talk.said
    assert f"{folder}/phonesync.toml" not in talk.said


def test_an_option_that_cannot_be_meant_is_named_in_one_line(folder: Path) -> None:
    wrong = ["--set", "connections.usos.base_url=127.0.0.1:40701"]
    talk = Dialogue([*_COMMAND, *wrong], folder, os.environ)
    talk.answer("Consumer key", "demo-consumer")
    talk.answer("Consumer secret", "demo-secret")
    talk.answer("What would you like to do?", "3")
    talk.answer("USOS", "n")
    talk.answer("APIO", "n")
    assert talk.end() == 2, talk.said  # no service is left
    assert "✗ connections.usos.base_url: give a complete address" in talk.said
    assert "␊" not in talk.said
    assert f"{folder}/phonesync.toml" not in talk.said


def test_ctrl_c_leaves_nothing_behind(services: Sandbox, folder: Path) -> None:
    names = sorted(path.name for path in folder.iterdir())
    talk = Dialogue(_COMMAND, folder, os.environ)
    talk.answer("USOS", "y")
    talk.answer("Address", services.usos_url)
    talk.answer("Consumer key", "demo-consumer")
    talk.interrupt("Consumer secret")
    assert talk.end() == 5, talk.said
    assert "Stopped. Nothing was written." in talk.said
    assert sorted(path.name for path in folder.iterdir()) == names


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ({"connections.usos.consumer_key": "demo-consumer"}, 2, "can be read by every user"),
        ({"connections.usos.base_url": "http://usos.example"}, 2, "https is required"),
        ({"connections.usos.consumer_secret": "env:FIRST_PASSWORD"}, 4, "HTTP 401"),
        ({"connections.usos.colour": "red"}, 2, "connections.usos.colour did not apply"),
        ({"connections.pager.kind": "pager"}, 2, "The service pager does not exist"),
        ({"syncs.desk.tenant": "nobody"}, 1, "HTTP 404"),
        ({"syncs.desk.tenant": ""}, 2, "syncs.desk.tenant is missing"),
        ({"syncs.desk.source": "gone.csv"}, 2, "gone.csv"),
        (
            {"syncs.desk.source": "", "syncs.desk.soruce": "desk_phones.csv"},
            2,
            "syncs.desk.soruce did not apply",
        ),
        ({"syncs.other.tenant": "chopin"}, 2, "syncs.other.source is missing"),
        ({"syncs.desk.tenant": ""}, 2, "it is not clear whose numbers these are"),
        ({"syncs.desk.tenant": ""}, 2, "--set syncs.desk.tenant=…"),
        ({"langg": "pl"}, 2, "langg did not apply"),
        ({"langg": "pl"}, 2, "area_code"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(  # noqa: PLR0917
    services: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str], more: dict[str, str], code: int, said: str
) -> None:
    names = sorted(path.name for path in folder.iterdir())
    if said == "syncs.desk.tenant is missing":
        more = {**more, "syncs.desk.connection": "telephony"}
    assert main(["init", "--yes", *given(services, **more)]) == code
    heard = capsys.readouterr()
    assert said in heard.out + heard.err
    assert sorted(path.name for path in folder.iterdir()) == names


@pytest.mark.parametrize("lang", ["en", "pl"])
def test_a_folder_that_is_not_there_is_named_before_anything_is_asked(
    services: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    assert main(["-c", "sub/phonesync.toml", "init", "--yes", "--lang", lang, *given(services)]) == 2
    heard = capsys.readouterr()
    assert {"en": "The folder sub does not exist.", "pl": "Nie ma folderu sub."}[lang] in heard.err
    assert not (folder / "sub").exists()


def test_a_configuration_is_replaced_only_where_somebody_says_so(
    services: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "phonesync.toml").write_text("# mine\n", encoding="utf-8")
    assert main(["init", "--yes", *given(services)]) == 2
    assert "phonesync.toml already exists. Edit it" in " ".join(capsys.readouterr().err.split())
    assert (folder / "phonesync.toml").read_text(encoding="utf-8") == "# mine\n"
    assert main(["init", "--yes", "--force", *given(services)]) == 0
    assert list(load(folder / "phonesync.toml").connections) == ["usos", "telephony"]


def test_where_nobody_can_be_asked_that_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 2
    assert "--yes" in capsys.readouterr().err
    assert not (folder / "phonesync.toml").exists()


def test_the_plan_in_the_end_is_kept_like_any_other(
    services: Sandbox, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "--yes", *given(services)]) == 0
    capsys.readouterr()
    assert main(["plans", "--json"]) == 0
    assert {plan["sync"] for plan in json.loads(capsys.readouterr().out)["plans"]} >= {"desk", "faculties"}
