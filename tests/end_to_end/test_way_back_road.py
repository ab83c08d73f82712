"""Interrupted runs are settled by reading, finished runs are turned back, and people are erased from what is kept."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from road_trip import Road, apio_state, rows_of, usos_state
from sqlalchemy import event

from connectors.ledger.engine import connect
from connectors.ledger.store import Ledger
from connectors.sandbox.options import ApioOptions, Fault
from flows.retention import erase, purge
from flows.run import RunRequest, run
from flows.run_history import one_run
from schemas.errors import LedgerError

FACULTY: dict[str, Any] = {"entity_class": "faculty", "guard": {"max_change_share": 1.0, "max_delete_share": 1.0}}
LIST: dict[str, Any] = {"tenant": "chopin", "write": "batch", "delete_missing": True, "guard": FACULTY["guard"]}
HEADER = "entity_id,number,comment,type_id\n"
OUT_OF_REACH = Fault("select", "server_error_before_commit", nth=3, times=50)
LIST_OUT_OF_REACH = Fault("list", "server_error_before_commit", nth=3, times=50)


@pytest.fixture
def changed(road: Road) -> Road:
    """One faculty whose comment is to change."""
    road.open(usos_state({"1": [("old", "22 999 00 01")], "2": [("B", "22 999 00 02")]}))
    road.configure(FACULTY)
    road.source(f"{HEADER}1,22 999 00 01,new,\n2,22 999 00 02,B,\n")
    return road


@pytest.mark.parametrize("kind", ["lost_after_commit", "reset_before_commit"])
@pytest.mark.parametrize("settled_by", ["resume", "sync"])
def test_a_lost_answer_that_could_not_be_read_is_settled_later(changed: Road, kind: Any, settled_by: Any) -> None:
    changed.fault(Fault("replace", kind), OUT_OF_REACH)
    trip = changed.go()
    assert (trip.exit_code, trip.outcomes["unknown"], trip.sync["verified"]) == (5, 1, False)
    changed.fault()
    again = changed.go(RunRequest(settled_by))
    assert again.exit_code == 0
    assert again.sync["verified"]
    assert again.writes == (["replace"] if kind == "reset_before_commit" else [])
    assert changed.numbers("1") == [("new", "22 999 00 01")]
    assert changed.go().writes == []
    assert changed.ledger.unfinished() == []


@pytest.mark.parametrize("settled_by", ["resume", "sync"])
def test_what_was_unknown_when_a_run_ended_is_told_of_it_for_good(changed: Road, settled_by: Any) -> None:
    changed.fault(Fault("replace", "reset_before_commit"), OUT_OF_REACH)
    broken = changed.go()
    identity = Path(broken.sync["reports"]["csv"]).parent.name
    assert broken.line(2)["outcome"] == "unknown"
    changed.fault()
    changed.sleep(60)
    later = changed.go(RunRequest(settled_by))
    assert later.exit_code == 0
    (plan,) = one_run(changed.context(), identity)["plans"]
    assert {line["line"]: (line["outcome"], line["message"]) for line in plan["lines"]} == {
        line["line"]: (line["outcome"], line["message"]) for line in broken.lines
    }
    assert changed.ledger.outcomes(broken.sync["plan"])[0].outcome != "unknown", "what counts is what is known now"


def test_a_run_that_resumes_a_renamed_sync_is_shown_by_its_new_name(changed: Road) -> None:
    changed.fault(Fault("replace", "reset_before_commit"), OUT_OF_REACH)
    changed.go()
    changed.fault()
    configuration = changed.folder / "phonesync.toml"
    text = configuration.read_text(encoding="utf-8")
    configuration.write_text(text.replace("[syncs.one]", '[syncs.units]\nrenamed_from = "one"'), encoding="utf-8")
    changed.sleep(60)
    resumed = changed.go(RunRequest("resume"))
    identity = Path(resumed.sync["reports"]["csv"]).parent.name
    (plan,) = one_run(changed.context(), identity)["plans"]
    assert {plan["sync"], *(line["sync"] for line in plan["lines"])} == {"units"}
    assert {line["sync"] for line in resumed.lines} == {"units"}


def test_what_somebody_else_has_written_after_a_crash_is_a_conflict(changed: Road) -> None:
    changed.fault(Fault("replace", "reset_before_commit"), OUT_OF_REACH)
    changed.go()
    changed.fault()
    changed.sandbox.usos.set_numbers("faculty", "1", rows_of([("theirs", "22 999 00 09")]))
    trip = changed.go(RunRequest("resume"))
    assert trip.exit_code == 1
    assert trip.line(2)["outcome"] == "conflict"
    assert trip.writes == []
    assert changed.numbers("1") == [("theirs", "22 999 00 09")]


@pytest.mark.parametrize("settled_by", ["resume", "sync"])
@pytest.mark.parametrize("protected", [True, False])
def test_an_entry_at_rest_that_the_service_refused_is_in_doubt_until_the_list_can_be_read(
    road: Road, settled_by: Any, *, protected: bool
) -> None:
    """Some services delete an entry whose row they refuse, and nobody can say which kind this one is."""
    stood = [("Porter", "+48-229990001"), ("Łódź", "+48-229990002")]
    road.open(apio_state(stood), apio=ApioOptions(latin1_names=True, protect_failed_rows=protected))
    road.configure({**LIST, "delete_missing": False})
    road.source("Name;Phone Number\nGate;22 999 00 03\n")
    road.fault(LIST_OUT_OF_REACH)
    trip = road.go()
    assert (trip.exit_code, trip.outcomes) == (5, {"unknown": 2, "unchanged": 1})
    assert "refused or deleted this entry" in trip.about("Łódź")["message"]
    assert (("Łódź", "+48-229990002") in road.entries()) == protected
    road.fault()
    road.sandbox.apio.options = ApioOptions()
    again = road.go(RunRequest(settled_by))
    assert again.exit_code == (0 if protected else 1)
    told = [row["code"] for row in again.lines if row["name_before"] == "Łódź" and row["outcome"] == "unplanned"]
    assert told == ([] if protected else ["put_back" if settled_by == "resume" else "cost_by_interruption"])
    assert again.writes == ([] if protected else ["create"])
    assert road.entries() == [("Gate", "+48-229990003"), *stood]
    assert road.ledger.unfinished() == []


@pytest.mark.parametrize("restore", [True, False])
def test_a_newcomer_that_the_service_deletes_comes_back_though_the_list_cannot_be_read(
    road: Road, *, restore: bool
) -> None:
    road.open(apio_state([("Porter", "+48-229990001")]))
    road.configure({**LIST, "restore_unplanned": restore})
    road.source("Name;Phone Number\nPorter;22 999 00 01\nGate;22 999 00 03\n")

    def come(service: Any) -> None:
        service.set_entries("chopin", None, [("Porter", "+48-229990001"), ("Newcomer", "+48-229990007")])

    road.fault(Fault("batch", "another_writer", mutation=come), LIST_OUT_OF_REACH)
    trip = road.go()
    assert (trip.exit_code, trip.outcomes) == (5, {"unknown": 1, "unchanged": 1, "unplanned": 1})
    assert (("Newcomer", "+48-229990007") in road.entries()) == restore
    said = "restored" if restore else "not restored: restore_unplanned is false"
    assert trip.about("Newcomer")["message"].endswith(f"; {said}")


def test_what_a_person_has_stopped_is_carried_on_with(changed: Road) -> None:
    context = changed.context()
    context.stopping.set()
    run_result = run(context, RunRequest("sync"))
    assert run_result.exit_code == 5
    assert run_result.summary["syncs"][0]["outcomes"]["skipped"] == 1
    trip = changed.go(RunRequest("resume"))
    assert (trip.exit_code, trip.outcomes) == (0, {"applied": 1, "unchanged": 1})


def test_a_plan_that_a_newer_one_has_replaced_is_not_carried_on_with(changed: Road) -> None:
    """Though somebody stops the newer one right away: resumed, the older one would overwrite it."""

    def stopped() -> None:
        context = changed.context()
        context.stopping.set()
        assert run(context, RunRequest("sync")).exit_code == 5

    stopped()
    changed.source(f"{HEADER}1,22 999 00 01,newest,\n2,22 999 00 02,B,\n")
    stopped()
    assert len(changed.ledger.unfinished()) == 1
    trip = changed.go(RunRequest("resume"))
    assert (trip.exit_code, trip.writes) == (0, ["replace"])
    assert changed.numbers("1") == [("newest", "22 999 00 01")]


def test_nothing_interrupted_is_nothing_to_resume(changed: Road) -> None:
    changed.go()
    run_result = run(changed.context(), RunRequest("resume"))
    assert (run_result.exit_code, run_result.summary["syncs"]) == (0, [])


def test_a_usos_run_is_turned_back_and_forth(changed: Road) -> None:
    before = changed.numbers("1")
    done = changed.go()
    run_id = changed.ledger.runs(1)[0]["id"]
    back = changed.go(RunRequest("revert", run=run_id))
    assert back.actions == {"modify": 1}
    assert back.writes == []
    assert changed.apply(back.sync["plan"]).exit_code == 0
    assert changed.numbers("1") == before
    assert changed.go().outcomes == done.outcomes


def test_a_phone_list_run_is_turned_back_where_nobody_else_has_written(road: Road) -> None:
    road.open(apio_state([("A", "+48-229990001"), ("B", "+48-229990002"), ("C", "+48-229990003")]))
    road.configure(LIST)
    road.source("Name;Phone Number;New Name\nA;22 999 00 09\nB;22 999 00 02;D\nE;22 999 00 05\n")
    before = road.entries()
    assert road.go().exit_code == 0
    run_id = road.ledger.runs(1)[0]["id"]
    road.sandbox.apio.set_entries("chopin", None, [*road.entries(), ("Newcomer", "+48-229990007")])
    back = road.go(RunRequest("revert", run=run_id))
    assert road.apply(back.sync["plan"]).exit_code == 0
    assert road.entries() == sorted([*before, ("Newcomer", "+48-229990007")])


def test_a_run_that_wrote_nothing_cannot_be_turned_back(changed: Road) -> None:
    changed.plan()
    with pytest.raises(LedgerError, match="wrote nothing"):
        changed.go(RunRequest("revert", run=changed.ledger.runs(1)[0]["id"]))


def test_deletions_of_a_week_add_up_over_runs(road: Road) -> None:
    entries = [(name, f"+48-22999000{at}") for at, name in enumerate("ABCDEF")]
    road.open(apio_state(entries))
    road.configure(LIST | {"guard": {**FACULTY["guard"], "max_deletes_per_week": 2, "max_source_drop": 1.0}})

    def keep(number: int) -> int:
        lines = (f"{name};{number}\n" for name, number in entries[:number])
        road.source("Name;Phone Number\n" + "".join(lines))
        return road.go().exit_code

    assert [keep(5), keep(4), keep(3)] == [0, 0, 3]
    road.now += timedelta(days=8)
    assert keep(3) == 0


def test_an_old_run_is_forgotten_with_its_reports_and_the_last_good_one_is_not(changed: Road) -> None:
    changed.plan()
    changed.go()
    changed.now += timedelta(days=100)
    context = changed.context()
    assert len([one for one in context.settings.reports.iterdir() if one.is_dir()]) == 2
    purged = purge(context, timedelta(days=90))
    assert len(purged["purged"]) == purged["report_folders"] == 1
    assert len(changed.ledger.runs(9)) == 1
    assert changed.go().writes == []
    assert changed.ledger.archive.housekeeping()[0]["deed"] == "purge"


def test_a_person_is_erased_from_everything_that_is_kept(road: Road) -> None:
    road.open(usos_state({"77": [("home", "22 999 00 01")], "78": [("home", "22 999 00 02")]}, "user"))
    road.configure(FACULTY | {"entity_class": "user"})
    road.source(f"{HEADER}77,22 999 00 01,mieszkanie,\n78,22 999 00 02,home,\n")
    waiting = road.plan()
    road.go()
    context = road.context()
    assert erase(context, "77") == {
        "mails": 0,
        "plans": 2,
        "reports": 2,
        "reconciliations": 0,
        "summaries": 0,
        "prefect": 0,
        "unreached": {},
    }
    kept = "".join(path.read_text(encoding="utf-8") for path in context.settings.reports.rglob("*.*"))
    for plan in (waiting.sync["plan"], road.ledger.runs(1)[0]["id"]):
        kept += road.ledger.plan(plan).entries.to_csv()
    (written,) = road.ledger.plans_of(road.ledger.runs(1)[0]["id"])
    kept += json.dumps([vars(item) for item in road.ledger.outcomes(written)])
    assert "user 77" not in kept
    assert "22 999 00 01" not in kept
    assert "mieszkanie" not in kept
    assert "user 78" in kept
    refused = road.apply(waiting.sync["plan"])
    assert (refused.exit_code, refused.writes) == (2, [])
    assert "erased" in refused.sync["error"]


def test_the_ledger_file_is_its_owners_alone(tmp_path: Any) -> None:
    Ledger.open(f"sqlite:///{tmp_path / 'ledger.db'}").close()
    assert (tmp_path / "ledger.db").stat().st_mode & 0o077 == 0


def test_a_ledger_that_fails_after_something_was_sent_is_exit_code_5(changed: Road) -> None:
    """What was sent is settled as soon as the ledger works again."""
    context = changed.context()

    def full(_service: Any) -> None:
        broken.append(1)

    broken: list[int] = []
    engine = connect(f"sqlite:///{changed.folder / 'own.db'}")
    event.listen(engine, "begin", lambda _: _fail() if broken else None)
    context.ledger = Ledger(engine)
    changed.fault(Fault("replace", "another_writer", mutation=full))
    run_result = run(context, RunRequest("sync"))
    assert run_result.exit_code == 5
    assert {type(error) for error in run_result.errors} == {LedgerError}
    broken.clear()
    changed.fault()
    again = changed.context()
    again.ledger = Ledger(engine)
    changed.now += timedelta(minutes=2)
    settled = run(again, RunRequest("resume"))
    assert settled.exit_code == 0
    assert settled.summary["syncs"][0]["requests"]["write"] == 0
    engine.dispose()


def _fail() -> None:
    raise LedgerError("The ledger failed in the middle of the work.")
