"""Every command that a document tells to type is carried out, in the order of the pages, on the samples."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import DOCS, READMES
from sessions import commands, workspace

from flows.cli import main

# What only ends when somebody ends it, and what has tests of its own: setting up, and a rehearsal.
ELSEWHERE = {"demo", "init", "sandbox", "serve"}
SAMPLES = Path("data", "samples")
# Done; or done, and some lines, findings or syncs need somebody. Whatever could not be meant ends with 2.
DONE = {0, 1}


def told() -> Iterator[list[str]]:
    """Yield every command once, without the name of the program."""
    seen: list[list[str]] = []
    for page in [*READMES, *sorted(DOCS.glob("*.md"))]:
        for _, *words in commands(page.read_text(encoding="utf-8")):
            if words not in seen and not ELSEWHERE & {*words} and "rehearsal/phonesync.toml" not in words:
                seen.append(words)
                yield words


def test_every_command_of_the_documents_does_something(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with workspace():
        monkeypatch.setenv("PHONESYNC_CONFIG", str(SAMPLES / "phonesync.toml"))
        Path("ids.txt").write_text("10000000\n", encoding="utf-8")
        assert main(["plan", "faculties", "users", "buildings"]) == 0
        planned = capsys.readouterr().out
        assert main(["sync", "strings-phones"]) == 0
        written = capsys.readouterr().out
        assert main(["reconcile"]) == 1
        plan, run = (re.findall(r"\d{8}T\d{6}Z-[0-9a-f]{6}", text)[0] for text in (planned, written))
        standing_for = {
            "20260314T020000Z-3fa2c1-faculties": f"{plan}-users",
            "20260314T020000Z-3fa2c1": run,
            "3fa2c19b00d4": re.findall(r"id ([0-9a-f]{12})", planned)[0],
            "2026-01-31": f"{dt.datetime.now(dt.UTC):%Y-%m-%d}",
            "2027-01-31": f"{dt.datetime.now(dt.UTC) + dt.timedelta(days=60):%Y-%m-%d}",
            "/var/lib/node_exporter/phonesync.prom": "phonesync.prom",
        }
        ended = {}
        for words in told():
            for copy in SAMPLES.glob("*.checked.*"):
                copy.unlink()
            sources = {file: file.read_bytes() for file in SAMPLES.glob("*.csv")}
            if words[0] == "export":  # it writes over no file that is there
                (SAMPLES / f"{words[1].replace('-', '_')}.csv").unlink()
            given = [standing_for.get(word, word) for word in words]
            if "PLAN" in words:
                given[1] = f"{plan}-{'buildings' if '--refuse' in words else 'faculties'}"
            ended[" ".join(words)] = main(given)
            for file, content in sources.items():
                file.write_bytes(content)
        assert {command: code for command, code in ended.items() if code not in DONE} == {}
