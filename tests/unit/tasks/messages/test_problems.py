"""Codes are for programs and sentences for people: each code has its sentence, and nothing decides by a sentence."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.registry import specs
from schemas.problems import Code, Problem, also, code_of, packed, unpacked
from schemas.quirks import Quirk, QuirkCode
from schemas.reasons import FileCode, LineCode
from tasks.messages import catalogue
from tasks.messages.quirks import quirk_sentence
from tasks.messages.rendering import sentence, told_of_line
from tasks.reports.masking import hide_cell

ROOT = Path(__file__).parents[4]
ROOMS = ("flows", "connectors", "tasks", "schemas")
# Migrations are there to put codes in the place of sentences.
PRODUCT = [
    path
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
    if not path.is_relative_to(ROOT / "connectors/ledger/migrations")
]
OF_RECONCILIATIONS = {Code.NO_NUMBER_IN_IT, Code.NAME_STANDS_TWICE, Code.NUMBER_STANDS_TWICE, Code.REPLICA_LATE}
SNAKE_CASE = re.compile(r"[a-z]+(_[a-z0-9]+)*")
# A sentence, or what `--json` and the reports call one.
NAMES = frozenset({"message", "sentence", "error", "remedy"})
LOOKS = frozenset({"startswith", "endswith", "match", "fullmatch", "search", "find", "index", "split", "partition"})
LOOKS |= {"removeprefix", "removesuffix", "contains", "extract", "replace", "sub"}


def every_place(code: Code) -> Problem:
    """Return a problem with all that a sentence may have places for."""
    values = dict.fromkeys(re.findall(r"{(\w+)}", catalogue.text(code, "en")), "so")
    return Problem(code, {name: value for name, value in values.items() if name != "place"}, place=7)


def test_every_code_has_its_sentence_in_both_languages() -> None:
    for code in Code:
        assert SNAKE_CASE.fullmatch(code)
        assert len(code) <= 40, "the ledger's column"
        told = {lang: sentence(every_place(code), lang) for lang in catalogue.LANGUAGES}
        assert all(told.values())
        assert told["en"] != told["pl"] or told["en"] == "so"


def test_two_codes_that_say_the_same_are_one_code() -> None:
    own = [text for code in Code if (text := catalogue.text(code, "en")) != "{said}"]
    assert len(set(own)) == len(own)


def test_the_page_of_codes_is_complete() -> None:
    page = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^- `(\w+)`: (.+)$", page, flags=re.MULTILINE))
    # What only a reconciliation says has no row of a line report.
    assert list(told) == [str(code.value) for code in Code if code not in OF_RECONCILIATIONS]
    for code, row in told.items():
        shown = re.sub(r"{(\w+)}", lambda found: "…" if found[1] != "place" else "7", catalogue.text(code, "en"))
        assert row.startswith(shown)


problems = st.builds(
    Problem,
    st.sampled_from([*Code, *LineCode, *FileCode]),
    st.dictionaries(st.text(max_size=5), st.text(max_size=9), max_size=3),
    st.integers(0, 10**7),
)


@given(said=st.lists(problems, max_size=3), more=st.lists(problems, max_size=3))
def test_problems_come_back_from_a_table_as_they_were(said: list[Problem], more: list[Problem]) -> None:
    assert list(unpacked(packed(*said))) == said
    both = also(pd.Series([packed(*said)], dtype="str"), pd.Series([packed(*more)], dtype="str"))
    assert list(unpacked(both.iloc[0])) == [*said, *more]


def test_what_another_problem_is_due_to_is_said_in_the_readers_language() -> None:
    half = Problem(Code.OLD_ENTRY_STANDS, {"because": str(Code.NOT_READ_BACK)})
    assert sentence(half).endswith(": sent, but the result could not be read")
    assert sentence(half, "pl").endswith(": " + sentence(Problem(Code.NOT_READ_BACK), "pl"))


def test_a_rejected_line_quotes_its_cell_unless_it_is_hidden() -> None:
    problem = Problem(LineCode.NUMBER_WORDS, {"column": "Telefon", "cell": "{Anna}"})
    assert sentence(problem) == 'rejected: Telefon "{Anna}": there is no number in this text'
    assert sentence(problem, "pl") == 'odrzucono: Telefon "{Anna}": w tym tekście nie ma numeru'
    assert sentence(hide_cell(problem)) == 'rejected: Telefon "•••": there is no number in this text'
    own = Problem(Code.OTHER, {"said": "no room", "column": "Name", "cell": "Anna"})
    assert sentence(own, "pl") == 'odrzucono: Name "Anna": no room'
    whole = Problem(LineCode.LINE_NUL, {"column": "", "cell": ""})
    assert sentence(whole) == "rejected: the line contains a NUL byte"


def test_a_code_that_no_release_has_known_is_in_other_words() -> None:
    assert code_of("no-such-code") is Code.OTHER
    assert told_of_line("other", '{"said":"a card has room for 12 letters"}', "pl").sentence.startswith("a card")


@pytest.mark.parametrize("kind", specs())
def test_every_quirk_is_told_and_comes_back_from_the_ledger(kind: str) -> None:
    wording = specs()[kind].wording
    for code in QuirkCode:
        quirk = Quirk(code, 40 if code is QuirkCode.CUTS_NAMES else 0)
        assert SNAKE_CASE.fullmatch(code)
        assert Quirk.read(str(quirk)) == quirk
        told = {lang: quirk_sentence(quirk, wording, lang) for lang in catalogue.LANGUAGES}
        assert told["en"].startswith(wording.subject)
        assert "{" not in "".join(told.values())
        assert told["en"] != told["pl"]


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
        'sync["error"].startswith(sync["sync"])',
        'report["message"].str.replace(P, "")',
    ],
)
def test_a_decision_by_a_sentence_would_be_seen(source: str) -> None:
    assert {*decisions(source)} == {1}


def test_nothing_decides_by_a_sentence() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for path in PRODUCT
        if (lines := list(decisions(path.read_text(encoding="utf-8"))))
    }
    assert not found, found


def test_a_sentence_stands_in_the_catalogues_alone() -> None:
    """Where a sentence is written out a second time, somebody is about to compare with it."""
    own = {text for code in (*Code, *LineCode, *FileCode) if "{" not in (text := catalogue.text(code, "en"))}
    own -= {catalogue.text(Code.NOT_SENT, "en")}
    for path in PRODUCT:
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        texts = {node.value for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        assert not texts & own, path
