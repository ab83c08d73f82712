"""The verdict on a change: what was said about it, against what is seen."""

from __future__ import annotations

import pytest
from tables import clears, current, desired, rejected, repeats

from schemas.errors import Paused, ServiceError, UnknownOutcome, Unreachable
from schemas.execution import AnswerKind, WriteAnswer
from schemas.limits import CALL_SECONDS
from schemas.plan import Outcome
from schemas.problems import Code, Problem, packed
from tasks.execution.classify import (
    ReadBack,
    classify,
    classify_unread,
    half_done,
    halfway,
    row_outcome,
    without_effect,
    worth_another_try,
)
from tasks.plan.draft import Inputs, Policy
from tasks.plan.rules import plan

UNREAD, CHANGED = ReadBack(read=False, untouched=False), ReadBack(read=True, untouched=False)
UNTOUCHED = ReadBack(read=True, untouched=True)
EARLY = ReadBack(read=True, untouched=True, early=True)
CHANGED_EARLY = ReadBack(read=True, untouched=False, early=True)


def answer(kind: AnswerKind, message: str = "", error: ServiceError | None = None, status: int = 0) -> WriteAnswer:
    return WriteAnswer(kind, status, 1, message, error)


LATE = UnknownOutcome("It is so.", late=True)


@pytest.mark.parametrize(
    ("said", "seen", "in_place", "outcome", "code"),
    [
        (None, UNTOUCHED, True, Outcome.SKIPPED, Code.WRITING_ENDED),
        (answer("confirmed"), UNTOUCHED, True, Outcome.APPLIED, None),
        (answer("confirmed", "Done."), UNTOUCHED, True, Outcome.APPLIED, Code.SERVICE_SAID),
        (answer("refused", "No."), UNTOUCHED, True, Outcome.APPLIED, Code.SEEN_IN_PLACE),
        (answer("uncertain"), CHANGED, True, Outcome.APPLIED, Code.SEEN_IN_PLACE),
        (answer("confirmed"), UNREAD, True, Outcome.UNKNOWN, Code.NOT_READ_BACK),
        (answer("refused"), UNREAD, False, Outcome.UNKNOWN, Code.NOT_READ_BACK),
        (answer("confirmed"), UNTOUCHED, False, Outcome.UNKNOWN, Code.NOT_SHOWN_YET),
        (answer("confirmed"), CHANGED, False, Outcome.FAILED, Code.SHOWN_OTHERWISE),
        (answer("refused"), EARLY, False, Outcome.SKIPPED, Code.CUT_SHORT),
        (answer("refused"), UNTOUCHED, False, Outcome.FAILED, Code.REFUSED),
        (answer("refused"), CHANGED_EARLY, False, Outcome.FAILED, Code.REFUSED),
        (answer("confirmed"), EARLY, False, Outcome.UNKNOWN, Code.NOT_SHOWN_YET),
        (answer("confirmed"), CHANGED_EARLY, False, Outcome.UNKNOWN, Code.NOT_SHOWN_YET),
        (answer("uncertain"), EARLY, False, Outcome.UNKNOWN, Code.MAY_STILL_COME),
        (answer("uncertain"), CHANGED_EARLY, False, Outcome.UNKNOWN, Code.MAY_STILL_COME),
        (answer("denied"), EARLY, False, Outcome.FAILED, Code.ACCESS_DENIED),
        (answer("uncertain"), CHANGED, False, Outcome.CONFLICT, Code.NEITHER_OLD_NOR_NEW),
        (answer("uncertain"), UNTOUCHED, False, Outcome.FAILED, Code.NO_EFFECT),
        (answer("uncertain", error=LATE), UNTOUCHED, False, Outcome.UNKNOWN, Code.MAY_STILL_COME),
    ],
)
def test_only_what_is_seen_in_place_is_applied(
    said: WriteAnswer | None,
    seen: ReadBack,
    in_place: bool,  # noqa: FBT001 - a column of the table
    outcome: Outcome,
    code: Code | None,
) -> None:
    found, problem = classify(said, seen, in_place=in_place)
    assert (found, problem.code if problem else None) == (outcome, code)
    told = code in {Code.SERVICE_SAID, Code.REFUSED, Code.ACCESS_DENIED, Code.NO_EFFECT}
    if problem and said and told:
        assert dict(problem.values) == {"said": said.message}


PAUSE, BROKEN = Paused("It waits.", retry_after=600.4), UnknownOutcome("It is broken.")


@pytest.mark.parametrize(
    ("said", "why", "outcome", "problem"),
    [
        (None, PAUSE, Outcome.SKIPPED, Problem(Code.NOT_SENT)),
        (answer("uncertain", error=Unreachable("It is away.")), BROKEN, Outcome.SKIPPED, Problem(Code.NOT_SENT)),
        (answer("uncertain", error=BROKEN), BROKEN, Outcome.UNKNOWN, Problem(Code.NOT_READ_BACK)),
        (answer("uncertain", error=BROKEN), PAUSE, Outcome.UNKNOWN, Problem(Code.NOT_READ_BACK)),
        (answer("denied", "No."), BROKEN, Outcome.FAILED, Problem(Code.ACCESS_DENIED, {"said": "No."})),
        (answer("refused", "No."), BROKEN, Outcome.UNKNOWN, Problem(Code.NOT_READ_BACK)),
        (answer("refused", "No."), PAUSE, Outcome.FAILED, Problem(Code.REFUSED, {"said": "No."})),
        (answer("confirmed"), BROKEN, Outcome.UNKNOWN, Problem(Code.NOT_READ_BACK)),
        (answer("confirmed"), PAUSE, Outcome.APPLIED, Problem(Code.CONFIRMED_UNSEEN, {"seconds": "600"})),
        (answer("confirmed"), Paused("It waits."), Outcome.APPLIED, Problem(Code.CONFIRMED_UNSEEN, {"seconds": "0"})),
        (answer("uncertain", status=429), PAUSE, Outcome.FAILED, Problem(Code.PAUSE_ASKED, {"seconds": "600"})),
        (answer("uncertain", status=429), BROKEN, Outcome.UNKNOWN, Problem(Code.NOT_READ_BACK)),
        (answer("uncertain", status=503), PAUSE, Outcome.UNKNOWN, Problem(Code.NOT_READ_BACK)),
    ],
)
def test_where_nothing_can_be_read_only_clear_answers_count(
    said: WriteAnswer | None, why: ServiceError, outcome: Outcome, problem: Problem
) -> None:
    assert classify_unread(said, why) == (outcome, problem)


def asks(seconds: float | None) -> ServiceError:
    return UnknownOutcome("It is so.", retry_after=seconds)


@pytest.mark.parametrize(
    ("said", "seen", "again"),
    [
        (None, UNTOUCHED, False),
        (answer("uncertain"), UNTOUCHED, True),
        (answer("uncertain"), CHANGED, False),
        (answer("uncertain"), ReadBack(read=False, untouched=True), False),
        (answer("confirmed"), UNTOUCHED, False),
        (answer("refused"), UNTOUCHED, False),
        (answer("uncertain", error=asks(None)), UNTOUCHED, True),
        (answer("uncertain", error=asks(CALL_SECONDS)), UNTOUCHED, True),
        (answer("uncertain", error=asks(CALL_SECONDS + 1)), UNTOUCHED, False),
    ],
)
def test_only_what_had_no_effect_and_no_clear_answer_is_sent_again(
    said: WriteAnswer | None,
    seen: ReadBack,
    again: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert worth_another_try(said, seen) == again


def test_the_ledger_keeps_what_was_said_and_how_often_it_was_sent() -> None:
    problem = without_effect(answer("refused", "No."))
    kept = row_outcome(7, Outcome.FAILED, problem, at="now", answer=WriteAnswer("refused", 400, 3, "No."))
    assert (kept.row, kept.outcome, kept.http_status, kept.attempts, kept.at) == (7, "failed", 400, 3, "now")
    assert (kept.code, kept.problems) == (Code.REFUSED.value, packed(problem))
    bare = row_outcome(8, Outcome.APPLIED, None, at="now")
    assert (bare.row, bare.outcome, bare.http_status, bare.attempts, bare.code, bare.problems) == (
        *(8, "applied", 0, 0),
        *("", ""),
    )


OLD, NEW = {"name": "Dean", "number": "1"}, {"name": "Rector", "number": "2"}
NEW_NAME_ALONE = {"name": "Rector", "number": "1"}


@pytest.mark.parametrize(
    ("stands", "code"),
    [
        ([OLD], None),
        ([NEW], None),
        ([], None),
        ([{"name": "Rector", "number": "3"}], None),
        ([OLD, NEW], Code.OLD_ENTRY_STANDS),
        ([NEW_NAME_ALONE], Code.OLD_NUMBER_STANDS),
        ([{"name": "RECTOR", "number": "1"}], Code.OLD_NUMBER_STANDS),
        ([OLD, NEW_NAME_ALONE], None),
    ],
)
def test_a_rename_stands_halfway_under_both_names_or_with_its_old_number(
    stands: list[dict[str, str]], code: Code | None
) -> None:
    rows = plan(
        Inputs(desired({**NEW, "old_name": "Dean"}), rejected(), clears(), repeats(), current(OLD)),
        Policy(names_are_keys=True, delete_missing=True),
    )
    assert list(rows["action"]) == ["rename"]
    assert list(halfway(rows, current(*stands), fold_names=True).values()) == ([code] if code else [])


def test_what_is_half_done_says_why_it_is_no_more() -> None:
    refused = half_done(Code.OLD_NUMBER_STANDS, Problem(Code.REFUSED, {"said": "No."}))
    assert (refused.code, refused.values) == (Code.OLD_NUMBER_STANDS, {"said": "No.", "because": "refused"})
    assert half_done(Code.OLD_ENTRY_STANDS, None).values == {"said": ""}
