"""What is mutated, how much of it is drawn, and which tests can reach it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SEED: Final = "1"  # another one draws another sample
PAGE: Final = Path(__file__).parent / "README.md"
LISTED: Final = re.compile(r"^\| `([0-9a-f]{8})` \|", re.MULTILINE)  # a mutant that changes nothing, on the page


@dataclass(frozen=True)
class Room:
    """Modules that decide about one thing, the tests that can reach them, and how many mutants are drawn there."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    drawn: int

    def files(self) -> list[str]:
        """Return the modules."""
        return [path for path in _found(self.modules) if not path.endswith("__init__.py")]

    def test_files(self) -> list[str]:
        """Return the tests, as pytest is told them."""
        return _found(self.tests)


def _found(patterns: tuple[str, ...]) -> list[str]:
    return sorted({path.relative_to(ROOT).as_posix() for pattern in patterns for path in ROOT.glob(pattern)})


ROOMS: Final = {
    "planning": Room(("tasks/plan/*.py",), ("tests/unit/tasks/plan",), 60),
    "execution": Room(
        ("tasks/execution/*.py", "connectors/execution.py", "connectors/settling.py"),
        ("tests/unit/tasks/execution", "tests/unit/connectors/test_*.py"),
        45,
    ),
    "findings": Room(("tasks/reconcile/*.py",), ("tests/unit/tasks/reconcile",), 45),
    "validation": Room(
        ("tasks/source/validation.py", "tasks/source/line_problems.py", "tasks/source/repeated_lines.py"),
        ("tests/unit/tasks/source", "tests/unit/tasks/phone/test_switchboard.py"),
        30,
    ),
    "numbers": Room(("tasks/phone/*.py",), ("tests/unit/tasks/phone",), 60),
    "http": Room(
        ("connectors/http/*.py",),
        ("tests/unit/connectors/http", "tests/contract/clients/test_*_client.py"),
        20,
    ),
    "usos": Room(
        ("connectors/usos/*.py",),
        (
            "tests/unit/connectors/usos",
            "tests/unit/connectors/test_*.py",
            "tests/contract/clients/test_clients_meet_sandbox.py",
            "tests/contract/clients/test_usos_client.py",
            "tests/torture/test_odd_answers.py",
        ),
        20,
    ),
    "apio": Room(
        ("connectors/apio/*.py",),
        (
            "tests/unit/connectors/test_*.py",
            "tests/contract/clients/test_apio_client.py",
            "tests/torture/test_odd_answers.py",
            "tests/contract/test_colleagues_write.py",  # whole runs: what is done to a list is seen in no smaller piece
        ),
        20,
    ),
}
