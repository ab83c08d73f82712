"""Where the language is Polish, `--help` of every command is Polish, and its catalogue holds nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from flows.cli import cli, main
from flows.help_pages import HelpContext, HelpIn
from tasks.messages.translated import translated

_COMMANDS = ("", *cli.commands)
_LONGEST = 62  # characters of the line that a command has in the list of all
# What is typed as it stands.
_TYPED = re.compile(r"(?:phonesync|--|[-\w.]+=)[^|]*|\S*")


class Recording(HelpIn):
    """Writes help, and keeps what it was asked to say."""

    def __init__(self) -> None:
        super().__init__("pl", width=400)
        self.asked: set[str] = set()

    def said(self, english: str) -> str:
        self.asked.add(english)
        return super().said(english)


@pytest.fixture
def in_polish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "pl_PL.UTF-8")
    return None


def asked_of(name: str) -> set[str]:
    whole = HelpContext(cli, info_name="phonesync", **cli.context_settings)
    context = HelpContext(cli.commands[name], parent=whole, info_name=name) if name else whole
    formatter = Recording()
    context.command.format_help(context, formatter)
    return formatter.asked


@pytest.mark.parametrize("name", _COMMANDS)
def test_no_command_and_no_option_lacks_its_polish_help(name: str) -> None:
    lacking = {text for text in asked_of(name) - {*translated("help", "pl")} if not _TYPED.fullmatch(text)}
    words = {text for text in asked_of(name) if re.fullmatch(r"[A-Z]{3,}", text)} - {*translated("help", "pl")}
    assert lacking | words == set()


def test_the_catalogue_of_help_holds_nothing_that_is_not_said() -> None:
    asked = {text for name in _COMMANDS for text in asked_of(name)}
    assert {*translated("help", "pl")} - asked == set()


@pytest.mark.usefixtures("in_polish")
def test_every_command_tells_in_polish_how_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    known = translated("help", "pl")
    english = {text for name in _COMMANDS for text in asked_of(name) if " " in text and known.get(text, text) != text}
    for name in _COMMANDS:
        assert main([*filter(None, [name]), "--help"]) == 0
        said = " ".join(capsys.readouterr().out.split())
        assert said.startswith(f"Użycie: phonesync{' ' if name else ''}{name} [OPCJE]")
        assert "Opcje: " in said
        assert [text for text in english if text in said] == []


@pytest.mark.usefixtures("in_polish")
def test_a_line_of_the_list_of_commands_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    listed = capsys.readouterr().out.partition("Polecenia:\n")[2].partition("\n\n")[0].splitlines()
    assert len(listed) == len(cli.commands)
    assert [line for line in listed if len(line[13:]) > _LONGEST] == []


def test_the_option_comes_before_the_configuration_and_that_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C")

    def begins(*arguments: str) -> str:
        main([*arguments, "--help"])
        return capsys.readouterr().out.split()[0]

    assert (begins("check"), begins("check", "--lang", "pl")) == ("Usage:", "Użycie:")
    (tmp_path / "phonesync.toml").write_text('lang = "pl"\n', encoding="utf-8")
    assert (begins("plan"), begins("check", "--lang", "en")) == ("Użycie:", "Usage:")
    (tmp_path / "other.toml").write_text('lang = "en"\n', encoding="utf-8")
    monkeypatch.setenv("LC_ALL", "pl_PL.UTF-8")
    assert begins("-c", "other.toml", "plan") == "Usage:"


@pytest.mark.usefixtures("in_polish")
def test_a_terminal_that_is_narrow_gets_no_english_for_want_of_room(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    main(["--help"])
    said = capsys.readouterr().out
    assert "zachowuje to jako plan." in " ".join(said.split())
    assert not set(re.findall(r"[A-Za-z]+", said)) & {"Show", "Write", "which", "the"}


def test_help_in_english_is_the_words_of_the_code(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    for name in cli.commands:
        whole = click.Context(cli, info_name="phonesync", **cli.context_settings)
        expected = cli.commands[name].get_help(click.Context(cli.commands[name], parent=whole, info_name=name))
        main([name, "--help"])
        assert capsys.readouterr().out.rstrip("\n") == expected.rstrip("\n")
