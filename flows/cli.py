"""The command line: one command for each thing a person can ask of phonesync. Only the demo starts Prefect."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from schemas.errors import PhonesyncError

if TYPE_CHECKING:
    from flows.run import Order
    from flows.world import World

F = TypeVar("F", bound=Callable[..., Any])


class _Commands(click.Group):
    """The commands in the order people meet them, and errors as a sentence with the next step."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PhonesyncError as error:
            from flows.show import show_error

            show_error(error)
            ctx.exit(error.exit_code)


def _configured(function: F) -> F:
    option = click.option("-c", "--config", metavar="FILE", help="The configuration; default: phonesync.toml here.")
    return option(function)


def _json(function: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")(function)


_syncs = click.argument("syncs", nargs=-1, metavar="[SYNC]...")


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("-c", "--config", metavar="FILE", help="The configuration; default: phonesync.toml here.")
@click.version_option(package_name="phonesync")
@click.pass_context
def cli(context: click.Context, config: str | None) -> None:
    r"""Keep the telephone numbers in USOS and on APIO phone lists in step with CSV files.

    \b
    phonesync check           is everything readable?
    phonesync plan            what would change?
    phonesync sync            change it, and prove it
    """
    context.obj = config


@cli.command()
@_syncs
@_configured
@_json
@click.pass_context
def check(context: click.Context, syncs: tuple[str, ...], config: str | None, *, as_json: bool) -> None:
    r"""Look at the configuration and the CSV files: every problem with file, line and column.

    Reads files only. Exit code 1 where lines are rejected, 2 where a file cannot be trusted at all.

    \b
    phonesync check faculties
    """
    from flows.check import check_sources, show_checked

    with _world(context, config) as world:
        checked = check_sources(world, syncs)
    if as_json:
        _print(checked.summary)
    else:
        show_checked(checked)
    context.exit(checked.exit_code)


@cli.command()
@_syncs
@click.option("--exit-code", is_flag=True, help="Exit with 10 where there are changes.")
@_configured
@_json
@click.pass_context
def plan(context: click.Context, syncs: tuple[str, ...], config: str | None, *, exit_code: bool, as_json: bool) -> None:
    r"""Show what would change, keep it as a plan, and write nothing.

    \b
    phonesync plan faculties
    phonesync apply PLAN        what the plan says when it is shown
    """
    from flows.run import Order
    from schemas.plan import WRITES

    ran = _run(context, config, Order("plan", syncs), as_json=as_json)
    changes = any(sync["actions"][action] for sync in ran.summary["syncs"] for action in WRITES)
    context.exit(10 if exit_code and changes and not ran.exit_code else ran.exit_code)


@cli.command()
@click.argument("plan_id", metavar="PLAN")
@click.option("--approve", metavar="REASON", default="", help="Say yes to a plan that a guard has stopped.")
@_configured
@_json
@click.pass_context
def apply(context: click.Context, plan_id: str, approve: str, config: str | None, *, as_json: bool) -> None:
    r"""Apply exactly the plan that was shown; where the world has moved since, line by line not.

    PLAN is the id or the fingerprint, or how it begins.

    \b
    phonesync apply 20260314T020000Z-3fa2c1-faculties --approve "the institute was closed"
    """
    from flows.run import Order

    context.exit(_run(context, config, Order("apply", plan=plan_id, reason=approve), as_json=as_json).exit_code)


@cli.command()
@_syncs
@_configured
@_json
@click.pass_context
def sync(context: click.Context, syncs: tuple[str, ...], config: str | None, *, as_json: bool) -> None:
    r"""Plan, guard, apply and verify: what a schedule runs every night.

    \b
    phonesync sync
    phonesync sync faculties users
    """
    from flows.run import Order

    context.exit(_run(context, config, Order("sync", syncs), as_json=as_json).exit_code)


@cli.command()
@click.option("-n", "--limit", default=20, show_default=True, help="How many.")
@_configured
@_json
@click.pass_context
def runs(context: click.Context, limit: int, config: str | None, *, as_json: bool) -> None:
    r"""List the last runs.

    \b
    phonesync runs -n 5
    """
    from flows.history import history
    from flows.show import show_rows

    with _world(context, config) as world:
        rows = history(world, limit)
    if as_json:
        _print({"runs": rows})
    else:
        show_rows("", rows, ["run", "mode", "person", "started_at", "exit_code", "syncs"])


@cli.command()
@click.argument("run_id", metavar="RUN")
@click.option("--all", "every", is_flag=True, help="Also the lines that needed nothing.")
@_configured
@_json
@click.pass_context
def show(context: click.Context, run_id: str, config: str | None, *, every: bool, as_json: bool) -> None:
    r"""Show one run line by line, numbers of users masked.

    RUN is the id or how it begins; `last` is the newest one.

    \b
    phonesync show last
    """
    from flows.history import one_run
    from flows.show import show_rows

    with _world(context, config) as world:
        run = one_run(world, run_id)
    if as_json:
        _print(run)
        return
    for plan in run["plans"]:
        lines = [line for line in plan["lines"] if every or line["outcome"] not in {"unchanged", ""}]
        columns = ["line", "owner", "action", "outcome", "number_before", "number_after", "message"]
        show_rows(f"{plan['sync']}: {len(lines)} of {len(plan['lines'])} lines", lines, columns)


@cli.command()
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@click.option("--region", default="PL", show_default=True, help="Whose numbers come without a country code.")
@click.option("--area-code", metavar="CODE", help="What completes a seven-digit number.")
@_json
def number(texts: tuple[str, ...], region: str, area_code: str | None, *, as_json: bool) -> None:
    r"""Show how numbers are read: canonical form, extension, parts, or why not.

    \b
    phonesync number -- "(22) 55 20 000 wew. 12" 664-5904
    """
    from flows.numbers import explain
    from flows.show import show_rows

    read = explain(texts, region=region, area_code=area_code)
    if as_json:
        _print(read)
        return
    rows = [
        {
            "text": item["text"],
            "read as": ", ".join(_spoken(part) for part in item["numbers"]),
            "note": item["note"],
            "why not": item["reason"],
        }
        for item in read
    ]
    show_rows("", rows, ["text", "read as", "note", "why not"])


def _spoken(part: dict[str, str]) -> str:
    extension = f" ext. {part['extension']}" if part["extension"] else ""
    return f"{part['e164']}{extension} ({part['kind']})"


@cli.command()
@_configured
@_json
@click.pass_context
def doctor(context: click.Context, config: str | None, *, as_json: bool) -> None:
    r"""Try everything a run needs: credentials, rights, clock, versions, lists, ledger, reports. Writes to no service.

    \b
    phonesync doctor
    """
    from flows.doctor import examine
    from flows.show import show_rows

    with _world(context, config) as world:
        examined = examine(world)
    if as_json:
        _print(examined.summary)
    else:
        show_rows("", examined.summary["checks"], ["what", "result", "detail"])
    context.exit(examined.exit_code)


@cli.command()
@click.option("--usos-port", default=8701, show_default=True, help="0 takes a free one.")
@click.option("--apio-port", default=8702, show_default=True, help="0 takes a free one.")
@click.option("--state", type=click.Path(path_type=Path), help="The initial state; default: the sample institution.")
@click.option("--database", default="sqlite://", show_default=True, help="Where the state lives while it runs.")
@_json
def sandbox(usos_port: int, apio_port: int, state: Path | None, database: str, *, as_json: bool) -> None:
    r"""Run both services on loopback, with sample data, until stopped.

    \b
    phonesync sandbox
    phonesync -c data/samples/phonesync.toml plan     (in another terminal)
    """
    from flows.sandbox import play

    play(ports=(usos_port, apio_port), state=state, database=database, as_json=as_json)


@cli.command()
@click.option("--keep-open", is_flag=True, help="Leave both services running at the end, to try things out.")
@click.pass_context
def demo(context: click.Context, *, keep_open: bool) -> None:
    r"""Run the whole story on sample data: both services, Prefect, four syncs, twice. Takes a minute.

    \b
    phonesync demo
    """
    from flows.demo import tell

    context.exit(tell(keep_open=keep_open))


def _world(context: click.Context, config: str | None, progress: Any = None) -> World:
    from flows.open import open_world

    return open_world(config or context.obj, os.environ, progress)


def _run(context: click.Context, config: str | None, order: Order, *, as_json: bool) -> Any:
    from flows.run import run
    from flows.show import progress_bar, show_error, show_run

    with progress_bar() as progress, _world(context, config, progress) as world:
        ran = run(world, order)
    if as_json:
        _print(ran.summary)
        for error in ran.errors:
            show_error(error)
    else:
        show_run(ran, planned=order.mode == "plan")
    return ran


def _print(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def main() -> None:
    """Run the command line."""
    try:
        cli.main(prog_name="phonesync", standalone_mode=True)
    except KeyboardInterrupt:
        click.echo("Stopped. What was sent is in the ledger; the next run reads before it writes.", err=True)
        sys.exit(5)
