"""The ledger: what was kept is found again, once and exactly; what was written is not written twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import create_engine, text
from tables import table

from connectors.ledger.locks import Lock
from connectors.ledger.store import Approval, KeptPlan, Ledger
from schemas.errors import LedgerError
from schemas.execution import RowOutcome
from schemas.plan import GuardHit
from schemas.problems import Code, Problem, packed
from schemas.quirks import Quirk, QuirkCode
from schemas.tables import Plan

AT = "2026-03-14T02:00:00+00:00"
SAID = packed(Problem(Code.SERVICE_SAID, {"said": "so"}))
ENTRIES = table(
    Plan,
    [
        {
            "line": 2,
            "owner": "f 1",
            "action": "add",
            "name_after": "Żółć „–”",
            "number_after": "1\n2",
            "key_after": "1",
        },
        {"line": 0, "owner": "f 1", "action": "delete", "number_before": "2", "key_before": "2"},
        {"line": 3, "owner": "f 2", "action": "keep", "number_before": "3", "number_after": "3"},
    ],
)


def kept(identity: str, *, run: str = "run-1", fingerprint: str = "", rows: int = 3, at: str = AT) -> KeptPlan:
    """Return a small plan of the sync `s` on the target `t`."""
    guards = [GuardHit("max_deletes", 1, 0, "too many").as_json()]
    shown = fingerprint or f"sha256:{identity}"
    return KeptPlan(identity, run, "s", "t", shown, at, rows, 1, guards, ENTRIES)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Return a ledger with two runs that have begun."""
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}")
    for number in (1, 2):
        opened.start_run(f"run-{number}", mode="sync", person="anna", at=f"2026-03-14T02:0{number}:00+00:00")
    yield opened
    opened.close()


def write(ledger: Ledger, plan: str, *, run: str = "run-1", settled: bool = True, verified_at: str | None = AT) -> None:
    """Write a plan, as a run does."""
    ledger.begin_writing(plan, run)
    ledger.finish_writing(plan, settled=settled, proof={"left": {}}, verified_at=verified_at, deleted=1)


# Opening ----------------------------------------------------------------------------------------------------------


def test_a_ledger_that_is_opened_again_has_what_it_had(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    first = Ledger.open(url)
    first.start_run("run-1", mode="plan", person="anna", at=AT)
    first.close()
    again = Ledger.open(url)
    assert [run["id"] for run in again.runs(5)] == ["run-1"]
    again.close()


@pytest.mark.parametrize("url", ["sqlite:////no/such/folder/x.db", "nosuchdatabase://x/y"])
def test_a_ledger_that_cannot_be_opened_says_where_to_look(url: str) -> None:
    with pytest.raises(LedgerError, match="cannot be opened") as caught:
        Ledger.open(url)
    assert "ledger in phonesync.toml" in caught.value.remedy


def test_no_message_shows_the_password_of_a_ledger() -> None:
    with pytest.raises(LedgerError) as caught:
        Ledger.open("nosuchdatabase://me:hunter2@localhost/x")
    assert "hunter2" not in str(caught.value)


# Runs -------------------------------------------------------------------------------------------------------------


def test_runs_come_newest_first_and_no_more_than_asked_for(ledger: Ledger) -> None:
    assert [run["id"] for run in ledger.runs(5)] == ["run-2", "run-1"]
    assert [run["id"] for run in ledger.runs(1)] == ["run-2"]


def test_a_run_that_never_ended_has_no_exit_code(ledger: Ledger) -> None:
    ledger.finish_run("run-1", exit_code=0, summary={"syncs": []}, at=AT)
    assert (ledger.run("run-1")["exit_code"], ledger.run("run-1")["summary"]) == (0, {"syncs": []})
    assert (ledger.run("run-2")["exit_code"], ledger.run("run-2")["finished_at"]) == (None, None)


@pytest.mark.parametrize(
    ("reference", "said"),
    [(each, "There is no run") for each in ("run-3", "", "run_1", "%")] + [("run", "Several")],
)
def test_a_run_is_found_by_how_it_begins_and_never_by_chance(ledger: Ledger, reference: str, said: str) -> None:
    assert ledger.run("run-2")["id"] == "run-2"
    with pytest.raises(LedgerError, match=said):
        ledger.run(reference)


def test_a_whole_name_wins_over_longer_ones_that_begin_so(ledger: Ledger) -> None:
    ledger.start_run("run-11", mode="plan", person="anna", at=AT)
    assert ledger.run("run-1")["id"] == "run-1"


# Plans ------------------------------------------------------------------------------------------------------------


def test_a_plan_comes_back_cell_by_cell(ledger: Ledger) -> None:
    ledger.keep_plan(kept("plan-1"))
    found = ledger.plan("plan-1")
    pd.testing.assert_frame_equal(found.entries, ENTRIES)
    assert replace(found, entries=ENTRIES) == replace(kept("plan-1"), entries=ENTRIES)
    assert found.state == "planned"


@pytest.mark.parametrize("reference", ["plan-12", "plan-1", "sha256:ab", "sha256:abcd"])
def test_a_plan_is_found_by_id_or_fingerprint_or_how_they_begin(ledger: Ledger, reference: str) -> None:
    ledger.keep_plan(kept("plan-12", fingerprint="sha256:abcd"))
    ledger.keep_plan(kept("plan-2", fingerprint="sha256:cdef"))
    assert ledger.plan(reference).id == "plan-12"


@pytest.mark.parametrize(
    ("reference", "said"),
    [("plan-", "Several"), ("sha256:", "Several"), ("plan-3", "There is no plan"), ("", "There is no plan")],
)
def test_what_could_be_two_plans_is_none(ledger: Ledger, reference: str, said: str) -> None:
    ledger.keep_plan(kept("plan-1"))
    ledger.keep_plan(kept("plan-2"))
    with pytest.raises(LedgerError, match=said):
        ledger.plan(reference)


def test_a_plan_is_written_once(ledger: Ledger) -> None:
    ledger.keep_plan(kept("plan-1"))
    write(ledger, "plan-1")
    with pytest.raises(LedgerError, match="has already been applied"):
        ledger.begin_writing("plan-1", "run-2")


def test_a_plan_that_is_being_written_is_not_begun_again(ledger: Ledger) -> None:
    ledger.keep_plan(kept("plan-1"))
    ledger.begin_writing("plan-1", "run-1")
    with pytest.raises(LedgerError, match="has already been applied"):
        ledger.begin_writing("plan-1", "run-2")


def test_plans_of_a_run_are_those_it_made_and_those_it_applied(ledger: Ledger) -> None:
    ledger.keep_plan(kept("plan-1"))
    ledger.keep_plan(kept("plan-2"))
    write(ledger, "plan-2", run="run-2")
    assert ledger.plans_of("run-1") == ["plan-1", "plan-2"]
    assert ledger.plans_of("run-2") == ["plan-2"]


def test_what_was_interrupted_or_left_unknown_is_unfinished(ledger: Ledger) -> None:
    for number, run in enumerate(("run-1", "run-1", "run-2", "run-2"), start=1):
        ledger.keep_plan(kept(f"plan-{number}", run=run))
    ledger.begin_writing("plan-1", "run-1")
    write(ledger, "plan-2")
    write(ledger, "plan-3", run="run-2", settled=False, verified_at=None)
    assert [plan.id for plan in ledger.unfinished()] == ["plan-1", "plan-3"]
    assert [plan.id for plan in ledger.unfinished(sync="s", target="t")] == ["plan-1", "plan-3"]
    assert [plan.id for plan in ledger.unfinished(run="run-2")] == ["plan-3"]
    assert ledger.unfinished(sync="other", target="t") == []


def test_the_last_good_size_of_a_source_is_that_of_the_last_verified_plan(ledger: Ledger) -> None:
    assert ledger.last_good_rows("s", "t") is None
    ledger.keep_plan(kept("plan-1", rows=100, at="2026-03-14T02:00:00+00:00"))
    ledger.keep_plan(kept("plan-2", rows=50, at="2026-03-15T02:00:00+00:00"))
    write(ledger, "plan-1")
    write(ledger, "plan-2", verified_at=None)
    assert ledger.last_good_rows("s", "t") == 100
    assert ledger.last_good_rows("s", "a different target") is None


# Intents and outcomes ---------------------------------------------------------------------------------------------


def known(row: int, outcome: str = "applied") -> RowOutcome:
    """Return the outcome of a row."""
    return RowOutcome(row, outcome, SAID, 200, 1, AT, "service_said")


def test_the_newest_outcome_of_a_row_counts(ledger: Ledger) -> None:
    ledger.keep_plan(kept("plan-1"))
    intent = ledger.intend("plan-1", "run-1", "replace", ["faculty 1"], AT)
    ledger.record_outcomes("plan-1", [known(1), known(0, "unknown")])
    ledger.record_outcomes("plan-1", [known(0)], intents=[intent], at=AT)
    assert ledger.outcomes("plan-1") == [known(0), known(1)]
    assert ledger.outcomes("plan-2") == []


def test_many_outcomes_are_kept(ledger: Ledger) -> None:
    ledger.keep_plan(kept("plan-1"))
    for _ in range(2):
        ledger.record_outcomes("plan-1", [known(row) for row in range(1201)])
    assert [item.row for item in ledger.outcomes("plan-1")] == list(range(1201))


def test_an_intent_is_on_the_disk_before_anything_is_sent(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = Ledger.open(url)
    ledger.start_run("run-1", mode="sync", person="anna", at=AT)
    ledger.keep_plan(kept("plan-1"))
    first = ledger.intend("plan-1", "run-1", "replace", ["faculty 1", "faculty 2"], AT)
    assert ledger.intend("plan-1", "run-1", "batch", ["tenant x"], AT) > first
    with create_engine(url).connect() as other:
        rows = other.execute(text("select call, owners, settled_at from intents order by id")).all()
    assert [tuple(row) for row in rows] == [
        ("replace", '["faculty 1", "faculty 2"]', None),
        ("batch", '["tenant x"]', None),
    ]
    ledger.close()


def test_settling_all_leaves_no_intent_open(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    ledger = Ledger.open(url)
    ledger.start_run("run-1", mode="sync", person="anna", at=AT)
    ledger.keep_plan(kept("plan-1"))
    for call in ("replace", "batch"):
        ledger.intend("plan-1", "run-1", call, [], AT)
    ledger.record_all_outcomes("plan-1", [known(0)], at=AT)
    with create_engine(url).connect() as other:
        assert other.execute(text("select count(*) from intents where settled_at is null")).scalar() == 0
    assert ledger.outcomes("plan-1") == [known(0)]
    ledger.close()


def test_what_a_target_did_by_itself_is_kept_in_order(ledger: Ledger) -> None:
    ledger.keep_plan(kept("plan-1"))
    gone = {"owner": "t", "number": "1", "problems": "[]", "code": "deleted_by_service", "at": AT}
    rows = [{**gone, "name": name} for name in ("b", "a")]
    ledger.add_unplanned("plan-1", [])
    ledger.add_unplanned("plan-1", rows)
    assert ledger.unplanned("plan-1") == rows


# Approvals, locks, what has been learnt ---------------------------------------------------------------------------


def test_an_approval_is_for_one_fingerprint(ledger: Ledger) -> None:
    yes = Approval("anna", "the institute was closed", AT, expires=1000.0)
    ledger.approve("sha256:a", yes)
    assert ledger.approvals("sha256:a") == [yes]
    assert ledger.approvals("sha256:ab") == []


def test_the_newest_approval_comes_first(ledger: Ledger) -> None:
    for person in ("anna", "jan"):
        ledger.approve("sha256:a", Approval(person, "yes", AT, expires=1000.0))
    assert [yes.person for yes in ledger.approvals("sha256:a")] == ["jan", "anna"]


def test_a_target_has_one_holder_until_it_is_given_back_or_has_died(ledger: Ledger) -> None:
    mine, yours = Lock("run-1", "here:1", 10.0), Lock("run-2", "here:2", 20.0)
    assert ledger.locks.take("t", mine, is_dead=lambda _: False) is None
    assert ledger.locks.take("t", yours, is_dead=lambda _: False) == mine
    assert ledger.locks.take("another", yours, is_dead=lambda _: False) is None
    assert ledger.locks.take("t", yours, is_dead=lambda lock: lock == mine) is None
    assert not ledger.locks.keep("t", "run-1", 30.0)
    assert ledger.locks.keep("t", "run-2", 30.0)
    ledger.locks.give_back("t", "run-1")
    assert ledger.locks.keep("t", "run-2", 40.0), "only the holder can give it back"
    ledger.locks.give_back("t", "run-2")
    assert ledger.locks.take("t", mine, is_dead=lambda _: False) is None


def test_owners_are_remembered_for_a_sync_on_a_target(ledger: Ledger) -> None:
    ledger.memory.remember_owners("s", "t", ["faculty 1", "faculty 2", "faculty 1"])
    ledger.memory.remember_owners("s", "t", ["faculty 2", "faculty 3"])
    assert ledger.memory.owners("s", "t") == {"faculty 1", "faculty 2", "faculty 3"}
    assert ledger.memory.owners("s", "another") == ledger.memory.owners("another", "t") == set()


def test_a_type_that_was_kept_counts_until_it_is_seen_not_to_be(ledger: Ledger) -> None:
    ledger.memory.learn_types("t", {("faculty 1", "1"): True, ("faculty 1", "2"): False})
    assert ledger.memory.kept_types("t") == {("faculty 1", "1")}
    ledger.memory.learn_types("t", {("faculty 1", "1"): False, ("faculty 1", "2"): True})
    assert ledger.memory.kept_types("t") == {("faculty 1", "2")}
    assert ledger.memory.kept_types("another") == frozenset()


def test_a_habit_is_learnt_once(ledger: Ledger) -> None:
    for _ in range(2):
        ledger.memory.learn_trait("t", Quirk(QuirkCode.CUTS_NAMES, 40), AT)
    assert ledger.memory.traits("t") == {Quirk(QuirkCode.CUTS_NAMES, 40)}
    assert ledger.memory.traits("another") == set()
