"""What people read is plain English and plain Polish, without the words that only this project would use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from flows.cli import cli
from schemas.settings import Language
from tests.catalogues import parsed, written

ROOT = Path(__file__).parents[4]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
POLISH = {"README.pl.md", "numery.md", "popraw-plik.md", "sprawdzanie.md"}
# Beside each: what to write instead.
RETIRED = re.compile(
    r"""
    \b(?:some|no)body\b                                                  # a role, or `outside phonesync`
    | \bstands?\b(?!\ for) | \bstood\b                                   # is, exists, is stored
    | \b(?:a|your)\ yes\b | \bsays?\ (?:yes|no)\b                        # approve, approval
    | \bno\ line\ (?:mentions|wants)\b                                   # not in the file
    | \bput\ (?:it\ )?(?:back|right)\b | \bthe\ way\ back\b              # restore, correct, undo
    | \bin\ step\b | \bat\ rest\b                                        # in sync, unchanged
    | \b(?:is|are|was|were|be)\ told\b | \btells\ (?:what|more)\b        # report, show, notify
    | \bfound\ out\b                                                     # detected
    | \bleft\ alone\b | \bleaves?\ alone\b | \bleft\ as\ (?:it|they)\b   # not changed
    | \b(?:can|could)(?:\ not|not)\ be\ trusted\b                        # rejected
    | \bcannot\ be\ (?:meant|one)\b                                      # invalid
    | \bwhat\ (?:be)?c[ao]mes?\ of\b | \bbefore\ its\ turn\b             # outcome; the run stopped first
    | \bmay\ (?:stand|stay)\b                                            # accepted until
    | \bgives?\ way\b | \bhas\ died\b                                    # expires, was killed
    | \bmade\ up\ for\b | \bcalled\ off\b                                # runs late, cancelled
    | (?<!there\ )\bis\ no\ (?:age|day|number|text|reason|workbook)\b    # is not a …
    | \bspoilt\b | \bunasked\b                                           # damaged; without a request
    | \bat\ work\b | \blook(?:ed)?\ at\b | \bis\ (?:all\ )?there\b       # running; review, compare; exists
    | \bPrefect's\ pages\b                                               # the Prefect UI
    """,
    re.IGNORECASE | re.VERBOSE,
)
RETIRED_IN_POLISH = re.compile(
    r"\blini(?:[aęąei]|ach)\b|\bsto(?:i|ją)\b|\brację ma\b|\bnie może nim być\b", re.IGNORECASE
)
CODES = re.compile(r"`[^`]*`|^```.*?^```", re.MULTILINE | re.DOTALL)  # names, and what a terminal shows


def texts_of(lang: Language) -> Iterator[str]:
    for message in parsed(written(lang), lang):
        if message.id:
            yield from [message.string] if isinstance(message.string, str) else message.string


def help_of(command: click.Command) -> Iterator[str]:
    yield command.help or ""
    yield from (option.help or "" for option in command.params if isinstance(option, click.Option))
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from help_of(below)


def test_every_message_is_in_plain_english() -> None:
    assert [text for text in texts_of("en") if RETIRED.search(text)] == []


def test_every_message_is_in_plain_polish() -> None:
    assert [text for text in texts_of("pl") if RETIRED_IN_POLISH.search(text)] == []


def test_every_help_text_is_in_plain_english() -> None:
    assert [text for text in help_of(cli) if RETIRED.search(text)] == []


@pytest.mark.parametrize("page", [page for page in PAGES if page.name not in POLISH], ids=lambda page: page.name)
def test_every_page_is_in_plain_english(page: Path) -> None:
    assert RETIRED.findall(CODES.sub("", page.read_text(encoding="utf-8"))) == []
