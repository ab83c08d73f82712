"""Write a ledger as the version at hand writes it, with the files, the configuration and the services' state beside it.

    .venv/bin/python tests/golden/make_ledger.py FOLDER

One ledger stands for one version and is never made anew: it shows that later versions can read what this one wrote.
The story is played against the sandbox by the command alone. In the end every time is moved to one invented night, and
every address to the ports of the sample institution, so that the files hold nothing of the machine they were made on.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import shutil
import sqlite3
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from golden_stage import ENVIRONMENT, STATE, Stage
from golden_transcript import Plain, Transcript

from connectors.sandbox.options import Fault
from connectors.sandbox.server import Sandbox, serve

NIGHT = "2026-03-14"
ADDRESSES = ("http://127.0.0.1:8701", "http://127.0.0.1:8702")


def main() -> None:
    """Play the story in the folder that is named, which must not be there yet."""
    folder = Path(sys.argv[1]).absolute()
    folder.mkdir(parents=True)
    os.environ.update(ENVIRONMENT)
    with serve(STATE) as sandbox, contextlib.chdir(folder):
        plain = Plain({})
        stage = Stage(folder, sandbox, Transcript("ledger", plain), plain)
        stage.samples()
        # One request after the other, and no second attempt: the story is the same each time.
        stage.change("phonesync.db", "ledger.sqlite")
        stage.change("[connections.usos]", "[connections.usos]\nconcurrency = 1\nattempts = 1")
        play(stage)
        (folder / "sandbox.json").write_text(
            json.dumps(state_of(sandbox), ensure_ascii=False, indent=1) + "\n", "utf-8"
        )
        urls = (sandbox.usos_url, sandbox.apio_url)
    shutil.rmtree(folder / "reports")
    settle(folder, dict(zip(urls, ADDRESSES, strict=True)))


def play(stage: Stage) -> None:
    """Plan, write, fail, approve, collide, compare, accept, erase and be interrupted, each at least once."""
    old = stage.quietly("plan", "faculties", "dormitories", "--json")
    # Lines that are rejected, one that the service refuses, types that are kept.
    stage.put("faculties.csv", (stage.folder / "faculties.csv").read_bytes() + b"99999999;22 999 09 09;x;STA\r\n")
    stage.quietly("sync", "faculties", "users")
    stage.quietly("apply", old.plan("faculties"))  # everything it wanted has been done meanwhile, or is in conflict
    # A list with habits, and one that deletes an entry by itself.
    stage.options("apio", letters=str.upper)
    stage.quietly("sync", "strings-phones")
    stage.options("apio", letters=str)
    stage.sandbox.apio.faults = [Fault("batch", "another_writer", mutation=newcomer)]
    stage.quietly("sync", "desk-phones")
    # A guard, and a yes.
    whole = (stage.folder / "buildings.csv").read_bytes()
    stage.drop_lines("buildings.csv", 3, 4)
    stopped = stage.quietly("sync", "buildings", "--json")
    stage.quietly("apply", stopped.plan("buildings"), "--approve", "the cloakroom is closed")
    stage.put("buildings.csv", whole)
    # Reconciliations, and findings that may stand: one for long, one no longer.
    stage.quietly("reconcile", "--json")
    foreign = [row["id"] for row in last_findings(stage) if row["kind"] == "foreign"]
    stage.quietly("accept", foreign[0], "--until", "2999-12-31", "--reason", "shared with the hotel")
    tomorrow = datetime.fromtimestamp(time.time() + 86_400, UTC).date().isoformat()
    stage.quietly("accept", foreign[1], "--until", tomorrow, "--reason", "until the office has moved")
    stage.quietly("revert", stopped.json["run"])
    stage.quietly("erase", "--user", "900005")
    stage.quietly("reconcile", "--json")
    # Plans that nobody has applied yet: one whose source is changed, one that a guard stops.
    stage.change("Harfy;22 999 30 40", "Harfy;22 999 30 41", "group_phones.csv")
    stage.quietly("plan", "strings-phones")
    # Written, and nobody knows what came of it.
    stage.change("Recepcja", "Recepcja całą dobę", "dormitories.csv")
    stage.sandbox.usos.faults = [
        Fault("replace", "lost_after_commit"),
        Fault("select", "server_error_before_commit", nth=3, times=99),
    ]
    stage.quietly("sync", "dormitories")
    stage.fault()
    # Killed in the middle of writing: one owner is written, the next one waits.
    stage.change("Sala organowa", "Sala organowa i chór", "buildings.csv")
    stage.sandbox.usos.faults = [Fault("replace", "too_many_requests", nth=2, retry_after=30)]
    process = stage.process("sync", "buildings")
    while stage.sandbox.usos.faults:
        if process.poll() is not None:
            raise SystemExit("the run that was to be killed has ended")
        time.sleep(0.02)
    process.kill()
    process.wait()


def newcomer(service: Any) -> None:
    """Another writer adds an entry to the list."""
    service.set_entries("chopin", None, [*service.entries("chopin"), ("Nowy sekretariat", "+48-229990999")])


def last_findings(stage: Stage) -> list[dict[str, Any]]:
    """Return the findings of the last reconciliation."""
    rows: list[dict[str, Any]] = json.loads(stage.paths("reports/*/reconciliation.json")[-1].read_text("utf-8"))[
        "lines"
    ]
    return rows


def state_of(sandbox: Sandbox) -> dict[str, Any]:
    """Return what stands in both services, as a sandbox can begin with it."""
    state = json.loads(json.dumps(STATE))
    for entity_class, entities in state["usos"]["entities"].items():
        for entity in entities:
            rows = (asdict(row) for row in sandbox.usos.numbers(entity_class, entity))
            entities[entity] = [
                {
                    "number": row["number"],
                    "comment": {"pl": row["comment_pl"], "en": row["comment_en"] or None},
                    "type_id": row["type_id"] or None,
                }
                for row in rows
            ]
    tenant = state["apio"]["tenants"]["chopin"]
    for group, where in ((None, tenant), ("strings", tenant["groups"]["strings"])):
        where["entries"] = [
            {"name": name, "phoneNumber": number} for name, number in sandbox.apio.entries("chopin", group)
        ]
    return state


# What was made when, and where ----------------------------------------------------------------------------------------


def settle(folder: Path, addresses: dict[str, str]) -> None:
    """Move all times of the ledger to one night, all addresses to those of the samples, and whoever holds a lock."""
    configuration = folder / "phonesync.toml"
    text = configuration.read_text(encoding="utf-8")
    for real, shown in addresses.items():
        text = text.replace(real, shown)
    configuration.write_text(text, encoding="utf-8")
    today = datetime.now(UTC).date()
    tomorrow = datetime.fromtimestamp(time.time() + 86_400, UTC).date()

    def moved(text: str) -> str:
        for real, shown in addresses.items():
            text = text.replace(real, shown)
        text = text.replace(str(folder), "/srv/phonesync")
        text = re.sub(rf"{today:%Y%m%d}T(\d{{6}})", rf"{NIGHT.replace('-', '')}T\1", text)
        return text.replace(today.isoformat(), NIGHT).replace(tomorrow.isoformat(), "2026-03-15")

    with contextlib.closing(sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)) as ledger:
        ledger.execute("pragma foreign_keys = off")
        for (table,) in ledger.execute("select name from sqlite_master where type = 'table'").fetchall():
            columns = [row[1] for row in ledger.execute(f"pragma table_info({table})")]
            for identity, *values in ledger.execute(f"select rowid, * from {table}").fetchall():  # noqa: S608 - a name of its own
                new = [_moved(value, moved) for value in values]
                places = ", ".join(f'"{column}" = ?' for column in columns)
                ledger.execute(f"update {table} set {places} where rowid = ?", [*new, identity])  # noqa: S608
        ledger.execute("update approvals set expires = ?", [datetime.fromisoformat(f"{NIGHT}T23:00:00Z").timestamp()])
        ledger.execute("update locks set holder = 'host:1', beat = 0")
        ledger.execute("pragma wal_checkpoint(truncate)")
        ledger.execute("pragma journal_mode = delete")
        ledger.execute("pragma page_size = 1024")
        ledger.execute("vacuum")


def _moved(value: object, moved: Any) -> object:
    if isinstance(value, str):
        return moved(value)
    if isinstance(value, bytes) and value.startswith(b"PAR1"):
        frame = pd.read_parquet(io.BytesIO(value))
        texts = [name for name in frame if str(frame[name].dtype) in {"str", "object", "string"}]
        frame[texts] = frame[texts].map(lambda text: moved(text) if isinstance(text, str) else text)
        return frame.to_parquet(index=False, compression="zstd")
    return value


if __name__ == "__main__":
    main()
