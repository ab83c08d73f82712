"""Which exit code counts where several things end differently."""

from __future__ import annotations

import json
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import (
    AccessRefused,
    ApprovalNeeded,
    ConfigurationError,
    InternalError,
    LedgerError,
    PhonesyncError,
    RequestRefused,
    SourceError,
    TargetBusy,
    UnknownOutcome,
    Unreachable,
    UsageError,
    code_of_unread,
)
from schemas.exit_codes import ExitCode, of_plan, worst

BY_WEIGHT = [5, 4, 2, 3, 1, 6, 10, 0]


def test_a_code_is_its_number_and_has_a_meaning() -> None:
    assert [*ExitCode] == [0, 1, 2, 3, 4, 5, 6, 10]
    assert json.dumps({"exit_code": ExitCode.UNSETTLED}) == '{"exit_code": 5}'
    assert f"{ExitCode.CHANGES:>3}" == " 10"
    meanings = [code.meaning for code in ExitCode]
    assert len({*meanings}) == len(ExitCode)
    assert all(meanings)
    assert ExitCode.DONE.__doc__ == ExitCode.DONE.meaning


@pytest.mark.parametrize("at", range(len(BY_WEIGHT) - 1))
def test_each_code_outweighs_the_next(at: int) -> None:
    for pair in permutations(BY_WEIGHT[at : at + 2]):
        assert worst(pair) == BY_WEIGHT[at]


@given(st.lists(st.sampled_from(BY_WEIGHT)))
def test_the_worst_is_one_of_them_and_none_outweighs_it(codes: list[int]) -> None:
    assert worst(codes) == next((code for code in BY_WEIGHT if code in codes), 0)
    assert type(worst(codes)) is ExitCode


@pytest.mark.parametrize(
    ("error", "code", "unread"),
    [
        (PhonesyncError, 1, 1),
        (UsageError, 2, 2),
        (ConfigurationError, 2, 2),
        (SourceError, 2, 2),
        (InternalError, 5, 5),
        (LedgerError, 2, 2),
        (TargetBusy, 4, 4),
        (ApprovalNeeded, 3, 3),
        (Unreachable, 4, 4),
        (AccessRefused, 4, 4),
        (RequestRefused, 1, 4),
        (UnknownOutcome, 5, 5),
    ],
)
def test_each_error_has_a_code(error: type[PhonesyncError], code: int, unread: int) -> None:
    assert (error.exit_code, code_of_unread(error("It is so."))) == (code, unread)


@pytest.mark.parametrize(
    ("ended", "code"),
    [
        ({"stopped": ExitCode.APPROVAL_NEEDED}, 3),
        ({"stopped": ExitCode.APPROVAL_NEEDED, "unsettled": True}, 3),
        ({"unsettled": True}, 5),
        ({"unsettled": True, "stopped": ExitCode.UNAVAILABLE}, 5),
        ({"stopped": ExitCode.UNAVAILABLE}, 4),
        ({"stopped": ExitCode.LINES_FAILED}, 1),
        ({"stopped": ExitCode.UNSETTLED}, 5),
        ({}, 1),
        ({"succeeded": True}, 0),
        ({"succeeded": True, "stopped": ExitCode.UNAVAILABLE}, 4),
        ({"succeeded": True, "unsettled": True}, 5),
    ],
)
def test_the_code_of_a_plan_that_was_applied(ended: dict[str, Any], code: int) -> None:
    assert of_plan(**{"stopped": None, "unsettled": False, "succeeded": False, **ended}) == code
