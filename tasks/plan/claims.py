"""Who manages what: what the files of several syncs say of one place, and what a sync's own last plans have left there.

A place is what a service holds: owners with their entries, or one phone list. An owner has one file; so has a name on
a list.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from schemas.plan import WRITES, Action, Outcome
from schemas.problems import DRIFT, Code, Problem, packed
from tasks.empty_tables import no_rows
from tasks.phone.canonical_keys import tidy_text
from tasks.plan.drift import wanted_of_drift
from tasks.plan.resemblance import unread_numbers
from tasks.source.validation import Checked
from tasks.text_columns import casefolded, is_in


@dataclass(frozen=True)
class FileClaims:
    """What one file claims of its place.

    Attributes:
        sync: the sync's name.
        file: the file.
        claims: `line, claim`: an owner or, where a place is one owner, a name; each claim once, by its first line.
        keys: canonical keys of the numbers that the file wants or may want anywhere in the place.
        lines: `claim, key`: its trusted lines with a number, but those of a claim that a rejected line is about too.
        unread: its cells that may hold a number which cannot be read, see `unread_numbers`.
    """

    sync: str
    file: str
    claims: pd.DataFrame
    keys: frozenset[str] = frozenset()
    lines: pd.DataFrame = field(default_factory=lambda: no_rows("claim", "key"))
    unread: pd.DataFrame = field(default_factory=lambda: no_rows("line", "value"))


@dataclass(frozen=True)
class Rivals:
    """What is known of the other syncs of a place.

    Attributes:
        files: what their files claim.
        unread: syncs whose files cannot be read: what has left our file may have moved to theirs.
    """

    files: Sequence[FileClaims] = ()
    unread: frozenset[str] = frozenset()

    @property
    def claimed(self) -> frozenset[str]:
        """All that another file claims."""
        return frozenset(claim for file in self.files for claim in file.claims["claim"])


@dataclass(frozen=True)
class Contest:
    """One claim in two files."""

    claim: str
    line: int
    other: FileClaims
    other_line: int


def claims_of(sync: str, file: str, checked: Checked, *, by_name: bool) -> FileClaims:
    """Return what a judged file claims: also what a rejected line is about, and names that a line gives up."""
    column = "name" if by_name else "owner"
    parts = [checked.desired[["line", column]], checked.rejected[["line", column]]]
    if by_name:
        parts.append(checked.desired[["line", "old_name"]].set_axis(["line", column], axis=1))
    else:
        parts.append(checked.clears[["line", column]])
    found = pd.concat(parts, ignore_index=True).set_axis(["line", "claim"], axis=1)
    found = found[found["claim"] != ""].sort_values("line", kind="stable")
    keys = {*checked.desired["key"], *checked.rejected["key"]} - {""}
    sure = checked.desired[~is_in(checked.desired[column], checked.rejected[column])]
    lines = sure.loc[(sure["key"] != "") & (sure[column] != ""), [column, "key"]].set_axis(["claim", "key"], axis=1)
    claims = found.drop_duplicates("claim", ignore_index=True)
    return FileClaims(sync, file, claims, frozenset(keys), lines, unread_numbers(checked.rejected))


def handed_over(last: pd.DataFrame, theirs: pd.DataFrame, *, by_name: bool) -> int:
    """Return how many lines of a file's last plan other files of the place have now: the same claim with its number.

    No claim is in two files, so such a line has left the one that the plan was made from. A line counts once, where
    all entries that it brings are there, and none of these more often than it stands in the other file.

    Args:
        last: `Plan`.
        theirs: `claim, key`: the lines of the other files, see `FileClaims`.
        by_name: a claim is a name.
    """
    had = last[(last["line"] > 0) & (last["key_after"] != "")]
    ours = _line_keys(had["name_after" if by_name else "owner"], had["key_after"])
    have = _line_keys(theirs["claim"], theirs["key"]).value_counts()
    there = ours.groupby(ours).cumcount() < ours.map(have).fillna(0)
    return int(there.groupby(had["line"]).all().sum())


def _line_keys(claims: pd.Series, keys: pd.Series) -> pd.Series:
    """A place may show a name in other letters than the file has; with the same number it is the same line."""
    return casefolded(tidy_text(claims)) + "\x1f" + keys


def contested(mine: FileClaims, others: Iterable[FileClaims], *, fold_names: bool = False) -> list[Contest]:
    """Return every claim that another file has too, in the order of our lines.

    Args:
        mine: what one file claims.
        others: what the others do.
        fold_names: the place has been seen to ignore the case of names.
    """
    found = []
    ours = _as_compared(mine, fold_names)
    for other in others:
        both = ours.merge(_as_compared(other, fold_names), on="same", suffixes=("", "_other"))
        rows = zip(both["claim"], both["line"], both["line_other"], strict=True)
        found += [Contest(str(claim), int(line), other, int(there)) for claim, line, there in rows]
    return sorted(found, key=lambda contest: (contest.line, contest.other.sync))


def _as_compared(file: FileClaims, fold_names: bool) -> pd.DataFrame:  # noqa: FBT001 - passed on
    claims = file.claims["claim"]
    return file.claims.assign(same=casefolded(claims) if fold_names else claims)


@dataclass(frozen=True)
class WrittenPlan:
    """A plan that was written.

    Attributes:
        entries: its rows.
        outcomes: what became of those that change something.
        whole: it was made from the whole file, and verified.
    """

    entries: pd.DataFrame
    outcomes: Mapping[int, str] = field(default_factory=dict)
    whole: bool = False


def mark_left(plan: pd.DataFrame, gone: frozenset[str]) -> pd.DataFrame:
    """Return the `Plan` with the entries named whose owners have left the file, and which stay.

    What others have put there, and what is left as they left it, is told as that.
    """
    left = is_in(plan["owner"], gone) & (plan["action"] == Action.FOREIGN) & ~plan["code"].isin(DRIFT)
    if not left.any():
        return plan
    return plan.assign(
        problems=plan["problems"].mask(left, packed(Problem(Code.OWNER_LEFT))),
        code=plan["code"].mask(left, str(Code.OWNER_LEFT.value)),
    )


_LEFT = ["owner", "name", "number", "type_id", "key", "claimed"]
# Ours, and not deleted for another reason.
_WOULD_GO = frozenset(
    {
        *(Code.DELETION_HELD, Code.LEDGER_OLDER, Code.ARRIVAL_AWAITED, Code.ARRIVAL_UNREAD, Code.MOVES_AWAY),
        *(Code.LIKE_UNREAD_LINE, Code.LIKE_UNREAD_LINE_OF),
    }
)
_DOUBTFUL = {str(outcome.value) for outcome in (Outcome.UNKNOWN, Outcome.CONFLICT)}


def left_behind(plans: Iterable[WrittenPlan], owners: Collection[str]) -> pd.DataFrame:
    """Return the entries that a sync has left in its place, as far as it knows.

    Columns `owner, name, number, type_id, key, claimed`; claimed is what its file has said, or said before.

    Args:
        plans: what it has written there, newest first; the newest one about an owner says how that owner was left. An
            owner of which something is unknown is left out: nobody can say what was left there.
        owners: those that it manages: no plan is asked for that is older than what is known of each of them.
    """
    known: set[str] = set()
    nothing = {column: pd.Series(dtype="str") for column in _LEFT}
    found = [pd.DataFrame({**nothing, "claimed": pd.Series(dtype="bool")})]
    for plan in plans:
        rows = plan.entries[(plan.entries["owner"] != "") & ~is_in(plan.entries["owner"], known)]
        known |= set(rows["owner"].unique())
        # What others have changed and nobody has put right is not how the sync has left it.
        drifted = rows["code"].isin(DRIFT) & ~rows["action"].isin(WRITES)
        found.append(_before_drift(rows[drifted]))
        rows = rows[~drifted]
        outcome = pd.Series("", index=rows.index, dtype="str")
        noted = pd.Series(dict(plan.outcomes), dtype="str")
        outcome.update(noted[noted.index.isin(rows.index)])
        doubtful = set(rows.loc[outcome.isin(_DOUBTFUL), "owner"])
        written = (outcome == Outcome.APPLIED) | (outcome == Outcome.UNCHANGED) | ~rows["action"].isin(WRITES)
        for done, image in ((written, "after"), (~written, "before")):
            some = rows[done & ~is_in(rows["owner"], doubtful) & (rows[f"key_{image}"] != "")]
            columns = ["owner", *(f"{name}_{image}" for name in ("name", "number", "type", "key"))]
            # What it has put there is its own, also where a `revert` did and no line wants it.
            ours = (some["line"] > 0) | some["action"].isin(WRITES) | some["code"].isin(_WOULD_GO)
            found.append(some[columns].assign(claimed=ours).set_axis(_LEFT, axis=1))
        if plan.whole or known.issuperset(owners):
            break
    return pd.concat(found, ignore_index=True)


def _before_drift(rows: pd.DataFrame) -> pd.DataFrame:
    """Return what the sync had left where others have changed it since and that was let stand."""
    wanted = [wanted_of_drift(problems) for problems in rows["problems"].tolist()]
    table = pd.DataFrame(wanted, columns=_LEFT[1:-1], dtype="str").assign(owner=rows["owner"].tolist(), claimed=True)
    return table.loc[table["key"] != "", _LEFT]
