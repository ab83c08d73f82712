"""`keep_days`: what is older goes, by `purge` and by the service that is always there. All data is invented."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from one_shelf import ONE_SHELF

from flows.cli import main
from flows.orchestration.chores import main as chore


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a folder whose ledger has three plans: of forty days ago, of twenty, and of today."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "phonesync.toml").write_text(ONE_SHELF, encoding="utf-8")
    for days in (40, 20, 0):
        (tmp_path / "shelf.csv").write_text(f"id,number,name\n1,22 999 00 {days:02},Porter\n", encoding="utf-8")
        assert main(["plan"]) == 0
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
        with sqlite3.connect(tmp_path / "phonesync.db") as ledger:
            ledger.execute("update runs set started_at = ? where started_at = (select max(started_at) from runs)", [at])
        ledger.close()
    capsys.readouterr()
    return tmp_path


def runs(folder: Path) -> int:
    with sqlite3.connect(folder / "phonesync.db") as ledger:
        (count,) = ledger.execute("select count(*) from runs").fetchone()
    ledger.close()
    assert len(list((folder / "reports").glob("2*"))) == count
    return int(count)


def keep(folder: Path, days: int) -> None:
    (folder / "phonesync.toml").write_text(f"keep_days = {days}\n{ONE_SHELF}", encoding="utf-8")


def test_purge_forgets_what_the_configuration_does_not_keep(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (main(["purge"]), runs(folder)) == (2, 3)
    assert "--older-than" in capsys.readouterr().err
    keep(folder, 30)
    assert (main(["purge", "--dry-run"]), runs(folder)) == (0, 3)
    assert (main(["purge"]), runs(folder)) == (0, 2)
    assert (main(["purge", "--older-than", "10d"]), runs(folder)) == (0, 1)


def test_the_service_forgets_the_same_and_nothing_where_nothing_is_said(folder: Path) -> None:
    config = folder / "phonesync.toml"
    assert (chore("purge", config), runs(folder)) == (0, 3)
    keep(folder, 30)
    assert (chore("purge", config), runs(folder)) == (0, 2)


def test_a_keep_that_cannot_be_meant_is_refused(folder: Path) -> None:
    keep(folder, 0)
    assert (main(["purge"]), runs(folder)) == (2, 3)
