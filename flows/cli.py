"""The command line: one command for each thing a person can ask of phonesync."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from threading import current_thread
from threading import enumerate as enumerate_threads

import click

from flows.commands import beginning, keeping, looking, reconciling, running, trying
from flows.commands.options import verbatim
from flows.errors import REPORT_IT, TRACEBACK, error_text, unexpected
from flows.output import endure, lost_output
from flows.startup import leave_unneeded_packages_out, tune_garbage_collection
from schemas.errors import InternalError, PhonesyncError, UsageError
from schemas.exit_codes import ExitCode, worst


class _Commands(click.Group):
    """The commands in the order people meet them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)


_codes = verbatim("Exit codes", *(f"{code:>2}  {code.meaning}" for code in ExitCode))


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80}, epilog=_codes
)
@click.option("-c", "--config", metavar="FILE", help="The configuration; default: phonesync.toml here.")
@click.version_option(package_name="phonesync")
@click.pass_context
def cli(ctx: click.Context, config: str | None) -> None:
    """Keep the telephone numbers in USOS and on APIO phone lists in step with CSV files.

    Begin with `init`, or with `check` (is everything readable?), `doctor` (is everything there?) and `plan` (what would
    change?);
    `sync` changes it, and proves it.
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; whatever goes wrong is said in a sentence, with the next step."""
    tune_garbage_collection()
    if arguments is None:
        leave_unneeded_packages_out()
    endure()
    code = _carried_out(arguments)
    lost = lost_output()
    if lost:
        click.echo(f"What was to be printed has not arrived ({lost}). It changes nothing in what was done.", err=True)
    code = worst((code, ExitCode.UNREPORTED)) if lost else ExitCode(code)
    if code == ExitCode.UNSETTLED and arguments is None:
        _end_without_waiting(code)
    return code


def _end_without_waiting(code: ExitCode) -> None:
    """End the process where a run was interrupted while it read: requests under way would keep it for minutes."""
    waiting = [thread for thread in enumerate_threads() if thread is not current_thread() and not thread.daemon]
    if waiting:
        sys.stderr.flush()
        os._exit(code)


def _carried_out(arguments: Sequence[str] | None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in itertools.takewhile(lambda word: word != "--", given)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # an old terminal has no letter for everything
    try:
        return int(cli.main(given, prog_name="phonesync", standalone_mode=False) or 0)
    except PhonesyncError as error:
        return error_text(error, as_json=as_json)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "phonesync"
        return error_text(UsageError(error.format_message(), remedy=f"See: {command} --help"), as_json=as_json)
    except click.Abort:
        stopped = "Stopped. Whatever was sent before is in the ledger; the next run reads before it writes."
        return error_text(PhonesyncError(stopped), as_json=as_json, exit_code=ExitCode.UNSETTLED)
    except MemoryError:
        full = UsageError("There is not enough memory for this.", remedy="Give the process more of it.")
        return error_text(full, as_json=as_json)
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        return error_text(InternalError(unexpected(error), remedy=REPORT_IT), as_json=as_json)
