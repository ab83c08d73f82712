"""Small tables for tests: written as rows, checked by the models of `schemas.tables`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

import pandas as pd
import pandera.pandas as pa

from schemas.tables import Current, Desired, Plan, Rejected, empty


def table(model: type[pa.DataFrameModel], rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a table with the model's columns, what is not given as "" or 0."""
    listed = list(rows)
    return pd.DataFrame(
        {
            name: pd.Series([row.get(name, "" if dtype == "str" else 0) for row in listed], dtype=dtype)
            for name, dtype in _types(model).items()
        }
    )


@cache
def _types(model: type[pa.DataFrameModel]) -> dict[str, Any]:
    return dict(empty(model).dtypes)


def desired(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return `Desired`; lines are numbered from 2, a number is its own key."""
    return table(
        Desired,
        ({"line": at, "owner": "one", "key": row["number"], **row} for at, row in enumerate(rows, start=2)),
    )


def current(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return `Current`; a name is as it is compared, a number is its own key."""
    return table(Current, ({"owner": "one", "tidy": row.get("name", ""), "key": row["number"], **row} for row in rows))


def rejected(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return `Rejected`."""
    return table(Rejected, ({"code": "number-words", "owner": "one", **row} for row in rows))


def clears(*rows: Mapping[str, Any]) -> pd.DataFrame:
    """Return lines that say "this owner has no numbers"."""
    frame = pd.DataFrame(list(rows), columns=["line", "owner"])
    return frame.astype({"line": "int64", "owner": "str"})


def repeats() -> pd.DataFrame:
    """Return no lines that repeat others."""
    return clears().assign(problems=pd.Series(dtype="str"))


def after(plan: pd.DataFrame) -> Counter[tuple[str, str, str]]:
    """Return what stands in the target once the plan is applied, as (owner, name, key).

    Its columns are looked at here; all that pandera checks, in a law of its own: it takes longer than planning.
    """
    assert dict(plan.dtypes) == _types(Plan)
    rows = plan[plan["key_after"] != ""]
    return Counter(zip(rows["owner"], rows["name_after"], rows["key_after"], strict=True))


def entries(frame: pd.DataFrame) -> Counter[tuple[str, str, str]]:
    """Return the entries of `Desired` or `Current` as (owner, name, key)."""
    return Counter(zip(frame["owner"], frame["name"], frame["key"], strict=True))
