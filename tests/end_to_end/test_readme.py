"""The README and docs/cli.md say what the program does: sessions, tables and lists are compared with it."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from documents import CONFIGURATION, README, READMES, REFERENCE, ROOT, configuration, reference, replay, sessions

from flows.cli import cli
from flows.config import load
from schemas.exit_codes import ExitCode
from schemas.findings import FindingKind
from schemas.plan import Action, Outcome
from tasks.messages.catalogue import text
from tasks.reports.line_report import COLUMNS

TEXT = README.read_text(encoding="utf-8")
ROW = re.compile(r"^\| `?([a-z_0-9]+)`? \| (.+?) \|", re.MULTILINE)


def section(title: str) -> dict[str, str]:
    """Return the rows of the first table after a heading or a sentence: first cell, second cell."""
    start = TEXT.index(title) + len(title)
    table = TEXT[TEXT.index("\n|---", start) :]
    return dict(ROW.findall(table[: table.index("\n\n")]))


@pytest.mark.parametrize("page", READMES, ids=lambda page: page.name)
def test_the_sessions_show_what_the_program_says_today(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert sessions(replay(text)) == sessions(text), "write them anew: python -m tests.documents"


def test_the_reference_is_the_help_text() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "write it anew: python -m tests.documents"


def test_the_configuration_is_described_as_it_is() -> None:
    assert CONFIGURATION.read_text(encoding="utf-8") == configuration(), "write it anew: python -m tests.documents"


def test_every_key_has_a_meaning() -> None:
    assert re.findall(r"^\| `.*\|  \|$", configuration(), re.MULTILINE) == []


def test_every_command_is_there_and_none_that_is_not() -> None:
    table = TEXT[TEXT.index("## Commands") : TEXT.index("### Exit codes")]
    assert re.findall(r"^\| `phonesync (\w+)", table, re.MULTILINE) == list(cli.commands)


def test_every_command_that_is_written_anywhere_exists() -> None:
    for page in READMES:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL) + re.findall(r"`(phonesync [^`]*)`", text)
        used = {name for block in blocks for name in re.findall(r"phonesync(?: -c \S+)? ([a-z]+)", block)}
        assert used <= set(cli.commands)


def test_every_word_of_a_plan_an_outcome_and_a_finding_is_in_the_glossary_as_people_read_it() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", glossary, re.MULTILINE))
    words = {str(word.value) for word in (*Action, *Outcome)}
    assert words <= said.keys()
    kinds = {str(kind.value): text(f"finding.{kind.value}", "pl").lower() for kind in FindingKind}
    assert {kind: said.get(kind) for kind in kinds} == kinds


def test_every_command_that_is_written_anywhere_takes_what_is_written_after_it() -> None:
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL))
    lines = [shlex.split(line, comments=True) for line in blocks.splitlines() if line.startswith("phonesync ")]
    assert ["phonesync", "export", "faculties", "--discover"] in lines
    for _, *words in lines:
        name, *arguments = words[2:] if words[0] == "-c" else words
        cli.commands[name].make_context(name, arguments)


def test_every_command_has_an_example_and_a_sentence_for_the_list() -> None:
    for name, command in cli.commands.items():
        assert f"phonesync {name}" in str(command.epilog), name
        assert len(command.get_short_help_str(limit=200)) <= 62, name


def test_the_exit_codes_are_those_of_the_program() -> None:
    assert {int(code) for code in section("### Exit codes")} == set(ExitCode)
    for code in set(ExitCode) - {ExitCode.CHANGES}:
        assert section("### Exit codes")[str(code)].startswith(code.meaning)


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


@pytest.mark.parametrize("page", [*READMES, *sorted((ROOT / "docs").glob("*.md"))], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        target, _, place = link.partition("#")
        if "://" in target:
            continue
        found = page.parent / target if target else page
        assert found.exists(), link
        assert not place or place in anchors(found), link


def anchors(page: Path) -> set[str]:
    """Return the places in a page that a link may name, as they are made of its headings."""
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title).strip().lower().replace(" ", "-") for title in titles}
