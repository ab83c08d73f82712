"""What was wanted of speed, and what was seen: one line for each target, met or missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from benchmarks import checks
from benchmarks.programs import CSV_DIFF, DAFF, DATACOMPY, DIFFSYNC, DUCKDB, MERGE, OURS, POLARS, RULED, USUAL
from benchmarks.starts import QUIET, WANTED


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
    yield from _planning(results["command"])
    yield from _differences(results["diff"])
    yield from _services(results["services"])
    ledger, starts = results["ledger"], results["starts"]
    yield _least("outcomes that the ledger takes a second", 2000, ledger["outcomes_a_second"], "")
    yield _most("a plan of 70,000 changes kept", 1.5, ledger["plan_seconds"], " s")
    busy = "" if starts["load"] < QUIET else ", on a machine that was busy with other things"
    for command, seconds in WANTED.items():
        yield _most(f"`phonesync {command}`{busy}", seconds, starts["commands"][command]["seconds"], " s")
    checked = results["checks"]
    what = f"`phonesync check` of {checked['rows']:,} lines, beside 1.2 × pandas + 0.8 s, of the processor"
    yield _most(what, checks.allowed(checked, "processor"), checked["check"]["processor"], " s")
    nights = results["nights"]
    for service, grown in nights["services"].items():
        of = f"{service.upper()}, {nights['rows']:,} lines: growth in a night where nothing changed"
        yield _most(of, 10, round(grown["next"] / 1000, 1), " KB")
    tables = results["tables"]
    checking = round(sum(many for many, _ in tables["seconds"].values()), 2)
    yield _most(f"checking the road's seven tables, {tables['rows']:,} rows each", 0.5, checking, " s")


# How many times the usual pipeline's time ours has to be contained in it, by the number of lines.
_BY_SIZE = {10_000: 1.5, 100_000: 4, 300_000: 6, 1_000_000: 10}
_AT_A_MILLION = ((RULED, 3), (POLARS, 1), (DUCKDB, 0.8))


def _planning(measured: list[dict[str, Any]]) -> Iterator[Target]:
    for service in measured[0]["services"]:
        seen = {one["rows"]: one["services"][service] for one in measured}
        for rows, ratio in _BY_SIZE.items():
            if rows in seen:
                of = f"{service.upper()}, plan of {rows:,} lines: time of *{USUAL}*, by ours"
                yield _least(of, ratio, seen[rows]["programs"][USUAL]["ratio"], " ×")
        if max(_BY_SIZE) in seen:
            programs = seen[max(_BY_SIZE)]["programs"]
            for name, ratio in _AT_A_MILLION:
                of = f"{service.upper()}, plan of {max(_BY_SIZE):,} lines: time of *{name}*, by ours"
                yield _least(of, ratio, programs[name]["ratio"], " ×")
            most = min(900, round(1.1 * programs[POLARS]["megabytes"]))
            yield _most(
                f"{service.upper()}, {max(_BY_SIZE):,} lines: peak memory", most, programs[OURS]["megabytes"], " MB"
            )
        for fewer, more in pairwise(rows for rows in seen if rows in {1_000, 10_000, 100_000, 1_000_000}):
            times = round(seen[more]["programs"][OURS]["median"] / seen[fewer]["programs"][OURS]["median"], 1)
            yield _most(f"{service.upper()}, time for ten times the lines, {fewer:,} → {more:,}", 9, times, " ×")


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
