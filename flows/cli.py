"""The command line: one command for each thing a person can ask of phonesync. Only the demo starts Prefect."""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from flows.problems import EXIT_CODES, REPORT_IT, TRACEBACK, print_json, told, unexpected
from schemas.errors import InternalError, PhonesyncError, UsageError

if TYPE_CHECKING:
    from flows.run import Order, Ran
    from flows.world import World

F = TypeVar("F", bound=Callable[..., Any])


class _Commands(click.Group):
    """The commands in the order people meet them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)


def _configured(function: F) -> F:
    option = click.option("-c", "--config", metavar="FILE", help="The configuration; default: phonesync.toml here.")
    return option(function)


def _json(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")(function)


def _verbatim(title: str, *lines: str) -> str:
    """Return a paragraph of the help text that is not wrapped."""
    return "\n".join(["\b", f"{title}:", *(f"  {line}" for line in lines)])


_syncs = click.argument("syncs", nargs=-1, metavar="[SYNC]...")
_codes = _verbatim(
    "Exit codes", *(f"{code:>2}  {meaning}" for code, meaning in EXIT_CODES.items()), "10  plan --exit-code: changes"
)


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80}, epilog=_codes
)
@click.option("-c", "--config", metavar="FILE", help="The configuration; default: phonesync.toml here.")
@click.version_option(package_name="phonesync")
@click.pass_context
def cli(context: click.Context, config: str | None) -> None:
    """Keep the telephone numbers in USOS and on APIO phone lists in step with CSV files.

    Begin with `check` (is everything readable?), `doctor` (is everything there?) and `plan` (what would change?);
    `sync` changes it, and proves it.
    """
    context.obj = config


@cli.command(epilog=_verbatim("Example", "phonesync check faculties"))
@_syncs
@_configured
@_json
@click.pass_context
def check(context: click.Context, syncs: tuple[str, ...], config: str | None, *, as_json: bool) -> None:
    """Look at the configuration and the CSV files.

    Shows every problem with its file, line and column. Reads files only; asks no service. Exit code 1 where lines are
    rejected, 2 where a file cannot be trusted at all.
    """
    from flows.check import check_sources, show_checked

    with _world(context, config) as world:
        checked = check_sources(world, syncs)
    if as_json:
        print_json(checked.summary)
    else:
        show_checked(checked)
    context.exit(checked.exit_code)


@cli.command(epilog=_verbatim("Example", "phonesync plan faculties"))
@_syncs
@click.option("--exit-code", is_flag=True, help="Exit with 10 where there are changes.")
@_configured
@_json
@click.pass_context
def plan(context: click.Context, syncs: tuple[str, ...], config: str | None, *, exit_code: bool, as_json: bool) -> None:
    """Show what would change, and keep it as a plan.

    Reads both sides, compares, and writes to no service. `apply` does exactly what a plan says.
    """
    from flows.run import Order
    from schemas.plan import WRITES

    ran = _run(context, config, Order("plan", syncs), as_json=as_json)
    changes = any(sync["actions"][action] for sync in ran.summary["syncs"] for action in WRITES)
    context.exit(10 if exit_code and changes and not ran.exit_code else ran.exit_code)


@cli.command(
    epilog=_verbatim(
        "Example", "phonesync apply 20260314T020000Z-3fa2c1-faculties", '  --approve "the institute was closed"'
    )
)
@click.argument("plan_id", metavar="PLAN")
@click.option("--approve", metavar="REASON", default="", help="Say yes to a plan that a guard has stopped.")
@_configured
@_json
@click.pass_context
def apply(context: click.Context, plan_id: str, approve: str, config: str | None, *, as_json: bool) -> None:
    """Do exactly what a plan says.

    PLAN is its id or its fingerprint, or how one of them begins. Where somebody has changed an entry since, it is left
    alone and reported as a conflict.
    """
    from flows.run import Order

    context.exit(_run(context, config, Order("apply", plan=plan_id, reason=approve), as_json=as_json).exit_code)


@cli.command(epilog=_verbatim("Example", "phonesync sync faculties users"))
@_syncs
@_configured
@_json
@click.pass_context
def sync(context: click.Context, syncs: tuple[str, ...], config: str | None, *, as_json: bool) -> None:
    """Plan, guard, apply and verify.

    This is what a schedule runs every night. Without names, all syncs run; one that fails does not keep the others from
    running.
    """
    from flows.run import Order

    context.exit(_run(context, config, Order("sync", syncs), as_json=as_json).exit_code)


@cli.command(epilog=_verbatim("Example", "phonesync resume"))
@click.argument("run_id", metavar="[RUN]", default="")
@_configured
@_json
@click.pass_context
def resume(context: click.Context, run_id: str, config: str | None, *, as_json: bool) -> None:
    """Finish what an interrupted run has left open.

    RUN is the id or how it begins; without it, all that is open. Reading tells what was done; only the rest is sent.
    """
    from flows.run import Order

    context.exit(_run(context, config, Order("resume", run=run_id), as_json=as_json).exit_code)


@cli.command(epilog=_verbatim("Example", "phonesync revert 20260314T020000Z-3fa2c1"))
@click.argument("run_id", metavar="RUN")
@_configured
@_json
@click.pass_context
def revert(context: click.Context, run_id: str, config: str | None, *, as_json: bool) -> None:
    """Plan the way back from what a run has done.

    RUN is the id or how it begins. Nothing is written: `apply` does what the plan says, through the same guards.
    """
    from flows.run import Order

    context.exit(_run(context, config, Order("revert", run=run_id), as_json=as_json).exit_code)


@cli.command(epilog=_verbatim("Example", "phonesync runs -n 5"))
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="How many.")
@_configured
@_json
@click.pass_context
def runs(context: click.Context, limit: int, config: str | None, *, as_json: bool) -> None:
    """List the last runs, the newest first."""
    from flows.history import history, show_history

    with _world(context, config) as world:
        rows = history(world, limit)
    if as_json:
        print_json({"runs": rows})
    else:
        show_history(rows)


@cli.command(epilog=_verbatim("Example", "phonesync show last"))
@click.argument("run_id", metavar="RUN")
@click.option("--all", "every", is_flag=True, help="Also the lines that needed nothing.")
@_configured
@_json
@click.pass_context
def show(context: click.Context, run_id: str, config: str | None, *, every: bool, as_json: bool) -> None:
    """Show one run line by line, users' numbers masked.

    RUN is the id or how it begins; `last` is the newest one.
    """
    from flows.history import one_run, show_one_run

    with _world(context, config) as world:
        run = one_run(world, run_id)
    if as_json:
        print_json(run)
    else:
        show_one_run(run, every=every)


@cli.command(epilog=_verbatim("Example", 'phonesync number -- "(22) 55 20 000 wew. 12" 664-5904'))
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@click.option("--region", default="PL", show_default=True, help="Whose numbers come without a country code.")
@click.option("--area-code", metavar="CODE", help="What completes a seven-digit number.")
@_json
def number(texts: tuple[str, ...], region: str, area_code: str | None, *, as_json: bool) -> None:
    """Show how numbers are read, or why they are not.

    Write -- before the texts, so that one that begins with - is not taken for an option.
    """
    from flows.configuration import is_area_code, is_region
    from flows.explain import explain
    from flows.show import show_numbers

    if not is_region(region):
        raise UsageError(f"There is no region {region!r}.", remedy="Give two capital letters, such as PL.")
    if area_code is not None and not is_area_code(area_code):
        raise UsageError(f"{area_code!r} is no area code.", remedy="Give one to five digits, such as 22.")
    read = explain(texts, region=region, area_code=area_code)
    if as_json:
        print_json(read)
    else:
        show_numbers(read)


@cli.command(epilog=_verbatim("Example", "phonesync doctor"))
@_configured
@_json
@click.pass_context
def doctor(context: click.Context, config: str | None, *, as_json: bool) -> None:
    """Try everything a run needs, and write to no service.

    That is: credentials, rights, the clock, the services' versions, the phone lists, the CSV files, the ledger and the
    folder of the reports.
    """
    from flows.doctor import examine, show_examined

    with _world(context, config) as world:
        examined = examine(world)
    if as_json:
        print_json(examined.summary)
    else:
        show_examined(examined)
    context.exit(examined.exit_code)


@cli.command(epilog=_verbatim("Example", "phonesync purge --older-than 90d"))
@click.option("--older-than", required=True, metavar="DAYSd", help="How old: 90d, say.")
@_configured
@_json
@click.pass_context
def purge(context: click.Context, older_than: str, config: str | None, *, as_json: bool) -> None:
    """Forget old runs, with their plans and reports.

    The ledger notes it. Unfinished runs stay, and so does the last good run of every sync.
    """
    from datetime import timedelta

    from flows.housekeeping import purge as forget
    from flows.show import say

    days = older_than.removesuffix("d")
    if not days.isdigit():
        raise UsageError(f"{older_than!r} is no age.", remedy="Give days, such as 90d.")
    with _world(context, config) as world:
        purged = forget(world, timedelta(days=int(days)))
    if as_json:
        print_json(purged)
    else:
        say(f"{len(purged['purged'])} runs from before {purged['before'][:10]} are forgotten, with their reports.")


@cli.command(epilog=_verbatim("Example", "phonesync erase --user 900004"))
@click.option("--user", required=True, metavar="ID", help="The user's id in USOS.")
@_configured
@_json
@click.pass_context
def erase(context: click.Context, user: str, config: str | None, *, as_json: bool) -> None:
    """Erase a person from plans, outcomes and reports.

    The ledger notes that it was done. USOS and the CSV files are not touched: a user who still stands there is read
    again by the next run.
    """
    from flows.housekeeping import erase as forget
    from flows.show import say

    with _world(context, config) as world:
        erased = forget(world, user)
    if as_json:
        print_json(erased)
    else:
        say(f"The user is erased from {erased['plans']} plans; {erased['reports']} reports were written anew.")


@cli.command(epilog=_verbatim("Example", "phonesync sandbox"))
@click.option("--usos-port", default=8701, show_default=True, help="0 takes a free one.")
@click.option("--apio-port", default=8702, show_default=True, help="0 takes a free one.")
@click.option("--state", type=click.Path(path_type=Path), help="The initial state; default: the sample institution.")
@click.option("--database", default="sqlite://", show_default=True, help="Where the state lives while it runs.")
@_json
def sandbox(usos_port: int, apio_port: int, state: Path | None, database: str, *, as_json: bool) -> None:
    """Run both services on this machine, until stopped.

    They begin with the numbers of the sample institution, and forget all changes in the end.
    """
    from flows.sandbox import play

    play(ports=(usos_port, apio_port), state=state, database=database, as_json=as_json)


@cli.command(epilog=_verbatim("Example", "phonesync demo"))
@click.option("--keep-open", is_flag=True, help="Leave both services running at the end, to try things out.")
@click.pass_context
def demo(context: click.Context, *, keep_open: bool) -> None:
    """Run the whole story on sample data; it takes a minute.

    Both services on this machine, four syncs through Prefect, and a second pass that finds nothing left to do.
    """
    from flows.demo import tell

    context.exit(tell(keep_open=keep_open))


def _world(context: click.Context, config: str | None, progress: Any = None) -> World:
    from flows.open import open_world

    return open_world(config or context.obj, os.environ, progress)


def _run(context: click.Context, config: str | None, order: Order, *, as_json: bool) -> Ran:
    from flows.problems import show_errors
    from flows.run import run
    from flows.show import progress_bar, show_run
    from flows.stop import ending_in_order

    planned = order.mode in {"plan", "revert"}
    with (
        progress_bar() as progress,
        _world(context, config, progress) as world,
        nullcontext() if planned else ending_in_order(world.stopping),  # what writes nothing may end anywhere
    ):
        ran = run(world, order)
    if as_json:
        print_json(ran.summary)
        show_errors(ran.errors, ran.summary["syncs"])
    else:
        given = config or context.obj
        show_run(ran, planned=planned, command=f"phonesync -c {given}" if given else "phonesync")
    return ran


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code; whatever goes wrong is said in a sentence, with the next step."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in itertools.takewhile(lambda word: word != "--", given)
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # an old terminal has no letter for everything
    try:
        return int(cli.main(given, prog_name="phonesync", standalone_mode=False) or 0)
    except PhonesyncError as error:
        return told(error, as_json=as_json)
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "phonesync"
        return told(UsageError(error.format_message(), remedy=f"See: {command} --help"), as_json=as_json)
    except click.Abort:
        stopped = "Stopped. What was sent is in the ledger; the next run reads before it writes."
        return told(PhonesyncError(stopped), as_json=as_json, exit_code=5)
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        return told(InternalError(unexpected(error), remedy=REPORT_IT), as_json=as_json)
