"""Write what was measured into `benchmarks/README.md` and `performance.md` beside it: tables and plots."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import checks, plot, programs, targets
from benchmarks.starts import QUIET, WANTED

_HERE = Path(__file__).parent
RESULTS = _HERE / "results"
_PAGES = (_HERE / "README.md", _HERE / "performance.md")


def write() -> None:
    """Replace every marked part of the pages for which there are results; draw the plots."""
    results: dict[str, Any] = {}
    parts: dict[str, list[str]] = {}
    for name, part in _PARTS.items():
        file = RESULTS / f"{name}.json"
        if file.exists():
            told = json.loads(file.read_text(encoding="utf-8"))
            results[name] = told[name]
            parts[name] = [*part(told[name]), "", _circumstances(told)]
    if results.keys() == _PARTS.keys():
        parts["targets"] = [*targets.table(results)]
    for page in _PAGES:
        text = page.read_text(encoding="utf-8")
        for name, lines in parts.items():
            text = _put(text, name, lines)
        page.write_text(text, encoding="utf-8")


def _put(text: str, name: str, lines: Iterable[str]) -> str:
    """Replace the marked part of that name."""
    made = "\n".join(lines)
    pattern = rf"(<!-- made: {name} -->\n).*?(<!-- /made -->)"
    return re.sub(pattern, lambda found: f"{found[1]}{made}\n{found[2]}", text, flags=re.DOTALL)


def _circumstances(told: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in told["versions"].items())
    return f"{told['at']}, {told['machine']}, Python {told['python']}, {versions}."


def _races(title: str, measured: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield a table of programs by sizes: seconds, and the ratio to ours; then the peak of memory at the largest."""
    sizes = [one["rows"] for one in measured]
    yield f"| {title} | " + " | ".join(f"{rows:,} lines" for rows in sizes) + " | peak memory |"
    yield "|---|" + "---:|" * (len(sizes) + 1)
    for name in measured[0]["programs"]:
        seen = [one["programs"][name] for one in measured]
        cells = [f"{one['median']:.2f} s ({_times(one['ratio'])})" for one in seen]
        yield f"| {name} | " + " | ".join(cells) + f" | {seen[-1]['megabytes']:,} MB |"


def _times(ratio: float) -> str:
    return f"{ratio:.1f} ×" if ratio < 10 else f"{ratio:.0f} ×"


def _command(measured: Sequence[dict[str, Any]]) -> Iterator[str]:
    for service in measured[0]["services"]:
        raced = [{"rows": one["rows"], **one["services"][service]} for one in measured]
        _draw(f"command-{service}", raced, f"phonesync plan, {service.upper()}: whole cold processes")
        yield from _races(f"plan, {service.upper()}", raced)
        yield from _works(raced)
        yield ""
        yield f"![Seconds by lines, both logarithmic](results/command-{service}.svg)"
        yield ""
        for one in raced:
            unlike = ", ".join(f"{count:,} of *{name}*" for name, count in one["differing"].items() if count)
            said = (
                f"of the rows these are not among phonesync's: {unlike}" if unlike else "all say the same of each row"
            )
            yield f"{one['rows']:,} lines: {said}. "
        yield ""


def _works(raced: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield what else the command does, below the same sizes."""
    for name in raced[0]["works"]:
        seen = [one["works"][name] for one in raced]
        cells = " | ".join(f"{one['median']:.2f} s" for one in seen)
        yield f"| `phonesync` {name} | {cells} | {seen[-1]['megabytes']:,} MB |"


def _diff(measured: Sequence[dict[str, Any]]) -> Iterator[str]:
    _draw("diff", measured, "difference of two files: whole cold processes")
    yield from _races("difference of two files", measured)


def _services(measured: dict[str, Any]) -> Iterator[str]:
    read, wrote = measured["reading"], measured["writing"]
    yield "| | calls | in flight | delay of an answer | seconds | ideal | share of the ideal |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name, one, calls in (
        (f"reading {read['entities']:,} entities", read, read["calls"]),
        (f"writing {wrote['entities']:,} entities", wrote, wrote["requests"]["write"] + 2 * wrote["entities"] // 100),
    ):
        figures = f"{one['concurrency']} | {one['latency'] * 1000:.0f} ms | {one['seconds']} | {one['ideal']}"
        yield f"| {name} | {calls:,} | {figures} | {100 * one['share']:.0f} % |"
    again = wrote["again"]
    yield ""
    yield (
        f"The run that wrote: {wrote['requests']['read']:,} reading calls, {wrote['requests']['write']:,} writes. "
        f"The next night: {again['requests']['read']:,} reading calls, {again['requests']['write']:,} writes, "
        f"{again['unchanged']:,} lines unchanged."
    )


def _ledger(measured: dict[str, Any]) -> Iterator[str]:
    yield f"- {measured['outcomes_a_second']:,} outcomes a second, each intent in a transaction of its own before them."
    yield (
        f"- A plan of {measured['plan_rows']:,} rows, {measured['plan_changes']:,} of them changes, is kept in "
        f"{measured['plan_seconds']} s."
    )


def _starts(measured: dict[str, Any]) -> Iterator[str]:
    libraries = measured["libraries"]
    yield "| command | wanted | seconds | of the processor | by the libraries alone |"
    yield "|---|---:|---:|---:|---:|"
    for name, seen in measured["commands"].items():
        ratio = f"{seen['processor'] / libraries['processor']:.2f} ×"
        yield f"| `{name}` | {WANTED[name]} s | {seen['seconds']} s | {seen['processor']} s | {ratio} |"
    yield ""
    quiet = "with nothing else at work" if measured["load"] < QUIET else "while other things were at work on it"
    yield (
        "The libraries alone (pandas, pandera, SQLAlchemy, pydantic, rich, imported and nothing done) took "
        f"{libraries['processor']} s of the processor in the same minutes. The machine was measured {quiet}: "
        f"load {measured['load']}."
    )


def _checks(measured: dict[str, Any]) -> Iterator[str]:
    yield f"| {measured['rows']:,} lines | seconds | of the processor |"
    yield "|---|---:|---:|"
    for what, name in (("check", "`phonesync check`"), ("pandas", "reading them with pandas")):
        yield f"| {name} | {measured[what]['seconds']} s | {measured[what]['processor']} s |"
    limits = " | ".join(f"{checks.allowed(measured, kind)} s" for kind in ("seconds", "processor"))
    yield f"| wanted of check: {checks.TIMES} × pandas + {checks.MORE} s | {limits} |"
    yield ""
    yield f"The machine's load was {measured['load']}."


def _nights(measured: dict[str, Any]) -> Iterator[str]:
    yield f"| {measured['rows']:,} lines | first night | each of the next {measured['nights']}, nothing changed |"
    yield "|---|---:|---:|"
    for name, grown in measured["services"].items():
        yield f"| {name.upper()} | {grown['first'] / 1e6:.1f} MB | {grown['next'] / 1e3:.1f} KB |"


def _stages(measured: dict[str, Any]) -> Iterator[str]:
    kinds: dict[str, dict[str, float]] = measured["stages"]
    wholes = [sum(stages.values()) for stages in kinds.values()]
    yield f"| {measured['rows']:,} lines | " + " | | ".join(f"{kind}, seconds" for kind in kinds) + " | |"
    yield "|---|" + "---:|---:|" * len(kinds)
    for name in next(iter(kinds.values())):
        seen = [stages[name] for stages in kinds.values()]
        cells = [f"{seconds:.2f} | {100 * seconds / whole:.0f} %" for seconds, whole in zip(seen, wholes, strict=True)]
        yield f"| {name} | " + " | ".join(cells) + " |"
    yield "| **all stages** | " + " | ".join(f"**{whole:.2f}** | " for whole in wholes) + "|"
    for name, seconds in measured["limits"].items():
        yield f"| *limit:* {name} | {seconds:.2f} |" + " |" * (2 * len(kinds) - 1)
    yield ""
    sizes = ", ".join(f"{name} {size / 1e6:.0f} MB" for name, size in measured["bytes"].items())
    yield f"Sizes: {sizes}."


def _tables(measured: dict[str, Any]) -> Iterator[str]:
    yield f"| table | {measured['rows']:,} rows | one row |"
    yield "|---|---:|---:|"
    seconds: dict[str, list[float]] = measured["seconds"]
    for name, (many, one) in seconds.items():
        yield f"| {name} | {many:.3f} s | {1000 * one:.0f} ms |"
    many, one = (sum(column) for column in zip(*seconds.values(), strict=True))
    yield f"| **all of them** | **{many:.2f} s** | **{1000 * one:.0f} ms** |"


_PARTS: dict[str, Callable[[Any], Iterator[str]]] = {
    "command": _command,
    "diff": _diff,
    "services": _services,
    "ledger": _ledger,
    "starts": _starts,
    "checks": _checks,
    "nights": _nights,
    "stages": _stages,
    "tables": _tables,
}


def _draw(name: str, measured: Sequence[dict[str, Any]], title: str) -> None:
    """Draw the seconds of each program by the number of lines, both on logarithmic axes."""
    curves: dict[str, list[tuple[float, float]]] = {}
    for one in measured:
        for program, seen in one["programs"].items():
            curves.setdefault(program, []).append((one["rows"], seen["median"]))
    plot.draw(RESULTS / f"{name}.svg", title, curves, programs.OURS)
