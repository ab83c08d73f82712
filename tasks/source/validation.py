"""Judge the lines of a CSV file: trusted ones become what is wanted, the others are rejected with every reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pandera.pandas as pa

from schemas.syncs import WriteFormat
from schemas.tables import Rejected, empty
from schemas.target import TargetSpec
from tasks.phone.canonical_keys import readings, tidy_text
from tasks.phone.formats import written
from tasks.phone.parser import is_short_code, means_none
from tasks.source.name_checks import remarks_on_names
from tasks.text_columns import is_in


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
    write_format: WriteFormat = "source"


@dataclass(frozen=True)
class Checked:
    """What a file says, judged. Every line is in exactly one of the four tables.

    Attributes:
        desired: `Desired`.
        rejected: `Rejected`, one row a problem.
        clears: columns `line, owner`: lines that say "this owner has no numbers", with the permission to clear it.
        repeats: columns `line, owner, message`: lines that say again what another line says.
        rows: how many lines the file has.
        remarks: columns `line, column, value, reason`: what should be looked at and rejects no line.
    """

    desired: pd.DataFrame
    rejected: pd.DataFrame
    clears: pd.DataFrame
    repeats: pd.DataFrame
    rows: int
    remarks: pd.DataFrame = field(default_factory=lambda: _remarks([]))


def validate(source: pd.DataFrame, rules: Rules, flaws: pd.DataFrame | None = None) -> Checked:
    """Return what the lines of `Source` want, and all reasons at once why some of them are not trusted.

    Args:
        source: `Source`.
        rules: how to judge.
        flaws: cells that are known to be spoilt: `line`, `column` (ours), `reason`; nothing else is said of these.
    """
    rows = _read(source, rules)
    if flaws is not None and not flaws.empty:
        rows.loc[rows["line"].isin(flaws.loc[flaws["column"] == "number", "line"]), "readable"] = False
    problems = _Problems(rows, rules.headers, flaws)
    sound = rows["problem"] == ""
    problems.add(~sound, "", rows["problem"])
    lines = rules.spec.lines
    problems.add_failures(lines.cells, sound)
    missing = _why_not_cleared(rows, rules) if lines.clears else "the number is missing"
    problems.add_reasons("number", _unreadable(rows).mask(rows["none"], missing), sound)
    if lines.one_number or lines.number_limit:
        problems.add_reasons("number", _too_much_for_an_entry(rows, rules), sound)
    repeats = pd.Series("", index=rows.index, dtype="str")
    if lines.unique_names:
        doubts, repeats = _doubtful_names(rows)
        problems.add_reasons("name", doubts, sound)
    clearing = rows["none"] & lines.clears
    rejected = problems.rejected()
    trusted = ~rows["line"].isin(rejected["line"])
    again = trusted & (repeats != "")
    return Checked(
        desired=_desired(rows[trusted & ~clearing & ~again], rules),
        rejected=rejected,
        clears=rows.loc[trusted & clearing, ["line", "owner"]].reset_index(drop=True),
        repeats=rows.loc[again, ["line", "owner"]].assign(message=repeats[again]).reset_index(drop=True),
        rows=len(rows),
        remarks=_on_names(source.reset_index(drop=True), rules, sound),
    )


def _on_names(source: pd.DataFrame, rules: Rules, sound: pd.Series) -> pd.DataFrame:
    """Return what should be looked at in the ids and names, as they stand in the file."""
    found = []
    for column in ("owner", "name", "new_name"):
        if column in rules.headers:
            reasons = remarks_on_names(source[column])
            some = source[sound & (reasons != "")]
            found.append(
                pd.DataFrame(
                    {
                        "line": some["line"],
                        "column": rules.headers[column],
                        "value": some[column],
                        "reason": reasons[some.index],
                    }
                )
            )
    return _remarks(found)


def _remarks(found: list[pd.DataFrame]) -> pd.DataFrame:
    columns = ["line", "column", "value", "reason"]
    table = pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)
    table = table.astype({"line": "int64", "column": "str", "value": "str", "reason": "str"})
    return table.sort_values(["line", "column"], kind="stable", ignore_index=True)


def _read(source: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    """Tidy every text and read every number."""
    rows = source.reset_index(drop=True)
    for column in ("owner", "name", "number", "type_id", "new_name"):
        rows[column] = tidy_text(rows[column])
    rows["id"] = rows["owner"]
    is_id = rules.spec.lines.is_id
    rows["owner"] = rules.place if is_id is None else (f"{rules.place} " + rows["id"]).where(is_id(rows["id"]), "")
    # A new name that is the name already renames nothing.
    rows["new_name"] = rows["new_name"].mask(rows["new_name"] == rows["name"], "")
    read = readings(rows["number"], **_how(rules))
    for column in ("key", "count", "extension", "reason"):
        rows[column] = read[column]
    unread = [text for text in rows.loc[rows["count"] == 0, "number"].unique() if text]
    short = [text for text in unread if rules.allow_short_codes and is_short_code(text)]
    rows["none"] = (rows["number"] == "") | rows["number"].isin([text for text in unread if means_none(text)])
    rows["readable"] = (rows["count"] > 0) | rows["number"].isin(short)
    return rows


def _how(rules: Rules) -> dict[str, Any]:
    """Return how numbers are read, as arguments."""
    return {"region": rules.region, "area_code": rules.area_code, "switchboard": rules.switchboard}


def _unreadable(rows: pd.DataFrame) -> pd.Series:
    return rows["reason"].where(~rows["readable"], "")


def _why_not_cleared(rows: pd.DataFrame, rules: Rules) -> str | pd.Series:
    """Say why a line without a number does not clear its owner: it takes a permission, and no line against it."""
    if not rules.allow_clear:
        return "no number; if this owner really has none, allow it with allow_clear = true"
    others = rows.loc[~rows["none"], "owner"]
    return pd.Series("other lines give this owner numbers", index=rows.index).where(is_in(rows["owner"], others), "")


def _too_much_for_an_entry(rows: pd.DataFrame, rules: Rules) -> pd.Series:
    """Say what an entry cannot hold."""
    why, lines = pd.Series("", index=rows.index, dtype="str"), rules.spec.lines
    if lines.one_number:
        why = why.mask(rows["count"] > 1, "a phone list entry holds one number: give each number a line of its own")
        why = why.mask((rows["count"] == 1) & rows["extension"], "a phone list entry cannot hold an extension")
    if lines.number_limit:
        # A spelling of the service's own is shorter than what people type around the digits.
        limit = lines.number_limit if rules.write_format == "source" else 4 * lines.number_limit
        why = why.mask(rows["readable"] & (rows["number"].str.len() > limit), "the number is too long")
    return why


def _doubtful_names(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Tell which lines name one entry twice or in two ways, and which merely repeat another.

    A phone list knows an entry by its name, perhaps without regard to case; two lines that want one name to be two
    things cannot both be right, and nobody but the clerk knows which.

    Returns:
        the reasons to reject ("" where there is none), and the remarks on harmless repeats ("" likewise).
    """
    nothing = pd.Series("", index=rows.index, dtype="str")
    final = rows["new_name"].where(rows["new_name"] != "", rows["name"])
    folded, old = final.str.casefold(), rows["name"].where(rows["new_name"] != "", "").str.casefold()
    named = (final != "") & (rows["problem"] == "")
    # Only of these: nearly every name of a long list stands there once.
    twice = rows[named & folded.where(named).duplicated(keep=False)]
    by_name = twice.groupby(folded[twice.index])
    alike = by_name[["name", "new_name", "key"]].transform("nunique").le(1).all(axis=1)
    differ = twice.index[~alike]
    several = by_name["line"].agg(_listed)
    doubts, repeats = nothing.copy(), nothing.copy()
    doubts[differ] = "lines " + folded[differ].map(several).astype("str") + " all want an entry of this name"
    first = by_name["line"].transform("min")
    again = twice.index[alike & (twice["line"] != first)]
    repeats[again] = "says the same as line " + first[again].astype("str")
    renames = old != ""
    if not renames.any():
        return doubts, repeats
    renamed_away = named & ~renames & is_in(folded, old[renames])
    doubts = doubts.mask(renamed_away & (doubts == ""), "another line renames the entry of this name")
    renames_kept = renames & is_in(old, folded[renamed_away])
    doubts = doubts.mask(renames_kept & (doubts == ""), "another line keeps the name that this one gives up")
    renamed_twice = renames & (folded[renames].groupby(old[renames]).transform("nunique").reindex(rows.index) > 1)
    return doubts.mask(renamed_twice & (doubts == ""), "another line renames the same entry"), repeats


def _listed(lines: pd.Series) -> str:
    return ", ".join(lines.head(5).astype("str")) + (", …" if len(lines) > 5 else "")


def _desired(rows: pd.DataFrame, rules: Rules) -> pd.DataFrame:
    renamed = rows["new_name"] != ""
    number = written(rows["number"], rules.write_format, **_how(rules))
    desired = rows.assign(
        name=rows["name"].where(~renamed, rows["new_name"]),
        old_name=rows["name"].where(renamed, ""),
        number=number,
    )
    return desired[["line", "owner", "name", "number", "type_id", "old_name", "key"]].reset_index(drop=True)


class _Problems:
    """The reasons found so far, each with its line, the header the clerk knows, and what ties the line to entries."""

    def __init__(self, rows: pd.DataFrame, headers: Mapping[str, str], flaws: pd.DataFrame | None) -> None:
        self._rows = rows
        self._headers = headers
        self._found: list[pd.DataFrame] = []
        self._flawed: dict[str, pd.Series] = {}
        for column, some in flaws.groupby("column") if flaws is not None else ():
            reasons = rows["line"].map(some.drop_duplicates("line").set_index("line")["reason"]).fillna("")
            flawed = (reasons != "") & (rows["problem"] == "")
            self.add(flawed, str(column), reasons)
            self._flawed[str(column)] = flawed

    def add(self, bad: pd.Series, column: str, reason: str | pd.Series) -> None:
        if column in self._flawed:
            bad = bad & ~self._flawed[column]
        rows = self._rows[bad]
        if rows.empty:
            return
        value = rows["id" if column == "owner" else column] if column else ""
        found = rows[["line", "owner", "name", "new_name"]].assign(
            column=self._headers.get(column, column),
            value=value,
            reason=reason if isinstance(reason, str) else reason[bad],
            # Only a number that was read says which entries the line is about.
            key=rows["key"].where(rows["readable"], ""),
        )
        self._found.append(found)

    def add_reasons(self, column: str, reasons: pd.Series, sound: pd.Series) -> None:
        self.add(sound & (reasons != ""), column, reasons)

    def add_failures(self, schema: pa.DataFrameSchema, sound: pd.Series) -> None:
        """Check cells with pandera, lazily: all failures of all lines at once."""
        if not sound.any():
            return
        # What the clerk typed is judged, not the owner that was made of it.
        cells = self._rows.assign(owner=self._rows["id"]).loc[sound, list(schema.columns)]
        try:
            schema.validate(cells, lazy=True)
        except pa.errors.SchemaErrors as failures:
            cases = failures.failure_cases
            for (column, reason), rows in cases.groupby(["column", "check"]):
                bad = pd.Series(np.isin(self._rows.index, rows["index"].to_numpy()), index=self._rows.index)
                self.add(bad, str(column), str(reason))

    def rejected(self) -> pd.DataFrame:
        """Return `Rejected`, sorted by line and column."""
        if not self._found:
            return empty(Rejected)
        table = pd.concat(self._found, ignore_index=True)[list(Rejected.to_schema().columns)]
        table = table.astype(dict.fromkeys(table.columns.drop("line"), "str"))
        return table.sort_values(["line", "column", "reason"], kind="stable", ignore_index=True)
