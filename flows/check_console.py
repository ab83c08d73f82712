"""Show what was found in the files: on the terminal in groups, the worst first; or as annotations of lines."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from connectors.files.container import unpack
from connectors.files.encoding import LINE_ENDS, decode
from flows.console import near, say, show_rows
from flows.output import prose
from schemas.problems import Code
from schemas.reasons import OF_THE_FILE
from schemas.settings import Language
from tasks.messages.catalogue import plural, render
from tasks.messages.owners import owner_in
from tasks.messages.rendering import of_the_kind, weight, whole
from tasks.plain_text import plain
from tasks.source.annotation import FilePosition, annotation, column_of

if TYPE_CHECKING:
    from flows.check import CheckedFile, CheckedSources

_SHOWN: Final = 20  # lines of one kind on the terminal
_HEADS: Final = {
    "line": "check.line",
    "column": "check.column",
    "value": "check.value",
    "reason": "check.reason",
    "suggestion": "check.hint",
}


def show_checked(checked: CheckedSources) -> None:
    """Show every problem with its place and what to do, what was found out, and what is fine."""
    syncs, lang = checked.summary["syncs"], checked.lang
    for item in syncs:
        problems = [problem for problem in item["problems"] if problem["level"] != "file"]
        if problems:
            say(render("check.title", lang, sync=item["sync"], file=near(item["file"])), "bold")
            _show_groups(problems, lang)
    for item in syncs:
        for note in item.get("notes", ()):
            say(f"{item['sync']}: {note}")
    for item in syncs:
        if "lines" in item:
            say(counted(item, lang))
    if any(item.get("rejected") and "error" not in item for item in syncs):
        say(render("check.holds", lang))
    show_refusals(syncs, lang)


def show_preview(checked: CheckedSources) -> None:
    """Show the first lines of each file as they were understood: whose entry, its name, its number as it would be."""
    lang = checked.lang
    for item in checked.summary["syncs"]:
        if "preview" in item:
            say(render("check.preview", lang, sync=item["sync"], file=near(item["file"])), "bold")
            say(", ".join(f"{theirs} → {ours}" for theirs, ours in item["preview"]["columns"].items()))
            heads = ("check.line", "check.owner", "check.name", "check.number")
            names = [render(head, lang) for head in heads]
            told = [{**row, "owner": owner_in(row["owner"], lang)} for row in item["preview"]["rows"]]
            rows = [dict(zip(names, row.values(), strict=True)) for row in told]
            show_rows("", rows, [name for name in names if any(row[name] for row in rows)])
            say("")


def show_annotations(checked: CheckedSources) -> None:
    """Print one workflow command for each problem; a line of a file has its path as it is seen from here."""
    for file in checked.files:
        lines = _physical_lines(file)
        for problem in file.item["problems"]:
            hint = render("check.hint_in", checked.lang, hint=problem["suggestion"]) if problem["suggestion"] else ""
            said = " ".join(filter(None, (whole(problem["reason"]), hint, problem["advice"])))
            line = problem["line"] or 0
            text = lines[line - 1] if 0 < line <= len(lines) else ""
            spot = FilePosition(near(file.item["file"]), line, _column(file, text, problem["column"]))
            said = plain(said)
            click.echo(annotation("warning" if problem["level"] == "warning" else "error", spot, problem["code"], said))


def _physical_lines(file: CheckedFile) -> list[str]:
    """Return the lines of a text file, to count characters in; a workbook has none."""
    if file.source is None or file.raw is None or file.source.dialect.sheet:
        return []
    content, _, _ = unpack(file.sync.source, file.raw)
    text = decode(file.sync.source, content, file.sync.encoding).text
    return LINE_ENDS.split(text)


def _column(file: CheckedFile, text: str, column: str) -> int:
    if not text or file.source is None or column not in file.source.table.header:
        return 0
    dialect = file.source.dialect
    return column_of(text, file.source.table.header.index(column), dialect.delimiter, dialect.quotechar)


def show_copies(copies: Mapping[Path, bool], lang: Language) -> None:
    """Say where the annotated copies are, and of which there is nothing to remark."""
    for path, remarked in copies.items():
        say(render("check.written" if remarked else "check.written_clean", lang, file=near(path)))


def _show_groups(problems: Sequence[Mapping[str, Any]], lang: Language) -> None:
    groups: dict[tuple[int, str], list[Mapping[str, Any]]] = {}
    for problem in problems:
        groups.setdefault((weight(problem["code"]), problem["code"]), []).append(problem)
    for (_, code), rows in sorted(groups.items(), key=lambda group: group[0]):
        alike = len({row["reason"] for row in rows}) == 1
        sentence = whole(rows[0]["reason"] if alike else of_the_kind(code, lang))
        say("")
        of_lines = rows[0]["line"] and code not in OF_THE_FILE
        lines = plural(lang, "mail_lines", len(rows)) if of_lines else ""
        said = render("check.group_lines", lang, sentence=sentence, lines=lines) if lines else sentence
        say(f"{said} [{code}]")
        if rows[0]["advice"]:
            say(rows[0]["advice"])
        keys = ["line", "column", "value", *([] if alike else ["reason"]), "suggestion"]
        names = [render(_HEADS[key], lang) for key in keys]
        used = [at for at, key in enumerate(keys) if at == 0 or any(row[key] for row in rows)]
        shown = [{names[at]: row[keys[at]] for at in used} for row in rows[:_SHOWN]]
        show_rows("", shown, [names[at] for at in used])
        if len(rows) > _SHOWN:
            say(render("check.more", lang, n=len(rows) - _SHOWN))
    say("")


def counted(item: Mapping[str, Any], lang: Language) -> str:
    """Return how many lines a file has, how many of them are rejected, and how it is written."""
    form = (
        render("check.form_sheet", lang, form=item["encoding"], sheet=item["sheet"])
        if item["sheet"]
        else render("check.form", lang, encoding=item["encoding"], delimiter=repr(item["delimiter"]))
    )
    warnings = render("check.warnings", lang, n=item["warnings"]) if item["warnings"] else ""
    counts = {key: item[key] for key in ("sync", "lines", "rejected")}
    return render("check.count", lang, form=form, warnings=warnings, **counts)


def show_refusals(syncs: Sequence[Mapping[str, Any]], lang: Language) -> None:
    """Say once what is wrong with each file as a whole."""
    said: dict[tuple[str, str], list[str]] = {}
    for item in syncs:
        for problem in item["problems"]:
            if problem["level"] == "file":
                between, code = ", " if problem["line"] else ": ", problem["code"]
                coded = f"{Path(item['file'])}{between}{problem['reason']} [{code}]"
                key = (problem["reason"] if code == Code.OTHER else coded, problem["advice"])
                said.setdefault(key, []).append(item["sync"])
    for (reason, advice), names in said.items():
        click.secho(prose(plain(reason), sys.stderr), fg="red", bold=True, err=True)
        if advice:
            click.echo(prose(advice, sys.stderr), err=True)
        if len(syncs) > 1:
            click.echo(render("check.concerns", lang, syncs=", ".join(names)), err=True)
