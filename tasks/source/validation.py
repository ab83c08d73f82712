"""Judge the lines of a CSV file: trusted ones become what is wanted, the others are rejected with every problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pandas as pd
import pandera.pandas as pa

from schemas.problems import Problem, packed, packed_values
from schemas.reasons import OF_THE_FILE, LineCode
from schemas.syncs import WriteFormat
from schemas.target import LineRules, TargetSpec
from tasks.empty_tables import no_rows
from tasks.phone.canonical_keys import readings, tidy_text
from tasks.phone.formats import written
from tasks.phone.parser import is_short_code, means_none
from tasks.source.identifiers import Identified, identified
from tasks.source.line_problems import FoundProblems
from tasks.source.mentions import mentions
from tasks.source.name_checks import MIXED, remarks_on_names
from tasks.source.placeholders import saying_nothing
from tasks.source.repeated_lines import doubtful_names, listed, said_twice
from tasks.text_columns import filled, is_in


@dataclass(frozen=True)
class Rules:
    """How the lines of one sync are judged.

    Attributes:
        spec: which service the lines are for.
        place: the place within it; each owner's name begins with it.
        headers: what the file calls our columns, for the messages.
        region: whose numbers are written without a country code.
        area_code: what completes a seven-digit number, if anything.
        switchboard: the number that extensions standing alone belong to, if any.
        allow_clear: a line with an id and no number may clear its owner.
        id_pattern: what an id has to look like, None where nobody has said.
        allow_short_codes: numbers such as 112 or a house's internal ones are trusted.
        write_format: how a new or changed number is written.
    """

    spec: TargetSpec
    place: str
    headers: Mapping[str, str]
    region: str = "PL"
    area_code: str | None = None
    switchboard: str | None = None
    allow_clear: bool = False
    allow_short_codes: bool = False
    id_pattern: str | None = None
    write_format: WriteFormat = "source"


@dataclass(frozen=True)
class Checked:
    """What a file says, judged. Every line is in exactly one of the four tables.

    Attributes:
        desired: `Desired`.
        rejected: `Rejected`, one row a problem.
        clears: columns `line, owner`: lines that say "this owner has no numbers", with the permission to clear it.
        repeats: columns `line, owner, problems`: lines that say again what another line says, and which one, packed.
        rows: how many lines the file has.
        remarks: columns `line, column, value, code, values`: what should be looked at and rejects no line.
        mentioned: numbers that no line has and a text of the file speaks of, by their keys, each with its line.
        further: columns `line, name, final, key, column, at`: what was read of lines that have further columns of
            numbers, one row an entry: its name, and its final one; the header of the column that its number stands in,
            "" where that is not one cell alone; and which row of `Source` that is.
    """

    desired: pd.DataFrame
    rejected: pd.DataFrame
    clears: pd.DataFrame
    repeats: pd.DataFrame
    rows: int
    remarks: pd.DataFrame = field(default_factory=lambda: _remarks([]))
    mentioned: Mapping[str, int] = field(default_factory=dict)
    further: pd.DataFrame = field(default_factory=lambda: no_rows("line", "name", "final", "key", "column", "at"))

    @property
    def rejected_lines(self) -> int:
        """Count the lines that are not trusted; what is wrong with the file as a whole is none."""
        codes = [str(code.value) for code in OF_THE_FILE]
        return int(self.rejected.loc[~self.rejected["code"].isin(codes), "line"].nunique())

    def with_remarks(self, more: pd.DataFrame) -> Checked:
        """Return the same with more that should be looked at."""
        return self if more.empty else replace(self, remarks=_remarks([self.remarks, more]))

    def with_mentions(self, texts: pd.DataFrame, reading: Mapping[str, Any]) -> Checked:
        """Return the same with the numbers that texts speak of and no line has, see `mentions`.

        Of a line that is rejected something else is said already.
        """
        keys = pd.concat([self.desired["key"], self.rejected["key"]], ignore_index=True)
        found = mentions(texts, keys, reading)
        if found.empty:
            return self
        lines = found.drop_duplicates("key").set_index("key")["line"]
        told = found[~found["line"].isin(self.rejected["line"])]
        said = told.drop(columns="key").drop_duplicates(ignore_index=True).assign(values="")
        return replace(self.with_remarks(said), mentioned={str(key): int(line) for key, line in lines.items()})


def validate(
    source: pd.DataFrame,
    rules: Rules,
    flaws: pd.DataFrame | None = None,
    unread: pd.DataFrame | None = None,
    cells: pd.DataFrame | None = None,
) -> Checked:
    """Return what the lines of `Source` want, and all that is wrong at once with those that are not trusted.

    Args:
        source: `Source`.
        rules: how to judge.
        flaws: cells that are known to be spoilt: `line`, `column` (ours), `further` (the header of a further column of
            numbers), `code`, `values`; nothing else is said of these.
        unread: what holds numbers or ids and is not read, see `further_columns.unread_cells`: it may be about its line.
        cells: where each row comes from, see `CELLS`; None or without columns where all are lines of their own.
    """
    rows, ids = _read(source, rules)
    rows, typed = _with_cells(rows, cells), as_called(source, cells)
    if flaws is not None and not flaws.empty:
        for header, some in flaws[flaws["column"] == "number"].groupby("further"):
            rows["readable"] &= ~((rows["column"] == header) & rows["line"].isin(some["line"]))
        # What is spoilt ties its line to nothing.
        ties = {"owner": rules.spec.lines.is_id is not None, "name": rules.spec.names_are_keys}
        for column in (column for column, does in ties.items() if does):
            rows.loc[rows["line"].isin(flaws.loc[flaws["column"] == column, "line"]), column] = ""
    problems = FoundProblems(rows, rules.headers, flaws)
    sound = rows["problem"] == ""
    problems.add_packed("", rows["problem"])
    lines = rules.spec.lines
    # What the clerk typed is judged, not the owner that was made of it.
    doubtful = ids.problems if ids else pd.Series("", index=rows.index, dtype="str")
    problems.add_packed("owner", doubtful.where(sound, ""))
    problems.add_failures(lines.cells(), rows.assign(owner=rows["id"])[sound & (doubtful == "")])
    missing = _why_not_cleared(rows, rules) if lines.clears else str(LineCode.NUMBER_MISSING.value)
    problems.add("number", _unreadable(rows).mask(rows["none"], missing).where(sound, ""))
    problems.add("inner", rows["wrong"].where(sound, ""))
    if lines.one_number or lines.number_limit:
        holdable = _holdable(lines, rules.write_format, rules.spec.wording.entry)
        problems.add_failures(holdable, _held(rows)[sound], "number")
    repeats = pd.Series("", index=rows.index, dtype="str")
    if lines.unique_names:
        doubts, repeats = doubtful_names(rows)
        problems.add_packed("name", doubts.where(sound, ""))
    else:
        problems.add_packed("number", said_twice(rows[sound]))
    if unread is not None:
        problems.add_unread(unread, rules.place)
    clearing = rows["none"] & lines.clears
    rejected = problems.rejected()
    trusted = ~rows["line"].isin(rejected["line"])
    again = trusted & (repeats != "")
    return Checked(
        desired=_desired(rows[trusted & ~clearing & ~again], rules),
        rejected=rejected,
        clears=rows.loc[trusted & clearing, ["line", "owner"]].reset_index(drop=True),
        repeats=rows.loc[again, ["line", "owner"]].assign(problems=repeats[again]).reset_index(drop=True)
        if again.any()
        else no_rows("line", "owner", "problems"),
        rows=int(rows["line"].nunique()),
        remarks=_remarks(
            [
                *_on_names(typed.reset_index(drop=True), rules, sound),
                *(_on_ids(rows, ids, rules) if ids else ()),
            ]
        ),
        further=_of_further(rows),
    )


def as_called(source: pd.DataFrame, cells: pd.DataFrame | None) -> pd.DataFrame:
    """Return `Source` with names as they stand in the file, without the suffixes of further columns."""
    if cells is None or cells.empty:
        return source
    return source.assign(name=cells["called"].to_numpy(), new_name=cells["called_new"].to_numpy())


def _with_cells(rows: pd.DataFrame, cells: pd.DataFrame | None) -> pd.DataFrame:
    """Add where each row comes from: `CELLS`, and what is shown of its number."""
    if cells is None or cells.empty:
        own = {"called_new": rows["new_name"], "value": rows["number"]}
        return rows.assign(**own, column="", inner_column="", inner="", wrong="")
    named = {"called": tidy_text(cells["called"]), "called_new": tidy_text(cells["called_new"])}
    shown = tidy_text(cells["value"])
    return rows.assign(**{**cells, **named, "value": shown.where(shown != "", rows["number"])})


def _of_further(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what was read of the lines that have something in a further column, see `Checked`."""
    further = filled(rows["column"]) | filled(rows["inner"])
    if not further.any():
        return no_rows("line", "name", "final", "key", "column", "at")
    some = rows[rows["line"].isin(rows["line"][further])]
    final = some["new_name"].where(some["new_name"] != "", some["name"])
    column = some["column"].where(some["column"] != "", "number").mask(some["inner"] != "", "")
    found = some[["line", "name"]].assign(final=final, key=some["key"].where(some["readable"], ""), column=column)
    alike = found.duplicated(["line", "final", "key"], keep=False)  # nobody can tell which cell is meant
    found["column"] = found["column"].mask(alike, "")
    return found.assign(at=some.index).reset_index(drop=True)


def _on_ids(rows: pd.DataFrame, ids: Identified, rules: Rules) -> list[pd.DataFrame]:
    """Return what should be looked at in the ids: those that a spreadsheet has written its own way, once for all."""
    column = rules.headers.get("owner", "owner")
    sound = rows["problem"] == ""
    found = []
    if (ids.undone & sound).any():
        undone = rows[ids.undone & sound]
        values = packed_values({"lines": listed(undone["line"]), "id": str(undone["id"].iloc[0])})
        first = undone.head(1)
        said = {"line": first["line"], "column": column, "value": first["typed"], "values": values}
        found.append(pd.DataFrame({**said, "code": str(LineCode.ID_UNDONE.value)}))
    if not (ids.unlike & sound).any():
        return found
    unlike = rows[ids.unlike & sound]
    said = {"line": unlike["line"], "column": column, "value": unlike["id"], "values": ""}
    return [*found, pd.DataFrame({**said, "code": str(LineCode.ID_UNLIKE.value)})]


def _on_names(source: pd.DataFrame, rules: Rules, sound: pd.Series) -> list[pd.DataFrame]:
    """Return what should be looked at in the ids and names, as they stand in the file."""
    found = []
    for column in ("owner", "name", "new_name"):
        if column in rules.headers:
            codes = remarks_on_names(source[column])
            # Of an id with letters of another alphabet more is said: it is rejected.
            told = codes != ""
            if not told.any():
                continue
            some = source[sound & told & ((column != "owner") | (codes != str(MIXED.value)))]
            some = some.drop_duplicates("line")  # of which each entry has the same
            found.append(
                pd.DataFrame(
                    {
                        "line": some["line"],
                        "column": rules.headers[column],
                        "value": some[column],
                        "code": codes[some.index],
                        "values": "",
                    }
                )
            )
    return found


def _remarks(found: list[pd.DataFrame]) -> pd.DataFrame:
    columns = ["line", "column", "value", "code", "values"]
    some = [table for table in found if len(table)]
    if not some:
        return no_rows(*columns)
    table = pd.concat(some, ignore_index=True).astype({"line": "int64", **dict.fromkeys(columns[1:], "str")})
    return table.sort_values(["line", "column"], kind="stable", ignore_index=True)


def _read(source: pd.DataFrame, rules: Rules) -> tuple[pd.DataFrame, Identified | None]:
    """Tidy every text and read every number, and every id where lines have one."""
    rows = source.reset_index(drop=True)
    rows = rows.assign(**{name: tidy_text(rows[name]) for name in ("owner", "name", "number", "type_id", "new_name")})
    rows = rows.assign(typed=rows["owner"], called=rows["name"])
    is_id, ids = rules.spec.lines.is_id, None
    if is_id is None:
        rows["id"], rows["owner"] = rows["owner"], rules.place
    else:
        ids = identified(rows["owner"], rules.id_pattern)
        rows["id"] = ids.ids
        rows["owner"] = (f"{rules.place} " + rows["id"]).where(is_id(rows["id"]) & (ids.problems == ""), "")
    # A new name that is the name already renames nothing, and neither does a dash; no type is called so either.
    if filled(rows["new_name"]).any():
        nothing = (rows["new_name"] == rows["name"]) | saying_nothing(rows["new_name"])
        rows["new_name"] = rows["new_name"].mask(nothing, "")
    for column in ("type_id", *(["name"] if rules.spec.names_are_keys else [])):
        nothing = saying_nothing(rows[column])
        if nothing.any():
            rows[column] = rows[column].mask(nothing, "")
    read = readings(rows["number"], **_how(rules))
    rows = pd.concat([rows, read[["key", "count", "extension", "reason"]]], axis=1)
    unread = [text for text in rows["number"][read["count"].to_numpy() == 0].unique() if text]
    short = [text for text in unread if rules.allow_short_codes and is_short_code(text)]
    rows["none"] = (rows["number"] == "") | is_in(rows["number"], [text for text in unread if means_none(text)])
    rows["readable"] = (rows["count"] > 0) | is_in(rows["number"], short)
    return rows, ids


def _how(rules: Rules) -> dict[str, Any]:
    """Return how numbers are read, as arguments."""
    return {"region": rules.region, "area_code": rules.area_code, "switchboard": rules.switchboard}


def _unreadable(rows: pd.DataFrame) -> pd.Series:
    return rows["reason"].where(~rows["readable"], "")


def _why_not_cleared(rows: pd.DataFrame, rules: Rules) -> str | pd.Series:
    """Say why a line without a number does not clear its owner: it takes a permission, and no line against it."""
    if not rules.allow_clear:
        return str(LineCode.NUMBER_CLEARS.value)
    others = rows.loc[~rows["none"], "owner"]
    return pd.Series(str(LineCode.NUMBER_OTHERS.value), index=rows.index).where(is_in(rows["owner"], others), "")


@cache
def _holdable(lines: LineRules, write_format: str, entry: str) -> pa.DataFrameSchema:
    """Return what an entry can hold, as a schema of `_held`; pandera takes a while to make one."""
    columns = {}
    if lines.one_number:
        codes = (LineCode.NUMBER_SEVERAL, LineCode.NUMBER_INNER)
        several, inner = (packed(Problem(code, {"entry": entry})) for code in codes)
        columns["count"] = pa.Column("int64", pa.Check.less_than_or_equal_to(1, error=several))
        columns["extension"] = pa.Column(bool, pa.Check.equal_to(value=False, error=inner))
    if lines.number_limit:
        # A spelling of the service's own is shorter than what people type around the digits.
        limit = lines.number_limit if write_format == "source" else 4 * lines.number_limit
        too_long = str(LineCode.NUMBER_LONG.value)
        columns["length"] = pa.Column("int64", pa.Check.less_than_or_equal_to(limit, error=too_long))
    return pa.DataFrameSchema(columns)


def _held(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what entries would have to hold: how many numbers, an extension of one of them, how many characters."""
    return pd.DataFrame(
        {
            "count": rows["count"],
            "extension": rows["extension"] & (rows["count"] == 1),
            "length": rows["number"].str.len().where(rows["readable"], 0).astype("int64"),
        }
    )


def _desired(rows: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    renamed = rows["new_name"] != ""
    number = written(rows["number"], rules.write_format, **_how(rules))
    desired = rows.assign(
        name=rows["name"].where(~renamed, rows["new_name"]),
        old_name=rows["name"].where(renamed, ""),
        number=number,
    )
    return desired[["line", "owner", "name", "number", "type_id", "old_name", "key"]].reset_index(drop=True)
