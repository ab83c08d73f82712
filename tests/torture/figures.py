"""What a campaign has met, counted: a law that never had a case proves nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from road_trip import Trip

from connectors.sandbox.options import Fault

MODES = ("sync", "plan", "apply", "resume", "revert")


@dataclass
class Figures:
    """Counts of one campaign, or of a part of it."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    exits: Counter[int] = field(default_factory=Counter)
    broken: list[tuple[int, str]] = field(default_factory=list)

    def run_result(self, mode: str, trip: Trip | None, *, stopped: bool) -> None:
        """Count a run; None was killed."""
        self.counts[f"runs: {mode}"] += 1
        self.counts["runs"] += 1
        if trip is None:
            self.counts["killed"] += 1
            return
        self.counts["stopped by a signal"] += stopped
        self.exits[trip.exit_code] += 1
        self.outcomes.update({outcome: n for outcome, n in trip.sync.get("outcomes", {}).items() if n})

    def met(self, armed: Iterable[Fault], left: Iterable[Fault]) -> None:
        """Count the faults that were used up."""
        for sign, faults in ((1, armed), (-1, left)):
            for fault in faults:
                self.faults[fault.kind] += sign * fault.times

    def add(self, other: Figures) -> list[tuple[int, str]]:
        """Count another part in, and return what is broken there."""
        for name in ("counts", "faults", "outcomes", "exits"):
            getattr(self, name).update(getattr(other, name))
        self.broken += other.broken
        return other.broken

    def table(self) -> str:
        """Return the figures for people."""
        rows = [
            ("histories", self.counts["histories"]),
            ("runs", self.counts["runs"]),
            *((f"  {mode}", self.counts[f"runs: {mode}"]) for mode in MODES),
            ("  killed", self.counts["killed"]),
            ("  asked to stop", self.counts["stopped by a signal"]),
            ("  that ended with exit code " + " / ".join(map(str, sorted(self.exits))), _slashed(self.exits)),
            ("calls to a service", self.counts["calls"]),
            ("edits by others", self.counts["edits"]),
            ("faults met", sum(self.faults.values())),
            *((f"  {kind}", number) for kind, number in sorted(self.faults.items()) if number),
            ("rows reported", sum(self.outcomes.values())),
            *((f"  {outcome}", number) for outcome, number in sorted(self.outcomes.items())),
            ("entries compared", self.counts["entries"]),
            ("directories of several files", self.counts["directories"]),
            ("  runs", self.counts["directory runs"]),
            *((f"  {deed}", n) for deed, n in sorted(self.counts.items()) if deed.startswith("deed: ") and n),
            ("  told to have left", self.counts["told: left"]),
            ("  told to be changed by others", self.counts["told: drift"]),
            ("  runs shown as they were reported", self.counts["shown"]),
            ("pairs of histories, with names and without", self.counts["pairs"]),
            *((f"  {trouble}", n) for trouble, n in sorted(self.counts.items()) if trouble.startswith("pair: ") and n),
            ("histories of real processes", self.counts["real histories"]),
            ("  killed by SIGKILL", self.counts["real: killed"]),
            ("  asked to stop, or ended before", self.counts["real: ended by itself"]),
            ("  stood still until another one had written", self.counts["real: stood still"]),
            ("  writes in flight that arrived after that", self.counts["real: written after waking up"]),
            ("  entries to change", self.counts["real: entries"]),
            ("  writes sent", self.counts["real: writes"]),
            ("laws broken", len(self.broken)),
        ]
        width = max(len(name) for name, _ in rows)
        return "\n".join(
            f"{name:<{width}}  {value if isinstance(value, str) else f'{value:,}':>9}" for name, value in rows
        )


def _slashed(counts: Counter[int]) -> str:
    return " / ".join(f"{counts[code]:,}" for code in sorted(counts))
