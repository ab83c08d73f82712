"""What the ledger keeps of a plan, a row and a yes: how it is packed, and found again."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Row, Table, func, select

from schemas.errors import LedgerError
from schemas.ledger import plans
from schemas.plan import WRITES
from schemas.problems import Code, Problem
from schemas.problems import packed as packed_problems
from tasks.messages.errors import error_of

if TYPE_CHECKING:
    import pandas as pd

# What a sentence about a rejected line quotes: a cell, which may hold anything.
_REJECTED_CELL: Final = re.compile(r'(rejected: [^"]*|; [^";]*) ".*?": ')


@dataclass(frozen=True)
class KeptPlan:
    """A plan as the ledger keeps it; `entries` is its `Plan` table."""

    id: str
    run: str
    sync: str
    target: str
    fingerprint: str
    created_at: str
    source_rows: int
    rejected: int
    guards: list[dict[str, Any]]
    entries: pd.DataFrame
    state: str = "planned"

    @cached_property
    def changes(self) -> int:
        """How many rows change something."""
        return int(self.entries["action"].isin(WRITES).sum())


@dataclass(frozen=True)
class Approval:
    """Somebody's yes to one fingerprint, until it expires (seconds since the epoch) or a run has used it up."""

    person: str
    reason: str
    at: str
    expires: float
    used_by: str | None = None


@dataclass(frozen=True)
class Refusal:
    """Somebody's no to one plan; a later yes to it stands beside it."""

    person: str
    reason: str
    at: str


def unique_row(connection: Connection, table: Table, wanted: Mapping[str, str], what: str) -> dict[str, Any]:
    """Return the only row that one of the columns names, or whose value there is the only one that begins so.

    Raises:
        LedgerError: there is none, or there are several.
    """
    reference = next(iter(wanted.values()))
    conditions = [func.substr(table.c[name], 1, len(value)) == value for name, value in wanted.items()]
    either = conditions[0]
    for condition in conditions[1:]:
        either |= condition
    rows = connection.execute(select(table).where(either).limit(2)).mappings().all() if reference else []
    exact = [row for row in rows if reference in {row[name] for name in wanted}]
    rows = exact or rows
    if len(rows) != 1:
        raise error_of(LedgerError, f"several_{what}s" if rows else f"no_such_{what}", {"reference": repr(reference)})
    return dict(rows[0])


def kept(connection: Connection, row: Mapping[Any, Any]) -> KeptPlan:
    """Return the plan of a row of the ledger."""
    return KeptPlan(
        **{name: row[name] for name in ("id", "run", "sync", "target", "fingerprint", "created_at", "state")},
        source_rows=row["source_rows"],
        rejected=row["rejected"],
        guards=row["guards"],
        entries=_with_problems(unpacked(whole(connection, row["entries"]))),
    )


def reference_to(plan: str) -> bytes:
    """Return what stands in place of the table of a plan that is row by row the one of an earlier plan."""
    return _SAME + plan.encode()


def referred(entries: bytes) -> str:
    """Return the plan that has the table which a reference stands for, "" where there is a table and no reference."""
    return entries[len(_SAME) :].decode() if entries.startswith(_SAME) else ""


def whole(connection: Connection, entries: bytes) -> bytes:
    """Return a plan's packed table, also where another plan has it."""
    other = referred(entries)
    return connection.execute(select(plans.c.entries).where(plans.c.id == other)).scalar_one() if other else entries


def said_of(row: Row[Any]) -> str:
    """Return what is said in a row of the ledger, packed; rows of releases before there were codes have a sentence."""
    return str(row.problems) or _as_problem(str(row.message))


def _with_problems(entries: pd.DataFrame) -> pd.DataFrame:
    """Return a plan's table with codes and values; plans of releases before codes have sentences."""
    if "problems" in entries:
        return entries
    import pandas as pd

    from schemas.tables import Plan

    said = {text: _as_problem(text) for text in entries["message"].unique()}
    codes = entries["code"] if "code" in entries else pd.Series("", index=entries.index, dtype="str")
    entries = entries.assign(problems=entries["message"].map(said).astype("str"), code=codes)
    return entries[[*Plan.to_schema().columns]]


def _as_problem(sentence: str) -> str:
    """Return a sentence of a release before codes, with what is shown of it where a cell has to be hidden."""
    if not sentence:
        return ""
    return packed_problems(
        Problem(Code.OTHER, {"said": sentence, "hidden": _REJECTED_CELL.sub(r'\1 "•••": ', sentence)})
    )


_SAME: Final = b"same: "  # Parquet begins otherwise
LONGEST_REFERENCE: Final = 400  # bytes; a table of no rows takes thousands
_SAMPLE = 4096  # rows that tell whether a column repeats its values
BATCH = 500  # bound parameters in one statement: every database takes that many


def packed(frame: pd.DataFrame) -> bytes:
    """Return a table as compressed Parquet."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    from tasks.text_columns import arrow

    buffer = io.BytesIO()
    table = pa.table({name: arrow(frame[name]) if frame[name].dtype == "str" else frame[name] for name in frame})
    # A dictionary of numbers that hardly repeat is given up after half of the work.
    sample = table.slice(length=_SAMPLE)
    distinct = {name: pc.count_distinct(sample[name]).as_py() for name in table.column_names}
    repeating = [name for name, values in distinct.items() if 2 * values < len(sample)]
    pq.write_table(table, buffer, compression="zstd", use_dictionary=repeating, write_statistics=False)
    return buffer.getvalue()


def unpacked(data: bytes) -> pd.DataFrame:
    """Return the table that was packed."""
    import pyarrow.parquet as pq

    frame: pd.DataFrame = pq.ParquetFile(io.BytesIO(data)).read().to_pandas()
    return frame
