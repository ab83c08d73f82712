"""Check the files of syncs without asking any service: every problem at once, with its place, reason and remedy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import pandas as pd

from connectors.files.container import unpack
from connectors.files.encoding import LINE_ENDS, decode
from flows.claims import file_claims, refuse_contested, rivals_of
from flows.offline import Before, Configured
from flows.sources import ExtractedSource, KnownFiles, judge_source, notes_of, open_source, source_bytes
from schemas.errors import ConfigurationError, PhonesyncError, SourceError
from schemas.execution import Progress
from schemas.exit_codes import ExitCode, worst
from schemas.problems import unpacked_values
from schemas.reasons import NO_ID, TO_BE_LOOKED_AT, LineCode
from schemas.settings import Language
from schemas.syncs import Sync
from tasks.messages.catalogue import render
from tasks.messages.failures import told_of_file
from tasks.messages.rendering import told_of_line
from tasks.phone.canonical_keys import tidy_text
from tasks.reports.masking import mask_hint, mask_texts
from tasks.source.hints import hint_texts, hints_of
from tasks.source.identifiers import identified
from tasks.source.label_doubts import label_doubts
from tasks.source.labels import owner_labels
from tasks.source.name_checks import outside_latin1
from tasks.source.near_ids import with_doubts, with_near_ids
from tasks.source.two_readings import with_quotes, without_quotes
from tasks.source.validation import Checked

_COLUMNS: Final = ["line", "column", "value", "code", "values"]


@dataclass(frozen=True)
class CheckedFile:
    """A file as it was read, and what was found in it: `item` is what `--json` prints of it.

    Attributes:
        item: the summary.
        sync: its section of the configuration.
        raw: the bytes, None where they could not be had.
        source: the lines, None where the file could not be read.
        problems: `line, column, value, code, values, level, reason, advice, suggestion`, nothing masked.
        judged: what the lines want, None likewise.
    """

    item: dict[str, Any]
    sync: Sync
    raw: bytes | None = None
    source: ExtractedSource | None = None
    problems: Sequence[Mapping[str, Any]] = ()
    judged: Checked | None = None


@dataclass(frozen=True)
class CheckedSources:
    """What was found in the files, as `--json` prints it, and the errors behind it."""

    summary: dict[str, Any]
    errors: list[PhonesyncError]
    exit_code: ExitCode
    files: list[CheckedFile] = field(default_factory=list)
    lang: Language = "en"


def check_sources(  # noqa: PLR0913 - all but the first two say how to look
    context: Configured,
    names: Sequence[str],
    *,
    lang: Language = "en",
    strict: bool = False,
    known: Before = Before(),  # noqa: B008 - frozen, and holds nothing
    progress: Progress = lambda *_: None,
) -> CheckedSources:
    """Read and judge the files of these syncs, of all where none is named; one bad file does not hide the others.

    Args:
        context: the configuration.
        names: the syncs.
        lang: the language of reasons and advice.
        strict: what should be looked at counts like a rejected line.
        known: what earlier runs have taught, as far as somebody knows.
        progress: is told how many files are judged.

    Raises:
        UsageError: there is no sync of one of these names.
    """
    files: list[CheckedFile] = []
    errors: list[PhonesyncError] = []
    files_read = KnownFiles()
    error: PhonesyncError | None
    syncs = {name: context.sync(name) for name in names or context.settings.syncs}
    for name, sync in syncs.items():
        progress("checking files", len(files), len(syncs))
        raw, error = None, None
        try:
            raw = source_bytes(context, sync)
            checked = _checked(context, name, raw, lang, known)
            error = checked.source.refusal if checked.source else None
            error = error or _claimed_twice(context, checked, files_read, fold_names=name in known.folding)
        except (SourceError, ConfigurationError) as caught:
            error = caught
            item = {"sync": name, "file": str(sync.source), "error": str(error), "problems": []}
            checked = CheckedFile(item, sync, raw)
        if error:
            checked.item.setdefault("error", str(error))
            errors.append(error)
            checked.item["problems"] = [_of_file(error, lang), *checked.item["problems"]]
        files.append(checked)
    progress("checking files", len(syncs), len(syncs))
    found = [checked.item for checked in files]
    wrong = any(problem["level"] == "error" for item in found for problem in item["problems"])
    trouble = wrong or (strict and any(item.get("warnings") for item in found))
    codes = [error.exit_code for error in errors] + [ExitCode.LINES_FAILED] * trouble
    return CheckedSources({"syncs": found}, errors, worst(codes), files, lang)


def _of_file(error: PhonesyncError, lang: Language) -> dict[str, Any]:
    told = told_of_file(error, lang)
    line = error.problem.place if error.problem else 0
    said = {"code": told.code, "level": told.level, "reason": told.sentence, "advice": told.advice, "suggestion": ""}
    return {"line": line or None, "column": "", "value": "", **said}


def _checked(context: Configured, name: str, raw: bytes, lang: Language, known: Before) -> CheckedFile:
    sync = context.sync(name)
    source = open_source(context, sync, raw)
    checked = judge_source(context, sync, source)
    headers, others = source.arranged.headers, set[str]().union(*known.managed.values())
    checked = replace(checked, remarks=with_near_ids(checked, known.managed.get(name, set()), headers, others))
    labels = owner_labels(checked, source.arranged.source["line"], source.arranged.labels)
    mistaken = label_doubts(labels, known.called.get(name, {}))
    checked = replace(checked, remarks=with_doubts(checked, mistaken, headers, LineCode.ID_MISTAKEN))
    problems = _problems(context, (sync, raw), source, checked, lang)
    shown = problems.drop(columns="values")
    if context.spec(sync).private(sync):
        hints = [*map(mask_hint, shown["suggestion"], shown["code"])]
        shown = shown.assign(value=mask_texts(shown["value"]), suggestion=hints)
    rejected = checked.rejected_lines
    item = {
        "sync": name,
        "file": str(sync.source),
        **({"error": str(source.refusal)} if source.refusal else {}),
        "encoding": source.dialect.encoding,
        "delimiter": source.dialect.delimiter,
        "sheet": source.dialect.sheet,
        "header_line": source.table.at,
        "columns": dict(source.arranged.headers),
        "lines": checked.rows,
        "good": checked.rows - rejected,
        "rejected": rejected,
        "warnings": int(checked.remarks["line"].nunique()) + _is_unwanted(sync, checked),
        "skipped": [{"line": skip.line, "why": skip.why} for skip in source.skipped if skip.why != "blank"],
        "notes": _notes(context, sync, source, checked, lang),
        "problems": _rows(shown),
    }
    return CheckedFile(item, sync, raw, source, _rows(problems), checked)


def _claimed_twice(
    context: Configured, checked: CheckedFile, known: KnownFiles, *, fold_names: bool
) -> SourceError | None:
    """Return why two files cannot both be right, None where nothing of this one stands in another of the place."""
    if checked.judged is None:
        return None
    name = str(checked.item["sync"])
    try:
        known.claims[name] = file_claims(context, name, checked.judged)
        refuse_contested(known.claims[name], rivals_of(context, name, known), fold_names=fold_names)
    except SourceError as error:
        return error
    return None


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _problems(
    context: Configured, file: tuple[Sync, bytes], source: ExtractedSource, checked: Checked, lang: Language
) -> pd.DataFrame:
    """Return everything found in the lines, in their order, each with what to do."""
    sync, raw = file
    alone = [(source.table.at, "", "", str(LineCode.HEADER_ALONE.value), "")] * _is_unwanted(sync, checked)
    empty = pd.DataFrame(alone, columns=_COLUMNS).astype(checked.remarks.dtypes)
    found = [checked.rejected[_COLUMNS].drop_duplicates(), checked.remarks[_COLUMNS], empty]
    table = _both_ways(pd.concat(found, ignore_index=True), sync, source, raw)
    reading = context.reading(sync)
    hints = hints_of(
        checked.desired,
        region=reading.region,
        area_code=reading.area_code,
        switchboard=reading.switchboard,
    )
    said = list(zip(table["code"], table["values"], strict=True))
    told = {each: told_of_line(*each, lang) for each in said}
    suggestion = hint_texts(table, _ids_above(sync, source, table), source.arranged.number_headers, hints)
    table = table.assign(
        level=[told[each].level for each in said],
        reason=[told[each].sentence for each in said],
        advice=[told[each].advice for each in said],
        suggestion=suggestion,
    )
    table = table[["line", "column", "value", "code", "values", "level", "reason", "advice", "suggestion"]]
    return table.sort_values(["line", "column"], kind="stable", ignore_index=True)


def _both_ways(problems: pd.DataFrame, sync: Sync, source: ExtractedSource, raw: bytes) -> pd.DataFrame:
    """Show of lines that a pair of quotes makes one of how they read with it and without, as what stands there."""
    torn = problems["code"] == str(LineCode.LINE_SWALLOWED.value)
    if not torn.any():
        return problems
    content, _, _ = unpack(sync.source, raw)
    lines = LINE_ENDS.split(decode(sync.source, content, sync.encoding).text)
    marks = source.dialect.delimiter, source.dialect.quotechar
    shown = []
    for line, packed in zip(problems.loc[torn, "line"], problems.loc[torn, "values"], strict=True):
        span = unpacked_values(packed)
        quoted = with_quotes(lines[int(span["first"]) - 1 : int(span["last"])], *marks)
        quote = marks[1]
        shown.append(f"{quote}{quoted}{quote} / {without_quotes(lines[int(line) - 1], *marks)}")
    value = problems["value"].copy()
    value[torn] = shown
    return problems.assign(value=value)


def _is_unwanted(sync: Sync, checked: Checked) -> bool:
    """Tell whether a file without any line is one that a guard will stop."""
    return checked.rows == 0 and not sync.guard.allow_empty


def _ids_above(sync: Sync, source: ExtractedSource, problems: pd.DataFrame) -> dict[tuple[int, str], str]:
    """Return, for cells without an id, that of the nearest line above: a merged cell shows it for all of them."""
    headers = source.arranged.headers
    if "owner" not in headers:
        return {}
    lines = source.arranged.source
    wrong = problems[(problems["column"] == headers["owner"]) & ~problems["code"].isin(TO_BE_LOOKED_AT)]
    gaps = wrong.loc[(wrong["value"] == "") | wrong["code"].isin(NO_ID), "line"]
    ids = identified(tidy_text(lines["owner"]), sync.id_pattern).ids
    filled = ids.where((ids != "") & ~lines["line"].isin(wrong["line"])).ffill().fillna("")
    wanted = lines["line"].isin(gaps)
    above = zip(lines.loc[wanted, "line"].astype(int), filled[wanted], strict=True)
    return {(line, headers["owner"]): identifier for line, identifier in above}


def _notes(context: Configured, sync: Sync, source: ExtractedSource, checked: Checked, lang: Language) -> list[str]:
    """Say what was found out and not set, so that nothing is assumed in silence."""
    notes = notes_of(context, sync, source, lang)
    if source.dialect.evidence == "letters":
        notes.append(render("check.note_letters", lang, encoding=source.dialect.encoding))
    if context.spec(sync).names_are_keys:
        many, letters = outside_latin1(checked.desired["name"])
        if many:
            notes.append(render("check.note_latin", lang, n=many, letters=letters))
    return notes
