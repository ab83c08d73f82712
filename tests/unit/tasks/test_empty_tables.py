from __future__ import annotations

import pandas as pd

from tasks.empty_tables import no_rows, stacked

COLUMNS = ("line", "column", "code")


def test_a_table_without_rows_is_of_the_kinds_that_one_with_rows_has() -> None:
    some = pd.DataFrame({"line": [2], "column": ["name"], "code": ["x"]}).astype({"column": "str", "code": "str"})
    assert no_rows(*COLUMNS).dtypes.to_dict() == some.dtypes.to_dict()
    assert stacked([no_rows(*COLUMNS), some, some])["line"].tolist() == [2, 2]


def test_whoever_writes_into_a_table_without_rows_changes_nobody_elses() -> None:
    mine = no_rows(*COLUMNS)
    mine["more"] = ""
    mine.loc[0, "line"] = 7
    assert list(no_rows(*COLUMNS)) == [*COLUMNS]
    assert no_rows(*COLUMNS).empty


def test_tables_below_one_another_are_numbered_anew_also_where_one_alone_has_rows() -> None:
    some = pd.DataFrame({"line": [2, 3]}, index=[5, 9])
    for tables in ([some], [some, some[:0]], [some[:0], some]):
        assert stacked(tables).index.tolist() == [0, 1]
    assert stacked([some[:0], some[:0]]).empty
