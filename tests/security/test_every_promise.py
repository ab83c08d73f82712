"""What docs/security.md and docs/reliability.md promise has a mechanism, and a test that would fail without it."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def rows(page: str, header: str) -> list[list[str]]:
    """Return the rows of a page's table."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    columns = header.count("|") - 1
    table = text.partition(f"{header}\n{'|---' * columns}|\n")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


PROMISES = rows("security.md", "| promise | mechanism | test |")
TROUBLES = rows("reliability.md", "| what may happen | what is done about it | decided in | test |")


def test_each_promise_has_its_mechanism_and_its_test() -> None:
    assert min(len(PROMISES), len(TROUBLES)) > 15
    for promise, *_, mechanism, test in [*PROMISES, *TROUBLES]:
        modules, tests = re.findall(r"`([^`]+)`", mechanism), re.findall(r"`([^`]+)`", test)
        assert promise
        assert modules, promise
        assert tests, promise
        for place in (*modules, *tests):
            assert (ROOT / place).is_file(), (promise, place)
        assert all(name.startswith("tests/") for name in tests), promise


def test_each_file_of_attacks_proves_a_promise() -> None:
    proven = " ".join(test for *_, test in PROMISES)
    attacks = {path.name for path in Path(__file__).parent.glob("test_*.py")} - {Path(__file__).name}
    assert {name for name in attacks if name not in proven} == set()
