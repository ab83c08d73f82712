"""Commands to try phonesync out with."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands.options import json_wanted, verbatim


@click.command(epilog=verbatim("Example", "phonesync sandbox"))
@click.option("--usos-port", default=8701, show_default=True, help="0 takes a free one.")
@click.option("--apio-port", default=8702, show_default=True, help="0 takes a free one.")
@click.option("--state", type=click.Path(path_type=Path), help="The initial state; default: the sample institution.")
@click.option("--database", default="sqlite://", show_default=True, help="Where the state lives while it runs.")
@json_wanted
def sandbox(usos_port: int, apio_port: int, state: Path | None, database: str, *, as_json: bool) -> None:
    """Run both services on this machine, until stopped.

    They begin with the numbers of the sample institution, and forget all changes in the end.
    """
    from flows.sandbox import play

    play(ports=(usos_port, apio_port), state=state, database=database, as_json=as_json)


@click.command(epilog=verbatim("Example", "phonesync demo"))
@click.option("--keep-open", is_flag=True, help="Leave both services running at the end, to try things out.")
@click.pass_context
def demo(ctx: click.Context, *, keep_open: bool) -> None:
    """Run the whole story on sample data; it takes a minute.

    Both services on this machine, four syncs through Prefect, and a second pass that finds nothing left to do.
    """
    from flows.demo import run_demo

    ctx.exit(run_demo(keep_open=keep_open))
