from __future__ import annotations

import dataclasses
import socket
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Insert, column, create_engine, insert, inspect, table, text

from connectors.ledger import migrations
from connectors.ledger.locks import Lock
from connectors.ledger.migrate import NEWEST, version_of
from connectors.ledger.names import KeptNames
from connectors.ledger.records import packed, referred
from connectors.ledger.store import Approval, KeptPlan, Ledger, Refusal
from flows.locking import locked
from schemas.errors import LedgerError, TargetBusy
from schemas.execution import RowOutcome
from schemas.ledger import metadata
from schemas.problems import Code, Problem, unpacked
from schemas.problems import packed as said_of
from schemas.quirks import FOLDS_NAMES, Quirk, QuirkCode
from schemas.reasons import LineCode
from schemas.tables import Plan, empty
from tasks.messages.rendering import said_of_rows, sentences
from tasks.reports.masking import told_masked


def no_sleep(_seconds: float) -> None:
    """Wait without waiting."""


def a_plan(identity: str = "run-faculties", **changes: object) -> KeptPlan:
    row = dict.fromkeys(empty(Plan).columns, "") | {"line": 2, "owner": "faculty 1", "action": "add", "key_after": "k"}
    entries = pd.DataFrame([row]).astype(empty(Plan).dtypes.to_dict())
    plan = KeptPlan(
        identity, "run", "faculties", "target", "sha256:abc", "2026-01-02", 10, 1, [{"guard": "x"}], entries
    )
    return dataclasses.replace(plan, **changes)  # type: ignore[arg-type]


@pytest.fixture
def kept(ledger: Ledger) -> KeptPlan:
    ledger.start_run("run", mode="plan", person="somebody", at="2026-01-02")
    plan = a_plan()
    ledger.keep_plan(plan)
    return plan


def test_a_new_ledger_has_the_newest_form_and_exactly_the_declared_tables(ledger: Ledger, url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    assert version_of(engine) == NEWEST
    engine.dispose()


def form_of(url: str) -> dict[str, list[str]]:
    """Return what a database says of each of its tables, in no order."""
    engine = create_engine(url)
    seen = inspect(engine)
    form = {}
    for name in seen.get_table_names():
        said = [seen.get_pk_constraint(name), *seen.get_foreign_keys(name), *seen.get_indexes(name)]
        columns = [column | {"type": repr(column["type"])} for column in seen.get_columns(name)]
        form[name] = sorted(map(repr, [*said, *columns]))
    engine.dispose()
    return form


def test_a_new_ledger_is_what_all_scripts_together_make(ledger: Ledger, url: str) -> None:
    made = form_of(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("drop table alembic_version"))
        metadata.drop_all(connection)
    assert form_of(url) == {}
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    assert version_of(engine) == NEWEST
    engine.dispose()
    assert len(made) > 15
    assert form_of(url) == made


def test_a_table_of_somebody_else_is_not_taken_for_one_of_ours(url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("create table traits (target text)"))
    with pytest.raises(LedgerError):
        Ledger.open(url)
    assert [*form_of(url)] == ["traits"]
    engine.dispose()


def test_a_ledger_of_a_newer_release_is_refused(ledger: Ledger, url: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(LedgerError, match="newer release"):
        Ledger.open(url)


def test_a_plan_comes_back_as_it_was_kept(ledger: Ledger, kept: KeptPlan) -> None:
    for reference in ("run-faculties", "run-f", "sha256:abc", "sha256:a"):
        found = ledger.plan(reference)
        pd.testing.assert_frame_equal(found.entries, kept.entries)
        assert dataclasses.replace(found, entries=kept.entries) == kept


@pytest.mark.parametrize("reference", ["", "nothing", "%", "_un"])
def test_a_reference_that_names_no_plan_is_refused(ledger: Ledger, kept: KeptPlan, reference: str) -> None:
    with pytest.raises(LedgerError, match="phonesync plan"):
        ledger.plan(reference)


def test_two_plans_that_begin_alike_are_told_apart_by_their_whole_name(ledger: Ledger, kept: KeptPlan) -> None:
    ledger.keep_plan(a_plan("run-faculties-2", fingerprint="sha256:b"))
    assert ledger.plan("run-faculties").id == "run-faculties"
    with pytest.raises(LedgerError, match="Several"):
        ledger.plan("run-fac")


def test_a_plan_is_written_once_and_unfinished_until_everything_is_known(ledger: Ledger, kept: KeptPlan) -> None:
    ledger.begin_writing(kept.id, "run")
    with pytest.raises(LedgerError, match="already"):
        ledger.begin_writing(kept.id, "run")
    assert [plan.id for plan in ledger.unfinished(sync="faculties", target="target")] == [kept.id]
    ledger.finish_writing(kept.id, settled=False, proof={"left": {"rows": 1}}, verified_at=None, deleted=0)
    assert [plan.id for plan in ledger.unfinished()] == [kept.id]
    assert ledger.last_good_rows("faculties", "target") is None
    ledger.finish_writing(kept.id, settled=True, proof={"left": {}}, verified_at="2026-01-03", deleted=4)
    assert ledger.unfinished() == []
    assert ledger.last_good_rows("faculties", "target") == 10
    assert ledger.deleted_since("faculties", "target", "2026-01-01") == 4
    assert ledger.deleted_since("faculties", "target", "2026-01-03") == 0


def test_outcomes_are_kept_and_the_newest_word_counts(ledger: Ledger, kept: KeptPlan) -> None:
    intent = ledger.intend(kept.id, "run", "replace", ["faculty 1"], "t")
    ledger.record_outcomes(
        kept.id, [RowOutcome(0, "unknown", "", 0, 1, "t"), RowOutcome(3, "applied", "", 200, 1, "t")], intents=[intent]
    )
    ledger.record_all_outcomes(kept.id, [RowOutcome(0, "applied", "[]", 200, 2, "u")], at="u")
    assert [(item.row, item.outcome) for item in ledger.outcomes(kept.id)] == [(0, "applied"), (3, "applied")]


def test_an_approval_covers_one_fingerprint_until_a_run_uses_it_up(ledger: Ledger, kept: KeptPlan) -> None:
    approval = Approval("somebody", "the institute was closed", "t", expires=100.0)
    for fingerprint in (kept.fingerprint, "sha256:other"):
        ledger.approve(fingerprint, approval)
        assert ledger.approvals(fingerprint) == [approval]
    ledger.begin_writing(kept.id, "run")
    assert ledger.approvals(kept.fingerprint) == [dataclasses.replace(approval, used_by="run")]
    assert ledger.approvals("sha256:other") == [approval]


def test_what_a_target_does_is_remembered_per_target(ledger: Ledger) -> None:
    ledger.memory.learn_types("target", {("one", "k"): True, ("two", "k"): True})
    ledger.memory.learn_types("target", {("two", "k"): False})
    ledger.memory.learn_trait("target", FOLDS_NAMES, "t")
    ledger.memory.learn_trait("target", FOLDS_NAMES, "u")
    ledger.memory.remember_owners("faculties", "target", ["b", "a", "a"])
    ledger.memory.remember_owners("faculties", "target", ["a"])
    assert ledger.memory.kept_types("target") == {("one", "k")}
    assert ledger.memory.traits("target") == {FOLDS_NAMES}
    assert ledger.memory.traits("another") == set()
    assert ledger.memory.owners("faculties", "target") == {"a", "b"}


def test_one_run_holds_a_target_and_a_second_one_is_told_who(ledger: Ledger, url: str) -> None:
    other = Ledger.open(url)
    with locked(ledger, "target", "first", lambda: 1000.0, no_sleep) as mine:
        assert mine()
        with pytest.raises(TargetBusy), locked(other, "target", "second", lambda: 1001.0, no_sleep):
            pass
        with locked(other, "another target", "second", lambda: 1001.0, no_sleep):
            pass
    with locked(other, "target", "second", lambda: 1002.0, no_sleep):
        pass
    other.close()


def test_a_holder_that_was_not_heard_of_for_a_minute_gives_way(ledger: Ledger) -> None:
    abroad = Lock("first", "elsewhere:1", 1000.0)
    assert ledger.locks.take("target", abroad, is_dead=lambda _: False) is None
    with pytest.raises(TargetBusy, match="first"), locked(ledger, "target", "second", lambda: 1059.0, no_sleep):
        pass
    with locked(ledger, "target", "second", lambda: 1061.0, no_sleep) as mine:
        assert mine()
        assert not ledger.locks.keep("target", "first", 1062.0)


def test_a_dead_process_of_this_machine_gives_way_at_once(ledger: Ledger) -> None:
    dead = Lock("first", f"{socket.gethostname()}:{2**22 + 1}", 1000.0)
    ledger.locks.take("target", dead, is_dead=lambda _: False)
    with locked(ledger, "target", "second", lambda: 1001.0, no_sleep) as mine:
        assert mine()


def test_of_many_that_want_a_target_at_once_one_gets_it(url: str) -> None:
    ledgers = [Ledger.open(url) for _ in range(6)]
    start, held = threading.Barrier(6), []

    def take(at: int) -> None:
        start.wait()
        lock = Lock(f"run {at}", "elsewhere:1", 1.0)
        if ledgers[at].locks.take("target", lock, is_dead=lambda _: False) is None:
            held.append(at)

    threads = [threading.Thread(target=take, args=(at,)) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for opened in ledgers:
        opened.close()
    assert len(held) == 1


CUT_SHORT = "stopped before all of it was done; phonesync resume does the rest"


OLD_REJECTION = 'rejected: Telefon "Anna": There is no number in this text.'


def said(problems: str) -> str:
    return sentences(unpacked(problems))


def a_ledger_before_codes(url: str) -> None:
    """Make a ledger by the migrations up to 0002, with what a run of that release has left in it."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    old = a_plan().entries.drop(columns=["code", "problems"]).assign(message=OLD_REJECTION)
    rows: dict[str, list[dict[str, object]]] = {
        "runs": [{"id": "run", "mode": "sync", "person": "anna", "started_at": "t"}],
        "plans": [
            {
                "id": "run-faculties",
                "run": "run",
                "sync": "faculties",
                "target": "target",
                "fingerprint": "sha256:abc",
                "created_at": "t",
                "source_rows": 1,
                "rejected": 0,
                "guards": "[]",
                "writes": 1,
                "deleted": 0,
                "state": "writing",
                "entries": packed(old),
            }
        ],
        "outcomes": [
            {
                "plan": "run-faculties",
                "row": row,
                "outcome": "skipped",
                "message": message,
                "http_status": 0,
                "attempts": 1,
                "at": "t",
            }
            for row, message in enumerate(["not sent", CUT_SHORT])
        ],
        "unplanned": [
            {"id": 1, "plan": "run-faculties", "owner": "o", "name": "n", "number": "1", "message": "gone", "at": "t"}
        ],
        "traits": [
            {"target": "target", "trait": trait, "at": "t"}
            for trait in ("ignores the case of names", "cuts names to 40", "drops accents from names")
        ],
    }
    engine = create_engine(url)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for name, some in rows.items():
            connection.execute(insert(table(name, *map(column, some[0]))), some)
    engine.dispose()


def test_a_ledger_before_codes_keeps_its_sentences(url: str) -> None:
    a_ledger_before_codes(url)
    ledger = Ledger.open(url)
    assert [(said(item.problems), item.code) for item in ledger.outcomes("run-faculties")] == [
        ("not sent", ""),
        (CUT_SHORT, "cut_short"),  # what a run goes by is understood
    ]
    assert [(said(row["problems"]), row["code"]) for row in ledger.unplanned("run-faculties")] == [("gone", "")]
    assert ledger.memory.traits("target") == {
        FOLDS_NAMES,
        Quirk(QuirkCode.CUTS_NAMES, 40),
        Quirk(QuirkCode.DROPS_ACCENTS),
    }
    plan = ledger.plan("run-faculties")
    Plan.validate(plan.entries)
    assert list(said_of_rows(plan.entries["problems"]))[:1] == [OLD_REJECTION]
    shown = said_of_rows(plan.entries["problems"], "pl", told_masked)
    assert list(shown)[:1] == ['rejected: Telefon "•••": There is no number in this text.']
    pd.testing.assert_frame_equal(plan.entries.assign(problems=""), a_plan().entries.assign(problems=""))
    ledger.close()


def test_a_plan_that_changes_nothing_refers_to_one_that_is_the_same_and_outlives_it(ledger: Ledger, url: str) -> None:
    """Three nights at rest; the first has the table, and stays as long as a later one refers to it."""
    at_rest = a_plan().entries.assign(action=pd.Series(["keep"], dtype="str"))
    for day in range(1, 4):
        run, at = f"run{day}", f"2026-01-0{day}"
        ledger.start_run(run, mode="sync", person="somebody", at=at)
        ledger.keep_plan(a_plan(f"{run}-faculties", run=run, created_at=at, entries=at_rest, guards=[]))
        ledger.begin_writing(f"{run}-faculties", run)
        ledger.finish_writing(f"{run}-faculties", settled=True, proof={}, verified_at=at, deleted=0)
    engine = create_engine(url)
    with engine.connect() as connection:
        stored = {row.id: row.entries for row in connection.execute(text("select id, entries from plans"))}
    engine.dispose()
    assert [referred(bytes(stored[f"run{day}-faculties"])) for day in (1, 2, 3)] == ["", *["run1-faculties"] * 2]
    assert ledger.archive.purge("2026-01-03", person="somebody", at="2026-01-04") == ["run2"]
    assert ledger.plan("run3-faculties").entries.equals(at_rest)
    assert ledger.archive.erase("faculty 1", person="somebody", at="2026-01-04") == ["run1-faculties", "run3-faculties"]
    assert ledger.plan("run3-faculties").entries["owner"].tolist() == [""]


def test_who_is_erased_is_named_in_nobody_elses_row(ledger: Ledger) -> None:
    """By a move, or as the one whose id somebody may have meant; the same id of another kind is somebody else."""
    said = {
        "user 1": Problem(Code.MOVES_HERE, {"owner": "user 77"}),
        "user 2": Problem(LineCode.ID_NEAR, {"id": "77"}),
        "user 3": Problem(LineCode.ID_NEAR, {"id": "770"}),
        "faculty 4": Problem(LineCode.ID_NEAR, {"id": "77"}),
    }
    row = a_plan().entries
    rows = [row.assign(owner=owner, problems=said_of(problem)) for owner, problem in said.items()]
    entries = pd.concat(rows, ignore_index=True).astype(empty(Plan).dtypes.to_dict())
    ledger.start_run("run", mode="plan", person="somebody", at="2026-01-02")
    ledger.keep_plan(a_plan(entries=entries))
    assert ledger.archive.erase("user 77", person="somebody", at="2026-01-04") == ["run-faculties"]
    kept = ledger.plan("run-faculties").entries
    assert [bool(problems) for problems in kept["problems"]] == [False, False, True, True]
    assert kept["owner"].tolist() == [*said]


def a_ledger_of_form(url: str, form: str, rows: Sequence[Insert] = ()) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = connection
        command.upgrade(config, form)
        for row in rows:
            connection.execute(row)
    assert version_of(engine) == form
    engine.dispose()


def test_a_ledger_from_before_deeds_had_what_they_are_about_knows_it_all_the_same(url: str) -> None:
    columns = ("deed", "person", "at", "detail")
    deeds = table("housekeeping", *map(column, columns))
    noted = [
        ("purge", "3 runs from before 2026-01-02T00:00:00+00:00"),
        ("purge", "0 runs from before 2026-01-01T00:00:00+00:00"),
        ("release", "faculty 1 of north, south: closed"),
    ]
    rows = [insert(deeds).values(deed=deed, person="anna", at="2026-02-01", detail=detail) for deed, detail in noted]
    a_ledger_of_form(url, "0010", rows)
    ledger = Ledger.open(url)
    assert ledger.archive.forgotten_before() == "2026-01-02T00:00:00+00:00"
    ledger.archive.erase("faculty 1", person="anna", at="2026-02-02")
    assert not any("faculty 1" in str(row) for row in ledger.archive.housekeeping())
    ledger.close()


def test_a_ledger_of_the_form_before_refusals_takes_them(url: str) -> None:
    a_ledger_of_form(url, "0009")
    ledger = Ledger.open(url)
    first, second = Refusal("anna", "not this week", "2026-03-14T02:00:00"), Refusal("jan", "no", "2026-03-14T03:00:00")
    for no in (first, second):
        ledger.refuse("run-faculties", no)
    assert ledger.refusals("run-faculties") == [second, first]
    assert ledger.refusals("another") == []
    assert ledger.archive.reasons_without("week", "•••") == 1
    ledger.close()


def test_a_plan_is_refused_while_a_no_is_the_last_word(ledger: Ledger, kept: KeptPlan) -> None:
    assert ledger.refused() == set()
    ledger.refuse(kept.id, Refusal("anna", "not this week", "2026-03-14T02:00:00"))
    assert ledger.refused() == {kept.id}
    ledger.approve(kept.fingerprint, Approval("jan", "it is right", "2026-03-14T03:00:00", expires=100.0))
    assert ledger.refused() == set()


def test_what_other_syncs_have_written_since_is_known(ledger: Ledger, kept: KeptPlan) -> None:
    ledger.start_run("later", mode="apply", person="somebody", at="2026-01-04")
    ledger.begin_writing(kept.id, "later")
    assert [plan.id for plan in ledger.written_since("target", "2026-01-05", without="another")] == [kept.id]
    ledger.finish_run("later", exit_code=0, summary={}, at="2026-01-06")
    for target, at, sync in (("other", "2026-01-05", "another"), ("target", "2026-01-07", "another")):
        assert ledger.written_since(target, at, without=sync) == []
    assert ledger.written_since("target", "2026-01-05", without="faculties") == []
    assert [plan.id for plan in ledger.written_since("target", "2026-01-06", without="another")] == [kept.id]


NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "in_vain", "fresh"),
    [
        *((0, False, True), (7 * 24 - 1, False, True), (7 * 24, False, False), (-1, False, False)),
        *((0, True, True), (22, True, True), (23, True, False)),
    ],
)
def test_names_are_asked_for_again_after_a_week_and_after_a_question_in_vain_the_next_day(
    ledger: Ledger,
    hours: int,
    in_vain: bool,  # noqa: FBT001 - a case
    fresh: bool,  # noqa: FBT001 - likewise
) -> None:
    asked = (NOW - timedelta(hours=hours)).isoformat(timespec="milliseconds")
    ledger.names.keep("target", {"faculty 1": KeptNames({"pl": "Wydział"}, "" if in_vain else asked, asked)})
    assert ledger.names.fresh("target", NOW) == ({"faculty 1"} if fresh else set())
    assert ledger.names.fresh("another", NOW) == set()


def test_an_owner_is_called_what_its_file_says_else_what_the_service_does(ledger: Ledger) -> None:
    said = {"faculty 1": KeptNames({"pl": "Wydział"}, "t", "t"), "faculty 2": KeptNames({}, "", "t")}
    ledger.names.keep("target", {**said, "faculty 3": KeptNames({"pl": "Instytut"}, "t", "u")})
    ledger.names.learn("target", {"faculty 3": "Biuro"}, "t")
    assert ledger.names.of("target", "en") == {"faculty 1": "Wydział", "faculty 3": "Biuro"}
    assert ledger.names.called(["target"]) == {"faculty 1": ["Wydział"], "faculty 3": ["Instytut"]}
    assert ledger.names.kept("target")["faculty 3"].in_vain
