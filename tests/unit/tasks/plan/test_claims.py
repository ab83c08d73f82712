"""What a sync has left in its place is known from its last plans, and from no more of them than it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from schemas.plan import Action
from schemas.tables import Plan
from tasks.plan.claims import WrittenPlan, left_behind
from tests.tables import table


def _written(numbers: Mapping[str, str], *, whole: bool = False) -> WrittenPlan:
    rows = [
        {"line": line, "owner": owner, "action": Action.KEEP, "number_after": number, "key_after": number}
        for line, (owner, number) in enumerate(numbers.items(), 2)
    ]
    return WrittenPlan(table(Plan, rows), whole=whole)


TONIGHT, BEFORE, LONG_AGO = _written({"a": "1", "b": "2"}), _written({"a": "9", "c": "3"}), _written({"d": "4"})


@pytest.mark.parametrize(
    ("owners", "asked", "left"),
    [
        ({"a", "b"}, 1, {"a": "1", "b": "2"}),
        ({"b"}, 1, {"a": "1", "b": "2"}),
        ({"a", "c"}, 2, {"a": "1", "b": "2", "c": "3"}),
        ({"d"}, 3, {"a": "1", "b": "2", "c": "3", "d": "4"}),
        ({"e"}, 3, {"a": "1", "b": "2", "c": "3", "d": "4"}),
    ],
)
def test_nights_that_were_never_verified_whole_are_asked_only_as_far_back_as_somebody_is_missing(
    owners: set[str], asked: int, left: dict[str, str]
) -> None:
    taken = []

    def plans() -> Iterator[WrittenPlan]:
        for plan in (TONIGHT, BEFORE, LONG_AGO):
            taken.append(plan)
            yield plan

    found = left_behind(plans(), owners)
    assert dict(zip(found["owner"], found["number"], strict=True)) == left
    assert len(taken) == asked


def test_nothing_older_than_a_whole_night_is_asked() -> None:
    found = left_behind(iter([_written({"a": "1"}, whole=True), LONG_AGO]), {"a", "d"})
    assert found["owner"].tolist() == ["a"]
