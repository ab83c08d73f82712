"""Write a reconciliation as a workbook for offices: a summary first, then what is to be done, then all the rest."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from schemas.findings import FindingKind, ReconciliationView
from schemas.settings import Language
from tasks.messages.catalogue import moment
from tasks.messages.owners import place_in
from tasks.messages.pages import kind_words, phrases, state_words
from tasks.messages.rendering import owners_in
from tasks.plain_text import plain
from tasks.reports.headline import Headline
from tasks.reports.reconciliation_page import headings, headline
from tasks.reports.reconciliation_rows import readable_rows

# A sheet holds 1,048,576 rows, and an office's machine is slow long before that.
_ROWS_PER_SHEET = 200_000
_LONGEST_CELL = 32_767
_WIDTHS = {"kind": 16, "state": 14, "sync": 16, "line": 8, "owner": 22, "what": 28, "where": 40, "fix": 70, "id": 15}
_HEAD_FILL = PatternFill("solid", fgColor="E2DFD8")
_BOLD, _LARGE = Font(bold=True), Font(bold=True, size=16)
# XML has no place for these, not even escaped.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_EPOCH = (1980, 1, 1, 0, 0, 0)
_WHEN = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")

Sheet = Any


def workbook(
    view: ReconciliationView, lang: Language, zone: tzinfo = UTC, *, rows_per_sheet: int = _ROWS_PER_SHEET
) -> bytes:
    """Return the workbook, the same bytes for the same view.

    Every text is written as a text with the text format: no formula can run, `+48…` and leading zeros stay, also after
    somebody has edited the cell. Only counts and line numbers are numbers.
    """
    t = phrases(lang)
    rows = readable_rows(view, lang)
    book = Workbook(write_only=True)
    _summary(book, view, lang, zone)
    parts = [
        (t["to_do"], rows["state"].isin(["new", "open"])),
        *((state_words(lang)[state][0], rows["state"] == state) for state in ("accepted", "resolved")),
        (kind_words(lang)[FindingKind.AGREE][0], rows["state"] == "agree"),
    ]
    filled: dict[str, bytes] = {}
    for title, chosen in parts:
        lists = rows[chosen]
        starts = range(0, max(len(lists), 1), rows_per_sheet)
        for number, start in enumerate(starts, start=1):
            name = f"{title} {number}" if len(starts) > 1 else title
            filled |= _listed(book, name, lists.iloc[start : start + rows_per_sheet], lang)
    buffer = io.BytesIO()
    book.save(buffer)
    return _finished(buffer.getvalue(), filled, view.at)


def _summary(book: Workbook, view: ReconciliationView, lang: Language, zone: tzinfo) -> None:
    t = phrases(lang)
    sheet = book.create_sheet(t["summary"])
    sheet.column_dimensions["A"].width = 44
    said: Headline = headline(view, lang)
    state = readable_rows(view, lang)["state"].value_counts()
    lines: list[tuple[Sequence[str | int], Font | None]] = [
        ((said.title,), _LARGE),
        ((said.detail,), None),
        ((f"{t['run']}: {view.run}",), None),
        ((f"{t['made']}: {moment(lang, view.at, zone)}",), None),
        *([((f"{t['compared']}: {view.since}",), None)] if view.since else []),
        ((t["explain"],), None),
        ((), None),
        ((t["state_of"], t["total"]), _BOLD),
        *(((label, int(state.get(name, 0))), None) for name, (label, _) in state_words(lang).items()),
        ((), None),
        *_kinds(view, lang),
        ((), None),
        *_systems(view, lang),
    ]
    for cells, font in lines:
        sheet.append([_cell(sheet, value, font) for value in cells])


def _kinds(view: ReconciliationView, lang: Language) -> Iterable[tuple[Sequence[str | int], Font | None]]:
    t = phrases(lang)
    counts = view.findings["kind"].value_counts()
    yield (t["kind"], t["total"], t["legend"]), _BOLD
    for kind, (label, meaning) in kind_words(lang).items():
        yield (label, int(counts.get(kind, 0)), meaning), None


def _systems(view: ReconciliationView, lang: Language) -> Iterable[tuple[Sequence[str | int], Font | None]]:
    """Write the systems, and to the right how many numbers each shares with each."""
    t, names = phrases(lang), [system.name for system in view.systems]
    shared = view.shared()
    heads = [f"{t['shared']} {place_in(name, lang)}" for name in names]
    yield (t["system"], t["entries"], t["numbers"], t["problems"], *heads, t["note"]), _BOLD
    for system in view.systems:
        cells = [shared.get((system.name, name), 0) if name != system.name else "–" for name in names]
        yield (place_in(system.name, lang), system.entries, system.numbers, system.problems, *cells, system.note), None


def _listed(book: Workbook, title: str, rows: pd.DataFrame, lang: Language) -> dict[str, bytes]:
    """Make a sheet with its header, and return what belongs below it, by the name of the sheet's file."""
    sheet: Sheet = book.create_sheet(title)
    style = _headed(sheet, len(rows), lang)
    return {f"xl/worksheets/sheet{len(book.worksheets)}.xml": _rows(rows, style, lang)}


def _headed(sheet: Sheet, rows: int, lang: Language) -> int:
    """Write the header, in sight and with filters; return the number by which the book knows the style of a text."""
    heads = headings(lang)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(heads))}{rows + 1}"
    for at, column in enumerate(heads, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = _WIDTHS.get(column, 20)
    top = [_cell(sheet, head, _BOLD) for head in heads.values()]
    for cell in top:
        cell.fill = _HEAD_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.append(top)
    style: int = _cell(sheet, "", None).style_id
    return style


def _rows(rows: pd.DataFrame, style: int, lang: Language) -> bytes:
    """Return rows as a sheet's file has them, from the second row on.

    The library makes an object of each cell: minutes for a hundred thousand rows, where joining texts takes seconds.
    """
    columns = []
    for at, (name, values) in enumerate(_texts(rows, lang).items(), start=1):
        letter = get_column_letter(at)
        if name == "line":
            columns.append(
                [f'<c r="{letter}{n}"><v>{line}</v></c>' if line else "" for n, line in enumerate(values, 2)]
            )
            continue
        known = {text: f'" t="inlineStr" s="{style}"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
                 for text in dict.fromkeys(values)}  # fmt: skip
        columns.append([f'<c r="{letter}{n}{known[text]}' if text else "" for n, text in enumerate(values, 2)])
    lines = (f'<row r="{n}">{"".join(cells)}</row>' for n, cells in enumerate(zip(*columns, strict=True), 2))
    return "".join(lines).encode()


def _texts(rows: pd.DataFrame, lang: Language) -> dict[str, list[Any]]:
    """Return the columns in the reader's words, without what a workbook cannot hold."""
    words = {
        "kind": {kind.value: said[0] for kind, said in kind_words(lang).items()},
        "state": {name: said[0] for name, said in state_words(lang).items()},
    }
    rows = rows.assign(owner=owners_in(rows["owner"], lang))
    texts: dict[str, list[Any]] = {}
    for column in headings(lang):
        values = rows[column].tolist()
        if column != "line":
            known = {text: _writable(words.get(column, {}).get(text, text)) for text in dict.fromkeys(values)}
            values = [known[text] for text in values]
        texts[column] = values
    return texts


def _cell(sheet: Sheet, value: str | int, font: Font | None) -> Any:
    cell = WriteOnlyCell(sheet, value=_writable(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type, cell.number_format = "s", "@"
    if font:
        cell.font = font
    return cell


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("\ufffd", plain(text))[:_LONGEST_CELL]


def _finished(content: bytes, rows: Mapping[str, bytes], at: str) -> bytes:
    """Return the workbook with its rows, and with the view's time in place of the clock's."""
    when = _utc(at).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _WHEN.sub(rb"\g<1>" + when, part)
            part = part.replace(b"</sheetData>", rows.get(name, b"") + b"</sheetData>", 1)
            new.writestr(zipfile.ZipInfo(name, _EPOCH), part, zipfile.ZIP_DEFLATED, compresslevel=4)
    return buffer.getvalue()


def _utc(at: str) -> str:
    try:
        when = datetime.fromisoformat(at)
    except ValueError:
        when = datetime(1980, 1, 1, tzinfo=UTC)
    return f"{when.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
