"""Sources that are addresses, fetched from real servers on loopback: of the web, and of SFTP. All data is invented."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko
import pytest
from served_file import Web, served

from connectors.files.remote import KEPT, Access, copies_of, fetch, shown
from flows.cli import main
from schemas.errors import SourceError

TABLE = b"entity_id;number;comment\nF1;22 999 00 01;Dziekanat\n"
NAME, WORD = "reader", "s3cret-word"


@pytest.fixture
def web() -> Iterator[Web]:
    with served(TABLE) as state:
        yield state


def test_a_file_is_fetched_kept_and_not_asked_for_again_while_it_is_the_same(web: Web, tmp_path: Path) -> None:
    place = tmp_path / "kept" / "phones.csv"
    first = fetch(web.address, Access(), place)
    assert (first.raw, first.sha256, first.unchanged) == (TABLE, hashlib.sha256(TABLE).hexdigest(), False)
    assert place.read_bytes() == TABLE
    assert place.stat().st_mode & 0o077 == 0
    asked = web.asked.count("GET")
    assert fetch(web.address, Access(), place).unchanged
    assert web.asked.count("GET") == asked
    web.raw, web.tag = TABLE + b"F2;22 999 00 02;Portiernia\n", '"2"'
    assert not fetch(web.address, Access(), place).unchanged
    assert [path.read_bytes() for path in copies_of(place)] == [web.raw, TABLE]


def test_a_copy_that_somebody_changed_and_a_server_without_marks_are_no_reason_not_to_ask(
    web: Web, tmp_path: Path
) -> None:
    place = tmp_path / "phones.csv"
    fetch(web.address, Access(), place)
    place.write_bytes(b"changed")
    assert fetch(web.address, Access(), place).raw == TABLE
    web.tag = ""
    assert not fetch(web.address, Access(), place).unchanged
    assert not fetch(web.address, Access(), place).unchanged


def test_copies_do_not_pile_up(web: Web, tmp_path: Path) -> None:
    place = tmp_path / "phones.csv"
    for at in range(KEPT + 3):
        web.raw, web.tag = TABLE + b"#%d\n" % at, f'"{at}"'
        fetch(web.address, Access(), place)
    assert len(copies_of(place)) == KEPT


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_a_file_that_cannot_be_had_leaves_the_copies_as_they_are(web: Web, tmp_path: Path, status: int) -> None:
    place = tmp_path / "phones.csv"
    fetch(web.address, Access(), place)
    web.status = status
    with pytest.raises(SourceError) as refused:
        fetch(web.address, Access(NAME, WORD), place)
    assert refused.value.exit_code == 2
    assert WORD not in str(refused.value)
    assert place.read_bytes() == TABLE


def test_a_file_that_is_cut_off_empty_or_too_large_is_refused(web: Web, tmp_path: Path) -> None:
    place = tmp_path / "phones.csv"
    web.cut = 10
    with pytest.raises(SourceError):
        fetch(web.address, Access(), place)
    web.cut = 0
    with pytest.raises(SourceError, match="MB"):
        fetch(web.address, Access(), place, largest=10)
    web.raw = b""
    with pytest.raises(SourceError, match="empty"):
        fetch(web.address, Access(), place)
    assert not place.exists()


def test_nobody_there_is_told(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(SourceError, match="could not be downloaded"):
        fetch(f"http://127.0.0.1:{port}/phones.csv", Access(), tmp_path / "phones.csv")


@pytest.mark.parametrize(
    ("access", "secret"),
    [
        (Access(NAME, WORD), "Basic " + base64.b64encode(f"{NAME}:{WORD}".encode()).decode()),
        (Access(token=WORD), f"Bearer {WORD}"),
    ],
    ids=["name and password", "token"],
)
def test_credentials_are_given(web: Web, tmp_path: Path, access: Access, secret: str) -> None:
    web.secret = secret
    assert fetch(web.address, access, tmp_path / "phones.csv").raw == TABLE


def test_an_address_is_shown_without_what_may_be_secret() -> None:
    assert shown("https://u:p@files.example.edu.pl/a.csv?sig=1#x") == "https://files.example.edu.pl/a.csv"


# SFTP


@dataclass
class Sftp:
    """An SFTP server with the files of a folder."""

    folder: Path
    port: int
    host_key: str

    @property
    def address(self) -> str:
        return f"sftp://127.0.0.1:{self.port}/phones.csv"


class _Door(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if (username, password) == (NAME, WORD) else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


def _files_of(folder: Path) -> type[paramiko.SFTPServerInterface]:
    class Files(paramiko.SFTPServerInterface):
        def stat(self, path: str) -> Any:
            try:
                return paramiko.SFTPAttributes.from_stat((folder / path.lstrip("/")).stat())
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno or 0)

        lstat = stat

        def open(self, path: str, flags: int, attr: Any) -> Any:
            handle = paramiko.SFTPHandle(flags)
            try:
                handle.readfile = (folder / path.lstrip("/")).open("rb")
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno or 0)
            return handle

    return Files


@pytest.fixture
def sftp(tmp_path: Path) -> Iterator[Sftp]:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "phones.csv").write_bytes(TABLE)
    key = paramiko.ECDSAKey.generate()
    fingerprint = base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")
    listener = socket.create_server(("127.0.0.1", 0))
    transports: list[paramiko.Transport] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transports.append(transport)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _files_of(folder))
            try:
                transport.start_server(server=_Door())
            except (paramiko.SSHException, EOFError):
                continue

    thread = threading.Thread(target=serve)
    thread.start()
    yield Sftp(folder, listener.getsockname()[1], f"SHA256:{fingerprint}")
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    for transport in transports:
        transport.close()
    thread.join()


def test_a_file_is_fetched_by_sftp(sftp: Sftp, tmp_path: Path) -> None:
    place, access = tmp_path / "kept" / "phones.csv", Access(NAME, WORD, host_key=sftp.host_key)
    assert fetch(sftp.address, access, place).raw == TABLE
    assert fetch(sftp.address, access, place).unchanged
    (sftp.folder / "phones.csv").write_bytes(TABLE + b"#\n")
    os.utime(sftp.folder / "phones.csv", (1, 1))
    assert fetch(sftp.address, access, place).raw == TABLE + b"#\n"


def test_another_server_key_a_wrong_password_and_no_file_are_refused(sftp: Sftp, tmp_path: Path) -> None:
    place = tmp_path / "kept" / "phones.csv"
    for access, address in (
        (Access(NAME, WORD, host_key="SHA256:" + "A" * 43), sftp.address),
        (Access(NAME, "other-word", host_key=sftp.host_key), sftp.address),
        (Access(NAME, WORD, host_key=sftp.host_key), sftp.address.replace("phones", "others")),
    ):
        with pytest.raises(SourceError) as refused:
            fetch(address, access, place)
        assert refused.value.exit_code == 2
        assert "word" not in str(refused.value)
    assert not place.exists()


def test_check_reads_an_address_and_says_what_it_has_read(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    web.secret = f"Bearer {WORD}"
    secret = '{ env = "NOBODY" }'
    (tmp_path / "phonesync.toml").write_text(
        f'[connections.usos]\nkind = "usos"\nbase_url = "https://usosapps.example.edu.pl"\n'
        f"consumer_key = {secret}\nconsumer_secret = {secret}\n"
        f'[syncs.offices]\nconnection = "usos"\nentity_class = "faculty"\nsource = "{web.address}"\n'
        'fetch = { token = { env = "FILES_TOKEN" } }\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FILES_TOKEN", WORD)
    assert main(["check", "offices", "--json"]) == 0
    (item,) = json.loads(capsys.readouterr().out)["syncs"]
    assert (item["lines"], item["good"]) == (1, 1)
    assert item["notes"] == [f"Fetched from {web.address}, SHA-256 {hashlib.sha256(TABLE).hexdigest()}."]
