"""What code says to people: a stable code with its values, never a sentence.

Programs store, compare and mask codes and values; `tasks.messages.rendering` makes sentences of them, where they are
shown.
Codes of files and of their lines stand in `schemas.reasons`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from schemas.reasons import FileCode, LineCode

if TYPE_CHECKING:
    import pandas as pd  # `--help` is there before it could be imported


class Code(StrEnum):
    """What can be said of a row. A code never changes its meaning; one that is not said any more is not used again."""

    # Of a change that was to be written: what the service said, and what reading has shown.
    SERVICE_SAID = "service_said"
    SEEN_IN_PLACE = "seen_in_place"
    REFUSED = "refused"
    ACCESS_DENIED = "access_denied"
    NO_EFFECT = "no_effect"
    SHOWN_OTHERWISE = "shown_otherwise"
    STORED_OTHERWISE = "stored_otherwise"
    NOT_SHOWN_YET = "not_shown_yet"
    NOT_READ_BACK = "not_read_back"
    CONFIRMED_UNSEEN = "confirmed_unseen"
    PAUSE_ASKED = "pause_asked"
    MAY_STILL_COME = "may_still_come"
    NEITHER_OLD_NOR_NEW = "neither_old_nor_new"
    OLD_ENTRY_STANDS = "old_entry_stands"
    OLD_NUMBER_STANDS = "old_number_stands"
    CUT_SHORT = "cut_short"
    # Of a change that was not sent.
    NOT_SENT = "not_sent"
    WRITING_ENDED = "writing_ended"
    NOT_READ_BEFORE = "not_read_before"
    GUARD_STOPPED = "guard_stopped"
    OWNER_CHANGED = "owner_changed"
    NOT_COMPARED = "not_compared"
    # Of what others have done.
    DONE_BY_OTHERS = "done_by_others"
    CHANGED_BY_OTHERS = "changed_by_others"
    CHANGED_DURING_RUN = "changed_during_run"
    DONE_BY_SYNC = "done_by_sync"
    NUMBER_CHANGED = "number_changed"
    ENTRY_GONE = "entry_gone"
    CAME_DURING_RUN = "came_during_run"
    # Of an entry at rest.
    NOT_KEPT = "not_kept"
    NOT_KEPT_IN_LIST = "not_kept_in_list"
    GONE_WHEN_LAST_READ = "gone_when_last_read"
    IN_DOUBT = "in_doubt"
    PUT_BACK = "put_back"
    STILL_THERE = "still_there"
    # Of an entry that the service has deleted by itself.
    DELETED_AND_PUT_BACK = "deleted_and_put_back"
    DELETED_BY_SERVICE = "deleted_by_service"
    OVERWRITTEN = "overwritten"
    BROUGHT_BACK = "brought_back"
    REMOVED_AGAIN = "removed_again"
    SENT_WITHOUT_EFFECT = "sent_without_effect"
    RESTORING_IS_OFF = "restoring_is_off"
    # Of a run that was interrupted.
    SEEN_AFTER_INTERRUPTION = "seen_after_interruption"
    SEEN_AFTER_WORKER_DIED = "seen_after_worker_died"
    GONE_AFTER_INTERRUPTION = "gone_after_interruption"
    UNSENT_AFTER_INTERRUPTION = "unsent_after_interruption"
    NO_LONGER_WANTED = "no_longer_wanted"
    HELD_OR_UNWANTED = "held_or_unwanted"
    WAITS_FOR_NEW = "waits_for_new"
    COST_BY_INTERRUPTION = "cost_by_interruption"
    ERASED = "erased"
    # Of a row of a plan, before anything is written; a rejected line has the code of its own rule.
    LINE_REPEATED = "line_repeated"
    OWNER_UNREAD = "owner_unread"
    OWNER_EMPTY = "owner_empty"
    OWNER_LINE_REJECTED = "owner_line_rejected"
    NAME_REPEATED = "name_repeated"
    ENTRY_ODD = "entry_odd"
    NAMES_BECOME_ONE = "names_become_one"
    LIKE_REJECTED_LINE = "like_rejected_line"
    LINE_HELD = "line_held"
    ENTRY_HELD = "entry_held"
    NEW_NAME_STANDS = "new_name_stands"
    DELETION_HELD = "deletion_held"
    LEDGER_OLDER = "ledger_older"
    ENGLISH_LOST = "english_lost"
    OWNER_LEFT = "left"
    MOVES_AWAY = "moves_away"
    MOVES_HERE = "moves_here"
    ARRIVAL_HELD = "arrival_held"
    ARRIVAL_AWAITED = "arrival_awaited"
    ARRIVAL_UNREAD = "arrival_unread"
    LIKE_UNREAD_LINE = "like_unread_line"
    LIKE_UNREAD_LINE_OF = "like_unread_line_of"
    ARRIVAL_FAILED = "arrival_failed"
    NUMBER_MENTIONED = "number_mentioned"
    DRIFT_CHANGED = "drift_changed"
    DRIFT_REMOVED = "drift_removed"
    DRIFT_ADDED = "drift_added"
    CHANGED_SINCE_RUN = "changed_since_run"
    NAME_TAKEN = "name_taken"
    CAME_BACK = "came_back"
    PUT_BACK_SINCE = "put_back_since"
    # Of what a reconciliation finds in a place.
    NO_NUMBER_IN_IT = "no_number_in_it"
    NAME_STANDS_TWICE = "name_stands_twice"
    NUMBER_STANDS_TWICE = "number_stands_twice"
    REPLICA_LATE = "replica_late"
    # Of a service that describes its methods otherwise than they are used.
    API_ARGUMENT_GONE = "api_argument_gone"
    API_ARGUMENT_REQUIRED = "api_argument_required"
    API_FIELD_GONE = "api_field_gone"
    API_RIGHTS_CHANGED = "api_rights_changed"
    API_ARGUMENT_NEW = "api_argument_new"
    API_ARGUMENT_DEPRECATED = "api_argument_deprecated"
    API_FIELD_NEW = "api_field_new"
    # Of a service that does not say what owners are called.
    NAMES_UNKNOWN = "names_unknown"
    # In words that are not ours: of a release before there were codes, or of a rule that somebody's own service has.
    OTHER = "other"


_PACKED: Final = "[["
# What the entry of a row is called that shows no name, among the values of its problems; no sentence has it.
CALLED: Final = "called"
# What others have changed since a sync was last in step with its place.
DRIFT: Final = frozenset({Code.DRIFT_CHANGED, Code.DRIFT_REMOVED, Code.DRIFT_ADDED})
BY_OTHERS: Final = DRIFT | {Code.CAME_BACK}


@dataclass(frozen=True)
class Problem:
    """One thing that is said of a file, of a line or of a row.

    Attributes:
        code: what is said.
        values: what differs from case to case, by the names that the sentence has for it: numbers of entries, and what
            a service or an error has said in words of its own. `because` is a code that is said in the place of `said`;
            `column` and `cell` are where a rejected line's problem stands, and what stands there.
        place: the line of the file that is to blame, 0 where there is none.
    """

    code: Code | LineCode | FileCode
    values: Mapping[str, str] = field(default_factory=dict)
    place: int = 0


def with_name(problem: Problem, called: str) -> str:
    """Return a problem packed, with what its entry is called, for rows that show neither a name nor a number."""
    return packed(replace(problem, values={**dict(problem.values), CALLED: called}))


def packed(*problems: Problem) -> str:
    """Return problems as the text that tables and the ledger hold, "" for none."""
    if not problems:
        return ""
    said = [[str(problem.code.value), dict(problem.values), problem.place] for problem in problems]
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def is_packed(text: str) -> bool:
    """Tell whether a text is packed problems; what a release before codes has said is a sentence."""
    return text.startswith(_PACKED)


def unpacked(text: str) -> tuple[Problem, ...]:
    """Return the problems that were packed."""
    if not text:
        return ()
    return tuple(Problem(code_of(code), values, place) for code, values, place in json.loads(text))


def also(first: pd.Series, second: pd.Series) -> pd.Series:
    """Return columns of packed problems as one: what the first says, and then what the second says."""
    speaks, speaks_too = first != "", second != ""
    if not (speaks.any() and speaks_too.any()):
        return first if speaks.any() else second
    both = first.str.slice(stop=-1) + "," + second.str.slice(start=1)
    return both.where(speaks & speaks_too, first + second)


def packed_values(values: Mapping[str, str]) -> str:
    """Return the values alone, for tables that have the code in a column of its own; "" for none."""
    return json.dumps(dict(values), ensure_ascii=False, separators=(",", ":")) if values else ""


def unpacked_values(text: str) -> dict[str, str]:
    """Return the values that were packed alone."""
    return json.loads(text) if text else {}


@cache
def code_of(text: str) -> Code | LineCode | FileCode:
    """Return the code of that name; `Code.OTHER` where no release has known it."""
    kinds: tuple[type[Code | LineCode | FileCode], ...] = (Code, LineCode, FileCode)
    return next((kind(text) for kind in kinds if text in {*kind}), Code.OTHER)
