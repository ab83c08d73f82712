"""Commands that keep the records as short as they should be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import click

from flows.commands.options import configured, connected, json_wanted, spoken, verbatim
from flows.errors import print_json
from schemas.errors import UsageError
from schemas.exit_codes import ExitCode
from tasks.messages.errors import error_of

if TYPE_CHECKING:
    from datetime import timedelta

_MOST_DAYS = 36_500


@click.command(epilog=verbatim("Example", "phonesync purge --older-than 90d"))
@click.option("--older-than", metavar="DAYSd", help="How old: 90d, say; default: `keep_days`.")
@click.option("--dry-run", is_flag=True, help="List what would be deleted.")
@configured
@spoken
@json_wanted
@click.pass_context
def purge(ctx: click.Context, older_than: str | None, config: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Delete old runs, with their plans and reports.

    The ledger records it. Unfinished runs are kept, and so is the last successful run of every sync.
    """
    from flows.console import say
    from flows.retention import kept_for
    from flows.retention import purge as forget
    from tasks.messages.catalogue import render

    given = None if older_than is None else _age(older_than)
    with connected(ctx, config) as context:
        age = kept_for(context) if given is None else given
        if age is None:
            raise error_of(UsageError, "option_missing", {"option": "--older-than", "command": ctx.command_path})
        purged, lang = forget(context, age, dry_run=dry_run), context.lang
    if as_json:
        print_json(purged)
        return
    for run in purged["purged"] if dry_run else ():
        say(run)
    key = "say.would_forget" if dry_run else "say.forgotten"
    say(render(key, lang, n=len(purged["purged"]), day=purged["before"][:10]))


def _age(given: str) -> timedelta:
    from datetime import timedelta

    days = given.removesuffix("d")
    if not (days.isascii() and days.isdigit() and len(days) <= len(str(_MOST_DAYS)) and int(days) <= _MOST_DAYS):
        raise error_of(UsageError, "no_age", {"given": repr(given[:20])})
    return timedelta(days=int(days))


@click.command(epilog=verbatim("Example", 'phonesync release "faculty 10000000" --reason "closed in June"'))
@click.argument("owner")
@click.option("--reason", required=True, metavar="TEXT", help="The reason; it is kept with your name.")
@configured
@spoken
@json_wanted
@click.pass_context
def release(ctx: click.Context, owner: str, reason: str, config: str | None, *, as_json: bool) -> None:
    """Release an owner that is no longer in its file.

    Its numbers are not changed, and no run reports or clears them any more. An owner that is in a file again is
    managed again.
    """
    from flows.claims import release as let_go
    from flows.console import say
    from tasks.messages.catalogue import render
    from tasks.messages.owners import owner_in, owner_of

    with connected(ctx, config) as context:
        released, lang = let_go(context, owner_of(owner), reason), context.lang
    if as_json:
        print_json(released)
    else:
        say(render("say.released", lang, owner=owner_in(owner_of(owner), lang), syncs=", ".join(released["syncs"])))


_PLACES: Final = {  # those that `erase` may not reach, as they are called
    "reports": "say.erase_place_reports",
    "copies": "say.erase_place_copies",
    "mails": "say.erase_place_mails",
    "Prefect": "say.erase_place_prefect",
    "ledger files": "say.erase_place_ledger",
}


@click.command(epilog=verbatim("Example", "phonesync erase --user 900004"))
@click.option("--user", required=True, metavar="ID", help="The user's id in USOS.")
@configured
@spoken
@json_wanted
@click.pass_context
def erase(ctx: click.Context, user: str, config: str | None, *, as_json: bool) -> None:
    """Erase a person from the ledger, the reports and Prefect.

    Lists what was found and where. Exit code 1 if a place could not be reached: then erase again. Nothing is erased
    during a run. USOS, source files and backups are not changed: a user who is still in them is read again by the
    next run.
    """
    from flows.console import say
    from flows.finding import find_configuration
    from flows.retention import erase as forget
    from tasks.messages.catalogue import render, text

    path = find_configuration(config or ctx.obj, os.environ)
    with connected(ctx, config) as context:
        erased, lang = forget(context, user, path.parent / ".phonesync" / "prefect" / "prefect.db"), context.lang
    elsewhere = [name for name in ("PREFECT_API_URL", "PREFECT_SERVER_DATABASE_CONNECTION_URL") if os.environ.get(name)]
    if elsewhere:
        erased["unreached"]["Prefect"] = render("say.erase_elsewhere", lang, name=elsewhere[0])
    if as_json:
        print_json(erased)
    else:
        figures = {key: value for key, value in erased.items() if key != "unreached"}
        # Mails go whoever they are about.
        found = any(value for key, value in figures.items() if key != "mails")
        say(render("say.erased" if found else "say.erased_nothing", lang, **figures))
        if erased["reconciliations"]:
            say(render("say.erased_compared", lang, **figures))
        if found:
            say(render("say.erased_besides", lang, **figures))
        if erased["mails"]:
            say(render("say.erased_mails", lang, **figures))
        for place, why in erased["unreached"].items():
            say(render("say.erase_unreached", lang, place=text(_PLACES[place], lang), why=why), "red")
        say(text("say.not_erased", lang))
    ctx.exit(ExitCode.LINES_FAILED if erased["unreached"] else ExitCode.DONE)
