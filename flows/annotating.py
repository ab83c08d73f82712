"""Write copies of checked files with a column of remarks; the clerk's own bytes stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from connectors.files.container import unpack
from connectors.files.encoding import decode, encode_as
from connectors.files.reading import write_private
from flows.check import CheckedFile, CheckedSources
from flows.sources import ExtractedSource
from schemas.errors import UsageError
from schemas.settings import Language
from tasks.messages.catalogue import render
from tasks.messages.rendering import whole
from tasks.source.annotation import remarked, sheet_remarked


def annotate(checked: CheckedSources, *, force: bool = False) -> list[Path]:
    """Write `NAME.checked.csv` beside each file that could be read, and return where they are.

    The copies hold what the files hold, and are readable by their owner alone.

    Raises:
        UsageError: one of them is there already, and nobody said that it may be replaced; none is written then.
    """
    copies = {_beside(file.sync.source): file for file in checked.files if file.source and file.raw is not None}
    there = [path for path in copies if path.is_symlink() or path.exists()]
    if there and not force:
        raise UsageError(f"{there[0]} is there already.", remedy="Move it away, or replace it with --force.")
    for path, file in copies.items():
        write_private(path, _annotated(file, checked.lang))
    return list(copies)


def _beside(source: Path) -> Path:
    name = source.name.removesuffix(".gz")
    return source.with_name(f"{Path(name).stem}.checked.csv")


def _annotated(file: CheckedFile, lang: Language) -> bytes:
    source, raw = file.source, file.raw
    if source is None or raw is None:
        return b""
    content, form, _ = unpack(file.sync.source, raw)
    remarks = _remarks(file, source, lang)
    if form != "text":
        from connectors.files.workbook import cells_as_text

        return sheet_remarked(cells_as_text(content, form, source.dialect.sheet), remarks).encode("utf-8-sig")
    decoded = decode(file.sync.source, content, file.sync.encoding)
    text = remarked(decoded.text, remarks, source.dialect.delimiter, source.dialect.quotechar)
    return encode_as(file.sync.source, content, decoded, text)


def _remarks(file: CheckedFile, source: ExtractedSource, lang: Language) -> dict[int, str]:
    """Return what is said of each record, by its line; of the header, what our column is called."""
    said: dict[int, list[str]] = {}
    for problem in file.problems:
        said.setdefault(int(problem["line"]), []).append(_said(problem, lang))
    remarks = {int(line): " ".join(said.get(int(line), ())) for line in source.table.lines}
    return {source.table.at: render("check.remarks", lang), **remarks}


def _said(problem: Mapping[str, Any], lang: Language) -> str:
    where = f"{problem['column']}: " if problem["column"] else ""
    hint = render("check.hint_in", lang, hint=problem["suggestion"]) if problem["suggestion"] else ""
    return " ".join(filter(None, (f"{where}{whole(str(problem['reason']))}", hint)))
