"""The command that makes the first configuration."""

from __future__ import annotations

import os
import sys

import click

from flows.commands.options import carry_out, configured, verbatim
from schemas.errors import UsageError
from schemas.exit_codes import ExitCode
from tasks.messages.errors import error_of


@click.command(
    epilog=verbatim(
        "Example",
        "phonesync init",
        "phonesync init --yes --set connections.usos.base_url=https://usosapps.example.edu.pl",
        "  --set connections.usos.consumer_key=env:USOS_CONSUMER_KEY",
        "  --set connections.usos.consumer_secret=file:/etc/phonesync/usos",
        "  --set syncs.faculties.source=faculties.csv --set syncs.faculties.entity_class=faculty",
    )
)
@click.option("--set", "said", metavar="KEY=VALUE", multiple=True, help="An answer, by its key in the configuration.")
@click.option("--yes", is_flag=True, help="Ask nothing: use the given answers and the defaults.")
@click.option("--force", is_flag=True, help="Replace an existing configuration.")
@click.option(
    "--lang", type=click.Choice(["pl", "en"]), help="Language of the questions and comments; default: from LANG."
)
@configured
@click.pass_context
def init(  # noqa: PLR0913 - click's signature
    ctx: click.Context, said: tuple[str, ...], lang: str | None, config: str | None, *, yes: bool, force: bool
) -> None:
    """Ask for the services and files; write the configuration.

    Tries each answer at once (address, rights, clock, phone lists), shows the tables of the folder as they will be
    published, writes phonesync.toml with a file for each typed secret that only you can read, and ends with a plan. No
    service is written to. On the command line a secret is env:NAME or file:PATH, never itself.
    """
    from flows.finding import find_configuration
    from flows.run import RunRequest
    from flows.setup.answers import Answers
    from flows.setup.setting_up import Consent, set_up
    from tasks.messages.catalogue import render
    from tasks.messages.language import language

    spoken = language(lang, None, os.environ)
    asks = not yes and sys.stdin is not None and sys.stdin.isatty()
    if not yes and not asks:
        raise UsageError(render("init.nobody", spoken), remedy=render("init.nobody_remedy", spoken))
    given = dict(_parted(one) for one in said)
    path = find_configuration(config or ctx.obj, os.environ)
    try:
        written = set_up(path, Answers(given, asks, spoken), Consent(replace=force, write=yes))
    except click.Abort:
        click.echo("\n" + render("init.stopped", spoken), err=True)
        ctx.exit(ExitCode.UNSETTLED)
    if not written:
        click.echo(render("init.stopped", spoken), err=True)
        ctx.exit(ExitCode.DONE)
    ctx.exit(carry_out(ctx, str(path) if config or ctx.obj else None, RunRequest("plan"), as_json=False).exit_code)


def _parted(said: str) -> tuple[str, str]:
    key, sign, value = said.partition("=")
    if not sign or not key.strip():
        raise error_of(UsageError, "no_value_given", {"key": repr(key), "command": "phonesync init"})
    return key.strip(), value.strip()
