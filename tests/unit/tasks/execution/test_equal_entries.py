"""Of entries that are equal a place may keep one: what shows it, and what is wanted then. All data is invented."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from tables import clears, current, desired, rejected, repeats

from tasks.execution.equal_entries import KEEPS_ONE, one_of_each
from tasks.source.validation import Checked

ENTRIES = st.tuples(st.sampled_from(["faculty 1", "faculty 2"]), st.sampled_from(["Dean", ""]), st.sampled_from("ab"))


@given(lines=st.lists(ENTRIES, max_size=8), stood=st.lists(ENTRIES, max_size=6))
def test_law_each_line_is_there_once_and_each_entry_as_often_as_it_stands(
    lines: list[tuple[str, str, str]], stood: list[tuple[str, str, str]]
) -> None:
    wanted = desired(*({"line": at, "owner": o, "name": n, "number": k} for at, (o, n, k) in enumerate(lines, start=2)))
    there = current(*({"owner": o, "name": n, "number": k} for o, n, k in stood))
    checked = Checked(wanted, rejected(), clears(), repeats(), len(lines))
    assert one_of_each(checked, there, ()) is checked
    once = one_of_each(checked, there, {KEEPS_ONE})
    assert sorted([*once.desired["line"], *once.repeats["line"]]) == list(range(2, len(lines) + 2))
    assert list(once.repeats.index) == list(range(len(once.repeats)))
    left = Counter(zip(once.desired["owner"], once.desired["name"], once.desired["key"], strict=True))
    assert left == {entry: min(n, max(1, Counter(stood)[entry])) for entry, n in Counter(lines).items()}
