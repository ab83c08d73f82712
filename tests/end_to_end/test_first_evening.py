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
    assert "Next: Find out what stopped it, and put that right;" in mail
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


def test_a_plan_that_waits_for_an_approval_has_no_other_way_on(config: Path, phonesync: Phonesync) -> None:
    lines = (config.parent / "desk_phones.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (config.parent / "desk_phones.csv").write_text("".join(lines[:3]), encoding="utf-8")
    assert phonesync("sync", "desk-phones").code == 3
    steps = of_run(config, "desk-phones.html").split('<ol class="steps">')[1].split("</ol>")[0]
    assert re.findall(r"<code>phonesync -c &#39;.*?&#39; (\w+)", steps) == ["apply"]


def test_a_run_that_was_applied_tells_its_own_story(phonesync: Phonesync) -> None:
    """It is no plan: everything that was wanted is in place."""
    assert phonesync("plan", "buildings").code == 0
    assert "the plan was made, nothing was written" in phonesync("show", "last").out
    waiting = re.search(r"apply (\S+)", phonesync("plans").out)
    assert waiting
    assert phonesync("apply", waiting[1]).code == 0
    told = phonesync("show", "last").out
    assert "Exit code 0: everything that was wanted is in place.\n" in told
    assert "plan" not in told.split("\n")[1]


def test_a_reconciliation_that_was_made_tells_its_own_story(phonesync: Phonesync) -> None:
    assert phonesync("reconcile").code == 1
    assert "compared, and some findings need attention; nothing was written" in phonesync("show", "last").out


@pytest.mark.parametrize("command", ["check", "plan", "export"])
def test_a_mistyped_sync_is_asked_about(phonesync: Phonesync, command: str) -> None:
    said = phonesync(command, "facultis")
    assert said.code == 2
    assert "There is no sync 'facultis'. Did you mean: faculties?" in said.err
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
