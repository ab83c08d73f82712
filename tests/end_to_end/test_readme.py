"""The documents say what the program does: sessions, lists and commands are compared with it, links and words too."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from documents import (
    CONFIGURATION,
    DOCS,
    README,
    READMES,
    REFERENCE,
    ROOT,
    WITH_SESSIONS,
    configuration,
    reference,
)
from sessions import commands, replay, sessions

from flows.cli import cli
from flows.config import load
from schemas.exit_codes import ExitCode
from schemas.findings import FindingKind
from schemas.plan import Action, Outcome
from tasks.messages.catalogue import text
from tasks.reports.line_report import COLUMNS

PAGES = [*READMES, *sorted(DOCS.glob("*.md"))]
# What developers read; it is held for its links, and not counted.
BESIDE = [ROOT / "CONTRIBUTING.md", *(ROOT / "benchmarks").glob("*.md"), *(ROOT / "tests").glob("*/README.md")]
# A front door in four minutes, all of it in an evening.
MOST_WORDS = {"README.md": 1_200, "README.pl.md": 1_200}
MOST_WORDS_IN_ALL = 24_000
REPORTS = (DOCS / "reports.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `?([a-z_0-9]+)`? \| (.+?) \|", re.MULTILINE)


def section(title: str) -> dict[str, str]:
    """Return the rows of the first table of the page about reports after a heading: first cell, second cell."""
    start = REPORTS.index(title) + len(title)
    table = REPORTS[REPORTS.index("\n|---", start) :]
    return dict(ROW.findall(table[: table.index("\n\n")]))


def words(page: Path) -> int:
    """Count the words of a page; the lines and bars of a table are none."""
    return sum(any(character.isalnum() for character in word) for word in page.read_text(encoding="utf-8").split())


@pytest.mark.parametrize("page", WITH_SESSIONS, ids=lambda page: page.name)
def test_the_sessions_show_what_the_program_says_today(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert sessions(replay(text)) == sessions(text), "write them anew: python -m tests.documents"


def test_the_reference_is_the_help_text() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "write it anew: python -m tests.documents"


def test_the_configuration_is_described_as_it_is() -> None:
    assert CONFIGURATION.read_text(encoding="utf-8") == configuration(), "write it anew: python -m tests.documents"


def test_every_key_has_a_meaning() -> None:
    assert re.findall(r"^- `.*: $", configuration(), re.MULTILINE) == []


def test_every_command_is_there_and_none_that_is_not() -> None:
    table = re.findall(r"^- \[?(\w+)(?:\]\(#[\w-]+\))?: ", reference().partition("\n## ")[0], re.MULTILINE)
    assert table == list(cli.commands)


def test_the_readme_names_five_commands_and_both_that_set_up() -> None:
    told = README.read_text(encoding="utf-8")
    assert len(re.findall(r"^\| `phonesync (\w+)", told, re.MULTILINE)) == 5
    assert {"make demo", "make test"} <= set(re.findall(r"^make \w+", told, re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_is_written_anywhere_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL) + re.findall(r"`(phonesync [^`]*)`", text)
    used = {name for block in blocks for name in re.findall(r"phonesync(?: -c \S+)? ([a-z]+)\b(?![.:])", block)}
    assert used <= set(cli.commands)


def test_every_word_of_a_plan_an_outcome_and_a_finding_is_in_the_glossary_as_people_read_it() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    said = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", glossary, re.MULTILINE))
    words = {str(word.value) for word in (*Action, *Outcome)}
    assert words <= said.keys()
    kinds = {str(kind.value): text(f"finding.{kind.value}", "pl").lower() for kind in FindingKind}
    assert {kind: said.get(kind) for kind in kinds} == kinds


def test_every_command_that_is_written_anywhere_takes_what_is_written_after_it() -> None:
    lines = [line for page in PAGES for line in commands(page.read_text(encoding="utf-8"))]
    assert ["phonesync", "export", "faculties", "--discover"] in lines
    for _, *given in lines:
        name, *arguments = given[2:] if given[0] == "-c" else given
        cli.commands[name].make_context(name, arguments)


def test_every_command_has_an_example_and_a_sentence_for_the_list() -> None:
    for name, command in cli.commands.items():
        assert f"phonesync {name}" in str(command.epilog), name
        assert len(command.get_short_help_str(limit=200)) <= 62, name


def test_the_exit_codes_are_those_of_the_program() -> None:
    told = dict(re.findall(r"^- (\d+): (.+)$", reference(), re.MULTILINE))
    assert {int(code): meaning for code, meaning in told.items()} == {int(code): code.meaning for code in ExitCode}


def test_the_columns_of_the_line_report_are_complete() -> None:
    assert list(section("## The line report")) == COLUMNS


def test_the_json_example_has_the_words_of_the_program() -> None:
    example = json.loads(re.search(r"```json\n(.*?)```", REPORTS, re.DOTALL)[1])["syncs"][0]
    assert list(example["actions"]) == [str(action.value) for action in Action]
    assert list(example["outcomes"]) == [str(outcome.value) for outcome in Outcome]


def test_the_configuration_that_is_shown_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "phonesync.toml"
    page = (DOCS / "connect.md").read_text(encoding="utf-8")
    file.write_text(re.search(r"```toml\n(.*?)```", page, re.DOTALL)[1], encoding="utf-8")
    assert list(load(file).syncs) == ["faculties", "desk-phones"]


def test_the_documents_are_as_short_as_they_promise() -> None:
    counted = {page.name: words(page) for page in PAGES}
    assert {name: counted[name] for name, most in MOST_WORDS.items() if counted[name] > most} == {}
    assert sum(counted.values()) <= MOST_WORDS_IN_ALL


def test_the_index_names_every_page_once() -> None:
    named = re.findall(r"\]\((\w[\w-]*\.md)\)", (DOCS / "index.md").read_text(encoding="utf-8"))
    assert sorted(named) == sorted(page.name for page in DOCS.glob("*.md") if page.name != "index.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_says_nothing_under_one_heading_twice(page: Path) -> None:
    headings = re.findall(r"^## .+", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert [heading for heading in headings if headings.count(heading) > 1] == []


@pytest.mark.parametrize("page", [*PAGES, *BESIDE], ids=lambda page: str(page.relative_to(ROOT)))
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
