"""What somebody meets who sets phonesync up and looks after it: each next step fits, and can be typed as it stands."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.sandbox.server import Sandbox, serve
from flows.cli import main
from flows.sandbox import copy_samples, credentials, read_state

STATE = read_state(None)
MAILER = '#!/bin/sh\ncat > "$(dirname "$0")/mail.$(date +%s%N)"\n'
# A command that would be about another configuration than the one of the run.
BARE = re.compile(r"\bphonesync (?:accept|apply|check|doctor|export|history|plan|resume|show|sync)\b")


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


Phonesync = Callable[..., Said]


@pytest.fixture(scope="module")
def services() -> Iterator[Sandbox]:
    with serve(STATE) as sandbox:
        yield sandbox


@pytest.fixture
def config(services: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration that does not stand where the commands are typed."""
    services.reset(STATE)
    for name, value in {**credentials(STATE), "COLUMNS": "400", "PHONESYNC_PERSON": "anna"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PHONESYNC_CONFIG", raising=False)
    place = tmp_path / "the office"
    place.mkdir()
    made = copy_samples(place, services)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return made


@pytest.fixture
def phonesync(config: Path, capsys: pytest.CaptureFixture[str]) -> Phonesync:
    """Return the command with that configuration."""

    def called(*arguments: str) -> Said:
        capsys.readouterr()
        code = main(["-c", str(config), *arguments], sleep=lambda _: None)
        shown = capsys.readouterr()
        return Said(code, shown.out, shown.err)

    return called


def mailed(config: Path, more: str = "") -> None:
    """Let changes be mailed."""
    mailer = config.parent / "mailer"
    mailer.write_text(MAILER, encoding="utf-8")
    mailer.chmod(0o700)
    settings = config.read_text(encoding="utf-8")
    notify = f'[notify]\nmail_to = ["desk@example.edu"]\nsendmail = "mailer"\n{more}'
    config.write_text(f"{settings}\n{notify}", encoding="utf-8")


def mails(config: Path) -> list[str]:
    """Return what was mailed."""
    found = [path.read_bytes() for path in sorted(config.parent.glob("mail.*"))]
    return [str(email.message_from_bytes(one, policy=email.policy.default).get_content()) for one in found]


def of_run(config: Path, pattern: str) -> str:
    """Return a report of the newest run."""
    newest = max(config.parent.glob("reports/2*"))
    return next(newest.glob(pattern)).read_text(encoding="utf-8")


def test_the_mail_after_a_service_that_refuses_us_leads_to_what_tells_why(
    config: Path, phonesync: Phonesync, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailed(config)
    monkeypatch.setenv("USOS_CONSUMER_SECRET", "another")
    assert phonesync("sync", "faculties").code == 4
    (mail,) = mails(config)
    assert "Next: Find and remove the cause;" in mail
    assert f"phonesync -c '{config}' doctor" in mail
    assert " plan " not in mail


def test_the_mail_about_a_file_that_cannot_be_used_leads_to_what_is_wrong_with_it(
    config: Path, phonesync: Phonesync
) -> None:
    mailed(config)
    (config.parent / "faculties.csv").write_bytes(b"%PDF-1.4")
    assert phonesync("sync", "faculties").code == 2
    (mail,) = mails(config)
    assert f"phonesync -c '{config}' check faculties" in mail
    assert "doctor" not in mail


@pytest.mark.parametrize("lang", ["en", "pl"])
def test_every_command_in_reports_and_mails_is_one_for_the_configuration_of_the_run(
    config: Path, phonesync: Phonesync, lang: str
) -> None:
    config.write_text(f'lang = "{lang}"\n{config.read_text(encoding="utf-8")}', encoding="utf-8")
    mailed(config)
    lines = (config.parent / "desk_phones.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (config.parent / "desk_phones.csv").write_text("".join(lines[:3]), encoding="utf-8")
    assert phonesync("sync", "faculties", "desk-phones").code == 3
    told = [of_run(config, "faculties.html"), of_run(config, "desk-phones.html"), *mails(config)]
    assert phonesync("reconcile").code == 1
    told += [of_run(config, f"reconciliation.{kind}") for kind in ("csv", "json", "html")]
    for text in told:
        assert BARE.findall(text) == []
        assert "phonesync -c " in text


def test_a_plan_that_waits_for_an_approval_goes_on_by_a_yes_or_a_no_alone(config: Path, phonesync: Phonesync) -> None:
    lines = (config.parent / "desk_phones.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (config.parent / "desk_phones.csv").write_text("".join(lines[:3]), encoding="utf-8")
    assert phonesync("sync", "desk-phones").code == 3
    steps = of_run(config, "desk-phones.html").split('<ol class="steps">')[1].split("</ol>")[0]
    ways = re.findall(r"<code>phonesync -c &#39;.*?&#39; (\w+) \S+ (--\w+)", steps)
    assert ways == [("apply", "--approve"), ("apply", "--refuse")]
    assert steps.count("<code>") == 2


def test_a_run_that_was_applied_tells_its_own_story(phonesync: Phonesync) -> None:
    """It is no plan, and says nothing of one."""
    assert phonesync("plan", "buildings").code == 0
    assert "the plan was saved, nothing was written" in phonesync("show", "last").out
    waiting = re.search(r"apply (\S+)", phonesync("plans").out)
    assert waiting
    assert phonesync("apply", waiting[1]).code == 0
    told = phonesync("show", "last").out
    assert "Exit code 0: success: the target matches the source.\n" in told
    assert "plan" not in told.split("\n")[1]


def test_a_reconciliation_that_was_made_tells_its_own_story(phonesync: Phonesync) -> None:
    assert phonesync("reconcile").code == 1
    assert "compared, and some findings need attention; nothing was written" in phonesync("show", "last").out


@pytest.mark.parametrize("command", ["check", "plan", "export"])
def test_a_mistyped_sync_is_asked_about(phonesync: Phonesync, command: str) -> None:
    said = phonesync(command, "facultis")
    assert said.code == 2
    assert "The sync 'facultis' does not exist. Did you mean: faculties?" in said.err
    assert "Did you mean" not in phonesync(command, "qqq").err


@pytest.mark.parametrize(
    ("lost", "line"), [('x = "abc', 4), ("x = [1,\n2\n\n", 5), ('x = """\nabc\n', 5), ("x = { a = 1", 4)]
)
def test_a_configuration_that_ends_too_early_names_its_last_line(
    config: Path, phonesync: Phonesync, lost: str, line: int
) -> None:
    config.write_text(f'region = "PL"\n\n# the end is lost\n{lost}', encoding="utf-8")
    said = phonesync("check")
    assert said.code == 2
    assert f"phonesync.toml, line {line}: " in said.err
    assert "missing at the end of this line, or of one above it" in said.err
    config.write_text(f'lang = "pl"\n\n# the end is lost\n{lost}', encoding="utf-8")
    assert main(["-c", str(config), "check", "--lang", "pl"]) == 2


def test_what_waits_has_its_next_step(config: Path, phonesync: Phonesync, monkeypatch: pytest.MonkeyPatch) -> None:
    assert phonesync("sync", "faculties", "buildings").code == 1
    monkeypatch.setenv("USOS_CONSUMER_SECRET", "another")
    phonesync("sync", "buildings")
    monkeypatch.setenv("USOS_CONSUMER_SECRET", credentials(STATE)["USOS_CONSUMER_SECRET"])
    told = phonesync("status").out
    assert f"  faculties: to see which lines are waiting, and why: phonesync -c '{config}' plan faculties\n" in told
    assert f"  buildings: to see why it failed: phonesync -c '{config}' doctor\n" in told
    assert "  users:" not in told


def test_a_copy_without_remarks_is_written_and_said_to_have_none(config: Path, phonesync: Phonesync) -> None:
    told = phonesync("check", "faculties", "dormitories", "--annotate").out
    assert "dormitories.checked.csv (no remarks)\n" in told
    assert "faculties.checked.csv\n" in told
    assert (config.parent / "dormitories.checked.csv").is_file()


def test_two_secrets_that_are_missing_are_two(phonesync: Phonesync, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("USOS_CONSUMER_SECRET")
    assert "Set it and try again." in phonesync("plan", "users").err
    monkeypatch.delenv("USOS_CONSUMER_KEY")
    assert "Set them and try again." in phonesync("plan", "users").err


def test_why_a_mail_was_not_sent_is_said_in_words(config: Path, phonesync: Phonesync) -> None:
    settings = config.read_text(encoding="utf-8")
    notify = '[notify]\nmail_to = ["desk@example.edu"]\nmail_from = "we@example.edu"\n'
    notify += 'smtp = { host = "127.0.0.1", port = 9, security = "none" }\n'
    config.write_text(f'lang = "pl"\n{settings}\n{notify}', encoding="utf-8")
    told = phonesync("sync", "faculties").err
    assert "„phonesync: faculties wymaga uwagi” nie udało się wysłać (poczta): nikt tam nie nasłuchuje." in told
    assert "Error" not in told


def test_polish_pages_have_polish_places_and_commas(config: Path, phonesync: Phonesync) -> None:
    config.write_text(f'lang = "pl"\n{config.read_text(encoding="utf-8")}', encoding="utf-8")
    assert phonesync("sync", "strings-phones", "faculties").code == 1
    page = of_run(config, "strings-phones.html")
    assert "telephony: grupa chopin/strings</p>" in page
    assert "http://127.0.0.1" not in page
    shares = re.findall(r'class="share">([^<]*)<', page)
    assert any("," in share for share in shares)
    assert not any("." in share for share in shares)
    told = phonesync("reconcile").out
    assert "telephony: grupa chopin/strings" in told
    assert "telephony group" not in told + of_run(config, "reconciliation.html")


def test_one_list_is_not_given_two_files_without_a_word(services: Sandbox, config: Path, phonesync: Phonesync) -> None:
    config.unlink()
    files = {"desk": "desk_phones.csv", "strings": "group_phones.csv"}
    said = ["connections.telephony.kind=apio", f"connections.telephony.base_url={services.apio_url}"]
    said += ["connections.telephony.username=env:APIO_USERNAME", "connections.telephony.password=env:APIO_PASSWORD"]
    said += [f"syncs.{name}.source={file}" for name, file in files.items()]
    said += [f"syncs.{name}.tenant=chopin" for name in files]
    options = [word for one in said for word in ("--set", one)]
    refused = phonesync("init", "--yes", *options)
    assert refused.code == 2
    assert "strings and desk are for the same list." in refused.err
    assert "--set syncs.strings.shared=true --set syncs.desk.shared=true" in refused.err
    shared = [word for name in files for word in ("--set", f"syncs.{name}.shared=true")]
    assert phonesync("init", "--yes", *options, *shared).code in {0, 1}


def words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


@pytest.mark.parametrize("width", [60, 70, 80, 100])
@pytest.mark.parametrize("lang", ["en", "pl"])
def test_no_table_breaks_a_word(
    phonesync: Phonesync, config: Path, monkeypatch: pytest.MonkeyPatch, width: int, lang: str
) -> None:
    """However many columns a sync's state has."""
    config.write_text(f'lang = "{lang}"\n{config.read_text(encoding="utf-8")}', encoding="utf-8")
    phonesync("plan", "faculties", "strings-phones")
    wide = words_of(phonesync("status").out)
    monkeypatch.setenv("COLUMNS", str(width))
    assert words_of(phonesync("status").out) <= wide
