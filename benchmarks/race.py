"""Run whole cold processes in turn, and keep their time and their peak memory."""

from __future__ import annotations

import os
import statistics
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parent.parent
_LAUNCH = Path(__file__).with_name("launch.py")
_PLACES = (".", "peers-others", "peers-datacompy")
PYTHON, PEERS, PEERS_DATACOMPY = (ROOT / ".venv" / place / "bin" / "python" for place in _PLACES)
PHONESYNC = PYTHON.with_name("phonesync")


@dataclass(frozen=True)
class Runner:
    """One program: its name in the table, how it is called before the files, how often at most.

    Attributes:
        name: the name.
        command: the command.
        at_most: how often it runs at most.
        alone: it is called as it is, without any files.
    """

    name: str
    command: Sequence[str | Path]
    at_most: int = 99
    alone: bool = False


@dataclass
class Seen:
    """What was seen of one program."""

    seconds: list[float] = field(default_factory=list)
    megabytes: float = 0

    @property
    def median(self) -> float:
        """The middle one of the times."""
        return statistics.median(self.seconds)

    def as_json(self) -> dict[str, Any]:
        """Return the figures as they are kept."""
        times = [round(value, 3) for value in self.seconds]
        return {"median": round(self.median, 3), "seconds": times, "megabytes": round(self.megabytes)}


def race(
    runners: Sequence[Runner], files: Sequence[Path], repeats: int, judge: Callable[[str, Path], None] | None = None
) -> Mapping[str, Seen]:
    """Return what was seen of each program; they take turns, so that whatever the machine does hits all of them.

    Args:
        runners: the programs. Each gets the files and an empty folder as arguments.
        files: the files.
        repeats: how often each runs.
        judge: is given a program's name and its folder after its first run, and raises where the answer is wrong.
    """
    seen = {runner.name: Seen() for runner in runners}
    for turn in range(repeats):
        for runner in runners:
            if turn < runner.at_most:
                with TemporaryDirectory() as name:
                    given: list[str | Path] = [] if runner.alone else [*files, name]
                    seconds, megabytes = whole_process([*runner.command, *given])
                    if judge and not turn:
                        judge(runner.name, Path(name))
                seen[runner.name].seconds.append(seconds)
                seen[runner.name].megabytes = max(megabytes, seen[runner.name].megabytes)
    return seen


def whole_process(command: Sequence[str | Path]) -> tuple[float, float]:
    """Run a process to its end and return how long it took and its peak memory in megabytes."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [str(PYTHON), "-S", "-E", str(_LAUNCH), *map(str, command)],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        check=True,
    )
    seconds, megabytes, code = done.stdout.split()
    if int(code):
        raise SystemExit(f"{command}: {done.stderr.decode(errors='replace')[-2000:]}")
    return float(seconds), float(megabytes)
