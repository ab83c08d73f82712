"""docs/security.md promises nothing without a mechanism and a test that attacks it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def rows() -> list[list[str]]:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    table = text.partition("| promise | mechanism | test |\n|---|---|---|\n")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def test_each_promise_has_its_mechanism_and_its_test() -> None:
    assert len(rows()) > 15
    for promise, mechanism, test in rows():
        modules, tests = re.findall(r"`([^`]+)`", mechanism), re.findall(r"`([^`]+)`", test)
        assert promise
        assert modules, promise
        assert tests, promise
        for place in (*modules, *tests):
            assert (ROOT / place).is_file(), (promise, place)
        assert all(name.startswith("tests/") for name in tests), promise


def test_each_file_of_attacks_proves_a_promise() -> None:
    proven = " ".join(test for *_, test in rows())
    attacks = {path.name for path in Path(__file__).parent.glob("test_*.py")} - {Path(__file__).name}
    assert {name for name in attacks if name not in proven} == set()
