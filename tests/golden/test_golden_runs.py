"""`plan`, `apply`, `sync`, `resume`, `revert`, `runs`, `show` and all reports, on the samples."""

from __future__ import annotations

import pytest
from golden_stage import Stage


def test_plan_of_the_samples(stage: Stage) -> None:
    stage.samples()
    stage.run("plan")
    stage.rows_of("reports/*/*.csv")
    stage.run("plan", "faculties", "users", "desk-phones", "--json")
    stage.run("plan", "buildings", "strings-phones", "--exit-code")
    stage.run("show", "last")
    stage.run("show", "last", "--all")
    stage.run("show", "last", "--json")
    stage.run("runs")


def test_sync_of_the_samples(stage: Stage) -> None:
    stage.samples()
    stage.run("sync")
    stage.rows_of("reports/*/*.csv")
    stage.json_of("reports/*/strings-phones.json")
    stage.json_of("reports/*/users.json")
    stage.run("show", "last")
    stage.run("show", "last", "--json")
    stage.run("sync", "faculties", "desk-phones", "--json")
    stage.run("plan", "buildings", "dormitories", "--exit-code")
    stage.run("runs", "--json")
    stage.run("runs", "-n", "1")


def test_a_plan_is_applied_and_reverted(stage: Stage) -> None:
    stage.samples()
    planned = stage.run("plan", "strings-phones", "faculties", "--json", keep_json=False)
    stage.run("apply", planned.plan("strings-phones"))
    stage.run("apply", planned.plan("faculties"), "--json")
    stage.run("apply", planned.plan("faculties"))
    applied = stage.quietly("runs", "-n", "3", "--json").json["runs"]
    first, second = applied[2]["run"], applied[1]["run"]
    back = stage.run("revert", second, "--json")
    stage.run("show", "last")
    stage.run("apply", back.plan("faculties"), "--approve", "it was the wrong file")
    stage.run("revert", first)
    stage.run("revert", planned.json["run"])
    stage.run("resume")
    stage.run("resume", "--json")
    stage.run("runs")


def test_the_page_of_each_sync(stage: Stage) -> None:
    """A page in English; there is no other yet."""
    stage.samples()
    stage.run("plan", "users", "faculties", "--json", keep_json=False)
    stage.run("sync", "users", "faculties", "desk-phones", "strings-phones", "--json", keep_json=False)
    stage.run("sync", "strings-phones", "--json", keep_json=False)
    stage.page_of("reports/*/*.html")


def test_numbers_of_users_in_full_where_that_is_wanted(stage: Stage) -> None:
    stage.samples()
    stage.change('source = "users.csv"', 'source = "users.csv"\nfull_numbers = true')
    stage.run("sync", "users")
    stage.rows_of("reports/*/users.csv")


@pytest.mark.parametrize("write", ["auto", "batch", "entries"])
def test_a_phone_list_is_written(stage: Stage, write: str) -> None:
    stage.samples()
    stage.change("delete_missing = true ", f'write = "{write}"\ndelete_missing = true ')
    stage.run("sync", "desk-phones")
    stage.rows_of("reports/*/desk-phones.csv")


def test_files_as_they_really_come(stage: Stage) -> None:
    """How a file was read is said where nobody has set it; owners that left it are cleared where that is wanted."""
    stage.put(
        "faculties.csv",
        "Spis numerów\n\nKod;Nr tel.;Uwagi\n# uwaga\n10000000;22 999 00 00;Centrala\n"
        "10070000;22 999 07 00;Dział Informatyczny\n10070000;22 999 07 01;Pracownia\nStan na 1.10.2025\n",
    )
    guard = {"max_delete_share": 1.0, "max_source_drop": 1.0, "max_change_share": 1.0}
    sync = {"entity_class": "faculty", "source": "faculties.csv", "on_missing_owner": "clear", "allow_clear": True}
    stage.configure({"faculties": {**sync, "guard": guard}})
    stage.run("plan", "--json")
    stage.run("sync")
    stage.drop_lines("faculties.csv", 6, 7)
    stage.run("sync")
    stage.rows_of("reports/*/faculties.csv")


def test_housekeeping(stage: Stage) -> None:
    stage.samples()
    stage.only("users", "buildings")
    stage.run("sync", "users", "--json", keep_json=False)
    stage.run("reconcile", "--json", keep_json=False)
    stage.run("erase", "--user", "900004")
    stage.rows_of("reports/*/users.csv")
    stage.run("erase", "--user", "900005", "--json")
    stage.run("erase", "--user", "nobody")
    stage.run("show", "last")
    stage.run("purge", "--older-than", "0d")
    stage.run("purge", "--older-than", "90d", "--json")
    stage.run("runs")


def test_doctor(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.samples()
    stage.run("doctor")
    stage.run("doctor", "--json")
    stage.change('tenant = "chopin"', 'tenant = "nobody"')
    monkeypatch.setenv("USOS_CONSUMER_SECRET", "wrong")
    stage.run("doctor")
    monkeypatch.delenv("APIO_PASSWORD")
    monkeypatch.setenv("USOS_CONSUMER_SECRET", "demo-secret")
    (stage.folder / "users.csv").unlink()  # its path is as long as the machine wants: no table has room for that
    stage.options("usos", clock_offset_seconds=4200.0)
    stage.run("doctor", "--json")
