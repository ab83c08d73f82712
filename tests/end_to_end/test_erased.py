"""Erased is erased: no file holds the person any more, read as bytes, page by page. All data is invented."""

from __future__ import annotations

import re
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from road_trip import OPEN_GUARD, Road, usos_state
from sqlalchemy import create_engine, select

from connectors.ledger.locks import Lock
from connectors.ledger.records import referred, unpacked
from connectors.ledger.store import Ledger
from connectors.sandbox.server import Sandbox
from flows.claims import release
from flows.cli import main
from flows.context import RunContext
from flows.entry_history import events_of
from flows.known import open_rows
from flows.locking import alone, this_process
from flows.reconciliation.accepting import accept
from flows.reconciliation.body import Asked, reconcile_all
from flows.retention import PLACES, erase
from flows.run import RunRequest, run
from flows.run_history import waiting_plans
from flows.telling import tell_people
from schemas.errors import TargetBusy
from schemas.exit_codes import ExitCode
from schemas.ledger import metadata

NUMBER = re.compile(rb"2\D{0,3}2\D{0,3}5\D{0,3}5\D{0,3}2\D{0,3}7\D{0,3}7\D{0,3}0\D{0,3}1")
PERSON = (re.compile(rb"user 77(?!\d)"), NUMBER, re.compile(b"Kwiatuszek"))
HEADER = "entity_id,number,comment\n"


@pytest.fixture
def road(served_services: Sandbox, tmp_path: Path) -> Iterator[Road]:
    road = Road(served_services, tmp_path, Ledger.open(f"sqlite:///{tmp_path / 'phonesync.db'}"))
    road.open(usos_state({"77": [("Kwiatuszek", "22 552 77 01")], "78": [("home", "22 552 78 02")]}, "user"))
    road.configure({"entity_class": "user"})
    road.source(f"{HEADER}77,+48 22 552-77-01,Kwiatuszek domowy\n78,22 552 78 02,home\n")
    road.plan()
    road.go()
    yield road
    road.close()


def prefect_of(folder: Path) -> Path:
    """Make a database such as Prefect's, with what its pages would show of the person."""
    place = folder / ".phonesync" / "prefect" / "prefect.db"
    place.parent.mkdir(parents=True)
    with sqlite3.connect(place) as made:
        made.execute("pragma journal_mode=wal")
        made.execute("create table artifact (id CHAR(36), data JSON, description VARCHAR)")
        made.execute("create table log (id CHAR(36), message TEXT NOT NULL)")
        made.execute("create table flow_run_state (id CHAR(36), message VARCHAR, data JSON)")
        made.execute("create table flow_run (id CHAR(36), parameters JSON NOT NULL)")
        made.execute("insert into artifact values ('1', '[{\"owner\": \"user 77\"}]', 'lines')")
        made.execute("insert into artifact values ('2', '[{\"owner\": \"user 78\"}]', 'lines')")
        made.execute("insert into log values ('1', 'user 77: 22 552 77 01 is refused')")
        made.execute("insert into flow_run_state values ('1', 'line 2: user 77', '{\"said\": \"user 77\"}')")
        made.execute("insert into flow_run values ('1', '{\"reason\": \"because of user 77\"}')")
    made.close()
    return place


def traces(folder: Path) -> list[str]:
    """Return the files that hold something of the person; the source and the configuration are the office's own."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in {"source.csv", "phonesync.toml"}:
            found += [path.name for wanted in PERSON if wanted.search(path.read_bytes())]
    return found


def in_plans(folder: Path) -> list[str]:
    """Return what the packed plans hold of the person."""
    with sqlite3.connect(folder / "phonesync.db") as opened:
        packed = [row[0] for row in opened.execute("select entries from plans") if not referred(row[0])]
        texts = [unpacked(entries).to_csv().encode() for entries in packed]
    opened.close()
    return [str(wanted.pattern) for text in texts for wanted in PERSON if wanted.search(text)]


def test_no_file_holds_the_person_any_more(road: Road, tmp_path: Path) -> None:
    prefect, reports = prefect_of(tmp_path), tmp_path / "reports"
    run = next(path for path in reports.iterdir() if path.is_dir())
    shutil.copytree(run, reports / "20260101T000000Z-killed")  # of a run that died before the ledger knew its summary
    (reports / "20260101T000000Z-killed" / ".one.csv.x1y2z3").write_text("2,user 77,22 (552) 77/01\n", encoding="utf-8")
    assert traces(tmp_path)
    assert in_plans(tmp_path)
    (run / "po-polsku.html").write_text("<p>osoba 77</p>", encoding="utf-8")  # as pages in Polish call them
    erased = erase(road.context(), "77", prefect)
    assert erased["unreached"] == {}
    assert not (run / "po-polsku.html").exists()
    assert (erased["plans"], erased["prefect"]) == (2, 4)
    assert traces(tmp_path) == []
    assert in_plans(tmp_path) == []
    with sqlite3.connect(prefect) as opened:
        assert opened.execute("select id from artifact").fetchall() == [("2",)]
    opened.close()
    kept = "".join(path.read_text("utf-8") for path in reports.rglob("*.csv"))
    assert "user 78" in kept, "whoever is not erased stays"


def test_nobody_elses_row_names_the_person_either(road: Road, tmp_path: Path) -> None:
    """A number that went over is told at both ends, and a Polish page has the name in another case."""
    road.configure({"entity_class": "user", "guard": OPEN_GUARD})
    road.source(f"{HEADER}77,22 552 77 09,x\n78,22 552 78 02,home\n78,22 552 77 01,Kwiatuszek domowy\n")
    configuration = tmp_path / "phonesync.toml"
    configuration.write_text('lang = "pl"\n' + configuration.read_text("utf-8"), encoding="utf-8")
    result = run(road.context(), RunRequest("sync"))
    assert {"moves_here", "moves_away"} <= set(result.reported[0].lines["code"])
    killed = tmp_path / "reports" / "20260101T000000Z-killed"
    killed.mkdir()
    (killed / "page.html").write_text("<p>przechodzi tu od osoby 77</p>", encoding="utf-8")
    assert erase(road.context(), "77")["unreached"] == {}
    assert not (killed / "page.html").exists()
    kept = "".join(path.read_text("utf-8") for path in (tmp_path / "reports").rglob("*.*") if path.is_file())
    assert "osob" in kept
    assert re.search(r"osob[ay] 77", kept) is None
    assert str(PERSON[0].pattern) not in in_plans(tmp_path)


def test_reports_of_a_sync_that_has_another_name_now_are_written_anew_as_well(road: Road, tmp_path: Path) -> None:
    configuration = tmp_path / "phonesync.toml"
    text = configuration.read_text("utf-8")
    configuration.write_text(text.replace("[syncs.one]", '[syncs.people]\nrenamed_from = "one"'), encoding="utf-8")
    erased = erase(road.context(), "77")
    assert (erased["reports"], erased["unreached"]) == (2, {})
    assert traces(tmp_path) == []


def test_no_table_of_a_ledger_in_postgresql_holds_the_person(
    served_services: Sandbox, tmp_path: Path, postgres: str
) -> None:
    """What its own files hold until it overwrites them is its administrator's, and the documents say so."""
    road = Road(served_services, tmp_path, Ledger.open(postgres))
    road.open(usos_state({"77": [("Kwiatuszek", "22 552 77 01")], "78": [("home", "22 552 78 02")]}, "user"))
    road.configure({"entity_class": "user"})
    road.source(f"{HEADER}77,+48 22 552-77-01,Kwiatuszek domowy\n78,22 552 78 02,home\n")
    road.plan()
    road.go()
    assert in_tables(postgres)
    erased = erase(road.context(), "77")
    assert (erased["plans"], erased["unreached"]) == (2, {})
    assert in_tables(postgres) == []
    assert traces(tmp_path) == []
    road.close()


def in_tables(address: str) -> list[str]:
    """Return what the tables of a ledger hold of the person, packed plans too."""
    engine = create_engine(address)
    texts = []
    with engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                texts += (
                    [unpacked(row["entries"]).to_csv()]
                    if table.name == "plans" and not referred(row["entries"])
                    else []
                )
                texts.append(str(dict(row)))
    engine.dispose()
    return [str(wanted.pattern) for text in texts for wanted in PERSON if wanted.search(text.encode())]


def test_no_history_no_reason_and_no_message_holds_the_person(road: Road, tmp_path: Path) -> None:
    """What people have given as a reason is kept with what they said yes to; what was told to them is kept nowhere."""
    mailer = tmp_path / "mailer"
    mailer.write_text(f"#!/bin/sh\ncat >> {tmp_path / 'mails'}\n", encoding="utf-8")
    mailer.chmod(0o700)
    notify = f'[notify]\nmail_to = ["office@example.edu.pl"]\nsendmail = "{mailer}"\n'

    def night(text: str, **guard: int) -> RunContext:
        road.configure({"entity_class": "user", "full_numbers": True, "guard": guard})
        config = tmp_path / "phonesync.toml"
        config.write_text(config.read_text("utf-8") + notify, encoding="utf-8")
        road.source(HEADER + text)
        road.now += timedelta(days=1)
        context = road.context()
        result = run(context, RunRequest("sync"))
        assert tell_people(context, result, "sync") == []
        return context

    night("77,22 552 77 02,Kwiatuszek\n78,22 552 78 02,home\n")
    context = night("77,22 552 77 01,Kwiatuszek\n78,22 552 78 02,home\n", max_changes=0)
    (waiting,) = waiting_plans(context)
    run(context, RunRequest("apply", plan=waiting["plan"], reason="user 77 has asked for it"))
    night("77,brak,Kwiatuszek\n78,22 552 78 03,home\n")
    (held, *_) = [row for row in open_rows(context) if row.kind == "rejected"]
    accept(context, held.id, "2026-12-31", "user 77 is away")
    night("78,22 552 78 03,home\n")
    release(context, "user 77", "user 77 has left")
    assert events_of(context, "user 77")
    assert any(b'"past":{"' in page.read_bytes() for page in (tmp_path / "reports").glob("*/one.html"))
    mails = (tmp_path / "mails").read_bytes()
    assert mails.count(b"Subject: ") >= 3
    assert not any(wanted.search(mails) for wanted in PERSON)
    (tmp_path / "mails").unlink()
    assert erase(road.context(), "77")["unreached"] == {}
    assert events_of(road.context(), "user 77") == []
    assert traces(tmp_path) == []
    assert in_plans(tmp_path) == []


def test_nothing_is_erased_while_a_run_is_at_work(road: Road) -> None:
    context = road.context()
    context.ledger.locks.take("x", Lock("run-9", this_process(), context.clock().timestamp()), is_dead=lambda _: True)
    with pytest.raises(TargetBusy, match="run-9"):
        erase(context, "77")
    context.ledger.locks.give_back("x", "run-9")
    assert erase(context, "77")["plans"] == 2


@pytest.mark.parametrize("mode", ["plan", "sync", "reconcile"])
def test_nobody_is_erased_under_a_run_that_has_read_them(road: Road, mode: str) -> None:
    """A plan and a reconciliation write nothing to a service, and yet reports of what they have read."""
    context = road.context()
    refused = []

    def looked(*_: object, **__: object) -> None:
        with pytest.raises(TargetBusy, match="is active") as caught:
            erase(road.context(), "77")
        refused.append(caught.value.exit_code)

    context = replace(context, progress=looked)
    if mode == "reconcile":
        reconcile_all(context, Asked())
    else:
        run(context, RunRequest(mode))  # type: ignore[arg-type] # plan or sync
    assert refused
    assert set(refused) == {ExitCode.UNAVAILABLE}
    erase(road.context(), "77")
    assert traces(road.folder) == []


@pytest.mark.parametrize("mode", ["plan", "reconcile"])
def test_no_run_begins_while_somebody_is_erased(road: Road, mode: str) -> None:
    context = road.context()
    with (
        alone(road.ledger, "erase-1", lambda: context.clock().timestamp(), context.sleep),
        pytest.raises(TargetBusy, match="being erased"),
    ):
        reconcile_all(context, Asked()) if mode == "reconcile" else run(context, RunRequest("plan"))
    assert road.plan().exit_code == 0


def test_a_run_that_was_killed_keeps_nobody_from_being_erased(road: Road) -> None:
    context = road.context()
    gone = Lock(
        "run-9", f"{socket.gethostname()}:{2**22 + 1}", context.clock().timestamp()
    )  # no process has that number
    road.ledger.locks.take("(run) run-9", gone, is_dead=lambda _: True)
    erase(context, "77")
    assert road.plan().exit_code == 0
    assert road.ledger.locks.held("") == {}, "the next run clears up behind it"


def test_a_place_that_cannot_be_reached_is_told(
    road: Road, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".phonesync" / "prefect").mkdir(parents=True)
    (tmp_path / ".phonesync" / "prefect" / "prefect.db").write_bytes(b"no database at all, and long enough to be read")
    command = ["-c", str(tmp_path / "phonesync.toml"), "erase", "--user", "77", "--lang", "pl"]
    road.ledger.close()
    config = tmp_path / "phonesync.toml"
    config.write_text('ledger = "sqlite:///phonesync.db"\n' + config.read_text("utf-8"), encoding="utf-8")
    assert main(command) == 1
    assert "Nieosiągnięte: Prefect (nieprawidłowa zawartość)." in capsys.readouterr().out
    (tmp_path / ".phonesync" / "prefect" / "prefect.db").unlink()
    assert main(command) == 0
    monkeypatch.setenv("PREFECT_API_URL", "https://prefect.example/api")
    assert main(command) == 1
    assert "Nieosiągnięte: Prefect (PREFECT_API_URL wskazuje inny Prefect niż ten)." in capsys.readouterr().out
    monkeypatch.delenv("PREFECT_API_URL")
    reader = sqlite3.connect(tmp_path / "phonesync.db", isolation_level=None)
    reader.execute("begin")
    reader.execute("select count(*) from runs").fetchone()
    assert main(command) == 1
    assert "Nieosiągnięte: wolne strony rejestru (" in capsys.readouterr().out
    reader.close()


def test_the_documents_list_every_place() -> None:
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    for place, said in PLACES.items():
        assert f"| {place} | {said} |" in text


@pytest.mark.parametrize("said", ["user 77", "User 77", "osoba 77", "osoby 77", " 77 "])
def test_a_user_is_erased_by_what_reports_call_them(road: Road, said: str) -> None:
    assert erase(road.context(), said)["plans"] == 2
    assert traces(road.folder) == []


@pytest.mark.parametrize("said", ["", " ", "user ", "faculty 77"])
def test_who_is_nobody_is_not_said_to_be_erased(
    road: Road, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(road.folder)
    assert main(["erase", "--user", said]) == ExitCode.INVALID
    assert "is not the id of a user" in capsys.readouterr().err


def test_where_nothing_is_found_of_a_user_that_is_said(
    road: Road, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(road.folder)
    assert main(["erase", "--user", "7777"]) == ExitCode.DONE
    assert "Nothing was found about this user" in capsys.readouterr().out
