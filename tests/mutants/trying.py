"""Tests are collected once; then each mutant has a process of its own, where one function has another body.

No file is changed. Before the first mutant the tests run as they are, and tell what each takes and which of the
functions it reaches: a mutant meets these alone, the quick ones first, until one fails.
"""

from __future__ import annotations

import ast
import json
import os
import resource
import select
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import FunctionType
from typing import Any, Final

import pytest

from tests.mutants.rooms import ROOT

CPU_SECONDS: Final = 60  # for one test; the longest law takes ten
SECONDS: Final = 1200  # for one mutant, however busy the machine is
MEMORY: Final = 8 * 2**30
Function = tuple[str, str, str]  # its module's path, its class or nothing, its name


class Trials:
    """In place of pytest's own loop: every mutant against the tests that reach its function."""

    def __init__(self, mutants: Sequence[Any], folder: Path, tell: Callable[[Any, str, float], None]) -> None:
        self.mutants, self.folder, self.tell = mutants, folder, tell
        self.seconds = 0.0  # of processor, for the tests as they are

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self) -> None:
        """Let laws draw as they do in the suite, and stop at the first example that breaks one."""
        from drawing import PROFILE  # noqa: PLC0415 - pytest has to see the import, to explain what fails in laws
        from hypothesis import Phase, settings  # noqa: PLC0415 - likewise

        phases = [Phase.explicit, Phase.generate]
        settings.register_profile("mutants", settings.get_profile(PROFILE), phases=phases, report_multiple_bugs=False)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try them one after the other."""
        seconds, reached = self._as_they_are(session)
        items_of = {item.nodeid: item for item in session.items}
        for mutant in self.mutants:
            tests = sorted(reached[mutant.function], key=seconds.__getitem__)
            items = [items_of[test] for test in tests]
            code, took = apart(lambda: _one_mutant(mutant, session, items))  # noqa: B023 - it ends within this turn
            ended = "survived" if code == 0 else "time" if code == -signal.SIGPROF else "killed"
            self.tell(mutant, ended if items else "unreached", took)
        return True

    def _as_they_are(self, session: pytest.Session) -> tuple[dict[str, float], dict[Function, set[str]]]:
        kept = self.folder / "reached.json"
        functions = sorted({mutant.function for mutant in self.mutants})

        def unchanged() -> int:
            watch = Watch(functions)
            code = _run(session, list(session.items), watch)
            kept.write_text(json.dumps([watch.seconds, [[at, sorted(watch.tests[at])] for at in functions]]))
            return code

        code, self.seconds = apart(unchanged)
        if code != 0:
            raise SystemExit("a test fails although nothing is changed: see what it says above")
        seconds, reached = json.loads(kept.read_text())
        return seconds, {tuple(at): set(tests) for at, tests in reached}


class Watch:
    """Knows what each test takes, and which functions it reaches: they report themselves."""

    def __init__(self, functions: Sequence[Function]) -> None:
        self.seconds: dict[str, float] = {}
        self.tests: dict[Function, set[str]] = defaultdict(set)
        self.now = ""
        for path in {path for path, _, _ in functions}:
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            here = [function for function in functions if function[0] == path]
            for function in here:
                _definition(tree, function).body.insert(0, ast.parse(f"_reached({function!r})").body[0])
            bodies = _executed(path, ast.unparse(tree), _reached=self.reach)
            for function in here:
                _replace(function, bodies)

    def reach(self, function: Function) -> None:
        """Hear that a function is called."""
        self.tests[function].add(self.now)


def _run(session: pytest.Session, items: list[pytest.Item], watch: Watch | None = None) -> int:
    """Run tests until one fails: 0 where none does."""
    for item, following in zip(items, [*items[1:], None], strict=True):
        signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
        began = time.process_time()
        if watch:
            watch.now = item.nodeid
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if watch:
            watch.seconds[item.nodeid] = time.process_time() - began
        if session.testsfailed:
            return 1
    return 0


def _one_mutant(mutant: Any, session: pytest.Session, items: list[pytest.Item]) -> int:
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    _replace(mutant.function, _executed(mutant.path, mutant.code()))
    _forget()
    return _run(session, items)


def _forget() -> None:
    """Empty what functions keep of earlier calls: the tests were collected with the function as it is."""
    ours = [module for name, module in sys.modules.items() if name.startswith(("connectors.", "schemas.", "tasks."))]
    for kept in {
        id(one): one for module in ours for one in vars(module).values() if hasattr(one, "cache_clear")
    }.values():
        kept.cache_clear()


def _executed(path: str, code: str, **more: object) -> dict[str, Any]:
    """Run a module's code beside the module; what it calls is still looked up in the module itself."""
    name = path.removesuffix(".py").replace("/", ".")
    module = import_module(name)
    vars(module).update(more)
    names: dict[str, Any] = {"__name__": name, "__file__": str(ROOT / path)}
    exec(compile(code, str(ROOT / path), "exec"), names)  # noqa: S102 - that is a mutant
    return names


def _replace(function: Function, names: dict[str, Any]) -> None:
    """Give a function the body of its namesake: whoever has imported it calls that from now on."""
    path, owner, name = function
    module = vars(import_module(path.removesuffix(".py").replace("/", ".")))
    old, new = (_plain((vars(place[owner]) if owner else place)[name]) for place in (module, names))
    old.__code__, old.__defaults__, old.__kwdefaults__ = new.__code__, new.__defaults__, new.__kwdefaults__


def _plain(found: Any) -> FunctionType:
    plain = getattr(found, "__func__", found)
    assert isinstance(plain, FunctionType)
    return plain


def _definition(tree: ast.Module, function: Function) -> Any:
    _, owner, name = function
    body = (
        tree.body if not owner else next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == owner).body
    )
    return next(node for node in body if isinstance(node, ast.FunctionDef) and node.name == name)


def apart(work: Callable[[], int]) -> tuple[int, float]:
    """Return with what a piece of work ended in a process of its own, and its seconds of processor.

    That is a code, or a signal below nought.
    """
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.setsid()
            signal.signal(signal.SIGPROF, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
            code = work()
        finally:
            sys.stdout.flush()
            os._exit(code)
    watched = os.pidfd_open(child)
    over, _, _ = select.select([watched], [], [], SECONDS)
    os.close(watched)
    if not over:
        os.killpg(child, signal.SIGKILL)
    _, status, used = os.wait4(child, 0)
    return os.waitstatus_to_exitcode(status) if over else -signal.SIGPROF, used.ru_utime + used.ru_stime
