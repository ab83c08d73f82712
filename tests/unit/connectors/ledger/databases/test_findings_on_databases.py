"""Reconciliations and acceptances, on each database."""

from __future__ import annotations

import pandas as pd
import pytest
from sqlalchemy import create_engine, inspect, text
from tables import table

from connectors.ledger.findings import Acceptance, Reconciliation
from connectors.ledger.migrate import NEWEST, version_of
from connectors.ledger.store import KeptPlan, Ledger
from schemas.errors import LedgerError
from schemas.tables import Finding, Plan, empty


def found(*rows: dict[str, str]) -> pd.DataFrame:
    """Return findings as the ledger keeps them."""
    filled = [{"id": f"{at:012x}", "kind": "missing", **row} for at, row in enumerate(rows)]
    return table(Finding, filled).assign(carried=False)


def keep(ledger: Ledger, run: str, at: str, *rows: dict[str, str]) -> Reconciliation:
    ledger.start_run(run, mode="reconcile", person="somebody", at=at)
    made = Reconciliation(run, at, "", {"missing": len(rows)}, found(*rows))
    ledger.findings.keep(made)
    return made


def test_a_reconciliation_comes_back_as_it_was_kept(ledger: Ledger) -> None:
    assert ledger.findings.last() is None
    keep(ledger, "run-1", "2026-01-01T02:00", {"owner": "faculty 1"})
    made = keep(ledger, "run-2", "2026-02-01T02:00", {"owner": "faculty 1"}, {"owner": "faculty ż"})
    last = ledger.findings.last()
    assert last is not None
    pd.testing.assert_frame_equal(last.findings, made.findings)
    assert (last.run, last.counts) == ("run-2", {"missing": 2})
    assert [one["run"] for one in ledger.findings.history(12)] == ["run-1", "run-2"]
    assert [one["run"] for one in ledger.findings.history(1)] == ["run-2"]


def test_a_reconciliation_is_found_by_its_run_or_by_a_day(ledger: Ledger) -> None:
    keep(ledger, "run-1", "2026-01-01T02:00")
    keep(ledger, "run-2", "2026-02-01T02:00")
    assert ledger.findings.find("run-1").run == "run-1"
    assert ledger.findings.find("2026-01-31").run == "run-1"
    assert ledger.findings.find("2026-02-01").run == "run-2"
    for reference in ("run", "nothing", "", "2025-12-31", "%"):
        with pytest.raises(LedgerError, match="2026-01-31"):
            ledger.findings.find(reference)


def test_the_newest_acceptance_counts_until_its_last_day(ledger: Ledger) -> None:
    for until in ("2026-12-31", "2026-06-30"):
        ledger.findings.accept(Acceptance("aaa", "faculty 1", until, "why", "anna", "2026-01-01"))
    assert ledger.findings.accepted("2026-06-30")["aaa"].until == "2026-06-30"
    assert ledger.findings.accepted("2026-07-01") == {}


def test_the_salt_stays_what_it_was(ledger: Ledger) -> None:
    assert ledger.findings.salt(lambda: "one") == "one"
    assert ledger.findings.salt(lambda: "two") == "one"


def test_an_erased_owner_is_in_no_reconciliation_any_more(ledger: Ledger) -> None:
    rows = (
        {"owner": "user 9", "number_csv": "1"},
        {"owner": "user 90", "where": "usos user 9: domowy; telephony tenant chopin: X"},
        {"owner": "faculty 1", "where": "usos user 99: domowy"},
    )
    keep(ledger, "run-1", "2026-01-01T02:00", *rows)
    keep(ledger, "run-2", "2026-02-01T02:00", rows[2])
    ledger.findings.accept(Acceptance("aaa", "user 9", "2999-01-01", "why", "anna", "2026-01-01"))
    assert ledger.findings.erase("user 9") == ["run-1"]
    rest = ledger.findings.find("run-1").findings
    assert rest[["owner", "where"]].to_numpy().tolist() == [["user 90", ""], ["faculty 1", "usos user 99: domowy"]]
    assert ledger.findings.accepted("2026-01-01") == {}


def test_purging_forgets_old_reconciliations_but_never_the_last_one(ledger: Ledger) -> None:
    for month in (1, 2, 3):
        keep(ledger, f"run-{month}", f"2026-0{month}-01T02:00")
    ledger.findings.accept(Acceptance("aaa", "x", "2026-01-15", "why", "anna", "2026-01-01"))
    assert ledger.archive.purge("2026-12-01", person="anna", at="2026-12-01") == ["run-1", "run-2"]
    last = ledger.findings.last()
    assert last is not None
    assert last.run == "run-3"


def test_types_that_a_place_did_not_keep_are_remembered(ledger: Ledger) -> None:
    ledger.memory.learn_types("target", {("faculty 1", "k"): False, ("faculty 2", "k"): True})
    assert ledger.findings.untyped("target") == {("faculty 1", "k")}


def test_owners_are_called_by_their_newest_names_until_they_are_erased(ledger: Ledger) -> None:
    ledger.names.learn("target", {"faculty 1": "Prawo", "faculty 2": "Chemia"}, "2026-01-02")
    ledger.names.learn("target", {"faculty 1": "Wydział Prawa"}, "2026-01-03")
    assert ledger.names.given("target") == {"faculty 1": "Wydział Prawa", "faculty 2": "Chemia"}
    assert ledger.names.given("another") == {}
    ledger.archive.erase("faculty 1", person="somebody", at="2026-01-04")
    assert ledger.names.given("target") == {"faculty 2": "Chemia"}


def test_a_ledger_of_the_first_release_keeps_what_it_has(url: str) -> None:
    first = Ledger.open(url)
    first.start_run("run", mode="plan", person="somebody", at="2026-01-02")
    plan = KeptPlan("run-x", "run", "x", "target", "sha256:a", "2026-01-02", 1, 0, [], empty(Plan))
    first.keep_plan(plan)
    first.close()
    engine = create_engine(url)
    with engine.begin() as connection:
        later = ("reconciliations", "acceptances", "salts", "owner_names", "interfaces", "fences", "service_names")
        for name in (*later, "refusals", "earlier_outcomes"):
            connection.execute(text(f"drop table {name}"))
        for name in ("outcomes", "unplanned"):
            connection.execute(text(f"alter table {name} drop column code"))
            connection.execute(text(f"alter table {name} drop column problems"))
        connection.execute(text("alter table approvals drop column used_by"))
        connection.execute(text("alter table intents drop column fence"))
        connection.execute(text("alter table housekeeping drop column about"))
        connection.execute(text("update alembic_version set version_num = '0001'"))
    opened = Ledger.open(url)
    assert version_of(engine) == NEWEST
    assert {"reconciliations", "acceptances", "salts", "owner_names", "interfaces"} <= set(
        inspect(engine).get_table_names()
    )
    assert opened.plan("run-x").sync == "x"
    opened.close()
    engine.dispose()
