"""Each table of the road is refused where it is not what it has to be, and nobody's number is quoted for it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import table

from connectors.registry import specs
from schemas.errors import InternalError
from schemas.findings import FindingKind
from schemas.plan import Action, Outcome
from schemas.tables import Current, Desired, Finding, Plan, Rejected, Result, Source, empty, failing, plainly, validated

Model = type[pa.DataFrameModel]
SECRET = "22 999 00 01"
# One cell of each check that no table of ours may hold, and what is said of it.
WRONG: list[tuple[Model, str, Any, str]] = [
    (Source, "line", 0, "at least 1"),
    (Desired, "line", 0, "at least 1"),
    (Desired, "owner", "", "not empty"),
    (Desired, "number", "", "not empty"),
    (Desired, "key", "", "not empty"),
    (Rejected, "line", 0, "at least 1"),
    (Rejected, "code", "", "not empty"),
    (Current, "owner", "", "not empty"),
    (Plan, "line", -1, "at least 0"),
    (Plan, "action", SECRET, "an action"),
    (Result, "line", -1, "at least 0"),
    (Result, "http_status", -1, "at least 0"),
    (Result, "attempts", -1, "at least 0"),
    (Result, "action", SECRET, "an action"),
    (Result, "outcome", SECRET, "an outcome or nothing"),
    (Finding, "line", -1, "at least 0"),
    (Finding, "id", "0123456789aB", "12 hexadecimal digits"),
    (Finding, "id", "0123456789abc", "12 hexadecimal digits"),
    (Finding, "kind", SECRET, "a kind"),
    (Finding, "trend", SECRET, "a trend or nothing"),
]
MODELS: list[Model] = [Source, Desired, Rejected, Current, Plan, Result, Finding]


def sound(model: Model, **given: Any) -> dict[str, Any]:
    """Return one row that the model accepts."""
    filled: dict[str, Any] = dict.fromkeys(empty(model).columns, SECRET)
    fitting = {"line": 2, "http_status": 200, "attempts": 1, "action": "add", "outcome": "applied"}
    fitting |= {"id": "0123456789ab", "kind": str(FindingKind.AGREE.value), "trend": "new"}
    return {name: given.get(name, fitting.get(name, value)) for name, value in filled.items()}


def refusal(model: Model, frame: pd.DataFrame) -> str:
    with pytest.raises(InternalError) as caught:
        validated(model, frame)
    assert caught.value.__cause__ is None
    assert SECRET not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("model", MODELS)
def test_a_table_that_is_right_is_handed_on_itself(model: Model) -> None:
    for frame in (empty(model), table(model, [sound(model)])):
        before = frame.copy()
        assert validated(model, frame) is frame
        pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(("model", "column", "cell", "expected"), WRONG)
def test_a_wrong_cell_among_right_ones_is_refused(model: Model, column: str, cell: object, expected: str) -> None:
    frame = table(model, [sound(model), sound(model, **{column: cell}), sound(model)])
    said = f"The table {model.__name__} is not what it has to be: column {column}, {expected}."
    assert refusal(model, frame) == said


@pytest.mark.parametrize("model", MODELS)
def test_another_shape_is_refused(model: Model) -> None:
    """No column may be missing, unknown, twice there, out of its place, of another type, or without a value."""
    frame = table(model, [sound(model)])
    *others, last = frame.columns
    assert f"column {last}" in refusal(model, frame[others])
    assert "column more" in refusal(model, frame.assign(more=SECRET))
    assert "column" in refusal(model, frame[[last, *others]])
    assert f"column {last}" in refusal(model, frame[[*frame.columns, last]])
    texts = [name for name, dtype in frame.dtypes.items() if dtype == "str"]
    numbers = frame.columns.difference(texts)
    for name in texts:
        assert f"column {name}" in refusal(model, frame.assign(**{str(name): 1}))
        assert f"column {name}" in refusal(model, frame.assign(**{str(name): pd.Series([None], dtype="str")}))
    for name in numbers:
        assert f"column {name}" in refusal(model, frame.assign(**{name: "1"}))
        assert f"column {name}" in refusal(model, frame.assign(**{name: 1.0}))


_text = st.sampled_from(["", "a", SECRET, "+48229990001", "Łódź"])
_filled = _text.filter(bool)
_CELLS: dict[str, st.SearchStrategy[Any]] = {
    "line": st.integers(1, 2**40),
    "http_status": st.integers(0, 599),
    "attempts": st.integers(0, 20),
    "action": st.sampled_from([str(action.value) for action in Action]),
    "outcome": st.sampled_from(["", *(str(outcome.value) for outcome in Outcome)]),
    "kind": st.sampled_from([str(kind.value) for kind in FindingKind]),
    "trend": st.sampled_from(["", "new", "persisting"]),
    "id": st.text("0123456789abcdef", min_size=12, max_size=12),
    **dict.fromkeys(("owner", "number", "key", "code"), _filled),
}


@given(st.data(), st.sampled_from(MODELS))
def test_law_what_is_right_in_every_row_passes_and_one_wrong_cell_does_not(data: st.DataObject, model: Model) -> None:
    row = st.fixed_dictionaries({name: _CELLS.get(name, _text) for name in empty(model).columns})
    rows = data.draw(st.lists(row, max_size=5))
    validated(model, table(model, rows))
    _, column, cell, expected = data.draw(st.sampled_from([wrong for wrong in WRONG if wrong[0] is model]))
    at = data.draw(st.integers(0, len(rows)))
    rows.insert(at, sound(model, **{column: cell}))
    assert f"column {column}, {expected}" in refusal(model, table(model, rows))


SERVICES_OWN = [
    pa.DataFrameSchema({"name": pa.Column(str)}, checks=pa.Check(lambda cells: len(cells) < 2)),
    pa.DataFrameSchema({"name": pa.Column(str)}, unique=["name"]),
    pa.DataFrameSchema({"name": pa.Column(str, unique=True)}),
    pa.DataFrameSchema({"name": pa.Column(str, pa.Check(lambda cells: cells != "x"))}),
    pa.DataFrameSchema({"name": pa.Column(str), "another": pa.Column(str)}),
]


@pytest.mark.parametrize("schema", SERVICES_OWN, ids=["rows", "unique rows", "unique", "cells", "a column more"])
def test_what_a_service_asks_of_its_lines_is_never_passed_over(schema: pa.DataFrameSchema) -> None:
    assert not plainly(schema, pd.DataFrame({"name": pd.Series(["x", "x"], dtype="str")}))
    assert plainly(pa.DataFrameSchema({"name": pa.Column(str)}), pd.DataFrame({"name": pd.Series(["x"], dtype="str")}))


CELLS = st.sampled_from(["", "o1", "o 1", "Dean", "x" * 51])


@pytest.mark.parametrize("service", sorted(specs()))
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=5))
def test_law_the_cells_that_fail_are_those_that_pandera_names(service: str, rows: list[tuple[str, ...]]) -> None:
    cells = pd.DataFrame(rows, columns=["owner", "name", "new_name"], dtype="str", index=range(3, 3 + len(rows)))
    schema = specs()[service].lines.cells()
    named: set[tuple[str, str, int]] = set()
    try:
        schema.validate(cells, lazy=True)
    except pa.errors.SchemaErrors as failures:
        cases = failures.failure_cases
        named = {
            (*case[:2], int(case[2])) for case in zip(cases["column"], cases["check"], cases["index"], strict=True)
        }
    found = failing(schema, cells)
    assert found is not None
    assert {(column, error, at) for column, error, bad in found for at in bad.index[bad]} == named
