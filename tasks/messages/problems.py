"""The sentences that people read of a row of a plan, and of what became of it, by their codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from schemas.problems import Code, Problem

_CHANGED: Final = "changed by somebody else since the plan was made"
_DELETED: Final = "the service deleted this entry, which nobody had asked for"

# `{said}` stands for words that are not ours to translate: a service's, an error's.
ENGLISH: Final[Mapping[Code, str]] = {
    Code.SERVICE_SAID: "{said}",
    Code.SEEN_IN_PLACE: "no clear answer, but seen in place",
    Code.REFUSED: "{said}",
    Code.ACCESS_DENIED: "{said}",
    Code.NO_EFFECT: "{said}",
    Code.SHOWN_OTHERWISE: "the service confirmed it, but shows something else",
    Code.NOT_READ_BACK: "sent, but what came of it could not be read",
    Code.NEITHER_OLD_NOR_NEW: "after an unclear answer neither the old entries stand there nor the new ones",
    Code.OLD_ENTRY_STANDS: "the new entry stands, and the old one still does: {said}",
    Code.CUT_SHORT: "stopped before all of it was done; phonesync resume does the rest",
    Code.NOT_SENT: "not sent",
    Code.WRITING_ENDED: "not sent: writing ended before its turn came",
    Code.NOT_READ_BEFORE: "not sent: {said}",
    Code.GUARD_STOPPED: "not sent: a guard stopped it",
    Code.OWNER_CHANGED: "not sent: this owner's numbers have changed since the plan was made",
    Code.NOT_COMPARED: "not compared: {said}",
    Code.DONE_BY_OTHERS: "somebody else has done it already",
    Code.CHANGED_BY_OTHERS: "changed by somebody else",
    Code.CHANGED_DURING_RUN: "changed by somebody else while this run was at work",
    Code.NUMBER_CHANGED: f"{_CHANGED}: now its number is {{number}}",
    Code.ENTRY_GONE: f"{_CHANGED}: the entry is not there any more",
    Code.CAME_DURING_RUN: "came, changed or could first be read while this run was at work; left as it is",
    Code.NOT_KEPT: "it does not stand there any more as it stood",
    Code.NOT_KEPT_IN_LIST: "it does not stand in the list any more as it stood",
    Code.GONE_WHEN_LAST_READ: "it was gone when the list was last read",
    Code.IN_DOUBT: (
        "the service refused its row of the file, or deleted it, and the list could not be read after that"
    ),
    Code.PUT_BACK: "it was gone when the list could be read again; put back",
    Code.STILL_THERE: "it stands there as it stood",
    Code.DELETED_AND_PUT_BACK: f"{_DELETED}; put back",
    Code.DELETED_BY_SERVICE: f"{_DELETED}; not put back: {{said}}",
    Code.SEEN_AFTER_INTERRUPTION: "interrupted before its answer was kept; seen in place",
    Code.SEEN_AFTER_WORKER_DIED: "sent by a worker that died before its answer was kept; seen in place",
    Code.GONE_AFTER_INTERRUPTION: "it does not stand there any more as it stood before the interruption",
    Code.UNSENT_AFTER_INTERRUPTION: "interrupted before it had an effect; the next plan takes it up again",
    Code.LINE_REJECTED: "rejected: {said}",
    Code.LINE_REPEATED: "{said}",
    Code.OWNER_UNREAD: "{said}",
    Code.OWNER_EMPTY: "this owner has no numbers, as the line wants",
    Code.OWNER_LINE_REJECTED: "held: line {place} of the same owner was rejected",
    Code.NAME_REPEATED: "held: this name stands in the list more than once",
    Code.LIKE_REJECTED_LINE: "held: a rejected line has its name or its number",
    Code.LINE_HELD: "held: a line about this entry is held",
    Code.ENTRY_HELD: "held: an entry of this name is held",
    Code.NEW_NAME_STANDS: "held: the new name already stands in the list",
    Code.DELETION_HELD: "not deleted: line {place} could be about it, or about any other entry",
    Code.ENGLISH_LOST: "its English comment is lost: only the Polish one can be stored",
    Code.OWNER_LEFT: "its owner has left the file; the numbers stay until somebody clears or releases it",
    Code.MOVES_AWAY: "moves to {owner}, and leaves when it has arrived there",
    Code.MOVES_HERE: "moves here from {owner}",
    Code.ARRIVAL_HELD: "not taken away: line {place} wants it for another owner and is held",
    Code.ARRIVAL_AWAITED: "not taken away: sync {sync} wants it for another owner and has not put it there yet",
    Code.ARRIVAL_FAILED: "not taken away: it has not arrived at its new owner",
    Code.DRIFT_CHANGED: "changed by somebody else since the last run",
    Code.DRIFT_REMOVED: "removed by somebody else since the last run",
    Code.DRIFT_ADDED: "added by somebody else since the last run",
    Code.CHANGED_SINCE_RUN: "left as it is: it has changed again since that run",
    Code.NAME_TAKEN: "not put back: another entry has this name now",
}


def sentence(problem: Problem) -> str:
    """Return what people read of it; "" where a service has said nothing."""
    return ENGLISH[problem.code].format(place=problem.place, **problem.values)
