"""Name the lines that need somebody, so that whoever reads one sentence knows where to look."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from schemas.plan import TROUBLE, Action

_MOST = 10


def name_lines(reports: Mapping[str, pd.DataFrame]) -> str:
    """Return where the trouble is: "lines 7, 19 and 214"; syncs and kinds are named where there are several.

    Args:
        reports: the line report of each sync.

    Returns:
        "" where no line needs anybody. Lines that a plan holds are held.
    """
    found = {sync: kinds for sync, report in reports.items() if (kinds := _kinds(report))}
    several = len({kind for kinds in found.values() for kind in kinds}) > 1
    parts = []
    for sync, kinds in found.items():
        said = ", ".join(f"{kind} {where}" if several else where for kind, where in kinds.items())
        parts.append(f"{sync} {said}" if len(reports) > 1 else said)
    return "; ".join(parts)


def _kinds(report: pd.DataFrame) -> dict[str, str]:
    held_by_plan = (report["outcome"] == "") & (report["action"] == Action.HOLD)
    words = report["outcome"].mask(held_by_plan, "held")
    return {str(word.value): _where(report.loc[words == word, "line"]) for word in TROUBLE if (words == word).any()}


def _where(lines: pd.Series) -> str:
    """Return the lines in their order, as far as a sentence can hold them, and how many entries stand in none."""
    numbers = sorted({int(line) for line in lines if line})
    nowhere = int((lines == "").sum())
    shown = [str(number) for number in numbers[:_MOST]]
    if len(numbers) > _MOST:
        shown.append(f"{len(numbers) - _MOST:,} more")
    listed = " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))
    parts = [f"{'line' if len(numbers) == 1 else 'lines'} {listed}"] if numbers else []
    if nowhere:
        parts.append(f"{nowhere:,} {'entry' if nowhere == 1 else 'entries'} that no line mentions")
    return " and ".join(parts)
