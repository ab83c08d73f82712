"""The command line: one command for each thing a person can ask of phonesync."""

from __future__ import annotations

import itertools
import os
import sys
import time
from collections.abc import Callable, Sequence
from io import TextIOWrapper
from threading import current_thread
from threading import enumerate as enumerate_threads

import click

from flows.commands import beginning, keeping, looking, reconciling, running, trying
from flows.commands.options import spoken, verbatim
from flows.errors import TRACEBACK, error_text, unexpected
from flows.help_pages import HelpContext
from flows.misuse import misused
from flows.output import endure, lost_output
from flows.spoken import configuration_in, language_of
from flows.startup import leave_memory_to_the_system, leave_unneeded_packages_out, tune_garbage_collection
from schemas.errors import PhonesyncError, UsageError
from schemas.exit_codes import ExitCode, worst
from tasks.messages.command_lines import command_with
from tasks.messages.errors import error_of


class _Commands(click.Group):
    """The commands in the order people meet them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)


_codes = verbatim("Exit codes", *(f"{code:>2}  {code.meaning}" for code in ExitCode))


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80}, epilog=_codes
)
@click.option("-c", "--config", metavar="FILE", help="Configuration file; default: ./phonesync.toml.")
@spoken
@click.version_option(package_name="phonesync")
@click.pass_context
def cli(ctx: click.Context, config: str | None) -> None:
    """Keep the telephone numbers in USOS and on APIO phone lists in sync with CSV files and workbooks.

    Start with `init`, or with `check` (can the files be read?), `doctor` (is everything ready?) and `plan` (what
    would change?); `sync` makes the changes and verifies them.
    """
    ctx.obj = config


for command in (
    beginning.init,
    running.check,
    running.plan,
    running.apply,
    running.sync,
    running.resume,
    running.revert,
    running.mail,
    looking.runs,
    looking.show,
    looking.plans,
    looking.status,
    looking.history,
    reconciling.reconcile,
    reconciling.accept,
    reconciling.export,
    reconciling.discover,
    reconciling.find,
    looking.number,
    looking.doctor,
    running.serve,
    keeping.release,
    keeping.purge,
    keeping.erase,
    trying.sandbox,
    trying.demo,
):
    cli.add_command(command)
for one in (cli, *cli.commands.values()):
    one.context_class = HelpContext


def main(arguments: Sequence[str] | None = None, *, sleep: Callable[[float], None] = time.sleep) -> int:
    """Run the command line and return its exit code; whatever goes wrong is said in a sentence, with the next step.

    Args:
        arguments: the words after the name of the program; those of this process unless given.
        sleep: how a run waits between attempts, and for readings that are behind.
    """
    tune_garbage_collection()
    if arguments is None:
        leave_unneeded_packages_out()
    endure()
    code = _carried_out(arguments, sleep)
    lost = lost_output()
    if lost:
        from tasks.messages.catalogue import render

        given = sys.argv[1:] if arguments is None else arguments
        click.echo(render("say.not_arrived", language_of(given, os.environ), why=lost), err=True)
    code = worst((code, ExitCode.UNREPORTED)) if lost else ExitCode(code)
    if arguments is None:
        leave_memory_to_the_system()
    if code == ExitCode.UNSETTLED and arguments is None:
        _end_without_waiting(code)
    return code


def _end_without_waiting(code: ExitCode) -> None:
    """End the process where a run was interrupted while it read: requests under way would keep it for minutes."""
    waiting = [thread for thread in enumerate_threads() if thread is not current_thread() and not thread.daemon]
    if waiting:
        sys.stderr.flush()
        os._exit(code)


def _carried_out(arguments: Sequence[str] | None, sleep: Callable[[float], None]) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in itertools.takewhile(lambda word: word != "--", given)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # an old terminal has no letter for everything
    code = None
    try:
        called = cli.main(given, prog_name="phonesync", standalone_mode=False, given=given, sleep=sleep)
        return int(called or 0)
    except PhonesyncError as error:
        ended = error
    except click.UsageError as error:
        ended = misused(error)
    except click.Abort:
        ended, code = error_of(PhonesyncError, "stopped"), ExitCode.UNSETTLED
    except MemoryError:
        ended = error_of(UsageError, "no_memory")
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        ended = unexpected(error)
    command = command_with(configuration_in(given))
    return error_text(ended, as_json=as_json, exit_code=code, lang=language_of(given, os.environ), command=command)
