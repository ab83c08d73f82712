"""Know a row that needs somebody again: the same content has the same id in every run, and what is changed another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from schemas.plan import Action
from schemas.problems import CALLED, DRIFT, Code, Problem, unpacked
from tasks.text_columns import keyed_ids

_CONTENT: Final = ("name_before", "number_before", "type_before", "name_after", "number_after", "type_after")
# Lines move when one is added above them; of that nothing is changed.
_PLACES: Final = frozenset({"line", "lines", "first", "second", CALLED})  # `rest` has what the file calls the entry


@dataclass(frozen=True)
class Known:
    """What makes the ids of a sync's rows, and which of them somebody has accepted.

    Attributes:
        sync: the sync, by the name that it had first.
        salt: the ledger's.
        accepted: ids.
    """

    sync: str = ""
    salt: str = ""
    accepted: frozenset[str] = frozenset()


def row_ids(plan: pd.DataFrame, known: Known) -> pd.Series:
    """Return the id of every row that is held or that others have changed, "" for the others.

    It is bound to what the row says: the owner, the entry there, what is wanted, and why it is held with the cells that
    are to blame; not to the line's place in the file.

    Args:
        plan: `Plan`.
        known: what makes the ids.
    """
    ids = pd.Series("", index=plan.index, dtype="str")
    held, drift = plan["action"] == Action.HOLD, plan["code"].isin(DRIFT)
    if drift.any():
        ids[drift] = plan.loc[drift, "problems"].map(_id_of_drift).astype("str")
    rows = plan[held & ~drift]
    if not rows.empty:
        ids[rows.index] = keyed_ids(_situation(rows, known.sync, rows["problems"].map(_why)), known.salt)
    return ids


def drift_ids(plan: pd.DataFrame, known: Known) -> pd.Series:
    """Return the id of rows that others have changed, by what was found there and what the file wants."""
    return keyed_ids(_situation(plan, known.sync, plan["action"]), known.salt)


def _situation(rows: pd.DataFrame, sync: str, why: pd.Series) -> pd.Series:
    parts = [rows["owner"].tolist(), why.tolist(), *(rows[name].tolist() for name in _CONTENT)]
    texts = ["\x1e".join((sync, *row)) for row in zip(*parts, strict=True)]
    return pd.Series(texts, index=rows.index, dtype="str")


def _why(problems: str) -> str:
    """Return what is said of a held row, without its places in the file."""
    said = [problem for problem in unpacked(problems) if problem.code != Code.ENGLISH_LOST]
    return "\x1f\x1f".join("\x1f".join((str(problem.code.value), *_values(problem))) for problem in said)


def _values(problem: Problem) -> list[str]:
    values = dict(problem.values)
    return [f"{name}={value}" for name, value in sorted(values.items()) if name not in _PLACES]


def _id_of_drift(problems: str) -> str:
    return next((dict(problem.values).get("id", "") for problem in unpacked(problems) if problem.code in DRIFT), "")
