"""Write a place's present state as a file of the source's form: the truth of today, to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from connectors.files.texts import lines_of
from connectors.files.writing import write_private
from flows.claims import file_claims, of_others, refuse_contested, rivals_of
from flows.context import RunContext
from flows.ends import also_as_stored, owners_of, plan_ends
from flows.names import names_of
from flows.reconciliation.discovering import everybody_of
from flows.reconciliation.reading import SyncReading, ends_of, place_of
from flows.sources import configured_columns, extract_source, judge_source, open_source
from schemas.errors import ConfigurationError, SourceError, Unreachable, UsageError
from schemas.execution import Snapshot
from schemas.plan import WRITES
from schemas.quirks import FOLDS_NAMES
from schemas.syncs import Sync
from schemas.target import TargetSpec, identifier_of
from tasks.messages.errors import error_of
from tasks.phone.parser import means_none
from tasks.plan.claims import Rivals
from tasks.reconcile.export import Form, source_table
from tasks.source.code_pages import encode_as
from tasks.source.column_synonyms import expected_headers, header_key, known_synonyms
from tasks.source.columns import OWNER_NAME
from tasks.text_columns import casefolded, is_in

_LISTS = {".txt", ".csv", ".tsv", ".lst"}  # no id ends so: it is the name of a file


@dataclass(frozen=True)
class Wanted:
    """What is to be exported.

    Attributes:
        sync: the name of a sync.
        output: the file to write; None means the sync's own source.
        ids: ids of USOS entities, or files that list them, one a line.
        force: write over a file that is there.
        discover: all owners that the service lists are wanted, too.
    """

    sync: str
    output: Path | None = None
    ids: Sequence[str] = ()
    force: bool = False
    discover: bool = False


@dataclass(frozen=True)
class Made:
    """A file that was made, and what it has to agree with.

    Attributes:
        data: the file.
        found: what stands in the place.
        rivals: what the files of other syncs of the place claim.
    """

    data: bytes
    found: Snapshot
    rivals: Rivals


def export(context: RunContext, wanted: Wanted) -> dict[str, Any]:
    """Write the file and return what is in it; with it as the source, a plan changes nothing.

    That is not assumed but tried: the file is read back and planned with before it takes its place.

    Raises:
        UsageError: there is no such sync, the file is there already, or there is nothing to tell whose numbers to read.
        Unreachable: USOS gave no usable answer for some owner.
        SourceError: what stands there cannot be told in the source's form.
    """
    sync = context.sync(wanted.sync)
    path = wanted.output or sync.source
    if path.exists() and not wanted.force:
        raise error_of(UsageError, "export_there", {"file": path})
    if path.suffix.casefold() == ".xlsx":
        raise error_of(UsageError, "export_workbook", {"file": path})
    target, spec = context.target(sync), context.spec(sync)
    rivals = rivals_of(context, wanted.sync, context.files)
    theirs = of_others(context, wanted.sync, target.name, rivals)
    asked = _owners(context, wanted, sync, target.name)
    owners = [owner for owner in asked if owner not in theirs]
    found = target.read(owners, context.progress)
    if found.unread:
        raise error_of(
            Unreachable, "export_unread", {"sync": wanted.sync, "n": len(found.unread)}, service=sync.connection
        )
    elsewhere = _is_of(theirs, context, target.name, found) if spec.single_owner else pd.Series(dtype="bool")
    mine = found.entries[~elsewhere].reset_index(drop=True) if spec.single_owner else found.entries
    entries, left_out = _tellable(mine, clearable=spec.lines.clears and sync.allow_clear)
    empty = sorted(set(owners) - set(found.entries["owner"])) if spec.lines.clears and sync.allow_clear else []
    names = names_of(context, target.name)
    form = _form(context, sync, named=not names.keys().isdisjoint(entries["owner"]))
    ids = {owner: identifier_of(owner) for owner in [*entries["owner"].unique(), *empty]}
    text = source_table(entries, form, {} if spec.single_owner else ids, empty, names)
    made = Made(_encoded(text, sync), found, rivals)
    proven = _proven(context, wanted, sync.model_copy(update={"source": path}), made)
    without = len(owners) - found.entries["owner"].nunique() if not spec.single_owner else 0
    return {
        "sync": wanted.sync,
        "file": str(path),
        "entries": len(entries),
        "owners": int(entries["owner"].nunique()),
        "owners_without_numbers": without,
        "left_out": left_out,
        "of_other_syncs": int(elsewhere.sum()) + len(asked) - len(owners),
        "english_comments": int((entries["name_en"] != "").sum()),
        **proven,
    }


def _owners(context: RunContext, wanted: Wanted, sync: Sync, target: str) -> list[str]:
    """Return whose entries to read: the ids given, those of the present file, those that earlier runs wrote."""
    spec = context.spec(sync)
    if spec.single_owner:
        if wanted.discover:
            raise error_of(
                UsageError,
                "export_whole",
                {"sync": wanted.sync, "place": {"en": spec.wording.place, "pl": spec.wording.label["pl"]}},
            )
        return []
    owners = {spec.owner(sync, identifier) for identifier in _ids(wanted.ids, spec)}
    owners |= context.ledger.memory.owners(wanted.sync, target)
    if wanted.discover:
        owners |= {*everybody_of(context, SyncReading(wanted.sync, sync, spec, place_of(sync, spec), target))}
    if sync.source.exists():
        owners |= owners_of(judge_source(context, sync, extract_source(context, sync)))
    if not owners:
        raise error_of(UsageError, "export_of_whom", {"sync": wanted.sync, "service": spec.wording.title})
    return sorted(owners)


def _ids(given: Sequence[str], spec: TargetSpec) -> list[str]:
    """Return the ids given, those of files among them.

    Raises:
        UsageError: there is no such file, or something cannot be an id.
    """
    for item in given:
        if not Path(item).is_file() and (Path(item).name != item or Path(item).suffix in _LISTS):
            raise error_of(UsageError, "no_ids_file", {"given": item})
    ids = pd.Series([line for item in given for line in lines_of(item)], dtype="str")
    wrong = ids[~spec.lines.is_id(ids)].tolist() if spec.lines.is_id else []
    if wrong:
        raise error_of(UsageError, "no_id", {"given": repr(wrong[0])})
    return ids.tolist()


def _is_of(names: frozenset[str], context: RunContext, target: str, found: Snapshot) -> pd.Series:
    """Tell the entries of a list that have one of these names, however the list spells it."""
    habits = context.ledger.memory.traits(target)
    spelled = also_as_stored(names, found, habits)
    there = found.entries["tidy"]
    if FOLDS_NAMES not in habits:
        return pd.Series(is_in(there, spelled), index=there.index)
    return pd.Series(is_in(casefolded(there), {name.casefold() for name in spelled}), index=there.index)


def _tellable(entries: pd.DataFrame, *, clearable: bool) -> tuple[pd.DataFrame, int]:
    """Leave out owners of whom a file would say that they have no numbers, though an entry without one stands there.

    With `allow_clear` such a line is an order to clear.
    """
    if not clearable:
        return entries, 0
    silent = [text for text in entries["number"].unique() if not text.strip() or means_none(text)]
    owners = entries.loc[is_in(entries["number"], silent), "owner"]
    rest = entries[~is_in(entries["owner"], owners)].reset_index(drop=True)
    return rest, len(entries) - len(rest)


def _form(context: RunContext, sync: Sync, *, named: bool) -> Form:
    """Return the form of the file; it has the names of owners where some are known."""
    spec = context.spec(sync)
    columns = configured_columns(sync, spec)
    headers = expected_headers(spec, columns)
    unused = {"new_name"} if named else {"new_name", OWNER_NAME}
    for column in unused & headers.keys() - columns.keys():
        del headers[column]
    link = {"link": sync.columns.link} if sync.columns.link else {}
    # Which line's a number in a further column would be, only people know: each entry has a line of its own.
    known, own = {*map(header_key, headers.values())}, known_synonyms(spec, columns).get("number", frozenset())
    further = {}
    for header in (column.column for column in sync.columns.also if header_key(column.column) not in known):
        further["number" if header_key(header) in own else f"further {header}"] = header
    return Form({**headers, **further, **link}, sync.delimiter or ";", sync.quotechar or '"')


def _encoded(text: str, sync: Sync) -> bytes:
    # The mark tells spreadsheets that this is UTF-8; without it they show Polish letters as something else.
    encoding = sync.encoding or "utf-8-sig"
    try:
        return encode_as(text, encoding)
    except UnicodeEncodeError as error:
        raise error_of(
            SourceError,
            "encoding_without_sign",
            {"file": sync.source, "encoding": encoding, "sign": repr(error.object[error.start])},
        ) from None
    except LookupError:
        raise error_of(ConfigurationError, "no_encoding", {"encoding": repr(encoding)}) from None


def _proven(context: RunContext, wanted: Wanted, sync: Sync, made: Made) -> dict[str, int]:
    """Put the file in place once it has been read back and a plan with it has changed nothing.

    Returns:
        how many of its lines are rejected (each holds what stands there as it stands) and how many would be kept.
    """
    spec = context.spec(sync)
    one = SyncReading(wanted.sync, sync, spec, place_of(sync, spec), rivals=made.rivals)
    one.target, one.found = context.target(sync).name, made.found
    one.source = open_source(context, sync, made.data)
    if one.source.refusal:
        raise one.source.refusal
    checked = one.checked = judge_source(context, sync, one.source)
    # Also where another file came in meanwhile: a plan would be refused that changes what two files have.
    folds = FOLDS_NAMES in context.ledger.memory.traits(one.target)
    refuse_contested(file_claims(context, wanted.sync, checked), made.rivals, fold_names=folds)
    planned = plan_ends(context, ends_of(context, one)).table
    changes = int(planned["action"].isin(WRITES).sum())
    if changes:
        raise error_of(SourceError, "export_unlike", {"sync": wanted.sync, "n": changes, "of": len(made.found.entries)})
    with suppress(FileNotFoundError):
        if not wanted.force and sync.source.stat():
            raise error_of(UsageError, "export_overtaken", {"file": sync.source})
    write_private(sync.source, made.data)
    return {"rejected": checked.rejected_lines, "kept": int((planned["action"] == "keep").sum())}
