"""What others have changed, for the top of a page: how a sync had left it, what was found, and what is wanted."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import pandas as pd

from schemas.plan import WRITES, Outcome
from schemas.problems import DRIFT, Code, unpacked
from schemas.settings import Language
from tasks.messages.owners import owner_in
from tasks.plan.drift import wanted_of_drift
from tasks.reports.masking import mask_text


@dataclass(frozen=True)
class DriftRow:
    """One entry that others have changed; "" where there was none.

    Attributes:
        line: the line of the file, 0 where it stands in none.
        owner: whose entry it is, and what the owner is called where that is known.
        left: how the sync had left it.
        found: what was found there.
        wanted: what the file wants there.
        what: what became of it: `corrected`, `kept`, or `planned` where nothing was written.
    """

    line: int
    owner: str
    left: str
    found: str
    wanted: str
    what: str


def drift_rows(result: pd.DataFrame, *, masked: bool, lang: Language = "en") -> list[DriftRow]:
    """Return what others have changed, in the order of the report.

    Args:
        result: a `Result` with the names of owners.
        masked: hide numbers, also those that stand in names.
        lang: the language in which owners are called.
    """
    some = result[result["problems"].str.contains("drift_", regex=False)]
    if some.empty:
        return []
    rows = [(_drift_of(row["problems"]), row) for row in some.astype("str").to_dict("records")]
    return [_row(code, row, masked=masked, lang=lang) for code, row in rows if code]


def _drift_of(problems: str) -> Code | None:
    """Return the code of what others have done: what came of the row may be said first, and a service says anything."""
    return next((Code(problem.code) for problem in unpacked(problems) if problem.code in DRIFT), None)


def _row(code: Code, row: Mapping[Hashable, str], *, masked: bool, lang: Language) -> DriftRow:
    kept = row["action"] not in WRITES
    after = wanted_of_drift(row["problems"])[:2] if kept else (row["name_after"], row["number_after"])
    wanted = "" if code is Code.DRIFT_ADDED else _entry(after, masked=masked)
    before = (row["name_before"], row["number_before"])
    found = "" if code is Code.DRIFT_REMOVED else _entry(before, masked=masked)
    what = "kept" if kept else "corrected" if row["outcome"] == Outcome.APPLIED else "planned"
    owner = owner_in(row["owner"], lang)
    owner = f"{owner} ({row['owner_name']})" if row["owner_name"] and not masked else owner
    # The file wants what the sync had left: else its own change would be the cause, and it were no drift.
    return DriftRow(int(row["line"]), owner, wanted, found, wanted, what)


def _entry(parts: tuple[str, str], *, masked: bool) -> str:
    text = "  ".join(filter(None, parts))
    return mask_text(text) if masked else text
