"""Read and judge a sync's CSV file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Final

import pandas as pd

from connectors.files.contacts import read_contacts
from connectors.files.header import Skipped
from connectors.files.reading import Dialect, Given, Table, Wanted, read_bytes, read_table
from connectors.files.remote import Access, fetch, shown
from flows.offline import Configured
from flows.secret_values import secret_value
from schemas import limits
from schemas.errors import SourceError
from schemas.execution import NumberingDefaults
from schemas.problems import Problem
from schemas.reasons import FileCode
from schemas.settings import Language
from schemas.syncs import Sync
from schemas.tables import Desired, Rejected, Source, validated
from schemas.target import TargetSpec
from tasks.empty_tables import no_rows, stacked
from tasks.messages.catalogue import render
from tasks.messages.rendering import file_error
from tasks.plan.claims import FileClaims
from tasks.source.column_synonyms import expected_headers, known_synonyms, misspelt
from tasks.source.columns import OWNER_NAME, Arranged, Reading, Records, arrange, is_named
from tasks.source.further_columns import Unread, unread_cells, unread_sheets
from tasks.source.spoilt_text import Mended, mended
from tasks.source.spreadsheet_damage import CellReference, refusal, spoilt_cells
from tasks.source.validation import Checked, Rules, as_called, validate

_MOST_LINES: Final = 12  # that a sentence names
_LEFT_OUT: Final[Mapping[str, str]] = {
    "title": "check.note_title",
    "comment": "check.note_comment",
    "footer": "check.note_footer",
    "ignored": "check.note_ignored",
    "contact": "check.note_contact",
}


@dataclass(frozen=True)
class ExtractedSource:
    """A file as it was read, and what our columns are called in it.

    Attributes:
        arranged: its lines.
        dialect: how it is written.
        table: its records as they stand.
        skipped: the records that are no data, in the file's order.
        unread: what holds numbers or ids and is not read, see `unread_cells`.
        flaws: cells of our columns that are spoilt, as `Arranged` has them.
        undone: what programs had done to texts, and was undone: see `Mended.remarks`.
        refusal: why the file cannot be trusted as a whole although it can be read, None where it can.
        digest: the SHA-256 of the file as it was read.
    """

    arranged: Arranged
    dialect: Dialect
    table: Table
    skipped: tuple[Skipped, ...]
    flaws: pd.DataFrame
    unread: pd.DataFrame
    undone: pd.DataFrame
    refusal: SourceError | None = None
    digest: str = ""


@dataclass
class KnownFiles:
    """What was read of files for the sake of other syncs: none is judged twice as long as it has not changed.

    Attributes:
        claims: what each file claims of its place, by sync.
    """

    claims: dict[str, FileClaims] = field(default_factory=dict)
    _judged: dict[str, tuple[ExtractedSource, Checked]] = field(default_factory=dict)
    _planned: dict[str, tuple[str, Checked]] = field(default_factory=dict)

    def keep(self, name: str, source: ExtractedSource, checked: Checked) -> None:
        """Keep a small file that a sync has judged at its own turn for those that ask later what it claims."""
        if checked.rows <= limits.KEPT_LINES:
            self._planned[name] = source.digest, checked

    def judged(self, context: Configured, name: str) -> Checked:
        """Return the judged file of another sync; a small one is kept where the turn of that is still to come.

        Raises:
            SourceError: it cannot be trusted as a whole.
        """
        sync = context.sync(name)
        raw = source_bytes(context, sync)
        digest, planned = self._planned.get(name, ("", None))
        if planned is not None and digest == _digest(raw):
            return planned
        source = open_source(context, sync, raw)
        if source.refusal:
            raise source.refusal
        checked = judge_source(context, sync, source)
        if checked.rows <= limits.KEPT_LINES:
            self._judged[name] = source, checked
        return checked

    def take(self, context: Configured, name: str) -> tuple[ExtractedSource, Checked] | None:
        """Return a file as it was read and judged before, None where it was not, or has changed since."""
        known = self._judged.pop(name, None)
        if known is None:
            return None
        now = _digest(source_bytes(context, context.sync(name)))
        return known if now == known[0].digest else None


def _digest(raw: bytes) -> str:
    return f"sha256:{sha256(raw).hexdigest()}"


def extract_source(context: Configured, sync: Sync) -> ExtractedSource:
    """Return the sync's file under our column names; raises `SourceError` where it cannot be trusted as a whole."""
    source = open_source(context, sync, source_bytes(context, sync))
    if source.refusal:
        raise source.refusal
    return source


def source_bytes(context: Configured, sync: Sync) -> bytes:
    """Return what a source file holds.

    Raises:
        SourceError: there is nothing to be had, or the file is one that holds secrets: what is wrong with a line of it
            would be shown.
    """
    if sync.fetch.address:
        return fetch(sync.fetch.address, _access(context, sync), sync.source).raw
    private = context.settings.private_files
    if ".phonesync" in sync.source.resolve().parts or any(_is_same(sync.source, file) for file in private):
        raise file_error(sync.source, Problem(FileCode.FILE_PRIVATE), "no-link")
    return read_bytes(sync.source)


def _access(context: Configured, sync: Sync) -> Access:
    """Return what a source is fetched with; raises `ConfigurationError` where a secret is not to be had."""
    how, place = sync.fetch, shown(sync.fetch.address)
    secrets = {"username": how.username, "password": how.password, "token": how.token}
    values = {key: secret_value(f"{place}: {key}", where, context.environ) for key, where in secrets.items() if where}
    return Access(**values, host_key=how.host_key)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def open_source(context: Configured, sync: Sync, raw: bytes) -> ExtractedSource:
    """Return a file under our column names, also where it can be read and yet not be trusted.

    Raises:
        SourceError: it cannot be read.
    """
    spec, name = context.spec(sync), str(sync.source)
    columns = configured_columns(sync, spec)
    also = frozenset().union(*known_synonyms(spec, columns).values())
    wanted = {ours: header for ours, header in expected_headers(spec, columns).items() if ours != OWNER_NAME}
    if sync.contacts is None:
        table = read_table(sync.source, raw, Wanted(list(wanted.values()), also), given_of(sync))
    else:
        header = (wanted["name"], wanted["number"])
        table = read_contacts(sync.source, raw, header, (given_of(sync), sync.contacts))
    parts = (table.header, table.frame, table.lines, table.problems, table.widths, table.at, table.cells, table.hidden)
    how = Reading(columns, sync.columns.also, sync.ignore, sync.hidden_rows)
    arranged = arrange(Records(name, *parts), spec, how)
    texts = _with_letters(arranged, sync, spec)
    arranged = replace(arranged, source=texts.source)
    reading = context.reading(sync)
    place = CellReference(name, arranged.headers, reading.region, reading.area_code)
    flaws = stacked([arranged.flaws, *_spoilt(arranged, place), texts.flaws])
    skipped = [
        *table.skipped,
        *(Skipped(line, "blank") for line in arranged.blank),
        *(Skipped(line, "footer") for line in arranged.footers),
        *(Skipped(line, "ignored") for line in arranged.ignored),
    ]
    return ExtractedSource(
        arranged=arranged,
        dialect=table.dialect,
        table=table,
        skipped=tuple(sorted(skipped, key=lambda record: record.line)),
        flaws=flaws.drop_duplicates(["line", "column", "further"], ignore_index=True),
        refusal=refusal(flaws, place),
        unread=_unread(table, arranged, sync, spec, reading),
        undone=texts.remarks,
        digest=_digest(raw),
    )


def _with_letters(arranged: Arranged, sync: Sync, spec: TargetSpec) -> Mended:
    """Return the lines with their texts undone; a number is published as a text where it is written as it stands."""
    as_text = (sync.write_format or spec.write_format) == "source"
    published = frozenset({"name", "new_name", *(["number"] if as_text else [])})
    columns = published & arranged.headers.keys()
    found = [(header, mended(part, columns)) for header, part in _parts(arranged)]
    return Mended(
        pd.concat([part.source for _, part in found]).sort_index(),
        stacked([_with_further(part.flaws, header) for header, part in found]),
        stacked([_with_further(part.remarks, header) for header, part in found]),
    )


def _spoilt(arranged: Arranged, place: CellReference) -> list[pd.DataFrame]:
    """Return the spoilt cells of each column of numbers: what one column has, says nothing of another."""
    place = replace(place, lines=arranged.source["line"].tolist()) if arranged.further else place
    return [_with_further(spoilt_cells(part, place), header) for header, part in _parts(arranged)]


def _parts(arranged: Arranged) -> list[tuple[str, pd.DataFrame]]:
    """Return the lines by the further column that their numbers stand in, "" for the column of numbers itself."""
    if not arranged.further:
        return [("", arranged.source)]
    columns = arranged.cells["column"]
    found = [(header, arranged.source[columns == header]) for header in ("", *arranged.further)]
    return [(header, part) for header, part in found if len(part)] or [("", arranged.source)]


def _with_further(cells: pd.DataFrame, header: str) -> pd.DataFrame:
    """Say of numbers which further column they stand in."""
    return cells.assign(further=pd.Series("", index=cells.index, dtype="str").mask(cells["column"] == "number", header))


def _unread(table: Table, arranged: Arranged, sync: Sync, spec: TargetSpec, reading: NumberingDefaults) -> pd.DataFrame:
    """Return what of a file holds numbers or ids and is read by nobody, cells first, then sheets."""
    how = {"region": reading.region, "area_code": reading.area_code, "switchboard": reading.switchboard}
    cells = unread_cells(Unread(arranged.unread, arranged.source, how, ids=not spec.single_owner))
    sheets = {
        title: texts
        for title, texts in table.other_sheets.items()
        if not any(fnmatchcase(title.casefold(), pattern.casefold()) for pattern in sync.ignore.sheets)
    }
    return stacked([cells, unread_sheets(sheets, table.at, how)])


def given_of(sync: Sync) -> Given:
    """Return what the configuration says of how the file is written."""
    return Given(sync.encoding, sync.delimiter, sync.quotechar, sync.sheet, sync.header_line, sync.comment_prefix)


def configured_columns(sync: Sync, spec: TargetSpec) -> dict[str, str]:
    """Return the configured headers by our column names; USOS's id is our owner, its comment our name."""
    given = sync.columns.model_dump(exclude_none=True, exclude={"also"})
    ours = spec.column_keys
    return {ours.get(key, key): header for key, header in given.items()}


def judge_source(context: Configured, sync: Sync, source: ExtractedSource) -> Checked:
    """Return what the lines of the file want, and why some of them are not trusted."""
    spec, reading = context.spec(sync), context.reading(sync)
    rules = Rules(
        spec=spec,
        place=spec.place(sync),
        headers=source.arranged.headers,
        region=reading.region,
        area_code=reading.area_code,
        switchboard=reading.switchboard,
        allow_clear=sync.allow_clear,
        allow_short_codes=sync.allow_short_codes,
        id_pattern=sync.id_pattern,
        write_format=sync.write_format or spec.write_format,
    )
    arranged = source.arranged
    judged = validate(validated(Source, arranged.source), rules, source.flaws, source.unread, arranged.cells)
    validated(Desired, judged.desired)
    validated(Rejected, judged.rejected)
    how = {"region": reading.region, "area_code": reading.area_code, "switchboard": reading.switchboard}
    if not source.undone.empty:
        undone, further = source.undone["column"].map(source.arranged.headers), source.undone["further"]
        judged = judged.with_remarks(source.undone.assign(column=further.where(further != "", undone)))
    return judged.with_mentions(_texts(sync, source), how)


def _texts(sync: Sync, source: ExtractedSource) -> pd.DataFrame:
    """Return the texts of a file that may speak of numbers: names, and what was left out around them.

    What the configuration leaves out, nobody has to be told of.
    """
    patterns = [re.compile(pattern) for pattern in sync.ignore.rows]
    left_out = [
        (skip.line, "", text)
        for skip in source.skipped
        if (text := " ".join(skip.text.split())) and not any(pattern.search(text) for pattern in patterns)
    ]
    left_out += [text for text in source.table.texts if not is_named(text[1], sync.ignore.columns)]
    texts = {"line": "int64", "column": "str", "value": "str"}
    found = [pd.DataFrame(left_out, columns=[*texts]).astype(texts)] if left_out else []
    lines = source.arranged.source
    named = as_called(lines, source.arranged.cells)
    for ours in ("name", "new_name"):
        header = source.arranged.headers.get(ours, "")
        if header and not is_named(header, sync.ignore.columns):
            found.append(pd.DataFrame({"line": lines["line"], "column": header, "value": named[ours]}))
    return pd.concat(found, ignore_index=True) if found else no_rows(*texts)


def notes_of(context: Configured, sync: Sync, source: ExtractedSource, lang: Language) -> list[str]:
    """Say where the table was found and what its columns were taken for, as far as nobody has set it."""
    notes, spec = [], context.spec(sync)
    if sync.fetch.address:
        copy = sha256(read_bytes(sync.source)).hexdigest()
        notes.append(render("check.note_fetched", lang, address=shown(sync.fetch.address), sha256=copy))
    configured = configured_columns(sync, spec)
    if source.table.at > 1:
        notes.append(render("check.note_header", lang, line=source.table.at))
    unseen = [name for name in source.table.hidden_columns if name in source.arranged.headers.values()]
    if unseen:
        notes.append(render("check.note_hidden", lang, columns=", ".join(unseen)))
    left_out = {key: _lines(source.skipped, why) for why, key in _LEFT_OUT.items()}
    notes += [render(key, lang, lines=lines) for key, lines in left_out.items() if lines]
    for ours, theirs in source.arranged.headers.items():
        standard = spec.headers[ours]
        if ours not in configured and theirs.casefold() != standard.casefold():
            notes.append(render("check.note_column", lang, theirs=theirs, ours=standard))
    lacking = spec.headers.keys() - source.arranged.headers.keys()
    for theirs, ours in misspelt(source.table.header, source.arranged.headers, {*lacking} - {*configured}, spec):
        notes.append(render("check.note_unused", lang, theirs=theirs, ours=ours))
    return notes


def _lines(skipped: Sequence[Skipped], why: str) -> str:
    lines = [str(skip.line) for skip in skipped if skip.why == why]
    return ", ".join(lines[:_MOST_LINES]) + (", …" if len(lines) > _MOST_LINES else "")
