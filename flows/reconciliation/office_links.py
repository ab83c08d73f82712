"""Read which offices are the same: a mapping file, and columns of the sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import pandas as pd

from connectors.files.reading import read_csv
from flows.context import RunContext
from flows.reconciliation.reading import SyncReading
from flows.sources import given_of
from schemas.errors import ConfigurationError, PhonesyncError, SourceError
from tasks.messages.errors import error_of
from tasks.messages.rendering import file_error
from tasks.phone.canonical_keys import tidy_text
from tasks.reconcile.office_links import MAPPING, Linked, link, mapping_of, offices
from tasks.text_columns import looked_up

_WHERE: Final = ("file", "line")  # where a link is said
_ADVICE: Final[Mapping[str, str]] = {"file": "mapping-file", "header": "mapping-header"}


@dataclass(frozen=True)
class Links:
    """What the links came to, and what of them could not be read."""

    linked: Linked
    errors: list[PhonesyncError] = field(default_factory=list)


def links(context: RunContext, readings: list[SyncReading]) -> Links:
    """Return the linked offices that have different numbers."""
    found = [pd.DataFrame(columns=[*MAPPING, *_WHERE], dtype="str")]
    errors: list[PhonesyncError] = []
    try:
        found.append(_mapping(context))
    except (SourceError, ConfigurationError) as error:
        errors.append(error)
    for one in readings:
        try:
            found.append(_column(one))
        except (SourceError, ConfigurationError) as error:
            errors.append(error)
    said = pd.concat(found, ignore_index=True).drop_duplicates(list(MAPPING), ignore_index=True)
    if said.empty:
        return Links(link(said, []), errors)
    known = []
    for one in readings:
        if one.checked is None and one.found is None:
            continue
        tables = [
            one.checked.desired if one.checked else pd.DataFrame(columns=["owner", "name"], dtype="str"),
            one.found.entries if one.found else pd.DataFrame(columns=["owner", "tidy"], dtype="str"),
        ]
        lines, entries = (
            table[table["owner"].isin(said["owner"]) | table[name].isin(said["name"])]
            for table, name in zip(tables, ("name", "tidy"), strict=True)
        )
        known += offices(lines, entries, one.name, one.place)
    return Links(link(said, known), errors)


def _mapping(context: RunContext) -> pd.DataFrame:
    path = context.settings.reconcile.mapping
    if path is None:
        return pd.DataFrame(columns=list(MAPPING), dtype="str")
    try:
        table = read_csv(path, expected=list(MAPPING))
    except SourceError as error:
        # What is to be done about a sync's file is not what is to be done about this one.
        advice = _ADVICE.get(str(error.problem.code.value).partition("-")[0]) if error.problem else None
        if error.problem is None or advice is None:
            raise
        raise file_error(path, error.problem, advice) from None
    said = mapping_of(table.frame.set_axis(table.lines), str(path))
    return said.assign(file=path.name, line=said.index.astype("str"))


def _column(one: SyncReading) -> pd.DataFrame:
    """Return the links that a column of a sync's own file says: the line's number is that of this list entry."""
    header, sync = one.sync.columns.link, one.sync
    if header is None or one.checked is None or one.source is None:
        return pd.DataFrame(columns=list(MAPPING), dtype="str")
    table = read_csv(sync.source, expected=list(one.source.arranged.headers.values()), given=given_of(sync))
    if header not in table.frame.columns:
        raise error_of(SourceError, "no_link_column", {"file": sync.source, "column": repr(header)})
    cells = pd.Series(tidy_text(table.frame[header]).to_numpy(object), index=table.lines, dtype="str")
    lines = one.checked.desired
    said = pd.DataFrame(
        {
            "owner": lines["owner"],
            "comment": lines["name"],
            "list": "",
            "name": looked_up(lines["line"], cells[~cells.index.duplicated()]),
            "file": sync.source.name,
            "line": lines["line"].astype("str"),
        }
    ).astype("str")
    return said[said["name"] != ""]
