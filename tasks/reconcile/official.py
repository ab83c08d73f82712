"""Judge the official numbers of people, which nobody writes: a file and the phone lists agree with them, or do not."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import pandas as pd

from schemas.findings import FindingKind
from tasks.text_columns import is_in, looked_up

# What stands in `action` of such a row: no sync does anything about it.
OFFICIAL: Final = "official"


def judge_official(rows: pd.DataFrame, asking: Collection[int]) -> pd.DataFrame:
    """Return the rows as people are to see them, each with `action` "official".

    A line agrees where its number is an official one of its person, differs where the person has others, which stand
    beside it, and is missing where the person has none. An official number without a line agrees where a file or a
    place has it anyway, and is foreign where none has.

    Args:
        rows: what `classify_findings` returned of a file and of official numbers as its place, with `where`.
        asking: lines that have a person and no number.
    """
    alone = (rows["line"] > 0) & (rows["number_there"] == "")
    alone &= rows["kind"] != FindingKind.UNREADABLE
    asks = rows["line"].isin(asking)
    there = rows[rows["number_there"] != ""].groupby("owner_there")["number_there"].agg(", ".join)
    beside = looked_up(rows["owner"], {str(owner): str(numbers) for owner, numbers in there.items()})
    differs = alone & ~asks & (beside != "") & (rows["kind"] != FindingKind.DUPLICATE)
    missing = alone & (beside == "") & (rows["kind"] != FindingKind.DUPLICATE)
    lonely = (rows["line"] == 0) & (rows["kind"] == FindingKind.FOREIGN)
    kind = rows["kind"].mask(differs, str(FindingKind.DIFFERS)).mask(missing, str(FindingKind.MISSING))
    kind = kind.mask(lonely & (rows["where"] != ""), str(FindingKind.AGREE))
    judged = rows.assign(
        kind=kind,
        what=rows["what"].mask(differs, "number").mask(missing, ""),
        number_there=rows["number_there"].mask(differs, beside),
        action=OFFICIAL,
    )
    # What stands beside a line that differs needs no row of its own, nor does a line that has only asked.
    shown = lonely & is_in(rows["owner_there"], rows.loc[differs, "owner"])
    return judged[~shown & ~(asks & ~missing)].reset_index(drop=True)
