"""Tell the whole story on sample data: both services, Prefect, four syncs, and a second pass that has nothing to do."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from connectors.sandbox.server import serve
from connectors.sandbox.wire import Call
from flows.console import narrow_table, out, show_titled, word_of
from flows.context import open_context
from flows.orchestration.home import use_temporary_home
from flows.progress import ProgressLog
from flows.run_history import one_run
from flows.sandbox import CONFIGURATION, copy_samples, credentials, read_state
from flows.signals import ended_by_ctrl_c
from schemas.errors import UsageError
from schemas.exit_codes import ExitCode
from schemas.plan import WRITES, Action, Outcome
from schemas.settings import Language
from tasks.messages.catalogue import render, text
from tasks.messages.errors import error_of
from tasks.messages.language import language
from tasks.messages.system_errors import cause_of

FOLDER = Path(".phonesync-demo")
# What a first plan finds in the samples; the table in data/samples/README.md says the same.
EXPECTED: Mapping[str, Mapping[str, int]] = {
    "faculties": {"add": 2, "modify": 2, "rename": 0, "delete": 1, "keep": 18, "hold": 2, "foreign": 0},
    "users": {"add": 2, "modify": 2, "rename": 0, "delete": 1, "keep": 23, "hold": 1, "foreign": 0},
    "desk-phones": {"add": 3, "modify": 3, "rename": 2, "delete": 3, "keep": 30, "hold": 2, "foreign": 0},
    "strings-phones": {"add": 1, "modify": 1, "rename": 0, "delete": 0, "keep": 4, "hold": 0, "foreign": 2},
}
_MARK = "# Made by `phonesync demo`, which makes this folder anew each time.\n"
_READS = {"select", "login", "list", "get"}


def run_demo(*, keep_open: bool) -> ExitCode:
    """Tell the story in `.phonesync-demo/` here; `DONE` when it went as the samples promise, `LINES_FAILED` when not.

    Args:
        keep_open: leave both services running at the end until Ctrl-C.

    Raises:
        UsageError: the folder cannot be made, or something else stands in its place.
    """
    state, lang = read_state(None), language(None, None, os.environ)
    click.echo(render("demo.begin", lang, folder=FOLDER) + "\n")
    _make_anew(FOLDER)
    with serve(state) as sandbox:
        click.echo("1. " + render("demo.services", lang, usos=sandbox.usos_url, apio=sandbox.apio_url) + "\n")
        configuration = copy_samples(FOLDER, sandbox, heading=_MARK)
        use_temporary_home(os.environ, (FOLDER / "prefect").absolute())
        os.environ.update(credentials(state))
        with ProgressLog() as narrator:
            click.echo("2. " + text("demo.first", lang))
            first = _pass(text("demo.first_starts", lang), narrator, configuration, lang)
            seen = len(sandbox.calls)
            click.echo("3. " + text("demo.second", lang))
            second = _pass(text("demo.second_starts", lang), narrator, configuration, lang)
        calls = sandbox.calls[seen:]
        _say(_call_log(calls, lang))
        click.echo()
        _say_what_happened(configuration, first, lang)
        wrong = [*_unexpected(first, EXPECTED), *_not_at_rest(second, calls)]
        for sentence in wrong:
            click.echo(f"{text('demo.unexpected', lang)}: {sentence}", err=True)
        _say_what_next(configuration, first["run"], lang, keep_open=keep_open)
        if keep_open:
            _wait(credentials(state), lang)
    return ExitCode.LINES_FAILED if wrong else ExitCode.DONE


def _make_anew(folder: Path) -> None:
    """Make the folder, empty; only one that an earlier demonstration made is ever removed."""
    try:
        if folder.exists() or folder.is_symlink():
            mark = folder / CONFIGURATION
            if folder.is_symlink() or not mark.is_file() or not mark.read_text(encoding="utf-8").startswith(_MARK):
                raise error_of(UsageError, "demo_folder_foreign", {"folder": folder})
            shutil.rmtree(folder)
        folder.mkdir()
        (folder / CONFIGURATION).write_text(_MARK, encoding="utf-8")  # first: what breaks off now can be removed again
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    except OSError as error:
        raise error_of(UsageError, "demo_folder_kept", {"folder": folder, "why": cause_of(error)}) from error


def _pass(announcement: str, narrator: ProgressLog, configuration: Path, lang: Language) -> dict[str, Any]:
    """Run the four syncs through the Prefect flow and return the run's summary."""
    with narrator.reporting_pass(announcement):
        from flows.sync import NotInPlace, sync

        state: Any = sync(config=str(configuration.absolute()), syncs=list(EXPECTED), return_state=True)
    ended = state.result(raise_on_failure=False)
    if isinstance(ended, Exception) and not isinstance(ended, NotInPlace):
        raise ended
    _say(render("demo.in_prefect", lang, state=state.name, said=state.message))
    click.echo()
    summary: dict[str, Any] = ended.summary if isinstance(ended, NotInPlace) else ended
    return summary


def _call_log(calls: Iterable[Call], lang: Language) -> str:
    sent = Counter(call.method for call in calls)
    reads = ", ".join(f"{count} {method}" for method, count in sorted(sent.items()) if method in _READS)
    writes = sum(count for method, count in sent.items() if method not in _READS)
    nothing = [text("demo.nothing_left", lang)] if not writes else []
    log = render("demo.log", lang, reads=reads or text("demo.no_reads", lang), writes=writes)
    return " ".join([*nothing, log])


def _unexpected(summary: Mapping[str, Any], expected: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Compare a first pass with what the samples promise."""
    wrong = []
    syncs = {sync["sync"]: sync for sync in summary["syncs"]}
    for name, actions in expected.items():
        sync = syncs[name]
        outcomes = {
            "applied": sum(actions[word] for word in WRITES),
            "unchanged": actions["keep"] + actions["foreign"],
            "held": actions["hold"],
        }
        wanted = {f"action {word}": count for word, count in actions.items()}
        wanted |= {f"outcome {word}": outcomes.get(word, 0) for word in Outcome}
        found = {f"action {word}": sync["actions"][word] for word in Action}
        found |= {f"outcome {word}": sync["outcomes"][word] for word in Outcome}
        wrong += [f"{name}, {what}: {found[what]}, not {wanted[what]}" for what in found if found[what] != wanted[what]]
        wrong += [] if sync["verified"] else [f"{name}: not verified"]
    return wrong


def _not_at_rest(summary: Mapping[str, Any], calls: Sequence[Call]) -> list[str]:
    """Say what a second pass wanted to do, or did."""
    wrong = [
        f"{sync['sync']}, second pass, action {word}: {sync['actions'][word]}, not 0"
        for sync in summary["syncs"]
        for word in WRITES
        if sync["actions"][word]
    ]
    wrong += [f"{sync['sync']}, second pass: not verified" for sync in summary["syncs"] if not sync["verified"]]
    written = [call.method for call in calls if call.changed or call.method not in _READS]
    return wrong + ([f"second pass: the services were sent {', '.join(written)}"] if written else [])


def _say_what_happened(configuration: Path, summary: Mapping[str, Any], lang: Language) -> None:
    """Show the counts, the lines that are bad on purpose, and where the reports are."""
    table = narrow_table()
    table.add_column(text("say.name_of_sync", lang), no_wrap=True)
    for word in (*(word_of(action, lang) for action in Action), text("say.writes", lang)):
        table.add_column(word, justify="right")
    for sync in summary["syncs"]:
        counts = [str(sync["actions"][word] or "") for word in Action]
        table.add_row(sync["sync"], *counts, str(sync["requests"]["write"]))
    show_titled(text("demo.table", lang), table)
    click.echo(text("demo.bad_lines", lang))
    with open_context(str(configuration), os.environ) as context:
        for plan in one_run(context, summary["run"], lang)["plans"]:
            source = context.settings.syncs[plan["sync"]].source.name
            for line in plan["lines"]:
                if line["outcome"] == Outcome.HELD:
                    _say(render("demo.line", lang, file=source, line=line["line"], said=line["message"]))
    click.echo("\n" + text("demo.reports", lang))
    for sync in summary["syncs"]:
        click.echo(f"   {os.path.relpath(sync['reports']['html'])}")


def _say_what_next(configuration: Path, run: str, lang: Language, *, keep_open: bool) -> None:
    command = _command()
    configured = f"{command} -c {configuration}"
    click.echo("\n" + text("demo.next", lang))
    click.echo(f"   {configured} show {run}")
    click.echo(f"   {configured} check")
    if not keep_open:
        click.echo(f"   {command} demo --keep-open        {text('demo.keep_open', lang)}")


def _wait(secrets: Mapping[str, str], lang: Language) -> None:
    """Say how to use the services, and leave them running until Ctrl-C."""
    click.echo("\n" + text("demo.stay", lang) + "\n")
    for name, value in secrets.items():
        click.echo(f"   export {name}={value}")
    click.echo(f"   {_command()} -c {FOLDER / CONFIGURATION} plan\n\n{text('demo.ctrl_c', lang)}")
    with ended_by_ctrl_c():
        threading.Event().wait()


def _say(said: str) -> None:
    click.echo(click.wrap_text(said, out().width, initial_indent="   ", subsequent_indent="     "))


def _command() -> str:
    """Return what a person types here to start this very program."""
    here = Path(sys.executable).with_name("phonesync")
    known = shutil.which("phonesync")
    if not here.exists() or (known and Path(known).absolute() == here.absolute()):
        return "phonesync"
    return os.path.relpath(here) if here.is_relative_to(Path.cwd()) else str(here)
