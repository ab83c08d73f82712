"""The README and docs/cli.md say what the program does: sessions, tables and lists are compared with it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from documents import README, REFERENCE, reference, replay, sessions
from pydantic import BaseModel

from flows.cli import cli
from flows.configuration import load
from flows.problems import EXIT_CODES
from schemas.plan import Action, Outcome
from schemas.policy import Guard
from schemas.settings import ApioConnection, Columns, Connection, Secret, Settings, Sync, UsosConnection
from tasks.report import COLUMNS

TEXT = README.read_text(encoding="utf-8")
ROW = re.compile(r"^\| `?([a-z_0-9]+)`? \| (.+?) \|", re.MULTILINE)
# What the tables say for a default that another key, or the service, decides.
SAID = {"columns": "none", "guard": "defaults", "csv_quotechar": "`'\"'`"}


def section(title: str) -> dict[str, str]:
    """Return the rows of the first table after a heading or a sentence: first cell, second cell."""
    start = TEXT.index(title) + len(title)
    table = TEXT[TEXT.index("\n|---", start) :]
    return dict(ROW.findall(table[: table.index("\n\n")]))


def defaults(model: type[BaseModel], without: type[BaseModel] | None = None) -> dict[str, str]:
    """Return the keys of a table with their defaults as the README writes them."""
    skipped = without.model_fields if without else {}
    fields = {name: field for name, field in model.model_fields.items() if name not in skipped}
    return {
        name: SAID.get(name) or ("required" if field.is_required() else written(field.default))
        for name, field in fields.items()
    }


def written(value: Any) -> str:
    if value is None:
        return "none"
    return f"`{json.dumps(value if isinstance(value, (bool, float, int, str, tuple)) else str(value))}`"


def test_the_sessions_show_what_the_program_says_today() -> None:
    assert sessions(replay(TEXT)) == sessions(TEXT), "write them anew: python -m tests.documents"


def test_the_reference_is_the_help_text() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "write it anew: python -m tests.documents"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("### The file", defaults(Settings)),
        ("### `[connections.NAME]`", {"kind": "required"} | defaults(Connection)),
        ('For `kind = "usos"`', {k: v for k, v in defaults(UsosConnection, Connection).items() if k != "kind"}),
        ('For `kind = "apio"`', {k: v for k, v in defaults(ApioConnection, Connection).items() if k != "kind"}),
        ("A secret is kept", defaults(Secret)),
        ("### `[syncs.NAME]`", defaults(Sync)),
        ("### `[syncs.NAME.columns]`", defaults(Columns)),
        ("### `[syncs.NAME.guard]`", defaults(Guard)),
    ],
)
def test_every_key_of_the_configuration_is_there_with_its_default(title: str, expected: dict[str, str]) -> None:
    assert section(title) == expected


def test_every_guard_is_explained_with_its_default() -> None:
    shown = section("### When a guard stops a plan")
    limits = {
        name: str(field.default) for name, field in Guard.model_fields.items() if name != "approval_expires_hours"
    }
    assert set(shown) == set(limits)
    table = TEXT[TEXT.index("| guard | trips at") :]
    for name, default in limits.items():
        row = table[table.index(f"| `{name}` |") :].split("\n", 1)[0]
        assert row.endswith(f"| {default.lower()} |"), row


def test_every_command_is_there_and_none_that_is_not() -> None:
    table = TEXT[TEXT.index("## Commands") : TEXT.index("### Exit codes")]
    assert re.findall(r"^\| `phonesync (\w+)", table, re.MULTILINE) == list(cli.commands)
    missing = TEXT[TEXT.index("Not there yet:") :].split("\n", 1)[0]
    assert not set(re.findall(r"phonesync (\w+)", missing)) & set(cli.commands)


def test_every_command_that_is_written_anywhere_exists() -> None:
    blocks = "\n".join(re.findall(r"```(?:sh|console)\n(.*?)```", TEXT, re.DOTALL))
    used = set(re.findall(r"phonesync(?: -c \S+)? ([a-z]+)", blocks))
    assert used <= set(cli.commands)


def test_every_command_has_an_example_and_a_sentence_for_the_list() -> None:
    for name, command in cli.commands.items():
        assert f"phonesync {name}" in str(command.epilog), name
        assert len(command.get_short_help_str(limit=200)) <= 62, name


def test_the_exit_codes_are_those_of_the_program() -> None:
    assert {int(code) for code in section("### Exit codes")} == {*EXIT_CODES, 10}
    for code, meaning in EXIT_CODES.items():
        assert section("### Exit codes")[str(code)].startswith(meaning)


def test_actions_outcomes_and_columns_are_complete() -> None:
    assert list(section("**A plan** says")) == [str(action.value) for action in Action]
    assert list(section("**An outcome** says")) == [str(outcome.value) for outcome in Outcome]
    assert list(section("### The line report")) == COLUMNS


def test_the_json_example_has_the_words_of_the_program() -> None:
    text = TEXT[TEXT.index("### JSON") :]
    example = json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL)[1])["syncs"][0]
    assert list(example["actions"]) == [str(action.value) for action in Action]
    assert list(example["outcomes"]) == [str(outcome.value) for outcome in Outcome]


def test_the_configuration_that_is_shown_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "phonesync.toml"
    file.write_text(re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)[1], encoding="utf-8")
    assert list(load(file).syncs) == ["faculties", "desk-phones"]


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (README.parent / target).exists(), target
    anchors = {
        re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= anchors
