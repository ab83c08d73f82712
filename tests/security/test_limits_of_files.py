"""Folders are their owner's at any umask; what is written twice, declared or absurd is a sentence and exit code 2."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import answer, serving
from openpyxl import Workbook

from connectors.files.reading import read_csv
from connectors.files.writing import make_private_folder, write_private
from flows.cli import main
from flows.sandbox import SAMPLES
from schemas.errors import SourceError

CONFIG = SAMPLES / "phonesync.toml"


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
@pytest.mark.parametrize("make", [make_private_folder, lambda path: write_private(path / "file", b"x")])
def test_every_folder_is_its_owners_alone(make: Callable[[Path], None], umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        make(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(before)
    for folder in (tmp_path / "a", tmp_path / "a" / "b", tmp_path / "a" / "b" / "c"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_key_that_stands_twice_is_no_answer(make_usos: Callable[..., object]) -> None:
    """One reader takes the first, another the last: whoever looks at the answer sees another one than we act on."""
    body = b'{"1": {"phone_numbers": []}, "1": {"phone_numbers": [{"number": "22 999 00 01", "comment": null}]}}'
    with (
        serving(lambda talking: talking.sendall(answer(body))) as server,
        pytest.raises(Exception, match="unexpected answer"),
    ):
        make_usos(f"http://127.0.0.1:{server.port}").select("user", ["1"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp037"])
@pytest.mark.parametrize("before", ["", f"<!--{' ' * 200_000}-->"])
def test_a_document_type_is_refused_in_every_encoding(encoding: str, before: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(_book()) as old, zipfile.ZipFile(tmp_path / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename.endswith("sheet1.xml"):
                text = content.decode().partition("?>")[2] or content.decode()
                declared = f'<?xml version="1.0" encoding="{encoding}"?>{before}<!DOCTYPE a [<!ENTITY b "c">]>{text}'
                content = declared.encode(encoding)
            new.writestr(part.filename, content)
    with pytest.raises(SourceError):
        read_csv(tmp_path / "book.xlsx", expected=["entity_id", "number"])


def _book() -> io.BytesIO:
    book, kept = Workbook(), io.BytesIO()
    book.active.append(["entity_id", "number"])
    book.active.append(["1", "22 999 00 01"])
    book.save(kept)
    return kept


def test_a_book_without_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(_book().getvalue())
    assert read_csv(tmp_path / "book.xlsx", expected=["entity_id", "number"]).header == ("entity_id", "number")


@pytest.mark.parametrize("age", ["99999999999d", "9" * 5000, "-1d", "²d", "٣d", "1e9d", "d", ""])
def test_an_absurd_age_is_a_sentence(age: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-c", str(CONFIG), "purge", "--dry-run", "--older-than", age]) == 2
    shown = capsys.readouterr().err
    assert "is not an age" in shown or "No such option" in shown
    assert len(shown) < 500


def test_a_source_of_several_gigabytes_is_a_sentence(tmp_path: Path) -> None:
    with (tmp_path / "source.csv").open("wb") as file:
        file.truncate(5 << 30)  # nothing of it is on the disk
    with pytest.raises(SourceError, match="512"):
        read_csv(tmp_path / "source.csv", expected=["entity_id"])


def test_a_memory_limit_that_is_reached_is_a_sentence(tmp_path: Path) -> None:
    """The file is not too large for anybody's directory, and too large for what this process may have."""
    with (tmp_path / "users.csv").open("wb") as file:
        file.truncate(500 << 20)
    usos = (
        'kind = "usos"\nbase_url = "http://127.0.0.1:9"\nconsumer_key = { env = "K" }\nconsumer_secret = { env = "K" }'
    )
    sync = 'connection = "usos"\nentity_class = "user"\nsource = "users.csv"'
    config = tmp_path / "phonesync.toml"
    config.write_text(f"[connections.usos]\n{usos}\n[syncs.users]\n{sync}\n", encoding="utf-8")
    script = (
        "import resource, sys; from flows.cli import main; import flows.check;"
        "resource.setrlimit(resource.RLIMIT_DATA, (450 << 20,) * 2); sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, "-c", str(config), "check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    assert (done.returncode, done.stderr.splitlines()[:1]) == (2, ["There is not enough memory for this."])
