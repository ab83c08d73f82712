"""Changes of state are told by mail and by web hook on the command line; what is like the night before is not."""

from __future__ import annotations

import email
import email.policy
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from directory_nights import MemoryService, Nights, UsosService
from road_trip import Road

from flows.config import load
from flows.locking import at_work
from flows.reconciliation.body import Asked, reconcile_all
from flows.reconciliation.telling import tell_findings
from flows.run import RunRequest, run
from flows.staleness import tell_stale
from flows.telling import tell_people
from schemas.errors import ConfigurationError

A, B = "22 552 00 01", "22 552 00 02"
BAD = "room 12"
MAILER = """#!/bin/sh
cat > "$(dirname "$0")/mail.$(date +%s%N)"
echo "$@" > "$(dirname "$0")/arguments"
"""


@dataclass
class Server:
    """A server on this machine that notes what it gets."""

    port: int
    got: list[str] = field(default_factory=list)


@pytest.fixture
def hook() -> Iterator[Server]:
    """What takes web hooks."""
    found = Server(0)

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.got.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Takes) as server:
        found.port = server.server_port
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield found
        server.shutdown()
        thread.join()


@pytest.fixture
def smtp() -> Iterator[Server]:
    """What takes one mail after the other, as RFC 5321 has it."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        found = Server(listening.getsockname()[1])

        def serve() -> None:
            while True:
                try:
                    peer, _ = listening.accept()
                except OSError:
                    return
                with peer, peer.makefile("rwb") as lines:
                    _converse(lines, found)

        thread = threading.Thread(target=serve)
        thread.start()
        yield found
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def _converse(lines: Any, found: Server) -> None:
    def say(text: str) -> None:
        lines.write(text.encode() + b"\r\n")
        lines.flush()

    say("220 here")
    while line := lines.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            say("354 go on")
            body = b""
            while (part := lines.readline()) != b".\r\n":
                body += part
            found.got.append(body.decode())
        if verb == b"QUIT":
            say("221 bye")
            return
        say("250 good")


@pytest.fixture(params=[UsosService, MemoryService])
def nights(request: pytest.FixtureRequest, road: Road) -> Nights:
    """A file that agrees."""
    nights = Nights(road, request.param())
    nights.hold(o1=[("Dean", A)], o2=[])
    nights.file("one", [("1", A, "Dean")])
    return nights


def notify(nights: Nights, text: str) -> None:
    path = nights.road.folder / "phonesync.toml"
    nights.configure()
    path.write_text(path.read_text(encoding="utf-8") + f"[notify]\n{text}\n", encoding="utf-8")


def night(nights: Nights) -> list[str]:
    """Run one, as the command line does; return what could not be told."""
    nights.road.now = nights.road.now.replace(second=nights.road.now.second + 1)
    context = nights.road.context()
    return tell_people(context, run(context, RunRequest("sync")), "sync")


def mailer(nights: Nights) -> Path:
    path = nights.road.folder / "mailer" / "sendmail"
    path.parent.mkdir()
    path.write_text(MAILER, encoding="utf-8")
    path.chmod(0o700)
    return path


def mails(folder: Path) -> list[email.message.EmailMessage]:
    found = [path.read_bytes() for path in sorted(folder.glob("mail.*"))]
    return [email.message_from_bytes(one, policy=email.policy.default) for one in found]


def test_each_change_is_mailed_once_by_the_machines_own_mailer(nights: Nights) -> None:
    sendmail = mailer(nights)
    asked = f'mail_to = ["desk@example.edu"]\nsendmail = "{sendmail}"'
    notify(nights, asked)
    assert night(nights) == []
    assert mails(sendmail.parent) == []
    nights.file("one", [("1", A, "Dean"), ("2", BAD, "Guest")])
    notify(nights, asked)
    for _ in range(3):
        assert night(nights) == []
    nights.file("one", [("1", A, "Dean")])
    notify(nights, asked)
    assert night(nights) == []
    bad, good = mails(sendmail.parent)
    assert (bad["To"], bad["Subject"]) == ("desk@example.edu", "phonesync: one needs attention")
    assert good["Subject"] == "phonesync: one is in order again"
    assert "phonesync show" in bad.get_content()
    assert BAD not in bad.as_string()
    assert A not in bad.as_string()
    assert (sendmail.parent / "arguments").read_text(encoding="utf-8") == "-oi -t\n"


def test_a_server_and_a_web_hook_are_told_too(nights: Nights, smtp: Server, hook: Server) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", BAD, "Guest")])
    nights.road.folder.joinpath("hook").write_text(f"http://127.0.0.1:{hook.port}/secret", encoding="utf-8")
    server = f'{{ host = "127.0.0.1", port = {smtp.port}, security = "none" }}'
    notify(
        nights,
        f'mail_to = ["desk@example.edu"]\nmail_from = "phonesync@example.edu"\nsmtp = {server}\n'
        'webhook = [{ file = "hook" }]',
    )
    assert night(nights) == []
    (mail,), (posted,) = smtp.got, hook.got
    assert "Subject: phonesync: one needs attention" in mail
    said = json.loads(posted)
    assert (said["sync"], said["change"]) == ("one", "failed")
    assert BAD not in posted + mail


def test_what_cannot_be_told_is_a_note_and_no_failure(nights: Nights) -> None:
    nights.file("one", [("1", A, "Dean"), ("2", BAD, "Guest")])
    nights.road.folder.joinpath("hook").write_text("http://127.0.0.1:9/secret", encoding="utf-8")
    notify(
        nights,
        'mail_to = ["desk@example.edu"]\nsendmail = "/nowhere/sendmail"\nwebhook = [{ file = "hook" }]',
    )
    notes = night(nights)
    assert len(notes) == 2
    assert "secret" not in " ".join(notes)


def test_only_what_is_asked_for_is_told(nights: Nights) -> None:
    sendmail = mailer(nights)
    nights.file("one", [("1", A, "Dean"), ("2", BAD, "Guest")])
    notify(nights, f'on = ["blocked"]\nmail_to = ["desk@example.edu"]\nsendmail = "{sendmail}"')
    assert night(nights) == []
    assert mails(sendmail.parent) == []


def test_what_a_reconciliation_finds_anew_and_what_is_gone_is_mailed_once(nights: Nights) -> None:
    sendmail = mailer(nights)
    asked = f'mail_to = ["desk@example.edu"]\nsendmail = "{sendmail}"'

    def reconciled() -> dict[str, Any]:
        notify(nights, asked)
        nights.road.now = nights.road.now.replace(second=nights.road.now.second + 1)
        context = nights.road.context()
        done = reconcile_all(context, Asked())
        assert tell_findings(context, done, Asked()) == []
        return done.summary

    reconciled()
    nights.file("one", [("1", A, "Dean"), ("2", B, "Guest")])
    reconciled()
    reconciled()
    nights.file("one", [("1", A, "Dean")])
    assert reconciled()["trend"] == {"new": 0, "persisting": 0, "resolved": 1}
    subjects = [str(mail["Subject"]) for mail in mails(sendmail.parent)]
    assert subjects == ["phonesync: 1 new findings, 0 resolved", "phonesync: 0 new findings, 1 resolved"]
    assert B not in mails(sendmail.parent)[0].as_string()


def test_a_reconciliation_warns_of_who_was_writing_meanwhile(nights: Nights) -> None:
    context = nights.road.context()
    assert reconcile_all(context, Asked()).summary["meanwhile"] == []
    with at_work(context.ledger, "another", lambda: context.clock().timestamp()):
        context.ledger.start_run("another", mode="sync", person="anna", at=context.now())
        done = reconcile_all(nights.road.context(), Asked())
    assert done.summary["meanwhile"] == ["another"]
    assert "another" in Path(done.summary["reports"]["html"]).read_text(encoding="utf-8")
    assert reconcile_all(nights.road.context(), Asked()).summary["meanwhile"] == []


def test_no_news_is_told_once_and_taken_back_once(nights: Nights) -> None:
    """By a service that looks every few minutes, and is started anew now and then."""
    nights.file("one", [("1", A, "Dean")], stale_after=24)
    place = nights.road.folder / "told"
    told: list[tuple[str, str]] = []
    began = nights.road.now

    def look() -> list[tuple[str, str]]:
        del told[:]
        tell_stale(nights.road.context(), place, began, lambda sync, change, _said: told.append((sync, change)))
        return list(told)

    assert look() == [], "it never had a good run, and has its time from when the service began"
    nights.road.now += timedelta(hours=25)
    assert look() == [("one", "stale")]
    assert look() == []
    nights.night()
    assert look() == [("one", "recovered")]
    nights.road.now += timedelta(hours=30)
    with pytest.raises(ConnectionError):
        tell_stale(nights.road.context(), place, began, _nobody_answers)
    assert look() == [("one", "stale")], "what could not be told is told at the next look"
    (nights.road.folder / "one.csv").unlink()
    nights.night()
    assert look() == []
    nights.file("one", [("1", A, "Dean")], stale_after=24)
    nights.road.now += timedelta(hours=1)
    nights.night()
    assert look() == [], "the run itself has told that it is in order again"
    nights.road.now += timedelta(hours=30)
    assert look() == [("one", "stale")]


def _nobody_answers(*_: object) -> None:
    raise ConnectionError


@pytest.mark.parametrize(
    "text",
    [
        'mail_to = ["-oQ/tmp@example.edu"]',
        'mail_to = ["nobody"]',
        'mail_to = ["a@example.edu"]\nsmtp = { host = "localhost" }',
        'mail_from = "a@example.edu"\nsmtp = { host = "mail.example.edu", security = "none" }',
    ],
)
def test_what_would_go_astray_or_in_clear_is_refused(nights: Nights, text: str) -> None:
    notify(nights, text)
    with pytest.raises(ConfigurationError):
        load(nights.road.folder / "phonesync.toml")


def test_the_line_for_cron_really_mails(road: Road) -> None:
    """As cron runs it: a shell, hardly an environment, and the machine's mailer found on PATH."""
    nights = Nights(road, UsosService())
    nights.hold(o1=[("Dean", A)])
    sendmail = mailer(nights)
    nights.file("one", [("1", A, "Dean"), ("2", BAD, "Guest")])
    notify(nights, 'mail_to = ["desk@example.edu"]')
    (road.folder / "secrets.env").write_text("KEY=key\nSECRET=secret\n", encoding="utf-8")
    command = Path(sys.executable).parent / "phonesync"
    line = f"cd {road.folder} && set -a && . ./secrets.env && {command} sync >> sync.log 2>&1"
    environment = {"PATH": f"{sendmail.parent}:/usr/bin:/bin", "HOME": os.environ.get("HOME", "/")}
    ended = subprocess.run(["/bin/sh", "-c", line], env=environment, check=False)  # noqa: S603 - our own command
    assert ended.returncode != 0
    (mail,) = mails(sendmail.parent)
    assert "needs attention" in mail["Subject"]
