"""A telephone number is never broken over two lines, however narrow the terminal is. All data is invented."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.cli import main

CONFIGURATION = """\
[connections.here]
kind = "memory"
[syncs.shelf]
connection = "here"
shelf = "a"
source = "shelf.csv"
"""
NAMES = ("Sekretariat Katedry Historii Muzyki", "Porter", "Interdyscyplinarnych", "A B C D E F G H I J K L M N O P Q")
NUMBERS = tuple(f"22 999 00 {number:02} wew. 12" for number in range(len(NAMES) * 5))  # as many as the table shows


@pytest.mark.parametrize("width", [*range(44, 82, 3), 80, 120])
def test_a_number_stands_in_one_line(
    width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(width))
    (tmp_path / "phonesync.toml").write_text(CONFIGURATION, encoding="utf-8")
    names = [f"{'x' * (at // len(NAMES))} {NAMES[at % len(NAMES)]} {at}".strip() for at in range(len(NUMBERS))]
    lines = [f"{at},{number},{name}\n" for at, (number, name) in enumerate(zip(NUMBERS, names, strict=True))]
    (tmp_path / "shelf.csv").write_text("id,number,name\n" + "".join(lines), encoding="utf-8")
    assert main(["plan"]) == 0
    shown = capsys.readouterr().out
    assert [number for number in NUMBERS if not any(number in line for line in shown.splitlines())] == []
    assert [name for name in NAMES if name not in " ".join(shown.split())] == [] or width < 80
    assert max(map(len, shown.partition("apply")[0].splitlines())) <= width
