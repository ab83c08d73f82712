"""What takes long to import is imported by the commands that need it, and by no other.

How long a command takes to begin depends on nothing else so much, and what it imports is the same on every machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# The packages of others that take long, as far as phonesync or what it needs imports them anywhere.
SLOW = frozenset(
    {
        *("alembic", "babel", "calamine", "croniter", "fastapi", "httpx", "hypothesis", "jinja2", "numpy", "oauthlib"),
        *("openpyxl", "pandas", "pandera", "phonenumbers", "prefect", "pyarrow", "pydantic", "python_calamine"),
        *("requests", "rich", "sqlalchemy", "starlette", "tenacity", "urllib3", "uvicorn"),
    }
)
SETTINGS = frozenset({"croniter", "pydantic"})
LEDGER = SETTINGS | {"rich", "sqlalchemy"}
TABLES = frozenset({"numpy", "pandas", "pandera", "pyarrow"})
WORDS = frozenset({"babel"})  # where something is counted or dated
NUMBERS = frozenset({"phonenumbers"})

_CONFIGURATION = """\
[connections.here]
kind = "memory"
[connections.usos]
kind = "usos"
base_url = "http://127.0.0.1:9"
consumer_key = { env = "KEY" }
consumer_secret = { env = "SECRET" }
[syncs.shelf]
connection = "here"
shelf = "a"
source = "shelf.csv"
schedule = "15 2 * * *"
"""
_SCRIPT = """\
import sys
from flows.cli import main
from flows.startup import leave_unneeded_packages_out
leave_unneeded_packages_out()
main(sys.argv[1:])
print(*(name for name, module in sys.modules.items() if module is not None), file=sys.stderr)
"""
# A process of its own, with the rest of its life after the command.
_PROCESS = """\
import atexit, gc, sys
from flows.cli import main
looked = []
atexit.register(lambda: print(len(looked), gc.get_freeze_count() > 0, file=sys.stderr))
gc.callbacks.append(lambda phase, info: looked.append(phase))
sys.exit(main())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a configuration, a file of numbers, and a ledger that knows a run."""
    place = tmp_path_factory.mktemp("imports")
    (place / "phonesync.toml").write_text(_CONFIGURATION, encoding="utf-8")
    (place / "shelf.csv").write_text("id,number,name\n1,22 999 00 01,Porter\n", encoding="utf-8")
    imported(place, "plan")
    assert (place / "phonesync.db").exists()
    return place


def imported(folder: Path, *arguments: str, lang: str = "C") -> set[str]:
    """Return the modules that a process of a command has imported."""
    return set(told(_SCRIPT, folder, *arguments, lang=lang))


def told(script: str, folder: Path, *arguments: str, lang: str = "C") -> list[str]:
    """Return the words of the last line that a process has written to its standard error."""
    command = [sys.executable, "-c", script, *arguments]
    environment = {**os.environ, "LC_ALL": lang, "PYTHONUTF8": "1"}
    done = subprocess.run(  # noqa: S603 - our own command
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    assert "error" not in done.stdout
    return done.stderr.splitlines()[-1].split()


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (("--help",), frozenset()),
        (("plan", "--help"), frozenset()),
        (("number", "22 999 00 01"), NUMBERS | {"rich"}),
        (("runs",), LEDGER),
        (("status",), LEDGER | WORDS),
        (("show", "last"), LEDGER | TABLES),
        (("check",), SETTINGS | TABLES | NUMBERS | {"rich", "sqlalchemy"}),
        (("plan",), LEDGER | TABLES | WORDS | NUMBERS | {"jinja2", "requests", "urllib3"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_command_imports_what_it_needs_and_nothing_else_that_is_slow(
    arguments: tuple[str, ...], needed: frozenset[str], folder: Path
) -> None:
    slow = {name for name in imported(folder, *arguments) if "." not in name} & SLOW
    assert slow == needed


def test_help_in_polish_imports_nothing_slow_either(folder: Path) -> None:
    assert {name for name in imported(folder, "plan", "--help", lang="pl_PL.UTF-8") if "." not in name} & SLOW == set()


def test_a_list_of_runs_waits_for_no_module_about_files_numbers_or_plans(folder: Path) -> None:
    """Our own modules cost a millisecond each: commands that look back do not import those that carry a run out."""
    ours = {name for name in imported(folder, "runs") if name.startswith(("flows.", "connectors.", "tasks."))}
    assert not {name for name in ours if name.startswith(("tasks.plan", "tasks.phone", "tasks.reports"))}
    assert not {"connectors.files.reading", "connectors.http.client", "flows.planning", "flows.run"} & ours


@pytest.mark.parametrize("command", ["runs", "show last", "check", "plan"])
def test_a_small_command_never_looks_for_garbage_not_even_when_it_ends(command: str, folder: Path) -> None:
    """Both cost a tenth of a second for each, and find nothing: what has been imported stays."""
    assert told(_PROCESS, folder, *command.split()) == ["0", "True"]
