"""Limits are named in one module, and those that depend on each other fit together."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from schemas import limits
from schemas.connections import Connection

ROOT = Path(__file__).parents[3]
ROOMS = ("connectors", "flows", "schemas", "tasks")
ELSEWHERE = {"schemas/limits.py", *(str(path.relative_to(ROOT)) for path in ROOT.glob("connectors/sandbox/*.py"))}
NAMED = re.compile(r"_?([A-Z]+_)*(SECONDS|ATTEMPTS|ROUNDS|RETRIES|DELAYS|TIMEOUT|PATIENCE|GRACE)")
WAITS = {"sleep", "wait", "until"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if (name := str(path.relative_to(ROOT))) not in ELSEWHERE:
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def is_figure(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool)


def test_no_other_module_names_a_figure_of_its_own() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        for node in tree.body
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value and any(map(is_figure, ast.walk(node.value)))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and NAMED.fullmatch(target.id)
    ]
    assert found == [], "name it in schemas/limits.py, with its unit and its reason"


def test_no_other_module_waits_for_a_figure_of_its_own() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for called in [getattr(node.func, "attr", getattr(node.func, "id", ""))]
        for given in [*(node.args if called in WAITS else ()), *(k.value for k in node.keywords if k.arg == "timeout")]
        if is_figure(given) and ast.literal_eval(given)
    ]
    assert found == [], "name it in schemas/limits.py, with its unit and its reason"


def test_every_limit_has_its_reason() -> None:
    tree = ast.parse((ROOT / "schemas" / "limits.py").read_text(encoding="utf-8"))
    named = [node for node in tree.body if isinstance(node, ast.AnnAssign)]
    assert len(named) == len([name for name in vars(limits) if name.isupper()])
    for at, node in enumerate(tree.body):
        if isinstance(node, ast.AnnAssign):
            said = tree.body[at + 1]
            assert isinstance(said, ast.Expr), ast.unparse(node)
            assert isinstance(said.value, ast.Constant), ast.unparse(node)


def test_a_configuration_begins_with_the_limits() -> None:
    fields = Connection.model_fields
    defaults = [fields[key].default for key in ("timeout_seconds", "attempts", "total_seconds")]
    assert defaults == [limits.ANSWER_SECONDS, limits.READ_ATTEMPTS, limits.CALL_SECONDS]


def test_limits_fit_together() -> None:
    # Whoever cannot reach the ledger lets go of a lock before others may take it over, and may miss a sign of life.
    assert 2 * limits.LOCK_BEAT_SECONDS < limits.LOCK_STALE_SECONDS / 2
    assert limits.STRAY_SLICES_SECONDS > limits.LOCK_STALE_SECONDS
    assert limits.ANSWER_SECONDS < limits.CALL_SECONDS
    assert limits.RUN_DEAD_SECONDS > 15 * 60 + 2 * limits.RUN_BEAT_SECONDS
    assert list(limits.WORKER_RESTART_SECONDS) == sorted(limits.WORKER_RESTART_SECONDS)
    assert max(limits.WORKER_RESTART_SECONDS) < limits.WORKER_STEADY_SECONDS


def test_whoever_ends_the_service_waits_long_enough() -> None:
    needed = limits.RUNS_END_SECONDS + limits.SERVER_ENDS_SECONDS + limits.KILLED_SECONDS
    unit = (ROOT / "docs" / "phonesync.service").read_text(encoding="utf-8")
    container = (ROOT / "Containerfile").read_text(encoding="utf-8")
    pages = (ROOT / "docs" / "prefect.md").read_text(encoding="utf-8")
    given = [
        *re.findall(r"TimeoutStopSec=(\d+)", unit),
        *re.findall(r"--stop-timeout (\d+)", container),
        *re.findall(r"give it (\d+) seconds to stop", pages),
    ]
    assert len(given) == 3
    assert all(int(seconds) >= needed for seconds in given)
    assert f"up to {limits.RUNS_END_SECONDS:g} seconds" in unit
