"""The tables of the road, one pandera model each. Missing text is "" in all of them: no NaN reaches a comparison.

`CSV → Source → Desired | Rejected`, `target → Current`, `(Desired, Rejected, Current) → Plan → Result`.

Each is checked where one package hands it to another, in production too. So each check looks at a whole column at once,
in Arrow where it is text, and says yes or no: at a million rows one of pandera's own, row by row, takes longer than all
of these together.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc
from pandera.dtypes import DataType
from pandera.engines.pandas_engine import STRING
from pandera.errors import SchemaError, SchemaErrors
from pandera.typing import Series

from schemas.errors import InternalError
from schemas.findings import FindingKind
from schemas.plan import Action, Outcome

_HEXADECIMAL: Final = "0123456789abcdef"


def _at_least(least: int, column: pd.Series[int]) -> bool:
    return bool((column >= least).all())


def _filled(column: pd.Series[str]) -> bool:
    return bool(pc.all(pc.greater(pc.binary_length(_arrow(column)), 0), min_count=0).as_py())


def _among(values: Iterable[str], column: pd.Series[str]) -> bool:
    known = pa.array([str(value) for value in values], type=pa.large_string())
    return bool(pc.all(pc.is_in(_arrow(column), value_set=known), min_count=0).as_py())


def _hexadecimal(digits: int, column: pd.Series[str]) -> bool:
    # Trimming takes a tenth of the time of a pattern.
    texts = _arrow(column)
    others = pc.ascii_trim(texts, characters=_HEXADECIMAL)
    fits = pc.and_(pc.equal(pc.binary_length(texts), digits), pc.equal(others, ""))
    return bool(pc.all(fits, min_count=0).as_py())


def _arrow(column: pd.Series[str]) -> pa.Array | pa.ChunkedArray:
    """Return a column's texts as they stand in memory."""
    return pa.array(column, type=pa.large_string())


class _Table(pandera.DataFrameModel):
    """What all tables share: exactly the columns named, in their order, nothing missing."""

    class Config:
        """Closed to columns nobody declared."""

        strict = True
        ordered = True
        unique_column_names = True


class Source(_Table):
    """CSV rows under the project's own column names, before anything is judged.

    `owner` is the cell's text (USOS's entity id) or "" (a phone list has one owner); `new_name` is APIO's own rename.
    `problem` says why the row's structure cannot be trusted (packed, `schemas.problems`), "" where it can.
    """

    line: Series[int]
    owner: Series[str]
    name: Series[str]
    number: Series[str]
    type_id: Series[str]
    new_name: Series[str]
    problem: Series[str]

    @pandera.check("line", error="at least 1")
    @classmethod
    def _lines(cls, column: pd.Series[int]) -> bool:
        return _at_least(1, column)


class Desired(_Table):
    """What the CSV wants to stand in the target: trusted lines only.

    `number` is the text to write if it has to be written; `key` its canonical key; `old_name` the name an explicit
    rename starts from, else "".
    """

    line: Series[int]
    owner: Series[str]
    name: Series[str]
    number: Series[str]
    type_id: Series[str]
    old_name: Series[str]
    key: Series[str]

    @pandera.check("line", error="at least 1")
    @classmethod
    def _lines(cls, column: pd.Series[int]) -> bool:
        return _at_least(1, column)

    @pandera.check("owner", "number", "key", error="not empty")
    @classmethod
    def _texts(cls, column: pd.Series[str]) -> bool:
        return _filled(column)


class Rejected(_Table):
    """Lines that cannot be trusted, one row for each problem, with all that ties them to entries they protect.

    `code` is the rule that the line breaks (`schemas.reasons.LineCode`), `values` what belongs to it, packed.
    """

    line: Series[int]
    column: Series[str]
    value: Series[str]
    code: Series[str]
    values: Series[str]
    owner: Series[str]
    name: Series[str]
    new_name: Series[str]
    key: Series[str]

    @pandera.check("line", error="at least 1")
    @classmethod
    def _lines(cls, column: pd.Series[int]) -> bool:
        return _at_least(1, column)

    @pandera.check("code", error="not empty")
    @classmethod
    def _texts(cls, column: pd.Series[str]) -> bool:
        return _filled(column)


class Current(_Table):
    """The entries read from the target, their stored text untouched; `name` is USOS's `comment.pl`, APIO's `name`.

    `name_en` is USOS's English comment, which `replace` does not keep; `tidy` is the name as it is compared.
    """

    owner: Series[str]
    name: Series[str]
    number: Series[str]
    type_id: Series[str]
    name_en: Series[str]
    tidy: Series[str]
    key: Series[str]

    @pandera.check("owner", error="not empty")
    @classmethod
    def _texts(cls, column: pd.Series[str]) -> bool:
        return _filled(column)


class Plan(_Table):
    """Every line and every remote entry with what is wanted of it; `line` is 0 for an entry that stands in no line.

    `*_before` is the before-image that has to be found again when the plan is applied; `*_after` what stands there
    afterwards ("" where nothing does). `problems` is what is said of the row, packed (`schemas.problems`), and `code`
    what that says first.
    """

    line: Series[int]
    owner: Series[str]
    action: Series[str]
    name_before: Series[str]
    number_before: Series[str]
    type_before: Series[str]
    en_before: Series[str]
    key_before: Series[str]
    name_after: Series[str]
    number_after: Series[str]
    type_after: Series[str]
    key_after: Series[str]
    problems: Series[str]
    code: Series[str]

    @pandera.check("line", error="at least 0")
    @classmethod
    def _lines(cls, column: pd.Series[int]) -> bool:
        return _at_least(0, column)

    @pandera.check("action", error="an action")
    @classmethod
    def _actions(cls, column: pd.Series[str]) -> bool:
        return _among(Action, column)


class Result(_Table):
    """The line report before masking: one row per plan row, and one for each entry that nobody had planned to touch.

    `line`, `http_status` and `attempts` are 0 where there is none; `outcome` is "" while the plan is not applied.
    `problems` is what is said of the row, packed (`schemas.problems`); `code` is what came of it, else what is said
    first, "" where nothing is said or the row is older than codes.
    `id` is the same for the same content in every run, "" where nobody has to accept anything; `accepted` is
    `until DATE: REASON (PERSON)` as long as somebody's acceptance holds.
    """

    sync: Series[str]
    line: Series[int]
    owner: Series[str]
    action: Series[str]
    outcome: Series[str]
    name_before: Series[str]
    number_before: Series[str]
    name_after: Series[str]
    number_after: Series[str]
    problems: Series[str]
    http_status: Series[int]
    attempts: Series[int]
    at: Series[str]
    code: Series[str]
    id: Series[str]
    accepted: Series[str]

    @pandera.check("line", "http_status", "attempts", error="at least 0")
    @classmethod
    def _counts(cls, column: pd.Series[int]) -> bool:
        return _at_least(0, column)

    @pandera.check("action", error="an action")
    @classmethod
    def _actions(cls, column: pd.Series[str]) -> bool:
        return _among(Action, column)

    @pandera.check("outcome", error="an outcome or nothing")
    @classmethod
    def _outcomes(cls, column: pd.Series[str]) -> bool:
        return _among(["", *Outcome], column)


class Finding(_Table):
    """What a reconciliation found: one row for each line of a file and each entry of a target, "" where one is missing.

    `id` is the same for the same situation in every run; `line` is 0 for an entry that stands in no line. `what` names
    what differs (`comment, number`), or says what is wrong, packed (`schemas.problems`); `fix` is the sentence that
    says what to do. `accepted` is `until DATE: REASON (PERSON)` as long as somebody's acceptance holds. `drift` is the
    code of what others have changed since the sync was in step: it had left there what its file says, or nothing.
    `owner_name` is what the owner is called, "" where nobody knows or it is a person's name.
    """

    id: Series[str]
    kind: Series[str]
    sync: Series[str]
    line: Series[int]
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
    trend: Series[str]
    since: Series[str]
    accepted: Series[str]
    drift: Series[str]
    owner_name: Series[str]

    @pandera.check("id", error="12 hexadecimal digits")
    @classmethod
    def _identities(cls, column: pd.Series[str]) -> bool:
        return _hexadecimal(12, column)

    @pandera.check("kind", error="a kind")
    @classmethod
    def _kinds(cls, column: pd.Series[str]) -> bool:
        return _among(FindingKind, column)

    @pandera.check("line", error="at least 0")
    @classmethod
    def _lines(cls, column: pd.Series[int]) -> bool:
        return _at_least(0, column)

    @pandera.check("trend", error="a trend or nothing")
    @classmethod
    def _trends(cls, column: pd.Series[str]) -> bool:
        return _among(["", "new", "persisting"], column)


class _Text(STRING):
    """Text, as pandera's own type has it, with one answer for the whole column.

    An answer row by row lets pandera print the rows that are wrong, even where none is: 3 ms a column, which was a
    quarter of the time of a small sync.
    """

    def check(self, pandera_dtype: DataType, data_container: Any = None) -> bool:
        """Tell whether all are text."""
        found: Any = super().check(pandera_dtype, data_container)
        return bool(np.all(found))


@cache
def _schema(model: type[pandera.DataFrameModel]) -> pandera.DataFrameSchema:
    schema = model.to_schema()
    text = _Text()  # type: ignore[call-arg] # a dataclass by pandera's decorator
    texts = {name: {"dtype": text} for name, column in schema.columns.items() if isinstance(column.dtype, STRING)}
    return schema.update_columns(texts)


def validated(model: type[pandera.DataFrameModel], frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame itself, which is a table of that model: neither copied nor coerced.

    Raises:
        InternalError: it is not; the message names the table, the column and what was expected, and no value.
    """
    schema = _schema(model)
    if list(frame.columns) == list(schema.columns) and plainly(schema, frame):
        return frame
    try:
        schema.validate(frame, inplace=True)
    except (SchemaError, SchemaErrors) as error:
        first = error.schema_errors[0] if isinstance(error, SchemaErrors) else error
        # The error holds the frame itself, and quotes from it: whoever logs a cause would log somebody's numbers.
        raise InternalError(f"The table {model.__name__} is not what it has to be: {_said(first)}.") from None
    return frame


def plainly(schema: pandera.DataFrameSchema, frame: pd.DataFrame) -> bool:
    """Tell whether a table certainly is what columns have to be; where it may be wrong, pandera looks and says why."""
    return failing(schema, frame) == []


def failing(schema: pandera.DataFrameSchema, frame: pd.DataFrame) -> list[tuple[str, str, pd.Series]] | None:
    """Return what fails where cells alone decide: the column, what its check says, and for each cell whether it fails.

    pandera would say the same, a hundred times as slowly. What a schema asks of rows, of types or of more than one cell
    at a time, pandera alone judges: None.
    """
    if not {*schema.columns} <= {*frame.columns} or schema.checks or schema.unique or schema.index is not None:
        return None
    found = []
    for name, column in schema.columns.items():
        cells = frame[name]
        if column.unique or cells.dtype != column.dtype.type or _has_gaps(cells):
            return None
        for check in column.checks:
            result = check(cells)
            if not result.check_passed:
                if not isinstance(result.check_output, pd.Series) or not check.error:
                    return None
                found.append((name, check.error, ~result.check_output))
    return found


def _has_gaps(cells: pd.Series) -> bool:
    """Tell whether a value is missing; whole numbers and truths cannot be."""
    return cells.dtype.kind not in "iub" and bool(pa.array(cells.array, from_pandas=True).null_count)


def _said(error: SchemaError) -> str:
    """Say which column is wrong, and what was expected of it."""
    expected = getattr(error.check, "error", None) or str(error.check)
    if isinstance(error.schema, pandera.Column):
        return f"column {error.schema.name}, {expected}"
    # Where the shape is wrong, these are names of columns.
    columns = error.failure_cases if pd.api.types.is_list_like(error.failure_cases) else [error.failure_cases]
    return f"column {', '.join(map(str, columns))}, {expected}"


def empty(model: type[pandera.DataFrameModel]) -> pd.DataFrame:
    """Return the table with its columns and no rows."""
    return _empty(model).copy(deep=False)


@cache
def _empty(model: type[pandera.DataFrameModel]) -> pd.DataFrame:
    columns = model.to_schema().columns
    return pd.DataFrame({name: pd.Series(dtype=column.dtype.type) for name, column in columns.items()})
