"""What people see while they wait; the clock is handed in, and nothing is waited for but what is looked for."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest
from rich.console import Console
from waiting import eventually

from flows.progress_console import UnderWay, Watch, progress_shown


@dataclass
class Clock:
    """A clock that stands until somebody moves it."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("done", "total", "seconds", "said"),
    [
        (0, 5000, 0, "reading USOS: 0 of 5,000"),
        (0, 5000, 9, "reading USOS: 0 of 5,000"),
        (1200, 5000, 5, "reading USOS: 1,200 of 5,000, 240 a second, 16 s left"),
        (1200, 1_000_000, 60, "reading USOS: 1,200 of 1,000,000, 20 a second, 14 h left"),
        (3, 60, 60, "reading USOS: 3 of 60, 3 a minute, 19 min left"),
        (0, 0, 12, "reading USOS, for 12 s"),
        (0, 0, 360, "reading USOS, for 6 min"),
    ],
)
def test_it_says_how_much_is_done_how_fast_and_what_is_left(done: int, total: int, seconds: float, said: str) -> None:
    assert UnderWay("reading USOS", done, total, 0.0).said(seconds) == said


def test_what_is_done_is_over_and_what_goes_on_keeps_its_beginning() -> None:
    clock = Clock()
    watch = Watch(clock)
    watch.told("reading USOS", 0, 100)
    clock.now += 10
    watch.told("reading USOS", 50, 100)
    assert watch.lines() == ["reading USOS: 50 of 100, 5 a second, 10 s left"]
    watch.told("reading USOS", 100, 100)
    assert watch.lines() == []


def test_a_wait_says_why_and_which_attempt_until_it_is_over() -> None:
    watch = Watch(Clock())
    watch.waiting("usos: no answer; next attempt in 4 s", 2, 5)
    assert watch.lines() == ["usos: no answer; next attempt in 4 s (attempt 2 of 5)"]
    watch.waiting("usos: no answer; next attempt in 4 s", 5, 5)
    assert watch.lines() == []


def test_a_step_is_under_way_until_it_ends_however_it_ends() -> None:
    watch = Watch(Clock())
    assert watch.step("plan", "faculties", watch.lines) == ["faculties: plan"]
    with pytest.raises(ZeroDivisionError):
        watch.step("plan", "faculties", lambda: 1 // 0)
    assert watch.lines() == []


@pytest.fixture
def log() -> Console:
    return Console(file=io.StringIO(), force_terminal=False)


def test_a_log_gets_plain_lines_from_time_to_time(log: Console, capsys: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []

    def is_said() -> bool:
        said.append(capsys.readouterr().err)
        return "reading <U+202E>USOS: 1 of 2" in "".join(said)

    with progress_shown(console=log, every=0.01) as watch:
        watch.told("reading \u202eUSOS", 1, 2)
        eventually(is_said)
    assert "\x1b" not in "".join(said)


def test_a_terminal_shows_a_line_and_takes_it_away() -> None:
    seen = io.StringIO()
    terminal = Console(file=seen, force_terminal=True, width=100)
    with progress_shown(console=terminal) as watch:
        watch.told("reading USOS", 1, 2)
        eventually(lambda: "reading USOS: 1 of 2" in seen.getvalue())
    assert seen.getvalue().endswith("\x1b[2K"), "the line is erased in the end"


def test_quiet_is_quiet(log: Console, capsys: pytest.CaptureFixture[str]) -> None:
    with progress_shown(quiet=True, console=log, every=0.001) as watch:
        watch.told("reading USOS", 1, 2)
    assert capsys.readouterr().err == ""
