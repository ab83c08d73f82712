"""Settings and faults from the command line: the help names each, the services behave so, and slips are named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from click.testing import CliRunner

from connectors.sandbox.options import FAULTS, ApioOptions, Fault, FaultKind, UsosOptions
from connectors.sandbox.rehearsal import LETTERS, METHODS, fault_settings, faults_from, options_from, settings
from flows.cli import cli, main

NOW = "/services/apisrv/now"


@dataclass
class Running:
    """Both services in a process of their own, the samples beside them, and what was said in the end."""

    usos: str
    apio: str
    phonesync: Callable[..., subprocess.CompletedProcess[str]]
    said: str = ""


@contextmanager
def sandbox(folder: Path, *arguments: str) -> Iterator[Running]:
    program = str(Path(sys.executable).with_name("phonesync"))
    command = [program, "sandbox", "--samples", "samples", "--usos-port", "0", "--apio-port", "0", "--json", *arguments]
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        told = json.loads(process.stdout.readline())

        def phonesync(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(  # noqa: S603 - our own command
                [program, "-c", "samples/phonesync.toml", *words],
                cwd=folder,
                env={**os.environ, **told["credentials"]},
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )

        running = Running(told["usos"], told["apio"], phonesync)
        yield running
        process.send_signal(signal.SIGINT)
        _, running.said = process.communicate(timeout=30)
        assert process.returncode == 0


def test_the_help_names_every_setting_and_fault_with_default_and_meaning() -> None:
    text = " ".join(CliRunner().invoke(cli, ["sandbox", "--help"]).output.split())
    for one in fault_settings():
        assert f"{one.name}={one.default} {one.means[:20]}" in text
    for service in ("usos", "apio"):
        for one in settings(service):
            assert f"{service}.{one.name}={one.default} {one.means[:20]}" in text
            assert all(choice in text for choice in one.choices)
        assert all(f"{service}.{method}" in text for method in METHODS[service])
    for kind, means in FAULTS.items():
        assert f"{kind} {means[:20]}" in text
    assert set(FAULTS) == set(get_args(FaultKind))


@pytest.mark.parametrize("service", ["usos", "apio"])
def test_every_setting_takes_its_default_and_each_of_its_choices(service: Any) -> None:
    usual = {"usos": UsosOptions(), "apio": ApioOptions()}
    for one in settings(service):
        if one.default.isprintable() and "\\" not in one.default:
            assert options_from([f"{service}.{one.name}={one.default}"]) == (usual["usos"], usual["apio"])
        taken = [options_from([f"{service}.{one.name}={choice}"]) for choice in one.choices]
        assert len({str(options) for options in taken}) == len(one.choices)


def test_values_are_of_their_kind() -> None:
    usos, apio = options_from(
        [
            "usos.max_ids_per_select=none",
            "usos.clock_offset_seconds = -2.5",
            "apio.default_header=Nazwa, Numer",
            "apio.bad_file_status=422",
            "apio.letters=no_accents",
            "usos.types=guessed",
            "usos.types=ignored",
        ]
    )
    assert (usos.max_ids_per_select, usos.clock_offset_seconds, usos.types) == (None, -2.5, "ignored")
    assert (apio.default_header, apio.bad_file_status) == (("Nazwa", "Numer"), 422)
    assert apio.letters("Źródło Łąk") == "Zrodlo Lak"
    assert LETTERS["upper"]("ł") == "Ł"


def test_faults_are_read_in_their_order() -> None:
    date = "Mon, 10 Jun 2024 06:13:21 GMT"
    found = faults_from(
        [
            f"usos.*: too_many_requests, nth=2, retry_after={date}",
            "usos.select:slow_after_commit,seconds=1.5,times=3",
            "apio.login: redirect, location=https://example.com/a,b",
            "usos.now: too_many_requests, retry_after=none",
        ]
    )
    assert found["usos"] == [
        Fault("*", "too_many_requests", nth=2, retry_after=date),
        Fault("select", "slow_after_commit", seconds=1.5, times=3),
        Fault("now", "too_many_requests", retry_after=None),
    ]
    assert found["apio"] == [Fault("login", "redirect", location="https://example.com/a,b")]


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        ("--set", "uso.types=ignored", "Did you mean usos?"),
        ("--set", "usos.typs=ignored", "Did you mean types?"),
        ("--set", "usos.types=ignord", "Did you mean ignored?"),
        ("--set", "apio.audit_key=tru", "Did you mean true?"),
        ("--set", "usos.skew_seconds=soon", '"soon" is not a number'),
        ("--set", "usos.clock_offset_seconds=inf", '"inf" is not a number'),
        ("--set", "usos.time_zone=Mars", "a time zone such as Europe/Warsaw"),
        ("--set", "apio.charset=latin-77", "an encoding such as utf-8"),
        ("--set", "apio.prefix=api", "begins and ends with /"),
        ("--set", "usos.types", "Write one as"),
        ("--fault", "usos.replce: redirect", "Did you mean replace?"),
        ("--fault", "usos.batch: redirect", "there is no method of usos"),
        ("--fault", "usos.replace: lost_after_comit", "Did you mean lost_after_commit?"),
        ("--fault", "usos.replace: redirect, tims=3", "Did you mean times?"),
        ("--fault", "usos.replace: redirect, times=0", "count from 1"),
        ("--fault", "usos.replace: server_error_before_commit, status=99", "from 400 to 599"),
        ("--fault", "usos.replace: another_writer", "writes=faculty/10000000"),
        ("--fault", "usos.replace: another_writer, writes=faculty", "names no place"),
        ("--fault", "usos.replace", "Write one as"),
    ],
)
def test_a_slip_is_named_with_what_was_meant(
    option: str, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sandbox", option, text]) == 2
    err = capsys.readouterr().err
    assert f'"{text}"' in err
    assert said in err


def test_settings_and_faults_reach_the_services(tmp_path: Path) -> None:
    with sandbox(
        tmp_path,
        *("--set", "apio.prefix=/elsewhere/", "--set", "apio.error_shape=html"),
        *("--fault", "usos.now: server_error_before_commit, status=502, times=2"),
        *("--fault", "apio.login: redirect, nth=9, times=3"),
    ) as running:
        statuses = [httpx.get(running.usos + NOW, trust_env=False).status_code for _ in range(3)]
        there = httpx.post(running.apio + "/elsewhere/login/", json={}, trust_env=False)
        gone = httpx.post(running.apio + "/api/v1/login/", json={}, trust_env=False)
    assert (statuses, there.status_code, gone.status_code) == ([502, 502, 200], 400, 404)
    assert there.headers["content-type"].startswith("text/html")
    assert running.said == "Stopped.\nNo call has met apio.login: redirect, due 3 times more.\n"


def test_a_bad_night_is_rehearsed(tmp_path: Path) -> None:
    """Lost answers are settled by reading, somebody else's change becomes a conflict, and no fault is left over."""
    with sandbox(
        tmp_path,
        *("--fault", "usos.select: another_writer, writes=faculty/10000000"),
        *("--fault", "usos.replace: lost_after_commit"),
    ) as running:
        ended = running.phonesync("sync", "faculties", "--json")
        again = running.phonesync("plan", "faculties", "--json")
    outcomes = json.loads(ended.stdout)["syncs"][0]["outcomes"]
    assert ended.returncode == 1
    assert outcomes["conflict"] > 0
    assert outcomes["applied"] > 0
    assert outcomes["unknown"] == 0
    assert json.loads(again.stdout)["syncs"][0]["actions"]["delete"] == 1
    assert running.said == "Stopped.\n"


def test_another_writer_adds_to_a_phone_list(tmp_path: Path) -> None:
    with sandbox(tmp_path, "--fault", "apio.list: another_writer, writes=chopin/strings, times=2") as running:
        before, after = (running.phonesync("export", "strings-phones", "--output", name) for name in ("a.csv", "b.csv"))
    assert (before.returncode, after.returncode) == (0, 0), before.stderr
    assert (tmp_path / "b.csv").read_text(encoding="utf-8").count("Another writer") == 1
