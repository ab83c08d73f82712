"""Columns of numbers beside the one that is read: entries or extensions where that is set, otherwise told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd
from phonenumbers import country_code_for_region

from schemas.problems import packed_values
from schemas.reasons import LineCode
from schemas.syncs import NumberColumn
from tasks.empty_tables import no_rows
from tasks.phone.canonical_keys import readings, tidy_text
from tasks.phone.parser import are_extensions, means_none
from tasks.source.column_synonyms import header_key
from tasks.source.placeholders import ditto_marks, saying_nothing
from tasks.text_columns import is_in, matching

Kind = Literal["fax", "mobile", "second", "extension", ""]
# What is dialled before the numbers of a line.
_BEFORE: Final = frozenset(
    (
        *("kierunkowy", "nr kierunkowy", "numer kierunkowy", "nr kier", "kier", "kod kierunkowy", "prefiks", "prefix"),
        *("kod kraju", "kierunkowy kraju", "area code", "country code", "dialling code", "dialing code"),
    )
)

_NAMES: Final[Mapping[Kind, str]] = {
    "fax": "fax, faks, telefaks, nr faksu, numer faksu, nr fax, fax number, fax no, tel fax, telefon faks",
    "mobile": """tel kom, telefon komórkowy, telefon kom, komórka, komórkowy, kom, nr kom, gsm, mobile, cell, komorka,
        numer komórkowy, nr komórkowy, tel komórkowy, mobile phone, mobile number, cell phone""",
    "second": """telefon 2, tel 2, numer 2, nr tel 2, nr telefonu 2, drugi telefon, drugi numer, phone 2, number 2,
        telefon dodatkowy, numer dodatkowy, second phone, second number, other phone, telefon, tel, nr tel, nr telefonu,
        numer telefonu, phone, phone number, telephone""",
    "extension": """wewnętrzny, wew, nr wew, nr wewnętrzny, numer wewnętrzny, tel wew, tel wewnętrzny, extension, ext,
        telefon wewnętrzny, internal, extension number, wewnetrzny, numer wewnetrzny""",
}
_KINDS: Final = {kind: frozenset(map(str.strip, names.split(","))) for kind, names in _NAMES.items()}
_SUFFIX: Final[Mapping[Kind, str]] = {"fax": "faks", "mobile": "kom.", "second": "2"}
_DIGITS: Final = r"\d(?:\D{0,3}\d){4}|(?i:wew|ext|int)\D{0,6}\d"
_FEW_DIGITS: Final = r"\d"
_MANY: Final = 7  # digits that are a number, whatever is wrong with it
_NO_TELEPHONE: Final = frozenset(
    {
        LineCode.NUMBER_DATE,
        LineCode.NUMBER_DECIMAL,
        LineCode.NUMBER_ACCOUNT,
        LineCode.NUMBER_PESEL,
        LineCode.NUMBER_OTHER,
        LineCode.NUMBER_WORDS,
        LineCode.NUMBER_SHORT,
        LineCode.NUMBER_TEXT,
    }
)
_COLUMNS: Final = ["line", "column", "value", "code", "values", "key", "identifier"]

CELLS: Final = ("column", "value", "inner_column", "inner", "wrong", "called", "called_new")
"""Where each row of `Source` comes from, where a file has further columns: `column` is the header that its number
stands under, "" where that is the column of numbers; `value` what stands there, "" where that is the number itself;
`inner_column` and `inner` the header and the cell of its extensions, `wrong` the code of why they are none; `called`
and `called_new` its names without the suffix of a column."""


@dataclass(frozen=True)
class Unread:
    """What of a file is looked at for numbers that nobody reads.

    Attributes:
        cells: the columns that are not read, as the file has them, by line.
        source: `Source`: the lines in question, and the ids of the file.
        reading: how numbers are read, as arguments.
        ids: whether lines have ids.
    """

    cells: pd.DataFrame
    source: pd.DataFrame
    reading: Mapping[str, Any]
    ids: bool


def unread_cells(unread: Unread) -> pd.DataFrame:
    """Return the cells that hold a number or another owner's id and are not read, each with what is said of it.

    `key` is the number where it can be read, and `identifier` the id.
    """
    if unread.cells.columns.empty:
        return no_rows(*_COLUMNS)
    found = []
    known = unread.source["owner"].str.strip()
    own = pd.Series(known.to_numpy(), index=unread.source["line"])
    own = own[~own.index.duplicated()]
    for header in map(str, unread.cells.columns):
        texts = tidy_text(unread.cells[header].rename_axis(None))
        keys = _numbers(texts, header, unread.reading)
        ids = texts[is_in(texts, known) & (texts != "")] if unread.ids else texts[:0]
        ids = ids[(ids != own.reindex(ids.index)) & ~ids.index.isin(keys.index)]
        values = packed_values({"column": header, "proposal": proposal(header)})
        before = _lacking(texts, unread) if header_key(header) in _BEFORE else texts[:0]
        for some, column, code in (
            (keys, "key", LineCode.COLUMN_UNREAD),
            (ids, "identifier", LineCode.COLUMN_ID),
            (before, "", LineCode.NUMBER_LOCAL),
        ):
            if some.empty:
                continue
            rows = pd.DataFrame({"line": some.index, "column": header, "value": texts[some.index].to_numpy()})
            rows = rows.assign(code=str(code.value), values=values, key="", identifier="")
            found.append(rows.assign(**{column: some.to_numpy()}) if column else rows)
    if not found:
        return no_rows(*_COLUMNS)
    table = pd.concat(found, ignore_index=True)
    return table.astype({"line": "int64", **dict.fromkeys(_COLUMNS[1:], "str")})[_COLUMNS]


def _lacking(texts: pd.Series, unread: Unread) -> pd.Series:
    """Return the area codes and country codes that none of the line's numbers begins with: it was read without them."""
    codes = texts.str.replace(r"\D+", "", regex=True).str.lstrip("0")
    codes = codes[codes != ""]
    lines = unread.source[unread.source["line"].isin(codes.index)]
    if lines.empty:
        return codes[:0]
    keys = readings(lines["number"], **unread.reading)
    numbers: dict[int, list[str]] = {}
    for line, key, count in zip(lines["line"], keys["key"], keys["count"], strict=True):
        numbers.setdefault(int(line), []).extend(key.split("|") if count else [])
    home = country_code_for_region(unread.reading["region"])
    lacking = [
        bool(numbers.get(line)) and not any(key.startswith((f"+{code}", f"+{home}{code}")) for key in numbers[line])
        for line, code in zip(codes.index.tolist(), codes.tolist(), strict=True)
    ]
    return codes[pd.Series(lacking, index=codes.index, dtype="bool")]


def unread_sheets(sheets: Mapping[str, Sequence[str]], line: int, reading: Mapping[str, Any]) -> pd.DataFrame:
    """Return the sheets that hold numbers and are not read, each once, as `unread_cells` returns cells.

    Args:
        sheets: what has digits in each of them, by their titles.
        line: the line at which they are told.
        reading: how numbers are read.
    """
    found = []
    for title, texts in sheets.items():
        keys = _numbers(pd.Series(list(texts), dtype="str"), "", reading)
        if not keys.empty:
            values = packed_values({"sheet": title, "n": str(len(keys))})
            found.append((line, "", title, str(LineCode.SHEET_UNREAD.value), values, "", ""))
    if not found:
        return no_rows(*_COLUMNS)
    return pd.DataFrame(found, columns=_COLUMNS).astype({"line": "int64", **dict.fromkeys(_COLUMNS[1:], "str")})


def _numbers(texts: pd.Series, header: str, reading: Mapping[str, Any]) -> pd.Series:
    """Return the keys of the texts that are numbers, "" where one cannot be read, by line."""
    kind = kind_of(header)
    some = texts[(matching(texts, _FEW_DIGITS) | ditto_marks(texts)) if kind else matching(texts, _DIGITS)]
    if some.empty:
        return some
    read = readings(some, **reading)
    digits = some.str.count(r"\d")
    doubtful = (digits >= _MANY) & ~read["reason"].isin([str(code.value) for code in _NO_TELEPHONE])
    extension = read["reason"] == str(LineCode.NUMBER_EXTENSION.value)
    number = (read["count"] > 0) | doubtful | extension | (kind != "")
    return read["key"].where(read["count"] > 0, "")[number]


def kind_of(header: str) -> Kind:
    """Return what kind of further numbers a column has by its name, "" where its name says nothing."""
    key = header_key(header)
    return next((kind for kind, names in _KINDS.items() if key in names), "")


def proposal(header: str) -> str:
    """Return the line of the configuration that would have the column read."""
    kind = kind_of(header)
    named = header.replace("\\", "\\\\").replace('"', '\\"')
    if kind == "extension":
        return f'columns = [{{ column = "{named}", extension = true }}]'
    return f'columns = [{{ column = "{named}", suffix = "{_SUFFIX.get(kind, named.lower())}" }}]'


def with_further(
    rows: pd.DataFrame, columns: Sequence[tuple[NumberColumn, pd.Series | None]], *, names_are_keys: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of `Source` with those that the further columns bring, in the order of the lines, and `CELLS`.

    A line whose own number is missing is only what its further columns say. A broken line brings nothing more. What
    says in a further column that there is none is no reason to doubt the line.

    Args:
        rows: `Source`, with its number from the column of numbers.
        columns: each further column with its cells; None for the column of numbers itself.
        names_are_keys: a name that is missing stays so: a suffix alone is nobody's.
    """
    theirs = [*rows.columns]
    blank = pd.DataFrame("", index=rows.index, columns=[*CELLS], dtype="str")
    own = blank.assign(called=rows["name"], called_new=rows["new_name"])
    rows = pd.concat([rows, own], axis=1)
    whole = rows["problem"] == ""
    extra, whose = [], rows
    for column, given in columns:
        if given is None:
            rows = _of_kind(rows, column, names_are_keys=names_are_keys)
            continue
        cells = given.loc[rows.index].str.strip().where(whole, "")
        some = ~_saying_none(cells)
        if column.extension:
            rows = _with_extensions(rows, str(given.name), cells.where(some, ""))
        elif some.any():
            entries = whose[some].assign(number=given.loc[rows.index][some], column=str(given.name))
            extra.append(_of_kind(entries, column, names_are_keys=names_are_keys))
    if extra:
        more = pd.concat(extra)
        alone = _saying_none(rows["number"].str.strip()) & (rows["inner"] == "") & rows.index.isin(more.index)
        rows = pd.concat([rows[~alone], more]).sort_values("line", kind="stable")
    return rows[theirs], rows[list(CELLS)]


def _saying_none(cells: pd.Series[str]) -> pd.Series[bool]:
    """Tell which cells are empty or say that there is no number, in the words that do so for numbers."""
    wordy = cells[~matching(cells, _FEW_DIGITS)].unique()
    return is_in(cells, [text for text in wordy if not text or means_none(text)])


def _with_extensions(rows: pd.DataFrame, header: str, cells: pd.Series[str]) -> pd.DataFrame:
    """Add the extensions to the numbers of the lines; what is none changes no number, and is told later."""
    given = cells != ""
    good = given & is_in(cells, [text for text in cells[given].unique() if are_extensions(text)])
    own = rows["number"].str.strip()
    alone = _saying_none(own)
    told = given & (rows["wrong"] == "")  # of two such columns the one that is wrong
    return rows.assign(
        number=rows["number"].mask(good, (own.mask(alone, "") + " wew. " + cells).str.strip()),
        column=rows["column"].mask(good & alone, header),
        value=rows["value"].mask(good, own.mask(alone, cells)),
        inner_column=rows["inner_column"].mask(told, header),
        inner=rows["inner"].mask(told, cells),
        wrong=rows["wrong"].mask(given & ~good, str(LineCode.EXTENSION_UNREAD.value)),
    )


def _of_kind(rows: pd.DataFrame, column: NumberColumn, *, names_are_keys: bool) -> pd.DataFrame:
    suffix = f" {column.suffix}" if column.suffix else ""
    typed = rows["type_id"].where(rows["type_id"].str.strip() != "", column.type_id or "")
    # With a suffix a dash or a ditto mark would look like a name.
    none = saying_nothing(rows["name"]) | ditto_marks(rows["name"])
    none |= (rows["name"].str.strip() == "") & names_are_keys
    renames = (rows["new_name"].str.strip() != "") & ~saying_nothing(rows["new_name"]) & ~ditto_marks(rows["new_name"])
    return rows.assign(
        name=(rows["name"] + suffix).str.strip().where(~none, rows["name"]),
        new_name=(rows["new_name"] + suffix).where(renames, rows["new_name"]),
        type_id=typed,
    )


def known_kinds() -> Collection[str]:
    """Return all names of columns that say what kind of numbers stands in them, as headers are compared."""
    return frozenset().union(*_KINDS.values())
