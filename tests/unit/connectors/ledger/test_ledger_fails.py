"""A ledger that fails in the middle of the work: a sentence with the next step, and nothing is sent without it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import event

from connectors.ledger.engine import connect
from connectors.ledger.store import Ledger
from schemas.errors import LedgerError

AT = "2026-03-14T02:00:00+00:00"


def test_a_full_disk_is_told_in_a_sentence_without_values(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger = Ledger(engine)
    with engine.connect() as connection:
        pages = int(str(connection.exec_driver_sql("PRAGMA page_count").scalar()))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(f"PRAGMA max_page_count={pages}"))
    ledger.start_run("run-1", mode="sync", person="anna", at=AT)
    with pytest.raises(LedgerError, match=r"\(database or disk is full\)") as caught:
        ledger.finish_run("run-1", exit_code=0, summary={"of": "22 999 00 01" * 9999}, at=AT)
    assert "phonesync resume" in caught.value.remedy
    assert "22 999" not in str(caught.value)
    ledger.close()


def test_a_ledger_that_is_taken_away_is_told(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.close()
    for file in tmp_path.iterdir():
        file.unlink()
    (tmp_path / "ledger.db").mkdir()
    with pytest.raises(LedgerError, match="failed during the run"):
        ledger.start_run("run-1", mode="sync", person="anna", at=AT)


def test_a_mistake_in_a_statement_stays_one(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.start_run("run-1", mode="sync", person="anna", at=AT)
    with pytest.raises(Exception, match="UNIQUE") as caught:
        ledger.start_run("run-1", mode="sync", person="anna", at=AT)
    assert not isinstance(caught.value, LedgerError)
    ledger.close()
