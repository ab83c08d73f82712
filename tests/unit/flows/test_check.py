"""`check`, `doctor`, `runs` and `show`: what is found in files, services and the ledger, and nobody's number."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from connectors.ledger.store import Ledger
from connectors.sandbox.server import Sandbox, serve
from flows.check import check_sources
from flows.check_console import show_checked
from flows.config import load
from flows.context import RunContext
from flows.doctor import examine, show_examined
from flows.run import RunRequest, run
from flows.run_console import show_run
from flows.run_history import one_run, show_one_run, show_waiting, waiting_plans
from flows.runs import history, show_history
from flows.sandbox import SAMPLES, credentials, read_state
from schemas.errors import ConfigurationError, LedgerError, UsageError
from schemas.syncs import Columns, Guard
from tasks.messages.catalogue import LANGUAGES
from tasks.messages.errors import error_of, kept_error

STATE = read_state(None)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Both services with the sample institution."""
    with serve(STATE) as running:
        yield running


@pytest.fixture
def context(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunContext]:
    """Return the sample configuration in a folder of its own, where we stand; 80 columns wide."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    sandbox.reset(STATE)
    for file in SAMPLES.glob("*.csv"):
        shutil.copy(file, tmp_path)
    text = (SAMPLES / "phonesync.toml").read_text(encoding="utf-8")
    text = text.replace("http://127.0.0.1:8701", sandbox.usos_url).replace("http://127.0.0.1:8702", sandbox.apio_url)
    (tmp_path / "phonesync.toml").write_text(text, encoding="utf-8")
    settings = load(tmp_path / "phonesync.toml")
    seconds = count()  # no two runs of one second
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'phonesync.db'}")  # several threads ask it where time flies
    with RunContext(
        settings,
        ledger,
        credentials(STATE),
        "anna",
        clock=lambda: datetime.now(UTC) + timedelta(seconds=next(seconds)),
        sleep=lambda _: None,
    ) as opened:
        yield opened


def change(context: RunContext, sync: str, **keys: Any) -> None:
    """Change keys of one sync of the configuration."""
    syncs = {**context.settings.syncs, sync: context.settings.syncs[sync].model_copy(update=keys)}
    context.settings = context.settings.model_copy(update={"syncs": syncs})


def checks(context: RunContext) -> dict[str, dict[str, str]]:
    """Return what the doctor found, by what was examined."""
    return {row["what"]: row for row in examine(context).summary["checks"]}


# check ------------------------------------------------------------------------------------------------------------


def test_every_bad_line_has_its_place_and_a_file_its_form(context: RunContext) -> None:
    checked = check_sources(context, ["faculties"])
    assert checked.exit_code == 1
    (found,) = checked.summary["syncs"]
    assert {key: found[key] for key in ("sync", "encoding", "delimiter", "lines", "good", "rejected")} == {
        "sync": "faculties",
        "encoding": "windows-1250",
        "delimiter": ";",
        "lines": 24,
        "good": 22,
        "rejected": 2,
    }
    assert [(row["line"], row["column"], row["value"]) for row in found["problems"]] == [
        (16, "Telefon", "Nutowska"),
        (17, "Telefon", "999-05-00"),
    ]


def test_a_sheet_that_nobody_reads_is_no_line_that_is_rejected(
    context: RunContext, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = openpyxl.Workbook()
    for row in (("entity_id", "number"), ("B01", "22 999 03 33"), ("B02", "22 999 03 34")):
        book.active.append(row)  # type: ignore[union-attr] # a new workbook has a sheet
    book.create_sheet("Notatki").append(["stary", "22 999 03 35"])
    book.save(tmp_path / "book.xlsx")
    change(context, "buildings", source=tmp_path / "book.xlsx")
    checked = check_sources(context, ["buildings"])
    (found,) = checked.summary["syncs"]
    assert (checked.exit_code, found["lines"], found["good"], found["rejected"]) == (1, 2, 2, 0)
    assert [row["code"] for row in found["problems"]] == ["sheet-unread"]
    show_checked(checked)
    shown = capsys.readouterr().out
    assert "contains numbers (1). [sheet-unread]" in shown
    assert "lines: 2, rejected: 0" in shown
    result = run(context, RunRequest("sync", ("buildings",)))
    assert (result.exit_code, result.summary["syncs"][0]["rejected"]) == (1, 0)


def test_good_files_are_exit_code_0_and_are_named_once_each(context: RunContext) -> None:
    checked = check_sources(context, ["buildings", "buildings", "dormitories"])
    assert checked.exit_code == 0
    assert [item["sync"] for item in checked.summary["syncs"]] == ["buildings", "dormitories"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "does not exist"),
        (b"", "empty"),
        (b"a,b\n1,2\n", "header"),
        (b'entity_id,number\nB01,"22', "never closed"),
    ],
)
def test_a_bad_file_hides_no_other(
    content: bytes | None, said: str, context: RunContext, capsys: pytest.CaptureFixture[str]
) -> None:
    source = context.settings.syncs["buildings"].source
    source.unlink()
    if content is not None:
        source.write_bytes(content)
    checked = check_sources(context, [])
    assert checked.exit_code == 2
    found = {item["sync"]: item for item in checked.summary["syncs"]}
    assert said in found["buildings"]["error"]
    assert found["faculties"]["rejected"] == 2
    show_checked(checked)
    shown = capsys.readouterr()
    assert said in shown.err
    assert "Affected syncs: buildings." in shown.err
    assert "Nutowska" in shown.out


def test_a_header_alone_and_a_line_twice_are_findings(context: RunContext, tmp_path: Path) -> None:
    (tmp_path / "faculties.csv").write_text("Jednostka;Telefon;Opis;Typ\n", encoding="utf-8")
    same = "7;22 999 00 01;kasa\n"
    (tmp_path / "buildings.csv").write_text(
        f"entity_id;number;comment\n{same}7;22 999 00 02;\n{same}", encoding="utf-8"
    )
    alone, twice = check_sources(context, ["faculties", "buildings"]).summary["syncs"]
    assert [(found["line"], found["code"], found["level"]) for found in alone["problems"]] == [
        (1, "header-alone", "warning")
    ]
    assert [(found["line"], found["code"]) for found in twice["problems"]] == [(2, "line-twice"), (4, "line-twice")]
    assert (alone["warnings"], twice["warnings"], twice["rejected"]) == (1, 0, 2)
    change(context, "faculties", guard=Guard(allow_empty=True))
    assert not check_sources(context, ["faculties"]).summary["syncs"][0]["problems"]


@pytest.mark.parametrize(
    ("above", "below", "meant"), [("10080000.0", "", "10080000"), ('="10080000"', "j.w.", "10080000")]
)
def test_the_id_of_the_line_above_is_suggested_as_the_service_has_it(
    context: RunContext, tmp_path: Path, above: str, below: str, meant: str
) -> None:
    lines = [f"'{above}';22 999 00 01;a", f"'{below}';22 999 00 02;b"]
    text = "\n".join(["entity_id;number;comment", *lines, ""]).replace('"', '""').replace("'", '"')
    (tmp_path / "f.csv").write_text(text, encoding="utf-8")
    change(context, "faculties", source=tmp_path / "f.csv", columns=Columns())
    (found,) = check_sources(context, ["faculties"]).summary["syncs"]
    assert [row["suggestion"] for row in found["problems"] if row["line"] == 3] == [meant]


def test_numbers_of_users_are_masked(context: RunContext, capsys: pytest.CaptureFixture[str]) -> None:
    source = context.settings.syncs["users"].source
    source.write_text("entity_id,number\n900001,22 999 70 001 234\n", encoding="utf-8")
    checked = check_sources(context, ["users"])
    show_checked(checked)
    assert checked.summary["syncs"][0]["problems"][0]["value"] == "••• ••• •34"
    assert "999 70" not in capsys.readouterr().out


def test_a_sync_that_is_not_there_is_named_with_those_that_are(context: RunContext) -> None:
    with pytest.raises(UsageError, match="The sync 'facultys' does not exist") as caught:
        check_sources(context, ["buildings", "facultys"])
    assert "faculties" in caught.value.remedy


# doctor -----------------------------------------------------------------------------------------------------------


def test_a_world_in_order_is_exit_code_0_and_nothing_is_written(context: RunContext, sandbox: Sandbox) -> None:
    before = len(sandbox.calls)
    examined = examine(context)
    assert examined.exit_code == 0
    assert {row["result"] for row in examined.summary["checks"]} == {"ok"}
    reads = {"login", "list", "consumer", "installation", "now", "method"}
    assert {call.method for call in sandbox.calls[before:]} <= reads
    assert not list(context.settings.reports.iterdir())


def test_wrong_credentials_are_told_apart_from_a_wrong_address(context: RunContext) -> None:
    context.environ = {**context.environ, "USOS_CONSUMER_SECRET": "wrong", "APIO_PASSWORD": "wrong"}
    examined, found = examine(context), checks(context)
    assert examined.exit_code == 4
    assert found["usos: service"]["result"] == "ok"
    assert found["usos: rights"]["result"] == found["telephony: sign-in"]["result"] == "failed"
    assert "wrong" not in str(examined.summary)


def test_a_credential_that_is_not_set_is_named(context: RunContext) -> None:
    context.environ = {}
    examined, found = examine(context), checks(context)
    assert examined.exit_code == 2
    assert "USOS_CONSUMER_KEY is empty or not set" in found["usos: credentials"]["detail"]
    assert "APIO_USERNAME is empty or not set" in found["telephony: credentials"]["detail"]
    assert found["faculties: source"]["result"] == "ok", "the files can be examined nevertheless"


def test_a_missing_right_is_named(context: RunContext, sandbox: Sandbox) -> None:
    consumer = {**STATE["usos"]["consumers"][0], "administrative_methods": ["services/phones/select"]}
    sandbox.reset({**STATE, "usos": {**STATE["usos"], "consumers": [consumer]}})
    found = checks(context)
    assert "has no right to services/phones/replace" in found["usos: rights"]["detail"]


def test_a_user_who_may_only_read_is_told_so(context: RunContext, sandbox: Sandbox) -> None:
    user = {**STATE["apio"]["users"][0], "user_level": 10}
    sandbox.reset({**STATE, "apio": {**STATE["apio"], "users": [user]}})
    assert "level is 10" in checks(context)["telephony: sign-in"]["detail"]


def test_a_clock_that_is_off_is_told(context: RunContext, sandbox: Sandbox) -> None:
    sandbox.usos.options = type(sandbox.usos.options)(clock_offset_seconds=420.0)
    assert " s: signatures will be refused" in checks(context)["usos: clock"]["detail"]


def test_a_tenant_that_is_not_there_and_a_file_that_is_gone_are_told(context: RunContext) -> None:
    (context.settings.reports.parent / "users.csv").unlink()
    change(context, "desk-phones", tenant="nobody")
    found = checks(context)
    assert found["desk-phones: phone list"]["result"] == found["users: source"]["result"] == "failed"
    assert found["strings-phones: phone list"]["result"] == "ok"


def test_reports_that_cannot_be_written_are_told(context: RunContext, tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file where the folder should be", encoding="utf-8")
    assert "cannot be written" in checks(context)["reports"]["detail"]


def test_the_doctor_says_how_many_checks_failed(context: RunContext, capsys: pytest.CaptureFixture[str]) -> None:
    show_examined(examine(context))
    assert "All checks passed." in capsys.readouterr().out
    context.environ = {}
    context.settings.syncs["users"].source.unlink()
    show_examined(examine(context))
    assert "checks failed." in capsys.readouterr().out


# runs and show ----------------------------------------------------------------------------------------------------


def shown(context: RunContext, capsys: pytest.CaptureFixture[str], *, every: bool = False) -> str:
    """Return what `show last` prints."""
    capsys.readouterr()
    show_one_run(one_run(context, "last"), "en", context.zone, every=every, command="phonesync -c elsewhere.toml")
    return capsys.readouterr().out


def test_runs_are_listed_with_their_syncs(context: RunContext, capsys: pytest.CaptureFixture[str]) -> None:
    show_history(history(context, 5))
    assert "No run yet." in capsys.readouterr().out
    run(context, RunRequest("plan", ["faculties", "users"]))
    (row,) = history(context, 5)
    assert (row["mode"], row["person"], row["exit_code"], row["syncs"]) == ("plan", "anna", 0, ["faculties", "users"])
    show_history([row])
    assert "faculties, users" in capsys.readouterr().out


def test_a_run_is_shown_line_by_line_within_80_columns(context: RunContext, capsys: pytest.CaptureFixture[str]) -> None:
    run(context, RunRequest("sync", ["faculties", "desk-phones"]))
    text = shown(context, capsys)
    assert "Exit code 1: finished, but some lines were rejected or some changes failed." in text
    assert "faculties: 7 of 25 rows" in text
    assert "add: applied" in text
    assert "Nutowska" in text
    assert "rename: applied" in text
    assert max(map(len, text.splitlines())) <= 80
    assert "Rektorat – faks" not in text, "what needed nothing is not shown"
    assert "Rektorat – faks" in shown(context, capsys, every=True)


def test_counts_are_words_where_a_terminal_is_too_narrow_for_their_headings(
    context: RunContext, capsys: pytest.CaptureFixture[str]
) -> None:
    planned = run(context, RunRequest("plan", ["faculties", "desk-phones"]))
    capsys.readouterr()
    show_run(planned, planned=True, lang="pl")
    counts = capsys.readouterr().out.partition("faculties: co się zmieni")[0]
    assert "…" not in counts
    assert "desk-phones dodanie: 3, zmiana: 3, zmiana nazwy: 2, usunięcie: 3," in " ".join(counts.split())
    show_run(planned, planned=True, lang="en")
    assert "desk-phones    3       3       2       3    30     2         2" in capsys.readouterr().out


def test_numbers_of_users_are_masked_in_what_is_shown(context: RunContext, capsys: pytest.CaptureFixture[str]) -> None:
    run(context, RunRequest("sync", ["users"]))
    for text in (shown(context, capsys, every=True), str(one_run(context, "last"))):
        assert "••• ••• •33" in text
        assert "999 70 33" not in text


def test_a_sync_that_is_gone_from_the_configuration_is_shown_masked(context: RunContext) -> None:
    run(context, RunRequest("sync", ["faculties"]))
    context.settings = context.settings.model_copy(update={"syncs": {}})
    assert "22 999 00 09" not in str(one_run(context, "last"))


def test_what_stopped_a_run_is_shown_once_with_the_syncs(
    context: RunContext, capsys: pytest.CaptureFixture[str]
) -> None:
    context.environ = {**context.environ, "USOS_CONSUMER_SECRET": "wrong"}
    assert run(context, RunRequest("sync", ["faculties", "users"])).exit_code == 4
    text = shown(context, capsys)
    assert text.count("faculties, users: usos: services/phones/select: access denied") == 1


def test_a_guard_is_shown_with_its_figures(context: RunContext, capsys: pytest.CaptureFixture[str]) -> None:
    source = context.settings.syncs["buildings"].source
    source.write_text("".join(source.read_text(encoding="utf-8").splitlines(keepends=True)[:5]), encoding="utf-8")
    change(context, "buildings", guard=Guard(max_deletes=0))
    stopped = run(context, RunRequest("sync", ["buildings"]))
    assert stopped.exit_code == 3
    said = " ".join(shown(context, capsys).split())
    assert "guard max_deletes" in said
    assert said.count("entries would be deleted, limit 0") == 1
    assert "buildings: nothing was written. Review the report. To approve: phonesync -c elsewhere.toml apply" in said


def test_a_sync_that_failed_is_named_once(context: RunContext, capsys: pytest.CaptureFixture[str]) -> None:
    context.settings.syncs["users"].source.unlink()
    context.settings.syncs["buildings"].source.unlink()
    run(context, RunRequest("sync", ["users", "buildings", "dormitories"]))
    run_ = one_run(context, "last")
    run_["errors"] = [item if item["sync"] == "users" else no_memory("buildings") for item in run_["errors"]]
    show_one_run(run_, "en", context.zone, every=False)
    said = " ".join(capsys.readouterr().out.split())
    assert "users: " in said
    assert said.count("buildings: there is not enough memory") == 1
    assert "buildings: buildings" not in said


def no_memory(sync: str) -> dict[str, Any]:
    """Return the error of a sync, as a run keeps it, whose sentence begins with its name."""
    error = error_of(ConfigurationError, "sync_no_memory", {"sync": sync}, sync=sync)
    return {"sync": sync, **kept_error(error)}


def test_a_stopped_plan_that_changes_nothing_says_what_a_yes_means(
    context: RunContext, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(context, RunRequest("sync", ["dormitories"])).exit_code == 0
    source = context.settings.syncs["dormitories"].source
    source.write_text("".join(source.read_text(encoding="utf-8").splitlines(keepends=True)[:3]), encoding="utf-8")
    change(context, "dormitories", delete_missing=False, guard=Guard(max_source_drop=0.1))
    assert run(context, RunRequest("sync", ["dormitories"])).exit_code == 3
    capsys.readouterr()
    show_waiting(context, waiting_plans(context))
    said = capsys.readouterr().out
    assert "dormitories: no change; made" in said
    assert "nothing would be sent" in said


def test_a_plan_shows_what_would_be_done_even_after_it_was_applied(context: RunContext) -> None:
    planned = run(context, RunRequest("plan", ["strings-phones"])).summary
    before = one_run(context, planned["run"])["plans"]
    applied = run(context, RunRequest("apply", plan=planned["syncs"][0]["plan"])).summary
    (after,) = one_run(context, planned["run"])["plans"]
    assert [after] == [{**before[0], "continued_in": applied["run"]}]
    lines: list[dict[str, Any]] = one_run(context, "last")["plans"][0]["lines"]
    assert sorted({line["outcome"] for line in lines}) == ["applied", "unchanged"]


def test_the_ledger_tells_a_run_in_the_readers_language(context: RunContext) -> None:
    run(context, RunRequest("plan", ["users"]))
    english, polish = (
        {line["code"]: line["message"] for plan in one_run(context, "last", lang)["plans"] for line in plan["lines"]}
        for lang in LANGUAGES[::-1]
    )
    cell = 'rejected: number "•••": only an extension, without the main number'
    assert english["number-extension"] == cell
    assert polish["number-extension"].startswith('odrzucono: number "•••": ')
    assert english.keys() == polish.keys()


def test_a_run_that_is_not_there_is_told(context: RunContext) -> None:
    with pytest.raises(LedgerError, match="No run yet"):
        one_run(context, "last")
    with pytest.raises(LedgerError, match="There is no run 'x'"):
        one_run(context, "x")


def test_a_run_that_was_killed_is_told_as_such(context: RunContext, capsys: pytest.CaptureFixture[str]) -> None:
    context.ledger.start_run("20260314T020000Z-aaaaaa", mode="sync", person="jan", at="2026-03-14T02:00:00+00:00")
    assert "It has not ended, or it was killed." in shown(context, capsys)
    show_history(history(context, 1))
    assert "jan" in capsys.readouterr().out
