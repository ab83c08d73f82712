"""Route what a plan still wants of a phone list: which entries to send, given what stands there right now.

Worked out anew from what stands there each time something was sent, so that a half-done batch, a lost answer or a
rename that has happened already lead to the steps that are left and to no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from schemas.plan import Action
from tasks.phone.canonical_keys import tidy_text
from tasks.text_columns import casefolded, is_in


@dataclass(frozen=True)
class ListChange:
    """One change of a list.

    Attributes:
        action: add, modify, rename or delete.
        row: the position in the plan's table.
        name: the entry's name as it stands ("" for an addition).
        number: its number as it stands.
        new_name: the name it is to have ("" for a deletion).
        new_number: the number it is to have.
    """

    action: Action
    row: int
    name: str = ""
    number: str = ""
    new_name: str = ""
    new_number: str = ""

    @property
    def aim(self) -> Aim:
        """Return what is to stand there in the end, whichever step brings it."""
        return Aim(self.row, self.new_name, self.new_number)


class Aim(NamedTuple):
    """What a row of a plan is to bring."""

    row: int
    name: str
    number: str


def aims(steps: Iterable[ListChange]) -> set[Aim]:
    """Return what these steps have brought once they are done; a rename keeps the number, and brings no row's whole."""
    return {step.aim for step in steps if step.action in {Action.ADD, Action.MODIFY}}


def list_changes(rows: pd.DataFrame, now: pd.DataFrame, *, fold_names: bool) -> list[ListChange]:
    """Return the steps that lead from `now` to what `rows` want; none for a row that is in place.

    Args:
        rows: `Plan` rows that change something, indexed by their position in the plan.
        now: `Current` of the list.
        fold_names: the list has been seen to ignore the case of names.
    """
    fold = str.casefold if fold_names else str
    entries = map(_Entry, now["name"].tolist(), now["number"].tolist(), now["key"].tolist())
    standing = dict(zip(map(fold, now["tidy"].tolist()), entries, strict=True))
    after, before = map(fold, tidy_text(rows["name_after"])), map(fold, tidy_text(rows["name_before"]))
    planned = map(
        _Planned,
        rows.index.tolist(),
        rows["action"].tolist(),
        *(rows[column].tolist() for column in ("name_after", "number_after", "key_after", "key_before")),
    )
    wanted = set(map(fold, tidy_text(rows["name_after"]))) - {""}
    steps = (
        _step(
            row,
            standing.get(name_after) if name_after else None,
            _free(standing, name_before, wanted),
        )
        for row, name_after, name_before in zip(planned, after, before, strict=True)
    )
    return [step for step in steps if step]


@dataclass(frozen=True)
class _Entry:
    name: str
    number: str
    key: str


@dataclass(frozen=True)
class _Planned:
    row: int
    action: str
    name: str
    number: str
    key: str
    key_before: str


def _free(standing: dict[str, _Entry], name: str, wanted: set[str]) -> _Entry | None:
    """Find the entry to delete or rename, unless another row wants its name to stand."""
    return None if name in wanted else standing.get(name)


def _step(row: _Planned, there: _Entry | None, here: _Entry | None) -> ListChange | None:
    """Return the one step a row needs, given the entry of its new name and the one of its old name."""
    if row.action == Action.DELETE:
        # Somebody gave the name another number meanwhile: that entry is not the one that was to go.
        gone = here is None or here.key != row.key_before
        return None if gone or here is None else ListChange(Action.DELETE, row.row, here.name, here.number)
    if there and there.key != row.key:
        return ListChange(Action.MODIFY, row.row, there.name, there.number, there.name, row.number)
    if there:
        # A rename that had to be done as an addition: the old name goes once the new one stands.
        left = row.action == Action.RENAME and here is not None and here.key == row.key_before
        return ListChange(Action.DELETE, row.row, here.name, here.number) if left and here else None
    if row.action == Action.RENAME and here:
        return ListChange(Action.RENAME, row.row, here.name, here.number, row.name, row.number)
    return ListChange(Action.ADD, row.row, "", "", row.name, row.number)


@dataclass(frozen=True)
class FileRow:
    """A row of a batch file: its fields, and the plan row it carries out (None for an entry that just stays)."""

    fields: tuple[str, ...]
    row: int | None = None


def compose(now: pd.DataFrame, steps: Sequence[ListChange]) -> list[FileRow]:
    """Return the complete list as a batch file: whatever it leaves out, the server may delete.

    A rename carries the number that stands there: some servers check it, some ignore another one. An additional change
    of the number is a step of its own, once the new name stands.
    """
    by_name = {step.name: step for step in steps if step.action is not Action.ADD}
    file = []
    for name, number in zip(now["name"], now["number"], strict=True):
        step = by_name.get(name)
        if step is None:
            file.append(FileRow((name, number)))
        elif step.action is Action.MODIFY:
            file.append(FileRow((name, step.new_number), step.row))
        elif step.action is Action.RENAME:
            file.append(FileRow((name, number, step.new_name), step.row))
    added = [FileRow((step.new_name, step.new_number), step.row) for step in steps if step.action is Action.ADD]
    return [*file, *added]


def lost(stood: pd.DataFrame, now: pd.DataFrame, leaving: set[str], *, fold_names: bool) -> pd.DataFrame:
    """Return the entries that stood in the list, that nobody wanted gone, and whose names it does not have any more.

    Args:
        stood: `Current` before anything was sent.
        now: `Current` after.
        leaving: tidied names that may be gone: deleted, renamed, or still being worked on.
        fold_names: the list has been seen to ignore the case of names.
    """
    names, there = stood["tidy"], now["tidy"]
    if fold_names:
        names, there, leaving = casefolded(names), casefolded(there), {name.casefold() for name in leaving}
    return stood[~is_in(names, {*there, *leaving})]
