"""The page of a history is headed by what was looked for: an owner by any of its words, and nobody's number in full."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tasks.reports.history_page import history_page

EVENT = {
    **dict.fromkeys(("owner_name", "name_before", "number_before", "number_after", "message"), ""),
    "at": "2026-03-14T02:00:00+00:00",
    "owner": "faculty 10040000",
    "action": "add",
    "outcome": "applied",
    "name_after": "Dean",
    "sync": "faculties",
    "run": "r-1",
}


@pytest.mark.parametrize(
    ("looked_for", "heading"),
    [
        ("jednostka 10040000", "jednostka 10040000"),
        ("faculty 10040000", "faculty 10040000"),
        ("22 999 04 00", "••• ••• •00"),
    ],
)
def test_an_owner_is_shown_by_any_of_its_words_and_a_number_masked(looked_for: str, heading: str) -> None:
    page = history_page(looked_for, [EVENT], "pl", made_at=datetime(2026, 3, 15, tzinfo=UTC))
    assert heading in page
    assert ">jednostka 10040000<" in page
    assert "22 999 04 00" not in page
