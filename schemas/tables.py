"""The tables of the road, one pandera model each. Missing text is "" in all of them: no NaN reaches a comparison.

`CSV → Source → Desired | Rejected`, `target → Current`, `(Desired, Rejected, Current) → Plan → Result`.
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
from pandera.typing import Series

from schemas.findings import FindingKind
from schemas.plan import Action, Outcome


class _Table(pa.DataFrameModel):
    """What all tables share: exactly the columns named, in their order, nothing missing."""

    class Config:
        """Closed to columns nobody declared."""

        strict = True
        ordered = True


class Source(_Table):
    """CSV rows under the project's own column names, before anything is judged.

    `owner` is the cell's text (USOS's entity id) or "" (a phone list has one owner); `new_name` is APIO's own rename.
    `problem` says why the row's structure cannot be trusted, "" where it can.
    """

    line: Series[int] = pa.Field(ge=1)
    owner: Series[str]
    name: Series[str]
    number: Series[str]
    type_id: Series[str]
    new_name: Series[str]
    problem: Series[str]


class Desired(_Table):
    """What the CSV wants to stand in the target: trusted lines only.

    `number` is the text to write if it has to be written; `key` its canonical key; `old_name` the name an explicit
    rename starts from, else "".
    """

    line: Series[int] = pa.Field(ge=1)
    owner: Series[str] = pa.Field(str_length={"min_value": 1})
    name: Series[str]
    number: Series[str] = pa.Field(str_length={"min_value": 1})
    type_id: Series[str]
    old_name: Series[str]
    key: Series[str] = pa.Field(str_length={"min_value": 1})


class Rejected(_Table):
    """Lines that cannot be trusted, one row for each problem, with all that ties them to entries they protect."""

    line: Series[int] = pa.Field(ge=1)
    column: Series[str]
    value: Series[str]
    reason: Series[str] = pa.Field(str_length={"min_value": 1})
    owner: Series[str]
    name: Series[str]
    new_name: Series[str]
    key: Series[str]


class Current(_Table):
    """The entries read from the target, their stored text untouched; `name` is USOS's `comment.pl`, APIO's `name`.

    `name_en` is USOS's English comment, which `replace` does not keep; `tidy` is the name as it is compared.
    """

    owner: Series[str] = pa.Field(str_length={"min_value": 1})
    name: Series[str]
    number: Series[str]
    type_id: Series[str]
    name_en: Series[str]
    tidy: Series[str]
    key: Series[str]


class Plan(_Table):
    """Every line and every remote entry with what is wanted of it; `line` is 0 for an entry that stands in no line.

    `*_before` is the before-image that has to be found again when the plan is applied; `*_after` what stands there
    afterwards ("" where nothing does). `code` is what `message` says first (`schemas.problems.Code`).
    """

    line: Series[int] = pa.Field(ge=0)
    owner: Series[str]
    action: Series[str] = pa.Field(isin=[action.value for action in Action])
    name_before: Series[str]
    number_before: Series[str]
    type_before: Series[str]
    en_before: Series[str]
    key_before: Series[str]
    name_after: Series[str]
    number_after: Series[str]
    type_after: Series[str]
    key_after: Series[str]
    message: Series[str]
    code: Series[str]


class Result(_Table):
    """The line report before masking: one row per plan row, and one for each entry that nobody had planned to touch.

    `line`, `http_status` and `attempts` are 0 where there is none; `outcome` is "" while the plan is not applied.
    `code` is what `message` says (`schemas.problems.Code`), "" where it says nothing or is older than codes.
    """

    sync: Series[str]
    line: Series[int] = pa.Field(ge=0)
    owner: Series[str]
    action: Series[str] = pa.Field(isin=[action.value for action in Action])
    outcome: Series[str] = pa.Field(isin=["", *(outcome.value for outcome in Outcome)])
    name_before: Series[str]
    number_before: Series[str]
    name_after: Series[str]
    number_after: Series[str]
    message: Series[str]
    http_status: Series[int] = pa.Field(ge=0)
    attempts: Series[int] = pa.Field(ge=0)
    at: Series[str]
    code: Series[str]


class Finding(_Table):
    """What a reconciliation found: one row for each line of a file and each entry of a target, "" where one is missing.

    `id` is the same for the same situation in every run; `line` is 0 for an entry that stands in no line. `what` names
    what differs, or says why there is no number; `fix` is the sentence that says what to do. `accepted` is
    `until DATE: REASON (PERSON)` as long as somebody's acceptance holds.
    """

    id: Series[str] = pa.Field(str_matches=r"^[0-9a-f]{12}$")
    kind: Series[str] = pa.Field(isin=[kind.value for kind in FindingKind])
    sync: Series[str]
    line: Series[int] = pa.Field(ge=0)
    owner: Series[str]
    key: Series[str]
    number_csv: Series[str]
    name_csv: Series[str]
    type_csv: Series[str]
    number_there: Series[str]
    name_there: Series[str]
    type_there: Series[str]
    where: Series[str]
    what: Series[str]
    fix: Series[str]
    trend: Series[str] = pa.Field(isin=["", "new", "persisting"])
    since: Series[str]
    accepted: Series[str]


def empty(model: type[pa.DataFrameModel]) -> pd.DataFrame:
    """Return the table with its columns and no rows."""
    columns = model.to_schema().columns
    return pd.DataFrame({name: pd.Series(dtype=column.dtype.type) for name, column in columns.items()})
