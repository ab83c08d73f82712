"""Find a number or a name: who has it, in every file and every place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from flows.context import RunContext
from flows.reconciliation.reading import SyncReading, by_place, done_without, owner_names, read_files, read_place
from schemas.errors import PhonesyncError, ServiceError, UsageError, code_of_unread
from schemas.exit_codes import ExitCode, worst
from tasks.messages.errors import error_of
from tasks.reconcile.search import SearchTerm, matches, search
from tasks.reports.masking import mask_numbers, mask_texts
from tasks.text_columns import looked_up

COLUMNS = ("where", "owner", "line", "name", "number", "type", "owner_name")


@dataclass(frozen=True)
class SearchResult:
    """Where it stands, as `--json` prints it (`found`, `notes`), the exit code, what went wrong and what is missing."""

    summary: dict[str, Any]
    exit_code: ExitCode
    errors: list[PhonesyncError] = field(default_factory=list)
    without: list[str] = field(default_factory=list)


def find(context: RunContext, text: str) -> SearchResult:
    """Return every line and every entry with this number or name, or whose owner is called that.

    Numbers of users are masked.

    USOS is asked about the owners of the files and of earlier runs, since no method lists its owners; and, for a text
    of digits alone, about the number of that id.

    Raises:
        UsageError: there is nothing to look for.
    """
    if not text.strip():
        raise error_of(UsageError, "find_nothing")
    readings = read_files(context)
    for those in by_place(context, readings):
        if not _searched(context, those, text):
            read_place(context, those)
    tables = [table for one in readings for table in _in_file(context, one, text)]
    tables += _in_places(context, readings, text)
    rows = pd.concat([pd.DataFrame(columns=list(COLUMNS), dtype="str"), *tables], ignore_index=True)
    found = [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]
    found += [_by_id(one, text, answer) for one, answer in _numbers_by_id(context, readings, text)]
    errors = [error for one in readings for error in (one.wrong_source, one.wrong_place) if error]
    notes = list(dict.fromkeys(error.message for error in errors))
    code = worst([code_of_unread(error) for error in errors] or [ExitCode.DONE if found else ExitCode.LINES_FAILED])
    without = done_without(readings, context.lang)
    return SearchResult({"text": text, "found": found, "notes": [*notes, *without]}, code, errors, without)


def _sought(context: RunContext, one: SyncReading, text: str) -> SearchTerm:
    reading = context.reading(one.sync)
    return search(text, region=reading.region, area_code=reading.area_code)


def _searched(context: RunContext, readings: list[SyncReading], text: str) -> bool:
    """Let the service look for plain words itself, where it can; its answer is filtered again.

    It looks for numbers as they are spelled, and nobody knows how it folds letters with marks: it is asked for a part
    without any, and where there is none all are read.
    """
    first = readings[0]
    sought = _sought(context, first, text)
    if not (sought.is_name and text.isascii() and sought.plain_part):
        return False
    try:
        first.found = context.target(first.sync).search(sought.plain_part)
    except ServiceError as error:
        for one in readings:
            one.wrong_place = error
        return True
    return first.found is not None


def _in_file(context: RunContext, one: SyncReading, text: str) -> list[pd.DataFrame]:
    if one.checked is None or one.source is None:
        return []
    sought = _sought(context, one, text)
    typed = one.source.arranged.source.rename(columns={"owner": "id"})
    judged = pd.concat([one.checked.desired, one.checked.rejected], ignore_index=True).drop_duplicates("line")
    lines = typed.merge(judged[["line", "owner", "key"]], on="line", how="left").fillna("")
    further = one.checked.further
    if not further.empty:
        own = pd.Series(further["key"].to_numpy(), index=further["at"].to_numpy(), dtype="str")
        lines = lines.assign(key=own.reindex(lines.index).fillna(lines["key"]))
    mine = _meant(lines, sought, owner_names(context, one))
    table = mine.assign(where=one.name, line=mine["line"].astype("str"), type=mine["type_id"])
    return [_shown(table, private=one.spec.private(one.sync))]


def _meant(rows: pd.DataFrame, sought: SearchTerm, names: dict[str, str]) -> pd.DataFrame:
    """Return the rows that are meant, by what they say or by their owner's name."""
    rows = rows.assign(owner_name=looked_up(rows["owner"], names))
    by_owner = matches(rows.assign(name=rows["owner_name"]), sought) & sought.is_name & (rows["owner_name"] != "")
    return rows[matches(rows, sought) | by_owner]


def _in_places(context: RunContext, readings: list[SyncReading], text: str) -> list[pd.DataFrame]:
    tables: list[pd.DataFrame] = []
    seen: set[tuple[str, str]] = set()
    for one in readings:
        if one.found is None:
            continue
        entries = one.found.entries
        owners = pd.Series(list(zip([one.place] * len(entries), entries["owner"], strict=True)), index=entries.index)
        fresh = entries[~owners.isin(seen)]
        seen |= set(owners)
        mine = _meant(fresh, _sought(context, one, text), owner_names(context, one))
        table = mine.assign(where=one.place, line="", type=mine["type_id"])
        tables.append(_shown(table, private=one.spec.private(one.sync)))
    return tables


def _shown(table: pd.DataFrame, *, private: bool) -> pd.DataFrame:
    shown = table[[*COLUMNS]].astype("str")
    if private:
        shown = shown.assign(number=mask_numbers(shown["number"]), name=mask_texts(shown["name"]), owner_name="")
    return shown


def _numbers_by_id(
    context: RunContext, readings: list[SyncReading], text: str
) -> list[tuple[SyncReading, dict[str, Any]]]:
    """Ask every service for the number that it knows by that id."""
    if not text.strip().isdecimal():
        return []
    answers = []
    for connection in dict.fromkeys(one.sync.connection for one in readings):
        one = next(one for one in readings if one.sync.connection == connection)
        if one.wrong_place is None:
            try:
                answer = context.target(one.sync).number_of_id(text.strip())
            except ServiceError as error:
                one.wrong_place = error
                continue
            if answer is not None:
                answers.append((one, answer))
    return answers


def _by_id(one: SyncReading, text: str, answer: dict[str, Any]) -> dict[str, str]:
    """Return the number of an id; whose it is the service does not say, so it may be a person's."""
    comment = answer.get("comment")
    name = str((comment if isinstance(comment, dict) else {}).get("pl") or "")
    texts = pd.Series([str(answer.get("number") or "")], dtype="str")
    number = str(mask_numbers(texts).iloc[0])
    where = f"{one.sync.connection} phone id {text.strip()}"
    return {"where": where, "owner": "", "line": "", "name": name, "number": number, "type": "", "owner_name": ""}
