"""Guard a plan: find every limit it exceeds. A plan that trips a guard is kept, and written only with an approval.

What a guard says is made of its figures (`tasks.messages.guards`); its English sentence is kept with the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from schemas.plan import WRITES, Action, GuardHit
from schemas.problems import DRIFT, Code, Problem
from schemas.syncs import Guard
from tasks.messages.guards import guard_sentence
from tasks.text_columns import is_in, matching

# Below this many entries a share says little: one of four is a quarter.
_ENOUGH = 10
_LETTER: Final = r"[\pL\p{Nl}\p{No}]"


@dataclass(frozen=True)
class Facts:
    """What the guards look at besides the plan.

    Attributes:
        source_rows: lines of the source, good and bad.
        last_rows: lines of the source at the last good run, None where there was none.
        handed_over: lines among these that are in files of other syncs now.
        number_rejects: lines rejected because of their number column.
        deleted_lately: entries deleted within the last seven days.
        left: entries that the sync had left in its place, as far as it knows.
        api_changes: what the client needs of the service, and the service does not say any more.
        ask_of_drift: whether what others have changed needs a yes before it is put right.
        ask_always: whether every plan that changes anything needs a yes.
    """

    source_rows: int
    last_rows: int | None = None
    handed_over: int = 0
    number_rejects: int = 0
    deleted_lately: int = 0
    left: int = 0
    ask_of_drift: bool = False
    ask_always: bool = False
    api_changes: tuple[Problem, ...] = ()


def guard(plan: pd.DataFrame, facts: Facts, limits: Guard) -> list[GuardHit]:
    """Return every limit that the plan exceeds, in a fixed order; an empty list lets it pass."""
    counts = plan["action"].value_counts()
    # A number that moves to another owner is not lost.
    deletes = int(((plan["action"] == Action.DELETE) & (plan["code"] != Code.MOVES_AWAY)).sum())
    current = int((plan["number_before"] != "").sum())
    hits = [
        *_source(facts, limits),
        *_deletes(deletes, current, limits),
        *_deletes_of_a_week(deletes, facts.deleted_lately, limits),
        *_changes(int(counts.get(Action.MODIFY, 0)) + int(counts.get(Action.RENAME, 0)), current, limits),
        *_moved(plan, facts, limits),
        *_drift(int((plan["code"].isin(DRIFT) & plan["action"].isin(WRITES)).sum()), facts, limits),
        *_interface(facts, limits),
        *_ask(int(plan["action"].isin(WRITES).sum()), facts),
    ]
    return [replace(hit, message=guard_sentence(hit.as_json())) for hit in hits]


def _source(facts: Facts, limits: Guard) -> list[GuardHit]:
    if facts.source_rows == 0:
        if limits.allow_empty:
            return []
        return [GuardHit("allow_empty", 0, 1, details={"last_rows": facts.last_rows} if facts.last_rows else {})]
    # What another file has now is not lost; the rest is judged as if the file had never had more.
    expected = (facts.last_rows or 0) - facts.handed_over
    if facts.source_rows >= expected:
        return []
    drop, limit = 1 - facts.source_rows / expected, limits.max_source_drop
    if not _over(drop, limit):
        return []
    lost = expected - facts.source_rows
    return [GuardHit("max_source_drop", drop, limit, handed_over=facts.handed_over, count=lost, total=expected)]


def _deletes(deletes: int, current: int, limits: Guard) -> list[GuardHit]:
    hits = []
    if deletes > limits.max_deletes:
        hits.append(GuardHit("max_deletes", deletes, limits.max_deletes))
    share = deletes / current if current else 0.0
    # One deletion alone is everyday work, unless it is the last entry.
    if _over(share, limits.max_delete_share) and (deletes > 1 or deletes == current):
        hits.append(GuardHit("max_delete_share", share, limits.max_delete_share, count=deletes, total=current))
    return hits


def _deletes_of_a_week(deletes: int, lately: int, limits: Guard) -> list[GuardHit]:
    """Keep many small deletions from adding up to a large one."""
    limit = limits.max_deletes_per_week
    if limit is None or not deletes or deletes + lately <= limit:
        return []
    return [GuardHit("max_deletes_per_week", deletes + lately, limit, details={"this_plan": deletes})]


def _changes(changes: int, current: int, limits: Guard) -> list[GuardHit]:
    hits = []
    if limits.max_changes is not None and changes > limits.max_changes:
        hits.append(GuardHit("max_changes", changes, limits.max_changes))
    share = changes / current if current else 0.0
    if _over(share, limits.max_change_share) and current >= _ENOUGH:
        hits.append(GuardHit("max_change_share", share, limits.max_change_share, count=changes, total=current))
    return hits


def _moved(plan: pd.DataFrame, facts: Facts, limits: Guard) -> list[GuardHit]:
    """Look for a spreadsheet whose columns slipped against each other: sorted alone, emptied, or swapped."""
    if facts.source_rows < _ENOUGH:
        return []
    wanted = (plan["line"] > 0) & (plan["key_after"] != "")
    come = wanted & (plan["key_after"] != plan["key_before"])
    named_anew = wanted & (plan["number_before"] != "") & (plan["name_before"] != plan["name_after"])
    found = {"numbers_elsewhere": _stood_elsewhere(plan, come) if come.any() else 0}
    if named_anew.any():
        before, after = plan.loc[named_anew, "name_before"], plan.loc[named_anew, "name_after"]
        found["comments_emptied"] = int((after == "").sum())
        wordless = matching(before, _LETTER) & ~matching(after, _LETTER) & (after != "")
        found["comments_wordless"] = int(wordless.sum())
    found["numbers_unreadable"] = facts.number_rejects
    limit, total = limits.max_moved_share, facts.source_rows
    return [
        GuardHit("max_moved_share", count / total, limit, count=count, total=total, details={name: count})
        for name, count in found.items()
        if _over(count / total, limit)
    ]


def _stood_elsewhere(plan: pd.DataFrame, come: pd.Series) -> int:
    """Count the numbers that come to an owner, and that another owner has, but not this one."""
    wanted = plan.loc[come, ["owner", "key_after"]]
    stood = plan.loc[is_in(plan["key_before"], wanted["key_after"]), ["owner", "key_before"]]
    here = is_in(wanted["owner"] + "\x1f" + wanted["key_after"], stood["owner"] + "\x1f" + stood["key_before"])
    return int((is_in(wanted["key_after"], stood["key_before"]) & ~here).sum())


def _drift(drift: int, facts: Facts, limits: Guard) -> list[GuardHit]:
    """Stop a night in which somebody else has loaded the directory anew."""
    share, total = drift / facts.left if facts.left else 0.0, facts.left
    if _over(share, limits.max_drift_share) and facts.left >= _ENOUGH:
        return [GuardHit("max_drift_share", share, limits.max_drift_share, count=drift, total=total)]
    if drift and facts.ask_of_drift:
        return [GuardHit("on_drift", drift, 0, count=drift, total=total)]
    return []


def _interface(facts: Facts, limits: Guard) -> list[GuardHit]:
    """Stop before a service is written to that says of itself that it is called otherwise now."""
    if not facts.api_changes or not limits.api_changed:
        return []
    return [GuardHit("api_changed", len(facts.api_changes), 0, changes=facts.api_changes)]


def _ask(writes: int, facts: Facts) -> list[GuardHit]:
    """Stop every plan that changes anything, where a person wants to see each of them first."""
    if not facts.ask_always or not writes:
        return []
    return [GuardHit("ask", writes, 0)]


def _over(share: float, limit: float) -> bool:
    """Compare as people do: six of twenty are 30 %, whatever floating point makes of it."""
    return share - limit > 1e-9
