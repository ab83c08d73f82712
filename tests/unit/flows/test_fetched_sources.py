"""A source that is an address, as the commands see it; all data is invented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.cli import main
from flows.config import load
from schemas.errors import ConfigurationError

CONFIGURATION = """
[connections.usos]
kind = "usos"
base_url = "https://usosapps.example.edu.pl"
consumer_key = { env = "NOBODY_HAS_SET_THIS" }
consumer_secret = { env = "NOBODY_HAS_SET_THIS" }
[syncs.offices]
connection = "usos"
entity_class = "faculty"
source = "ADDRESS"
fetch = { FETCH }
"""


def configured(folder: Path, address: str, fetch: str = "") -> Path:
    path = folder / "phonesync.toml"
    path.write_text(CONFIGURATION.replace("ADDRESS", address).replace("FETCH", fetch), encoding="utf-8")
    return path


def test_a_source_that_is_an_address_has_a_copy_of_its_name(tmp_path: Path) -> None:
    sync = load(configured(tmp_path, "https://files.example.edu.pl/a/phones.csv")).syncs["offices"]
    assert sync.source.name == "phones.csv"
    assert sync.source.is_relative_to(tmp_path / ".phonesync" / "sources")
    assert sync.fetch.address == "https://files.example.edu.pl/a/phones.csv"


@pytest.mark.parametrize(
    ("address", "fetch", "said"),
    [
        ("http://files.example.edu.pl/a.csv", "", "https is required"),
        ("https://u:hunter2@files.example.edu.pl/a.csv", "", "secrets are not allowed in an address"),
        ("https://files.example.edu.pl/a.csv?key=hunter2", "", "secrets are not allowed in an address"),
        ("sftp://files.example.edu.pl/a.csv", "", "host_key"),
        ("ftp://files.example.edu.pl/a.csv", "", "starts with one of"),
        ("https://files.example.edu.pl/a.csv", 'password = "hunter2"', "give its place"),
    ],
)
def test_an_address_is_safe_or_refused(tmp_path: Path, address: str, fetch: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        load(configured(tmp_path, address, fetch))
    assert said in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_source_that_cannot_be_had_is_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    configured(tmp_path, "http://127.0.0.1:1/phones.csv")
    assert main(["check", "offices", "--json"]) == 2
    (item,) = json.loads(capsys.readouterr().out)["syncs"]
    assert [problem["code"] for problem in item["problems"]] == ["source-unreached"]
    configured(tmp_path, "http://127.0.0.1:1/phones.csv", 'password = { env = "NOBODY_HAS_SET_THIS" }')
    assert main(["check", "offices"]) == 2
    assert "NOBODY_HAS_SET_THIS" in capsys.readouterr().err
