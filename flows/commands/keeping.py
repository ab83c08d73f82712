"""Commands that keep the records as short as they should be."""

from __future__ import annotations

import os

import click

from flows.commands.options import configured, connected, json_wanted, verbatim
from flows.errors import print_json
from schemas.errors import UsageError
from schemas.exit_codes import ExitCode

_MOST_DAYS = 36_500


@click.command(epilog=verbatim("Example", "phonesync purge --older-than 90d"))
@click.option("--older-than", required=True, metavar="DAYSd", help="How old: 90d, say.")
@click.option("--dry-run", is_flag=True, help="List what would be forgotten.")
@configured
@json_wanted
@click.pass_context
def purge(ctx: click.Context, older_than: str, config: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Forget old runs, with their plans and reports.

    The ledger notes it. Unfinished runs stay, and so does the last good run of every sync.
    """
    from datetime import timedelta

    from flows.console import say
    from flows.retention import purge as forget

    days = older_than.removesuffix("d")
    if not (days.isascii() and days.isdigit() and len(days) <= len(str(_MOST_DAYS)) and int(days) <= _MOST_DAYS):
        raise UsageError(f"{older_than[:20]!r} is no age.", remedy="Give days, such as 90d.")
    with connected(ctx, config) as context:
        purged = forget(context, timedelta(days=int(days)), dry_run=dry_run)
    if as_json:
        print_json(purged)
    elif dry_run:
        for run in purged["purged"]:
            say(run)
        say(f"{len(purged['purged'])} runs from before {purged['before'][:10]} would be forgotten, with their reports.")
    else:
        say(f"{len(purged['purged'])} runs from before {purged['before'][:10]} are forgotten, with their reports.")


@click.command(epilog=verbatim("Example", 'phonesync release "faculty 10000000" --reason "closed in June"'))
@click.argument("owner")
@click.option("--reason", required=True, metavar="TEXT", help="Why; it is kept with your name.")
@configured
@json_wanted
@click.pass_context
def release(ctx: click.Context, owner: str, reason: str, config: str | None, *, as_json: bool) -> None:
    """Let an owner go that has left its file.

    Its numbers stay as they are, and no run reports or clears them any more. An owner that a file names again is
    managed again.
    """
    from flows.claims import release as let_go
    from flows.console import say

    with connected(ctx, config) as context:
        released = let_go(context, owner, reason)
    if as_json:
        print_json(released)
    else:
        say(f"{owner} is released from {', '.join(released['syncs'])}; its numbers stay as they are.")


@click.command(epilog=verbatim("Example", "phonesync erase --user 900004"))
@click.option("--user", required=True, metavar="ID", help="The user's id in USOS.")
@configured
@json_wanted
@click.pass_context
def erase(ctx: click.Context, user: str, config: str | None, *, as_json: bool) -> None:
    """Erase a person from the ledger, the reports and Prefect.

    It says what it found where, and ends with 1 where a place could not be reached: then erase again. While a run is at
    work nothing is erased. The ledger notes that it was done. USOS, the CSV files and backups are not touched: a user
    who still stands there is read again by the next run.
    """
    from flows.config import find_configuration
    from flows.console import say
    from flows.retention import erase as forget

    path = find_configuration(config or ctx.obj, os.environ)
    with connected(ctx, config) as context:
        erased = forget(context, user, path.parent / ".phonesync" / "prefect" / "prefect.db")
    elsewhere = [name for name in ("PREFECT_API_URL", "PREFECT_SERVER_DATABASE_CONNECTION_URL") if os.environ.get(name)]
    if elsewhere:
        erased["unreached"]["Prefect"] = f"{elsewhere[0]} names another one than our own"
    if as_json:
        print_json(erased)
    else:
        say(f"The user is erased from {erased['plans']} plans; {erased['reports']} reports were written anew.")
        if erased["reconciliations"]:
            say(f"Reports of {erased['reconciliations']} reconciliations that named the user are removed.")
        say(f"Found besides: {erased['summaries']} summaries of runs, {erased['prefect']} rows in Prefect's database.")
        if erased["mails"]:
            say(f"Mails that waited to be sent are removed: {erased['mails']}.")
        for place, why in erased["unreached"].items():
            say(f"Not reached: {place} ({why}). Erase again when it can be.", "red")
        say("Files of yours and backups are not touched.")
    ctx.exit(ExitCode.LINES_FAILED if erased["unreached"] else ExitCode.DONE)
