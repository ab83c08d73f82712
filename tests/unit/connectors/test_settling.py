"""How long readings are waited for, and what is learnt from them; in seconds that nobody waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from connectors.ledger.store import Ledger
from connectors.settling import LONGEST, Awaited, Settling
from schemas.execution import ApplyResult, Job
from schemas.limits import DOUBT_SECONDS
from schemas.quirks import READS_AT_ONCE, Quirk, QuirkCode

RENAMED, ADDED = (
    Awaited(LONGEST, frozenset({1}), frozenset({"rename"})),
    Awaited(LONGEST, frozenset({2}), frozenset({"add"})),
)
BOTH = Awaited(LONGEST, RENAMED.what | ADDED.what, RENAMED.kinds | ADDED.kinds)
SHOWN = Awaited()


@dataclass
class Waiting:
    """A run that writes, and what it has waited."""

    job: Job
    result: ApplyResult = field(default_factory=ApplyResult)
    waits: list[float] = field(default_factory=list)

    def read(self, *readings: Awaited) -> float:
        """Read until nothing is awaited, the last one again and again; return the seconds waited."""
        self.waits.clear()
        left = list(readings)
        Settling(self.job, self.result).read(lambda: left.pop(0) if len(left) > 1 else left[0], lambda seen: seen)
        return sum(self.waits)


@pytest.fixture
def waiting(tmp_path: Path) -> Waiting:
    waits: list[float] = []
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    ledger.close()
    return Waiting(Job(ledger, "plan", "run", str, waits.append, lambda *_: None), waits=waits)


def test_nothing_is_waited_for_where_a_reading_shows_everything(waiting: Waiting) -> None:
    assert waiting.read(SHOWN) == 0
    assert (waiting.result.read_lag, waiting.result.in_vain) == (0, set())


def test_a_wait_that_was_in_vain_is_not_made_again_for_the_same_kind_of_write(waiting: Waiting) -> None:
    assert waiting.read(RENAMED) == LONGEST
    assert waiting.read(RENAMED) == 0
    assert waiting.read(ADDED) == LONGEST


def test_what_comes_while_something_else_does_not_shows_how_far_readings_lag(waiting: Waiting) -> None:
    assert waiting.read(BOTH, BOTH, BOTH, RENAMED) == LONGEST
    assert waiting.result.read_lag == pytest.approx(3.5)
    assert waiting.read(RENAMED) == pytest.approx(3.5)


@pytest.mark.parametrize(
    ("quirks", "doubt"),
    [((), DOUBT_SECONDS), ((READS_AT_ONCE,), 0), ((READS_AT_ONCE, Quirk(QuirkCode.READ_LAG, 4)), 4)],
)
def test_a_refusal_is_doubted_as_long_as_readings_may_lag(
    waiting: Waiting, quirks: Sequence[Quirk], doubt: float
) -> None:
    job = replace(waiting.job, quirks=frozenset(quirks))
    assert Settling(job, waiting.result).doubt == doubt


def test_nobody_waits_where_a_run_is_asked_to_stop(waiting: Waiting) -> None:
    settling = Settling(replace(waiting.job, go_on=lambda: False), waiting.result)
    settling.read(lambda: ADDED, lambda seen: seen)
    assert settling.cut
    assert not waiting.waits
