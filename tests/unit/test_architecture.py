"""docs/architecture.md: every path that it names is there, and it is a table worth the name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PATHS = sorted(set(re.findall(r"`((?:flows|connectors|tasks|schemas|tests|docs)/[\w/.-]*)`", PAGE)))


@pytest.mark.parametrize("path", PATHS)
def test_every_path_named_there_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_it_says_where_many_kinds_of_changes_go() -> None:
    _, _, table = PAGE.partition("## To change X, open Y")
    assert len(re.findall(r"^\| (?!to change|-)", table, flags=re.MULTILINE)) >= 12
