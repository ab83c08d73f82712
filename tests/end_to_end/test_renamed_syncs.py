"""A sync under a new name is the same sync, from the moment on when the configuration says so. All data is invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from directory_nights import A, B, C, Nights, of
from road_trip import OPEN_GUARD

from flows.entry_history import events_of
from flows.known import open_rows
from flows.reconciliation.accepting import accept
from flows.reconciliation.body import Asked, reconcile_all
from flows.run import RunRequest, run
from flows.run_history import one_run, waiting_plans
from flows.status import standings
from flows.telling import changes_of
from schemas.exit_codes import ExitCode

LINES = [("1", A, "Dean"), ("2", B, "Office")]


def rename(nights: Nights, name: str, *before: str) -> None:
    """Give the only sync another name."""
    (old,) = nights.syncs
    nights.syncs[name] = {**nights.syncs.pop(old), "renamed_from": [*before]}
    nights.configure()
    nights.road.now += timedelta(hours=1)


def test_it_stands_as_it_stood(nights: Nights) -> None:
    nights.file("one", [*LINES, ("2", "room 12", "Guest")])
    nights.night()
    nights.road.now += timedelta(hours=1)
    nights.night(mode="plan")
    (before,) = standings(nights.road.context())
    assert (before.state, before.waiting) == ("lines", 2)
    rename(nights, "two", "one")
    (after,) = standings(nights.road.context())
    assert after == replace(before, sync="two")


def test_a_plan_that_waits_waits_under_the_new_name_until_there_is_a_newer_one(nights: Nights) -> None:
    guard = {**OPEN_GUARD, "max_changes": 0, "approvals": 2}
    nights.file("one", [("1", C, "Dean"), ("2", B, "Office")], guard=guard)
    stopped = nights.night()
    assert of(stopped, "one")["guards"]
    plan = of(stopped, "one")["plan"]
    apply = RunRequest("apply", plan=plan, reason="looked at")
    assert run(nights.road.context(), apply).exit_code == ExitCode.APPROVAL_NEEDED
    rename(nights, "two", "one")
    (waits,) = waiting_plans(nights.road.context())
    assert (waits["plan"], waits["sync"]) == (plan, "two")
    assert waits["approval"] is None, "one yes of two"
    assert [one.plans for one in standings(nights.road.context())] == [1]
    nights.file("two", LINES, source="two.csv")
    nights.night()
    assert waiting_plans(nights.road.context()) == []
    assert [one.plans for one in standings(nights.road.context())] == [0]


def test_what_is_shown_of_earlier_runs_is_not_masked_for_it(nights: Nights) -> None:
    nights.file("one", [("1", C, "Dean"), ("2", B, "Office")])
    first = nights.night().summary["run"]
    shown, told = one_run(nights.road.context(), first), events_of(nights.road.context(), C)
    assert told
    rename(nights, "two", "one")
    assert one_run(nights.road.context(), first) == shown
    assert events_of(nights.road.context(), C) == told


def test_what_may_be_accepted_may_be_so_before_it_has_run_again(nights: Nights) -> None:
    nights.file("one", [*LINES, ("2", "room 12", "Guest")])
    nights.night()
    ids = {row.id for row in open_rows(nights.road.context())}
    assert ids
    rename(nights, "two", "one")
    assert {(row.id, row.sync) for row in open_rows(nights.road.context())} == {(each, "two") for each in ids}
    for each in ids:
        accept(nights.road.context(), each, "2026-12-31", "the hotel answers")
    result = run(nights.road.context(), RunRequest("sync", exit_known=0))
    assert result.exit_code == ExitCode.DONE


def test_people_are_told_of_a_change_and_of_no_other(nights: Nights) -> None:
    nights.file("one", [*LINES, ("2", "room 12", "Guest")])
    nights.night()
    rename(nights, "two", "one")
    again = nights.night()
    assert list(changes_of(nights.road.context(), again, "sync")) == [], "as the night before"
    rename(nights, "three", "one", "two")
    nights.file("three", LINES, source="three.csv")
    good = nights.night()
    assert [(sync, change) for sync, change, _ in changes_of(nights.road.context(), good, "sync")] == [
        ("three", "recovered")
    ]


def test_what_a_reconciliation_has_found_is_the_same_finding(nights: Nights) -> None:
    nights.file("one", [("1", C, "Dean"), ("2", B, "Office")])
    before = reconcile_all(nights.road.context(), Asked()).view.findings
    found = before.loc[before["line"] == 2, "id"].item()
    rename(nights, "two", "one")
    told = accept(nights.road.context(), found, "2026-12-31", "the porter moves")
    assert told["sync"] == "two"
    done = reconcile_all(nights.road.context(), Asked())
    rows = done.view.findings
    known = rows[rows["id"] == found]
    assert (done.summary["trend"]["new"], done.summary["trend"]["resolved"]) == (0, 0)
    assert (known["sync"].item(), known["trend"].item()) == ("two", "persisting")
    assert "the porter moves" in known["accepted"].item()
    nights.file("two", LINES, source="two.csv")
    again = reconcile_all(nights.road.context(), Asked())
    assert again.summary["trend"]["resolved"] >= 1
    assert set(again.view.resolved["sync"]) == {"two"}
