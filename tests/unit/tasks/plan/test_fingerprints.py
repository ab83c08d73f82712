"""A fingerprint is the same for the same plan, and another for whatever else would be sent or asked."""

from __future__ import annotations

from typing import Any

import pytest
from tables import current, table

from schemas.tables import Plan
from tasks.plan.fingerprints import entries_digest, fingerprint

IMAGES = [f"{part}_{image}" for image in ("before", "after") for part in ("name", "number", "type", "key")]
ROW: dict[str, Any] = {"line": 2, "owner": "one", "action": "modify", **dict.fromkeys(IMAGES, "x")}
GUARD = {"name": "max_deletions", "limit": 5}


def printed(*rows: dict[str, Any], sync: str = "s", target: str = "t", guards: list[Any] | None = None) -> str:
    return fingerprint(sync, target, table(Plan, rows or (ROW,)), guards)


@pytest.mark.parametrize("guards", [None, [], [GUARD]])
@pytest.mark.parametrize(
    "other",
    [
        *({column: value} for column in IMAGES if "key" not in column for value in ("y", "")),
        {"line": 3},
        {"owner": "two"},
        {"action": "add"},
    ],
)
def test_whatever_would_be_sent_is_in_it(other: dict[str, Any], guards: list[Any] | None) -> None:
    assert printed({**ROW, **other}, guards=guards) != printed(guards=guards)


@pytest.mark.parametrize("other", [{"en_before": "y"}, {"key_before": "y"}, {"key_after": "y"}, {"code": "y"}])
def test_what_decides_beside_it_is_in_those_of_today(other: dict[str, Any]) -> None:
    assert printed({**ROW, **other}, guards=[]) != printed(guards=[])
    assert printed({**ROW, **other}) == printed()


def test_what_is_only_said_is_not_in_it() -> None:
    assert printed({**ROW, "problems": "[]"}, guards=[]) == printed(guards=[])


@pytest.mark.parametrize("more", [{"count": 1, "total": 2}, {"details": {"now": 1}}, {"changes": [{"code": "x"}]}])
def test_the_figures_of_a_guard_are_in_it_and_its_sentence_is_not(more: dict[str, Any]) -> None:
    assert printed(guards=[{**GUARD, **more}]) != printed(guards=[GUARD])
    assert printed(guards=[{**GUARD, "message": "so many"}]) == printed(guards=[GUARD])


@pytest.mark.parametrize("more", [{"count": 1, "total": 2}, {"details": {"now": 1}}, {"changes": [{"code": "x"}]}])
def test_before_the_sentence_was_in_it_and_what_it_repeats_was_not(more: dict[str, Any]) -> None:
    def before(guard: dict[str, Any]) -> str:
        return fingerprint("s", "t", table(Plan, (ROW,)), [guard], by_sentence=True)

    assert before({**GUARD, **more}) == before(GUARD) == printed(guards=[GUARD])
    assert before({**GUARD, "message": "so many"}) != before(GUARD)


def test_each_plan_of_a_sync_a_target_and_guards_has_its_own() -> None:
    several = [
        printed(guards=[]),
        printed(),
        printed(guards=[GUARD]),
        printed(guards=[{**GUARD, "limit": 6}]),
        printed(guards=[], sync="st"),
        printed(guards=[], target="st"),
        printed(guards=[], sync="s\x1et", target=""),
        printed(ROW, ROW, guards=[]),
        printed({**ROW, "name_before": "xx", "name_after": ""}, guards=[]),
        printed({**ROW, "name_before": "", "name_after": "xx"}, guards=[]),
        printed(ROW, {**ROW, "owner": "onetwo"}, guards=[]),
        printed({**ROW, "owner": "oneone"}, {**ROW, "owner": "two"}, guards=[]),
    ]
    assert len(set(several)) == len(several)
    assert {len(each) for each in several} == {len("sha256:") + 64}


def test_it_never_changes() -> None:
    """A ledger holds approvals that name it."""
    assert printed() == "sha256:1d8c74b832e115f109e2650b1ec0f841f294972c88c0ec7349e2cc307c87440a"
    assert (
        printed(guards=[GUARD])
        == printed(guards=[dict(reversed(GUARD.items()))])
        == "sha256:5e69fc7126b56d511d6bac4733f4c4b84e47aa5663ed05c2d1e76bc469dce117"
    )


ENTRY = {"owner": "one", "name": "Biuro", "number": "1", "type_id": "STA", "name_en": "Office"}


@pytest.mark.parametrize("column", ENTRY)
def test_entries_are_the_same_only_with_every_stored_text(column: str) -> None:
    assert entries_digest(current({**ENTRY, column: "other"})) != entries_digest(current(ENTRY))
    assert entries_digest(current({**ENTRY, "key": "9", "tidy": "b"})) == entries_digest(current(ENTRY))
    assert entries_digest(current(ENTRY, {**ENTRY, "name": "Hol"})) != entries_digest(
        current({**ENTRY, "name": "Hol"}, ENTRY)
    )
