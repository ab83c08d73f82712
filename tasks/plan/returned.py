"""Entries that a sync has deleted, and that somebody else has put back since."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from schemas.plan import Action
from schemas.problems import Code, Problem, unpacked
from tasks.pairing import Ints, codes, pair_equal
from tasks.phone.canonical_keys import tidy_text
from tasks.plan.moves import add_problems
from tasks.text_columns import is_in

_COMPARED = ["owner", "tidy", "key"]


def of_no_line(plan: pd.DataFrame) -> pd.DataFrame:
    """Return the entries of a `Plan` that no line mentions and that nobody holds."""
    nobodys = (plan["line"] == 0) & plan["action"].isin([Action.FOREIGN, Action.DELETE]) & (plan["key_before"] != "")
    return plan[nobodys]


def mark_returned(plan: pd.DataFrame, last: pd.DataFrame, deleted: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return the `Plan` with every entry named that came back after the sync had deleted it.

    Args:
        plan: `Plan`.
        last: the rows of the `Plan` that the sync has written last whose entry stood there, or was put there by it:
            what it has seen already, it has told of already.
        deleted: the rows by which its plans have deleted something; asked for only where an entry is news.
    """
    open_ = of_no_line(plan)
    seen = last[is_in(last["key_after"], open_["key_before"])]
    rows, there = _pairs(open_, seen, "before", "after")
    told = [_is_said(problems) for problems in seen["problems"].iloc[there]]
    found = [int(row) for row, again in zip(open_.index[rows], told, strict=True) if again]
    news = open_.drop(index=open_.index[rows])
    for gone in deleted:
        if news.empty:
            break
        rows, _ = _pairs(news, gone, "before", "before")
        found += [int(row) for row in news.index[rows]]
        news = news.drop(index=news.index[rows])
    return add_problems(plan, dict.fromkeys(sorted(found), Problem(Code.CAME_BACK))) if found else plan


def returned(plan: pd.DataFrame) -> int:
    """Count the entries of a `Plan` of which it says that they came back."""
    said = plan.loc[plan["problems"].str.contains(Code.CAME_BACK.value, regex=False), "problems"]
    return sum(map(_is_said, said))


def _is_said(problems: str) -> bool:
    return any(problem.code is Code.CAME_BACK for problem in unpacked(problems))


def _pairs(ours: pd.DataFrame, theirs: pd.DataFrame, image: str, other: str) -> tuple[Ints, Ints]:
    return pair_equal(*codes(_entries(ours, image), _entries(theirs, other), _COMPARED))


def _entries(rows: pd.DataFrame, image: str) -> pd.DataFrame:
    tidy = tidy_text(rows[f"name_{image}"])
    return pd.DataFrame({"owner": rows["owner"], "tidy": tidy, "key": rows[f"key_{image}"]})
