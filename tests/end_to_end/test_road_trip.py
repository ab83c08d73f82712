"""What the trips of this folder share is in no trip's way; all data is invented."""

from __future__ import annotations

from road_trip import empty_ledger


def test_nothing_of_another_trip_stands_in_a_ledger() -> None:
    ledger = empty_ledger()
    ledger.start_run("run", mode="sync", person="anna", at="2026-03-14T02:00:00+00:00")
    assert len(ledger.runs(2)) == 1
    assert empty_ledger().runs(2) == []
    ledger.close()
    assert empty_ledger().runs(2) == []
