"""Link offices across systems: the same office, by somebody's word, with different numbers in two places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from schemas.errors import SourceError
from schemas.findings import FindingKind
from tasks.messages.errors import error_of
from tasks.phone.canonical_keys import tidy_text
from tasks.reconcile.align import COLUMNS
from tasks.text_columns import is_in

MAPPING = ("owner", "comment", "list", "name")
_REQUIRED = ("owner", "name")


@dataclass(frozen=True)
class Office:
    """One entry that an office is known by: in a file where a sync has one, else as it stands in the place.

    Attributes:
        sync: the sync that brings it.
        owner: the USOS entity, or the list.
        name: comment or name.
        number: as it is written there.
        key: its canonical key.
        line: where it stands in the sync's file, 0 where it stands in the place only.
        place: what people call the place.
    """

    sync: str
    owner: str
    name: str
    number: str
    key: str
    line: int
    place: str


@dataclass(frozen=True)
class Linked:
    """What the links came to: rows as `compare` returns them, with `where`; and how many links there are.

    Attributes:
        rows: one `differs` for each entry of a phone list that has another number than its office.
        links: how many links both of whose ends are known.
        loose: links one end of which is nowhere: `owner`, `comment`, `list`, `name`, and what else is said of them.
    """

    rows: pd.DataFrame
    links: int
    loose: list[dict[str, str]]


def mapping_of(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the mapping file's links, `MAPPING`, tidied, as its rows are indexed; one without owner or name is none.

    Raises:
        SourceError: a column is missing.
    """
    found = {column.casefold(): column for column in frame.columns}
    missing = [column for column in _REQUIRED if column not in found]
    if missing:
        raise error_of(SourceError, "no_mapping_column", {"file": name, "columns": ", ".join(map(repr, missing))})
    columns = {ours: tidy_text(frame[found[ours]]) if ours in found else "" for ours in MAPPING}
    links = pd.DataFrame(columns, index=frame.index).astype("str")
    return links[(links["owner"] != "") & (links["name"] != "")].drop_duplicates()


def offices(lines: pd.DataFrame, entries: pd.DataFrame, sync: str, place: str) -> list[Office]:
    """Return what a sync's offices are known by; an owner or a name that stands in the file counts as the file has it.

    A difference between file and place is a finding of its own, and a sync heals it; what links are for is a
    difference that no sync would heal.

    Args:
        lines: `Desired`, of the owners that are linked.
        entries: `Current`, likewise.
        sync: the sync's name.
        place: the place's name.
    """
    known = [
        Office(sync, str(row.owner), str(row.name_), str(row.number), str(row.key), int(str(row.line)), place)
        for row in lines.rename(columns={"name": "name_"}).itertuples()
    ]
    said = {(office.owner, office.name) for office in known}
    owners = {office.owner for office in known if not office.owner.startswith(("tenant ", "group "))}
    rest = entries[~is_in(entries["owner"], owners)]
    return known + [
        Office(sync, str(row.owner), str(row.tidy), str(row.number), str(row.key), 0, place)
        for row in rest.itertuples()
        if (row.owner, row.tidy) not in said
    ]


def link(links: pd.DataFrame, known: Sequence[Office]) -> Linked:
    """Return a finding for each linked entry of a phone list whose number its office does not have.

    An office may have more numbers than its list entries: every one on the list has to be one of them. With a comment
    the link means that very number.
    """
    by_owner: dict[str, list[Office]] = {}
    for office in known:
        by_owner.setdefault(office.owner, []).append(office)
    rows: list[dict[str, object]] = []
    loose: list[dict[str, str]] = []
    for said in links.to_dict("records"):
        ends = _ends({str(key): str(value) for key, value in said.items()}, by_owner)
        if not all(ends):
            loose.append({str(key): str(value) for key, value in said.items()})
            continue
        numbers = {part for office in ends[0] for part in office.key.split("|")}
        rows += [_row(ends[0], entry) for entry in ends[1] if entry.key not in numbers]
    blank = dict.fromkeys((*COLUMNS, "where"), "")
    table = pd.DataFrame([{**blank, **row} for row in rows], columns=[*COLUMNS, "where"]).astype("str")
    return Linked(table.astype({"line": "int64"}), len(links) - len(loose), loose)


def _ends(said: Mapping[str, str], by_owner: Mapping[str, list[Office]]) -> tuple[list[Office], list[Office]]:
    comment, where = said["comment"], said["list"]
    left = [office for office in by_owner.get(said["owner"], []) if comment in {"", office.name}]
    lists = [where] if where else [owner for owner in by_owner if owner.startswith(("tenant ", "group "))]
    right = [entry for owner in lists for entry in by_owner.get(owner, []) if entry.name == said["name"]]
    return left, right


def _row(left: Sequence[Office], entry: Office) -> dict[str, object]:
    first = left[0]
    label = f"{entry.place}: {entry.name}"
    return {
        "kind": str(FindingKind.DIFFERS),
        "sync": first.sync,
        "line": first.line,
        "owner": first.owner,
        "key": first.key if len(left) == 1 else "|".join(office.key for office in left),
        "key_there": entry.key,
        "number_csv": ", ".join(office.number for office in left),
        "name_csv": first.name if len(left) == 1 else "",
        "number_there": entry.number,
        "name_there": entry.name,
        "what": "number",
        "action": "link",
        "owner_there": entry.owner,
        "part": "link",
        "also": f"{entry.line} {entry.sync}",
        "where": label,
    }
