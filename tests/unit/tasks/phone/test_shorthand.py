"""From one number to another is every number between them, or none at all. All numbers are invented."""

from __future__ import annotations

import pytest

from tasks.phone.shorthand import numbers_between


@pytest.mark.parametrize(
    ("first", "last", "between"),
    [
        ("+48225510355", "+48225510356", 2),
        ("+48225510355", "+48225510364", 10),
        ("+48225510355", "+48225510365", 0),  # too long a way to be meant
        ("+48225510355", "+48225510355", 0),
        ("+48225510356", "+48225510355", 0),
        ("+4822551035", "+48225510356", 0),
        ("+48189999998", "+48190000001", 0),  # some of them are no numbers
        ("+48189999998", "+48189999999", 2),
    ],
)
def test_a_short_way_up_has_every_number_on_it(first: str, last: str, between: int) -> None:
    found = [number.e164 for number in numbers_between(first, last)]
    assert found == [f"+{int(first) + at}" for at in range(between)]
