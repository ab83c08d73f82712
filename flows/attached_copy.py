"""The copy of a file that travels by mail: with remarks, of one sync alone, and with no number of a person's."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from connectors.files.container import Form, unpack
from connectors.files.encoding import decode, with_line_ends
from flows.annotating import annotated, copy_of, remarks_of, said_of
from flows.check import CheckedFile
from flows.offline import Configured
from flows.sources import ExtractedSource
from schemas.problems import Problem, code_of, unpacked_values
from schemas.settings import Language
from tasks.messages.catalogue import render
from tasks.plain_text import plain
from tasks.reports.masking import HIDDEN, mask_hint, mask_numbers, mask_text, told_masked
from tasks.source.annotation import sheet_remarked

Shown = Callable[[str, str], str]  # what may be seen of a cell: by the header of its column, and its text


def attached_copy(context: Configured, file: CheckedFile, name: str, lang: Language) -> tuple[str, bytes] | None:
    """Return the copy's name and content; None where nothing of the file may be sent, or nothing could be had.

    As `check --annotate` writes it, where its numbers are nobody's own and no other sync reads it. Otherwise the cells
    of the one sheet alone, as texts: of people, numbers and names are masked wherever they stand, and of a workbook
    nothing else travels, no other sheet, no comment, no property.
    """
    if file.raw is None:
        return None
    masked = context.spec(file.sync).private(file.sync) and not file.sync.full_numbers
    others = [sync.source for other, sync in context.settings.syncs.items() if other != name]
    if not masked and not (file.sync.source in others and _is_book(file)):
        return copy_of(file).name, annotated(file, lang)
    if file.source is None:  # nobody can tell what stands where
        return None
    seen = _masked(file, lang) if masked else file
    shown = _mask(file.source) if masked else lambda _column, text: text
    try:
        return copy_of(file).name, _cells_alone(seen, file.source, lang, shown)
    except csv.Error:
        return None


def _is_book(file: CheckedFile) -> bool:
    return file.source is None or bool(file.source.dialect.sheet)


def _masked(file: CheckedFile, lang: Language) -> CheckedFile:
    """Return the file with what was found in it, as it may be said of people: their ids stay, as in the cells."""
    return replace(file, problems=[{**one, **_said(one, lang)} for one in file.problems])


def _said(one: Mapping[str, Any], lang: Language) -> dict[str, str]:
    problem = Problem(code_of(one["code"]), unpacked_values(one["values"]))
    return {
        "value": mask_text(str(one["value"])),
        "reason": told_masked([problem], lang),
        "suggestion": mask_hint(str(one["suggestion"]), str(one["code"])),
    }


def _mask(source: ExtractedSource) -> Shown:
    """Return what may be seen of the cells of people's numbers; an id stays, for lines to be found by it."""
    headers, numbers = source.arranged.headers, source.arranged.number_headers

    def shown(column: str, text: str) -> str:
        if column == headers.get("owner"):
            return text
        if column == headers.get("owner_name"):
            return HIDDEN if text else ""
        if column in numbers:
            return str(mask_numbers(pd.Series([text], dtype="str")).iloc[0])
        return mask_text(text)

    return shown


def _cells_alone(file: CheckedFile, source: ExtractedSource, lang: Language, shown: Shown) -> bytes:
    """Return the cells of a file's own table, each as it may be seen, with the remarks in front."""
    content, form, _ = unpack(file.sync.source, file.raw or b"")
    header = source.table.header
    table = [
        (
            line,
            [cell if line == source.table.at else plain(shown(column, cell)) for column, cell in _named(header, cells)],
        )
        for line, cells in _rows(file, source, (content, form))
    ]
    remarks = remarks_of(file, source, lang)
    if form != "xlsx":
        return sheet_remarked(table, remarks).encode("utf-8-sig")
    from connectors.files.marked_book import new_book

    said = [render("check.line_said", lang, line=one["line"], said=said_of(one, lang)) for one in file.problems]
    rows = {line: [remarks.get(line, ""), *cells] for line, cells in table}
    return new_book(rows, said, render("check.remarks_sheet", lang))


def _named(header: Sequence[str], cells: Sequence[str]) -> list[tuple[str, str]]:
    return [(header[at] if at < len(header) else "", cell) for at, cell in enumerate(cells)]


def _rows(file: CheckedFile, source: ExtractedSource, unpacked: tuple[bytes, Form]) -> Iterator[tuple[int, list[str]]]:
    """Yield every row with the line on which it begins."""
    content, form = unpacked
    if form != "text":
        from connectors.files.workbook import cells_as_text

        yield from cells_as_text(content, form, source.dialect.sheet)
        return
    text = with_line_ends(decode(file.sync.source, content, file.sync.encoding)).text
    dialect, line = source.dialect, 1
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=dialect.delimiter, quotechar=dialect.quotechar)
    for cells in reader:
        yield line, cells
        line = reader.line_num + 1
