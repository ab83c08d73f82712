"""The demonstration, told once as a stranger would start it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from children import started

from flows.demo import EXPECTED, FOLDER, run_demo
from flows.sandbox import SAMPLES
from schemas.errors import UsageError
from schemas.plan import Action


def test_the_story_ends_well_and_leaves_one_folder_and_no_process(tmp_path: Path) -> None:
    """Its second pass has zero writes, its terminal no warning, and its reports are where it says."""
    program = Path(sys.executable).with_name("phonesync")
    settings = {"COLUMNS": "80", "PYTHONWARNINGS": "always", "PREFECT_API_URL": "http://127.0.0.1:1/api"}
    with started(
        [program, "demo"],
        cwd=tmp_path,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        told, warned = running.communicate(timeout=300)
    assert (running.returncode, warned) == (0, "")
    assert "Nothing was left to do." in told
    assert "and 0 writes" in told
    assert told.count("extract source, validate, extract target, plan, guard, write, verify, report") == len(EXPECTED)
    assert 'faculties.csv, line 16: rejected: Telefon "Nutowska"' in told
    reports = re.findall(r"\S+\.html", told)
    assert len(reports) == len(EXPECTED)
    assert all((tmp_path / report).stat().st_mode & 0o777 == 0o600 for report in reports)
    assert [path.name for path in tmp_path.iterdir()] == [str(FOLDER)]
    with pytest.raises(ProcessLookupError):
        os.killpg(running.pid, 0)


def test_a_folder_that_no_demonstration_made_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    FOLDER.mkdir()
    (FOLDER / "phonesync.toml").write_text("# somebody's own\n", encoding="utf-8")
    with pytest.raises(UsageError):
        run_demo(keep_open=False)
    assert (FOLDER / "phonesync.toml").read_text(encoding="utf-8") == "# somebody's own\n"


def test_what_the_demonstration_expects_stands_in_the_samples_own_table() -> None:
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    table = text.partition("## What a first plan finds")[2].partition("##")[0]
    rows = {
        row[0].strip(" `"): row[1:]
        for row in (line.strip("|").split("|") for line in table.splitlines() if "|" in line)
    }
    header = [cell.strip() for cell in rows["sync"]]
    for name, actions in EXPECTED.items():
        found = dict(zip(header, rows[name], strict=True))
        assert {word: int(found[word]) for word in map(str, Action)} == dict(actions)
