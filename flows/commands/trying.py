"""Commands to try phonesync out with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from flows.commands.options import json_wanted, verbatim


class _Rehearsal(click.Command):
    """The command whose help also lists each setting and each fault of the services, as the services declare them."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the lists, then the examples."""
        from flows.sandbox import help_lists

        for title, rows in help_lists().items():
            with formatter.section(title):
                formatter.write_dl(rows, col_max=28)
        super().format_epilog(ctx, formatter)


@click.command(
    cls=_Rehearsal,
    epilog=verbatim(
        "Example",
        "phonesync sandbox",
        "phonesync sandbox --set usos.types=ignored --set apio.delete_missing=false",
        'phonesync sandbox --fault "usos.replace: server_error_after_commit, times=3"',
    ),
)
@click.option("--usos-port", default=8701, show_default=True, help="0 takes a free one.")
@click.option("--apio-port", default=8702, show_default=True, help="0 takes a free one.")
@click.option("--state", type=click.Path(path_type=Path), help="The initial state; default: the sample institution.")
@click.option(
    "--samples",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="Put the sample files there, set up for these services.",
)
@click.option("--database", default="sqlite://", show_default=True, help="Where the state lives while it runs.")
@click.option("--set", "settings", metavar="SERVICE.NAME=VALUE", multiple=True, help="How a service behaves.")
@click.option("--fault", "faults", metavar='"SERVICE.METHOD: KIND"', multiple=True, help="What goes wrong.")
@click.option("--seed", default=0, show_default=True, help="Decides every random order.")
@json_wanted
def sandbox(usos_port: int, apio_port: int, *, as_json: bool, **wanted: Any) -> None:
    """Run both test services on this machine until stopped.

    They start with the numbers of the sample institution, and discard all changes when they stop. `--set` changes how
    they
    behave, `--fault` makes something go wrong; both may be given several times. Of the faults that are due at a call,
    the first one hits it, and is used up.
    """
    from flows.sandbox import Wanted, play

    play(Wanted(ports=(usos_port, apio_port), **wanted), as_json=as_json)


@click.command(epilog=verbatim("Example", "phonesync demo"))
@click.option("--keep-open", is_flag=True, help="Leave both services running at the end, to try things out.")
@click.pass_context
def demo(ctx: click.Context, *, keep_open: bool) -> None:
    """Run a complete example on sample data; it takes a minute.

    Both services on this machine, four syncs through Prefect, and a second run that finds no changes.
    """
    from flows.demo import run_demo

    ctx.exit(run_demo(keep_open=keep_open))
