"""A short form of the fault campaign: the same histories each time; `make torture` is the long one."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from campaign import Ground, laid_out, one_directory, one_history, one_pair
from directories import draw_nights
from figures import Figures
from histories import draw
from pairs import TROUBLES

STAND_INS = Path(__file__).parents[1] / "standins"
ROOMS = {"connectors", "flows", "tasks", "schemas"}


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with laid_out(standins=False) as ground:
        yield ground


@pytest.mark.parametrize(("standins", "seeds"), [(False, range(12)), (True, range(12, 20))])
def test_law_whatever_happens_nothing_is_lost_and_quiet_returns(standins: bool, seeds: range) -> None:  # noqa: FBT001 - a case
    """Faults, kills, others at work: every law holds after each run, and in the end the file is what stands there."""
    figures = Figures()
    with laid_out(standins=standins) as ground:
        for seed in seeds:
            one_history(ground, seed, figures)
    assert not figures.broken, [f"{said} (python -m tests.torture --replay {seed})" for seed, said in figures.broken]
    assert figures.counts["killed"]
    assert sum(figures.faults.values())


# What long campaigns have found: a stop after a guard, a row of nothing but delimiters, an entry that an interrupted
# file has cost and that no file can put back, a rename of which nobody knows, a refusal before a reading that failed,
# somebody at work while nothing could be read, an entry an interrupted file had cost whose rename was refused, half a
# rename taken for somebody else's work, a chain with one refused link that was undone each night, entries called new
# because a first reading had failed, a rename whose entry the list spells in capitals, an entry seen
# gone before a reading failed, half of a run's own rename called somebody else's, a stop after a refusal, an
# owner that gave no answer and whose only lines were rejected, an entry that a killed file had cost and that the next
# file, newer than the plan, did not know of, an entry at rest that was refused before a reading failed, a rename half
# done by a killed run that its resume gave up.
@pytest.mark.parametrize(
    "seed",
    [
        11_000_218,
        11_000_301,
        12_000_108,
        12_000_047,
        21_000_110,
        22_000_117,
        31_000_268,
        31_001_642,
        32_000_079,
        33_002_647,
        33_004_292,
        33_004_419,
        33_006_976,
        41_001_442,
        41_003_283,
        41_006_886,
        41_007_041,
        41_007_454,
        41_007_973,
        41_009_230,
        97_000_827,
        97_001_062,
        952_001_215,
        952_001_283,
        952_001_632,
        952_003_955,
        962_000_612,
    ],
)
def test_a_history_that_broke_a_law_once(ground: Ground, seed: int) -> None:
    figures = Figures()
    one_history(ground, seed, figures)
    assert not figures.broken, figures.broken


# Requests that were delivered twice while readings lag, on either service: the second delivery is refused for what the
# first has done. Half a rename that a reading did not show yet, and an entry at rest that a file has overwritten in a
# run that was stopped, a refusal after which the list could not be read. A file that was refused as a whole for some of
# its rows, an entry taken out and put in again that a reading showed in between, renames that are confirmed and
# not done while readings lag, a change given up by a resume since the file had ceased to want it (the law's own error),
# somebody who stops a run while half of a confirmed rename is shown, an entry taken out by the body of a request, the
# last of several lost answers on a list whose lag nobody has timed.
@pytest.mark.parametrize(
    "seed",
    [
        601_000_256,
        603_000_412,
        603_000_689,
        603_000_858,
        603_000_277,
        603_000_552,
        701_000_181,
        901_000_148,
        901_000_156,
        901_000_170,
        901_000_189,
        951_000_251,
        951_003_337,
        951_003_413,
        961_001_089,
    ],
)
def test_a_history_that_broke_a_law_of_the_stand_ins_once(seed: int) -> None:
    figures = Figures()
    with laid_out(standins=True) as ground:
        one_history(ground, seed, figures)
    assert not figures.broken, figures.broken


# A number that went over to another file of the same service and was taken away before it had arrived there, a resume
# that `show` told as if it had done nothing, a file without a line beside a service that could not be read, an
# owner that left a file whose sync had taken it over while the other one did not run, and an entry that somebody had
# changed, which was left to them, and cleared with its owner the night after, a name that went over to another file
# before the number beneath it had got its new one.
@pytest.mark.parametrize("seed", [84, 21, 69, 504_000_016, 801_000_052, 954_000_070])
def test_nights_of_several_files_that_broke_a_law_once(ground: Ground, seed: int) -> None:
    figures = Figures()
    one_directory(ground, seed, figures)
    assert not figures.broken, figures.broken
    assert figures.counts["shown"]


def test_the_stand_ins_share_nothing_with_the_sandbox_but_what_a_history_draws() -> None:
    imported = {
        node.module
        for path in STAND_INS.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] in ROOMS
    }
    assert imported == {"connectors.sandbox.options"}


def test_law_no_run_depends_on_what_owners_are_called(ground: Ground) -> None:
    """With each method that tells names missing, forbidden, broken or odd, every run is what it is without names."""
    figures = Figures()
    for seed in range(len(TROUBLES)):
        one_pair(ground, seed, figures)
    assert not figures.broken, [f"{said} (python -m tests.torture --pair {seed})" for seed, said in figures.broken]
    assert {f"pair: {trouble}" for trouble in TROUBLES} <= figures.counts.keys()


def test_a_seed_is_one_history() -> None:
    for drawn in (draw, draw_nights):
        assert str(drawn(7)) == str(drawn(7))
        assert str(drawn(7)) != str(drawn(8))
