"""What is wrong with the lines of a file, gathered while they are judged, and in the end the table `Rejected`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
import pandera.pandas as pa

from schemas.problems import Code, Problem, code_of, is_packed, packed_values, unpacked
from schemas.reasons import LineCode
from schemas.tables import Rejected, empty, plainly
from tasks.source.further_columns import header_in
from tasks.text_columns import looked_up

# What the clerk is shown of a cell that was read as something else.
_TYPED: Final = {"owner": "typed", "name": "called", "new_name": "called_new", "number": "value"}


class FoundProblems:
    """The problems found so far, each with its line, the header the clerk knows, and what ties the line to entries."""

    def __init__(self, rows: pd.DataFrame, headers: Mapping[str, str], flaws: pd.DataFrame | None) -> None:
        self._rows = rows
        self._headers = headers
        self._found: list[pd.DataFrame] = []
        self._flawed: dict[str, pd.Series] = {}
        for column, some in flaws.groupby("column") if flaws is not None else ():
            first = some.drop_duplicates("line").set_index("line")
            codes, values = (looked_up(rows["line"], first[said]) for said in ("code", "values"))
            codes = codes.where(rows["problem"] == "", "")
            header = header_in(str(column))
            if header:
                self._add_of_further(header, codes, values)
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
        rows = self._rows.loc[bad.index[bad]]
        # Of a number with an extension of its own column it is that column which is too much.
        inner = (codes[bad] == str(LineCode.NUMBER_INNER.value)) & (rows["inner"] != "")
        for name, some in ((column, rows[~inner]), ("inner", rows[inner])):
            if not some.empty:
                self._note(name, some, codes, values)

    def _note(self, column: str, rows: pd.DataFrame, codes: pd.Series, values: pd.Series | str) -> None:
        header: pd.Series | str = self._headers.get(column, column)
        if column == "number":
            header = rows["column"].where(rows["column"] != "", header)
        elif column == "inner":
            header = rows["inner_column"]
        value = rows[_TYPED.get(column, column)] if column else pd.Series("", index=rows.index, dtype="str")
        if column == "name":
            # Where the suffix of a further column makes a name too long or one that stands there, it is told with it.
            own = rows["line"].isin(rows.loc[rows["column"] == "", "line"])
            value = value.mask(~own & codes[rows.index].map(_is_about_made), rows["name"])
        found = rows[["line", "owner", "name", "new_name"]].assign(
            column=header,
            value=value,
            code=codes[rows.index],
            values=values if isinstance(values, str) else values[rows.index],
            # Only a number that was read says which entries the line is about.
            key=rows["key"].where(rows["readable"], ""),
        )
        self._found.append(found)
        # A cell that is no extension may be another number, as one that cannot be read.
        self._found.append(found[found["code"] == LineCode.EXTENSION_UNREAD].assign(key=""))

    def add_packed(self, column: str, problems: pd.Series) -> None:
        """Note what is wrong with cells, one packed problem a cell, "" where nothing is."""
        some = problems[problems != ""]
        if some.empty:
            return
        said = {text: unpacked(text)[0] for text in some.unique()}
        codes = {text: str(problem.code.value) for text, problem in said.items()}
        values = {text: packed_values(problem.values) for text, problem in said.items()}
        self.add(column, some.map(codes).astype("str"), some.map(values).astype("str"))

    def add_failures(self, schema: pa.DataFrameSchema, cells: pd.DataFrame, about: str = "") -> None:
        """Check cells with pandera, lazily: all failures of all lines at once, about their own column or that one."""
        if cells.empty or plainly(schema, cells):
            return
        try:
            schema.validate(cells, lazy=True)
        except pa.errors.SchemaErrors as failures:
            cases = failures.failure_cases
            for (column, error), rows in cases.groupby(["column", "check"]):
                problem = _problem_of(str(error))
                bad = pd.Series("", index=cells.index[np.isin(cells.index, rows["index"].to_numpy())], dtype="str")
                self.add(about or str(column), bad + str(problem.code.value), packed_values(problem.values))

    def add_unread(self, unread: pd.DataFrame, place: str) -> None:
        """Note what nobody reads: it ties its line to the numbers that stand there and to the owner that is named."""
        if unread.empty:
            return
        rows = self._rows.assign(key=self._rows["key"].where(self._rows["readable"]))
        rows = rows.drop_duplicates("line").set_index("line")[["owner", "name", "new_name", "key"]]
        ties = rows.reindex(unread["line"]).fillna("").reset_index(drop=True)
        ties["key"] = [_both(*keys) for keys in zip(ties["key"], unread["key"], strict=True)]
        said = unread[["line", "column", "value", "code", "values"]].reset_index(drop=True)
        self._found.append(pd.concat([said, ties], axis=1))
        # An id may be about two owners: that of its line, and its own.
        named = unread["identifier"].reset_index(drop=True)
        others = ties.assign(owner=place + " " + named)[named != ""]
        self._found.append(pd.concat([said[named != ""], others], axis=1))

    def rejected(self) -> pd.DataFrame:
        """Return `Rejected`, sorted by line and column."""
        if not self._found:
            return empty(Rejected)
        table = pd.concat(self._found, ignore_index=True)[list(Rejected.to_schema().columns)]
        table = table.astype(dict.fromkeys(table.columns.drop("line"), "str"))
        table = table.sort_values(["line", "column", "code"], kind="stable", ignore_index=True)
        more = self._entries_beside(table)
        if more.empty:
            return table
        table = pd.concat([table, more], ignore_index=True)
        return table.sort_values(["line", "column", "code"], kind="stable", ignore_index=True)

    def _entries_beside(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the first problem of each line once more for every other entry that the line brings.

        None of them is wanted then, so it ties the line to each of them: what stands there of it would be deleted.
        """
        ties = ["line", "owner", "name", "new_name", "key"]
        rows = self._rows[self._rows["line"].duplicated(keep=False)]
        rows = rows[rows["line"].isin(table["line"])]
        if rows.empty:
            return table[:0]
        rows = rows.assign(key=rows["key"].where(rows["readable"], ""))[ties].drop_duplicates()
        known = pd.MultiIndex.from_frame(table[ties])
        rows = rows[~pd.MultiIndex.from_frame(rows).isin(known)]
        first = table.drop_duplicates("line")[["line", "column", "value", "code", "values"]]
        return rows.merge(first, on="line", how="left")[table.columns].astype(table.dtypes)


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
