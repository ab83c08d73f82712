"""`reconcile`, `accept`, `find` and `export` as people call them, on the samples."""

from __future__ import annotations

import csv
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from waiting import eventually

from connectors.sandbox.options import Fault
from connectors.sandbox.server import Sandbox
from flows.context import open_context
from flows.reconciliation.reading import read_syncs, side_of
from flows.sandbox import SAMPLES
from schemas.quirks import Quirk, QuirkCode

Phonesync = Callable[..., Any]
Only = Callable[..., None]


def told_by_the_samples() -> dict[str, dict[str, int]]:
    """Return what the samples' own README says a first plan finds, which people counted by hand."""
    text = (SAMPLES / "README.md").read_text(encoding="utf-8")
    table = text[text.index("## What a first plan finds") : text.index("## Lines to look at")]
    found = {}
    for row in re.findall(r"^\| `([a-z-]+)` \| (.+) \|$", table, re.MULTILINE):
        _, _, add, modify, rename, delete, keep, hold, foreign, _ = map(int, row[1].split(" | "))
        counts = {"missing": add, "differs": modify + rename, "foreign": delete + foreign, "agree": keep}
        found[row[0]] = {**counts, "unreadable": hold}
    return found


def test_the_counts_are_those_that_people_counted_in_the_samples(phonesync: Phonesync) -> None:
    said = phonesync("reconcile", "--json")
    assert said.code == 1
    counted = Counter((row["sync"], row["kind"]) for row in said.findings)
    expected = {
        (sync, kind): count for sync, kinds in told_by_the_samples().items() for kind, count in kinds.items() if count
    }
    assert counted == expected
    assert said.json["findings"] == {"elsewhere": 0, "duplicate": 0, "stale": 0} | {
        kind: sum(count for (_, one), count in expected.items() if one == kind)
        for kind in ("agree", "missing", "foreign", "differs", "unreadable")
    }


def test_what_a_sync_is_said_to_do_is_what_its_plan_does(phonesync: Phonesync) -> None:
    """Also where the list has been seen to rewrite names: what was learnt there, a reconciliation knows too."""
    text = Path("desk_phones.csv").read_text(encoding="utf-8-sig")
    assert "\nBiblioteka;" in text
    Path("desk_phones.csv").write_text(text.replace("\nBiblioteka;", "\nBibliotéka;"), encoding="utf-8")
    with open_context(None, os.environ) as context:
        target = context.target(context.sync("desk-phones")).name
        context.ledger.memory.learn_trait(target, Quirk(QuirkCode.DROPS_ACCENTS), context.now())
    plans = {sync["sync"]: sync["plan"] for sync in phonesync("plan", "--json").json["syncs"]}
    with open_context(None, os.environ) as context:
        for one in read_syncs(context):
            side = side_of(context, one)
            assert side is not None
            planned = context.ledger.plan(plans[one.name]).entries
            assert side.plan.astype(str).to_dict("records") == planned.astype(str).to_dict("records")
    findings = phonesync("reconcile", "--json").findings
    (row,) = [row for row in findings if row["name_csv"] == "Bibliotéka"]
    assert row["kind"] == "agree"


def test_every_line_and_every_entry_is_in_exactly_one_finding(phonesync: Phonesync, sandbox: Sandbox) -> None:
    said = phonesync("reconcile", "--json")
    rows = said.findings
    lines = Counter((row["sync"], row["line"]) for row in rows if row["line"])
    assert max(lines.values()) == 1
    files = {system["name"]: system["entries"] for system in said.json["systems"] if system["kind"] == "csv"}
    assert Counter(sync for sync, _ in lines) == files
    there = Counter(row["number_there"] for row in rows if row["number_there"] and row["sync"] == "desk-phones")
    assert there == Counter(number for _, number in sandbox.apio.entries("chopin"))


def test_the_overlap_is_what_comparing_digits_by_hand_gives(phonesync: Phonesync, sandbox: Sandbox) -> None:
    said = phonesync("reconcile", "--json")
    report = json.loads(Path(said.json["reports"]["json"]).read_text(encoding="utf-8"))
    shared = {(row["a"], row["b"]): row["shared"] for row in report["overlap"]}
    entries = {re.sub(r"\D", "", number)[-9:] for _, number in sandbox.apio.entries("chopin")}
    buildings = {
        re.sub(r"\D", "", row.number)[-9:]
        for building in ("B01", "B02", "B03", "B04")
        for row in sandbox.usos.numbers("building", building)
    }
    assert shared["usos building", "telephony tenant chopin"] == len(entries & buildings) > 0
    assert len(shared) == 12 * 11 // 2


def test_after_a_sync_all_agree_but_for_what_a_sync_may_not_touch(phonesync: Phonesync) -> None:
    before = {row["id"]: row for row in phonesync("reconcile", "--json").findings}
    phonesync("sync")
    said = phonesync("reconcile", "--json")
    left = {row["kind"] for row in said.findings} - {"agree"}
    assert left == {"unreadable", "foreign"}
    for row in said.findings:
        if row["kind"] != "agree":
            # What is said to be for people to do is just what a sync has left.
            assert "phonesync sync" not in before[row["id"]]["fix"]
    healed = [row for row in before.values() if "phonesync sync" in row["fix"]]
    assert said.json["trend"] == {"new": 0, "persisting": len(said.findings) - 115, "resolved": len(healed)} | {
        "persisting": sum(row["kind"] != "agree" for row in said.findings)
    }


def test_numbers_of_users_are_in_no_report_and_on_no_screen(phonesync: Phonesync) -> None:
    said = phonesync("reconcile", "--json")
    screen = phonesync("reconcile").out
    folder = Path(said.json["reports"]["csv"]).parent
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0
        if path.suffix != ".xlsx":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"229997[0-2]\d\d|22 999 7[0-2]", text), path
    assert not re.search(r"22 999 7[0-2]", screen)
    assert "••• ••• •33" in screen


def test_a_finding_is_accepted_listed_apart_and_back_when_that_is_over(
    phonesync: Phonesync, only: Only, monkeypatch: pytest.MonkeyPatch
) -> None:
    only("faculties", "strings-phones")
    open_ = [row for row in phonesync("reconcile", "--json").findings if row["kind"] != "agree"]
    for row in open_:
        noted = phonesync("accept", row["id"], "--until", "2999-12-31", "--reason", "as agreed", "--json")
        assert noted.code == 0
        assert noted.json["person"] == "anna"
    said = phonesync("reconcile", "--json")
    assert said.code == 0
    assert sum(said.json["accepted"].values()) == len(open_)
    assert {row["accepted"] for row in said.findings if row["kind"] != "agree"} == {
        "until 2999-12-31: as agreed (anna)"
    }


@pytest.mark.parametrize(
    ("lang", "until", "withdrawn"),
    [
        (
            "en",
            "accepted until 2999-12-31: as agreed (anna)",
            "To withdraw one of these exceptions: phonesync accept ID",
        ),
        ("pl", "zaakceptowane do 2999-12-31: as agreed (anna)", "cofnąć jeden z tych wyjątków: phonesync accept ID"),
    ],
)
def test_whoever_reads_of_an_acceptance_on_the_terminal_can_take_it_back_from_there(
    phonesync: Phonesync, only: Only, lang: str, until: str, withdrawn: str
) -> None:
    only("strings-phones")
    first = next(row for row in phonesync("reconcile", "--json").findings if row["kind"] != "agree")
    assert "--withdraw" not in phonesync("reconcile").out
    phonesync("accept", first["id"], "--until", "2999-12-31", "--reason", "as agreed")
    shown = phonesync("--lang", lang, "reconcile").out
    assert until in " ".join(shown.split())
    assert withdrawn in shown
    (identity,) = re.findall(rf"^{first['id']}\b", shown, re.MULTILINE)
    assert phonesync("accept", identity, "--withdraw", "--reason", "it is over").code == 0
    assert "--withdraw" not in phonesync("--lang", lang, "reconcile").out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--until", "2020-01-01", "--reason", "x"), "not in the future"),
        (("--until", "soon", "--reason", "x"), "not a date"),
        (("--until", "2999-01-01", "--reason", " "), "needs a reason"),
    ],
)
def test_an_acceptance_that_cannot_be_meant_is_refused(
    phonesync: Phonesync, arguments: tuple[str, ...], said: str
) -> None:
    refused = phonesync("accept", "3fa2c19b00d4", *arguments)
    assert refused.code == 2
    assert said in refused.err


def test_what_agrees_or_was_never_found_cannot_be_accepted(phonesync: Phonesync, only: Only) -> None:
    only("buildings")
    agreeing = next(row for row in phonesync("reconcile", "--json").findings if row["kind"] == "agree")
    for identity in (agreeing["id"], "ffffffffffff"):
        assert phonesync("accept", identity, "--until", "2999-01-01", "--reason", "x").code == 2


def test_a_service_out_of_reach_hides_nothing_of_the_others(phonesync: Phonesync, only: Only, sandbox: Sandbox) -> None:
    only("faculties", "buildings", "desk-phones")
    whole = phonesync("reconcile", "--json")
    sandbox.apio.faults = [Fault("list", "html_before_commit", times=1000)]
    said = phonesync("reconcile", "--json")
    sandbox.apio.faults = []
    assert said.code == 4
    assert {row["sync"] for row in said.findings} == {"faculties", "buildings"}
    notes = {system["name"]: system["note"] for system in said.json["systems"]}
    assert notes["telephony tenant chopin"]
    assert not notes["usos faculty"]
    # Nothing is resolved for want of looking, and nothing is new once it can be looked at again.
    assert said.json["trend"]["resolved"] == 0
    again = phonesync("reconcile", "--json")
    assert again.json["findings"] == whole.json["findings"]
    assert again.json["trend"]["new"] == 0


def test_a_file_that_cannot_be_read_hides_nothing_of_the_others(phonesync: Phonesync, only: Only) -> None:
    only("buildings", "dormitories")
    Path("buildings.csv").write_text("nothing\n", encoding="utf-8")
    said = phonesync("reconcile", "--json")
    assert said.code == 2
    assert "buildings" not in {row["sync"] for row in said.findings}
    assert next(system["note"] for system in said.json["systems"] if system["name"] == "buildings")


def test_a_suggestion_is_a_copy_in_which_only_what_it_says_is_changed(phonesync: Phonesync, only: Only) -> None:
    only("faculties")
    original = Path("faculties.csv").read_bytes()
    said = phonesync("reconcile", "--suggest", "--json")
    suggested = said.json["suggestions"]["faculties"]
    assert Path("faculties.csv").read_bytes() == original
    before = original.decode("windows-1250").splitlines()
    after = Path(suggested["file"]).read_bytes().decode("windows-1250").splitlines()
    changed = [at for at, (old, new) in enumerate(zip(before, after, strict=True), start=1) if old != new]
    with Path(suggested["list"]).open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert changed == [16, 17] == [int(row["line"]) for row in listed]
    assert [row["after"] for row in listed] == ["22 999 04 00", "22 999 05 00"]


def test_a_workbook_gets_its_corrections_as_a_csv_file_that_can_take_its_place(
    phonesync: Phonesync, only: Only
) -> None:
    only("faculties")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    with Path("faculties.csv").open(encoding="windows-1250", newline="") as file:
        for row in csv.reader(file, delimiter=";"):
            sheet.append(row)
    book.save("faculties.xlsx")
    original = Path("faculties.xlsx").read_bytes()
    config = Path("phonesync.toml").read_text(encoding="utf-8")
    Path("phonesync.toml").write_text(config.replace("faculties.csv", "faculties.xlsx"), encoding="utf-8")
    suggested = phonesync("reconcile", "--suggest", "--json").json["suggestions"]["faculties"]
    assert Path("faculties.xlsx").read_bytes() == original
    with Path(suggested["list"]).open(encoding="utf-8", newline="") as file:
        assert [(row["line"], row["after"]) for row in csv.DictReader(file)] == [
            ("16", "22 999 04 00"),
            ("17", "22 999 05 00"),
        ]
    name = Path(suggested["file"]).name
    Path("phonesync.toml").write_text(config.replace("faculties.csv", name), encoding="utf-8")
    kinds = {row["kind"] for row in phonesync("reconcile", "--json").findings if row["sync"] == "faculties"}
    assert "unreadable" not in kinds


def test_the_suggested_files_leave_nothing_that_only_a_file_can_put_right(phonesync: Phonesync) -> None:
    said = phonesync("reconcile", "--suggest", "--json")
    for sync, written in said.json["suggestions"].items():
        source = {"strings-phones": "group_phones.csv", "desk-phones": "desk_phones.csv"}.get(sync, f"{sync}.csv")
        Path(source).write_bytes(Path(written["file"]).read_bytes())
    phonesync("sync")
    again = phonesync("reconcile", "--json")
    assert {row["kind"] for row in again.findings} == {"agree"}
    assert again.code == 0
    assert "Everything matches." in phonesync("reconcile").out


def test_a_link_finds_the_office_that_has_two_numbers(phonesync: Phonesync, only: Only) -> None:
    only("faculties", "desk-phones")
    Path("mapping.csv").write_text(
        "owner;list;name\n"
        "faculty 10060000;tenant chopin;Biblioteka\n"
        "faculty 10010000;;Kasa biletowa\n"
        "faculty 10010000;;Nobody\n",
        encoding="utf-8",
    )
    with Path("phonesync.toml").open("a", encoding="utf-8") as file:
        file.write('\n[reconcile]\nmapping = "mapping.csv"\n')
    said = phonesync("reconcile", "--json")
    nobody = {"file": "mapping.csv", "line": 4}
    assert said.json["links"] == {"known": 2, "loose": 1, "loose_at": [nobody]}
    assert "line: mapping.csv: 4." in phonesync("reconcile").out
    (row,) = [row for row in said.findings if row["name_there"] == "Kasa biletowa" and row["owner"] != "tenant chopin"]
    assert (row["kind"], row["what"], row["owner"]) == ("differs", "number", "faculty 10010000")
    assert row["where"] == "telephony tenant chopin: Kasa biletowa"
    assert "faculties.csv" in row["fix"]
    assert "desk_phones.csv" in row["fix"]


@pytest.mark.parametrize(
    ("text", "said"),
    [(None, "Check `mapping` under [reconcile]"), ("a;b;c\n1;2;3\n", "Its header must be owner;list;name")],
)
def test_what_is_wrong_with_the_mapping_is_not_put_down_to_a_sync(
    phonesync: Phonesync, only: Only, text: str | None, said: str
) -> None:
    only("faculties", "desk-phones")
    if text is not None:
        Path("mapping.csv").write_text(text, encoding="utf-8")
    with Path("phonesync.toml").open("a", encoding="utf-8") as file:
        file.write('\n[reconcile]\nmapping = "mapping.csv"\n')
    told = phonesync("reconcile")
    assert told.code == 2
    told_whole = " ".join((told.out + told.err).split())
    assert said in told_whole
    assert "sync's" not in told_whole


def test_a_column_links_a_line_to_an_entry_of_a_list(phonesync: Phonesync, only: Only) -> None:
    only("buildings", "desk-phones")
    Path("buildings.csv").write_text(
        "entity_id,number,comment,list\n"
        "B01,22 999 50 00,Portiernia,Portiernia B01\n"
        "B02,22 999 50 10,Portiernia,Szatnia B01\n",
        encoding="utf-8",
    )
    text = Path("phonesync.toml").read_text(encoding="utf-8")
    text = text.replace('source = "buildings.csv"', 'source = "buildings.csv"\ncolumns = { link = "list" }')
    Path("phonesync.toml").write_text(text, encoding="utf-8")
    said = phonesync("reconcile", "--json")
    assert said.json["links"] == {"known": 2, "loose": 0, "loose_at": []}
    (row,) = [row for row in said.findings if row["name_there"] == "Szatnia B01" and row["sync"] == "buildings"]
    assert (row["line"], row["kind"], row["what"]) == (3, "differs", "number")


def test_types_are_shown_with_their_words(phonesync: Phonesync, only: Only) -> None:
    only("faculties")
    typed = {row["type_there"] for row in phonesync("reconcile", "--lang", "pl", "--json").findings} - {""}
    assert typed
    assert all(re.fullmatch(r"[A-Z]+ \(.+\)", text) for text in typed)


def test_since_names_a_run_or_a_day(phonesync: Phonesync, only: Only) -> None:
    only("buildings", "strings-phones")
    first = phonesync("reconcile", "--json").json["run"]
    phonesync("sync")
    second = phonesync("reconcile", "--json").json
    assert second["since"] == first
    third = phonesync("reconcile", "--since", first, "--json").json
    assert third["since"] == first
    assert third["trend"] == second["trend"]
    for wrong in ("2020-01-01", "2999-13-45", "yesterday"):
        assert phonesync("reconcile", "--since", wrong).code == 2
    assert phonesync("reconcile", "--since", "2999-01-01", "--json").json["since"] == third["run"]


def test_find_says_who_has_a_number_however_it_is_spelled(phonesync: Phonesync, only: Only) -> None:
    only("faculties", "desk-phones")
    for text in ("22 999 06 00", "+48229990600", "(22) 999-06-00"):
        found = phonesync("find", text, "--json").json["found"]
        assert {row["where"] for row in found} == {
            "faculties",
            "desk-phones",
            "usos faculty",
            "telephony tenant chopin",
        }
    assert phonesync("find", "22 999 99 99").code == 1


def test_find_looks_names_up_and_hides_users_numbers(phonesync: Phonesync, only: Only, sandbox: Sandbox) -> None:
    only("faculties", "users", "desk-phones")
    before = len(sandbox.calls)
    assert {row["where"] for row in phonesync("find", "lutnik", "--json").json["found"]} >= {
        "desk-phones",
        "usos faculty",
    }
    searched = [call for call in sandbox.calls[before:] if call.method == "list"]
    assert searched
    rows = phonesync("find", "gabinet", "--json").json["found"]
    assert rows
    assert all(row["number"].startswith("•••") for row in rows if row["owner"].startswith("user "))


def test_find_asks_usos_for_the_number_of_an_id(phonesync: Phonesync, only: Only) -> None:
    only("buildings")
    rows = phonesync("find", "12", "--json").json["found"]
    assert [row["where"] for row in rows if "phone id" in row["where"]] == ["usos phone id 12"]


def test_export_never_writes_over_a_file_that_is_there(phonesync: Phonesync) -> None:
    before = Path("buildings.csv").read_bytes()
    refused = phonesync("export", "buildings")
    assert refused.code == 2
    assert "--force" in refused.err
    assert Path("buildings.csv").read_bytes() == before


@pytest.mark.parametrize("sync", ["faculties", "users", "buildings", "dormitories", "desk-phones", "strings-phones"])
def test_a_plan_after_an_export_is_empty(phonesync: Phonesync, sync: str) -> None:
    made = phonesync("export", sync, "--force", "--json")
    assert made.code == 0
    assert phonesync("plan", sync, "--exit-code").code == 0
    assert phonesync("plan", sync, "--json").json["syncs"][0]["actions"]["keep"] == made.json["entries"]


def test_who_has_nothing_but_usos_begins_with_a_list_of_ids(phonesync: Phonesync) -> None:
    Path("buildings.csv").unlink()
    refused = phonesync("export", "buildings")
    assert refused.code == 2
    assert "--ids" in refused.err
    for wrong in ("other.txt", "folder/ids", "B01|B02", "B01 B02"):
        assert phonesync("export", "buildings", "--ids", wrong).code == 2
    Path("ids.txt").write_text("B01\nB02\n", encoding="utf-8")
    made = phonesync("export", "buildings", "--ids", "ids.txt", "--ids", "B03", "--json").json
    assert (made["owners"], made["owners_without_numbers"]) == (3, 0)
    assert phonesync("plan", "buildings", "--exit-code").code == 0


def test_erasing_a_user_takes_reconciliations_along(phonesync: Phonesync, only: Only) -> None:
    only("users")
    said = phonesync("reconcile", "--json")
    assert any(row["owner"] == "user 900004" for row in said.findings)
    assert phonesync("erase", "--user", "900004", "--json").json["reconciliations"] == 1
    assert not Path(said.json["reports"]["csv"]).exists()
    assert b"user 900004" not in Path("phonesync.db").read_bytes()


def test_purging_keeps_the_last_reconciliation(phonesync: Phonesync, only: Only) -> None:
    only("buildings")
    first, last = (phonesync("reconcile", "--json").json["run"] for _ in range(2))
    # In the second in which it was made it is not older yet.
    assert eventually(lambda: phonesync("purge", "--older-than", "0d", "--json").json["purged"]) == [first]
    assert phonesync("reconcile", "--json").json["since"] == last
