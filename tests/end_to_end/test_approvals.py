"""A yes is for one plan, once, by somebody who may say it. All data is invented."""

from __future__ import annotations

import contextlib
import io
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from road_trip import Road, Trip, rows_of, usos_state

from connectors.ledger.records import packed, unpacked
from connectors.ledger.store import Ledger
from connectors.sandbox.server import Sandbox
from flows.reporting_again import refuse
from flows.run import RunRequest
from flows.run_history import one_run, show_one_run, waiting_plans
from flows.runs import history, show_history
from flows.status import PAGE, standings
from flows.status_console import show_status
from schemas.errors import LedgerError, PhonesyncError, UsageError
from tasks.plan.fingerprints import fingerprint

OLD = [("Dean", "22 552 00 01"), ("Porter", "22 552 00 02"), ("Cloakroom", "22 552 00 03")]
FILE = "entity_id,number,comment\n1,22 552 00 01,Dean\n"
INVISIBLE = ["", " \t", "\u200b\u2060", "\u3164", "\u2800", "\u00ad\ufeff", "\u202e \u2066", "\ue000", "\U000e0041"]


@pytest.fixture
def road(served_services: Sandbox, tmp_path: Path) -> Iterator[Road]:
    road = Road(served_services, tmp_path, Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}"))
    yield road
    road.close()


def stopped(road: Road, **guard: Any) -> Trip:
    """Have a guard stop the deletion of two entries."""
    road.open(usos_state({"1": OLD}))
    road.source(FILE)
    road.configure({"entity_class": "faculty", "delete_missing": True, "guard": guard}, attempts=3)
    trip = road.go()
    assert (trip.exit_code, trip.writes) == (3, [])
    return trip


def say_yes(road: Road, plan: str, person: str, reason: str = "two rooms were closed") -> Trip:
    made = road.context
    road.context = lambda: _named(made(), person)  # type: ignore[method-assign] # the road knows one person
    try:
        return road.apply(plan, reason)
    finally:
        road.context = made  # type: ignore[method-assign]


def _named(context: Any, person: str) -> Any:
    context.person = person
    return context


def test_a_yes_is_used_up_by_the_run_that_it_allows(road: Road) -> None:
    """A colleague puts the entries back: the next night asks again, though its plan looks the same."""
    plan = stopped(road).sync["plan"]
    assert road.apply(plan, "two rooms were closed").outcomes == {"applied": 2, "unchanged": 1}
    road.sandbox.usos.set_numbers("faculty", "1", rows_of(OLD))
    night = road.go()
    assert (night.exit_code, night.writes, len(road.numbers("1"))) == (3, [], 3)
    assert "approval" not in night.sync
    assert road.apply(night.sync["plan"]).exit_code == 3


def test_a_plan_that_was_applied_takes_no_second_yes(road: Road) -> None:
    """Neither a guard nor a reason comes before that: the first reason is the one of what was done."""
    night = stopped(road)
    plan = night.sync["plan"]
    road.sleep(60)
    done = road.apply(plan, "two rooms were closed")
    page = Path(night.sync["reports"]["html"])
    told = page.read_text(encoding="utf-8")
    for reason in ("", "again"):
        road.sleep(60)
        again = road.apply(plan, reason)
        assert (again.exit_code, again.writes) == (2, [])
        assert "has already been applied" in str(again.errors[0])
    assert [yes.reason for yes in road.ledger.approvals(done.sync["fingerprint"])] == ["two rooms were closed"]
    assert page.read_text(encoding="utf-8") == told
    (row,) = [one for one in history(road.context(), 1) if one["mode"] == "apply"]
    assert row["exit_code"] == 2
    (one,) = standings(road.context())
    assert one.state == "good"


def test_a_plan_that_changes_nothing_waits_no_longer_once_somebody_has_said_yes(road: Road) -> None:
    road.open(usos_state({"1": OLD, "2": [("Hall", "22 552 00 04")]}))
    road.configure({"entity_class": "faculty", "guard": {"max_source_drop": 0.1}})
    road.source(FILE + "1,22 552 00 02,Porter\n1,22 552 00 03,Cloakroom\n2,22 552 00 04,Hall\n")
    assert road.go().exit_code == 0
    road.source(FILE + "1,22 552 00 02,Porter\n1,22 552 00 03,Cloakroom\n")
    road.sleep(60)
    night = road.go()
    road.sleep(60)
    assert (night.exit_code, standings(road.context())[0].state) == (3, "blocked")
    allowed = road.apply(night.sync["plan"], "the hall has left")
    assert (allowed.exit_code, allowed.writes) == (0, [])
    page = Path(allowed.sync["reports"]["html"]).read_text(encoding="utf-8")
    assert "--approve" not in page
    (one,) = standings(road.context())
    assert (one.state, one.plans) == ("good", 0)


def test_what_was_refused_and_then_applied_is_not_called_refused(road: Road) -> None:
    plan = stopped(road).sync["plan"]
    refuse(road.context(), plan, "half of the file is missing")
    road.sleep(60)
    assert road.apply(plan, "it is not").exit_code == 0
    applied, night = history(road.context(), 2)
    told = show_one(road, night["run"])
    assert "--approve" not in told
    assert f"Applied later, in run {applied['run']}" in told
    assert "declined by" not in show_rows([applied])
    assert "declined by" in show_rows([night])


def test_a_plan_that_was_refused_waits_for_nobody(road: Road) -> None:
    """It is the file that waits to be corrected. After somebody's yes, a second person's is awaited."""
    plan = stopped(road, approvals=2).sync["plan"]
    (one,) = standings(road.context())
    assert (one.state, one.plans) == ("blocked", 1)
    road.sleep(60)
    refuse(road.context(), plan, "half of the file is missing")
    (one,) = standings(road.context())
    assert (one.state, one.plans) == ("refused", 0)
    shown = said(lambda: show_status(road.context(), [one], "en"))
    assert "plan declined" in shown
    assert "waits" not in shown.replace("Something needs attention.", "")
    assert f"its plan was declined; once the file is corrected: phonesync plan {one.sync}" in shown
    assert "po poprawieniu pliku" in said(lambda: show_status(road.context(), [one], "pl"))
    page = (road.folder / "reports" / PAGE).read_text(encoding="utf-8")
    assert "its plan was declined" in page
    (listed,) = waiting_plans(road.context())
    assert (listed["plan"], len(listed["refusals"])) == (plan, 1), "whoever has erred can still approve it"
    road.sleep(60)
    say_yes(road, plan, "Anna Nowak")
    (one,) = standings(road.context())
    assert (one.state, one.plans) == ("blocked", 1)
    road.sleep(60)
    assert road.go().exit_code == 3
    (one,) = standings(road.context())
    assert (one.state, one.plans) == ("blocked", 1), "the next night asks anew"


def show_one(road: Road, run: str) -> str:
    return said(lambda: show_one_run(one_run(road.context(), run), "en", UTC, every=False))


def show_rows(rows: list[dict[str, Any]]) -> str:
    return said(lambda: show_history(rows))


def said(show: Callable[[], None]) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        show()
    return " ".join(out.getvalue().split())


def test_a_plan_that_was_edited_in_the_ledger_is_refused(road: Road, tmp_path: Path) -> None:
    plan = stopped(road).sync["plan"]
    before = road.numbers("1")

    def other_deletions(entries: Any) -> Any:
        entries.loc[entries["action"] == "keep", "action"] = "delete"
        return entries

    def other_words(entries: Any) -> Any:
        return entries.assign(en_before="hacked")

    def another_match(entries: Any) -> Any:
        return entries.assign(key_before=entries["key_before"].iloc[::-1].to_numpy())

    with sqlite3.connect(tmp_path / "ledger.db") as ledger:
        (kept, guards) = ledger.execute("select entries, guards from plans where id = ?", (plan,)).fetchone()
        for edit in (other_deletions, other_words, another_match):
            ledger.execute("update plans set entries = ? where id = ?", (packed(edit(unpacked(kept))), plan))
            ledger.commit()
            with pytest.raises(LedgerError, match="was changed in the ledger"):
                road.apply(plan, "it looks right")
        ledger.execute("update plans set entries = ?, guards = '[]' where id = ?", (kept, plan))
        ledger.commit()
        with pytest.raises(LedgerError, match="was changed in the ledger"):
            road.apply(plan)
        ledger.execute("update plans set guards = ? where id = ?", (guards, plan))
        ledger.commit()
    assert road.numbers("1") == before
    assert road.apply(plan, "it is right").exit_code == 0


def test_a_plan_that_was_kept_while_sentences_counted_is_applied(road: Road, tmp_path: Path) -> None:
    plan = stopped(road).sync["plan"]
    kept = road.ledger.plan(plan)
    before = fingerprint(kept.sync, kept.target, kept.entries, kept.guards, by_sentence=True)
    assert before != kept.fingerprint
    with sqlite3.connect(tmp_path / "ledger.db") as ledger:
        ledger.execute("update plans set fingerprint = ? where id = ?", (before, plan))
    assert road.apply(plan, "two rooms were closed").exit_code == 0


@pytest.mark.parametrize("blank", INVISIBLE[1:])
def test_an_invisible_reason_is_none(road: Road, blank: str) -> None:
    plan = stopped(road).sync["plan"]
    with pytest.raises(UsageError, match="has no reason"):
        road.apply(plan, blank)
    assert len(road.numbers("1")) == 3


@pytest.mark.parametrize("blank", INVISIBLE)
def test_an_invisible_name_is_none(road: Road, blank: str) -> None:
    plan = stopped(road).sync["plan"]
    for name in (blank, f"{blank} (Prefect)"):
        with pytest.raises(UsageError, match="has no name"):
            say_yes(road, plan, name)
    assert len(road.numbers("1")) == 3


def test_two_different_people_say_yes(road: Road) -> None:
    plan = stopped(road, approvals=2).sync["plan"]
    for same in ("anna  nowak", "Anna\u200b Nowak (Prefect)", "Ａnna Nowak", "Anna Nowak"):
        first = say_yes(road, plan, same)
        assert (first.exit_code, first.writes) == (3, [])
        assert "1 of 2" in str(first.errors[0])
    both = say_yes(road, plan, "Jan Kowalski")
    assert (both.exit_code, len(road.numbers("1"))) == (0, 1)
    assert {yes["person"] for yes in both.sync["approvals"]} == {"Anna Nowak", "Jan Kowalski"}


def test_a_yes_that_has_expired_does_not_count(road: Road) -> None:
    plan = stopped(road, approvals=2).sync["plan"]
    say_yes(road, plan, "Anna")
    road.sleep(25 * 3600)
    assert say_yes(road, plan, "Jan").exit_code == 3


def test_only_approvers_say_yes(road: Road) -> None:
    plan = stopped(road, approvers=["Anna Nowak"]).sync["plan"]
    for other in ("Jan", "Anna Nowak (Prefect)", "Anna"):
        refused = say_yes(road, plan, other)
        assert (refused.exit_code, refused.writes) == (3, [])
        assert "may not approve" in str(refused.errors[0])
        assert "Anna Nowak" in str(refused.errors[0])
    assert not road.ledger.approvals(refused.sync["fingerprint"])
    assert say_yes(road, plan, "Anna Nowak").exit_code == 0


def test_more_approvals_than_approvers_are_no_configuration(road: Road) -> None:
    with pytest.raises(PhonesyncError, match="approvers"):
        stopped(road, approvals=2, approvers=["Anna", "anna"])


def test_resuming_takes_no_edited_plan(road: Road, tmp_path: Path) -> None:
    plan = stopped(road).sync["plan"]
    with sqlite3.connect(tmp_path / "ledger.db") as ledger:
        (kept, run) = ledger.execute("select entries, run from plans where id = ?", (plan,)).fetchone()
        edited = unpacked(kept)
        edited["action"] = "delete"
        ledger.execute("update plans set entries = ?, state = 'writing', applied_by = ?", (packed(edited), run))
        ledger.commit()
    with pytest.raises(LedgerError, match="was changed in the ledger"):
        road.go(RunRequest("resume"))
    assert len(road.numbers("1")) == 3
