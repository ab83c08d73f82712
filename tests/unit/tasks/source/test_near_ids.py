"""Ids one slip of the hand away from each other: a digit changed, left out or added, or two neighbours swapped."""

from __future__ import annotations

import pytest
from drawing import saw, sees
from hypothesis import given
from hypothesis import strategies as st

from tasks.source.near_ids import near_ids, near_owners

IDS = st.text("01", min_size=3, max_size=5)


def slips(one: str, other: str) -> int:
    """Return how many slips make one text of the other, counted letter by letter."""
    table = [[max(row, column) for column in range(len(other) + 1)] for row in range(len(one) + 1)]
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            changed = one[row - 1] != other[column - 1]
            ways = [table[row - 1][column] + 1, table[row][column - 1] + 1, table[row - 1][column - 1] + changed]
            if row > 1 and column > 1 and one[row - 2 : row] == other[column - 2 : column][::-1]:
                ways.append(table[row - 2][column - 2] + 1)
            table[row][column] = min(ways)
    return table[-1][-1]


@sees("equal", "near", "swapped", "far")
@given(IDS, IDS)
def test_two_ids_are_near_exactly_where_one_slip_makes_one_of_the_other(one: str, other: str) -> None:
    swapped = len(one) == len(other) and sorted(one) == sorted(other)
    saw({0: "equal", 1: "swapped" if swapped else "near"}.get(slips(one, other), "far"))
    assert near_ids([one], [other]) == ({one: other} if slips(one, other) == 1 else {})
    assert bool(near_ids([other], [one])) == bool(near_ids([one], [other]))


@given(st.frozensets(IDS, max_size=8), st.frozensets(IDS, max_size=8))
def test_of_several_the_first_one_is_named_whatever_their_order(ids: frozenset[str], known: frozenset[str]) -> None:
    found = near_ids(ids, known)
    for mine in ids:
        near = sorted(one for one in known if slips(mine, one) == 1)
        assert found.get(mine, "") == (near[0] if near and mine not in known else "")


@pytest.mark.parametrize(
    ("mine", "known"),
    [("B1", "B2"), ("7", "8"), ("10000000", "10000000"), ("10000011", "10000000"), ("01000001", "10000000")],
)
def test_short_ids_equal_ones_and_two_slips_are_not_near(mine: str, known: str) -> None:
    assert near_ids([mine], [known]) == {}


def test_owners_are_compared_by_their_ids() -> None:
    assert near_owners(["faculty 10000010"], ["faculty 10000000"]) == {"faculty 10000010": "10000000"}
