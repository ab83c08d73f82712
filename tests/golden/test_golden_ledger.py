"""A ledger that an earlier version wrote, in a copy: what it holds is shown, settled and gone on with as it always was.

tests/data/ledgers/README.md says what is in each.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from golden_stage import Stage

from connectors.ledger.records import unpacked
from tasks.plan.fingerprints import fingerprint

LEDGERS = Path(__file__).parents[1] / "data" / "ledgers"


@pytest.fixture
def ledger(stage: Stage) -> Stage:
    """Put a copy of the first ledger here, with its files, and let the services stand as they stood then."""
    first = LEDGERS / "0.1.0"
    for file in first.iterdir():
        shutil.copy(file, stage.folder)
    (stage.folder / "ledger.sqlite").chmod(0o600)  # as phonesync makes it
    stage.sandbox.reset(json.loads((first / "sandbox.json").read_text(encoding="utf-8")))
    urls = {"http://127.0.0.1:8701": stage.sandbox.usos_url, "http://127.0.0.1:8702": stage.sandbox.apio_url}
    text = (stage.folder / "phonesync.toml").read_text(encoding="utf-8")
    for shown, real in urls.items():
        text = text.replace(shown, real)
    stage.configuration(text + "\n[reconcile]\nstale_days = 36500\n")  # whenever the test is run
    # A target is known by its address, and here it has another port.
    with contextlib.closing(sqlite3.connect(stage.folder / "ledger.sqlite", isolation_level=None)) as opened:
        for (table,) in opened.execute("select name from sqlite_master where type = 'table'").fetchall():
            for column in [row[1] for row in opened.execute(f"pragma table_info({table})") if row[1] == "target"]:
                for shown, real in urls.items():
                    change = f"update {table} set {column} = replace({column}, ?, ?)"  # noqa: S608 - the file's own names
                    opened.execute(change, [shown, real])
        # It was moved to another night and other ports, as its README says: its plans have other texts since then.
        for identity, sync, target, entries in opened.execute("select id, sync, target, entries from plans").fetchall():
            moved = fingerprint(sync, target, unpacked(entries), None)
            of_plan = (
                "update approvals set fingerprint = ? where fingerprint = (select fingerprint from plans where id = ?)"
            )
            opened.execute(of_plan, [moved, identity])
            opened.execute("update plans set fingerprint = ? where id = ?", [moved, identity])
    return stage


def runs(stage: Stage, mode: str) -> list[str]:
    """Return the runs of a mode, the oldest first."""
    rows = stage.quietly("runs", "-n", "50", "--json").json["runs"]
    return [str(row["run"]) for row in reversed(rows) if row["mode"] == mode]


def test_a_ledger_of_0_1_0_is_shown(ledger: Stage) -> None:
    listed = ledger.quietly("runs", "-n", "50", "--json").json["runs"]
    for row in reversed(listed):
        ledger.plain(row["run"])
    ledger.run("runs", "-n", "50")
    ledger.run("runs", "--json")
    for row in reversed(listed):
        ledger.run("show", row["run"])
    for row in reversed(listed):
        ledger.run("show", row["run"], "--json")
    ledger.run("doctor")


def test_a_ledger_of_0_1_0_is_resumed(ledger: Stage) -> None:
    ledger.run("resume")
    ledger.run("show", "last", "--all")
    ledger.run("resume", "--json")
    ledger.run("sync", "--json")
    ledger.rows_of("reports/*/buildings.csv")
    ledger.rows_of("reports/*/dormitories.csv")
    ledger.run("runs")


def test_a_ledger_of_0_1_0_is_gone_on_with(ledger: Stage) -> None:
    """A sync settles by itself; old plans are applied, refused or stopped; an old run is taken back."""
    ledger.run("sync", "buildings")
    ledger.rows_of("reports/*/buildings.csv")
    first, last = runs(ledger, "plan")
    written = runs(ledger, "sync")[0]
    ledger.run("apply", f"{first}-dormitories")
    ledger.run("apply", f"{first}-faculties")
    ledger.run("apply", f"{last}-strings-phones")
    (back,) = runs(ledger, "revert")
    ledger.run("apply", back)
    ledger.run("apply", back, "--approve", "it was the wrong file")
    ledger.run("revert", written)
    ledger.run("export", "faculties", "-o", "out.csv", "--json")
    ledger.text_of("out.csv")


def test_a_ledger_of_0_1_0_is_reconciled(ledger: Stage) -> None:
    """Findings are known again, with the acceptance that holds and without the one that is over."""
    first, second = runs(ledger, "reconcile")
    said = ledger.quietly("reconcile", "--json")
    ledger.learn_findings()
    ledger.note(("reconcile", "--json"), said)
    ledger.rows_of("reports/*/reconciliation.csv")
    ledger.run("reconcile", "--since", first, "--lang", "pl")
    ledger.change("stale_days = 36500", "stale_days = 1")
    ledger.run("reconcile", "--since", second, "--json")


def test_a_ledger_of_0_1_0_is_kept_short(ledger: Stage) -> None:
    ledger.run("erase", "--user", "900004", "--json")
    ledger.run("show", runs(ledger, "sync")[0], "--all")
    ledger.run("purge", "--older-than", "30d")
    ledger.run("runs")
