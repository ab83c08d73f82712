"""The command line as a contract: exit codes, one JSON object, errors as a sentence with the next step."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from children import started

from connectors.sandbox.options import Fault
from connectors.sandbox.server import Sandbox, serve
from flows.cli import cli, main
from flows.errors import unexpected
from flows.sandbox import SAMPLES, credentials, read_state
from flows.signals import StopRequest, ending_in_order

STATE = read_state(None)
COMMAND = [sys.executable, "-c", "import sys; from flows.cli import main; sys.exit(main())"]
OUTCOMES = ["applied", "unchanged", "failed", "held", "conflict", "unknown", "skipped", "unplanned"]
ACTIONS = ["add", "modify", "rename", "delete", "keep", "hold", "foreign"]


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on standard output."""
        return json.loads(self.out)


Phonesync = Callable[..., Said]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Both services with the sample institution."""
    with serve(STATE) as running:
        yield running


@pytest.fixture
def phonesync(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Phonesync:
    """Return the command, in a folder with the samples and the services as they were at first."""
    sandbox.reset(STATE)
    for name, value in {**credentials(STATE), "COLUMNS": "80", "PHONESYNC_PERSON": "anna"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PHONESYNC_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    for file in SAMPLES.glob("*.csv"):
        shutil.copy(file, tmp_path)
    text = (SAMPLES / "phonesync.toml").read_text(encoding="utf-8")
    text = text.replace("http://127.0.0.1:8701", sandbox.usos_url).replace("http://127.0.0.1:8702", sandbox.apio_url)
    Path("phonesync.toml").write_text(text, encoding="utf-8")

    def called(*arguments: str) -> Said:
        capsys.readouterr()
        code = main(arguments, sleep=lambda _: None)
        shown = capsys.readouterr()
        return Said(code, shown.out, shown.err)

    return called


def drop_lines(file: str, first: int, last: int) -> None:
    """Lose some lines of a file."""
    lines = Path(file).read_text(encoding="utf-8").splitlines(keepends=True)
    Path(file).write_text("".join(lines[: first - 1] + lines[last:]), encoding="utf-8")


# Help -------------------------------------------------------------------------------------------------------------


def test_help_is_there_at_once_and_imports_nothing_slow() -> None:
    """Within 0.3 s on a quiet machine: what takes longer is not imported for it."""
    script = "import sys; from flows.cli import main; main(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.startswith("Usage: phonesync")
    assert not {"pandas", "prefect", "sqlalchemy", "pydantic", "requests", "rich"} & set(done.stdout.split())


@pytest.mark.parametrize("name", list(cli.commands))
def test_each_command_has_help_with_an_example(name: str, phonesync: Phonesync) -> None:
    said = phonesync(name, "--help")
    assert said.code == 0
    assert "Example:\n    phonesync " in said.out
    assert "\\b" not in said.out


# What cannot be meant ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said", "remedy"),
    [
        (["docter"], "No such command 'docter'. Did you mean 'doctor'?", "phonesync --help"),
        (["plan", "--bogus"], "No such option '--bogus'", "phonesync plan --help"),
        (["apply"], "Missing argument 'PLAN'", "phonesync apply --help"),
        (["runs", "-n", "0"], "0 is not in the range", "phonesync runs --help"),
        (["plan", "facultys"], "The sync 'facultys' does not exist.", "faculties, users"),
        (["check", "facultys"], "The sync 'facultys' does not exist.", "faculties, users"),
        (["apply", "nosuch", "--approve", " "], "the reason is missing", "See: phonesync apply --help"),
        (["apply", "nosuch"], "There is no plan 'nosuch' in the ledger.", "phonesync plan"),
        (["show", "nosuch"], "There is no run 'nosuch' in the ledger.", "phonesync runs"),
        (["show", "last"], "No run yet.", "phonesync plan"),
        (["resume", "nosuch"], "There is no run 'nosuch' in the ledger.", "phonesync runs"),
        (["revert", "nosuch"], "There is no run 'nosuch' in the ledger.", "phonesync runs"),
        (["-c", "none.toml", "plan"], "none.toml does not exist.", "-c FILE"),
        (["plan", "-c", "none.toml"], "none.toml does not exist.", "-c FILE"),
        (["number", "--region", "XX", "1"], "The region 'XX' does not exist.", "PL"),
        (["number", "--area-code", "x", "1"], "'x' is not an area code of the region PL.", "22"),
        (["number", "--area-code", "99", "1"], "'99' is not an area code of the region PL.", "22"),
        (["sandbox", "--state", "none.json"], "none.json does not exist.", "--state FILE"),
    ],
)
def test_a_mistake_is_told_with_the_next_step(
    arguments: list[str], said: str, remedy: str, phonesync: Phonesync
) -> None:
    plain = phonesync(*arguments)
    assert (plain.code, plain.out) == (2, "")
    assert said in plain.err
    assert remedy in plain.err
    as_json = phonesync(*arguments, "--json")
    assert as_json.code == as_json.json["exit_code"] == 2
    assert said in as_json.json["error"]
    assert remedy in as_json.json["remedy"]


def test_every_command_that_is_suggested_has_the_configuration_that_was_given(phonesync: Phonesync) -> None:
    shutil.copy("phonesync.toml", "other name.toml")
    given = ("-c", "other name.toml")
    called = "phonesync -c 'other name.toml'"
    assert f"{called} plan" in phonesync(*given, "apply", "nosuch").err
    assert f"{called} runs" in phonesync("show", "nosuch", *given).err
    assert f"Next: {called} plan" in phonesync(*given, "doctor").out
    assert "See: phonesync plan --help" in phonesync(*given, "plan", "--bogus").err
    Path("users.csv").unlink()
    assert "phonesync check" not in phonesync(*given, "doctor").out


def test_the_sandbox_suggests_no_configuration_that_knows_other_addresses() -> None:
    arguments = ["sandbox", "--usos-port", "0", "--apio-port", "0"]
    with started([*COMMAND, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = "".join(iter(process.stdout.readline, "Ctrl-C stops both.\n"))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert "export APIO_PASSWORD=" in said
    assert "--samples FOLDER" in said
    assert "phonesync.toml" not in said


def test_a_text_after_the_dashes_is_no_option(phonesync: Phonesync) -> None:
    assert phonesync("number", "--", "--json").out.startswith("text")


# Errors of several syncs ------------------------------------------------------------------------------------------


def test_one_error_of_several_syncs_is_told_once(phonesync: Phonesync, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USOS_CONSUMER_SECRET", "hunter2")
    monkeypatch.setenv("APIO_PASSWORD", "hunter2")
    said = phonesync("plan")
    assert said.code == 4
    assert all(re.search(rf"^{name} .* yes$", said.out, re.MULTILINE) for name in ("faculties", "desk-phones"))
    assert said.err.count("services/phones/select: access denied") == 1
    assert "Affected syncs: faculties, users, buildings, dormitories." in said.err
    assert said.err.count("login: access denied") == 1
    assert "Affected syncs: desk-phones, strings-phones." in said.err
    assert "hunter2" not in said.err


def test_each_failed_sync_has_its_error_in_json(phonesync: Phonesync, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USOS_CONSUMER_SECRET", "")
    said = phonesync("sync", "--json", "users", "strings-phones")
    assert said.code == 2
    failed, done = said.json["syncs"]
    assert "USOS_CONSUMER_SECRET is empty or not set" in failed["error"]
    assert (failed["plan"], list(failed["actions"]), list(failed["outcomes"])) == (None, ACTIONS, OUTCOMES)
    assert "error" not in done
    assert done["verified"]


def test_a_service_that_is_down_is_exit_code_4(phonesync: Phonesync) -> None:
    text = Path("phonesync.toml").read_text(encoding="utf-8")
    lines = [f"{line}\nattempts = 1" if line.startswith("base_url") else line for line in text.splitlines()]
    port = sandbox_port(text)
    Path("phonesync.toml").write_text("\n".join(lines).replace(port, ":1"), encoding="utf-8")
    said = phonesync("plan", "faculties")
    assert said.code == 4
    assert "connection failed" in said.err
    assert "Check base_url" in said.err


def sandbox_port(text: str) -> str:
    """Return the port of the first address, with its colon."""
    return ":" + text.split("http://127.0.0.1:", 1)[1].split('"', 1)[0]


# The road ---------------------------------------------------------------------------------------------------------


def test_a_plan_shows_the_command_only_where_there_is_something_to_apply(phonesync: Phonesync) -> None:
    said = phonesync("plan", "dormitories", "strings-phones")
    assert said.code == 0
    commands = [line for line in said.out.splitlines() if line.startswith("  phonesync apply ")]
    assert len(commands) == 1
    assert commands[0].endswith("-strings-phones")
    nothing = phonesync("plan", "dormitories").out
    assert "No changes planned." in nothing
    assert "phonesync apply" not in nothing


def test_the_command_that_is_shown_works_as_it_stands(phonesync: Phonesync) -> None:
    said = phonesync("-c", "phonesync.toml", "plan", "strings-phones")
    (command,) = [line.split() for line in said.out.splitlines() if " apply " in line]
    done = phonesync(*command[1:])
    assert done.code == 0
    assert "yes" in done.out
    again = phonesync(*command[1:])
    assert again.code == 2
    assert "has already been applied" in again.err


def test_every_folder_is_named_in_which_a_report_is(phonesync: Phonesync) -> None:
    """A sync without changes has the report of an earlier run, in that one's folder."""
    both = ("dormitories", "buildings")
    phonesync("sync", *both)
    phonesync("sync", *both)
    text = Path("buildings.csv").read_text(encoding="utf-8")
    Path("buildings.csv").write_text(text.replace("Portiernia", "Portierzy", 1), encoding="utf-8")
    said = re.findall(r"^Reports: (.+)$", phonesync("sync", *both).out, re.MULTILINE)
    after = phonesync("sync", *both, "--json").json["syncs"]
    assert len(said) == 2
    assert Path(after[0]["reports"]["html"]).parent.name in {Path(folder).name for folder in said}


def test_a_second_sync_writes_nothing_and_says_so(phonesync: Phonesync) -> None:
    assert phonesync("sync", "--json", "buildings").json["syncs"][0]["requests"]["write"] > 0
    said = phonesync("sync", "buildings")
    assert said.code == 0
    assert "No changes needed: read and compared, nothing written." in said.out


@pytest.mark.parametrize(("sync", "code"), [("dormitories", 0), ("buildings", 10)])
def test_plan_can_tell_changes_by_its_exit_code(sync: str, code: int, phonesync: Phonesync) -> None:
    assert phonesync("plan", "--exit-code", sync).code == code
    assert phonesync("plan", sync).code == 0


def test_rejected_lines_are_exit_code_1(phonesync: Phonesync) -> None:
    assert phonesync("check", "faculties").code == 1
    said = phonesync("sync", "faculties")
    assert said.code == 1
    assert "faculties: rows that need attention" in said.out
    assert "Nutowska" in said.out


def test_a_guard_is_exit_code_3_until_somebody_says_yes(phonesync: Phonesync, sandbox: Sandbox) -> None:
    drop_lines("buildings.csv", 3, 4)
    planned = phonesync("plan", "buildings")
    assert planned.code == 0
    assert "guard max_delete_share: 3 of 9 entries would be deleted" in planned.out
    assert '--approve "REASON"' in planned.out
    stopped = phonesync("sync", "buildings")
    assert stopped.code == 3
    assert stopped.err.count("plan blocked by a guard, nothing was written") == 1
    assert not [call for call in sandbox.calls if call.method == "replace"]
    as_json = phonesync("sync", "--json", "buildings")
    (summary,) = as_json.json["syncs"]
    assert as_json.code == 3
    assert [guard["guard"] for guard in summary["guards"]] == ["max_delete_share"]
    assert phonesync("apply", summary["plan"]).code == 3
    done = phonesync("apply", summary["plan"], "--approve", "two rooms were closed", "--json")
    assert done.code == 0
    assert done.json["syncs"][0]["outcomes"]["applied"] == 5


def test_a_no_is_kept_and_shown_wherever_the_plan_is(phonesync: Phonesync, sandbox: Sandbox) -> None:
    drop_lines("buildings.csv", 3, 4)
    (stopped,) = phonesync("sync", "--json", "buildings").json["syncs"]
    plan, reason = stopped["plan"], "the file was cut off"
    assert phonesync("apply", plan, "--refuse", " ").code == 2
    assert phonesync("apply", plan, "--refuse", reason, "--approve", reason).code == 2
    refused = phonesync("apply", plan, "--refuse", reason, "--json")
    assert (refused.code, refused.json["refused"]["reason"]) == (0, reason)
    assert not [call for call in sandbox.calls if call.method == "replace"]
    (shown,) = phonesync("show", "last", "--json").json["plans"]
    (waits,) = phonesync("plans", "--json").json["plans"]
    (run,) = phonesync("runs", "--json").json["runs"]
    for told in (shown, waits, run):
        assert [no["reason"] for no in told["refusals"]] == [reason]
    for command in (["show", "last"], ["plans"]):
        assert f": {reason}" in phonesync(*command).out
    assert "declined by" in phonesync("runs").out
    assert reason in Path(stopped["reports"]["html"]).read_text(encoding="utf-8")
    assert json.loads(Path(stopped["reports"]["json"]).read_text(encoding="utf-8"))["refusals"][0]["reason"] == reason
    assert phonesync("apply", plan, "--approve", "it was right after all").code == 0


def test_a_no_to_a_plan_that_no_guard_has_stopped_is_kept_as_well(phonesync: Phonesync) -> None:
    (made,) = phonesync("plan", "--json", "strings-phones").json["syncs"]
    assert not made["guards"]
    assert phonesync("apply", made["plan"], "--refuse", "the harpist has left").code == 0
    for command in (["show", "last"], ["plans"]):
        assert ": the harpist has left" in phonesync(*command).out
    assert "declined by" in phonesync("runs").out
    for kind in ("html", "json"):
        assert "the harpist has left" in Path(made["reports"][kind]).read_text(encoding="utf-8")


def test_a_run_can_be_turned_back(phonesync: Phonesync, sandbox: Sandbox) -> None:
    def stored() -> list[tuple[str, str]]:
        return sorted((row.number, row.comment_pl) for row in sandbox.usos.numbers("building", "B02"))

    before = stored()
    done = phonesync("sync", "--json", "buildings").json["run"]
    assert stored() != before
    back = phonesync("revert", "--json", done)
    assert back.code == 0
    phonesync("apply", back.json["syncs"][0]["plan"], "--approve", "it was wrong")
    assert stored() == before


def test_resume_without_anything_open_says_so(phonesync: Phonesync) -> None:
    said = phonesync("resume")
    assert said.code == 0
    assert "No changes were needed." in said.out


def test_a_lost_answer_is_no_traceback(phonesync: Phonesync, sandbox: Sandbox) -> None:
    sandbox.usos.faults = [Fault("*", "lost_after_commit", nth=2, times=50)]
    said = phonesync("sync", "buildings")
    assert said.code in {1, 4, 5}
    assert "Traceback" not in said.err
    sandbox.usos.faults = []
    assert phonesync("sync", "buildings").code == 0


# JSON -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["plan"],
        ["sync"],
        ["runs"],
        ["show", "last"],
        ["doctor"],
        ["resume"],
        ["number", "22 999 00 01", "x"],
    ],
)
def test_every_command_prints_one_json_value_and_nothing_else(arguments: list[str], phonesync: Phonesync) -> None:
    phonesync("plan", "buildings")
    command, *others = arguments
    said = phonesync(command, "--json", *others)
    assert isinstance(said.json, list if command == "number" else dict)
    assert "999 70 33" not in said.out, "numbers of users are masked"


def test_the_object_of_a_run_has_the_promised_shape(phonesync: Phonesync) -> None:
    said = phonesync("sync", "--json", "faculties")
    assert list(said.json) == ["run", "syncs"]
    (summary,) = said.json["syncs"]
    keys = "sync plan fingerprint actions outcomes rejected guards verified requests reports left drift came_back known"
    assert list(summary) == keys.split()
    assert (list(summary["actions"]), list(summary["outcomes"])) == (ACTIONS, OUTCOMES)
    assert list(summary["requests"]) == ["read", "write"]
    for path in summary["reports"].values():
        assert Path(path).stat().st_mode & 0o777 == 0o600


def test_letters_that_a_terminal_does_not_have_are_no_reason_to_fail(phonesync: Phonesync) -> None:
    environ = {**os.environ, "PYTHONIOENCODING": "iso-8859-2"}
    done = subprocess.run([*COMMAND, "plan", "users"], env=environ, capture_output=True, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, b"")
    assert "users: planned changes" in done.stdout.decode("iso-8859-2")


def test_there_are_no_colours_where_nobody_watches(phonesync: Phonesync) -> None:
    said = phonesync("sync", "faculties")
    assert "\x1b" not in said.out + said.err
    assert "\x1b" not in phonesync("plan", "nosuch").err


# A service that does not answer ------------------------------------------------------------------------------------


@contextmanager
def silent_service() -> Iterator[socket.socket]:
    """A service that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        text = Path("phonesync.toml").read_text(encoding="utf-8")
        for port in re.findall(r"http://127\.0\.0\.1:(\d+)", text):
            text = text.replace(f":{port}", f":{listening.getsockname()[1]}")
        Path("phonesync.toml").write_text(text, encoding="utf-8")
        listening.settimeout(60)
        yield listening


@pytest.mark.parametrize("sync", ["faculties", "strings-phones"])
@pytest.mark.parametrize("command", ["sync", "plan"])
@pytest.mark.usefixtures("phonesync")
def test_ctrl_c_while_a_service_is_read_ends_at_once(command: str, sync: str) -> None:
    with (
        silent_service() as service,
        started([*COMMAND, command, sync], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
    ):
        talking, _ = service.accept()
        with talking:
            assert talking.recv(1)
            began = time.monotonic()
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
            assert time.monotonic() - began < 4  # two seconds on a machine that has nothing else to do
    assert process.returncode == 5
    assert "Stopped. Everything sent before is in the ledger" in err
    assert "Traceback" not in err


def test_a_service_that_is_dead_is_found_once_in_a_run(phonesync: Phonesync) -> None:
    text = Path("phonesync.toml").read_text(encoding="utf-8")
    port = sandbox_port(text)
    lines = [f"{line}\nattempts = 2" if line.startswith("base_url") else line for line in text.splitlines()]
    with hanging_up() as (dead, calls):
        Path("phonesync.toml").write_text("\n".join(lines).replace(port, f":{dead}"), encoding="utf-8")
        said = phonesync("plan", "--json", "faculties", "users", "buildings", "dormitories")
    assert said.code == 4
    assert len({sync["error"] for sync in said.json["syncs"]}) == 1
    assert all(sync["outcomes"]["skipped"] for sync in said.json["syncs"]), "each line has its answer all the same"
    assert len(calls) == 2, "two attempts for all, not two for each sync"


@contextmanager
def hanging_up() -> Iterator[tuple[int, list[int]]]:
    """Answer a port by hanging up; yields it, and a list that grows with each call."""
    calls: list[int] = []

    def answer() -> None:
        while True:
            try:
                calling, _ = listening.accept()
            except OSError:
                return
            calls.append(1)
            calling.close()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        answering = Thread(target=answer)
        answering.start()
        try:
            yield listening.getsockname()[1], calls
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            answering.join()


# Output that does not arrive ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("out", ["full", "closed", "nobody reads"])
def test_output_that_does_not_arrive_changes_nothing_in_what_was_done(
    out: str, phonesync: Phonesync, sandbox: Sandbox
) -> None:
    plan = phonesync("plan", "--json", "strings-phones").json["syncs"][0]["plan"]
    redirection = {"full": "> /dev/full", "closed": ">&-", "nobody reads": "| true; exit ${PIPESTATUS[0]}"}[out]
    told = "import time; time.sleep(1);" if out == "nobody reads" else ""
    script = f"{told}import sys; from flows.cli import main; sys.exit(main())"
    command = f"\"$0\" -c '{script}' apply {plan} {redirection}"
    done = subprocess.run(["bash", "-c", command, sys.executable], capture_output=True, text=True, check=False)  # noqa: S603, S607 - the shell's own redirections
    assert done.returncode == 6, done.stderr
    assert "could not be written completely" in done.stderr
    assert "Traceback" not in done.stderr
    assert ("Harfy", "+48-229993040") in sandbox.apio.entries("chopin", "strings")
    assert phonesync("runs", "--json").json["runs"][0]["exit_code"] == 0


# Ends -------------------------------------------------------------------------------------------------------------


def test_an_error_of_phonesync_itself_names_its_place_and_no_value() -> None:
    try:
        int("22 999 70 33")
    except ValueError as error:
        said = unexpected(error).message
    assert said.startswith("Internal error in phonesync: ValueError (tests/end_to_end/test_cli.py, line ")
    assert "999" not in said


def test_the_sandbox_command_says_where_it_is_and_ends_in_order() -> None:
    arguments = ["sandbox", "--usos-port", "0", "--apio-port", "0", "--json"]
    with started([*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert told["usos"].startswith("http://127.0.0.1:")
        assert set(told["credentials"]) == set(credentials(STATE))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "Stopped.\n")


def test_a_port_that_is_taken_is_told(phonesync: Phonesync, sandbox: Sandbox) -> None:
    said = phonesync("sandbox", "--usos-port", sandbox.usos_url.rpartition(":")[2])
    assert said.code == 2
    assert "A port cannot be used" in said.err


def test_the_first_signal_ends_in_order_and_the_second_one_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    stopping, before = Event(), signal.getsignal(signal.SIGTERM)
    with ending_in_order(stopping, writes=True):
        signal.raise_signal(signal.SIGTERM)
        assert stopping.is_set()
        assert "nothing more is sent" in capsys.readouterr().err
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGTERM) == before


def test_signals_stay_as_they_were_where_nothing_is_written_or_none_arrives() -> None:
    before, seen = signal.getsignal(signal.SIGTERM), []

    def look(*, writes: bool) -> None:
        with ending_in_order(Event(), writes=writes):
            seen.append(signal.getsignal(signal.SIGTERM))

    look(writes=False)
    elsewhere = Thread(target=partial(look, writes=True))
    elsewhere.start()
    elsewhere.join()
    assert seen == [before, before]


def test_a_wish_for_an_end_grows_with_the_second_signal_and_not_with_a_closed_terminal() -> None:
    wish = StopRequest()
    with wish.listening():
        for number, hurried in ((signal.SIGHUP, False), (signal.SIGHUP, False), (signal.SIGTERM, True)):
            signal.raise_signal(number)
            assert (wish.stopping.is_set(), wish.hurried.is_set()) == (True, hurried)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--lang", "pl", "number", "22 999 71 0"], "Numer ma za mało cyfr."),
        (["number", "--lang", "pl", "22 999 71 0"], "Numer ma za mało cyfr."),
        (["--lang", "pl", "number", "--lang", "en", "22 999 71 0"], "There are too few digits"),
    ],
)
def test_the_language_may_stand_before_the_command_as_the_configuration_may(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main(words)
    assert said in capsys.readouterr().out
