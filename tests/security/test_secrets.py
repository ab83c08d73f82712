"""A secret shows in no spelling, from no place, by no file's rights. All data is invented."""

from __future__ import annotations

import base64
import html
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

import pytest
from conftest import answer, serving

from connectors.files.reading import read_bytes
from connectors.http.response import Dialect, HttpAnswer, words_of
from flows.cli import main
from flows.config import load
from flows.context import open_context
from flows.output import hide_from_now_on
from schemas.errors import ConfigurationError, SourceError
from tasks.secret_text import hide, spellings

PASSWORD = 'pä$$;wo"rd&<5>/ö'
CONFIG = """\
ledger = "{ledger}"
[connections.usos]
kind = "usos"
base_url = "{url}"
consumer_key = {{ env = "A_KEY" }}
consumer_secret = {{ file = "secret" }}
attempts = 1
[syncs.users]
connection = "usos"
entity_class = "user"
source = "users.csv"
"""


def derived(secret: str) -> dict[str, str]:
    """Every spelling in which a service, a library or a page may repeat a secret."""
    encoded = {
        f"base64, {before} bytes before it": base64.b64encode(b"x" * before + secret.encode() + b":end").decode()
        for before in range(3)
    }
    return {
        "as it is": secret,
        "JSON": json.dumps(secret),
        "JSON, small": json.dumps({"a": secret}, ensure_ascii=False),
        "JSON, capitals": re.sub(r"(?<=\\u)[0-9a-f]{4}", lambda code: code[0].upper(), json.dumps(secret)),
        "URL": quote(secret, safe=""),
        "path": quote(secret),
        "small percent": quote(secret, safe="").lower().replace("%24", "%24"),
        "form": urlencode({"password": secret}),
        "plus": quote_plus(secret),
        "HTML": html.escape(secret),
        "HTML text": html.escape(secret, quote=False),
        "HTML numbers": "".join(f"&#{ord(letter)};" for letter in secret),
        "base64": base64.b64encode(secret.encode()).decode(),
        "base64 of an address": base64.urlsafe_b64encode(secret.encode()).decode().rstrip("="),
        "Python": repr(secret),
        **encoded,
    }


@pytest.mark.parametrize("secret", [PASSWORD, "hun#ter22", "plain-and-long", "ze spacją i ąęć"])
def test_no_spelling_of_a_secret_is_shown(secret: str) -> None:
    shown = hide("before {} after", spellings([secret]))
    assert shown == "before {} after"
    for how, text in derived(secret).items():
        hidden = hide(f"before {text} after", spellings([secret]))
        assert "•••" in hidden, how
        for part in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1]):
            assert part not in hidden, how
        if "base64" in how:
            longest = max(hidden.replace("•••", " ").split(), key=len)
            assert len(longest) < 12, (how, hidden)


@pytest.mark.parametrize(
    "said",
    [
        'OAuth oauth_consumer_key="k", oauth_nonce="abcdef0123456789", oauth_signature="c2lnbmF0dXJl%3D"',
        "Cookie: sessionid=s3cr3ts3ss10n; csrftoken=t0k3nt0k3n",
        '{"csrfmiddlewaretoken": "t0k3nt0k3n", "sessionid": "s3cr3ts3ss10n"}',
        "Set-Cookie: sessionid=s3cr3ts3ss10n; HttpOnly",
        "X-CSRFToken: t0k3nt0k3n",
        "Authorization: Basic c2lnbmF0dXJl",
        "oauth_signature=c2lnbmF0dXJl%3D&oauth_nonce=abcdef0123456789",
    ],
)
def test_what_belongs_to_a_session_is_hidden_by_its_place(said: str) -> None:
    dialect = Dialect(words=str, refuses_access=lambda *_: False, access_remedy="")
    shown = words_of(HttpAnswer(400, {}, json.dumps(said).encode()), dialect)
    for secret in ("abcdef0123456789", "c2lnbmF0dXJl", "s3cr3ts3ss10n", "t0k3nt0k3n"):
        assert secret not in shown, shown


def test_a_service_that_repeats_what_it_was_sent_shows_no_signature(make_usos: Callable[..., object]) -> None:
    """The values of this very request are hidden wherever they stand, not only beside their names."""
    told = []

    def echo(talking: object) -> None:
        header = server.requests[-1].split(b"Authorization: OAuth ")[1].split(b"\r\n")[0].decode()
        values = dict(part.strip().split("=", 1) for part in header.split(","))
        told.extend(values[name].strip('"') for name in ("oauth_nonce", "oauth_signature"))
        talking.sendall(answer(json.dumps({"message": " | ".join(told)}).encode(), status="400 Bad Request"))

    with serving(echo) as server, pytest.raises(Exception, match="refused") as refused:
        make_usos(f"http://127.0.0.1:{server.port}").select("user", ["1"])
    assert told
    for value in told:
        assert value not in str(vars(refused.value)), "neither in the sentence nor in what the service says"


@pytest.fixture
def institution(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("A_KEY", "an-invented-key")
    (tmp_path / "secret").write_text(f"{PASSWORD}\n", encoding="utf-8")
    (tmp_path / "secret").chmod(0o600)
    (tmp_path / "users.csv").write_text("entity_id,number\n1,22 999 71 01\n", encoding="utf-8")
    written(tmp_path)
    return tmp_path


def written(folder: Path, ledger: str = "sqlite:///phonesync.db", url: str = "http://127.0.0.1:9") -> Path:
    config = folder / "phonesync.toml"
    config.write_text(CONFIG.format(ledger=ledger, url=url), encoding="utf-8")
    return config


@pytest.mark.parametrize(
    "ledger",
    [
        "postgresql://anna:hunter22@db.example/phones",
        "postgresql://anna:hun#ter22@db.example/phones",
        "postgresql://anna:hun/ter22@db.example/phones",
        "postgresql://anna:hun?ter22@db.example/phones",
        "postgresql:/anna:hunter22@db.example/phones",
        "postgresql+psycopg://db.example/phones?PASSWORD=hunter22",
        "postgresql+psycopg://db.example/phones?sslpassword=hunter22",
        "postgresql+psycopg://db.example/phones?%70assword=hunter22",
        "postgresql+psycopg://db.example/phones?options=password%3Dhunter22",
        "mysql://db.example/phones?passwd=hunter22",
        "mssql://?odbc_connect=SERVER%3Ddb%3BUID%3Danna%3BPWD%3Dhunter22",
        "postgresql://anna:%68unter22@db.example/phones",
    ],
)
def test_a_password_in_the_ledgers_address_is_refused_without_being_shown(
    institution: Path, ledger: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(institution, ledger=ledger)
    assert main(["-c", str(config), "runs"]) == 2
    shown = "".join(capsys.readouterr())
    assert "passwords are not allowed in this file" in shown
    assert "ter22" not in shown


@pytest.mark.parametrize("ledger", ["postgresql://anna@db/phones", "sqlite:////srv/a:b@c/l.db", "sqlite:///l.db"])
def test_an_address_without_one_is_taken(institution: Path, ledger: str) -> None:
    assert load(written(institution, ledger=ledger)).ledger


@pytest.mark.parametrize("key", ["proxy", "base_url"])
@pytest.mark.parametrize("password", ["hunter22", "hun#ter22", "hun/ter22", "hun?ter22"])
def test_a_password_in_another_address_is_refused_without_being_shown(
    institution: Path, key: str, password: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = written(institution)
    given = f'{key} = "https://anna:{password}@proxy.example:3128"\n'
    before = 'base_url = "http://127.0.0.1:9"\n'
    after = given if key == "base_url" else f'base_url = "https://usos.example"\n{given}'
    config.write_text(config.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    assert main(["-c", str(config), "check"]) == 2
    assert "ter22" not in "".join(capsys.readouterr())


@pytest.mark.parametrize("file", ["secret", "phonesync.toml", "phonesync.db"])
def test_a_file_that_others_may_write_is_refused(
    institution: Path, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["-c", str(institution / "phonesync.toml"), "doctor"]
    main(command)
    (institution / file).chmod(0o666)
    capsys.readouterr()
    assert main(command) == 2
    assert "other users can write" in " ".join("".join(capsys.readouterr()).split())


def test_a_secret_that_others_may_read_is_told(institution: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (institution / "secret").chmod(0o644)
    main(["-c", str(institution / "phonesync.toml"), "doctor"])
    assert "readable by other users" in " ".join("".join(capsys.readouterr()).split())


@pytest.mark.parametrize("linked", ["secret", "phonesync.db", ".phonesync/prefect/sign-in"])
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_source_that_leads_to_a_secret_file_shows_nothing_of_it(
    institution: Path, linked: str, link: Callable[[Path, Path], None], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["-c", str(institution / "phonesync.toml"), "runs"])
    (institution / linked).parent.mkdir(parents=True, exist_ok=True)
    (institution / linked).touch()
    if link is os.link and ".phonesync" in linked:
        pytest.skip("whoever can make a hard link there is its owner")
    (institution / "users.csv").unlink()
    link(institution / linked, institution / "users.csv")
    capsys.readouterr()
    assert main(["-c", str(institution / "phonesync.toml"), "check"]) == 2
    shown = "".join(capsys.readouterr())
    assert "this is not a source" in " ".join(shown.split())
    assert PASSWORD[:4] not in shown
    assert "SQLite" not in shown
    assert "consumer_key" not in shown


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_link_that_somebody_else_has_put_there_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "private").write_text("entity_id,number\n", encoding="utf-8")
    link = tmp_path / "users.csv"
    link.symlink_to(tmp_path / "private")
    os.chown(link, 65534, 65534, follow_symlinks=False)
    with pytest.raises(SourceError, match="another user"):
        read_bytes(link)


def test_session_keys_are_written_nowhere(institution: Path) -> None:
    keys = institution / "keys"
    environ = {**os.environ, "SSLKEYLOGFILE": str(keys)}
    script = (
        "import sys; from flows.cli import main; main(sys.argv[1:]);"
        "import ssl; ssl.create_default_context(); import urllib3.util.ssl_ as s; s.create_urllib3_context()"
    )
    config = str(institution / "phonesync.toml")
    subprocess.run([sys.executable, "-c", script, "-c", config, "runs"], env=environ, check=True, capture_output=True)  # noqa: S603 - ours
    assert not keys.exists()


def test_the_terminal_and_the_log_show_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    """The last net: whatever a library or a mistake of ours says."""
    hide_from_now_on(["an-invented-and-long-secret"])
    with caplog.at_level(logging.INFO):
        logging.getLogger("anybody").info("sent %s", "an-invented-and-long-secret")
    assert caplog.messages == ["sent •••"]
    script = (
        "from flows.output import endure, hide_from_now_on; import sys; endure();"
        "hide_from_now_on(['an-invented-and-long-secret']); print('it is an-invented-and-long-secret');"
        "print('it is an-invented-and-long-secret', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603 - ours
    assert (done.stdout, done.stderr) == ("it is •••\n", "it is •••\n")


def test_an_unreadable_secret_file_is_told_by_its_name(institution: Path) -> None:
    (institution / "secret").unlink()
    with (
        open_context(str(institution / "phonesync.toml"), os.environ) as context,
        pytest.raises(ConfigurationError, match="cannot be read"),
    ):
        context.client("usos")
