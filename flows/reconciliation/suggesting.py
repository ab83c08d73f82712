"""Write corrected copies of the files beside them, each with the list of what was changed in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from connectors.files import read_csv, write_private
from connectors.texts import read_text
from flows.reconciliation.comparing import Look
from flows.source import given_of
from schemas.errors import SourceError
from schemas.owner import entity_id
from tasks.findings.suggest import File, suggest
from tasks.pages.as_csv import as_csv


def suggest_copies(looks: list[Look], rows: pd.DataFrame, run: str) -> dict[str, Any]:
    """Return what was written for each sync whose file could be corrected: `file`, `list`, `changes`.

    The original is never touched, and no copy takes another one's place: both bear the run's id.
    """
    written: dict[str, Any] = {}
    for one in looks:
        if one.source is None or one.found is None or one.source.dialect.sheet or one.source.dialect.packed:
            continue  # the cells of a workbook have colours, widths and formulas, which nobody wants to lose
        mine = rows[rows["sync"] == one.name]
        suggestion = suggest(_file(one), mine, {owner: entity_id(owner) for owner in mine["owner"].unique()})
        if not suggestion.changes:
            continue
        source = one.sync.source
        copy, listed = (source.with_name(f"{source.stem}.{run}{end}") for end in (source.suffix, ".changes.csv"))
        write_private(copy, _encoded(suggestion.text, one.source.dialect.encoding, copy))
        write_private(listed, as_csv(pd.DataFrame(suggestion.changes)))
        written[one.name] = {"file": str(copy), "list": str(listed), "changes": len(suggestion.changes)}
    return written


def _file(one: Look) -> File:
    if one.source is None:
        raise SourceError(f"{one.sync.source}: it could not be read.", remedy="Try: phonesync check.")
    sync, arranged = one.sync, one.source.arranged
    table = read_csv(sync.source, expected=list(arranged.headers.values()), given=given_of(sync))
    dialect = table.dialect
    text = read_text(sync.source, dialect.encoding)
    return File(text, table.header, arranged.headers, table.lines.tolist(), dialect.delimiter, dialect.quotechar)


def _encoded(text: str, encoding: str, path: Path) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        # A letter came in that the file's own encoding does not have.
        return text.encode("utf-8-sig")
    except LookupError:
        raise SourceError(f"{path}: there is no encoding {encoding!r}.", remedy="Correct encoding.") from None
