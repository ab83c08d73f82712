"""What was wanted of speed, and what was seen: one line for each target, met or missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from benchmarks.programs import CSV_DIFF, DAFF, DATACOMPY, DIFFSYNC, DUCKDB, MERGE, OURS, POLARS, RULED, USUAL


@dataclass(frozen=True)
class Target:
    """One target: what is measured, what was wanted of it, what was seen, and whether that is enough."""

    what: str
    wanted: str
    seen: str
    met: bool


def table(results: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a table; `results` holds what each measurement found, by its name."""
    yield "| what | wanted | seen | |"
    yield "|---|---|---|---|"
    for target in _targets(results):
        yield f"| {target.what} | {target.wanted} | {target.seen} | {'met' if target.met else '**missed**'} |"


def _targets(results: Mapping[str, Any]) -> Iterator[Target]:
    yield from _planning(results["plan"])
    yield from _differences(results["diff"])
    yield from _services(results["services"])
    ledger, starts = results["ledger"], results["starts"]
    yield _least("outcomes that the ledger takes a second", 2000, ledger["outcomes_a_second"], "")
    yield _most("a plan of 70,000 changes kept", 1.5, ledger["plan_seconds"], " s")
    yield _most("`phonesync --help`", 0.3, starts["help"], " s")
    yield _most("`phonesync plan` of the samples, six syncs", 2, starts["plan_of_the_samples"], " s")
    tables = results["tables"]
    checking = round(sum(many for many, _ in tables["seconds"].values()), 2)
    yield _most(f"checking the road's seven tables, {tables['rows']:,} rows each", 0.5, checking, " s")


def _planning(measured: list[dict[str, Any]]) -> Iterator[Target]:
    largest = measured[-1]
    programs, lines = largest["programs"], f"plan of {largest['rows']:,} lines"
    for name, ratio in ((USUAL, 10), (RULED, 3.5), (POLARS, 1)):
        yield _least(f"{lines}: time of *{name}*, by ours", ratio, programs[name]["ratio"], " ×")
    yield _most(f"{lines}: our time, by that of *{DUCKDB}*", 1.3, round(1 / programs[DUCKDB]["ratio"], 2), " ×")
    ours, theirs = (programs[name]["megabytes"] for name in (OURS, POLARS))
    yield _most(f"{lines}: peak memory, at most that of polars", theirs, ours, " MB")
    for fewer, more in pairwise(measured):
        times = round(more["programs"][OURS]["median"] / fewer["programs"][OURS]["median"], 1)
        yield _most(f"time for ten times the lines, {fewer['rows']:,} → {more['rows']:,}", 11, times, " ×")


def _differences(measured: list[dict[str, Any]]) -> Iterator[Target]:
    smallest, largest = measured[0], measured[-1]
    for name, ratio in ((DIFFSYNC, 50), (DAFF, 30), (CSV_DIFF, 3), (MERGE, 3)):
        seen = largest["programs"][name]["ratio"]
        yield _least(f"difference of {largest['rows']:,} lines: time of {name}, by ours", ratio, seen, " ×")
    for name in (DIFFSYNC, DATACOMPY):
        seen = smallest["programs"][name]["ratio"]
        yield _least(f"difference of {smallest['rows']:,} lines: time of {name}, by ours", 1, seen, " ×")


def _services(measured: Mapping[str, Any]) -> Iterator[Target]:
    read, wrote = measured["reading"], measured["writing"]
    yield _least(f"reading {read['entities']:,} entities: share of the ideal", 90, round(100 * read["share"]), " %")
    yield _least(f"writing {wrote['entities']:,} entities: share of the ideal", 85, round(100 * wrote["share"]), " %")
    chunks = -(-wrote["entities"] // 100)
    # A sync reads to make its plan, once more before it writes, and to prove it: each once an entity.
    yield _most(
        f"writing {wrote['entities']:,} entities: reading calls beside a write each",
        4 * chunks,
        wrote["requests"]["read"],
        "",
    )
    yield _most("the next night: writes", 0, wrote["again"]["requests"]["write"], "")


def _least(what: str, wanted: float, seen: float, unit: str) -> Target:
    return Target(what, f"≥ {wanted:,}{unit}", f"{seen:,}{unit}", seen >= wanted)


def _most(what: str, wanted: float, seen: float, unit: str) -> Target:
    return Target(what, f"≤ {wanted:,}{unit}", f"{seen:,}{unit}", seen <= wanted)
