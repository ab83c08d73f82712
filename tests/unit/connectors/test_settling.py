"""A reading is waited for as long as readings are known to lag, and never longer than somebody would wait."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from connectors.ledger.store import Ledger
from connectors.settling import LONGEST, Awaited, Settling
from schemas.execution import ApplyResult, Job
from schemas.limits import DOUBT_SECONDS
from schemas.quirks import READS_AT_ONCE, Quirk, QuirkCode


@dataclass
class Place:
    """A place whose readings show what was written after so many seconds; time passes only while somebody waits."""

    lag: float
    stopped_after: float = 10_000
    now: float = 0.0
    told: list[tuple[int, int]] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def settling(self, result: ApplyResult, *quirks: Quirk) -> Settling:
        """Return what waits for this place."""
        job = Job(
            Ledger.open("sqlite://"),
            *("plan", "run"),
            now=lambda: "now",
            sleep=self.sleep,
            progress=lambda _, done, total: self.told.append((done, total)),
            quirks=frozenset(quirks),
            go_on=lambda: self.now < self.stopped_after,
        )
        return Settling(job, result)

    def read(self, settling: Settling, patience: float = LONGEST, kind: str = "add") -> bool:
        """Return whether the reading that it ended with shows what was written."""
        absent = Awaited(patience, frozenset({1}), frozenset({kind}))
        return settling.read(lambda: self.now >= self.lag, lambda seen: Awaited() if seen else absent)


@pytest.mark.parametrize(
    ("lag", "patience", "waited", "lagged"),
    [
        (0, LONGEST, 0, 0),
        (0.5, LONGEST, 0.5, 0.5),
        (0.6, LONGEST, 1.5, 1.5),
        (LONGEST, LONGEST, LONGEST, LONGEST),
        (LONGEST + 1, LONGEST, LONGEST, 0),
        (60, 3.0, 3.5, 0),  # enough for this change, and no proof of a longer lag
        (60, 3.5, 3.5, 0),
        (60, 0.0, 0, 0),
    ],
)
def test_a_reading_is_waited_for_and_its_lag_is_learnt(
    lag: float, patience: float, waited: float, lagged: float
) -> None:
    place, result = Place(lag), ApplyResult()
    settling = place.settling(result)
    assert place.read(settling, patience) == (waited >= lag)
    assert (settling.waited, place.now, settling.cut) == (waited, waited, False)
    assert (result.read_lag, result.in_vain) == (lagged, {"add"} if lag > LONGEST else set())


def test_a_wait_in_vain_is_not_made_again_beyond_what_is_known() -> None:
    result = ApplyResult(in_vain={"add", "rename"})
    place = Place(10_000)
    assert not place.read(place.settling(result))
    assert place.now == 0
    known = Place(10_000)
    assert not known.read(known.settling(result, Quirk(QuirkCode.READ_LAG, 3)))
    assert known.now == 3.5
    assert known.told == [(0, 3), (0, 3), (1, 3)]


def test_a_wait_in_vain_for_one_kind_of_write_says_nothing_of_another() -> None:
    """A list may confirm every rename without doing it: what is added there is waited for all the same."""
    result, place = ApplyResult(in_vain={"rename"}), Place(7)
    assert place.read(place.settling(result), kind="add")
    assert (place.now, result.read_lag) == (7.5, 7.5)


def test_what_comes_while_something_else_does_not_shows_how_far_readings_lag() -> None:
    result, place = ApplyResult(), Place(0)
    renamed, added = frozenset({"rename"}), frozenset({"rename", "add"})

    def patience(seconds: float) -> Awaited:
        late = seconds < 3
        return Awaited(LONGEST, frozenset({1, 2} if late else {1}), added if late else renamed)

    place.settling(result).read(lambda: place.now, patience)
    assert (result.read_lag, result.in_vain, place.now) == (3.5, {"rename"}, LONGEST)


def test_who_stops_the_run_stops_the_waiting() -> None:
    place, result = Place(10_000, stopped_after=1.0), ApplyResult()
    settling = place.settling(result)
    assert not place.read(settling)
    assert (settling.cut, settling.waited, result.in_vain) == (True, 1.5, set())
    place.stopped_after = 10_000
    place.lag = 0
    assert place.read(settling)
    assert (settling.cut, settling.waited) == (False, 0)


def test_a_longer_lag_is_kept_and_a_shorter_one_not() -> None:
    result = ApplyResult(read_lag=5.0)
    place = Place(0.5)
    assert place.read(place.settling(result))
    assert result.read_lag == 5.0
    assert place.settling(result).known == 5.0
    assert place.settling(result, Quirk(QuirkCode.READ_LAG, 8)).known == 8.0


@pytest.mark.parametrize(
    ("result", "quirks", "doubt"),
    [
        (ApplyResult(), (), DOUBT_SECONDS),
        (ApplyResult(prompt=True), (), 0.0),
        (ApplyResult(), (READS_AT_ONCE,), 0.0),
        (ApplyResult(read_lag=2.0, prompt=True), (), 2.0),
        (ApplyResult(), (Quirk(QuirkCode.READ_LAG, 4),), 4.0),
    ],
)
def test_what_was_refused_is_looked_at_again_while_a_reading_may_be_behind(
    result: ApplyResult, quirks: tuple[Quirk, ...], doubt: float
) -> None:
    assert Place(0).settling(result, *quirks).doubt == doubt
