"""A known problem does not cry every night: accepted until a day, bound to what it says, and back when that changes."""

from __future__ import annotations

import csv
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from directory_nights import SERVICES, Nights, of
from road_trip import Road, apio_state

from connectors.ledger.store import Ledger
from flows.reconciliation.accepting import accept, withdraw
from flows.reconciliation.body import Asked, reconcile_all
from flows.run import RunRequest, run
from flows.run_console import show_run
from flows.run_history import one_run, show_one_run
from flows.sync_run import RunResult
from schemas.errors import LedgerError, UsageError
from schemas.exit_codes import ExitCode
from tasks.reports.status_changes import SyncStatus, changed, sync_status

A, B, C, D = "22 552 00 01", "22 552 00 02", "22 552 00 03", "22 552 00 04"
BAD, WORSE = "room 12", "room 13"


class Ticking(Nights):
    """Nights that do not all begin in one moment."""

    def night(self, *names: str, mode: str = "sync") -> RunResult:
        tick(self.road)
        return super().night(*names, mode=mode)


def tick(road: Road) -> None:
    road.now += timedelta(seconds=1)


@pytest.fixture(params=SERVICES, ids=[service.__name__ for service in SERVICES])
def nights(request: pytest.FixtureRequest, road: Road) -> Nights:
    """Two owners that have one number each, a file that agrees, and one line in it that nobody can read."""
    nights = Ticking(road, request.param())
    nights.hold(o1=[("Dean", A)], o2=[("Office", B)], o3=[])
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("2", BAD, "Guest")])
    return nights


def held(result: RunResult) -> dict[int, dict[str, str]]:
    """Return the rows that are held, by line."""
    text = Path(result.reported[0].summary["reports"]["csv"]).read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {int(row["line"] or 0): row for row in rows if row["action"] == "hold"}


def let(nights: Nights, identity: str, until: str = "2026-12-31") -> dict[str, Any]:
    tick(nights.road)
    return accept(nights.road.context(), identity, until, "answered by the hotel")


def code(nights: Nights, chosen: int | None = 0) -> ExitCode:
    tick(nights.road)
    return run(nights.road.context(), RunRequest("sync", exit_known=chosen)).exit_code


def test_an_accepted_line_and_what_is_held_because_of_it_are_known(nights: Nights) -> None:
    first = nights.night()
    rows = held(first)
    assert len(rows) == 2, "the line, and the good line of its owner"
    assert of(first, "one")["known"] == 0
    told = let(nights, rows[4]["id"][:6])
    assert (told["kind"], told["line"], told["rows"]) == ("rejected", 4, 2)
    second = nights.night()
    assert second.exit_code == ExitCode.LINES_FAILED
    assert of(second, "one")["known"] == 2
    assert {row["accepted"] for row in held(second).values()} == {
        f"until 2026-12-31: answered by the hotel ({nights.road.context().person})"
    }
    assert code(nights) == ExitCode.DONE
    # A night tells its own story: when the first one ended, nothing was accepted.
    runs = [one_run(nights.road.context(), result.summary["run"]) for result in (first, second)]
    known = [[bool(line["accepted"]) for line in run["plans"][0]["lines"] if line["id"]] for run in runs]
    assert known == [[False, False], [True, True]]
    polish = one_run(nights.road.context(), second.summary["run"], "pl")["plans"][0]["lines"]
    assert {line["accepted"][:13] for line in polish if line["id"]} == {"do 2026-12-31"}


def test_a_line_that_is_accepted_is_shown_with_the_id_by_which_that_is_taken_back(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    identity = held(nights.night())[4]["id"]
    let(nights, identity)
    night = nights.night()
    capsys.readouterr()
    show_one_run(one_run(nights.road.context(), night.summary["run"]), "en", UTC, every=False)
    shown = capsys.readouterr().out
    assert "accepted until 2026-12-31: answered by the hotel" in " ".join(shown.split())
    assert f"id {identity}" in shown
    withdraw(nights.road.context(), identity, "it is over")


def test_the_end_of_a_run_says_how_many_of_its_problems_are_accepted(
    nights: Nights, capsys: pytest.CaptureFixture[str]
) -> None:
    let(nights, held(nights.night())[4]["id"])
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("2", BAD, "Guest"), ("1", WORSE, "Desk")])
    show_run(nights.night(), planned=False)
    assert "2 lines rejected; 2 of them accepted." in capsys.readouterr().out


def test_the_configuration_may_say_it_and_the_command_comes_first(nights: Nights) -> None:
    let_all(nights)
    text = (nights.road.folder / "phonesync.toml").read_text(encoding="utf-8")
    (nights.road.folder / "phonesync.toml").write_text("exit_known = 0\n" + text, encoding="utf-8")
    assert nights.night().exit_code == ExitCode.DONE
    assert code(nights, 1) == ExitCode.LINES_FAILED


def let_all(nights: Nights) -> None:
    let(nights, held(nights.night())[4]["id"])


@pytest.mark.parametrize(
    "lines",
    [
        [("1", A, "Dean"), ("2", B, "Office"), ("2", WORSE, "Guest")],
        [("1", A, "Dean"), ("2", B, "Office"), ("2", BAD, "Visitor")],
        [("1", A, "Dean"), ("2", B, "Office"), ("3", BAD, "Guest")],
        [("1", A, "Dean"), ("2", C, "Office"), ("2", BAD, "Guest")],
        [("1", A, "Dean"), ("2", B, "Office"), ("2", BAD, "Guest"), ("3", WORSE, "Guest")],
    ],
    ids=["cell", "name", "owner", "a line held because of it", "another line"],
)
def test_it_speaks_again_when_it_changes(nights: Nights, lines: list[tuple[str, str, str]]) -> None:
    let_all(nights)
    assert code(nights) == ExitCode.DONE
    nights.file("one", lines)
    assert code(nights) == ExitCode.LINES_FAILED


def test_it_speaks_again_when_the_entry_there_changes(nights: Nights) -> None:
    let_all(nights)
    nights.meddle("2", [("Office", D)])
    assert code(nights) == ExitCode.LINES_FAILED


def test_a_line_that_only_moves_within_its_file_is_the_same(nights: Nights) -> None:
    let_all(nights)
    nights.file("one", [("3", C, "Desk"), ("1", A, "Dean"), ("2", B, "Office"), ("2", BAD, "Guest")])
    assert code(nights) == ExitCode.DONE


def test_it_is_back_the_day_after(nights: Nights) -> None:
    let(nights, held(nights.night())[4]["id"], "2026-03-16")
    for _ in range(2):
        nights.road.now += timedelta(days=1)
        assert code(nights) == ExitCode.DONE
    nights.road.now += timedelta(days=1)
    assert code(nights) == ExitCode.LINES_FAILED


def test_it_is_back_at_once_where_somebody_withdraws_it(nights: Nights) -> None:
    rows = held(nights.night())
    identity = rows[4]["id"]
    with pytest.raises(LedgerError, match="has no exception at the moment"):
        withdraw(nights.road.context(), identity, "by mistake")
    let(nights, identity)
    assert code(nights) == ExitCode.DONE
    tick(nights.road)
    told = withdraw(nights.road.context(), identity, "the hotel has answered")
    assert (told["kind"], told["line"], told["rows"]) == ("rejected", 4, 2)
    again = nights.night()
    assert (of(again, "one")["known"], code(nights)) == (0, ExitCode.LINES_FAILED)
    assert {row["accepted"] for row in held(again).values()} == {""}
    with pytest.raises(LedgerError, match="has no exception at the moment"):
        withdraw(nights.road.context(), identity, "twice")


def test_it_survives_a_new_name_of_the_sync(nights: Nights) -> None:
    let_all(nights)
    nights.syncs["two"] = {**nights.syncs.pop("one"), "renamed_from": ["one"]}
    nights.configure()
    assert code(nights) == ExitCode.DONE


def test_what_is_not_there_or_does_not_wait_is_refused(nights: Nights) -> None:
    with pytest.raises(LedgerError):
        let(nights, "0000")
    identity = held(nights.night())[4]["id"]
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    with pytest.raises(LedgerError, match="No finding and no row"):
        let(nights, identity)
    with pytest.raises(UsageError):
        let(nights, identity, "2026-03-01")


def test_ids_say_nothing_of_a_number(nights: Nights) -> None:
    first = held(nights.night())[4]["id"]
    nights.road.ledger = Ledger.open("sqlite://")
    assert held(nights.night())[4]["id"] not in {"", first}


@pytest.mark.parametrize("on_drift", ["correct", "ask", "keep"])
def test_what_others_have_changed_stays_once_it_is_accepted(nights: Nights, on_drift: str) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")], on_drift=on_drift)
    nights.night()
    nights.meddle("1", [("Dean", C)])
    planned = nights.night(mode="plan").reported[0].lines
    (identity,) = set(planned["id"]) - {""}
    assert let(nights, identity)["kind"] == "drift"
    for _ in range(2):
        result = nights.night()
        assert result.exit_code == ExitCode.DONE
        assert of(result, "one")["drift"] == 1
        assert nights.numbers("1") == [C]
        findings = reconcile_all(nights.road.context(), Asked()).view.findings
        (fix,) = findings.loc[findings["kind"] != "agree", "fix"]
        assert ("while the exception lasts" in fix) == (on_drift != "keep"), fix
        assert "if one.csv is right, correct the entry in there" in fix
    # Changed once more, it is another matter.
    nights.meddle("1", [("Dean", D)])
    result = nights.night()
    assert nights.numbers("1") == {"correct": [A], "ask": [D], "keep": [D]}[on_drift]
    assert (result.exit_code == ExitCode.APPROVAL_NEEDED) == (on_drift == "ask")


def test_a_number_that_others_took_away_stays_away_while_accepted(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.meddle("1", [])
    (identity,) = set(nights.night(mode="plan").reported[0].lines["id"]) - {""}
    let(nights, identity, "2026-03-15")
    assert nights.night().exit_code == ExitCode.DONE
    assert nights.numbers("1") == []
    nights.road.now += timedelta(days=2)
    nights.night()
    assert nights.numbers("1") == [A]


def test_a_phone_list_has_known_problems_too(road: Road) -> None:
    road.open(apio_state([("Dean", A), ("Office", B)]))
    road.configure({"tenant": "chopin"})
    road.source(f"Name;Phone Number;New Name\nDean;{A};\nOffice;{BAD};\n")
    result = run(road.context(), RunRequest("sync"))
    rows = held(result)
    assert result.exit_code == ExitCode.LINES_FAILED
    accept(road.context(), rows[3]["id"], "2026-12-31", "room only")
    assert run(road.context(), RunRequest("sync", exit_known=0)).exit_code == ExitCode.DONE
    road.source(f"Name;Phone Number;New Name\nDean;{A};\nOffice;{WORSE};\n")
    assert run(road.context(), RunRequest("sync", exit_known=0)).exit_code == ExitCode.LINES_FAILED


def test_known_problems_are_no_news(nights: Nights) -> None:
    first = nights.night()
    let(nights, held(first)[4]["id"])
    known = sync_status(of(nights.night(), "one"))
    lines = sync_status(of(first, "one"))
    assert (lines, known) == (SyncStatus.LINES, SyncStatus.KNOWN)
    assert changed(lines, known) is changed(None, known) is changed(known, SyncStatus.GOOD) is None
    assert changed(known, lines) == "failed"
    assert changed(SyncStatus.STOPPED, known) == changed(SyncStatus.BLOCKED, known) == "recovered"
