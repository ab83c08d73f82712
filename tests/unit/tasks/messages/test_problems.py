"""Codes are for programs and sentences for people: each code has its sentence, and nothing decides by a sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.registry import specs
from schemas.problems import Code, Problem
from schemas.quirks import Quirk, QuirkCode
from tasks.messages.problems import ENGLISH, sentence
from tasks.messages.quirks import quirk_sentence

ROOT = Path(__file__).parents[4]
PRODUCT = [path for room in ("flows", "connectors", "tasks", "schemas") for path in sorted((ROOT / room).rglob("*.py"))]
SNAKE_CASE = re.compile(r"[a-z]+(_[a-z0-9]+)*")
# A sentence, or what `--json` and the reports call one.
NAMES = frozenset({"message", "sentence"})
LOOKS = frozenset({"startswith", "endswith", "match", "fullmatch", "search", "find", "index"})
# What `check` says of a whole file is found by its sentence until the sentences of files have codes; a console's
# headline looks whether an error names its sync already. Neither decides about anybody's number. The migration is there
# to put codes in the place of sentences.
MIGRATION = "connectors/ledger/migrations/versions/v0003_codes.py"
READ_ALL_THE_SAME = {"flows/check.py", "flows/errors.py", MIGRATION}


def test_every_code_has_its_sentence() -> None:
    assert set(ENGLISH) == set(Code)
    values = {"said": "so", "number": "1"}
    for code in Code:
        assert SNAKE_CASE.fullmatch(code)
        assert len(code) <= 40, "the ledger's column"
        assert sentence(Problem(code, values, place=7))
        assert set(re.findall(r"{(\w*)}", ENGLISH[code])) <= {*values, "place"}


def test_two_codes_that_say_the_same_are_one_code() -> None:
    own = [template for template in ENGLISH.values() if template != "{said}"]
    assert len(set(own)) == len(own)


def test_the_page_of_codes_is_complete() -> None:
    page = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", page, flags=re.MULTILINE))
    assert list(told) == [str(code.value) for code in Code]
    for code, template in ENGLISH.items():
        shown = re.sub(r"{(\w+)}", lambda found: "…" if found[1] != "place" else "7", template)
        assert told[code].startswith(shown)


@pytest.mark.parametrize("kind", specs())
def test_every_quirk_is_told_and_comes_back_from_the_ledger(kind: str) -> None:
    wording = specs()[kind].wording
    for code in QuirkCode:
        quirk = Quirk(code, 40 if code is QuirkCode.CUTS_NAMES else 0)
        assert SNAKE_CASE.fullmatch(code)
        assert Quirk.read(str(quirk)) == quirk
        told = quirk_sentence(quirk, wording)
        assert told.startswith(wording.subject)
        assert "{" not in told


@pytest.mark.parametrize("text", ["", "something else", "cuts_names:x", "cuts names to 40"])
def test_a_quirk_that_no_release_has_known_is_none(text: str) -> None:
    assert Quirk.read(text) is None


def is_sentence(node: ast.expr) -> bool:
    """Tell whether an expression is somebody's sentence: `item.message`, `row["message"]`."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value in NAMES
    return isinstance(node, ast.Attribute) and node.attr in NAMES


def is_empty(node: ast.expr) -> bool:
    """Whether anything is said at all may be asked."""
    return isinstance(node, ast.Constant) and node.value == ""


def decisions(source: str) -> Iterator[int]:
    """Return the lines where code compares a sentence, or looks into one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(is_sentence, sides)) and not any(map(is_empty, sides)):
                yield node.lineno
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOOKS:
            looked_at = [part for given in (node.func.value, *node.args) for part in ast.walk(given)]
            if any(is_sentence(part) for part in looked_at if isinstance(part, ast.expr)):
                yield node.lineno


@pytest.mark.parametrize(
    "source",
    [
        "item.message in {A, B}",
        "item.message != CUT",
        '"held: x" == row["message"]',
        'error.message.startswith("x")',
        "re.fullmatch(P, error.message)",
        "re.match(P, error.message.removeprefix(x))",
        'frame["message"].str.startswith("rejected")',
    ],
)
def test_a_decision_by_a_sentence_would_be_seen(source: str) -> None:
    assert list(decisions(source)) == [1]


def test_nothing_decides_by_a_sentence() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for path in PRODUCT
        if (lines := list(decisions(path.read_text(encoding="utf-8"))))
    }
    assert set(found) == READ_ALL_THE_SAME, found


def test_a_sentence_stands_in_one_place() -> None:
    """Where a sentence is written out a second time, somebody is about to compare with it."""
    own = {template for template in ENGLISH.values() if "{" not in template and template != ENGLISH[Code.NOT_SENT]}
    allowed = {"tasks/messages/problems.py", MIGRATION}
    for path in PRODUCT:
        if path.relative_to(ROOT).as_posix() not in allowed:
            tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            texts = {node.value for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)}
            assert not texts & own, path
