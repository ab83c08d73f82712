"""The command as it is installed, at its defaults with all reports, against a service; beside it what others do.

The others read the present state from a file, where phonesync asks the service for it.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np
import pandas as pd

from benchmarks import programs
from benchmarks.generate import COLUMNS, institution, phone_list
from benchmarks.race import PEERS, PHONESYNC, ROOT, Runner, race
from benchmarks.starts import SECRETS

_SEVERAL_TIMES: Final = 300_000  # rows below which the slowest program runs more than once
_USUAL: Final = Runner(programs.USUAL, [PEERS, "-m", "benchmarks.roads.usual"])
_OTHERS: Final = [
    Runner(programs.RULED, [PEERS, "-m", "benchmarks.roads.ruled"]),
    Runner(programs.POLARS, [PEERS, "-m", "benchmarks.roads.polars_road"]),
    Runner(programs.DUCKDB, [PEERS, "-m", "benchmarks.roads.duckdb_road"]),
]
_CONFIGURATION: Final = """\
[connections.usos]
kind = "usos"
base_url = "{usos}"
consumer_key = {{ env = "USOS_CONSUMER_KEY" }}
consumer_secret = {{ env = "USOS_CONSUMER_SECRET" }}

[connections.apio]
kind = "apio"
base_url = "{apio}"
username = {{ env = "APIO_USERNAME" }}
password = {{ env = "APIO_PASSWORD" }}

[syncs.{name}]
connection = "{name}"
source = "{source}"
{place}
"""
PLACES: Final = {"usos": 'entity_class = "user"', "apio": 'tenant = "chopin"\ndelete_missing = true'}


def measure(rows: int, repeats: int) -> dict[str, Any]:
    """Return the figures of both services for so many rows."""
    return {"rows": rows, "services": {name: _service(name, rows, repeats) for name in PLACES}}


def _service(name: str, rows: int, repeats: int) -> dict[str, Any]:
    with TemporaryDirectory() as made:
        folder = Path(made)
        files = files_of(folder, name, rows)
        with sandbox(folder, name) as addresses:
            for source in ("source", "current"):
                (folder / f"{source}.toml").write_text(configuration(name, source, addresses), "utf-8")
            changed, idle = (folder / f"{source}.toml" for source in ("source", "current"))
            told: dict[str, np.ndarray] = {}

            def judge(runner: str, out: Path) -> None:
                ours = runner == programs.OURS
                report = max((folder / "reports").glob("*/*.csv")) if ours else out / "report.csv"
                told[runner] = _said(report, ours=ours)

            usual = replace(_USUAL, at_most=1) if rows >= _SEVERAL_TIMES else _USUAL
            ours = Runner(programs.OURS, [PHONESYNC, "--config", changed, "plan"], alone=True)
            raced = race([ours, usual, *_OTHERS], files, repeats, judge)
            works = (("check", changed), ("plan, nothing to do", idle), ("sync, nothing to do", idle))
            runners = [
                Runner(what, [PHONESYNC, "-c", path, what.partition(",")[0]], alone=True) for what, path in works
            ]
            worked = race(runners, files, repeats)
    median = raced[programs.OURS].median
    return {
        "programs": {each: {**one.as_json(), "ratio": round(one.median / median, 2)} for each, one in raced.items()},
        "works": {each: one.as_json() for each, one in worked.items()},
        "differing": {each: _differing(told[each], told[programs.OURS]) for each in told if each != programs.OURS},
    }


def configuration(name: str, source: str, addresses: Mapping[str, str]) -> str:
    """Return the configuration of one sync with a file."""
    return _CONFIGURATION.format(name=name, source=f"{source}.csv", place=PLACES[name], **addresses)


def files_of(folder: Path, name: str, rows: int) -> list[Path]:
    """Write what phonesync reads, the state of the sandbox, and the same two tables as the others read them."""
    make = institution if name == "usos" else phone_list
    state: dict[str, Any] = json.loads((ROOT / "data" / "samples" / "sandbox.json").read_text("utf-8"))
    tables = [pd.read_csv(path, dtype=str, keep_default_na=False) for path in make(folder, rows)]
    if name == "usos":
        entities: dict[str, list[dict[str, Any]]] = {each: [] for each in tables[0]["entity_id"].unique()}
        for each, number, comment in zip(*(tables[1][column] for column in COLUMNS[:3]), strict=True):
            entities.setdefault(each, []).append({"number": number, "comment": {"pl": comment}, "type_id": "STA"})
        state["usos"]["entities"]["user"] = entities
    else:
        pairs = zip(tables[1]["name"], tables[1]["number"], strict=True)
        entries = [{"name": each, "phoneNumber": number} for each, number in pairs]
        state["apio"]["tenants"]["chopin"]["entries"] = entries
    (folder / "state.json").write_text(json.dumps(state), "utf-8")
    paths = [folder / f"others-{side}.csv" for side in ("source", "current")]
    for table, path in zip(tables, paths, strict=True):
        if name == "apio":
            final = table["new_name"].where(table["new_name"] != "", table["name"])
            table = table.assign(entity_id="chopin", comment=final)  # noqa: PLW2901
        table[["entity_id", "number", "comment"]].to_csv(path, index=False)
    return paths


@contextmanager
def sandbox(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """Play both services in another process; yields their addresses."""
    command = [PHONESYNC, "sandbox", "--json", "--usos-port", "0", "--apio-port", "0"]
    command += ["--state", folder / "state.json", "--set", "usos.max_ids_per_select=100"]
    os.environ |= SECRETS
    process = subprocess.Popen([*map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise SystemExit(f"The sandbox with the state of {name} did not start.")
        told = json.loads(line)
        yield {"usos": told["usos"], "apio": told["apio"]}
    finally:
        process.terminate()
        process.wait()


def _differing(said: np.ndarray, ours: np.ndarray) -> int:
    """Return how many rows of a plan are not in the other one."""
    return len(np.setdiff1d(said, ours))


def _said(report: Path, *, ours: bool) -> np.ndarray:
    """Return a number for what a report says of each row: the action, the entity, the digits, the comment."""
    table = pd.read_csv(report, dtype=str, keep_default_na=False)
    if ours:
        gone = table["action"] == "delete"
        table = pd.DataFrame(
            {
                "action": table["action"].replace("rename", "modify"),  # which the others do not know
                "entity_id": table["owner"].str.removeprefix("user ").str.removeprefix("tenant "),
                "number": table["number_after"].where(~gone, table["number_before"]),
                "comment": table["name_after"].where(~gone, table["name_before"]),
            }
        )
    # A row that is kept keeps the spelling that stands there; the number is the same. A report masks people's numbers.
    digits = table["number"].str.replace(r"\D", "", regex=True).str[-2:]
    # Of two lines with one number, either may be the one that takes the place of an entry: then only that counts.
    comment = table["comment"].where(table["action"] == "keep", "")
    key = table["action"] + "\x1f" + table["entity_id"] + "\x1f" + digits + "\x1f" + comment
    return pd.util.hash_array(key.to_numpy(object))
