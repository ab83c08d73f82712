"""What stops a run or a line: guards, services that refuse, answers that are lost, others who write; exit codes."""

from __future__ import annotations

import contextlib
import json
import subprocess
from typing import Any

import pytest
from golden_stage import STATE, Stage

from connectors.sandbox.options import Fault

FACULTY = {"entity_class": "faculty", "source": "faculties.csv", "full_numbers": True}
OPEN = {"max_delete_share": 1.0, "max_change_share": 1.0, "max_source_drop": 1.0, "max_moved_share": 1.0}
# What a file says of three faculties: lines to keep, a modification, additions, and deletions by not saying anything.
LINES = (
    "entity_id;number;comment;type_id\n"
    "10070000;22 999 07 00;Dział Informatyczny;STA\n"
    "10070000;22 999 07 01;Studio nagrań;STA\n"
    "10080000;22 999 08 00;Sala koncertowa – kasa biletowa;STA\n"
    "10080000;22 999 08 02;Sala koncertowa – próby;STA\n"
    "10090000;22 999-09-00;Szkoła Doktorska;STA\n"
    "10090000;22 999 09 01;Sekretariat;STA\n"
)
LIST = (
    "Name;Phone Number;New Name\n"
    "Skrzypce - sala 1;22 999 30 00;\n"
    "Altowki;22 999 30 11;\n"
    "Harfy;22 999 30 40;\n"
    "Kontrabasy;22 999 30 30;Kontrabasy i harfy\n"
)


def lay(stage: Stage, **keys: Any) -> None:
    """Lay out one small sync of each service; the phone list is sent as one."""
    stage.put("faculties.csv", LINES)
    stage.put("strings.csv", LIST)
    strings = {"tenant": "chopin", "group": "strings", "source": "strings.csv", "full_numbers": True, "guard": OPEN}
    strings["write"] = "batch"
    stage.configure({"faculties": {**FACULTY, "guard": OPEN, **keys}, "strings": strings})


def tell(stage: Stage, *syncs: str) -> None:
    """Run, tell it in all ways, and tell the next run, when all is well again."""
    stage.run("sync", *syncs)
    stage.run("show", "last", "--json")
    for sync in syncs:
        stage.rows_of(f"reports/*/{sync}.csv")
    stage.fault()
    stage.run("sync", *syncs, "--json")


# Guards ---------------------------------------------------------------------------------------------------------------

GUARDS: dict[str, tuple[str, Any]] = {
    "max-deletes": ("buildings.csv", {"max_deletes": 0, "max_delete_share": 1.0}),
    "max-delete-share": ("buildings.csv", {"max_delete_share": 0.1}),
    "max-deletes-per-week": ("buildings.csv", {"max_deletes_per_week": 0}),
    "max-changes": ("buildings.csv", {"max_changes": 0}),
}


@pytest.mark.parametrize("case", GUARDS)
def test_guard(stage: Stage, case: str) -> None:
    source, limits = GUARDS[case]
    stage.samples()
    stage.drop_lines(source, 3, 4)
    sync = {"entity_class": "building", "source": source, "full_numbers": True}
    stage.configure({"buildings": {**sync, "guard": limits}})
    stage.run("plan")
    stage.run("sync", "--json")


def test_guard_against_a_file_that_has_shrunk_or_moved(stage: Stage) -> None:
    stage.samples()
    stage.quietly("sync", "faculties")
    text = (stage.folder / "faculties.csv").read_bytes().decode("windows-1250")
    header, *lines = text.splitlines(keepends=True)
    stage.put("faculties.csv", "".join([header, *lines[:10]]).encode("windows-1250"))
    stage.run("plan", "faculties")
    moved = [line.replace("100", "101", 1) for line in lines]
    stage.put("faculties.csv", "".join([header, *moved]).encode("windows-1250"))
    stage.run("plan", "faculties")
    stage.put("faculties.csv", header.encode("windows-1250"))
    stage.run("plan", "faculties", "--json")


def test_a_guard_is_approved(stage: Stage) -> None:
    stage.samples()
    stage.drop_lines("buildings.csv", 3, 4)
    stopped = stage.run("sync", "buildings", "--json")
    plan = stopped.plan("buildings")
    stage.run("apply", plan)
    stage.run("apply", plan, "--approve", " ")
    stage.run("apply", plan, "--approve", "the cloakroom is closed")
    stage.rows_of("reports/*/buildings.csv")
    stage.run("show", "last")
    stage.run("runs", "--json")


# Services -------------------------------------------------------------------------------------------------------------


def test_lines_that_fail(stage: Stage) -> None:
    lay(stage)
    unknown = "99999999;22 999 09 09;Nie ma takiej jednostki;STA\n10060000;22 999 06 00;x;NIE\n"
    stage.put("faculties.csv", LINES + unknown + f"10050000;22 999 05 00;{'d' * 201};STA\n")
    stage.put("strings.csv", LIST + "Łódź;22 999 30 77;\nNikt;22 999 30 78;Ktoś\n")
    stage.options("apio", latin1_names=True)
    tell(stage, "faculties", "strings")


def test_conflicts(stage: Stage) -> None:
    lay(stage)
    planned = stage.run("plan", "--json", keep_json=False)
    stage.quietly("sync")
    stage.put("faculties.csv", LINES.replace("22 999 07 01", "22 999 07 77"))
    stage.put("strings.csv", LIST.replace("22 999 30 40", "22 999 30 77"))
    stage.quietly("sync")
    stage.run("apply", planned.plan("faculties"))
    stage.run("apply", planned.plan("strings"))
    stage.run("show", "last")
    stage.rows_of("reports/*/*.csv")


@pytest.mark.parametrize("kind", ["lost_after_commit", "reset_before_commit", "server_error_before_commit"])
def test_a_lost_answer_that_reading_settles(stage: Stage, kind: Any) -> None:
    lay(stage)
    stage.fault(Fault("replace", kind), Fault("batch", kind))
    tell(stage, "faculties", "strings")


def test_unknown(stage: Stage) -> None:
    """Neither the answer nor reading tells; the next run settles it."""
    lay(stage)
    for service, method, read in (("usos", "replace", "select"), ("apio", "batch", "list")):
        side = getattr(stage.sandbox, service)
        down = Fault(read, "server_error_before_commit", nth=3, times=99)
        side.faults = [Fault(method, "lost_after_commit"), down]
    stage.run("sync", "faculties")
    stage.run("show", "last")
    stage.run("sync", "strings")
    stage.rows_of("reports/*/*.csv")
    stage.run("runs")
    stage.fault()
    stage.run("resume")
    stage.run("show", "last")
    stage.run("resume", "--json")


def test_a_service_that_is_down(stage: Stage) -> None:
    lay(stage)
    stage.fault(Fault("*", "server_error_before_commit", times=999))
    tell(stage, "faculties", "strings")
    stage.fault(Fault("*", "html_before_commit", times=999))
    stage.run("plan")
    stage.fault(Fault("*", "redirect", times=999))
    stage.run("plan")
    stage.fault(Fault("*", "too_many_requests", times=999))
    stage.run("plan", "--json")


def test_a_service_that_is_not_there(stage: Stage) -> None:
    lay(stage)
    text = (stage.folder / "phonesync.toml").read_text(encoding="utf-8")
    for url in (stage.sandbox.usos_url, stage.sandbox.apio_url):
        text = text.replace(url, "http://127.0.0.1:1")
    stage.configuration(text)
    stage.run("sync")
    stage.run("find", "Lutnik")
    stage.run("reconcile")
    stage.run("doctor", "--json")


def test_access_refused(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(stage)
    monkeypatch.setenv("USOS_CONSUMER_SECRET", "wrong")
    monkeypatch.setenv("APIO_PASSWORD", "wrong")
    stage.run("sync")
    stage.run("sync", "--json")
    stage.run("export", "faculties", "-o", "out.csv")
    monkeypatch.delenv("USOS_CONSUMER_SECRET")
    monkeypatch.setenv("APIO_PASSWORD", "")
    stage.run("sync")


def test_rights_that_are_missing(stage: Stage) -> None:
    consumer = {**STATE["usos"]["consumers"][0], "administrative_methods": ["services/phones/select"]}
    user = {**STATE["apio"]["users"][0], "user_level": 10}
    state = json.loads(json.dumps(STATE))
    state["usos"]["consumers"], state["apio"]["users"] = [consumer], [user]
    stage.sandbox.reset(state)
    lay(stage)
    tell(stage, "faculties", "strings")
    stage.run("doctor")


@pytest.mark.parametrize("restore", [True, False])
def test_an_unplanned_deletion(stage: Stage, *, restore: bool) -> None:
    """Somebody adds an entry between reading and writing, and the batch deletes what its file does not name."""
    stage.samples()
    more = "" if restore else "restore_unplanned = false\n"
    stage.change("delete_missing = false ", f'{more}write = "batch"\ndelete_missing = false ')

    def newcomer(service: Any) -> None:
        entries = service.entries("chopin", "strings")
        service.set_entries("chopin", "strings", [*entries, ("Fagoty", "+48-229993090")])

    stage.sandbox.apio.faults = [Fault("batch", "another_writer", mutation=newcomer)]
    tell(stage, "strings-phones")
    stage.page_of("reports/20*/strings-phones.html")


def test_habits_of_a_list_are_told_once(stage: Stage) -> None:
    lay(stage)
    stage.options("apio", letters=str.upper, numbers="plus_digits")
    stage.options("usos", letters=str.upper, types="ignored")
    stage.put("faculties.csv", LINES.replace("Studio nagrań;STA", "Studio nagrań;FAX"))
    stage.run("sync", "--json")
    stage.run("sync")
    stage.rows_of("reports/*/*.csv")


def test_two_at_a_time(stage: Stage) -> None:
    """While a process is in the middle of writing, another run of the same place does nothing."""
    lay(stage)
    stage.sandbox.usos.faults = [Fault("replace", "too_many_requests", retry_after=30)]
    first = stage.process("sync", "faculties")
    try:
        while stage.sandbox.usos.faults:
            with contextlib.suppress(subprocess.TimeoutExpired):
                assert first.wait(0.02) is None, "the first run has ended"
        stage.run("sync", "faculties")
        stage.run("sync", "faculties", "--json")
    finally:
        first.kill()
        first.wait()
