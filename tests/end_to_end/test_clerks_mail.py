"""The people of a file are mailed what is new for them, once, with their own file; all against a real mail server."""

from __future__ import annotations

import email
import email.policy
import io
import json
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session
from road_trip import ENVIRON, Road, usos_state

from connectors.messages.outbox import Outbox, Told, WaitingMail
from connectors.messages.sending import InDoubt
from flows.attached_copy import attached_copy
from flows.check import check_sources
from flows.clerks_mail import tell_clerks
from flows.cli import main
from flows.mail_console import mails_of_run
from flows.offline import Before, remembered
from flows.retention import erase
from flows.run import RunRequest, run

A, B = "22 552 00 01", "22 552 00 02"
HEADER = "Jednostka;Telefon;Opis\n"
GOOD = f"10000000;{A};Dziekan\n"
BAD = "20000000;pokój 12;Gość\n"
SECRET = "22 552 77 01"


@dataclass
class Post:
    """What a mail server on this machine has taken; `says` is what it answers to a mail, "" that it goes away."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    says: str = "250 taken"
    names: list[bytes] = field(default_factory=list)

    async def handle_DATA(self, server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        if self.says.startswith("250"):
            self.taken.append(email.message_from_bytes(bytes(envelope.content or b""), policy=email.policy.default))
            self.to.append(list(envelope.rcpt_tos))
        if not self.says:
            server.transport.abort()
        return self.says

    def sign_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.names.append(data.login)
        return AuthResult(success=(data.login, data.password) == (b"phonesync", b"word-of-the-mailer"))


def free_port() -> int:
    """Return one: the controller asks its own server whether it is there, so it has to know where."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@pytest.fixture
def served() -> Iterator[Callable[..., Post]]:
    """Start mail servers that listen as they are told to."""
    controllers: list[Controller] = []

    def serve(**how: Any) -> Post:
        post = Post()
        if "auth_required" in how:
            how = {**how, "authenticator": post.sign_in}
        post.port = free_port()
        controller = Controller(post, hostname="127.0.0.1", port=post.port, ready_timeout=30, **how)
        controller.start()
        controllers.append(controller)
        return post

    yield serve
    for controller in controllers:
        controller.stop()


def smtp(post: Post, more: str = 'security = "none"') -> str:
    return (
        f'[notify]\nmail_from = "phonesync@example.edu"\nsmtp = {{ host = "127.0.0.1", port = {post.port}, {more} }}\n'
    )


def configure(road: Road, notify: str, *syncs: dict[str, Any]) -> None:
    """Write a configuration of USOS with these syncs, the first one called `one`."""
    text = f'[connections.u]\nkind = "usos"\nbase_url = "{road.sandbox.usos_url}"\n'
    text += 'consumer_key = { env = "KEY" }\nconsumer_secret = { env = "SECRET" }\n'
    for name, sync in zip(("one", "two"), syncs, strict=False):
        keys = {"connection": "u", "entity_class": "faculty", "contact": ["clerk@example.edu"], **sync}
        text += f"[syncs.{name}]\n" + "".join(
            f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in keys.items()
        )
    (road.folder / "phonesync.toml").write_text(text + notify, encoding="utf-8")


def night(road: Road) -> list[str]:
    """Run all syncs, as the command line does; return what could not be told."""
    road.now = road.now.replace(second=road.now.second + 1)
    context = road.context()
    return tell_clerks(context, run(context, RunRequest("sync")), "sync")


def attached(mail: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_payload(decode=True) for part in mail.iter_attachments()}  # type: ignore[misc]


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content())


@pytest.fixture
def place(road: Road) -> Road:
    road.open(usos_state({"10000000": [("Dziekan", A)], "20000000": [("Gość", B)]}))
    return road


def test_new_lines_are_mailed_once_and_known_ones_do_not_cry(place: Road, served: Callable[..., Post]) -> None:
    post = served()
    file = place.folder / "wydziały.csv"
    file.write_text(HEADER + GOOD + BAD, encoding="utf-8")
    configure(place, smtp(post), {"source": "wydziały.csv", "lang": "pl"})
    for _ in range(3):
        assert night(place) == []
    (first,) = post.taken
    assert post.to == [["clerk@example.edu"]]
    assert (first["To"], first["From"]) == ("clerk@example.edu", "phonesync@example.edu")
    assert first["Subject"] == "phonesync: wydziały.csv wymaga uwagi: 1 wiersz"
    said = text_of(first)
    assert "Wiersz 3" in said
    assert "w tym tekście nie ma numeru" in said.lower()
    assert "W systemie nie trzeba było niczego zmieniać." in said
    (name, copy), *others = attached(first).items()
    assert (name, others) == ("wydziały.checked.csv", [])
    lines = copy.decode("utf-8-sig").splitlines()
    assert lines[0].endswith(HEADER.strip())
    assert lines[2].endswith(BAD.strip())
    assert "numeru" in lines[2]

    file.write_text(HEADER + GOOD + BAD + "30000000;nic;Nowy\n", encoding="utf-8")
    assert night(place) == []
    second = text_of(post.taken[1])
    assert "Wiersz 4" in second
    assert "Wiersz 3" not in second
    assert "Nadal czekają, jak w poprzedniej wiadomości: 1 wiersz." in second

    file.write_text(HEADER + GOOD + f"20000000;{B};Gość\n", encoding="utf-8")
    assert night(place) == []
    assert len(post.taken) == 2  # that all is well is no news for them
    file.write_text(HEADER + GOOD + BAD, encoding="utf-8")
    assert night(place) == []
    assert "Wiersz 3" in text_of(post.taken[2])  # it is back, so it is new


def test_the_people_of_a_sync_that_has_another_name_now_are_not_told_once_more(
    place: Road, served: Callable[..., Post]
) -> None:
    post = served()
    (place.folder / "a.csv").write_text(HEADER + GOOD + BAD, encoding="utf-8")
    configure(place, smtp(post), {"source": "a.csv"})
    assert night(place) == []
    configuration = place.folder / "phonesync.toml"
    text = configuration.read_text(encoding="utf-8")
    configuration.write_text(text.replace("[syncs.one]\n", '[syncs.units]\nrenamed_from = "one"\n'), encoding="utf-8")
    assert [
        (told["sync"], told["state"]) for told in mails_of_run(place.context(), "last", dry_run=True, again=False)
    ] == [("units", "nothing_new")]
    assert night(place) == []
    assert len(post.taken) == 1
    kept = place.context().settings.notify.outbox
    assert [path.name for path in kept.glob("*.json")] == ["units.json"]


def test_a_mail_that_cannot_be_sent_waits_and_is_sent_once(place: Road, served: Callable[..., Post]) -> None:
    post = served()
    post.says = "451 try again later"
    (place.folder / "a.csv").write_text(HEADER + GOOD + BAD, encoding="utf-8")
    configure(place, smtp(post), {"source": "a.csv"})
    notes = night(place)
    why = "the mail server does not accept it"
    assert notes == [f"one: the message to its contacts is waiting, because it could not be sent ({why})."]
    post.says = "250 taken"
    assert night(place) == []
    assert night(place) == []
    assert len(post.taken) == 1


def test_what_is_kept_of_one_sync_and_cannot_be_read_keeps_nobody_else_from_being_told(
    place: Road, served: Callable[..., Post]
) -> None:
    post = served()
    (place.folder / "a.csv").write_text(HEADER + GOOD + BAD, encoding="utf-8")
    configure(place, smtp(post), {"source": "a.csv"})
    damaged = place.context().settings.notify.outbox / "another.json"
    damaged.parent.mkdir(parents=True)
    damaged.write_text("{", encoding="utf-8")
    (note,) = night(place)
    assert str(damaged) in note
    assert "Delete the file" in note
    assert len(post.taken) == 1


def test_a_mail_that_waits_is_replaced_by_the_newer_one_or_called_off(place: Road, served: Callable[..., Post]) -> None:
    post = served()
    configure(place, smtp(post), {"source": "a.csv"})
    post.says = "451 try again later"
    (place.folder / "a.csv").write_text(HEADER + GOOD + BAD, encoding="utf-8")
    night(place)
    (place.folder / "a.csv").write_text(HEADER + GOOD + BAD + "30000000;nothing;New\n", encoding="utf-8")
    night(place)
    post.says = "250 taken"
    (place.folder / "a.csv").write_text(HEADER + GOOD + f"20000000;{B};Gość\n", encoding="utf-8")
    assert night(place) == []
    assert post.taken == []


def test_a_mail_in_doubt_is_not_sent_again_by_itself(place: Road, served: Callable[..., Post]) -> None:
    """The server goes away where it should have said what it has done; a crash of ours there leaves the same."""
    post = served()
    (place.folder / "a.csv").write_text(HEADER + GOOD + BAD, encoding="utf-8")
    configure(place, smtp(post), {"source": "a.csv"})
    post.says = ""
    (note,) = night(place)
    assert "it is not known whether the message of run" in note
    post.says = "250 taken"
    (note,) = night(place)
    assert post.taken == []
    again = note.partition("phonesync mail ")[2].split()
    outbox = Outbox(place.folder / ".phonesync" / "mails")
    assert outbox.of("one").mail
    assert again[1] == "--again"
    (sent,) = mails_of_run(place.context(), again[0], dry_run=False, again=True)
    assert sent["state"] == "sent"
    assert len(post.taken) == 1
    assert night(place) == []
    assert len(post.taken) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # the whole connection is TLS, which aiosmtpd does not see
def test_signed_in_and_over_tls_nothing_travels_in_clear(
    place: Road, served: Callable[..., Post], tmp_path: Path
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    secret = tmp_path / "word"
    secret.write_text("word-of-the-mailer\n", encoding="utf-8")
    secret.chmod(0o600)
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(secured)
    (place.folder / "a.csv").write_text(HEADER + GOOD + BAD, encoding="utf-8")
    who = 'username = "phonesync", password = { file = "word" }, ca_bundle = "ca.pem"'

    post = served(tls_context=secured, require_starttls=True, auth_required=True)
    configure(place, smtp(post, f'security = "starttls", {who}'), {"source": "a.csv"})
    assert night(place) == []
    assert (len(post.taken), post.names) == (1, [b"phonesync"])

    (place.folder / ".phonesync" / "mails" / "one.json").unlink()
    wrapped = served(ssl_context=secured, auth_required=True, auth_require_tls=False)
    configure(place, smtp(wrapped, f'security = "tls", {who}'), {"source": "a.csv"})
    assert night(place) == []
    assert (len(wrapped.taken), wrapped.names) == (1, [b"phonesync"])

    (place.folder / ".phonesync" / "mails" / "one.json").unlink()
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (note,) = night(place)  # another authority: it is not the server that was meant
    assert "the certificate could not be verified" in note
    assert len(wrapped.taken) == 1


def book(path: Path, **sheets: list[list[str]]) -> None:
    made = openpyxl.Workbook()
    made.remove(made.active)  # type: ignore[arg-type]
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    made.save(path)


def test_a_workbook_comes_back_as_one_and_never_with_another_syncs_sheet(
    place: Road, served: Callable[..., Post]
) -> None:
    post = served()
    rows = [["Jednostka", "Telefon", "Opis"], ["10000000", A, "Dziekan"], ["20000000", "pokój 12", "Gość"]]
    others = [["Jednostka", "Telefon", "Opis"], ["40000000", "22 552 44 44", "Cudzy"], ["50000000", "brak", "Cudzy"]]
    book(place.folder / "all.xlsx", Nasze=rows, Cudze=others)
    configure(
        place,
        smtp(post),
        {"source": "all.xlsx", "sheet": "Nasze"},
        {"source": "all.xlsx", "sheet": "Cudze", "contact": ["other@example.edu"]},
    )
    assert night(place) == []
    mails = {to[0]: mail for to, mail in zip(post.to, post.taken, strict=True)}
    assert set(mails) == {"clerk@example.edu", "other@example.edu"}
    mine = mails["clerk@example.edu"]
    ((name, content),) = attached(mine).items()
    assert name == "all.checked.xlsx"
    whole = openpyxl.load_workbook(io.BytesIO(content))
    seen = "\n".join(str(cell.value) for sheet in whole for row in sheet.iter_rows() for cell in row)
    assert "pokój 12" in seen
    assert "Cudzy" not in seen + text_of(mine)
    assert "44 44" not in seen + text_of(mine)
    assert "50000000" not in seen + text_of(mine)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_numbers_of_people_travel_masked_unless_the_sync_says_otherwise(
    road: Road, served: Callable[..., Post], form: str
) -> None:
    post = served()
    road.open(usos_state({"77": [("dom", SECRET)]}, "user"))
    rows = [["entity_id", "number", "comment"], ["77", SECRET, "dom"], ["78", "12", f"tel. {SECRET}"]]
    if form == "csv":
        (road.folder / "u.csv").write_text("".join(";".join(row) + "\n" for row in rows), encoding="utf-8")
    else:
        book(road.folder / "u.xlsx", Osoby=rows)
    sync = {"source": f"u.{form}", "entity_class": "user"}
    configure(road, smtp(post), sync)
    assert night(road) == []
    ((name, content),) = attached(post.taken[0]).items()
    assert name == f"u.checked.{form}"
    seen = content.decode("utf-8-sig") if form == "csv" else _seen(content)
    digits = "".join(sign for sign in seen + text_of(post.taken[0]) if sign.isdigit())
    assert "225527701" not in digits
    assert "••• ••• •01" in seen
    assert "78" in seen  # the line can be found
    for mail in post.taken:
        told = [value for name, value in mail.items() if name not in {"Message-ID", "Content-Type"}]  # drawn by chance
        assert "552" not in "\n".join([*told, text_of(mail), seen])

    configure(road, smtp(post), {**sync, "full_numbers": True})
    (road.folder / ".phonesync" / "mails" / "one.json").unlink()
    assert night(road) == []
    ((_, content),) = attached(post.taken[1]).items()
    assert SECRET in (content.decode("utf-8-sig") if form == "csv" else _seen(content))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_id_in_a_remark_about_people_is_no_number_and_stays(
    road: Road, served: Callable[..., Post], form: str
) -> None:
    """Their ids are as long as numbers, and the cells of the copy show them."""
    post = served()
    road.open(usos_state({"900001": [("dom", SECRET)], "800002": []}, "user"))

    def write(*rows: list[str]) -> None:
        table = [["entity_id", "number", "comment"], *rows]
        if form == "csv":
            (road.folder / "u.csv").write_text("".join(";".join(row) + "\n" for row in table), encoding="utf-8")
        else:
            book(road.folder / "u.xlsx", Osoby=table)

    configure(road, smtp(post), {"source": f"u.{form}", "entity_class": "user"})
    write(["900001", SECRET, "dom"])
    assert (night(road), post.taken) == ([], [])
    # A mistyped id, and a line that lacks its own below it.
    write(["900010", SECRET, "dom"], ["", "22 552 77 02", "praca"])
    context = road.context()
    known = Before({"one": context.ledger.memory.owners("one")})
    (file,) = check_sources(context, ["one"], known=known).files
    made = attached_copy(context, file, "one", "en")
    assert made
    assert night(road) == []
    ((_, sent),) = attached(post.taken[0]).items()
    near, mailed = (content.decode("utf-8-sig") if form == "csv" else _seen(content) for content in (made[1], sent))
    assert "one typing error away from 900001" in near
    assert all("Did you mean: 900010?" in seen for seen in (near, mailed)), "what the line above has"
    assert "552" not in near + mailed
    (shown,) = check_sources(context, ["one"], known=known).summary["syncs"]
    assert [one["suggestion"] for one in shown["problems"]] == ["", "900010"]


def test_the_copy_says_what_check_says(road: Road, served: Callable[..., Post]) -> None:
    post = served()
    road.open(usos_state({f"1000000{last}": [] for last in range(4)}))
    others = "".join(f"1000000{last};22 552 00 0{last};Gość\n" for last in (2, 3))
    (road.folder / "a.csv").write_text(HEADER + GOOD + others, encoding="utf-8")
    configure(road, smtp(post), {"source": "a.csv"})
    assert night(road) == []
    # The guard stops it: so many lines have gone. Until then the mistyped id is no owner of the sync.
    mistyped = GOOD.replace("10000000", "10000001")
    (road.folder / "a.csv").write_text(HEADER + mistyped + BAD.replace("20000000", "10000001"), encoding="utf-8")
    assert night(road) == []
    context = road.context()
    (file,) = check_sources(context, ["one"], known=remembered(context.ledger, context.settings)).files
    assert "id-near" in {one["code"] for one in file.problems}
    ((_, sent),) = attached(post.taken[-1]).items()
    assert attached_copy(context, file, "one", "en") == ("a.checked.csv", sent)


def _seen(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)


def test_a_file_that_cannot_be_used_is_told_too(place: Road, served: Callable[..., Post]) -> None:
    post = served()
    (place.folder / "a.csv").write_text("Kod;Numer wewnętrzny;Coś\n1;2;3\n", encoding="utf-8")
    configure(place, smtp(post), {"source": "a.csv", "lang": "pl"})
    for _ in range(2):
        assert night(place) == []
    (mail,) = post.taken
    assert mail["Subject"] == "phonesync: pliku a.csv nie można użyć"
    assert "Nic nie zostało zmienione" in text_of(mail)


def test_an_accepted_line_and_a_service_out_of_reach_need_no_clerk(
    place: Road, served: Callable[..., Post], capsys: pytest.CaptureFixture[str]
) -> None:
    post = served()
    (place.folder / "a.csv").write_text(HEADER + GOOD, encoding="utf-8")
    configure(place, smtp(post), {"source": "a.csv"})
    text = (place.folder / "phonesync.toml").read_text(encoding="utf-8")
    dead = text.replace(place.sandbox.usos_url, "http://127.0.0.1:9").replace("[syncs", "attempts = 1\n[syncs", 1)
    (place.folder / "phonesync.toml").write_text(dead, encoding="utf-8")
    assert night(place) == []
    assert post.taken == []


def test_a_dry_run_shows_the_mail_and_keeps_nothing(
    place: Road,
    served: Callable[..., Post],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    post = served()
    (place.folder / "a.csv").write_text(HEADER + GOOD + BAD, encoding="utf-8")
    configure(place, smtp(post), {"source": "a.csv", "lang": "en"})
    monkeypatch.chdir(place.folder)
    for name, value in ENVIRON.items():
        monkeypatch.setenv(name, value)
    assert main(["plan"]) == 0
    capsys.readouterr()
    assert main(["mail", "last", "--dry-run"]) == 0
    said = capsys.readouterr().out
    assert "To: clerk@example.edu" in said
    assert "Attached: a.checked.csv" in said
    assert "Line 3" in said
    assert post.taken == []
    assert not (place.folder / ".phonesync").exists()
    assert main(["sync"]) == 1
    assert len(post.taken) == 1
    assert main(["mail"]) == 0
    assert "No messages are waiting." in capsys.readouterr().out
    assert main(["mail", "last", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"mails": []}
    assert main(["mail", "last", "--again"]) == 0
    assert len(post.taken) == 2


def test_erasing_somebody_reaches_the_mails_that_wait(road: Road, served: Callable[..., Post]) -> None:
    post = served()
    post.says = "451 later"
    road.open(usos_state({"77": [("dom", SECRET)]}, "user"))
    (road.folder / "u.csv").write_text("entity_id;number;comment\n77;Kwiatuszek;dom\n", encoding="utf-8")
    configure(road, smtp(post), {"source": "u.csv", "entity_class": "user", "full_numbers": True})
    assert len(night(road)) == 1
    outbox = Outbox(road.folder / ".phonesync" / "mails")
    assert outbox.of("one").mail
    assert erase(road.context(), "77")["mails"] == 1
    assert outbox.of("one").mail is None
    post.says = "250 taken"
    (road.folder / "u.csv").write_text("entity_id;number;comment\n78;nothing;dom\n", encoding="utf-8")
    assert night(road) == []
    assert len(post.taken) == 1
    assert "77" not in text_of(post.taken[0])


def test_what_is_told_and_what_waits_are_kept_together(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "mails")
    waits = WaitingMail("run", ("a", "b"), "From: x\r\n\r\ntext")
    with outbox.held():
        outbox.keep(Told("one", ("a",), waits))
    assert outbox.all() == [Told("one", ("a",), waits)]
    assert outbox.of("one").known == ("a",)
    outbox.keep(Told("one", ("a",), WaitingMail("run", ("a", "b"), "", "given")))
    assert set(outbox.of("one").known) == {"a", "b"}
    assert (tmp_path / "mails" / "one.json").stat().st_mode & 0o077 == 0
    assert issubclass(InDoubt, Exception)
