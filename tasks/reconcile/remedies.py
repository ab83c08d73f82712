"""Say what to do about a finding: the line to correct, or the sync that would correct it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from schemas.findings import FindingKind
from schemas.plan import WRITES, Action
from schemas.problems import DRIFT, Code
from schemas.settings import Language
from tasks.messages.catalogue import render, text
from tasks.messages.command_lines import PLAIN, as_typed
from tasks.reconcile.official import OFFICIAL

_ADDS: Final = frozenset((str(FindingKind.MISSING), str(FindingKind.ELSEWHERE)))


@dataclass(frozen=True)
class Names:
    """What a sync and its ends are called, and what it does about what others have changed.

    Attributes:
        sync: its name.
        file: its file's name.
        place: its place.
        keeps_drift: it leaves whatever others have done, not only what somebody has accepted.
        unnamed: owners of which the service was asked and has said no name: it may not know them.
    """

    sync: str
    file: str
    place: str
    keeps_drift: bool = False
    unnamed: frozenset[str] = frozenset()


def add_remedies(rows: pd.DataFrame, names: Mapping[str, Names], lang: Language, command: str = PLAIN) -> pd.DataFrame:
    """Return the rows with `fix`: one sentence that is true of what a sync would do right now, "" where all agree.

    Args:
        rows: what `compare` and `link` returned, with `id`.
        names: of each sync.
        lang: the language of the sentence.
        command: how phonesync is called, for the commands in it.
    """
    needing = rows[rows["kind"] != FindingKind.AGREE]
    columns = ("kind", "action", "line", "sync", "owner", "id", "what", "also", "drift")
    cells = zip(*(needing[column].tolist() for column in columns), strict=True)
    said = [as_typed(_sentence(lang, names, dict(zip(columns, cell, strict=True))), command) for cell in cells]
    fix = pd.Series(said, index=needing.index, dtype="str").reindex(rows.index, fill_value="")
    return rows.assign(fix=fix)


def _sentence(lang: Language, names: Mapping[str, Names], row: Mapping[str, str]) -> str:
    given = {**vars(names[row["sync"]]), "line": row["line"], "owner": row["owner"], "id": row["id"]}
    if row["action"] == "link":
        line, _, sync = row["also"].partition(" ")
        ends = [(row["line"], names[row["sync"]]), (int(line), names[sync])]
        said = [render("fix.at_line" if at else "fix.at_entry", lang, **vars(name), line=at) for at, name in ends]
        return render("fix.differs_link", lang, lines=text("fix.or", lang).join(said))
    case = _case(row, keeps_drift=names[row["sync"]].keeps_drift)
    if case in _ADDS and row["owner"] in names[row["sync"]].unnamed:
        case = "missing_owner"
    return render(f"fix.{case}", lang, **given, hours=row["also"])


def _case(row: Mapping[str, str], *, keeps_drift: bool) -> str:
    """Return which sentence is true; the plan knows what a sync would do."""
    if row["drift"] in DRIFT and row["action"] not in WRITES:
        return "drift_kept" if keeps_drift else "drift_accepted"
    if row["also"] == Code.OWNER_LEFT and row["action"] == Action.FOREIGN:
        return "left"
    return _of_official(row) if row["action"] == OFFICIAL else _of_kind(row)


def _of_official(row: Mapping[str, str]) -> str:
    """Return what to do about a number that no sync writes."""
    if row["kind"] == FindingKind.FOREIGN:
        return "official_foreign"
    told = row["kind"] in {FindingKind.UNREADABLE, FindingKind.DUPLICATE}
    return _of_kind(row) if told else "official_line"


def _of_kind(row: Mapping[str, str]) -> str:
    kind, action, in_file = row["kind"], row["action"], bool(row["line"])
    if kind == FindingKind.DIFFERS:
        if row["what"] == "number" and not in_file:
            return "foreign"
        cases = {str(Action.HOLD): "held", str(Action.ADD): "differs_add", str(Action.KEEP): "differs_keep"}
        cases[str(Action.DELETE)] = "differs_clear"
        return cases.get(action, "differs")
    if kind in {FindingKind.UNREADABLE, FindingKind.DUPLICATE} and in_file:
        return f"{kind}_line"
    if action == Action.HOLD:
        return "held"
    if action == Action.DELETE and not in_file:
        return f"{kind}_delete"
    return str(kind)
