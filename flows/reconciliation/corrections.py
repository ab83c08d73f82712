"""Write corrected copies of the files beside them, each with the list of what was changed in it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from connectors.files.texts import read_text
from connectors.files.writing import write_private
from flows.reconciliation.reading import SyncReading
from flows.sources import ExtractedSource
from schemas.errors import SourceError
from schemas.syncs import Sync
from schemas.target import identifier_of
from tasks.messages.errors import error_of
from tasks.reconcile.corrections import File, Suggestion, as_file, suggest
from tasks.reports.csv_text import as_csv
from tasks.source.code_pages import encode_as


def suggest_copies(readings: list[SyncReading], rows: pd.DataFrame, run: str) -> dict[str, Any]:
    """Return what was written for each sync whose file could be corrected: `file`, `list`, `changes`.

    The original is never touched, and no copy takes another one's place: all bear the run's id.
    """
    written: dict[str, Any] = {}
    for one in readings:
        if one.source is None or one.found is None:
            continue
        mine, source = rows[rows["sync"] == one.name], one.sync.source
        # The cells of a workbook have colours, widths and formulas that nobody wants to lose: its copy is a CSV file.
        # A packed file is unpacked in the same way, and contacts become a table.
        apart = bool(one.source.dialect.sheet or one.source.dialect.packed or one.sync.contacts)
        suggestion = _suggested(one.source, one.sync, mine, apart=apart)
        if not suggestion.changes:
            continue
        encoding, end = ("utf-8-sig", ".csv") if apart else (one.source.dialect.encoding, source.suffix)
        copy, listed = (source.with_name(f"{source.stem}.{run}{ending}") for ending in (end, ".changes.csv"))
        write_private(copy, _encoded(suggestion.text, encoding, copy))
        write_private(listed, as_csv(pd.DataFrame(suggestion.changes)))
        written[one.name] = {"file": str(copy), "list": str(listed), "changes": len(suggestion.changes)}
    return written


def _suggested(source: ExtractedSource, sync: Sync, rows: pd.DataFrame, *, apart: bool) -> Suggestion:
    """Return the corrections of one file; `line` is in all of them what the file itself calls it."""
    table, headers, dialect = source.table, source.arranged.headers, source.dialect
    made = tuple(column.suffix for column in sync.columns.also if column.suffix)
    ids = {owner: identifier_of(owner) for owner in rows["owner"].unique()}
    if not apart:
        text = read_text(sync.source, dialect.encoding)
        file = File(text, table.header, headers, table.lines.tolist(), dialect.delimiter, dialect.quotechar, made)
        return suggest(file, rows, ids)
    file = replace(as_file(table.header, headers, table.frame.itertuples(index=False, name=None)), suffixes=made)
    ours = dict(zip(table.lines.tolist(), file.lines, strict=True))
    theirs = {line: original for original, line in ours.items()}
    found = suggest(file, rows.assign(line=rows["line"].map(ours).fillna(0).astype("int64")), ids)
    changes = [{**change, "line": theirs.get(int(change["line"]), 0)} for change in found.changes]
    return Suggestion(found.text, changes)


def _encoded(text: str, encoding: str, path: Path) -> bytes:
    try:
        return encode_as(text, encoding)
    except UnicodeEncodeError:
        # A letter came in that the file's own encoding does not have.
        return text.encode("utf-8-sig")
    except LookupError:
        raise error_of(SourceError, "no_encoding_of", {"file": path, "encoding": repr(encoding)}) from None
