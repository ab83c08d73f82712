"""Account for every row of a plan: the line report, before anything is masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd

from schemas.execution import ApplyResult
from schemas.plan import AT_REST, Action, Outcome
from schemas.problems import Code, Problem, also, packed
from schemas.tables import Result
from tasks.text_columns import looked_up

_COLUMNS = [*Result.to_schema().columns]
_BLANK = {**dict.fromkeys(_COLUMNS, ""), **dict.fromkeys(("line", "http_status", "attempts"), 0)}


class Known(Protocol):
    """What became of one row of a plan; see `connectors.ledger.Known`."""

    @property
    def row(self) -> int: ...  # noqa: D102
    @property
    def outcome(self) -> str: ...  # noqa: D102
    @property
    def problems(self) -> str: ...  # noqa: D102
    @property
    def http_status(self) -> int: ...  # noqa: D102
    @property
    def attempts(self) -> int: ...  # noqa: D102
    @property
    def at(self) -> str: ...  # noqa: D102
    @property
    def code(self) -> str: ...  # noqa: D102


def announce(sync: str, plan: pd.DataFrame) -> pd.DataFrame:
    """Return the `Result` of a plan that was not applied: what would be done, no outcomes."""
    return _result(sync, plan, pd.Series("", index=plan.index, dtype="str"))


def account(
    sync: str, plan: pd.DataFrame, known: Iterable[Known], unplanned: Sequence[Mapping[str, str]], *, at: str
) -> pd.DataFrame:
    """Return the `Result` of a plan that was applied, or stopped: one outcome a row, whatever happened.

    Args:
        sync: the sync's name.
        plan: `Plan`.
        known: what became of rows; the others are at rest, or were skipped.
        unplanned: what the target removed by itself: `owner, name, number, problems, code, at`.
        at: when rows at rest were seen.
    """
    resting = {str(action.value): str(outcome.value) for action, outcome in AT_REST.items()}
    outcome = looked_up(plan["action"], resting, str(Outcome.SKIPPED.value))
    result = _with_known(_result(sync, plan, outcome, at), [*known])
    return _with_rows(result, [_unplanned_row(sync, row) for row in unplanned])


def _with_known(result: pd.DataFrame, known: Sequence[Known]) -> pd.DataFrame:
    """Say of rows what became of them."""
    if not known:
        return result
    places = np.array([result.index.get_loc(item.row) for item in known], dtype=np.int64)
    said, planned = (result[column].iloc[places] for column in ("problems", "code"))
    problems = also(said, pd.Series([item.problems for item in known], index=said.index, dtype="str"))
    facts: dict[str, Sequence[Any]] = {
        **{name: [getattr(item, name) for item in known] for name in ("outcome", "http_status", "attempts", "at")},
        "problems": problems.tolist(),
        # What came of a row says more than what was said of it when it was planned.
        "code": [item.code or code for item, code in zip(known, planned.tolist(), strict=True)],
    }
    columns = {column: result[column].array.copy() for column in facts}
    for column, values in facts.items():
        columns[column][places] = values
    return result.assign(**columns)


def _unplanned_row(sync: str, row: Mapping[str, str]) -> dict[str, object]:
    """Return the row of what was done beside the plan: an entry was deleted, or put back for an interrupted run."""
    stands = row["code"] == Code.COST_BY_INTERRUPTION
    return {
        **_BLANK,
        "sync": sync,
        "owner": row["owner"],
        "action": str((Action.ADD if stands else Action.DELETE).value),
        "outcome": str(Outcome.UNPLANNED.value),
        "name_before": row["name"],
        "number_before": row["number"],
        "name_after": row["name"] if stands else "",
        "number_after": row["number"] if stands else "",
        "problems": row["problems"],
        "at": row["at"],
        "code": row["code"],
    }


def _with_rows(result: pd.DataFrame, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    if not rows:
        return result
    extra = pd.DataFrame(list(rows), columns=_COLUMNS)
    return pd.concat([result, extra.astype(dict(result.dtypes))], ignore_index=True)


def stopped_by_guard(result: pd.DataFrame) -> pd.DataFrame:
    """Return the `Result` with a guard named as what has kept its changes back, behind what the plan says of them."""
    stopped = Problem(Code.GUARD_STOPPED)
    skipped = result["outcome"] == Outcome.SKIPPED
    said = pd.Series(packed(stopped), index=result.index, dtype="str").where(skipped, "")
    code = result["code"].mask(skipped, str(stopped.code.value))
    return result.assign(problems=also(result["problems"], said), code=code)


def put_back_rows(rows: pd.DataFrame, written: ApplyResult, at: str) -> list[dict[str, str]]:
    """Return what settling an interrupted run has put back, as rows for the report of the run that has settled it.

    Args:
        rows: the `Plan` rows of the interrupted run that were carried out.
        written: what that came to.
        at: when.
    """
    if written.found is None:
        return []
    there = set(zip(written.found["owner"], written.found["name"], strict=True))
    cost = Problem(Code.COST_BY_INTERRUPTION)
    told = []
    for item in written.known.values():
        row = rows.loc[item.row]
        image = "after" if item.outcome == Outcome.APPLIED else "before"
        back = item.attempts > 0 or item.code in {Code.PUT_BACK, Code.DELETED_AND_PUT_BACK}
        if back and (row["owner"], row[f"name_{image}"]) in there:
            entry = {name: str(row[column]) for name, column in (("owner", "owner"), ("name", f"name_{image}"))}
            entry["number"] = str(row[f"number_{image}"])
            told.append({**entry, "problems": packed(cost), "code": str(cost.code.value), "at": at})
    return told


def tell_writes(result: pd.DataFrame, writes: int, sync: str, at: str) -> pd.DataFrame:
    """Return the `Result`, with a row that says so where something was sent and none of its rows tells of it.

    Args:
        result: `Result`.
        writes: how many requests may have changed something.
        sync: the sync's name.
        at: when.
    """
    if not writes or (result["outcome"] != Outcome.UNCHANGED).any():
        return result
    sent = Problem(Code.SENT_WITHOUT_EFFECT, {"n": str(writes)})
    said = {"problems": packed(sent), "code": str(sent.code.value), "at": at}
    words = {"action": str(Action.FOREIGN.value), "outcome": str(Outcome.UNPLANNED.value)}
    return _with_rows(result, [{**_BLANK, "sync": sync, **words, **said}])


def add_unplanned_entries(result: pd.DataFrame, unplanned_entries: pd.DataFrame, *, at: str) -> pd.DataFrame:
    """Return the `Result` with the entries that came while a run was at work: they were left as they are.

    Args:
        result: `Result`.
        unplanned_entries: `Current`.
        at: when they were seen.
    """
    if unplanned_entries.empty:
        return result
    came = Problem(Code.CAME_DURING_RUN)
    here = {
        f"{column}_{image}": unplanned_entries[column] for column in ("name", "number") for image in ("before", "after")
    }
    rows = pd.DataFrame({"owner": unplanned_entries["owner"], **here}).assign(
        sync=result["sync"].iloc[0] if len(result) else "",
        line=0,
        action=str(Action.FOREIGN.value),
        outcome=str(Outcome.UNCHANGED.value),
        problems=packed(came),
        http_status=0,
        attempts=0,
        at=at,
        code=str(came.code.value),
        id="",
        accepted="",
    )
    return pd.concat([result, rows[_COLUMNS].astype(dict(result.dtypes))], ignore_index=True)


def unread(sync: str, lines: pd.DataFrame, why: Problem, *, at: str) -> pd.DataFrame:
    """Return the `Result` of a file whose target could not be read: every line has an answer, and it is why.

    Args:
        sync: the sync's name.
        lines: columns `line, owner`.
        why: what kept the target from being read.
        at: when.
    """
    blank = pd.DataFrame("", index=range(len(lines)), columns=_COLUMNS, dtype="str")
    rows = blank.assign(
        sync=sync,
        line=lines["line"].to_numpy(),
        owner=lines["owner"].astype("str").array,
        action=str(Action.HOLD.value),
        outcome=str(Outcome.SKIPPED.value),
        problems=packed(why),
        http_status=0,
        attempts=0,
        at=at,
        code=str(why.code.value),
    )
    return rows.sort_values("line", kind="stable", ignore_index=True)


def _result(sync: str, plan: pd.DataFrame, outcome: pd.Series, at: str = "") -> pd.DataFrame:
    texts = {"sync": sync, "at": at, "id": "", "accepted": ""}
    numbers = ("http_status", "attempts")
    more = {
        "outcome": outcome.array,
        **{name: pd.array([value], dtype="str").repeat(len(plan)) for name, value in texts.items()},
        **{name: np.zeros(len(plan), dtype=np.int64) for name in numbers},
    }
    columns = {name: more[name] if name in more else plan[name].array for name in _COLUMNS}
    return pd.DataFrame(columns, index=plan.index)
