"""A plan while it is being made: its tables, how far it may go, what is still free on each side, what is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from schemas.plan import Action
from schemas.problems import Problem
from tasks.pairing import Ints, Pairs, join
from tasks.text_columns import Mask


@dataclass(frozen=True)
class Inputs:
    """The tables a plan is made of.

    Attributes:
        desired: `Desired`.
        rejected: `Rejected`; several rows of one line are one line with several reasons.
        clears: columns `line, owner`: lines that say "this owner has no numbers", with the permission to clear it.
        repeats: columns `line, owner, problems`: lines that say again what another line says, and which one, packed.
        current: `Current`: the entries of all owners the sync manages, and of owners that have left its CSV.
        mentioned: numbers that no line has and a text of the file speaks of, by their keys, each with its line.
    """

    desired: pd.DataFrame
    rejected: pd.DataFrame
    clears: pd.DataFrame
    repeats: pd.DataFrame
    current: pd.DataFrame
    mentioned: Mapping[str, int] = field(default_factory=dict)


class Draft:
    """Desired and current rows, each decided exactly once; a position of -1 means "no row on this side".

    `numbers` holds, for each column that rows are paired by, the numbers of its values on both sides: texts are
    compared once, and their numbers from then on.
    """

    def __init__(self, desired: pd.DataFrame, current: pd.DataFrame, numbers: Mapping[str, Pairs]) -> None:
        self.desired = desired
        self.current = current
        self.numbers = numbers
        self.desired_free: Mask = np.ones(len(desired), dtype=np.bool_)
        self.current_free: Mask = np.ones(len(current), dtype=np.bool_)
        self.decisions: list[tuple[Ints, Ints, Action]] = []
        self.held_desired: Ints = np.empty(0, dtype=np.int64)
        self.held_current: Ints = np.empty(0, dtype=np.int64)
        # What is said of rows that wait, numbered: millions of them may wait for one reason.
        self.reasons: list[Problem | None] = [None]
        self.why_desired: Ints = np.zeros(len(desired), dtype=np.int64)
        self.why_current: Ints = np.zeros(len(current), dtype=np.int64)

    def no_entry(self) -> Mask:
        """Return the mask that none of the current rows is in."""
        return np.zeros(len(self.current), dtype=np.bool_)

    def decide(self, pairs: Pairs, action: Action) -> None:
        """Settle pairs of positions."""
        left, right = pairs
        self.desired_free[left[left >= 0]] = False
        self.current_free[right[right >= 0]] = False
        self.decisions.append((left, right, action))

    def decide_desired(self, mask: Mask, action: Action) -> None:
        """Settle the free desired rows of the mask, which have no counterpart."""
        left = np.flatnonzero(self.desired_free & mask)
        self.decide((left, np.full(len(left), -1, dtype=np.int64)), action)

    def decide_current(self, mask: Mask, action: Action) -> None:
        """Settle the free current rows of the mask, which have no counterpart."""
        right = np.flatnonzero(self.current_free & mask)
        self.decide((np.full(len(right), -1, dtype=np.int64), right), action)

    def reason(self, problem: Problem) -> int:
        """Return the number of what is said of rows that wait; 0 says nothing."""
        self.reasons.append(problem)
        return len(self.reasons) - 1

    def hold_desired(self, mask: Mask, why: int | Ints) -> None:
        """Let the free desired rows of the mask wait, for one reason or each for its own."""
        rows = np.flatnonzero(self.desired_free & mask)
        self.desired_free[rows] = False
        self.why_desired[rows] = why if isinstance(why, int) else why[rows]
        self.held_desired = np.concatenate([self.held_desired, rows])

    def hold_current(self, mask: Mask, why: int | Ints) -> None:
        """Leave the free current rows of the mask as they are, for one reason or each for its own."""
        rows = np.flatnonzero(self.current_free & mask)
        self.current_free[rows] = False
        self.why_current[rows] = why if isinstance(why, int) else why[rows]
        self.held_current = np.concatenate([self.held_current, rows])

    def free(self) -> Pairs:
        """Return the positions still free on both sides."""
        return np.flatnonzero(self.desired_free), np.flatnonzero(self.current_free)

    def codes(self, desired: Ints, current: Ints, columns: Sequence[str]) -> Pairs:
        """Number rows at these positions so that two have one number exactly where all columns are equal."""
        return join([(left[desired], right[current]) for left, right in map(self.numbers.__getitem__, columns)])


@dataclass(frozen=True)
class Policy:
    """How far this plan may go.

    Attributes:
        names_are_keys: the name is the primary key and the number the secondary one; otherwise the other way round.
        delete_missing: entries of managed owners that no line mentions are deleted; otherwise they are foreign.
        clear_gone: owners that earlier runs wrote and the CSV no longer has are cleared; otherwise foreign.
        gone: those owners.
        unread: owners whose entries could not be read, with the reason; all their lines are held.
        fold_names: the target has been seen to ignore the case of names.
        names_managed: the source has a column of names; otherwise names stay as they stand.
        kept_types: (owner, key) of entries whose type the target has been seen to keep.
        elsewhere: names on the list that other files claim: they are theirs.
        own: on a list with several files, the names that this sync has brought; what nobody claims is left alone. None
            where the list has one file.
        deletions: entries may be deleted at all; otherwise those that would be are held.
        awaited: numbers that may not go before another sync has put them into its place, each with what is said then.
    """

    names_are_keys: bool
    delete_missing: bool
    clear_gone: bool = False
    gone: frozenset[str] = frozenset()
    unread: dict[str, str] = field(default_factory=dict)
    fold_names: bool = False
    names_managed: bool = True
    kept_types: frozenset[tuple[str, str]] = frozenset()
    deletions: bool = True
    elsewhere: frozenset[str] = frozenset()
    own: frozenset[str] | None = None
    awaited: Mapping[str, Problem] = field(default_factory=dict)
