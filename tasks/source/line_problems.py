"""What is wrong with the lines of a file, gathered while they are judged, and in the end the table `Rejected`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa

from schemas.problems import Code, Problem, code_of, is_packed, packed_values, unpacked
from schemas.reasons import LineCode
from schemas.tables import Rejected, empty, failing
from tasks.text_columns import arrow, as_str, looked_up, one_text, stable_order

_COLUMNS: Final = [*Rejected.to_schema().columns]
# What the clerk is shown of a cell that was read as something else.
_TYPED: Final = {"owner": "typed", "name": "called", "new_name": "called_new", "number": "value"}


class FoundProblems:
    """The problems found so far, each with its line, the header the clerk knows, and what ties the line to entries."""

    def __init__(self, rows: pd.DataFrame, headers: Mapping[str, str], flaws: pd.DataFrame | None) -> None:
        self._rows = rows
        self._headers = headers
        self._found: list[dict[str, pa.Array]] = []
        self._flawed: dict[str, pd.Series] = {}
        for (column, header), some in flaws.groupby(["column", "further"]) if flaws is not None else ():
            first = some.drop_duplicates("line").set_index("line")
            codes, values = (looked_up(rows["line"], first[said]) for said in ("code", "values"))
            codes = codes.where(rows["problem"] == "", "")
            if header:
                self._add_of_further(str(header), codes, values)
                continue
            if column == "number":
                codes = codes.where(rows["column"] == "", "")
            self.add(str(column), codes, values)
            self._flawed[str(column)] = self._flawed.get(str(column), False) | (codes != "")

    def _add_of_further(self, header: str, codes: pd.Series, values: pd.Series) -> None:
        """Note what is wrong with the cells of a further column; one that brings no row is told with its line."""
        rows = self._rows
        mine = (rows["column"] == header) & (codes != "")
        self.add("number", codes.where(mine, ""), values)
        self._flawed["number"] = self._flawed.get("number", False) | mine
        others = (codes != "") & ~rows["line"].isin(rows.loc[mine, "line"]) & ~rows["line"].duplicated()
        if others.any():
            here = rows["inner_column"] == header
            told = rows.assign(inner_column=header, inner=rows["inner"].where(here, ""))
            self._note("inner", told[others], codes, values)
            self._flawed["inner"] = self._flawed.get("inner", False) | (others & here)

    def add(self, column: str, codes: pd.Series, values: pd.Series | str = "") -> None:
        """Note the codes of what is wrong with cells, "" where nothing is; values stand beside them."""
        bad = codes != ""
        if column in self._flawed:
            bad = bad & ~self._flawed[column].reindex(bad.index)
        if not bad.any():
            return
        rows, codes = self._rows.loc[bad.index[bad]], codes[bad]
        # Of a number with an extension of its own column it is that column which is too much.
        inner = (codes == str(LineCode.NUMBER_INNER.value)) & (rows["inner"] != "")
        if not inner.any():
            self._note(column, rows, codes, values)
            return
        for name, some in ((column, rows[~inner]), ("inner", rows[inner])):
            if not some.empty:
                self._note(name, some, codes, values)

    def _note(self, column: str, rows: pd.DataFrame, codes: pd.Series, values: pd.Series | str) -> None:
        codes = codes[rows.index]
        header: pd.Series | str = self._headers.get(column, column)
        if column == "number":
            header = rows["column"].where(rows["column"] != "", header)
        elif column == "inner":
            header = rows["inner_column"]
        value: pd.Series | str = rows[_TYPED.get(column, column)] if column else ""
        if column == "name":
            # Where the suffix of a further column makes a name too long or one that stands there, it is told with it.
            own = rows["line"].isin(rows.loc[rows["column"] == "", "line"])
            value = rows["called"].mask(~own & codes.map(_is_about_made), rows["name"])
        found = {
            **{name: rows[name] for name in ("line", "owner", "name", "new_name")},
            "column": header,
            "value": value,
            "code": codes,
            "values": values if isinstance(values, str) else values[rows.index],
            # Only a number that was read says which entries the line is about.
            "key": rows["key"].where(rows["readable"], ""),
        }
        self._add(found, len(rows))
        # A cell that is no extension may be another number, as one that cannot be read.
        unread = codes == str(LineCode.EXTENSION_UNREAD.value)
        if unread.any():
            some = {name: cells if isinstance(cells, str) else cells[unread] for name, cells in found.items()}
            self._add({**some, "key": ""}, int(unread.sum()))

    def _add(self, found: Mapping[str, pd.Series | str], rows: int) -> None:
        """Keep rows of `Rejected` as columns of Arrow: a frame takes longer to make than to fill."""
        self._found.append(
            {
                name: pa.repeat(one_text(cells), rows)
                if isinstance(cells, str)
                else (pa.array(cells) if name == "line" else arrow(cells))
                for name, cells in ((name, found[name]) for name in _COLUMNS)
            }
        )

    def add_packed(self, column: str, problems: pd.Series) -> None:
        """Note what is wrong with cells, one packed problem a cell, "" where nothing is."""
        some = problems[problems != ""]
        if some.empty:
            return
        said = {text: unpacked(text)[0] for text in some.unique()}
        codes = {text: str(problem.code.value) for text, problem in said.items()}
        values = {text: packed_values(problem.values) for text, problem in said.items()}
        self.add(column, some.map(codes).astype("str"), some.map(values).astype("str"))

    def add_failures(self, schema: pandera.DataFrameSchema, cells: pd.DataFrame, about: str = "") -> None:
        """Check cells with pandera, lazily: all failures of all lines at once, about their own column or that one."""
        if cells.empty:
            return
        for column, error, bad in _failures(schema, cells):
            problem = _problem_of(error)
            codes = pd.Series(np.where(bad, str(problem.code.value), ""), index=bad.index, dtype="str")
            self.add(about or column, codes, packed_values(problem.values))

    def add_unread(self, unread: pd.DataFrame, place: str) -> None:
        """Note what nobody reads: it ties its line to the numbers that stand there and to the owner that is named."""
        if unread.empty:
            return
        rows = self._rows.assign(key=self._rows["key"].where(self._rows["readable"]))
        rows = rows.drop_duplicates("line").set_index("line")[["owner", "name", "new_name", "key"]]
        ties = rows.reindex(unread["line"]).fillna("").reset_index(drop=True)
        ties["key"] = [_both(*keys) for keys in zip(ties["key"], unread["key"], strict=True)]
        said = unread[["line", "column", "value", "code", "values"]].reset_index(drop=True)
        self._add({**said, **ties}, len(said))
        # An id may be about two owners: that of its line, and its own.
        named = unread["identifier"].reset_index(drop=True)
        others = ties.assign(owner=place + " " + named)[named != ""]
        self._add({**said[named != ""], **others}, len(others))

    def rejected(self) -> pd.DataFrame:
        """Return `Rejected`, sorted by line and column."""
        if not self._found:
            return empty(Rejected)
        columns = {name: pa.concat_arrays([found[name] for found in self._found]) for name in _COLUMNS}
        lines = columns.pop("line").to_numpy()
        texts = {name: as_str(cells) for name, cells in columns.items()}
        table = pd.DataFrame({"line": lines, **texts})[_COLUMNS]
        table = _in_order(table)
        more = self._entries_beside(table)
        if more.empty:
            return table
        return _in_order(pd.concat([table, more], ignore_index=True))

    def _entries_beside(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the first problem of each line once more for every other entry that the line brings.

        None of them is wanted then, so it ties the line to each of them: what stands there of it would be deleted.
        """
        ties = ["line", "owner", "name", "new_name", "key"]
        several = self._rows["line"].duplicated(keep=False)
        rows = self._rows[several & self._rows["line"].isin(table["line"])] if several.any() else self._rows[:0]
        if rows.empty:
            return table[:0]
        rows = rows.assign(key=rows["key"].where(rows["readable"], ""))[ties].drop_duplicates()
        known = pd.MultiIndex.from_frame(table[ties])
        rows = rows[~pd.MultiIndex.from_frame(rows).isin(known)]
        first = table.drop_duplicates("line")[["line", "column", "value", "code", "values"]]
        return rows.merge(first, on="line", how="left")[table.columns].astype(table.dtypes)


def _in_order(table: pd.DataFrame) -> pd.DataFrame:
    if len(table) < 2:
        return table
    return table.iloc[stable_order(table[["line", "column", "code"]])].reset_index(drop=True)


def _failures(schema: pandera.DataFrameSchema, cells: pd.DataFrame) -> list[tuple[str, str, pd.Series]]:
    """Return the column of each check that fails, what it says, and of which cells, sorted by column and text."""
    found = failing(schema, cells)
    if found is not None:
        return sorted(found, key=lambda failure: failure[:2])
    try:
        schema.validate(cells, lazy=True)
    except pandera.errors.SchemaErrors as failures:
        cases = failures.failure_cases.groupby(["column", "check"])
        return [(str(column), str(error), _at(cells, rows["index"])) for (column, error), rows in cases]
    return []


def _at(cells: pd.DataFrame, labels: pd.Series) -> pd.Series:
    return pd.Series(np.isin(cells.index, labels.to_numpy()), index=cells.index)


def _is_about_made(code: str) -> bool:
    return code in {LineCode.NAME_LONG, LineCode.NAME_TWICE}


def _both(first: str, second: str) -> str:
    return f"{first}|{second}" if first and second else first or second


def _problem_of(error: str) -> Problem:
    """Return what the error of a check says: a code, a packed problem, or words that are the service's own."""
    if is_packed(error):
        return unpacked(error)[0]
    code = code_of(error)
    return Problem(code, {"said": error}) if code is Code.OTHER else Problem(code)
