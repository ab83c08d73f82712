"""The command that keeps phonesync at work."""

from __future__ import annotations

import os

import click

from flows.commands.options import configured, verbatim


@click.command(epilog=verbatim("Example", "phonesync serve --port 4200"))
@click.option("--port", type=click.IntRange(0, 65535), default=4200, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where the pages can be reached.")
@configured
@click.pass_context
def serve(ctx: click.Context, port: int, host: str, config: str | None) -> None:
    """Run Prefect: pages, schedules, a worker; until stopped.

    Everything is kept beside the configuration in .phonesync/prefect; started again it continues. Where PREFECT_API_URL
    names a Prefect server, it deploys and works there and starts none.
    """
    from flows.orchestration.serve import serve as run_it

    run_it(config or ctx.obj, os.environ, host=host, port=port)
