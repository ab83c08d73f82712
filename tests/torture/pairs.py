"""Live through a history twice: with names, whose methods are in every kind of trouble, and without. No run may differ.

What a service says of its methods is asked for in both; in the one that is in trouble it is as odd as the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from random import Random
from typing import Any, Final

from figures import Figures
from histories import History, Step, draw
from live import Living, begun
from road_trip import Trip
from test_laws import KINDS, state_of

from connectors.sandbox.options import Fault
from connectors.sandbox.server import Sandbox
from flows.run import RunRequest

# The methods that no run may depend on, by what faults call them.
OPTIONAL: Final = {"faculties": "services/fac/faculties", "method": "services/apiref/method"}
TROUBLES: Final = ("missing", "forbidden", "field forbidden", "faults", "odd answers")
_APART: Final = 1_000_003  # seeds of one service lie so far from those of the next pairs
_TIMES: Final = 50  # as often as a night can ask


@dataclass
class Witness(Living):
    """A history on its way that remembers each run: how it ended, what it reported, and what stands there then.

    Whether a run keeps the laws is for the history itself to say; here it has to be the same twice.
    """

    seen: list[Any] = field(default_factory=list)

    def live(self) -> None:
        """Go through all steps, and one more night."""
        for step in self.history.steps:
            self._step(step)
        self.run(RunRequest("sync"), Step("sync", None))

    def _judge(self, *_: object) -> None:
        """Judge nothing."""

    def run(self, request: RunRequest, step: Step) -> Trip | None:
        """Make one run and remember it."""
        trip = super().run(request, step)
        self.seen.append((_told(trip), state_of(self.road, self._case())))
        return trip


def drawn_pair(seed: int) -> tuple[History, History, str]:
    """Return a history of USOS with names and trouble, the same without both, and which trouble."""
    drawn = next(history for at in count(seed, _APART) if (history := draw(at)).case.usos)
    dice = Random(-seed - 1)  # noqa: S311 - repeatable on purpose
    trouble = TROUBLES[seed % len(TROUBLES)]
    # A process ends at its nth call or commit, and a fault of any method hits the nth call: both would be another one.
    steps = tuple(replace(step, end=None, faults=tuple(map(_of_phones, step.faults))) for step in drawn.steps)
    case = drawn.case
    plain = replace(
        drawn,
        case=replace(
            case,
            options=replace(case.options, reference="full", directory="full"),
            connection={**case.connection, "names": False},
        ),
        steps=steps,
    )
    paths = tuple(dice.sample([*OPTIONAL.values()], dice.choice((1, 2))))
    options = {
        "missing": {"absent": paths},
        "forbidden": {"forbidden": paths},
        "field forbidden": {"forbidden_fields": (f"{OPTIONAL['faculties']}.name",)},
        "odd answers": {"directory": dice.choice(("null", "number", "other_kind", "odd_fields"))},
    }.get(trouble, {})
    if trouble == "faults":
        steps = tuple(replace(step, faults=(*step.faults, *_faults(dice))) for step in steps)
    troubled = replace(drawn, case=replace(case, options=replace(case.options, **options)), steps=steps)
    return troubled, plain, trouble


def _of_phones(fault: Fault) -> Fault:
    return replace(fault, method="select") if fault.method == "*" else fault


def _faults(dice: Random) -> Iterator[Fault]:
    for method in OPTIONAL:
        kind = dice.choice(KINDS)
        yield Fault(method, kind, times=_TIMES, seconds=None if kind == "clock_off" else 0, retry_after=3600)


def live_pair(sandbox: Sandbox, folders: tuple[Path, Path], seed: int, figures: Figures) -> None:
    """Live through both histories of a seed; raises `AssertionError` where a run is not the same in both."""
    *histories, trouble = drawn_pair(seed)
    seen = []
    for folder, history in zip(folders, histories, strict=True):
        with _witnessed(sandbox, folder, history, figures) as living:
            living.live()
            seen.append(living.seen)
    for at, (one, other) in enumerate(zip(*seen, strict=True)):
        assert one == other, (f"run {at} differs, {trouble}", one, other)
    figures.counts[f"pair: {trouble}"] += 1


@contextmanager
def _witnessed(sandbox: Sandbox, folder: Path, history: History, figures: Figures) -> Iterator[Witness]:
    with begun(sandbox, folder, history, figures) as living:
        yield Witness(
            **{name: getattr(living, name) for name in ("sandbox", "folder", "history", "figures", "road", "engine")}
        )


def _told(trip: Trip | None) -> Any:
    """Return what a run came to, without what owners are called and ids that each ledger makes of its own."""
    if trip is None:
        return None
    sync = {key: trip.sync.get(key) for key in ("actions", "outcomes", "rejected", "guards", "verified", "fingerprint")}
    lines = [{key: text for key, text in line.items() if key not in {"owner_name", "id"}} for line in trip.lines]
    errors = [(type(error).__name__, error.message) for error in trip.errors]
    return trip.exit_code, sync, trip.writes, lines, errors
