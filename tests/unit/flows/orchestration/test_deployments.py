"""What a configuration wants in Prefect, told without Prefect; and prefect.yaml, which is made of it."""

from __future__ import annotations

import socket
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.config import load
from flows.finding import find_configuration
from flows.orchestration.deployments import FAMILY, JOB, JOB_TEMPLATE, POOL, form, wanted_deployments
from flows.orchestration.home import (
    Address,
    ServerSecrets,
    client_environment,
    encryption_key,
    free_port,
    locked_home,
    make_home,
    reports_environment,
    server_environment,
    worker_environment,
)
from flows.orchestration.prefect_yaml import prefect_yaml
from flows.orchestration.sign_in import sign_in
from flows.sandbox import SAMPLES
from schemas.errors import ConfigurationError, UsageError

ROOT = Path(__file__).parents[4]
CONFIG = SAMPLES / "phonesync.toml"
FIELDS: dict[str, Any] = {
    "title": "Parameters",
    "type": "object",
    "properties": {
        "config": {"type": "string", "default": "", "description": "The configuration file."},
        "syncs": {"type": "array", "items": {"type": "string"}, "default": [], "description": "The names."},
        "reason": {"type": "string", "description": "Why."},
    },
    "required": ["reason"],
}


def test_prefect_yaml_is_what_serve_makes_of_the_samples() -> None:
    made = prefect_yaml(load(CONFIG), CONFIG.relative_to(ROOT))
    assert (ROOT / "prefect.yaml").read_text(encoding="utf-8") == made, "write it anew: make deployments"


def test_prefect_yaml_is_read_as_it_was_meant(tmp_path: Path) -> None:
    """Whatever a sync is called and wherever it stands, its deployment has the values that `serve` gives it."""
    samples = CONFIG.read_text(encoding="utf-8")
    config = tmp_path / "it's: a #1 place" / "phonesync.toml"
    config.parent.mkdir()
    config.write_text(samples.replace("[syncs.users", "[syncs.yes").replace("[syncs.buildings", "[syncs.1e3"), "utf-8")
    told = yaml.safe_load(prefect_yaml(load(config), config))
    (pull,) = told["pull"]
    assert pull == {"prefect.deployments.steps.set_working_directory": {"directory": "{{ $PWD }}"}}
    made = wanted_deployments(load(config), config)
    assert [f"{one['flow_name']}/{one['name']}" for one in told["deployments"]] == [one.full_name for one in made]
    for shown, one in zip(told["deployments"], made, strict=True):
        assert shown["entrypoint"].replace("/", ".").replace(".py:", ".") == one.entrypoint
        assert (shown["parameters"], shown["description"]) == (one.parameters, one.description)
        assert shown["work_pool"] == {"name": POOL, "job_variables": JOB}
        assert (shown["tags"], shown["enforce_parameter_schema"]) == ([FAMILY], True)
        cron = [(when["cron"], when["timezone"]) for when in shown.get("schedules", [])]
        assert cron == ([one.schedule] if one.schedule else [])


def test_a_form_offers_the_names_and_takes_nothing_else() -> None:
    deployments = {one.full_name: one for one in wanted_deployments(load(CONFIG), CONFIG)}
    of_all = form(FIELDS, deployments["sync/all"])
    assert of_all["properties"]["syncs"]["items"]["enum"] == list(load(CONFIG).syncs)
    assert of_all["additionalProperties"] is False
    assert of_all["properties"]["reason"]["minLength"] == 1
    of_one = form(FIELDS, deployments["sync/users"])
    assert of_one["properties"]["config"]["enum"] == [str(CONFIG)]
    assert of_one["properties"]["config"]["default"] == str(CONFIG)
    assert of_one["properties"]["syncs"]["items"]["enum"] == ["users"]
    assert FIELDS["properties"]["config"]["default"] == ""  # the flow's own stays as it is


def test_what_nobody_can_change_stands_last_in_a_form() -> None:
    deployments = {one.full_name: one for one in wanted_deployments(load(CONFIG), CONFIG)}
    fields = {**FIELDS["properties"]["config"], "position": 0}, {**FIELDS["properties"]["syncs"], "position": 1}
    flow = {"properties": {"config": fields[0], "syncs": fields[1], "mode": {"type": "string", "position": 2}}}
    shown = form(flow, deployments["sync/all"])["properties"]
    assert sorted(shown, key=lambda name: shown[name]["position"]) == ["syncs", "mode", "config"]
    assert shown["config"]["description"] == "The configuration file. It is fixed for this deployment."
    assert shown["syncs"]["description"] == "The names."


def test_the_home_and_its_key_are_their_owners_alone(tmp_path: Path) -> None:
    home = make_home(tmp_path / "phonesync.toml")
    assert home.folder == tmp_path / ".phonesync" / "prefect"
    key = encryption_key(home)
    assert (encryption_key(home), len(key)) == (key, 44)
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((home.folder / "encryption.key").stat().st_mode) == 0o600


def test_only_one_lives_in_a_home(tmp_path: Path) -> None:
    home = make_home(tmp_path / "phonesync.toml")
    with locked_home(home):
        (home.scratch / "left").mkdir()
        with pytest.raises(UsageError, match="Another phonesync serve"), locked_home(home):
            pass
    with locked_home(home):
        assert not list(home.scratch.iterdir())


def test_the_server_tells_nobody_and_only_the_server_has_the_key(tmp_path: Path) -> None:
    home, address = make_home(tmp_path / "phonesync.toml"), Address("127.0.0.1", 4711)
    environ = {"USOS_CONSUMER_SECRET": "s", "PATH": "/bin"}
    told = ServerSecrets("the-key", "user:word", frozenset({"USOS_CONSUMER_SECRET"}))
    server = server_environment(home, address, told, environ)
    assert server["PREFECT_SERVER_API_AUTH_STRING"] == "user:word"
    assert "USOS_CONSUMER_SECRET" not in server
    assert server["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert server["DO_NOT_TRACK"] == "1"
    assert server["PREFECT_API_URL"] == "http://127.0.0.1:4711/api"
    assert server["PREFECT_SERVER_UI_API_URL"] == "/api", "a tunnel, a proxy or a container gives the pages other names"
    assert server["PREFECT_SERVER_ENCRYPTION_KEY"] == "the-key"
    assert server["PREFECT_SERVER_UI_STATIC_DIRECTORY"].startswith(str(home.folder)), "where anybody may install it"
    client = client_environment(home, environ, address, "user:word")
    assert client["PREFECT_UI_URL"] == "http://127.0.0.1:4711/v2"
    assert client["PREFECT_API_AUTH_STRING"] == "user:word"
    worker = worker_environment(client, home, Path("/srv/venv/bin/python"))
    assert worker["PATH"] == "/srv/venv/bin:/bin"
    assert worker["USOS_CONSUMER_SECRET"] == "s"
    assert "the-key" not in worker.values()
    assert reports_environment(worker) == {"PATH": "/srv/venv/bin:/bin", "TMPDIR": str(home.scratch)}
    assert not {"the-key", "user:word"} & {repr(told), str(told)}


@pytest.mark.parametrize("kept", ["no colon", ":word", "user:", "user:two words", "user:word\nmore:words", ""])
def test_a_sign_in_that_cannot_be_meant_is_refused(tmp_path: Path, kept: str) -> None:
    home = make_home(tmp_path / "phonesync.toml")
    (home.folder / "sign-in").touch(0o600)
    (home.folder / "sign-in").write_text(kept, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="one line: user:password") as refused:
        sign_in(home, {})
    assert "word" not in str(refused.value).replace("user:password", "")


def test_a_sign_in_that_others_may_read_is_refused(tmp_path: Path) -> None:
    home = make_home(tmp_path / "phonesync.toml")
    made = sign_in(home, {})
    assert (made.is_new, sign_in(home, {}).text) == (True, made.text)
    assert made.text not in repr(made)
    assert sign_in(home, {"PREFECT_SERVER_API_AUTH_STRING": "user:word"}).text == "user:word"
    (home.folder / "sign-in").chmod(0o640)
    with pytest.raises(ConfigurationError, match="Other users can"):
        sign_in(home, {})


def test_a_job_leaves_nothing_to_choose() -> None:
    assert JOB_TEMPLATE["variables"] == {"type": "object", "properties": {}, "additionalProperties": False}
    assert "{{" not in str(JOB_TEMPLATE)


def test_a_process_for_one_configuration_takes_no_other(tmp_path: Path) -> None:
    only = {"PHONESYNC_ONLY_CONFIG": str(tmp_path / "phonesync.toml")}
    assert find_configuration(None, only) == tmp_path / "phonesync.toml"
    assert find_configuration(only["PHONESYNC_ONLY_CONFIG"], only) == tmp_path / "phonesync.toml"
    with pytest.raises(UsageError, match="another configuration"):
        find_configuration("/elsewhere/phonesync.toml", only)


def test_another_server_is_left_as_the_environment_names_it(tmp_path: Path) -> None:
    home = make_home(tmp_path / "phonesync.toml")
    client = client_environment(home, {"PREFECT_API_URL": "https://prefect.example.edu.pl/api"})
    assert client["PREFECT_API_URL"] == "https://prefect.example.edu.pl/api"
    assert "PREFECT_HOME" not in client


@pytest.mark.parametrize(
    ("host", "page"),
    [
        ("127.0.0.1", "http://127.0.0.1:4200"),
        ("::1", "http://[::1]:4200"),
        ("phones.example", "http://phones.example:4200"),
    ],
)
def test_where_the_pages_are(host: str, page: str) -> None:
    address = Address(host, 4200)
    assert (address.page, address.api) == (page, f"{page}/api")
    assert "http://localhost:4200" in address.origins.split(",")


def test_a_taken_port_is_told_before_anything_starts() -> None:

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="cannot be used"):
            free_port("127.0.0.1", taken.getsockname()[1])
