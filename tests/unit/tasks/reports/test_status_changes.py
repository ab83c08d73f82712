"""Who is told what: every change once, and a night like the last one never."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest

from schemas.plan import Action, Outcome
from tasks.reports.status_changes import SyncStatus, changed, news, sync_status

GOOD, LINES, BLOCKED, STOPPED = SyncStatus.GOOD, SyncStatus.LINES, SyncStatus.BLOCKED, SyncStatus.STOPPED


def summary(**told: Any) -> dict[str, Any]:
    """Return a run's summary of one sync that ended well, but for what is told."""
    outcomes = {str(word.value): 0 for word in Outcome} | {"unchanged": 5} | told.pop("outcomes", {})
    plain = {"sync": "users", "run": "20260314T020000Z-3fa2c1", "plan": "20260314T020000Z-3fa2c1-users"}
    actions = {str(word.value): 0 for word in Action} | {"keep": 5}
    return {**plain, "actions": actions, "outcomes": outcomes, "rejected": 0, "guards": [], "verified": True, **told}


GUARD = {"guard": "max_deletes", "value": 41, "limit": 20, "message": "41 entries would be deleted, limit 20"}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({}, GOOD),
        ({"outcomes": {"applied": 3}}, GOOD),
        ({"rejected": 1}, LINES),
        ({"verified": False}, LINES),
        ({"error": "usos: out of reach."}, STOPPED),
        ({"error": "usos: out of reach.", "outcomes": {"applied": 1, "skipped": 2}}, STOPPED),
        ({"error": "faculties: being written by run x.", "skipped_for": "x"}, SyncStatus.SKIPPED),
        ({"guards": [GUARD], "error": "users: a guard stopped it", "outcomes": {"skipped": 41}}, BLOCKED),
        ({"guards": [GUARD], "outcomes": {"applied": 41}}, GOOD),  # somebody has said yes
        *[
            ({"outcomes": {word: 1}}, LINES)
            for word in ("failed", "held", "conflict", "unknown", "skipped", "unplanned")
        ],
    ],
)
def test_how_a_sync_stands(told: dict[str, Any], expected: SyncStatus) -> None:
    assert sync_status(summary(**told)) is expected


@pytest.mark.parametrize(
    ("previous", "now", "expected"),
    [
        (None, GOOD, None),
        (None, LINES, "failed"),
        (None, BLOCKED, "blocked"),
        (None, STOPPED, "failed"),
        (GOOD, LINES, "failed"),
        (GOOD, BLOCKED, "blocked"),
        (GOOD, STOPPED, "failed"),
        (LINES, STOPPED, "failed"),
        (STOPPED, LINES, "failed"),
        (BLOCKED, LINES, "failed"),
        (LINES, BLOCKED, "blocked"),
        (LINES, GOOD, "recovered"),
        (BLOCKED, GOOD, "recovered"),
        (STOPPED, GOOD, "recovered"),
        *[(same, same, None) for same in SyncStatus],
    ],
)
def test_what_is_told(previous: SyncStatus | None, now: SyncStatus, expected: str | None) -> None:
    assert changed(previous, now) == expected


def test_three_bad_nights_are_told_once_and_the_good_one_after_them() -> None:
    nights = [GOOD, STOPPED, STOPPED, STOPPED, GOOD, GOOD]
    assert [changed(*pair) for pair in pairwise(nights)] == ["failed", None, None, "recovered", None]


def test_a_message_says_what_where_how_many_and_what_next() -> None:
    told = news(summary(outcomes={"failed": 2, "applied": 1}), "failed")
    assert told["subject"] == "phonesync: users needs attention"
    assert told["sentence"].startswith("2 of 8 rows failed.")
    assert told["sentence"].endswith("Entries: 1 applied, 5 unchanged, 2 failed.")
    assert told["next"].endswith("phonesync sync users")


def test_a_blocked_one_names_the_command_that_approves() -> None:
    blocked = summary(guards=[GUARD], outcomes={"skipped": 41})
    told = news(blocked, "blocked")
    assert "41 entries would be deleted, limit 20" in told["sentence"]
    assert told["next"].endswith('phonesync apply 20260314T020000Z-3fa2c1-users --approve "REASON"')


def test_what_recovered_needs_nothing_and_what_stopped_says_where_to_look() -> None:
    assert news(summary(), "recovered")["next"] == "No action is needed."
    stopped = news(summary(error="usos: out of reach.", outcomes={"unchanged": 0}), "failed")
    assert stopped["next"].endswith(" phonesync doctor")
    assert "usos: out of reach." in stopped["sentence"]
    assert not re.search(r"\.\.", stopped["sentence"])
