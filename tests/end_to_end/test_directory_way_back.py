"""A directory's way back survives: older ledgers, erasure, purging, and syncs that were renamed."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from directory_nights import (
    FOUR,
    SERVICES,
    A,
    B,
    C,
    D,
    ListService,
    Nights,
    backup,
    guards_of,
    later,
    of,
    on_file,
    restore,
)
from road_trip import OPEN_GUARD, Road, Trip, apio_state

from connectors.ledger.store import Ledger
from flows.claims import release
from flows.doctor import examine
from flows.entry_history import events_of
from flows.ledger_age import adopt, age_of
from flows.retention import purge
from flows.run import RunRequest, run
from flows.status import standings
from schemas.exit_codes import ExitCode

# The way back survives ------------------------------------------------------------------------------------------------


def test_a_sync_that_was_renamed_knows_what_it_knew(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", C, "Office")])
    first = nights.night()
    nights.file("units", [("1", A, "Dean")], renamed_from="one")
    del nights.syncs["one"]
    nights.configure()
    assert of(nights.night(), "units")["left"] == 1
    back = run(nights.road.context(), RunRequest("revert", run=first.summary["run"]))
    assert of(back, "units")["actions"]["modify"] == 1
    assert run(nights.road.context(), RunRequest("apply", plan=of(back, "units")["plan"])).exit_code == ExitCode.DONE
    assert nights.numbers("2") == [B]


def test_a_ledger_from_a_backup_deletes_nothing_until_it_is_adopted(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("2", C, "Desk")])
    nights.night()
    nights.road.ledger.close()
    nights.road.ledger = Ledger.open("sqlite://")
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    told = of(nights.night(), "one")
    assert told["actions"]["delete"] == 0
    assert "phonesync doctor --adopt" in " ".join(told["notes"])
    assert nights.numbers("2") == [B, C]
    context = nights.road.context()
    assert [row["result"] for row in examine(context).summary["checks"] if row["what"] == "ledger"] == ["failed"]
    assert adopt(context)
    assert of(nights.night(), "one")["actions"]["delete"] == 1
    assert nights.numbers("2") == [B]


def test_whoever_adopts_a_ledger_that_is_right_hides_no_later_backup(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("2", C, "Desk")])
    nights.night()
    assert not adopt(nights.road.context()), "nothing was wrong with it"
    nights.road.ledger.close()
    nights.road.ledger = Ledger.open("sqlite://")
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    assert of(nights.night(), "one")["actions"]["delete"] == 0
    assert nights.numbers("2") == [B, C]


def test_an_older_ledger_is_noticed_by_what_stands_there(nights: Nights) -> None:
    """What it says it has left was changed since, just as the file wants it now: by runs that it does not know."""
    road = nights.road
    on_file(road)
    nights.hold(**{f"o{owner}": [("Dean", number)] for owner, number in zip("1235", (A, B, C, D), strict=True)})
    before = [(owner, number, "Dean") for owner, number in zip("1235", (A, B, C, D), strict=True)]
    nights.file("one", before, on_missing_owner="clear")
    nights.night()
    backup(road)
    nights.file("one", [(owner, number, "Dean") for owner, number in zip("123", FOUR, strict=False)])
    later(road)
    assert of(nights.night(), "one")["actions"]["delete"] == 1
    nights.meddle("5", [("Guest", FOUR[3])])  # it was cleared and forgotten: what is typed there now is theirs
    restore(road)
    for _ in range(2):
        later(road)
        result = nights.night()
        told = of(result, "one")
        assert (result.exit_code, told["actions"]["delete"], told["actions"]["hold"]) == (ExitCode.LINES_FAILED, 0, 1)
        (held,) = result.reported[0].lines.query("code == 'ledger_older'").to_dict("records")
        assert (held["outcome"], held["number_before"]) == ("held", FOUR[3])
        note = " ".join(told["notes"])
        assert re.search("3 owners or names .* 3 of them already match .*phonesync doctor --adopt", note)
        assert nights.numbers("5") == [FOUR[3]]
    context = road.context()
    (failed,) = [row for row in examine(context).summary["checks"] if row["what"] == "ledger"]
    assert failed["result"] == "failed"
    assert "restored from a backup" in failed["detail"]
    release(context, f"{nights.service.word} 5", "theirs")
    adopt(context)
    later(road)
    nights.file("one", [(owner, number, "Dean") for owner, number in zip("12", FOUR, strict=False)])
    told = of(nights.night(), "one")
    assert (told["actions"]["delete"], told["verified"]) == (1, True), "the ledger is taken as it is"
    assert (nights.numbers("5"), nights.numbers("3")) == ([FOUR[3]], [])


@pytest.mark.parametrize("showing", ["one", "two", "three"])
@pytest.mark.parametrize("mode", ["sync", "plan"])
def test_what_one_sync_of_a_run_shows_of_the_ledgers_age_keeps_all_of_them_from_deleting(
    nights: Nights, showing: str, mode: str
) -> None:
    """Whichever place it has in the run, and though it deletes nothing itself."""
    road, names = nights.road, ("one", "two", "three")
    on_file(road)
    owners = {name: [f"{at}{owner}" for owner in range(4)] for at, name in enumerate(names, 1)}
    lines = {
        name: [(owner, f"22 552 0{owner[0]} 0{owner[1]}", "Dean") for owner in some] for name, some in owners.items()
    }
    nights.hold(**{f"o{owner}": [] for some in owners.values() for owner in some})
    for name in names:
        nights.file(name, lines[name], on_missing_owner="clear")
    nights.night()
    backup(road)
    changed = [(owner, f"{number[:-2]}9{number[-1]}", "Dean") for owner, number, _ in lines[showing]]
    nights.file(showing, changed)
    later(road)
    assert nights.night().exit_code == ExitCode.DONE
    restore(road)
    later(road)
    others = [name for name in names if name != showing]
    for name in others:
        nights.file(name, lines[name][:3])
    result = nights.night(mode=mode)
    assert [item["sync"] for item in result.summary["syncs"]] == list(names)
    for name in others:
        told = of(result, name)
        assert (told["actions"]["delete"], told["actions"]["hold"]) == (0, 1), name
        assert "phonesync doctor --adopt" in " ".join(told["notes"])
    assert all(nights.numbers(owner) for some in owners.values() for owner in some)
    context = road.context()
    assert [row["result"] for row in examine(context).summary["checks"] if row["what"] == "ledger"] == ["failed"]
    adopt(context)
    later(road)
    assert [of(nights.night(), name)["actions"]["delete"] for name in others[:1]] == [1]
    assert not any(nights.numbers(owners[name][3]) for name in others)


THREE = {"one": "1", "two": "2", "three": "3"}


@pytest.fixture
def three(nights: Nights) -> Nights:
    """Three files in step, of two owners each."""
    on_file(nights.road)
    nights.hold(**{f"o{at}{owner}": [] for at in THREE.values() for owner in (0, 1)})
    for name in THREE:
        nights.file(name, _pair(name))
    assert nights.night().exit_code == ExitCode.DONE
    later(nights.road)
    return nights


def _pair(name: str) -> list[tuple[str, str, str]]:
    at = THREE[name]
    owners = (f"{at}0", "Dean"), (f"{at}1", "Office"), (f"{at}1", "Desk")
    return [(owner, f"22 552 0{at} 0{number}", name) for number, (owner, name) in enumerate(owners)]


def test_a_sync_that_deletes_waits_for_the_others_and_nothing_is_read_twice(three: Nights) -> None:
    """The results stand in the order of the syncs all the same."""
    for name in ("two", "three"):  # the second one has nothing to learn of the service any more
        three.file(name, _pair(name)[:2])
        alone = of(three.night(name), name)
        assert alone["actions"]["delete"] == 1
    three.file("one", _pair("one")[:2])
    three.file("two", [*_pair("two")[:2], ("20", D, "Hall")])
    three.file("three", [_pair("three")[0], ("31", C, "Office")])
    result = three.night()
    assert result.exit_code == ExitCode.DONE
    told = {name: of(result, name) for name in THREE}
    assert list(told) == [item["sync"] for item in result.summary["syncs"]]
    assert list(told) == [reported.summary["sync"] for reported in result.reported]
    assert [told[name]["actions"]["delete"] for name in THREE] == [1, 0, 0]
    assert all(told[name]["verified"] for name in THREE)
    assert told["one"]["requests"] == alone["requests"]
    with closing(sqlite3.connect(three.road.folder / "ledger.db")) as ledger:
        sent = ledger.execute("select plan from intents where run = ? order by id", [result.summary["run"]]).fetchall()
    assert [plan.rsplit("-", 1)[1] for (plan,) in sent] == ["two", "three", "one"]


def test_two_files_of_one_list_that_both_delete_do_not_take_each_other_for_somebody_else(road: Road) -> None:
    """What the one has read, before it let the other one go first, is what the other one has changed since."""
    nights = Nights(road, ListService())
    nights.hold(o1=[])
    files = {"one": [("", A, "Dean"), ("", B, "Office")], "two": [("", C, "Hall"), ("", D, "Desk")]}
    for _ in range(2):
        for name, lines in files.items():
            nights.file(name, lines)
        assert nights.night().exit_code == ExitCode.DONE
        later(road)
        files = {name: [(owner, FOUR[at], who)] for at, (name, [(owner, _, who), *_]) in enumerate(files.items())}
    assert [name for name, _ in road.entries()] == ["Dean", "Hall"]


def test_a_sync_that_cannot_be_looked_at_keeps_no_other_from_deleting(three: Nights) -> None:
    three.file("one", _pair("one")[:2])
    three.file("two", _pair("two")[:2], guard={**OPEN_GUARD, "max_deletes": 0})
    secrets = {"username": {"env": "NAME"}, "password": {"env": "WORD"}}
    three.connections["away"] = {"kind": "apio", "base_url": "http://127.0.0.1:9", "attempts": 1, **secrets}
    three.syncs["away"] = {"connection": "away", "tenant": "chopin", "source": "away.csv"}
    three.configure()
    (three.road.folder / "away.csv").write_text(f"Name;Phone Number\nHall;{D}\n", encoding="utf-8")
    result = three.night()
    assert of(result, "away")["error"]
    assert guards_of(result, "two") == ["max_deletes"]
    told = of(result, "one")
    assert (told["actions"]["delete"], told["outcomes"]["applied"], told["verified"]) == (1, 1, True)


def test_syncs_that_wait_for_deletions_and_for_arrivals_all_get_their_turn(three: Nights) -> None:
    """Numbers go round in a circle of three files, of which each deletes something beside."""
    wanted = {}
    for name, other in zip(THREE, ["two", "three", "one"], strict=True):
        (first, _, _), (second, _, _), *_ = _pair(name)
        wanted[name] = [(first, _pair(other)[0][1], "Dean"), (second, _pair(name)[1][1], "Office")]
        three.file(name, wanted[name])
    for _ in range(4):
        result = three.night()
        later(three.road)
    assert result.exit_code == ExitCode.DONE
    for name, lines in wanted.items():
        for owner, number, _ in lines:
            assert three.numbers(owner) == [number], name


def test_a_plan_from_before_deletes_nothing_by_an_older_ledger(nights: Nights) -> None:
    road = nights.road
    on_file(road)
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("2", C, "Desk")])
    nights.night()
    later(road)
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    planned = of(nights.night(mode="plan"), "one")
    assert planned["actions"]["delete"] == 1
    backup(road)
    later(road)
    last = nights.night().summary["run"]
    note = next((road.folder / "reports").glob(".last-run-*"))
    nights.meddle("2", [("Office", B), ("Desk", C)])
    restore(road)
    note.write_text(last, encoding="utf-8")  # the reports are where they were
    later(road)
    asked = RunRequest("apply", plan=planned["plan"], reason="it was right")
    refused = run(road.context(), asked)
    assert refused.exit_code == ExitCode.INVALID
    assert "phonesync doctor --adopt" in " ".join(error.remedy for error in refused.errors)
    assert nights.numbers("2") == [B, C]
    adopt(road.context())
    later(road)
    assert run(road.context(), asked).exit_code == ExitCode.DONE
    assert nights.numbers("2") == [B]


def test_a_night_in_which_others_have_changed_much_makes_no_ledger_older(nights: Nights) -> None:
    on_file(nights.road)
    nights.hold(o1=[("Dean", A)], o2=[("Dean", B)], o3=[("Dean", C)], o5=[("Dean", D)])
    owners = list(zip("1235", (A, B, C, D), strict=True))
    nights.file("one", [(owner, number, "Dean") for owner, number in owners], on_missing_owner="clear")
    nights.night()
    for owner, number in zip("123", FOUR, strict=False):
        nights.meddle(owner, [("Dean", number)])
    nights.file("one", [(owner, number, "Dean") for owner, number in owners[:3]])
    told = of(nights.night(), "one")
    assert (told["drift"], told["actions"]["delete"], told["verified"]) == (3, 1, True)
    assert nights.numbers("5") == []


def test_an_older_ledger_of_a_phone_list_is_noticed_by_what_stands_there(road: Road) -> None:
    on_file(road)
    names = ("Dean", "Office", "Porter", "Hall")
    road.open(apio_state([("Guest", "+48-225520099")]))
    road.configure({"tenant": "chopin", "delete_missing": False, "guard": OPEN_GUARD})

    def want(numbers: Iterable[str], **sync: Any) -> Trip:
        road.configure({"tenant": "chopin", "guard": OPEN_GUARD, "delete_missing": True, **sync})
        road.source(
            "Name;Phone Number\n" + "".join(f"{n};{number}\n" for n, number in zip(names, numbers, strict=False))
        )
        later(road)
        return road.go()

    assert want((A, B, C, D)).exit_code == ExitCode.DONE
    backup(road)
    assert want((*FOUR[:3], D)).exit_code == ExitCode.DONE
    restore(road)
    trip = want(FOUR[:3])
    assert (trip.exit_code, trip.about("Hall")["code"], trip.writes) == (ExitCode.LINES_FAILED, "ledger_older", [])
    adopt(road.context())
    assert want(FOUR[:3]).exit_code == ExitCode.DONE
    assert [name for name, _ in road.entries()] == ["Dean", "Office", "Porter"]


def test_a_machine_that_has_not_run_for_long_takes_what_another_one_has_purged_for_no_older_ledger(
    nights: Nights,
) -> None:
    """The ledger is one for both, the reports folders are two."""
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    later(nights.road)
    nights.file("one", [("1", A, "Dean"), ("2", C, "Office")], guard={"max_changes": 0})
    assert nights.night().exit_code == ExitCode.APPROVAL_NEEDED
    context = nights.road.context()
    unknown, known = (nights.road.now + timedelta(days=days) for days in (-1, 1))
    context.ledger.archive.purge(known.isoformat(timespec="seconds"), person="another", at=context.now())
    assert len(context.ledger.runs(9)) == 1, "the last good run"
    assert age_of(context) is None
    (note,) = (nights.road.folder / "reports").glob(".last-run-*")
    note.write_text(f"{known + timedelta(seconds=1):%Y%m%dT%H%M%SZ}-000009", encoding="utf-8")
    assert age_of(context), "nothing of that time was purged"
    for run_id in (f"{unknown:%Y%m%dT%H%M%SZ}-000009", ""):
        note.write_text(run_id, encoding="utf-8")
        assert age_of(context) is None


def test_purging_lists_first_what_it_would_forget(nights: Nights) -> None:
    runs = []
    for name in ("Dean", "Dean's office", "Deanery"):
        nights.file("one", [("1", A, name)])
        runs.append(nights.night().summary["run"])
        nights.road.now += timedelta(days=1)
    context = nights.road.context()
    listed = purge(context, timedelta(), dry_run=True)
    assert listed["purged"] == runs[:2]
    assert purge(context, timedelta())["purged"] == runs[:2]
    assert purge(context, timedelta(), dry_run=True)["purged"] == []


def test_a_person_is_erased_from_what_is_said_of_others(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", B, "Dean"), ("2", C, "Office")])
    nights.night()
    owner = f"{nights.service.word} 2"
    nights.file("one", [("1", B, "Dean")])
    context = nights.road.context()
    assert events_of(context, owner)
    release(context, owner, "closed")
    context.ledger.archive.erase(owner, person="tester", at=context.now())
    assert events_of(context, owner) == []
    assert not any(owner in str(kept.entries.to_dict("records")) for kept, _ in context.ledger.applied())
    assert not any(owner in str(row) for row in context.ledger.archive.housekeeping())


def test_the_way_back_leaves_out_who_was_erased_and_says_so(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", C, "Office")])
    nights.hold(o1=[("Dean", D)], o2=[("Office", B)])
    done = nights.night()
    context = nights.road.context()
    context.ledger.archive.erase(f"{nights.service.word} 2", person="tester", at=context.now())
    later(nights.road)
    back = run(nights.road.context(), RunRequest("revert", run=done.summary["run"]))
    assert back.exit_code == ExitCode.DONE
    told = of(back, "one")
    assert told["actions"]["modify"] == 1
    assert "1 " in " ".join(told["notes"])
    assert "erased" in " ".join(told["notes"])
    assert set(back.reported[0].lines["owner"]) == {f"{nights.service.word} 1"}
    applied = run(nights.road.context(), RunRequest("apply", plan=told["plan"]))
    assert applied.exit_code == ExitCode.DONE
    assert (nights.numbers("1"), nights.numbers("2")) == ([D], [C])


def test_a_sync_that_was_renamed_in_the_middle_of_its_work_is_carried_on_with(nights: Nights) -> None:
    nights.file("one", [("1", D, "Dean"), ("2", C, "Office")])
    context = nights.road.context()
    context.stopping.set()
    assert run(context, RunRequest("sync")).exit_code == ExitCode.UNSETTLED
    nights.file("units", [("1", D, "Dean"), ("2", C, "Office")], renamed_from="one")
    del nights.syncs["one"]
    nights.configure()
    later(nights.road)
    told = of(run(nights.road.context(), RunRequest("resume")), "units")
    assert (told["outcomes"]["applied"], told["verified"]) == (2, True)
    assert (nights.numbers("1"), nights.numbers("2")) == ([D], [C])


def test_a_name_in_two_files_of_a_list_is_refused_with_both_lines(road: Road) -> None:
    road.open(apio_state([("Guest", "+48-225520099")]))
    nights = Nights(road, SERVICES[1]())
    secrets = {"username": {"env": "NAME"}, "password": {"env": "WORD"}}
    nights.connections["lists"] = {"kind": "apio", "base_url": road.sandbox.apio_url, **secrets}
    for name, shared in (("one", True), ("two", True)):
        nights.file(name, [], connection="lists", tenant="chopin", shelf=None, shared=shared)
        (road.folder / f"{name}.csv").write_text(f"Name;Phone Number\nDean;{A}\n", encoding="utf-8")
    result = nights.night()
    assert result.exit_code == ExitCode.INVALID
    first, second = map(str, result.errors)
    assert re.search(r"one\.csv, line 2: \S+two\.csv, line 2 \(sync two\)", first)
    assert re.search(r"two\.csv, line 2: \S+one\.csv, line 2 \(sync one\)", second)
    assert road.entries() == [("Guest", "+48-225520099")]


def test_what_the_way_back_has_put_there_is_nobody_elses(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("1", C, "Guest"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    deleted = nights.night()
    back = run(nights.road.context(), RunRequest("revert", run=deleted.summary["run"]))
    later(nights.road)
    assert run(nights.road.context(), RunRequest("apply", plan=of(back, "one")["plan"])).exit_code == ExitCode.DONE
    assert nights.numbers("1") == [A, C]
    later(nights.road)
    planned = of(nights.night(mode="plan"), "one")
    assert (planned["came_back"], planned["actions"]["delete"]) == (0, 1), "the file has not been corrected"


def test_so_it_is_on_a_list_that_files_share(road: Road) -> None:
    nights = Nights(road, ListService())
    nights.hold(o1=[])
    nights.file("east", [("", A, "Archive"), ("", B, "Library")])
    nights.file("north", [("", C, "Hall")])
    nights.night()
    nights.file("east", [("", B, "Library")])
    later(road)
    deleted = nights.night("east")
    assert of(deleted, "east")["actions"]["delete"] == 1
    back = run(road.context(), RunRequest("revert", run=deleted.summary["run"]))
    later(road)
    assert run(road.context(), RunRequest("apply", plan=of(back, "east")["plan"])).exit_code == ExitCode.DONE
    assert "Archive" in {name for name, _ in road.entries()}
    later(road)
    for name, deletes in (("north", 0), ("east", 1)):
        assert of(nights.night(name), name)["actions"]["delete"] == deletes
    assert {name for name, _ in road.entries()} == {"Hall", "Library"}


def test_a_way_back_that_was_gone_once_is_not_said_to_be_somebody_elses(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("1", C, "Guest"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    deleted = nights.night()
    asked = RunRequest("revert", run=deleted.summary["run"])
    back = run(nights.road.context(), asked)
    later(nights.road)
    run(nights.road.context(), RunRequest("apply", plan=of(back, "one")["plan"]))
    later(nights.road)
    again = run(nights.road.context(), asked)
    told = {row["name_before"]: (row["action"], row["code"]) for row in again.reported[0].lines.to_dict("records")}
    assert told == {"Dean": ("keep", ""), "Guest": ("keep", "put_back_since")}


def test_a_way_back_is_no_good_run_of_the_file(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean")])
    nights.night()
    later(nights.road)
    nights.file("one", [("1", A, "Dean"), ("1", C, "Guest")])
    added = nights.night()
    (before,) = standings(nights.road.context())
    later(nights.road)
    back = run(nights.road.context(), RunRequest("revert", run=added.summary["run"]))
    run(nights.road.context(), RunRequest("apply", plan=of(back, "one")["plan"]))
    (after,) = standings(nights.road.context())
    assert nights.numbers("1") == [A]
    assert after.last_good == before.last_good != ""


def test_a_plan_that_has_waited_is_what_was_written_last(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("1", C, "Guest"), ("2", B, "Office")])
    waiting = nights.night(mode="plan")
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office"), ("3", D, "Desk")])
    later(nights.road)
    nights.night()
    later(nights.road)
    applied = run(nights.road.context(), RunRequest("apply", plan=of(waiting, "one")["plan"]))
    assert applied.exit_code == ExitCode.DONE
    assert nights.numbers("1") == [A, C]
    later(nights.road)
    told = of(nights.night(mode="plan"), "one")
    assert told["drift"] == 0, "phonesync has put it there, and nobody else"
    assert told["actions"]["delete"] == 1


def test_what_somebody_else_has_put_back_is_told_and_not_put_back_twice(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("1", C, "Guest"), ("2", B, "Office")])
    nights.night()
    nights.file("one", [("1", A, "Dean"), ("2", B, "Office")])
    deleted = nights.night()
    assert nights.numbers("1") == [A]
    nights.meddle("1", [("Dean", A), ("Guest", C)])
    back = run(nights.road.context(), RunRequest("revert", run=deleted.summary["run"]))
    told = {row["name_before"]: (row["action"], row["code"]) for row in back.reported[0].lines.to_dict("records")}
    assert told == {"Dean": ("keep", ""), "Guest": ("keep", "came_back")}
    applied = run(nights.road.context(), RunRequest("apply", plan=of(back, "one")["plan"], reason="back"))
    assert applied.exit_code == ExitCode.DONE
    assert nights.numbers("1") == [A, C]
