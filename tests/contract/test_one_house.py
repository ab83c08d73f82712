"""A service is one package behind one specification: nothing else decides by its name."""

from __future__ import annotations

import ast
from pathlib import Path

from connectors.registry import specs

ROOT = Path(__file__).parents[2]
# Where a service's name may stand: its package, its sandbox, the registry; and the sandbox's own command and story.
MAY_NAME = (
    "connectors/usos/",
    "connectors/apio/",
    "connectors/memory/",
    "connectors/sandbox/",
    "connectors/registry.py",
)
TELLS_THE_STORY = {"flows/sandbox.py"}
# `apio` is also the name of a form in which numbers are written, as configurations have it.
FORM_OF_NUMBERS = {"schemas/syncs.py", "tasks/phone/formats.py"}


def _modules() -> list[Path]:
    found = [path for package in ("flows", "connectors", "tasks", "schemas") for path in (ROOT / package).rglob("*.py")]
    return [path for path in found if not path.relative_to(ROOT).as_posix().startswith(MAY_NAME)]


def _where_named(path: Path, kinds: set[str]) -> list[int]:
    """Return the lines on which a text constant is the name of a service, or something of its package is imported."""
    lines = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and node.value in kinds:
            lines.append(node.lineno)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[1:2] and node.module:
            package, name = node.module.split(".")[:2]
            if package == "connectors" and name in kinds:
                lines.append(node.lineno)
    return lines


def test_no_module_outside_its_package_names_a_service() -> None:
    kinds = set(specs())
    named = {
        where: lines
        for path in _modules()
        if (where := path.relative_to(ROOT).as_posix()) not in TELLS_THE_STORY | FORM_OF_NUMBERS
        and (lines := _where_named(path, kinds))
    }
    assert named == {}


def test_the_search_finds_what_it_looks_for() -> None:
    assert _where_named(ROOT / "flows" / "sandbox.py", set(specs()))
