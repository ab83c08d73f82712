"""What is shown on a terminal can be read and typed: numbers are whole, commands complete. All data is invented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from one_shelf import ONE_SHELF

from flows.cli import main
from flows.errors import as_typed

NAMES = ("Sekretariat Katedry Historii Muzyki", "Porter", "Interdyscyplinarnych", "A B C D E F G H I J K L M N O P Q")
NUMBERS = tuple(f"22 999 00 {number:02} wew. 12" for number in range(len(NAMES) * 5))  # as many as the table shows


@pytest.mark.parametrize("width", [*range(44, 82, 3), 80, 120])
def test_a_number_stands_in_one_line(
    width: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(width))
    (tmp_path / "phonesync.toml").write_text(ONE_SHELF, encoding="utf-8")
    names = [f"{'x' * (at // len(NAMES))} {NAMES[at % len(NAMES)]} {at}".strip() for at in range(len(NUMBERS))]
    lines = [f"{at},{number},{name}\n" for at, (number, name) in enumerate(zip(NUMBERS, names, strict=True))]
    (tmp_path / "shelf.csv").write_text("id,number,name\n" + "".join(lines), encoding="utf-8")
    assert main(["plan"]) == 0
    shown = capsys.readouterr().out
    assert [number for number in NUMBERS if not any(number in line for line in shown.splitlines())] == []
    assert [name for name in NAMES if name not in " ".join(shown.split())] == [] or width < 80
    assert max(map(len, shown.partition("apply")[0].splitlines())) <= width


@pytest.mark.parametrize("lang", ["en", "pl"])
@pytest.mark.parametrize("width", [44, 60, 80])
def test_a_count_is_whole_however_short_the_word_above_it(
    width: int, lang: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", str(width))
    name = "telefony-wszystkich-jednostek"
    (tmp_path / "phonesync.toml").write_text(f'lang = "{lang}"\n{ONE_SHELF.replace("shelf]", name + "]")}')
    lines = [f"{at},22 999 {at // 100:02} {at % 100:02},Porter {at}\n" for at in range(1234)]
    (tmp_path / "shelf.csv").write_text("id,number,name\n" + "".join(lines) + "9999,x,Porter\n", encoding="utf-8")
    for command, code in (("plan", 0), ("sync", 1)):
        assert main([command]) == code
        table = capsys.readouterr().out.partition("\n\n")[0]
        assert "1234" in re.findall(r"\d+", table)
        assert name in table.split()
        assert "…" not in table


def test_what_is_found_keeps_its_numbers_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "phonesync.toml").write_text(ONE_SHELF, encoding="utf-8")
    lines = [f"{at},{number},{NAMES[at % len(NAMES)]} i elektroakustycznej\n" for at, number in enumerate(NUMBERS)]
    (tmp_path / "shelf.csv").write_text("id,number,name\n" + "".join(lines), encoding="utf-8")
    main(["find", "22 999 00"])
    shown = capsys.readouterr().out.splitlines()
    assert [number for number in NUMBERS if not any(number in line for line in shown)] == []


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("Look at it: phonesync apply X --approve", "Look at it: phonesync -c a.toml apply X --approve"),
        ("run phonesync resume", "run phonesync -c a.toml resume"),
        ("phonesync deletes nothing", "phonesync deletes nothing"),
    ],
)
def test_a_command_that_is_suggested_names_the_configuration(said: str, typed: str) -> None:
    assert as_typed(said, "phonesync -c a.toml") == typed
    assert as_typed(said, "phonesync") == said


def test_nowhere_is_said_of_what_could_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "phonesync.toml").write_text(ONE_SHELF, encoding="utf-8")
    (tmp_path / "shelf.csv").write_text(f"id,number,name\n1,{NUMBERS[0]},Porter\n", encoding="utf-8")
    main(["find", "nikt"])
    assert "No matches." in capsys.readouterr().out
    (tmp_path / "shelf.csv").unlink()
    main(["find", "nikt"])
    assert "No matches in what could be read." in capsys.readouterr().out
