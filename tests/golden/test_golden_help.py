"""The help of every command, and what a command says that cannot be meant."""

from __future__ import annotations

import re

import pytest
from golden_stage import Stage


def test_help(stage: Stage) -> None:
    whole = stage.run("--help").out
    listed = whole.partition("Commands:\n")[2].partition("\n\n")[0]
    for name in re.findall(r"^  (\w+)", listed, re.MULTILINE):
        stage.run(name, "--help")
    stage.run("--version")


def test_help_in_polish(stage: Stage) -> None:
    stage.configuration('lang = "pl"\n')
    for name in ("", "apply", "check", "runs"):
        stage.run(*filter(None, [name, "--help"]))


USAGE = (
    ("plam",),
    ("plan", "--bogus"),
    ("plan", "facultys"),
    ("sync", "facultys"),
    ("check", "facultys"),
    ("check", "--json", "--github"),
    ("check", "--lang", "de"),
    ("apply",),
    ("apply", "nosuch"),
    ("resume", "nosuch"),
    ("revert", "nosuch"),
    ("runs",),
    ("runs", "-n", "0"),
    ("show", "last"),
    ("show", "nosuch"),
    ("reconcile", "--since", "nosuch"),
    ("reconcile", "--since", "2020-01-01"),
    ("accept", "nosuch", "--until", "2999-12-31", "--reason", "x"),
    ("accept", "nosuch", "--until", "2020-12-31", "--reason", "x"),
    ("accept", "nosuch", "--until", "soon", "--reason", "x"),
    ("accept", "nosuch", "--until", "2999-12-31", "--reason", " "),
    ("export", "nosuch"),
    ("export", "faculties"),
    ("find", ""),
    ("number", "--region", "XX", "1"),
    ("number", "--area-code", "x", "1"),
    ("number", "--switchboard", "x", "1"),
    ("purge", "--older-than", "soon"),
    ("purge",),
    ("erase",),
    ("sandbox", "--state", "none.json"),
    ("-c", "none.toml", "plan"),
    ("plan", "-c", "none.toml"),
)


@pytest.mark.parametrize("form", ["text", "json"])
def test_usage(stage: Stage, form: str) -> None:
    stage.samples()
    for arguments in USAGE:
        stage.run(*arguments, *(["--json"] if form == "json" else []))


def test_usage_in_polish(stage: Stage) -> None:
    stage.configuration('lang = "pl"\n')
    for arguments in (
        *USAGE[:2],
        ("check", "--strct"),
        ("check", "--lang", "de"),
        ("apply",),
        ("apply", "x", "--approve", " "),
        ("runs", "-n", "0"),
        ("runs", "-n"),
        ("runs", "--json=3"),
        ("runs", "a", "b"),
        ("serve", "--port", "x"),
        ("sandbox", "--seed", "x"),
        ("purge",),
        ("init", "--set", "x", "--yes"),
    ):
        stage.run(*arguments)


def test_number(stage: Stage) -> None:
    texts = (
        "(22) 999 00 01 wew. 12",
        "22 999 00 01/02",
        "tel. 22 999 00 01, fax 22 999 00 02",
        "+49 30 23125 014",
        "601 510 355",
        "999-05-00",
        "112",
        "wew. 12",
        "22 999 O0 01",
        "12 1234 5678 9012 3456 7890 1234",
        "22 999 00 01 12",
        "",
    )
    stage.run("number", "--", *texts)
    stage.run("number", "--json", "--", *texts)
    stage.run("number", "--area-code", "22", "--switchboard", "22 999 00 00", "--", "999-05-00", "wew. 12", "355")
    stage.run("number", "--region", "DE", "--json", "--", "030 1234567", "112")
