"""The demonstration; tests/packaging/test_wheel.py tells its story as a stranger would start it."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.demo import EXPECTED, FOLDER, run_demo
from flows.sandbox import SAMPLES
from schemas.errors import UsageError
from schemas.plan import Action


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
