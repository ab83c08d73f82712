"""Write annotated copies of the files that were checked: what the clerk sees, and what is said of it beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.files.container import Form, unpack
from connectors.files.encoding import decode, encode_as
from connectors.files.writing import write_private
from flows.check import CheckedFile, CheckedSources
from flows.sources import ExtractedSource
from schemas.errors import PhonesyncError, UsageError
from schemas.settings import Language
from tasks.messages.catalogue import render
from tasks.messages.errors import error_of
from tasks.messages.rendering import whole
from tasks.plain_text import plain
from tasks.source.annotation import remarked, sheet_remarked


def annotate(checked: CheckedSources, *, force: bool = False) -> dict[Path, bool]:
    """Write a copy with remarks beside each file; return where they are, and whether there was anything to remark.

    Why a file is refused stands on top. One without remarks is written as well: whoever looks for it finds it.

    A text or another workbook becomes `NAME.checked.csv`; an .xlsx `NAME.checked.xlsx`, with its formats. The copies
    hold what the files hold, and are readable by their owner alone.

    Raises:
        UsageError: one of them is there already, and nobody said that it may be replaced; none is written then.
    """
    copies = {copy_of(file): file for file in checked.files if file.raw is not None}
    there = [path for path in copies if path.is_symlink() or path.exists()]
    if there and not force:
        raise error_of(UsageError, "annotated_there", {"file": there[0]})
    for path, file in copies.items():
        write_private(path, annotated(file, checked.lang))
    return {path: bool(file.item["problems"]) for path, file in copies.items()}


def copy_of(file: CheckedFile) -> Path:
    """Return where the annotated copy of a file belongs."""
    source = file.sync.source
    name = source.name.removesuffix(".gz")
    end = "xlsx" if file.source and file.source.dialect.encoding == "xlsx" else "csv"
    return source.with_name(f"{Path(name).stem}.checked.{end}")


def annotated(file: CheckedFile, lang: Language) -> bytes:
    """Return a file with remarks: all that it holds, and what is said of it."""
    top = [said_of(problem, lang) for problem in file.item["problems"] if problem["level"] == "file"]
    if file.source is None:
        return _unread(file, top)
    content, form, _ = unpack(file.sync.source, file.raw or b"")
    return _beside_lines(file, file.source, (content, form), [plain(line) for line in top], lang)


def _beside_lines(
    file: CheckedFile, source: ExtractedSource, file_: tuple[bytes, Form], top: list[str], lang: Language
) -> bytes:
    content, form = file_
    if form == "xlsx":
        return _workbook(file, source, content, top, lang)
    remarks = remarks_of(file, source, lang)
    if form != "text":
        from connectors.files.workbook import cells_as_text

        text = sheet_remarked(cells_as_text(content, form, source.dialect.sheet), remarks)
        return _on_top(top, text).encode("utf-8-sig")
    decoded = decode(file.sync.source, content, file.sync.encoding)
    text = remarked(decoded.text, remarks, source.dialect.delimiter, source.dialect.quotechar)
    return encode_as(file.sync.source, content, decoded, _on_top(top, text))


def _on_top(top: list[str], text: str) -> str:
    return "".join(f"{line}\r\n" for line in top) + text


def _unread(file: CheckedFile, top: list[str]) -> bytes:
    """Return the file with the reason why it could not be read on top; of one that is no text the reason alone."""
    try:
        content, form, _ = unpack(file.sync.source, file.raw or b"")
        decoded = decode(file.sync.source, content, file.sync.encoding) if form == "text" else None
        if decoded:
            return encode_as(file.sync.source, content, decoded, _on_top(top, decoded.text))
    except PhonesyncError:
        pass  # it is said on top
    return _on_top(top, "").encode("utf-8-sig")


def _workbook(file: CheckedFile, source: ExtractedSource, content: bytes, top: list[str], lang: Language) -> bytes:
    from connectors.files.marked_book import marked_book

    header = list(source.table.header)
    marks: dict[tuple[int, int], str] = {}
    lines = []
    for problem in file.problems:
        line, column = int(problem["line"]), str(problem["column"])
        place = (line, header.index(column) + 1 if column in header else 1)
        said = said_of(problem, lang)
        marks[place] = f"{marks[place]}\n{said}" if place in marks else said
        lines.append(render("check.line_said", lang, line=line, said=said))
    return marked_book(content, source.dialect.sheet, marks, [*top, *lines], render("check.remarks_sheet", lang))


def remarks_of(file: CheckedFile, source: ExtractedSource, lang: Language) -> dict[int, str]:
    """Return what is said of each record, by its line; of the header, what our column is called."""
    said: dict[int, list[str]] = {}
    for problem in file.problems:
        said.setdefault(int(problem["line"]), []).append(said_of(problem, lang))
    remarks = {int(line): " ".join(said.get(int(line), ())) for line in source.table.lines}
    return {source.table.at: render("check.remarks", lang), **remarks}


def said_of(problem: Mapping[str, Any], lang: Language) -> str:
    """Return a problem as it stands beside a line: the column, the reason, and what to do about a whole file."""
    where = f"{problem['column']}: " if problem["column"] else ""
    hint = render("check.hint_in", lang, hint=problem["suggestion"]) if problem["suggestion"] else ""
    do = problem["advice"] if problem["level"] == "file" else ""
    return " ".join(filter(None, (f"{where}{whole(str(problem['reason']))}", hint, do)))
