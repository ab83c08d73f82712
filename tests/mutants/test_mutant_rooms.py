"""What `make mutants` draws from is there, and what it is said to spare is explained."""

from __future__ import annotations

import ast
import re
from collections import Counter

import pytest

from tests.mutants.rooms import LISTED, PAGE, ROOMS, ROOT


@pytest.mark.parametrize("name", ROOMS)
def test_every_module_and_every_test_of_a_room_is_there(name: str) -> None:
    room = ROOMS[name]
    for pattern in room.modules:
        assert list(ROOT.glob(pattern)), pattern
    for tests in room.tests:
        assert list(ROOT.glob(tests)), tests
    assert room.files()


def test_no_module_stands_in_two_rooms_and_300_mutants_are_drawn() -> None:
    files = Counter(path for room in ROOMS.values() for path in room.files())
    assert {path for path, times in files.items() if times > 1} == set()
    assert sum(room.drawn for room in ROOMS.values()) == 300


def test_each_mutant_that_is_spared_names_a_function_and_a_reason() -> None:
    text = PAGE.read_text(encoding="utf-8")
    _, _, listed = text.partition("## What changes nothing")
    rows = re.findall(r"^\| `.*", listed, re.MULTILINE)
    assert len(LISTED.findall(text)) == len(rows)
    files = {path for room in ROOMS.values() for path in room.files()}
    for row in rows:
        where, reason = re.search(r"^\| `[0-9a-f]{8}` \| `(.+?)` \| .* \| (.+) \|$", row).groups()
        path, _, function = where.partition(" ")
        assert path in files, row
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, row
        assert len(reason.split()) > 3, row
