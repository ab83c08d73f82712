"""What happens to an entry, on one page: what is decided first is never decided again.

One algorithm for every service; they differ in which key comes first: the number within its owner and then the name, or
the name within its list and then the number.
"""

from __future__ import annotations

import pandas as pd

from schemas.plan import Action
from schemas.problems import Code, Problem
from tasks.plan.candidates import (
    confirmed_entries,
    free_pairs,
    hold_departures,
    hold_mentioned,
    hold_owners,
    hold_repeated_lines,
    hold_repeated_names,
    hold_spoken_of,
    hold_together,
    keep_equal,
    leave_odd_entries,
    leave_to_others,
    may_delete,
    set_up,
    untied_line,
)
from tasks.plan.draft import Inputs, Policy
from tasks.plan.renames import rename_explicitly
from tasks.plan.table import plan_table


def plan(inputs: Inputs, policy: Policy) -> pd.DataFrame:
    """Return the `Plan`: every desired line, every rejected line and every current entry exactly once.

    Nothing that a rejected line might refer to is changed; nothing is deleted without permission; what could mean two
    things is held. The order of the rows of the input does not matter.
    """
    draft = set_up(inputs, policy)
    primary, secondary = ("tidy", "key") if policy.names_are_keys else ("key", "tidy")
    leave_to_others(draft, policy)
    # A bad line may be about any entry that it resembles: those stay as they are, and the good lines about them wait.
    confirmed = confirmed_entries(draft, inputs.rejected, policy)
    untied = untied_line(inputs, draft.current, confirmed, policy)
    if policy.names_are_keys:
        leave_odd_entries(draft)
        hold_repeated_names(draft)
        hold_repeated_lines(draft)
        hold_mentioned(draft, inputs.rejected, confirmed)
        hold_spoken_of(draft, inputs)
        hold_together(draft)
        # The file itself says which name becomes which; a name that is given up may be taken by another line.
        released = rename_explicitly(draft)
        hold_together(draft)
    else:
        hold_owners(draft, inputs.rejected, policy)
        released = draft.no_entry()
    # A number that another owner is to have leaves only when it has arrived there.
    hold_departures(draft, inputs, policy)
    # The same number under the same name: it stays, whatever its spelling.
    keep_equal(draft, policy)
    # The same key: the entry is what the line is about, and the rest of it changes.
    draft.decide(free_pairs(draft, primary), Action.MODIFY)
    # A rename removes a name, so it needs the permission to delete; and while a line is unreadable, a number that
    # seems to have been replaced may be the very one that line is about.
    if untied is None and (policy.delete_missing or not policy.names_are_keys):
        draft.decide(
            free_pairs(draft, secondary, unique=True), Action.RENAME if policy.names_are_keys else Action.MODIFY
        )
    # What the file wants and nobody has yet.
    draft.decide_desired(draft.desired_free, Action.ADD)
    # What nobody wants any more goes only where that is allowed, and never while a bad line could be about it.
    deleted = may_delete(draft, inputs.clears, policy) | released
    if not policy.deletions:
        draft.hold_current(deleted, draft.reason(Problem(Code.LEDGER_OLDER)))
    if untied is not None:
        draft.hold_current(deleted, draft.reason(Problem(Code.DELETION_HELD, place=untied)))
    draft.decide_current(deleted, Action.DELETE)
    # All the rest is somebody else's business.
    draft.decide_current(draft.current_free, Action.FOREIGN)
    return plan_table(draft, inputs, primary, policy.unread)
